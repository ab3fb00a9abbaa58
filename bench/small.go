package bench

import (
	"fmt"
	"math"

	"github.com/nabla-go/nabla/internal/isa"
	"github.com/nabla-go/nabla/internal/kerneltest"
	"github.com/nabla-go/nabla/kernels"
)

// A Worst is the size at which a kernel gains least over plain Go.
type Worst struct {
	Kernel  string  `json:"kernel"`
	Type    string  `json:"type"`
	ISA     string  `json:"isa"`
	Sizes   int     `json:"sizes"` // that were tried
	Shape   string  `json:"shape"`
	NS      float64 `json:"ns"`
	PlainNS float64 `json:"plain_ns"`
	Gain    float64 `json:"gain"` // PlainNS / NS
}

// small are the sizes from 1 on, all around the first few vectors and some beyond.
func small() []int {
	var n []int
	for i := 1; i <= 36; i++ {
		n = append(n, i)
	}
	return append(n, 47, 48, 49, 63, 64, 65, 79, 80, 81, 95, 97, 127, 128, 129, 130, 191, 255, 257)
}

// smallCalls returns the calls of every kernel by shape.
func smallCalls[T kernels.Float]() (names []string, calls map[string]map[string]func()) {
	calls = map[string]map[string]func(){}
	add := func(kernel, shape string, call func()) {
		if calls[kernel] == nil {
			calls[kernel] = map[string]func(){}
			names = append(names, kernel)
		}
		calls[kernel][shape] = call
	}
	for _, n := range small() {
		for _, k := range vectorKernels[T]() {
			o := operands(k, kerneltest.Size{M: 1, N: n, K: 1})
			add(k.Name, fmt.Sprint(n), func() { k.Call(1, 0, o) })
		}
		for _, s := range [][2]int{{1, n}, {n, 1}, {n, n}, {10, n}} {
			a, x, y := Matrix[T](s[0], s[1], Layout{}), Vector[T](s[1], 0), Vector[T](s[0], 0)
			shape := fmt.Sprintf("%dx%d", s[0], s[1])
			add("Gemv", shape, func() { kernels.Gemv(1, a, x, 0, y) })
			add("GemvT", shape, func() { kernels.GemvT(1, a, y, 0, x) })
			add("Ger", shape, func() { kernels.Ger(Tiny, y, x, a) })
			dst := Matrix[T](s[0], s[1], Layout{})
			add("Softmax", shape, func() { kernels.Softmax(dst, a) })
		}
		if n > 36 {
			continue
		}
		for _, s := range [][3]int{{n, n, n}, {n, 1, 1}, {1, n, 1}, {1, 1, n}, {10, n, 10}} {
			a, b, bT := Matrix[T](s[0], s[2], Layout{}), Matrix[T](s[2], s[1], Layout{}), Matrix[T](s[1], s[2], Layout{})
			aT, c := Matrix[T](s[2], s[0], Layout{}), Matrix[T](s[0], s[1], Layout{})
			shape := fmt.Sprintf("%dx%dx%d", s[0], s[1], s[2])
			add("GemmNN", shape, func() { kernels.Gemm(kernels.NoTrans, kernels.NoTrans, 1, a, b, 0, c) })
			add("GemmNT", shape, func() { kernels.Gemm(kernels.NoTrans, kernels.Trans, 1, a, bT, 0, c) })
			add("GemmTN", shape, func() { kernels.Gemm(kernels.Trans, kernels.NoTrans, Tiny, aT, b, 1, c) })
		}
	}
	return names, calls
}

// RunSmall times every kernel on small operands at level and in plain Go, and calls
// report with the size at which the gain is least.
func RunSmall[T kernels.Float](level isa.Level, rounds int, report func(Worst)) {
	typ, _ := typeName[T]()
	names, calls := smallCalls[T]()
	for _, kernel := range names {
		var tasks []*Task
		pairs := map[string][2]*Task{}
		for shape, call := range calls[kernel] {
			run := func(n int) {
				for range n {
					call()
				}
			}
			p := [2]*Task{NewTask(level, run), NewTask(isa.Generic, run)}
			pairs[shape] = p
			tasks = append(tasks, p[0], p[1])
		}
		Measure(rounds, tasks)
		w := Worst{Kernel: kernel, Type: typ, ISA: level.String(), Sizes: len(pairs), Gain: math.Inf(1)}
		for shape, p := range pairs {
			if gain := p[1].Best / p[0].Best; gain < w.Gain {
				w.Shape, w.NS, w.PlainNS, w.Gain = shape, p[0].Best, p[1].Best, gain
			}
		}
		report(w)
	}
}
