package parallel

import (
	"testing"
	"time"
)

// play takes the steps of one period, each of which takes as long as cost says for a
// way and the number of the step, and reports what was found, the length of the period
// and how many steps of each way were timed.
func play(a *autotuner, cost func(isAlone bool, step int) time.Duration) (isAlone bool, steps int, timed [2]int) {
	for steps == 0 || a.length == 0 || a.step < a.length {
		a.begin()
		steps++
		if !a.timed {
			continue
		}
		switch {
		case a.alone:
			timed[alone]++
		case a.counts:
			timed[shared]++
		}
		a.add(cost(a.alone, steps), 1000)
	}
	return a.alone, steps, timed
}

// After its trial an autotuner keeps the faster way until the next period, and shares
// when both take about the same time. The first periods alone are short.
func TestAutotuner(t *testing.T) {
	const ms = time.Millisecond
	var a autotuner
	for period, c := range []struct {
		shared, alone time.Duration
		want          bool
		steps         int
	}{
		{10, 20, false, 960}, {20, 10, true, 120}, {10, 10, false, 960}, {1000, 990, false, 960}, {0, 0, false, 960},
		{1000, 960, true, 120}, {2, 1, true, 240}, {2, 1, true, 480}, {2, 1, true, 960}, {2, 1, true, 1920}, {2, 1, true, 3840}, {2, 1, true, 3840},
		{1, 1, false, 960}, {2, 1, true, 120}, {1000, 760, true, 240},
		// Steps of a millisecond and of many.
		{1 * ms, 2 * ms, false, 12 * period}, {10 * ms, 16 * ms, false, 6 * period}, {16 * ms, 10 * ms, true, 6 * firstAlone},
	} {
		got, steps, timed := play(&a, func(isAlone bool, _ int) time.Duration {
			if isAlone {
				return c.alone
			}
			return c.shared
		})
		if got != c.want || steps != c.steps {
			t.Errorf("period %d, %v shared and %v alone: alone is %v for %d steps, want %v for %d", period, c.shared, c.alone, got, steps, c.want, c.steps)
		}
		want := mostSteps
		if c.shared > phaseTime {
			want = leastSteps
		} else if c.shared == ms {
			want = int(phaseTime / ms)
		}
		if 4*c.alone >= 3*c.shared { // else far behind
			want *= leastRounds
		}
		if timed != [2]int{want, want} {
			t.Errorf("period %d: %v steps were timed, want %d", period, timed, want)
		}
	}
}

// stalls makes steps take 495 µs alone and 300 µs shared, but for every so many-th step,
// during which another program takes the worker's core for 4 ms.
func stalls(every int) func(bool, int) time.Duration {
	return func(isAlone bool, step int) time.Duration {
		switch {
		case isAlone:
			return 495 * time.Microsecond
		case step%every == 0:
			return 4 * time.Millisecond
		}
		return 300 * time.Microsecond
	}
}

// A rare stall doesn't outweigh what sharing gains; frequent ones do.
func TestAutotunerStalls(t *testing.T) {
	for every, want := range map[int]bool{40: false, 57: false, 9: true, 3: true} {
		var a autotuner
		if got, steps, _ := play(&a, stalls(every)); got != want {
			t.Errorf("every %d: alone is %v for %d steps, want %v", every, got, steps, want)
		}
	}
}

// One stall of a trial in many, wherever it falls, leaves sharing in use.
func TestAutotunerOneStall(t *testing.T) {
	for at := range leastRounds * 3 * mostSteps {
		var a autotuner
		got, _, _ := play(&a, func(isAlone bool, step int) time.Duration {
			switch {
			case isAlone:
				return 495
			case step == at:
				return 4000
			}
			return 300
		})
		if got {
			t.Errorf("a stall in step %d: alone", at)
		}
	}
}

// Where sharing takes twice as long, trials of it cost less than 3 % in the long run, and
// less than 10 % over the first thousand steps.
func TestAutotunerCost(t *testing.T) {
	for steps, want := range map[int]float64{1000: 1.1, 20_000: 1.03} {
		var a autotuner
		total := 0
		for range steps {
			a.begin()
			took := 2
			if a.alone {
				took = 1
			}
			a.add(time.Duration(took), 1000)
			total += took
		}
		if got := float64(total) / float64(steps); !(got < want) {
			t.Errorf("%d steps took %.3f times as long as alone, want less than %v", steps, got, want)
		}
	}
}

// What an autotuner has found holds for long work as well, but not for the longest.
func TestAlone(t *testing.T) {
	var p Pool
	p.tuner = &p.tuners[0]
	for _, alone := range []bool{false, true} {
		p.tuner.alone = alone
		for work, want := range map[int64]bool{1: alone, worthWaking: alone, alwaysShared - 1: alone, alwaysShared: false} {
			if got := p.Alone(work); got != want {
				t.Errorf("alone is %v, %d multiply-adds: %v", alone, work, got)
			}
		}
	}
}

// Steps of one size that differ in work, such as forward passes among whole steps, are
// compared by the work that they do.
func TestAutotunerWork(t *testing.T) {
	var a autotuner
	for a.length == 0 {
		a.begin()
		work := int64(3000)
		d := 3 * time.Millisecond // shared
		if a.alone {
			work, d = 1000, 1500*time.Microsecond
		}
		a.add(d, work)
	}
	if a.alone {
		t.Error("less work passes for less time")
	}
}
