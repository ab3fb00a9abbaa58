package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"

	"github.com/viterin/vek"
	"github.com/viterin/vek/vek32"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"github.com/nabla-go/nabla/bench"
	"github.com/nabla-go/nabla/bench/peers/cpeer"
	"github.com/nabla-go/nabla/internal/isa"
	"github.com/nabla-go/nabla/kernels"
)

// kernelPeers are the columns of the table, in order.
var kernelPeers = []string{"OpenBLAS", "MKL", "libmvec", "SLEEF", "gonum", "vek", "tphakala/simd", "plain Go"}

// A blasPeer is a library of BLAS.
type blasPeer struct {
	name string
	lib  cpeer.BLAS
}

// blasPeers are those that are there: MKL only if its library is named.
var blasPeers = []blasPeer{{"OpenBLAS", cpeer.OfOpenBLAS}}

// A kernelRow is one case beside its peers.
type kernelRow struct {
	Kernel string             `json:"kernel"`
	Type   string             `json:"type"`
	Shape  string             `json:"shape"`
	Layout string             `json:"layout"`
	ISA    string             `json:"isa"`
	NS     float64            `json:"ns"`    // nabla
	Peers  map[string]float64 `json:"peers"` // ns by name
}

// compareKernels times the cases whose names match and everything that others
// offer for them, interleaved, group by group.
func compareKernels(match func(string) bool, level isa.Level, rounds int, report func(kernelRow)) {
	groups := map[string][]bench.Case{}
	var order []string
	for _, c := range bench.Cases() {
		if !match(c.Name(level)) {
			continue
		}
		if groups[c.Group] == nil {
			order = append(order, c.Group)
		}
		groups[c.Group] = append(groups[c.Group], c)
	}
	for _, g := range order {
		type timed struct {
			c     bench.Case
			ours  *bench.Task
			peers map[string]*bench.Task
		}
		var rows []timed
		var tasks []*bench.Task
		for _, c := range groups[g] {
			peers := peersOf(c)
			if len(peers) == 0 {
				continue
			}
			r := timed{c, bench.NewTask(level, ownOf(c)), map[string]*bench.Task{}}
			tasks = append(tasks, r.ours)
			for name, run := range peers {
				r.peers[name] = bench.NewTask(level, run)
				r.peers[name].Parallel = name == "gonum" || name == "vek" // they start goroutines for large products
				tasks = append(tasks, r.peers[name])
			}
			rows = append(rows, r)
		}
		bench.Measure(rounds, tasks)
		for _, r := range rows {
			row := kernelRow{Kernel: r.c.Kernel, Type: r.c.Type, Shape: r.c.Shape, Layout: r.c.Layout.Name, ISA: level.String(), NS: r.ours.Best, Peers: map[string]float64{}}
			for name, t := range r.peers {
				row.Peers[name] = t.Best
			}
			report(row)
		}
	}
}

// peersOf returns what others offer for a case, as functions that do it n times.
// Plain Go is left out where a call takes more than a moment.
func peersOf(c bench.Case) map[string]func(n int) {
	peers := map[string]func(int){}
	if c.Type == "f32" {
		addPeers[float32](peers, c)
		add32(peers, c)
	} else {
		addPeers[float64](peers, c)
		add64(peers, c)
	}
	return peers
}

// addPeers adds BLAS and plain Go, which have both types.
func addPeers[T kernels.Float](peers map[string]func(int), c bench.Case) {
	d, l := c.Dims, c.Layout
	// with adds each library of BLAS.
	with := func(call func(lib cpeer.BLAS, n int)) {
		for _, p := range blasPeers {
			peers[p.name] = func(n int) { call(p.lib, n) }
		}
	}
	const tiny = bench.Tiny
	switch c.Kernel {
	case "Gemv", "GemvT", "Ger":
		a, x, y := bench.Matrix[T](d[0], d[1], l), bench.Vector[T](d[1], l.Offset), bench.Vector[T](d[0], l.Offset)
		switch c.Kernel {
		case "Gemv":
			with(func(lib cpeer.BLAS, n int) { cpeer.Gemv(lib, n, kernels.NoTrans, a, x, y) })
			peers["plain Go"] = repeat(func() { plainGemv(a, x, y) })
		case "GemvT":
			with(func(lib cpeer.BLAS, n int) { cpeer.Gemv(lib, n, kernels.Trans, a, y, x) })
			peers["plain Go"] = repeat(func() { plainGemvT(a, y, x) })
		default:
			with(func(lib cpeer.BLAS, n int) { cpeer.Ger(lib, n, tiny, y, x, a) })
			peers["plain Go"] = repeat(func() { plainGer(tiny, y, x, a) })
		}
	case "GemmNN", "GemmNT", "GemmTN":
		ta, tb, beta, alpha := gemmForm[T](c.Kernel)
		a, b, cc := gemmOperands[T](c, ta, tb)
		with(func(lib cpeer.BLAS, n int) { cpeer.Gemm(lib, n, ta, tb, d[2], alpha, a, b, beta, cc) })
		if !c.Heavy() {
			peers["plain Go"] = repeat(func() { plainGemm(ta, tb, d[2], alpha, a, b, beta, cc) })
		}
	case "Dot":
		v := bench.Operands[T](c.Kernel, d[0])
		with(func(lib cpeer.BLAS, n int) { cpeer.Dot(lib, n, v[0], v[1]) })
		peers["plain Go"] = repeat(func() { sink = float64(plainDot(v[0], v[1])) })
	case "Axpy":
		v := bench.Operands[T](c.Kernel, d[0])
		with(func(lib cpeer.BLAS, n int) { cpeer.Axpy(lib, n, tiny, v[0], v[1]) })
		peers["plain Go"] = repeat(func() { plainAxpy(tiny, v[0], v[1]) })
	case "Scal":
		// Factors other than 1, which a library need not multiply by.
		v := bench.Operands[T](c.Kernel, d[0])
		with(func(lib cpeer.BLAS, n int) { cpeer.Scal(lib, n, -1, v[0]) })
	case "Exp", "Log", "Sigmoid", "Tanh", "ReLU", "Add", "Mul":
		v := bench.Operands[T](c.Kernel, d[0])
		peers["plain Go"] = repeat(func() { plainElementwise(c.Kernel, v[2], v[0], v[1]) })
	}
}

func gemmForm[T kernels.Float](kernel string) (ta, tb kernels.Transpose, beta, alpha T) {
	if kernel == "GemmTN" {
		return kernels.Trans, kernels.NoTrans, 1, bench.Tiny
	}
	if kernel == "GemmNT" {
		return kernels.NoTrans, kernels.Trans, 0, 1
	}
	return kernels.NoTrans, kernels.NoTrans, 0, 1
}

// gemmOperands returns A, B and C as they lie in memory.
func gemmOperands[T kernels.Float](c bench.Case, ta, tb kernels.Transpose) (a, b, cc kernels.Matrix[T]) {
	m, n, k := c.Dims[0], c.Dims[1], c.Dims[2]
	dim := func(trans kernels.Transpose, rows, cols int) kernels.Matrix[T] {
		if trans == kernels.Trans {
			rows, cols = cols, rows
		}
		return bench.Matrix[T](rows, cols, c.Layout)
	}
	return dim(ta, m, k), dim(tb, k, n), bench.Matrix[T](m, n, c.Layout)
}

// add32 adds what gonum, vek, MKL, libmvec and SLEEF have for float32.
func add32(peers map[string]func(int), c bench.Case) {
	var g gonum.Implementation
	d, l := c.Dims, c.Layout
	switch c.Kernel {
	case "Gemv", "GemvT", "Ger":
		a, x, y := bench.Matrix[float32](d[0], d[1], l), bench.Vector[float32](d[1], l.Offset), bench.Vector[float32](d[0], l.Offset)
		switch c.Kernel {
		case "Gemv":
			peers["gonum"] = repeat(func() { g.Sgemv(blas.NoTrans, d[0], d[1], 1, a.Data, a.Stride, x, 1, 0, y, 1) })
		case "GemvT":
			peers["gonum"] = repeat(func() { g.Sgemv(blas.Trans, d[0], d[1], 1, a.Data, a.Stride, y, 1, 0, x, 1) })
		default:
			peers["gonum"] = repeat(func() { g.Sger(d[0], d[1], bench.Tiny, y, 1, x, 1, a.Data, a.Stride) })
		}
	case "GemmNN", "GemmNT", "GemmTN":
		ta, tb, beta, alpha := gemmForm[float32](c.Kernel)
		a, b, cc := gemmOperands[float32](c, ta, tb)
		peers["gonum"] = repeat(func() {
			g.Sgemm(blas.Transpose(ta), blas.Transpose(tb), d[0], d[1], d[2], alpha, a.Data, a.Stride, b.Data, b.Stride, beta, cc.Data, cc.Stride)
		})
		if c.Kernel == "GemmNN" {
			peers["vek"] = repeat(func() { vek32.MatMul_Into(cc.Data, a.Data, b.Data, d[2]) })
		}
	}
	if c.Elements == 0 || len(d) != 1 {
		return
	}
	for _, o := range counterparts {
		if o.kernel == c.Kernel && o.f32 != nil {
			v := bench.Operands[float32](c.Kernel, d[0])
			w := vectors[float32](v)
			peers[o.library] = repeat(func() { o.f32(&w) })
		}
	}
	if !cpeer.Elementwise(c.Kernel) {
		return
	}
	v := bench.Operands[float32](c.Kernel, d[0])
	if cpeer.VML(1, c.Kernel, v[1], v[0]) {
		peers["MKL"] = func(n int) { cpeer.VML(n, c.Kernel, v[1], v[0]) }
	}
	if cpeer.LibMvec(1, c.Kernel, v[1], v[0]) {
		peers["libmvec"] = func(n int) { cpeer.LibMvec(n, c.Kernel, v[1], v[0]) }
		if c.Kernel != "ReLU" {
			peers["SLEEF"] = func(n int) { cpeer.SLEEF(n, c.Kernel, v[1], v[0]) }
		}
	}
}

// add64 adds what gonum and vek have for float64.
func add64(peers map[string]func(int), c bench.Case) {
	var g gonum.Implementation
	d, l := c.Dims, c.Layout
	switch c.Kernel {
	case "Gemv", "GemvT", "Ger":
		a, x, y := bench.Matrix[float64](d[0], d[1], l), bench.Vector[float64](d[1], l.Offset), bench.Vector[float64](d[0], l.Offset)
		switch c.Kernel {
		case "Gemv":
			peers["gonum"] = repeat(func() { g.Dgemv(blas.NoTrans, d[0], d[1], 1, a.Data, a.Stride, x, 1, 0, y, 1) })
		case "GemvT":
			peers["gonum"] = repeat(func() { g.Dgemv(blas.Trans, d[0], d[1], 1, a.Data, a.Stride, y, 1, 0, x, 1) })
		default:
			peers["gonum"] = repeat(func() { g.Dger(d[0], d[1], bench.Tiny, y, 1, x, 1, a.Data, a.Stride) })
		}
	case "GemmNN", "GemmNT", "GemmTN":
		ta, tb, beta, alpha := gemmForm[float64](c.Kernel)
		a, b, cc := gemmOperands[float64](c, ta, tb)
		peers["gonum"] = repeat(func() {
			g.Dgemm(blas.Transpose(ta), blas.Transpose(tb), d[0], d[1], d[2], alpha, a.Data, a.Stride, b.Data, b.Stride, beta, cc.Data, cc.Stride)
		})
		if c.Kernel == "GemmNN" {
			peers["vek"] = repeat(func() { vek.MatMul_Into(cc.Data, a.Data, b.Data, d[2]) })
		}
	}
	if c.Elements == 0 || len(d) != 1 {
		return
	}
	for _, o := range counterparts {
		if o.kernel == c.Kernel && o.f64 != nil {
			v := bench.Operands[float64](c.Kernel, d[0])
			w := vectors[float64](v)
			peers[o.library] = repeat(func() { o.f64(&w) })
		}
	}
}

func repeat(f func()) func(n int) {
	return func(n int) {
		for range n {
			f()
		}
	}
}

// sink keeps results alive.
//
//lint:ignore U1000 writing it is its use
var sink float64

// Plain Go: the loops that one writes without thinking of the machine.

func plainDot[T kernels.Float](x, y []T) (s T) {
	for i, v := range x {
		s += v * y[i]
	}
	return s
}

func plainAxpy[T kernels.Float](alpha T, x, y []T) {
	for i, v := range x {
		y[i] += alpha * v
	}
}

func plainGemv[T kernels.Float](a kernels.Matrix[T], x, y []T) {
	for i := range y {
		y[i] = plainDot(a.Row(i), x)
	}
}

func plainGemvT[T kernels.Float](a kernels.Matrix[T], x, y []T) {
	clear(y)
	for i, v := range x {
		plainAxpy(v, a.Row(i), y)
	}
}

func plainGer[T kernels.Float](alpha T, x, y []T, a kernels.Matrix[T]) {
	for i, v := range x {
		plainAxpy(alpha*v, y, a.Row(i))
	}
}

func plainGemm[T kernels.Float](ta, tb kernels.Transpose, k int, alpha T, a, b kernels.Matrix[T], beta T, c kernels.Matrix[T]) {
	for i := range c.Rows {
		row := c.Row(i)
		if tb == kernels.Trans {
			for j := range row {
				row[j] = alpha*plainDot(a.Row(i), b.Row(j)) + beta*row[j]
			}
			continue
		}
		for j := range row {
			row[j] *= beta
		}
		for l := range k {
			if ta == kernels.Trans {
				plainAxpy(alpha*a.Row(l)[i], b.Row(l), row)
			} else {
				plainAxpy(alpha*a.Row(i)[l], b.Row(l), row)
			}
		}
	}
}

func plainElementwise[T kernels.Float](kernel string, dst, x, y []T) {
	switch kernel {
	case "Exp":
		for i, v := range x {
			dst[i] = T(math.Exp(float64(v)))
		}
	case "Log":
		for i, v := range x {
			dst[i] = T(math.Log(float64(v)))
		}
	case "Sigmoid":
		for i, v := range x {
			dst[i] = T(1 / (1 + math.Exp(-float64(v))))
		}
	case "Tanh":
		for i, v := range x {
			dst[i] = T(math.Tanh(float64(v)))
		}
	case "ReLU":
		for i, v := range x {
			dst[i] = max(v, 0)
		}
	case "Add":
		for i, v := range x {
			dst[i] = v + y[i]
		}
	case "Mul":
		for i, v := range x {
			dst[i] = v * y[i]
		}
	}
}

func printKernelHead(w io.Writer) {
	fmt.Fprintf(w, "%-9s %-4s %-13s %-10s %12s", "kernel", "type", "shape", "layout", "nabla ns")
	for _, p := range kernelPeers {
		fmt.Fprintf(w, " %9s", p)
	}
	fmt.Fprintln(w, "   (times as long as nabla)")
}

func (r kernelRow) print(w io.Writer, asJSON bool) {
	if asJSON {
		json.NewEncoder(w).Encode(r)
		return
	}
	fmt.Fprintf(w, "%-9s %-4s %-13s %-10s %12.1f", r.Kernel, r.Type, r.Shape, r.Layout, r.NS)
	for _, p := range kernelPeers {
		s := ""
		if ns, ok := r.Peers[p]; ok {
			s = fmt.Sprintf("%.2f", ns/r.NS)
		}
		fmt.Fprintf(w, " %9s", s)
	}
	fmt.Fprintln(w)
}
