package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/nabla-go/nabla/ranks"
)

// A watched Comm knows how long its calls take. Some launchers don't end the ranks whose
// partner is gone, but ask them to end; a rank that waits for the partner can't.
type watched struct {
	ranks.Comm
	mu      sync.Mutex
	began   time.Time     // of the call that is being made, else zero
	longest time.Duration // of a call that has ended
}

func (w *watched) Broadcast(root int, buf []byte) error {
	defer w.call()()
	return w.Comm.Broadcast(root, buf)
}

func (w *watched) AllGather(buf []byte, bounds []int) error {
	defer w.call()()
	return w.Comm.AllGather(buf, bounds)
}

func (w *watched) Send(to int, buf []byte) error {
	defer w.call()()
	return w.Comm.Send(to, buf)
}

func (w *watched) Receive(from int, buf []byte) error {
	defer w.call()()
	return w.Comm.Receive(from, buf)
}

// call notes that a call begins; the function that it returns, that it has ended.
func (w *watched) call() (end func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.began = time.Now()
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.longest = max(w.longest, time.Since(w.began))
		w.began = time.Time{}
	}
}

// answer is the least that a rank which is to end waits for the others.
const answer = 5 * time.Second

// silent reports whether the others should have answered by now: the call lasts three times
// as long as any before, and longer than that.
func (w *watched) silent(now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.began.IsZero() && now.Sub(w.began) > max(answer, 3*w.longest)
}

// leave calls exit once the other ranks don't answer, unless the training has ended before.
func (w *watched) leave(ended <-chan struct{}, stderr io.Writer, exit func(code int)) {
	for {
		if w.silent(time.Now()) {
			fmt.Fprintf(stderr, "nabla: rank %d: the other ranks don't answer any more\n", w.Rank())
			exit(exitFailed)
			return
		}
		select {
		case <-ended:
			return
		case <-time.After(answer / 10):
		}
	}
}
