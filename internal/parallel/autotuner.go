package parallel

import "time"

// An autotuner finds out whether sharing pays for steps of one size, on this machine
// and now. That depends on what it costs to hand over a share and to move memory from
// core to core, on where the cores lie, which a virtual machine may change, and on
// what other programs do.
//
// From time to time it times some steps that share their work and some that don't,
// and keeps the faster way. That changes no result.
//
// It compares times for the same work, because steps of one size may differ: a forward
// pass alone is a step as well. And it doesn't believe one slow step: where another
// program takes the core of a worker for a moment, the step with that moment is longer
// than all others of a trial. If sharing pays without the slowest steps and doesn't
// with them, the trial goes on until such moments count for as much as they do in the
// long run. Where sharing is far behind with and without them, one round is enough.
type autotuner struct {
	step   int // of the present period
	length int // of the period in steps, once its trial has ended
	doubt  int // periods in succession in which sharing did not pay
	ways   [2]way
	alone  bool // this step is not shared, except for the longest work
	timed  bool // this step is timed
}

// The ways to take a step.
const (
	shared = iota
	alone
)

// A way is what a trial has found out about one way to take a step.
type way struct {
	spent time.Duration // in this step
	work  int           // multiply-adds of this step
	all   float64       // sum of the times of steps, each divided by its work
	worst float64       // the largest of them in this round
	rare  float64       // sum of the largest of each round
}

// A period, in steps: a trial in rounds, then the better way. Each round begins with
// some steps for the workers to wake up; then come steps of each way. The first period
// alone is short, because something may have disturbed the trial. Each time that sharing
// doesn't pay again, the next is twice as long: trials of what doesn't pay cost time.
const (
	warmSteps   = 8
	trialSteps  = 8
	roundSteps  = warmSteps + 2*trialSteps
	leastRounds = 2
	mostRounds  = 8
	firstPeriod = 128
	period      = 1024
	mostDoubt   = 6 // the longest period alone has firstPeriod<<(mostDoubt-1) steps
)

// begin begins a step.
func (a *autotuner) begin() {
	if a.length > 0 && a.step == a.length {
		*a = autotuner{doubt: a.doubt}
	}
	if a.timed {
		a.way().endStep()
	}
	if a.length == 0 {
		switch a.step % roundSteps {
		case 0:
			a.timed, a.alone = false, false
			if a.step > 0 {
				a.endRound(a.step / roundSteps)
			}
		case warmSteps:
			a.timed = true
		case warmSteps + trialSteps:
			a.alone = true
		}
	}
	a.step++
}

// endRound ends a round of the trial and, if that is enough, the trial.
func (a *autotuner) endRound(rounds int) {
	for i := range a.ways {
		a.ways[i].endRound()
	}
	s, o := &a.ways[shared], &a.ways[alone]
	faster := func(alone, shared float64) bool {
		const margin = 32 // of a 32nd: when in doubt, share
		return alone < shared-float64(shared/margin)
	}
	all, usual := faster(o.all, s.all), faster(o.all-o.rare, s.all-s.rare)
	hopeless := o.all < 0.75*s.all && o.all-o.rare < 0.75*(s.all-s.rare)
	if rounds < leastRounds && !hopeless || all != usual && rounds < mostRounds {
		return
	}
	a.alone, a.length = all, period
	if !all {
		a.doubt = 0
		return
	}
	a.doubt = min(a.doubt+1, mostDoubt)
	a.length = max(firstPeriod<<(a.doubt-1), 2*a.step)
}

// way returns how this step is taken.
func (a *autotuner) way() *way {
	if a.alone {
		return &a.ways[alone]
	}
	return &a.ways[shared]
}

// add counts the time that a piece of so many multiply-adds took.
func (a *autotuner) add(d time.Duration, work int) {
	w := a.way()
	w.spent += d
	w.work += work
}

func (w *way) endStep() {
	x := float64(w.spent) / float64(max(w.work, 1))
	w.all += x
	w.worst = max(w.worst, x)
	w.spent, w.work = 0, 0
}

func (w *way) endRound() {
	w.rare += w.worst
	w.worst = 0
}
