package parallel

import "testing"

// A worker that was woken in vain is left asleep for twice as many calls each time,
// unless the work is long, and one that had work is woken at once.
func TestAwakeBacksOff(t *testing.T) {
	w := &worker{wake: make(chan struct{}, 1)}
	sleeps := func(state uint32) {
		w.state.Store(state)
		select {
		case <-w.wake:
		default:
		}
	}
	// calls returns how many it takes until w is woken.
	calls := func(long bool) int {
		for n := 1; ; n++ {
			if awake([]*worker{w}, long) {
				t.Fatal("a sleeping worker counts as awake")
			}
			if len(w.wake) > 0 {
				return n
			}
			if n > 1<<(mostFailures+1) {
				t.Fatal("the worker is never woken")
			}
		}
	}
	for failures, want := range []int{1, 3, 5, 9, 17} {
		sleeps(disappointed)
		if got := calls(false); got != want {
			t.Errorf("after %d times in vain the worker is woken at call %d, want %d", failures, got, want)
		}
	}
	for range 20 {
		sleeps(disappointed)
		if got := calls(true); got != 1 {
			t.Fatalf("long work wakes at call %d", got)
		}
	}
	sleeps(disappointed)
	if got, want := calls(false), 1<<mostFailures+1; got != want {
		t.Errorf("after very many times in vain the worker is woken at call %d, want %d", got, want)
	}
	sleeps(parked)
	if got := calls(false); got != 1 {
		t.Errorf("a worker that had work is woken at call %d", got)
	}
	sleeps(disappointed)
	if got := calls(false); got != 1 {
		t.Errorf("then once in vain: call %d", got)
	}
}
