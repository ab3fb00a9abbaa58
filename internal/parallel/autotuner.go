package parallel

import "time"

// An autotuner finds out whether sharing pays for steps of one size, on this machine
// and now. That depends on what it costs to hand over a share and to move memory from
// core to core, on where the cores lie, which a virtual machine may change, and on
// what other programs do.
//
// From time to time it times some steps that share their work and some that don't,
// and keeps the faster way. That changes no result.
type autotuner struct {
	step  int              // of the present period
	doubt int              // periods in succession in which sharing did not pay
	spent [2]time.Duration // in the steps that were timed, with sharing and alone
	alone bool             // this step is not shared, except for long work
	timed bool             // this step is timed
}

// A period, in steps: first some for the workers to wake up, then a trial of each way,
// then the better way. The first period alone is short, because something may have
// disturbed the trial.
const (
	warmSteps   = 16
	trialSteps  = 16
	firstPeriod = 128
	period      = 1024
)

// begin begins a step.
func (a *autotuner) begin() {
	switch a.step {
	case 0:
		*a = autotuner{doubt: a.doubt}
	case warmSteps:
		a.timed = true
	case warmSteps + trialSteps:
		a.alone = true
	case warmSteps + 2*trialSteps:
		a.timed = false
		const margin = 32 // of a 32nd: when in doubt, share
		a.alone = a.spent[1] < a.spent[0]-a.spent[0]/margin
		if a.alone {
			a.doubt++
		} else {
			a.doubt = 0
		}
	}
	a.step++
	if a.step >= period || a.alone && !a.timed && a.step >= firstPeriod<<min(a.doubt-1, 3) {
		a.step = 0
	}
}

// add counts the time that a piece of work took.
func (a *autotuner) add(d time.Duration) {
	if a.alone {
		a.spent[1] += d
	} else {
		a.spent[0] += d
	}
}
