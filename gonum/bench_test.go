package gonum

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	own "gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/mat"
)

// Benchmark compares with gonum's own implementation: calls of both in turn, the fastest
// of each, and gonum's time divided by ours.
func Benchmark(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	v64 := func(n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = r.Float64() - 0.5
		}
		return x
	}
	v32 := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = r.Float32() - 0.5
		}
		return x
	}
	run := func(name string, call func(b blas.Float64, s blas.Float32)) {
		b.Run(name, func(b *testing.B) { alternate(b, call) })
	}
	for _, n := range []int{4, 16, 64, 512} {
		a, x, c := v32(n*n), v32(n*n), v32(n*n)
		run(fmt.Sprint("Sgemm/", n), func(_ blas.Float64, s blas.Float32) { s.Sgemm('N', 'N', n, n, n, 1, a, n, x, n, 0, c, n) })
	}
	for _, n := range []int{4, 8, 16, 64, 512} {
		a, x, c, y := v64(n*n), v64(n*n), v64(n*n), v64(4*n)
		for i := range n {
			a[i*n+i] += float64(n)
		}
		d := func(name string, call func(b blas.Float64)) {
			run(fmt.Sprintf("%s/%d", name, n), func(b blas.Float64, _ blas.Float32) { call(b) })
		}
		d("Ddot", func(b blas.Float64) { b.Ddot(n, x, 1, y, 1) })
		d("Daxpy", func(b blas.Float64) { b.Daxpy(n, 1e-9, x, 1, y, 1) })
		d("Dscal", func(b blas.Float64) { b.Dscal(n, -1, x, 1) })
		d("Dgemv", func(b blas.Float64) { b.Dgemv('N', n, n, 1, a, n, x, 1, 0, y, 1) })
		d("DgemvT", func(b blas.Float64) { b.Dgemv('T', n, n, 1, a, n, x, 1, 0, y, 1) })
		d("DgemvStrided", func(b blas.Float64) { b.Dgemv('N', n, n, 1, a, n, y, 2, 0, x, 3) })
		d("Dger", func(b blas.Float64) { b.Dger(n, n, 1e-9, y, 1, y, 1, c, n) })
		d("DgerStrided", func(b blas.Float64) { b.Dger(n, n, 1e-9, y, 2, y, 3, c, n) })
		d("Dsymv", func(b blas.Float64) { b.Dsymv('L', n, 1, a, n, x, 1, 0, y, 1) })
		d("Dsyr", func(b blas.Float64) { b.Dsyr('L', n, 1e-9, y, 1, c, n) })
		d("Dsyr2", func(b blas.Float64) { b.Dsyr2('U', n, 1e-9, y, 1, x, 1, c, n) })
		d("Dtrmv", func(b blas.Float64) { copy(x, y); b.Dtrmv('L', 'N', 'N', n, a, n, x[:n], 1) })
		d("Dtrsv", func(b blas.Float64) { copy(x, y); b.Dtrsv('L', 'N', 'N', n, a, n, x[:n], 1) })
		d("Dgemm", func(b blas.Float64) { b.Dgemm('N', 'N', n, n, n, 1, a, n, x, n, 0, c, n) })
		d("Dsymm", func(b blas.Float64) { b.Dsymm('L', 'U', n, n, 1, a, n, x, n, 0, c, n) })
		d("Dsyrk", func(b blas.Float64) { b.Dsyrk('L', 'N', n, n, 1, a, n, 0, c, n) })
		d("Dsyr2k", func(b blas.Float64) { b.Dsyr2k('U', 'T', n, n, 1, a, n, x, n, 0, c, n) })
		for _, s := range []blas.Side{blas.Left, blas.Right} {
			for _, t := range []blas.Transpose{blas.NoTrans, blas.Trans} {
				flags := fmt.Sprintf("%c%c", s, t)
				d("Dtrmm"+flags, func(b blas.Float64) { copy(c, x); b.Dtrmm(s, 'U', t, 'N', n, n, 1, a, n, c, n) })
				d("Dtrsm"+flags, func(b blas.Float64) { copy(c, x); b.Dtrsm(s, 'U', t, 'N', n, n, 1, a, n, c, n) })
			}
		}
	}
	for _, n := range []int{10, 50, 400} {
		d := func(name string, call func()) {
			run(fmt.Sprintf("mat/%s/%d", name, n), func(b blas.Float64, _ blas.Float32) { blas64.Use(b); call() })
		}
		a := mat.NewDense(n, n, v64(n*n))
		for i := range n {
			a.Set(i, i, float64(n))
		}
		var s mat.SymDense
		s.SymOuterK(1, a)
		var inverse, product mat.Dense
		var cholesky mat.Cholesky
		var lu mat.LU
		var qr mat.QR
		var eigen mat.EigenSym
		var svd mat.SVD
		d("Mul", func() { product.Mul(a, a) })
		d("Inverse", func() { must(b, inverse.Inverse(a)) })
		d("Cholesky", func() { cholesky.Factorize(&s) })
		d("LU", func() { lu.Factorize(a) })
		d("QR", func() { qr.Factorize(a) })
		d("EigenSym", func() { eigen.Factorize(&s, true) })
		d("SVD", func() { svd.Factorize(a, mat.SVDThin) })
	}
	blas64.Use(own.Implementation{})
}

func must(b *testing.B, err error) {
	if err != nil {
		b.Fatal(err)
	}
}

// alternate times call with both implementations. A round is as many calls as take 20 µs.
func alternate(b *testing.B, call func(b blas.Float64, s blas.Float32)) {
	took := func(call func()) time.Duration {
		start := time.Now()
		call()
		return time.Since(start)
	}
	theirs := func() { call(own.Implementation{}, own.Implementation{}) }
	ours := func() { call(BLAS{}, BLAS{}) }
	theirs()
	calls := max(1, int(20_000/(took(theirs)+1)))
	repeat := func(call func()) func() {
		return func() {
			for range calls {
				call()
			}
		}
	}
	least := [2]time.Duration{}
	for i := 0; b.Loop(); i++ {
		for k, f := range []func(){theirs, ours} {
			if d := took(repeat(f)); i == 0 || d < least[k] {
				least[k] = d
			}
		}
	}
	b.ReportMetric(float64(least[0])/float64(calls), "ns-gonum")
	b.ReportMetric(float64(least[1])/float64(calls), "ns-nabla")
	b.ReportMetric(float64(least[0])/float64(least[1]), "x")
	b.ReportMetric(0, "ns/op")
}
