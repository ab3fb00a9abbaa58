package parallel_test

import (
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/nabla-go/nabla/internal/parallel"
)

// withProcs sets GOMAXPROCS for one test.
func withProcs(t *testing.T, n int) {
	old := runtime.GOMAXPROCS(n)
	t.Cleanup(func() { runtime.GOMAXPROCS(old) })
}

// Every share is done exactly once before Run returns, whether the workers are
// awake, parked or have no core to run on.
func TestRun(t *testing.T) {
	withProcs(t, 4)
	for size := 2; size <= 4; size++ {
		pool := parallel.New(size)
		if pool.Size() != size {
			t.Fatalf("a pool of %d has %d workers", size, pool.Size())
		}
		counts := make([]int, size)
		count := func(worker, _ int) { counts[worker]++ }
		for round := range 2000 {
			switch round % 500 {
			case 100:
				time.Sleep(time.Millisecond) // they park
			case 200:
				runtime.GOMAXPROCS(1)
			case 300:
				runtime.GOMAXPROCS(4)
			}
			some := 1 + round%size
			if !pool.Run(some, round%7 == 0, count) {
				some = 0
			}
			for w := some; w < size; w++ {
				count(w, size)
			}
			for w, c := range counts {
				if c != round+1 {
					t.Fatalf("pool of %d: worker %d has done %d shares in %d rounds", size, w, c, round+1)
				}
			}
		}
		pool.Close()
	}
}

// A pool whose workers sleep wakes them and leaves the work to the caller, until
// they are awake.
func TestRunWakes(t *testing.T) {
	withProcs(t, 2)
	pool := parallel.New(2)
	defer pool.Close()
	for range 3 {
		time.Sleep(5 * time.Millisecond)
		done := 0
		count := func(worker, _ int) {
			if worker == 0 {
				done++
			}
		}
		for !pool.Run(2, false, count) {
			runtime.Gosched()
		}
		if done != 1 {
			t.Fatalf("the caller's share was done %d times", done)
		}
	}
}

// The caller waits for a worker that is slow, also beyond the lookout.
func TestRunWaits(t *testing.T) {
	withProcs(t, 2)
	pool := parallel.New(2)
	defer pool.Close()
	started, finished := make(chan struct{}), false
	share := func(worker, _ int) {
		if worker == 1 {
			close(started)
			time.Sleep(20 * time.Millisecond)
			finished = true
			return
		}
		select {
		case <-started:
		case <-time.After(time.Second): // it has parked in the last moment
		}
	}
	for !pool.Run(2, false, share) {
		runtime.Gosched()
	}
	if !finished {
		t.Error("Run returned before the worker did")
	}
}

func TestSizes(t *testing.T) {
	withProcs(t, 2)
	for n, want := range map[int]int{-1: 1, 0: 1, 1: 1, 2: 2, 3: 2} {
		pool := parallel.New(n)
		if pool.Size() != want {
			t.Errorf("New(%d) has %d workers with GOMAXPROCS 2, want %d", n, pool.Size(), want)
		}
		pool.Close()
	}
}

// One worker is the caller, and a closed pool leaves no goroutine.
func TestGoroutines(t *testing.T) {
	withProcs(t, 4)
	const alone = 2 // the test and its runner
	await(t, alone)
	if parallel.New(1).Run(1, true, nil) {
		t.Error("a pool of one runs anything")
	}
	await(t, alone)
	pool := parallel.New(4)
	await(t, alone+3)
	pool.Run(4, true, func(int, int) {})
	pool.Close()
	await(t, alone)
	parked := parallel.New(4)
	time.Sleep(5 * time.Millisecond)
	parked.Close()
	await(t, alone)
}

// await waits until there are as many goroutines as should be.
func await(t *testing.T, want int) {
	t.Helper()
	for range 2000 {
		if runtime.NumGoroutine() == want {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d goroutines, want %d", runtime.NumGoroutine(), want)
}

// Pools don't disturb each other.
func TestPools(t *testing.T) {
	withProcs(t, 2)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			pool := parallel.New(2)
			defer pool.Close()
			sums := make([]int, pool.Size())
			for k := range 2000 {
				pool.Run(2, true, func(worker, _ int) { sums[worker] += k })
			}
			for w, s := range sums {
				if s != 1999*1000 {
					t.Errorf("worker %d summed %d", w, s)
				}
			}
		})
	}
	wg.Wait()
}

func TestRunAllocatesNothing(t *testing.T) {
	withProcs(t, 2)
	pool := parallel.New(2)
	defer pool.Close()
	do := func(int, int) {}
	if a := testing.AllocsPerRun(100, func() { pool.Run(2, true, do) }); a != 0 {
		t.Errorf("Run allocates %v times", a)
	}
}

// BenchmarkRun measures what it costs to hand out nothing.
func BenchmarkRun(b *testing.B) {
	pool := parallel.New(2)
	defer pool.Close()
	do := func(int, int) {}
	for b.Loop() {
		pool.Run(2, true, do)
	}
}
