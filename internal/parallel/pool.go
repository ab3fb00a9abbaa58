// Package parallel shares work that takes microseconds among several cores.
//
// [Pool] is a worker pool: goroutines that live as long as a training. [Pool.Share]
// decides for each piece of work how many of them are worth their while, with an
// autotuner that times steps both ways. What the work is, how it is cut and why the
// cuts change no result is the caller's affair.
package parallel

import (
	"math/bits"
	"runtime"
	"sync/atomic"
)

// A Pool is a fixed number of workers: the goroutine that calls Run or Share, and
// others that wait for it between its calls. After a call they look out for the next
// one for a moment, so that they start at once, and then park, so that an idle pool
// costs nothing.
//
// A nil Pool is one worker, the caller. A Pool serves one goroutine at a time.
type Pool struct {
	tuners  [bits.UintSize + 1]autotuner // by the number of bits of a step's size
	tuner   *autotuner                   // of this step
	others  []*worker
	do      func(share, shares int)
	shares  int
	_       [cacheLine]byte
	pending atomic.Int32  // shares not finished, the caller's included
	done    chan struct{} // wakes the caller
	_       [cacheLine]byte
}

// A worker is one of the goroutines that wait.
type worker struct {
	// Only the caller uses these: whether it has posted this worker's share, how often in
	// succession the worker was woken in vain, and for how many more calls it is left
	// asleep because of that.
	given          bool
	failures, skip int

	state atomic.Uint32
	wake  chan struct{}
	_     [cacheLine]byte
}

// The states of a worker.
const (
	absent       = iota // not seen since it was woken, or since the caller took its share
	ready               // looks out for a share, or works on one
	posted              // has a share that the first to take it does, the worker or the caller
	parked              // waits to be woken
	disappointed        // waits to be woken, and had too few shares since the last time
	closed
)

// mostFailures limits how long a worker is left asleep that was woken in vain again
// and again: for twice as many calls each time, up to 2^14. Where another program
// has the core that it would need, or the system keeps all threads of this program
// on one core, its lookout only takes time from the caller.
const mostFailures = 14

// fewShares is the number of shares below which a worker was woken in vain. A
// worker that shares a core with the caller gets a few when the system switches
// between them.
const fewShares = 8

// cacheLine keeps what different cores write apart: two lines of 64 bytes,
// because some CPUs fetch lines in pairs.
const cacheLine = 128

// lookouts is how many times a worker looks for the next share before it parks, and
// the caller for the end of the last one. A worker that has been woken looks longer,
// because the caller does not wait for it and comes back with its next work.
const (
	lookouts      = 1 << 18
	lookoutsWoken = 1 << 20
)

// New starts a pool of n workers, but no more than GOMAXPROCS. It returns nil
// and starts nothing if that leaves one.
func New(n int) *Pool {
	n = min(n, runtime.GOMAXPROCS(0))
	if n <= 1 {
		return nil
	}
	p := &Pool{done: make(chan struct{}, 1)}
	p.tuner = &p.tuners[0]
	for i := 1; i < n; i++ {
		w := &worker{wake: make(chan struct{}, 1)}
		p.others = append(p.others, w)
		go p.serve(w, i)
	}
	return p
}

// Size returns the number of workers.
func (p *Pool) Size() int {
	if p == nil {
		return 1
	}
	return 1 + len(p.others)
}

// Run calls do(0, shares), …, do(shares−1, shares), each once, and returns true when
// all have returned; shares is at most Size(). Share i goes to worker i, always the
// same goroutine, and share 0 to the caller. After its own share the caller takes
// any share whose worker has not started, so that a core which is busy with something
// else delays nothing.
//
// If most of the workers are asleep, Run only wakes them and returns false: the
// caller has done the work sooner than they come. If the work is long, Run waits
// for them all the same. Run also returns false if shares is 1. do must not panic and
// must not use the same pool.
func (p *Pool) Run(shares int, long bool, do func(share, shares int)) bool {
	if shares <= 1 {
		return false
	}
	others := p.others[:shares-1]
	if !awake(others, long) && !long {
		return false
	}
	p.do, p.shares = do, shares
	p.pending.Store(int32(shares))
	for _, w := range others {
		w.given = w.state.CompareAndSwap(ready, posted) || long && w.state.CompareAndSwap(absent, posted)
	}
	do(0, shares)
	for i, w := range others {
		if !w.given || w.state.CompareAndSwap(posted, absent) {
			do(i+1, shares)
			p.pending.Add(-1)
		}
	}
	for range lookouts {
		if p.pending.Load() == 1 {
			return true
		}
	}
	if p.pending.Add(-1) != 0 {
		<-p.done
	}
	return true
}

// awake reports whether at least half of the workers look out for shares, and
// wakes those that are parked.
func awake(workers []*worker, long bool) bool {
	count := 0
	for _, w := range workers {
		switch w.state.Load() {
		case ready:
			count++
		case parked:
			w.failures, w.skip = 0, 0
			w.rouse()
		case disappointed:
			if w.skip > 0 && !long {
				w.skip--
				continue
			}
			w.failures = min(w.failures+1, mostFailures)
			w.skip = 1 << w.failures
			w.rouse()
		}
	}
	return 2*count >= len(workers)
}

// rouse wakes w, which is parked.
func (w *worker) rouse() {
	w.state.Store(absent)
	w.wake <- struct{}{}
}

// serve takes worker i's shares until the pool is closed.
func (p *Pool) serve(w *worker, i int) {
	patience, shares := lookoutsWoken, 0
	for look := 0; ; look++ {
		switch w.state.Load() {
		case ready:
			if look < patience {
				continue
			}
			rest := uint32(disappointed)
			if shares >= fewShares {
				rest = parked
			}
			if w.state.CompareAndSwap(ready, rest) {
				<-w.wake
			}
			patience, shares = lookoutsWoken, 0
		case absent:
			w.state.CompareAndSwap(absent, ready)
		case posted:
			if w.state.CompareAndSwap(posted, ready) {
				patience = lookouts
				shares++
				p.do(i, p.shares)
				if p.pending.Add(-1) == 0 {
					p.done <- struct{}{}
				}
			}
		case closed:
			return
		}
		look = 0
	}
}

// Close ends the goroutines of the pool. It may not be used any more.
func (p *Pool) Close() {
	if p == nil {
		return
	}
	for _, w := range p.others {
		if was := w.state.Swap(closed); was == parked || was == disappointed {
			w.wake <- struct{}{}
		}
	}
}
