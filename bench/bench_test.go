package bench

import (
	"fmt"
	"testing"

	"github.com/nabla-go/nabla/internal/isa"
	"github.com/nabla-go/nabla/internal/kerneltest"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
)

// BenchmarkKernel runs all cases at all levels, named for benchstat:
// BenchmarkKernel/Gemv/f32/isa=avx512/30x784.
func BenchmarkKernel(b *testing.B) {
	for _, c := range Cases() {
		var run func(n int)
		for _, level := range isa.Available() {
			if level == isa.Generic && c.Heavy() {
				continue
			}
			b.Run(c.Name(level), func(b *testing.B) {
				if run == nil {
					run = c.Setup()
				}
				defer isa.Force(level)()
				b.SetBytes(int64(c.Work.Bytes * c.Work.Sweep.Moves()))
				b.ResetTimer()
				run(b.N)
				if c.Work.MulAdds > 0 {
					b.ReportMetric(2*float64(c.Work.MulAdds)*float64(b.N)/float64(b.Elapsed()), "GFLOP/s")
				}
			})
		}
	}
}

func BenchmarkStep(b *testing.B) {
	b.Run("f32", benchSteps[float32])
	b.Run("f64", benchSteps[float64])
}

func benchSteps[T kernels.Float](b *testing.B) {
	_, size := typeName[T]()
	for _, shape := range Nets {
		d := Samples[T](shape, InOrder)
		n, err := New[T](shape)
		if err != nil {
			b.Fatal(err)
		}
		for _, level := range isa.Available() {
			for _, batch := range Batches {
				all, _ := shape.weights()
				if level == isa.Generic && all*batch > 1<<20 || size == 8 && batch > 32 {
					continue
				}
				for _, threads := range []int{1, 2} {
					b.Run(fmt.Sprintf("isa=%v/net=%v/batch=%d/threads=%d", level, shape, batch, threads), func(b *testing.B) {
						s := newStepper(StepCase{Net: shape, Batch: batch, Threads: threads, Mode: Step, Level: level}, n, d)
						defer s.ws.SetWorkers(1)
						defer isa.Force(level)()
						b.ReportAllocs()
						b.ResetTimer()
						s.run(b.N)
						b.ReportMetric(float64(batch*b.N)/b.Elapsed().Seconds(), "samples/s")
					})
				}
			}
		}
	}
}

// Every row of the table of kernels is measured with both types.
func TestEveryKernelHasACase(t *testing.T) {
	cases := map[[2]string]bool{}
	for _, c := range Cases() {
		cases[[2]string{c.Row, c.Type}] = true
	}
	for _, k := range kerneltest.Table[float32]() {
		for _, typ := range []string{"f32", "f64"} {
			if !cases[[2]string{k.Name, typ}] {
				t.Errorf("no case measures %s %s", k.Name, typ)
			}
		}
	}
}

// Every case that is measured runs at every level without a panic.
func TestCases(t *testing.T) {
	names := map[string]bool{}
	for _, c := range Cases() {
		if n := c.Name(isa.Generic); names[n] {
			t.Errorf("two cases are called %s", n)
		} else {
			names[n] = true
		}
		if c.Work.Bytes > 1<<17 || c.Work.MulAdds > 1<<17 {
			continue
		}
		for _, level := range isa.Available() {
			func() {
				defer isa.Force(level)()
				c.Setup()(2)
			}()
		}
	}
}

// The limits of a machine are positive, and nothing is beyond them.
func TestRun(t *testing.T) {
	var cases []Case
	for _, c := range Cases() {
		if c.Group == "matrix 10x30" || c.Group == "softmax" {
			cases = append(cases, c)
		}
	}
	seen := 0
	Run(cases, isa.Available(), 1, func(results []Result) {
		for _, r := range results {
			seen++
			if !(r.NS > 0 && r.LimitNS > 0 && r.Percent > 0 && r.Percent <= 100) {
				t.Errorf("%+v", r)
			}
		}
	})
	if want := len(cases) * len(isa.Available()); seen != want {
		t.Errorf("%d results, want %d", seen, want)
	}
}

func TestRunSteps(t *testing.T) {
	n := Net{[]int{20, 10, 5}, net.Tanh, net.Sigmoid, net.CrossEntropy}
	var cases []StepCase
	for _, mode := range []Mode{Step, Forward, Fit} {
		cases = append(cases, StepCase{Net: n, Batch: 10, Threads: 1, Mode: mode, Level: isa.Active})
	}
	results, err := RunSteps[float64](cases, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if !(r.Rate > 0 && r.Percent > 0 && r.Percent <= 100) || r.Allocs != 0 {
			t.Errorf("%+v", r)
		}
	}
}
