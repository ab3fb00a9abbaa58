package net

import "time"

// A meter finds out whether sharing pays for steps of one size on this machine at this
// time. What handing over a share and moving memory from core to core cost depends on
// where the cores lie, which a virtual machine may change, and on who else wants them:
// train.Fit of 784-30-10 at batch 10 takes 0.92 of the time on two cores, or twice as long.
//
// From time to time a few steps are timed with sharing, a few more without, and the
// faster way is kept. That changes no result.
type meter struct {
	step  int              // of the present period
	doubt int              // periods in succession that were better alone
	spent [2]time.Duration // in all phases of the steps that were timed, with sharing and alone
	alone bool             // this step is not shared, but for its long phases
	timed bool             // this step counts
}

// The steps of a period: those after which workers are awake, those that are timed in
// each way, and all. The first period alone is short, because a trial may be disturbed.
const (
	meterWarm   = 16
	meterTrial  = 16
	meterFirst  = 128
	meterPeriod = 1024
)

// begin begins a step.
func (m *meter) begin() {
	switch m.step {
	case 0:
		*m = meter{doubt: m.doubt}
	case meterWarm:
		m.timed = true
	case meterWarm + meterTrial:
		m.alone = true
	case meterWarm + 2*meterTrial:
		m.timed = false
		const margin = 32 // of a 32nd: when in doubt, share
		m.alone = m.spent[1] < m.spent[0]-m.spent[0]/margin
		if m.alone {
			m.doubt++
		} else {
			m.doubt = 0
		}
	}
	m.step++
	if m.step >= meterPeriod || m.alone && !m.timed && m.step >= meterFirst<<min(m.doubt-1, 3) {
		m.step = 0
	}
}

// add counts what a phase took.
func (m *meter) add(d time.Duration) {
	if m.alone {
		m.spent[1] += d
	} else {
		m.spent[0] += d
	}
}
