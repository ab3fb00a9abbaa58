package net

import (
	"testing"
	"time"
)

// After its trial a meter keeps the faster way until the next period, and shares when
// there is little between them. Periods alone are short at first.
func TestMeter(t *testing.T) {
	var m meter
	for period, c := range []struct {
		shared, alone time.Duration
		want          bool
		steps         int
	}{
		{10, 20, false, 1024}, {20, 10, true, 128}, {10, 10, false, 1024}, {1000, 990, false, 1024}, {0, 0, false, 1024},
		{1000, 960, true, 128}, {2, 1, true, 256}, {2, 1, true, 512}, {2, 1, true, 1024}, {2, 1, true, 1024}, {1, 1, false, 1024}, {2, 1, true, 128},
	} {
		timed := [2]int{}
		for step := range c.steps {
			m.begin()
			if m.timed {
				if m.alone {
					timed[1]++
					m.add(c.alone)
				} else {
					timed[0]++
					m.add(c.shared)
				}
			}
			switch {
			case step < meterWarm+meterTrial && m.alone:
				t.Fatalf("period %d: step %d is not shared", period, step)
			case step >= meterWarm+2*meterTrial && m.alone != c.want:
				t.Fatalf("period %d, %v shared and %v alone: in step %d alone is %v", period, c.shared, c.alone, step, m.alone)
			}
		}
		if m.step != 0 {
			t.Fatalf("period %d is longer than %d steps", period, c.steps)
		}
		if timed != [2]int{meterTrial, meterTrial} {
			t.Errorf("period %d: %v steps were timed", period, timed)
		}
	}
}
