package parallel

import (
	"testing"
	"time"
)

// After its trial an autotuner keeps the faster way until the next period, and shares
// when both take about the same time. The first periods alone are short.
func TestAutotuner(t *testing.T) {
	var a autotuner
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
			a.begin()
			if a.timed {
				if a.alone {
					timed[1]++
					a.add(c.alone)
				} else {
					timed[0]++
					a.add(c.shared)
				}
			}
			switch {
			case step < warmSteps+trialSteps && a.alone:
				t.Fatalf("period %d: step %d is not shared", period, step)
			case step >= warmSteps+2*trialSteps && a.alone != c.want:
				t.Fatalf("period %d, %v shared and %v alone: in step %d alone is %v", period, c.shared, c.alone, step, a.alone)
			}
		}
		if a.step != 0 {
			t.Fatalf("period %d is longer than %d steps", period, c.steps)
		}
		if timed != [2]int{trialSteps, trialSteps} {
			t.Errorf("period %d: %v steps were timed", period, timed)
		}
	}
}
