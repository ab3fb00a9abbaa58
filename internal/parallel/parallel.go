// Package parallel runs one function on several cores at once, for work that
// takes microseconds.
package parallel

import (
	"runtime"
	"sync/atomic"
)

// A Team is a fixed number of workers: the goroutine that calls Run, and others
// that wait for it between its calls. After a call they look out for the next one
// for a moment, so that they wake within a fraction of a microsecond, and then
// park, so that an idle team costs nothing.
//
// A nil Team is one worker, the caller. A Team serves one goroutine at a time.
type Team struct {
	others  []*worker
	do      func(worker int)
	_       [cacheLine]byte
	pending atomic.Int32  // shares not finished, the caller's included
	done    chan struct{} // wakes the caller
	_       [cacheLine]byte
}

// A worker is one of the goroutines that wait.
type worker struct {
	state atomic.Uint32
	wake  chan struct{}
	_     [cacheLine]byte
}

// The states of a worker.
const (
	idle   = iota // looks out for a share, or works on one
	posted        // a share is there for whoever takes it first, the worker or the caller
	parked        // waits to be woken
	closed
)

// cacheLine keeps what different cores write apart: two lines of 64 bytes,
// because some CPUs fetch lines in pairs.
const cacheLine = 128

// lookouts is how many times a worker looks for the next share before it parks,
// and the caller for the end of the last one: about 50 µs.
const lookouts = 1 << 16

// New starts a team of n workers, but no more than GOMAXPROCS. It returns nil
// and starts nothing if that leaves one.
func New(n int) *Team {
	n = min(n, runtime.GOMAXPROCS(0))
	if n <= 1 {
		return nil
	}
	t := &Team{done: make(chan struct{}, 1)}
	for i := 1; i < n; i++ {
		w := &worker{wake: make(chan struct{}, 1)}
		t.others = append(t.others, w)
		go t.serve(w, i)
	}
	return t
}

// Size returns the number of workers.
func (t *Team) Size() int {
	if t == nil {
		return 1
	}
	return 1 + len(t.others)
}

// Run calls do(0), …, do(Size()−1) and returns when all have returned. The
// caller takes share 0; share i belongs to worker i, always the same goroutine,
// unless that has not begun when the caller has nothing else left to do: then the
// caller takes this share, too, so that a core which is busy with something else
// delays nothing. do must not panic and must not call Run of the same team.
func (t *Team) Run(do func(worker int)) {
	if t == nil {
		do(0)
		return
	}
	t.do = do
	t.pending.Store(int32(t.Size()))
	for _, w := range t.others {
		if w.state.Swap(posted) == parked {
			w.wake <- struct{}{}
		}
	}
	do(0)
	for i, w := range t.others {
		if w.state.CompareAndSwap(posted, idle) {
			do(i + 1)
			t.pending.Add(-1)
		}
	}
	for range lookouts {
		if t.pending.Load() == 1 {
			return
		}
	}
	if t.pending.Add(-1) != 0 {
		<-t.done
	}
}

// serve takes worker i's shares until the team is closed.
func (t *Team) serve(w *worker, i int) {
	for {
		switch {
		case w.await():
			t.do(i)
			if t.pending.Add(-1) == 0 {
				t.done <- struct{}{}
			}
		case w.state.Load() == closed:
			return
		}
	}
}

// await takes the next share, or returns false because the caller was faster,
// or because the team is closed.
func (w *worker) await() bool {
	for range lookouts {
		switch w.state.Load() {
		case posted:
			return w.state.CompareAndSwap(posted, idle)
		case closed:
			return false
		}
	}
	if w.state.CompareAndSwap(idle, parked) {
		<-w.wake
	}
	return w.state.CompareAndSwap(posted, idle)
}

// Close ends the goroutines of the team. It may not be used any more.
func (t *Team) Close() {
	if t == nil {
		return
	}
	for _, w := range t.others {
		if w.state.Swap(closed) == parked {
			w.wake <- struct{}{}
		}
	}
}
