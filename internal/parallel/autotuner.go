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

	// Of the trial:
	phase    int           // steps in each phase of a round
	counts   bool          // this step counts
	quickest time.Duration // of the first steps
}

// The ways to take a step.
const (
	shared = iota
	alone
)

// A way is what a trial has found out about one way to take a step.
type way struct {
	spent time.Duration // in this step
	work  int64         // multiply-adds of this step
	all   float64       // sum of the times of steps, each divided by its work
	worst float64       // the largest of them in this round
	rare  float64       // sum of the largest of each round
}

// A period is a trial in rounds, then the better way. A round has three phases of as many
// steps: workers wake up, steps are shared, steps are taken alone. Short steps are many in a
// phase, so that a moment's disturbance doesn't decide; long ones few, so that trials aren't
// half of a short training. The first steps tell how many.
//
// After the trial, sharing goes on for a long time. The first period alone is short, because
// something may have disturbed the trial. Each time that sharing doesn't pay again, the
// next is twice as long: trials of what doesn't pay cost time.
const (
	leastSteps  = 2 // of a phase
	mostSteps   = 8
	phaseTime   = 4 * time.Millisecond
	leastRounds = 2
	mostRounds  = 8
	period      = 40 // rounds that a period lasts that shares
	firstAlone  = 5  // the same of the first alone
	mostDoubt   = 6  // the longest period alone has firstAlone<<(mostDoubt-1)
)

// begin begins a step.
func (a *autotuner) begin() {
	if a.length > 0 && a.step == a.length {
		*a = autotuner{doubt: a.doubt}
	}
	if a.length == 0 {
		a.try()
	}
	a.step++
}

// try goes on with the trial: it ends the step before, if any, and says how to take
// the next.
func (a *autotuner) try() {
	if a.step == 0 {
		a.timed, a.phase, a.quickest = true, mostSteps, phaseTime
		return
	}
	if a.step <= leastSteps {
		a.quickest = min(a.quickest, a.ways[shared].spent)
	}
	if a.step == leastSteps && a.quickest > 0 {
		a.phase = min(max(int(phaseTime/a.quickest), leastSteps), mostSteps)
	}
	a.way().endStep(a.counts)
	switch a.step % (3 * a.phase) {
	case 0:
		a.counts, a.alone = false, false
		a.endRound(a.step / (3 * a.phase))
	case a.phase:
		a.counts = true
	case 2 * a.phase:
		a.alone = true
	}
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
	a.alone, a.timed = all, false
	last := period
	if all {
		a.doubt = min(a.doubt+1, mostDoubt)
		last = max(firstAlone<<(a.doubt-1), 2*rounds)
	} else {
		a.doubt = 0
	}
	a.length = 3 * a.phase * last
}

// way returns how this step is taken.
func (a *autotuner) way() *way {
	if a.alone {
		return &a.ways[alone]
	}
	return &a.ways[shared]
}

// add counts the time that a piece of so many multiply-adds took.
func (a *autotuner) add(d time.Duration, work int64) {
	w := a.way()
	w.spent += d
	w.work += work
}

// endStep ends a step, which may count.
func (w *way) endStep(counts bool) {
	if counts {
		x := float64(w.spent) / float64(max(w.work, 1))
		w.all += x
		w.worst = max(w.worst, x)
	}
	w.spent, w.work = 0, 0
}

func (w *way) endRound() {
	w.rare += w.worst
	w.worst = 0
}
