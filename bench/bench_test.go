package bench

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/nabla-go/nabla/bench/internal/probe"
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
						s, err := newStepper(StepCase{Net: shape, Batch: batch, Threads: threads, Mode: Step, Level: level}, n, d)
						if err != nil {
							b.Fatal(err)
						}
						defer s.close()
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

// Operands are the inputs first, of numbers that suit the kernel.
func TestOperands(t *testing.T) {
	for _, x := range Operands[float64]("Log", 100)[0] {
		if !(x > 0) {
			t.Errorf("Log gets %v", x)
		}
	}
	v := Operands[float32]("MulSigmoidPrime", 1000) // d and z
	if d, z := kernels.Max(v[0]), kernels.Max(v[1]); !(d <= 1 && z > 7 && z <= 8) {
		t.Errorf("MulSigmoidPrime gets d up to %v and z up to %v", d, z)
	}
	for _, kernel := range []string{"Sum", "Adam"} {
		for i, x := range Operands[float32](kernel, 7) {
			if len(x) != 7 {
				t.Errorf("%s: vector %d has %d elements", kernel, i, len(x))
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

// The limits of a machine are positive, and what is beyond them is marked.
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
			if !(r.NS > 0 && r.LimitNS > 0 && r.Percent > 0 && r.Beyond == (r.Percent > beyond)) {
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
		if !(r.Rate > 0 && r.Percent > 0 && r.Beyond == (r.Percent > beyond)) || r.Allocs != 0 {
			t.Errorf("%+v", r)
		}
	}
}

// known returns limits whose probes took known times: operation and byte cost these
// nanoseconds, reads from memory ten times as much.
func known(level isa.Level, c StepCase, op, byte float64) *limits {
	l := newLimits(level)
	l.addStep(c, 4)
	for _, t := range l.chains {
		t.Best = op * chainOps
	}
	for k, t := range l.sweeps {
		t.Best = byte * float64(k.footprint)
		if k.footprint == dram {
			t.Best *= 10
		}
	}
	return l
}

// The limit of a step is that of its multiply-adds or of its traffic: weights, inputs,
// activations and δ, and for Fit the samples, which come from memory and are gathered.
func TestStepLimit(t *testing.T) {
	c := StepCase{Net: Nets[0], Batch: 10, Threads: 1, Level: isa.Active}
	const weights, inputs, neurons = 4 * (784*30 + 30*10), 4 * 10 * 784, 4 * 10 * 40
	for _, x := range []struct {
		mode     Mode
		op, byte float64
		want     float64
		bound    Bound
	}{
		{Forward, 1, 0, 10 * (784*30 + 30*10), ByFMA},
		{Step, 1, 0, 10 * (2*784*30 + 3*30*10), ByFMA},
		{Forward, 0, 1, weights + inputs + neurons, ByMemory},
		{Step, 0, 1, 2*weights + inputs + 2*neurons, ByMemory},
		{Fit, 0, 1, 2*weights + 10*inputs + inputs + 2*neurons, ByMemory},
	} {
		c.Mode = x.mode
		got, bound := known(isa.Active, c, x.op, x.byte).step(c, 4)
		if math.Abs(got-x.want) > 1e-6*x.want || bound != x.bound {
			t.Errorf("%v: %v by %v, want %v by %v", x.mode, got, bound, x.want, x.bound)
		}
	}
}

// A limit is that of the fastest level, whichever runs, and what is beyond it is marked.
func TestMarked(t *testing.T) {
	levels := isa.Available()
	l := newLimits(levels...)
	w := Work{MulAdds: 1000}
	l.add(w, true)
	for i, level := range levels {
		l.chains[chainKey{probe.FMA32, level}].Best = float64(i+1) * chainOps
	}
	var entries []entry
	for i, ns := range []float64{2000, 1000, 980, 900} {
		task := NewTask(levels[i%len(levels)], nil)
		task.Best = ns
		entries = append(entries, entry{Case{Type: "f32", Work: w}, task})
	}
	var got []string
	for _, r := range l.results(entries) {
		got = append(got, PercentText(r.Percent))
		if r.LimitNS != 1000 || r.Beyond != (r.NS == 900) {
			t.Errorf("%+v", r)
		}
	}
	if want := []string{"50", "100", "102", "111!"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// Machines, and what they run, have folders of their own.
func TestFolder(t *testing.T) {
	for want, m := range map[string]Machine{
		"amd-epyc-zen4-avx512":         {CPU: "AMD EPYC (family 25, model 17)", Core: "zen4", ISA: "avx512"},
		"amd-epyc-zen4-avx2":           {CPU: "AMD EPYC (family 25, model 17)", Core: "zen4", ISA: "avx2"},
		"unknown-cpu-neoverse-n1-neon": {CPU: "unknown CPU", Core: "neoverse-n1", ISA: "neon"},
	} {
		if got := m.Folder(); got != want {
			t.Errorf("%+v: %s, want %s", m, got, want)
		}
	}
}
