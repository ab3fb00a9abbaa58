package parallel

import (
	"math/bits"
	"time"
)

// worthSharing is the number of multiply-adds that are worth one worker more. With
// less, handing out a share and moving what is written from core to core takes longer
// than the other core saves.
const worthSharing = 1 << 15

// worthWaking is the number of multiply-adds from which work is so long that it is
// shared even if the workers have to be woken for it.
const worthWaking = 1 << 25

// alwaysShared is the number of multiply-adds from which work is shared whatever an
// autotuner has found: steps of such work are so long that trials of it would cost more
// than they find out.
const alwaysShared = 1 << 28

// insist makes everything shared, however small, so that tests know what is shared.
var insist bool

// Insist is for tests: it makes all pools share everything, until it is called with false.
func Insist(on bool) { insist = on }

// Begin says that a step begins whose batch has so many samples. Steps of about the
// same size are tuned together.
func (p *Pool) Begin(size int) {
	if p != nil {
		p.tuner = &p.tuners[bits.Len(uint(size))]
		p.tuner.begin()
	}
}

// Alone reports whether the caller does work of so many multiply-adds alone because
// there is no other worker, or because sharing doesn't pay in steps like this one.
func (p *Pool) Alone(work int64) bool {
	return p == nil || !insist && p.tuner.alone && work < alwaysShared
}

// Share calls do for all shares of a piece of work and returns when it is done. The
// work, of so many multiply-adds, is cut into as many shares as pay, but no more than
// most; see [Pool.Run]. If there is one, the call is do(0, 1), by the caller.
func (p *Pool) Share(most int, work int64, do func(share, shares int)) {
	if p == nil {
		do(0, 1)
		return
	}
	var start time.Time
	if p.tuner.timed {
		start = time.Now()
	}
	if !p.Run(min(p.workers(work), most), work >= worthWaking || insist, do) {
		do(0, 1)
	}
	if p.tuner.timed {
		p.tuner.add(time.Since(start), work)
	}
}

// workers returns the number of workers that so many multiply-adds are worth.
func (p *Pool) workers(work int64) int {
	switch {
	case insist:
		return p.Size()
	case p.Alone(work):
		return 1
	}
	return int(min(int64(p.Size()), work/worthSharing))
}

// PoolOf returns the pool of a net.Workspace. Package net sets it and package train
// gathers samples with it, so that pools are no part of net's public API.
var PoolOf func(workspace any) *Pool
