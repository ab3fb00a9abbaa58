package bench

import (
	"math"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/nabla-go/nabla/internal/cores"
	"github.com/nabla-go/nabla/internal/isa"
)

// A Task is something to be timed.
type Task struct {
	Run      func(n int) // does it n times
	Level    isa.Level   // in force while Run runs
	Core     *cores.Kind // whose numbers are in use while Run runs; nil: those in use anyway
	Parallel bool        // Run uses other threads as well
	Warm     func()      // if not nil, puts into the outer caches, before a block, what only many blocks touch
	// Best is the least time of one repetition seen so far, in nanoseconds.
	Best float64

	n int // repetitions in a block
}

// NewTask returns a task that runs at the given level.
func NewTask(level isa.Level, run func(n int)) *Task {
	return &Task{Run: run, Level: level, Best: math.Inf(1)}
}

// block is how long a timed block should take: a thousand times the clock's
// resolution, and short against a scheduler's time slice.
const block = 60 * time.Microsecond

// parallelBlock is the same for tasks that run on several threads, whose workers
// park between blocks.
const parallelBlock = 3 * time.Millisecond

// patience is how long the rounds of one group may take. Slow groups get fewer
// rounds, but leastRounds in any case.
const (
	patience    = 3 * time.Second
	leastRounds = 3
)

// Measure times tasks, interleaved, in at most so many rounds, and stores the
// least times. Each block comes after an untimed part that brings the task's data
// back into the caches.
func Measure(rounds int, tasks []*Task) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for _, t := range tasks {
		t.calibrate()
		for math.IsInf(t.Best, 1) {
			t.time()
		}
	}
	start := time.Now()
	for round := range rounds {
		if round >= leastRounds && time.Since(start) > patience {
			break
		}
		for _, t := range tasks {
			if t.Warm != nil {
				t.Warm()
			}
			if t.n > 1 || t.Best < float64(5*time.Millisecond) {
				t.block(max((t.n+3)/4, 3))
			}
			t.time()
		}
	}
}

// calibrate chooses how many repetitions make a block.
func (t *Task) calibrate() {
	for t.n = 1; t.block(t.n)*float64(t.n) < t.length()/2; t.n *= 2 {
	}
}

// length is how long a block should take, in nanoseconds.
func (t *Task) length() float64 {
	if t.Parallel {
		return float64(parallelBlock)
	}
	return float64(block)
}

// time runs a block. One that was too short, because something disturbed the
// calibration, doesn't count but corrects it.
func (t *Task) time() {
	ns := t.block(t.n)
	if ns*float64(t.n) < t.length()/4 {
		t.n = int(t.length()/ns) + 1
		return
	}
	t.Best = min(t.Best, ns)
}

// block returns the mean time of n repetitions.
func (t *Task) block(n int) float64 {
	defer isa.Force(t.Level)()
	if t.Core != nil {
		defer cores.Force(t.Core)()
	}
	w := startWatch(t.Parallel)
	t.Run(n)
	return float64(w.elapsed()) / float64(n)
}

// A watch tells how long the calling thread has worked. Over more than a
// scheduler's time slice that is less than the time that has passed if other
// programs want the core, so then the thread's own clock counts where the system
// has one; a short block that is interrupted is merely not the fastest.
type watch struct {
	parallel bool // the thread doesn't work alone
	wall     time.Time
	thread   time.Duration
}

func startWatch(parallel bool) watch {
	return watch{parallel, time.Now(), ThreadTime()}
}

// slice is less than any scheduler's time slice.
const slice = 500 * time.Microsecond

func (w watch) elapsed() time.Duration {
	wall := time.Since(w.wall)
	if wall < slice || w.parallel || w.thread == 0 {
		return wall
	}
	return min(wall, ThreadTime()-w.thread)
}
