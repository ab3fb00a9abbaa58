// Package parallel runs one function on several cores at once, for work that
// takes microseconds.
package parallel

import (
	"runtime"
	"sync/atomic"
)

// A Pool is a fixed number of workers: the goroutine that calls Run, and others
// that wait for it between its calls. After a call they look out for the next one
// for a moment, so that they start within a fraction of a microsecond, and then
// park, so that an idle pool costs nothing.
//
// A nil Pool is one worker, the caller. A Pool serves one goroutine at a time.
type Pool struct {
	others  []*worker
	do      func(worker int)
	_       [cacheLine]byte
	pending atomic.Int32  // shares not finished, the caller's included
	done    chan struct{} // wakes the caller
	_       [cacheLine]byte
}

// A worker is one of the goroutines that wait.
type worker struct {
	// The caller's: whether it has posted this worker's share; how often in succession
	// the worker was woken in vain; and how many calls it is still left asleep for that.
	given          bool
	failures, skip int

	state atomic.Uint32
	wake  chan struct{}
	_     [cacheLine]byte
}

// The states of a worker.
const (
	absent       = iota // has not been seen since it was woken, or since it let a share lie
	ready               // looks out for a share, or works on one
	posted              // a share is there for whoever takes it first, the worker or the caller
	parked              // waits to be woken
	disappointed        // the same, and has had no share since it was woken before
	closed
)

// mostFailures bounds for how many calls a worker is left asleep that was woken in
// vain again and again: twice as many each time, up to 2^14, some 0.1 s. Where another
// program has the core that it would need, or the system keeps all threads of this
// one on one core, its looking out only takes time from the caller.
const mostFailures = 14

// worthwhile is how many shares a worker has had if it wasn't woken in vain. Fewer
// come by where it shares a core with the caller and takes over in the middle of a call.
const worthwhile = 8

// cacheLine keeps what different cores write apart: two lines of 64 bytes,
// because some CPUs fetch lines in pairs.
const cacheLine = 128

// lookouts is how many times a worker looks for the next share before it parks,
// and the caller for the end of the last one: about 50 µs. A worker that has been
// woken looks longer, about 1 ms, because the caller does not wait for it and comes
// back with the next phase.
const (
	lookouts      = 1 << 16
	lookoutsWoken = 1 << 20
)

// New starts a pool of n workers, but no more than GOMAXPROCS. It returns nil
// and starts nothing if that leaves one.
func New(n int) *Pool {
	n = min(n, runtime.GOMAXPROCS(0))
	if n <= 1 {
		return nil
	}
	t := &Pool{done: make(chan struct{}, 1)}
	for i := 1; i < n; i++ {
		w := &worker{wake: make(chan struct{}, 1)}
		t.others = append(t.others, w)
		go t.serve(w, i)
	}
	return t
}

// Size returns the number of workers.
func (t *Pool) Size() int {
	if t == nil {
		return 1
	}
	return 1 + len(t.others)
}

// Run calls do(0), …, do(size−1), each once, and returns true when all have
// returned; size is at most Size(). The caller takes share 0; share i belongs to
// worker i, always the same goroutine, unless that has not begun when the caller
// has nothing else left to do: then the caller takes this share, too, so that a
// core which is busy with something else delays nothing.
//
// If most of these workers are not awake, Run wakes them, does nothing else and
// returns false, because it takes less time to do the work than to wait for them,
// unless the work is long: half a millisecond or more. Run also returns false if
// size is 1. do must not panic and must not call Run of the same pool.
func (t *Pool) Run(size int, long bool, do func(worker int)) bool {
	if size <= 1 {
		return false
	}
	others := t.others[:size-1]
	if !awake(others, long) && !long {
		return false
	}
	t.do = do
	t.pending.Store(int32(size))
	for _, w := range others {
		w.given = w.state.CompareAndSwap(ready, posted) || long && w.state.CompareAndSwap(absent, posted)
	}
	do(0)
	for i, w := range others {
		if !w.given || w.state.CompareAndSwap(posted, absent) {
			do(i + 1)
			t.pending.Add(-1)
		}
	}
	for range lookouts {
		if t.pending.Load() == 1 {
			return true
		}
	}
	if t.pending.Add(-1) != 0 {
		<-t.done
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
func (t *Pool) serve(w *worker, i int) {
	patience, shares := lookoutsWoken, 0
	for look := 0; ; look++ {
		switch w.state.Load() {
		case ready:
			if look < patience {
				continue
			}
			rest := uint32(disappointed)
			if shares >= worthwhile {
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
				t.do(i)
				if t.pending.Add(-1) == 0 {
					t.done <- struct{}{}
				}
			}
		case closed:
			return
		}
		look = 0
	}
}

// Close ends the goroutines of the pool. It may not be used any more.
func (t *Pool) Close() {
	if t == nil {
		return
	}
	for _, w := range t.others {
		if was := w.state.Swap(closed); was == parked || was == disappointed {
			w.wake <- struct{}{}
		}
	}
}
