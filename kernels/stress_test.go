package kernels_test

import (
	"io"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/internal/isa"
	. "github.com/nabla-go/nabla/internal/kerneltest"
)

// TestStress runs all kernels in several goroutines while the collector runs
// over and over and the tracer and the profiler walk the stacks: assembly that
// damages the goroutine's or the frame pointer crashes here.
func TestStress(t *testing.T) {
	if !trace.IsEnabled() {
		require.NoError(t, trace.Start(io.Discard))
		defer trace.Stop()
	}
	if pprof.StartCPUProfile(io.Discard) == nil { // else `go test -cpuprofile` has it
		defer pprof.StopCPUProfile()
	}
	Each(t, func(t *testing.T, level isa.Level) {
		if level == isa.Generic && len(isa.Available()) > 1 {
			t.Skip("has no assembly")
		}
		done := make(chan struct{})
		var collector, workers sync.WaitGroup
		collector.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					runtime.GC()
				}
			}
		})
		workers.Go(func() { stress[float32](t) })
		workers.Go(func() { stress[float64](t) })
		workers.Wait()
		close(done)
		collector.Wait()
	})
}

func stress[T Float](t *testing.T) {
	var mem Arena[T]
	defer mem.Free()
	for _, k := range Table[T]() {
		assert.NoError(t, k.Quick(&mem))
	}
}
