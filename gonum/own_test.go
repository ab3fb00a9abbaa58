package gonum

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/nabla-go/nabla/internal/isa"
	"github.com/nabla-go/nabla/internal/kerneltest"
	"gonum.org/v1/gonum/blas"
	own "gonum.org/v1/gonum/blas/gonum"
)

// routines are the functions that BLAS has anew.
type routines[T float] struct {
	dot   func(n int, x []T, incX int, y []T, incY int) T
	axpy  func(n int, alpha T, x []T, incX int, y []T, incY int)
	scal  func(n int, alpha T, x []T, incX int)
	gemv  func(tA blas.Transpose, m, n int, alpha T, a []T, lda int, x []T, incX int, beta T, y []T, incY int)
	ger   func(m, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int)
	symv  func(ul blas.Uplo, n int, alpha T, a []T, lda int, x []T, incX int, beta T, y []T, incY int)
	syr   func(ul blas.Uplo, n int, alpha T, x []T, incX int, a []T, lda int)
	syr2  func(ul blas.Uplo, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int)
	trmv  func(ul blas.Uplo, tA blas.Transpose, d blas.Diag, n int, a []T, lda int, x []T, incX int)
	trsv  func(ul blas.Uplo, tA blas.Transpose, d blas.Diag, n int, a []T, lda int, x []T, incX int)
	gemm  func(tA, tB blas.Transpose, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int)
	symm  func(s blas.Side, ul blas.Uplo, m, n int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int)
	syrk  func(ul blas.Uplo, tA blas.Transpose, n, k int, alpha T, a []T, lda int, beta T, c []T, ldc int)
	syr2k func(ul blas.Uplo, tA blas.Transpose, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int)
	trmm  func(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha T, a []T, lda int, b []T, ldb int)
	trsm  func(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha T, a []T, lda int, b []T, ldb int)
}

func of32(b blas.Float32) routines[float32] {
	return routines[float32]{b.Sdot, b.Saxpy, b.Sscal, b.Sgemv, b.Sger, b.Ssymv, b.Ssyr, b.Ssyr2, b.Strmv, b.Strsv,
		b.Sgemm, b.Ssymm, b.Ssyrk, b.Ssyr2k, b.Strmm, b.Strsm}
}

// gonums32 and gonums64 are gonum's own. In gonum 0.17 on amd64, Ger is wrong for negative
// increments (it takes other elements of x and y), so it gets positive ones; and Sgemv of a
// transpose writes behind the last element of y, so it gets y without what stands there.
func gonums32() routines[float32] {
	r := of32(own.Implementation{})
	r.ger, r.gemv = upwards(r.ger), exact(r.gemv)
	return r
}

func gonums64() routines[float64] {
	r := of64(own.Implementation{})
	r.ger, r.gemv = upwards(r.ger), exact(r.gemv)
	return r
}

type gerFunc[T float] func(m, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int)

func upwards[T float](ger gerFunc[T]) gerFunc[T] {
	return func(m, n int, alpha T, x []T, incX int, y []T, incY int, a []T, lda int) {
		if incX < 0 && holds(m, x, incX) {
			v := make([]T, m)
			gather(v, x, incX)
			x, incX = v, 1
		}
		if incY < 0 && holds(n, y, incY) {
			v := make([]T, n)
			gather(v, y, incY)
			y, incY = v, 1
		}
		ger(m, n, alpha, x, incX, y, incY, a, lda)
	}
}

type gemvFunc[T float] func(tA blas.Transpose, m, n int, alpha T, a []T, lda int, x []T, incX int, beta T, y []T, incY int)

func exact[T float](gemv gemvFunc[T]) gemvFunc[T] {
	return func(tA blas.Transpose, m, n int, alpha T, a []T, lda int, x []T, incX int, beta T, y []T, incY int) {
		length := m
		if tA != blas.NoTrans {
			length = n
		}
		if incY == 1 && holds(length, y, 1) {
			y = y[:length]
		}
		gemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
	}
}

func of64(b blas.Float64) routines[float64] {
	return routines[float64]{b.Ddot, b.Daxpy, b.Dscal, b.Dgemv, b.Dger, b.Dsymv, b.Dsyr, b.Dsyr2, b.Dtrmv, b.Dtrsv,
		b.Dgemm, b.Dsymm, b.Dsyrk, b.Dsyr2k, b.Dtrmm, b.Dtrsm}
}

// args are the arguments of a call of any of them.
type args[T float] struct {
	s             blas.Side
	ul            blas.Uplo
	tA, tB        blas.Transpose
	d             blas.Diag
	m, n, k       int
	alpha, beta   T
	a, b, c, x, y []T
	lda, ldb, ldc int
	incX, incY    int
	result        T
}

// calls has a call of each function, and what it reads of A: the triangle of a square
// matrix, or nothing in particular.
func calls[T float]() map[string]func(r routines[T], p *args[T]) {
	return map[string]func(r routines[T], p *args[T]){
		"dot":  func(r routines[T], p *args[T]) { p.result = r.dot(p.n, p.x, p.incX, p.y, p.incY) },
		"axpy": func(r routines[T], p *args[T]) { r.axpy(p.n, p.alpha, p.x, p.incX, p.y, p.incY) },
		"scal": func(r routines[T], p *args[T]) { r.scal(p.n, p.alpha, p.x, p.incX) },
		"gemv": func(r routines[T], p *args[T]) {
			r.gemv(p.tA, p.m, p.n, p.alpha, p.a, p.lda, p.x, p.incX, p.beta, p.y, p.incY)
		},
		"ger": func(r routines[T], p *args[T]) { r.ger(p.m, p.n, p.alpha, p.x, p.incX, p.y, p.incY, p.c, p.ldc) },
		"symv": func(r routines[T], p *args[T]) {
			r.symv(p.ul, p.n, p.alpha, p.a, p.lda, p.x, p.incX, p.beta, p.y, p.incY)
		},
		"syr":  func(r routines[T], p *args[T]) { r.syr(p.ul, p.n, p.alpha, p.x, p.incX, p.c, p.ldc) },
		"syr2": func(r routines[T], p *args[T]) { r.syr2(p.ul, p.n, p.alpha, p.x, p.incX, p.y, p.incY, p.c, p.ldc) },
		"trmv": func(r routines[T], p *args[T]) { r.trmv(p.ul, p.tA, p.d, p.n, p.a, p.lda, p.x, p.incX) },
		"trsv": func(r routines[T], p *args[T]) { r.trsv(p.ul, p.tA, p.d, p.n, p.a, p.lda, p.x, p.incX) },
		"gemm": func(r routines[T], p *args[T]) {
			r.gemm(p.tA, p.tB, p.m, p.n, p.k, p.alpha, p.a, p.lda, p.b, p.ldb, p.beta, p.c, p.ldc)
		},
		"symm": func(r routines[T], p *args[T]) {
			r.symm(p.s, p.ul, p.m, p.n, p.alpha, p.a, p.lda, p.b, p.ldb, p.beta, p.c, p.ldc)
		},
		"syrk": func(r routines[T], p *args[T]) { r.syrk(p.ul, p.tA, p.n, p.k, p.alpha, p.a, p.lda, p.beta, p.c, p.ldc) },
		"syr2k": func(r routines[T], p *args[T]) {
			r.syr2k(p.ul, p.tA, p.n, p.k, p.alpha, p.a, p.lda, p.b, p.ldb, p.beta, p.c, p.ldc)
		},
		"trmm": func(r routines[T], p *args[T]) {
			r.trmm(p.s, p.ul, p.tA, p.d, p.m, p.n, p.alpha, p.a, p.lda, p.c, p.ldc)
		},
		"trsm": func(r routines[T], p *args[T]) {
			r.trsm(p.s, p.ul, p.tA, p.d, p.m, p.n, p.alpha, p.a, p.lda, p.c, p.ldc)
		},
	}
}

// oneTriangle are the functions that read one triangle of A only.
var oneTriangle = map[string]bool{"symv": true, "trmv": true, "trsv": true, "symm": true, "trmm": true, "trsm": true}

// writesOnly are the functions that don't read C or y if beta is 0. gonum's own syrk does.
var writesOnly = map[string]bool{"gemv": true, "symv": true, "gemm": true, "symm": true, "syr2k": true}

// operands returns arguments for a call with random flags, factors, increments and
// leading dimensions. All that a function mustn't read is NaN.
func operands[T float](r *rand.Rand, name string, m, n, k int) *args[T] {
	pick := func(of ...int) int { return of[r.IntN(len(of))] }
	p := &args[T]{
		s:  blas.Side(pick(int(blas.Left), int(blas.Right))),
		ul: blas.Uplo(pick(int(blas.Upper), int(blas.Lower))),
		tA: blas.Transpose(pick('N', 'T', 'C')), tB: blas.Transpose(pick('N', 'T', 'C')),
		d: blas.Diag(pick(int(blas.Unit), int(blas.NonUnit))),
		m: m, n: n, k: k,
		alpha: T(pick(1, 1, -1, 0, 3)), beta: T(pick(0, 0, 1, -2)),
		incX: pick(1, 1, 1, 2, -1, -3), incY: pick(1, 1, 1, 3, -1, -2),
	}
	// Sizes of the matrices that do for every function and flag.
	size := max(m, n, k)
	p.lda, p.ldb, p.ldc = size+pick(0, 1, 5), size+pick(0, 2, 3), size+pick(0, 0, 1, 4)
	matrix := func(ld int) []T {
		a := make([]T, ld*size)
		for i := range a {
			a[i] = T(r.Float64()*2 - 1)
			if i%ld >= size {
				a[i] = T(math.NaN())
			}
		}
		return a
	}
	p.a, p.b, p.c = matrix(p.lda), matrix(p.ldb), matrix(p.ldc)
	if oneTriangle[name] {
		for i := range size {
			for j := range size {
				v := &p.a[i*p.lda+j]
				switch {
				case i != j && (i < j) != (p.ul == blas.Upper), i == j && p.d == blas.Unit && name[0] == 't':
					*v = T(math.NaN())
				case name == "trsv" || name == "trsm": // so that the solution doesn't grow
					*v /= T(size)
					if i == j {
						*v += 2
					}
				}
			}
		}
	}
	if p.beta == 0 && writesOnly[name] {
		for i := range p.c {
			p.c[i] = T(math.NaN())
		}
	}
	vector := func(inc int) []T {
		if inc < 0 {
			inc = -inc
		}
		x := make([]T, (size-1)*inc+1)
		for i := range x {
			x[i] = T(math.NaN())
			if i%inc == 0 {
				x[i] = T(r.Float64()*2 - 1)
			}
		}
		return x
	}
	p.x, p.y = vector(p.incX), vector(p.incY)
	if p.beta == 0 && writesOnly[name] {
		for i := range p.y {
			p.y[i] = T(math.NaN())
		}
	}
	return p
}

func (p *args[T]) clone() *args[T] {
	q := *p
	for _, v := range []*[]T{&q.a, &q.b, &q.c, &q.x, &q.y} {
		*v = append([]T(nil), *v...)
	}
	return &q
}

// differ returns how two results differ by more than rounding, or "".
func (p *args[T]) differ(q *args[T], name string) string {
	tol := 4 * float64(p.m+p.n+p.k) * math.Abs(float64(math.Nextafter32(1, 2)-1))
	if any(p.result) == any(float64(p.result)) {
		tol = 4 * float64(p.m+p.n+p.k) * 0x1p-52
	}
	for what, v := range map[string][2][]T{
		"A": {p.a, q.a}, "B": {p.b, q.b}, "C": {p.c, q.c}, "x": {p.x, q.x}, "y": {p.y, q.y}, "result": {{p.result}, {q.result}},
	} {
		for i, got := range v[0] {
			got, want := float64(got), float64(v[1][i])
			if math.IsNaN(got) && math.IsNaN(want) {
				continue
			}
			if !(math.Abs(got-want) <= tol*(1+math.Abs(want))) {
				return fmt.Sprintf("%s: element %d of %s is %v, gonum's %v", name, i, what, got, want)
			}
		}
	}
	return ""
}

func (p *args[T]) String() string {
	return fmt.Sprintf("side %c, uplo %c, trans %c %c, diag %c, %d×%d, k %d, alpha %v, beta %v, ld %d %d %d, inc %d %d",
		p.s, p.ul, p.tA, p.tB, p.d, p.m, p.n, p.k, p.alpha, p.beta, p.lda, p.ldb, p.ldc, p.incX, p.incY)
}

// TestOwn compares every function with gonum's own, around all sizes at which something
// changes.
func TestOwn(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testOwn(t, of32(BLAS{}), gonums32()) })
	t.Run("float64", func(t *testing.T) { testOwn(t, of64(BLAS{}), gonums64()) })
}

func testOwn[T float](t *testing.T, ours, theirs routines[T]) {
	r := rand.New(rand.NewPCG(1, 2))
	sizes := []int{1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 47, 63, 64, 65, 97, 130, 143}
	for name, call := range calls[T]() {
		for range 150 {
			size := func() int { return sizes[r.IntN(len(sizes))] }
			got := operands[T](r, name, size(), size(), size())
			want := got.clone()
			call(ours, got)
			call(theirs, want)
			if d := got.differ(want, name); d != "" {
				t.Errorf("%s (%v)", d, got)
				break
			}
		}
	}
}

// TestParallel: products that several goroutines share have the same bits as those of one.
func TestParallel(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, s := range [][3]int{{300, 200, 150}, {200, 300, 150}, {1000, 3, 1500}, {3, 1000, 1500}} {
		for range 4 {
			p := operands[float64](r, "gemm", s[0], s[1], s[2])
			p.alpha = 3
			whole := p.clone()
			if int64(s[0])*int64(s[1])*int64(s[2]) < 2*share {
				t.Fatal("too small")
			}
			parts(4, func() { calls[float64]()["gemm"](of64(BLAS{}), p) })
			parts(1, func() { calls[float64]()["gemm"](of64(BLAS{}), whole) })
			for i, v := range p.c {
				if w := whole.c[i]; math.Float64bits(v) != math.Float64bits(w) && v == v {
					t.Fatalf("element %d is %v, by one goroutine %v (%v)", i, v, w, p)
				}
			}
		}
	}
}

// TestBits: what runs on kernels alone has the same bits on every instruction set.
func TestBits(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testBits(t, of32(BLAS{})) })
	t.Run("float64", func(t *testing.T) { testBits(t, of64(BLAS{})) })
}

func testBits[T float](t *testing.T, ours routines[T]) {
	promised := []string{"dot", "axpy", "scal", "gemv", "ger", "syr", "syr2", "gemm", "symm", "syrk", "syr2k", "trmm", "trsm"}
	want := map[string]*args[T]{}
	kerneltest.Each(t, func(t *testing.T, level isa.Level) {
		r := rand.New(rand.NewPCG(9, 10))
		for _, name := range promised {
			for k := range 12 {
				p := operands[T](r, name, 32+r.IntN(40), 32+r.IntN(40), 32+r.IntN(40))
				if slices.Contains([]string{"dot", "axpy", "scal"}, name) {
					p.incX, p.incY = 1, 1
				}
				calls[T]()[name](ours, p)
				key := fmt.Sprint(name, k)
				w := want[key]
				if w == nil {
					want[key] = p
					continue
				}
				for what, v := range map[string][2][]T{"C": {p.c, w.c}, "y": {p.y, w.y}, "x": {p.x, w.x}, "result": {{p.result}, {w.result}}} {
					for i, x := range v[0] {
						if y := v[1][i]; math.Float64bits(float64(x)) != math.Float64bits(float64(y)) && (x == x || y == y) {
							t.Fatalf("%s: element %d of %s is %v, with another instruction set %v (%v)", name, i, what, x, y, p)
						}
					}
				}
			}
		}
	})
}

// TestPanics: wrong arguments panic with gonum's messages, and those at the edge don't.
func TestPanics(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testPanics(t, of32(BLAS{}), gonums32()) })
	t.Run("float64", func(t *testing.T) { testPanics(t, of64(BLAS{}), gonums64()) })
}

func testPanics[T float](t *testing.T, ours, theirs routines[T]) {
	short := func(v *[]T, n int) { *v = (*v)[:max(0, min(n, len(*v)))] }
	seen := map[string]bool{}
	for what, change := range map[string]func(p *args[T]){
		"side": func(p *args[T]) { p.s = 'x' }, "uplo": func(p *args[T]) { p.ul = 'x' }, "diag": func(p *args[T]) { p.d = 0 },
		"transA": func(p *args[T]) { p.tA = 'x' }, "transB": func(p *args[T]) { p.tB = 0 },
		"m < 0": func(p *args[T]) { p.m = -1 }, "n < 0": func(p *args[T]) { p.n = -1 }, "k < 0": func(p *args[T]) { p.k = -1 },
		"m = 0": func(p *args[T]) { p.m = 0 }, "n = 0": func(p *args[T]) { p.n = 0 }, "k = 0": func(p *args[T]) { p.k = 0 },
		"lda = 0": func(p *args[T]) { p.lda = 0 }, "ldb = 0": func(p *args[T]) { p.ldb = 0 }, "ldc = 0": func(p *args[T]) { p.ldc = 0 },
		"lda": func(p *args[T]) { p.lda = 32 }, "ldb": func(p *args[T]) { p.ldb = 32 }, "ldc": func(p *args[T]) { p.ldc = 32 },
		"incX": func(p *args[T]) { p.incX = 0 }, "incY": func(p *args[T]) { p.incY = 0 },
		"short a": func(p *args[T]) { short(&p.a, 32*p.lda+5) }, "short b": func(p *args[T]) { short(&p.b, 32*p.ldb+5) },
		"short c": func(p *args[T]) { short(&p.c, 32*p.ldc+5) },
		"short x": func(p *args[T]) { short(&p.x, 32) }, "short y": func(p *args[T]) { short(&p.y, 32) },
		"nil a": func(p *args[T]) { p.a = nil }, "nil b": func(p *args[T]) { p.b = nil }, "nil c": func(p *args[T]) { p.c = nil },
		"nil x": func(p *args[T]) { p.x = nil }, "nil y": func(p *args[T]) { p.y = nil },
	} {
		r := rand.New(rand.NewPCG(5, 6))
		for name, call := range calls[T]() {
			for range 8 {
				got := operands[T](r, name, 40, 40, 40)
				change(got)
				want := got.clone()
				if got.a == nil {
					want.a = nil
				}
				g, w := caught(func() { call(ours, got) }), caught(func() { call(theirs, want) })
				if g != w {
					t.Errorf("%s, wrong %s: panics with %v, gonum's with %v (%v)", name, what, g, w, got)
				} else if d := got.differ(want, name); d != "" {
					t.Errorf("%s, changed %s: %s (%v)", name, what, d, got)
				}
				if w != nil {
					seen[what] = true
				}
			}
		}
		if !seen[what] && what[len(what)-1] != '0' {
			t.Errorf("nothing panics for wrong %s", what)
		}
	}
}

func caught(call func()) (r any) {
	defer func() { r = recover() }()
	call()
	return nil
}

// TestOneMatrix: the operands of a call may be parts of one matrix, as LAPACK has them.
func TestOneMatrix(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	const ld = 100
	for what, call := range map[string]func(b blas.Float64, a []float64){
		"gemv into a row below":     func(b blas.Float64, a []float64) { b.Dgemv('N', 30, 40, 1, a, ld, a[50*ld:], 1, 2, a[60*ld:], 1) },
		"gemv into a row beside":    func(b blas.Float64, a []float64) { b.Dgemv('N', 30, 40, 1, a, ld, a[50*ld:], 1, 2, a[3*ld+50:], 1) },
		"gemv into a column beside": func(b blas.Float64, a []float64) { b.Dgemv('T', 30, 40, 1, a, ld, a[41:], ld, 2, a[50:], ld) },
		"ger by a row and a column": func(b blas.Float64, a []float64) { b.Dger(30, 40, 3, a[50:], ld, a[60*ld:], 1, a, ld) },
		"ger by rows beside":        func(b blas.Float64, a []float64) { b.Dger(30, 40, 3, a[3*ld+50:], 1, a[5*ld+50:], 1, a, ld) },
		"gemm of blocks":            func(b blas.Float64, a []float64) { b.Dgemm('N', 'T', 30, 40, 20, 1, a, ld, a[20:], ld, 1, a[50:], ld) },
		"gemm, A of another stride": func(b blas.Float64, a []float64) {
			b.Dgemm('N', 'N', 3, 40, 20, 1, a[ld:], 20, a[20:], ld, 0, a[60:], ld)
		},
		"gemm, B of another stride":    func(b blas.Float64, a []float64) { b.Dgemm('N', 'N', 20, 20, 3, 1, a, ld, a[ld+5:], 20, 0, a[70:], ld) },
		"trsm of another stride":       func(b blas.Float64, a []float64) { b.Dtrsm('R', 'U', 'N', 'U', 40, 40, 1, a, ld, a[50:], 2*ld) },
		"syrk of another stride":       func(b blas.Float64, a []float64) { b.Dsyrk('U', 'N', 40, 30, 1, a[50:], 2*ld, 1, a, ld) },
		"symm of another stride":       func(b blas.Float64, a []float64) { b.Dsymm('L', 'U', 40, 20, 1, a, ld, a[50:], ld, 0, a[75:], 2*ld) },
		"axpy of a vector to the next": func(b blas.Float64, a []float64) { b.Daxpy(40, 3, a[1:], 1, a, 1) },
		"trsm of blocks":               func(b blas.Float64, a []float64) { b.Dtrsm('L', 'L', 'N', 'U', 50, 40, 1, a, ld, a[50:], ld) },
		"syrk of blocks":               func(b blas.Float64, a []float64) { b.Dsyrk('U', 'T', 50, 20, -1, a, ld, 1, a[50:], ld) },
		"symv into a row beside":       func(b blas.Float64, a []float64) { b.Dsymv('L', 40, 1, a, ld, a[3*ld+50:], 1, 1, a[4*ld+50:], 1) },
		"syr2 by rows beside":          func(b blas.Float64, a []float64) { b.Dsyr2('L', 40, 1, a[3*ld+50:], 1, a[4*ld+50:], 1, a, ld) },
		"trsv of a row beside":         func(b blas.Float64, a []float64) { b.Dtrsv('L', 'N', 'U', 40, a, ld, a[3*ld+50:], 1) },
		"axpy of a vector to itself":   func(b blas.Float64, a []float64) { b.Daxpy(40, 3, a, 1, a, 1) },
	} {
		got := make([]float64, ld*ld)
		for i := range got {
			got[i] = (r.Float64() - 0.5) / 40
		}
		want := append([]float64(nil), got...)
		call(BLAS{}, got)
		call(own.Implementation{}, want)
		for i, v := range got {
			if !(math.Abs(v-want[i]) <= 1e-13) {
				t.Errorf("%s: element %d is %v, gonum's %v", what, i, v, want[i])
				break
			}
		}
	}
}

// TestAliases: an operand that is written may be one that is read, where gonum's own makes
// something else of it or kernels would refuse it.
func TestAliases(t *testing.T) {
	const n = 40
	for what, call := range map[string]func(a, x, y []float64){
		"gemv":  func(a, x, y []float64) { BLAS{}.Dgemv('N', n, n, 1, a, n, x, 1, 2, y, 1) },
		"gemvT": func(a, x, y []float64) { BLAS{}.Dgemv('T', n, n, 1, a, n, x, 1, 2, y, 1) },
		"symv":  func(a, x, y []float64) { BLAS{}.Dsymv('U', n, 1, a, n, x, 1, 2, y, 1) },
	} {
		a, x := make([]float64, n*n), make([]float64, n)
		for i := range a {
			a[i] = float64(i%7) - 3
		}
		for i := range x {
			x[i] = float64(i%5) - 2
		}
		y := append([]float64(nil), x...)
		call(a, x, y)
		call(a, x, x)
		for i := range x {
			if x[i] != y[i] {
				t.Errorf("%s: y = x gives %v, a copy %v", what, x[i], y[i])
				break
			}
		}
	}
}

// TestZero: with alpha = 0 what it multiplies isn't read, as in gonum.
func TestZero(t *testing.T) {
	const n = 40
	nans := func(n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = math.NaN()
		}
		return x
	}
	for what, call := range map[string]func(zeros []float64){
		"axpy": func(z []float64) { BLAS{}.Daxpy(n*n, 0, nans(n*n), 1, z, 1) },
		"gemv": func(z []float64) { BLAS{}.Dgemv('N', n, n, 0, nans(n*n), n, nans(n), 1, 1, z, 1) },
		"ger":  func(z []float64) { BLAS{}.Dger(n, n, 0, nans(n), 1, nans(n), 1, z, n) },
		"syr":  func(z []float64) { BLAS{}.Dsyr('U', n, 0, nans(n), 1, z, n) },
		"gemm": func(z []float64) { BLAS{}.Dgemm('N', 'N', n, n, n, 0, nans(n*n), n, nans(n*n), n, 1, z, n) },
		"syrk": func(z []float64) { BLAS{}.Dsyrk('L', 'N', n, n, 0, nans(n*n), n, 1, z, n) },
		"scal": func(z []float64) { copy(z, nans(n)); BLAS{}.Dscal(n, 0, z, 1) },
		"trmm": func(z []float64) { copy(z, nans(n*n)); BLAS{}.Dtrmm('L', 'U', 'N', 'N', n, n, 0, nans(n*n), n, z, n) },
		"trsm": func(z []float64) { copy(z, nans(n*n)); BLAS{}.Dtrsm('R', 'U', 'N', 'N', n, n, 0, nans(n*n), n, z, n) },
	} {
		z := make([]float64, n*n)
		call(z)
		for i, v := range z {
			if v != 0 {
				t.Errorf("%s: element %d is %v", what, i, v)
				break
			}
		}
	}
	if got := (BLAS{}).Sdsdot(0, 3, nil, 1, nil, 1); got != 3 {
		t.Errorf("Sdsdot of nothing and 3 is %v", got)
	}
	if caught(func() { BLAS{}.Sdsdot(0, 3, nil, 0, nil, 1) }) == nil {
		t.Error("Sdsdot takes an increment of 0")
	}
}

// parts calls f with GOMAXPROCS n.
func parts(n int, f func()) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
	f()
}
