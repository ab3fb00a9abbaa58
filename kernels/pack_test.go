package kernels

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/nabla-go/nabla/internal/cores"
	"github.com/nabla-go/nabla/internal/isa"
)

// TestPacked holds the products that pack or cut their chains to those that don't, which
// other tests hold to the definition, at sizes that the public functions would leave whole,
// with the numbers of every kind of core.
func TestPacked(t *testing.T) {
	for _, level := range isa.Available() {
		if level == isa.Generic {
			continue // the order of work is the same, only slower
		}
		t.Run(level.String(), func(t *testing.T) {
			defer isa.Force(level)()
			seen := map[cores.Tuning]bool{}
			for _, k := range cores.Kinds() {
				restore := cores.Force(k)
				if !seen[cores.Active] && (!testing.Short() || len(seen) == 0 || k.Name == "intel-avx512") {
					testPacked[float32](t, k.Name)
					testPacked[float64](t, k.Name)
				}
				seen[cores.Active] = true
				restore()
			}
		})
	}
}

func testPacked[T Float](t *testing.T, core string) {
	rng := rand.New(rand.NewPCG(1, 2))
	random := func(n int) []T {
		x := make([]T, n)
		for i := range x {
			x[i] = T(rng.NormFloat64())
		}
		return x
	}
	sizes := [][3]int{{1, 1, 1}, {13, 200, 40}, {97, 7, 300}, {100, 130, 513}, {9, 1400, 530}, {200, 3, 1030}}
	if testing.Short() {
		sizes = [][3]int{{1, 1, 1}, {13, 200, 40}, {97, 7, 300}, {25, 70, 530}, {40, 3, 1030}}
	}
	for _, s := range sizes {
		m, n, k := s[0], s[1], s[2]
		for _, f := range [][2]T{{1, 0}, {-0.3, 1}, {0.7, -0.2}} {
			name := fmt.Sprint(core, s, f)
			a, b, c := random((m+2)*(k+3)), random((n+1)*(k+3)), random(m*(n+2))
			want := slices.Clone(c)
			gemmDot(m, n, k, f[0], a, k+3, b, k+2, f[1], want, n+2)
			got := slices.Clone(c)
			dotPacked(m, n, k, f[0], a, k+3, b, k+2, f[1], got, n+2)
			assert.Equal(t, want, got, "dot-product form %s", name)
			for _, trans := range []bool{false, true} {
				rsA, csA := k+3, 1
				if trans {
					rsA, csA = 1, m+2
				}
				want, got := slices.Clone(c), slices.Clone(c)
				gemmOuter(m, n, k, f[0], a, rsA, csA, b, n+1, f[1], want, n+2, false)
				outerPacked(m, n, k, f[0], a, rsA, csA, b, n+1, f[1], got, n+2, false)
				assert.Equal(t, want, got, "outer-product form %s, transposed %v", name, trans)
				if trans {
					got := slices.Clone(c)
					outerPiecesT(m, n, k, f[0], a, csA, b, n+1, f[1], got, n+2, false)
					assert.Equal(t, want, got, "pieces of Aᵀ·B %s", name)
				}
			}
		}
	}
}

// TestAliases holds products of samples that are 4 KiB apart, which are copied to padded
// rows, to those of the same samples elsewhere.
func TestAliases(t *testing.T) {
	testAliases[float32](t)
	testAliases[float64](t)
}

func testAliases[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	matrix := func(rows, cols, stride int) Matrix[T] {
		m := Matrix[T]{Rows: rows, Cols: cols, Stride: stride, Data: make([]T, rows*stride)}
		for i := range m.Data {
			m.Data[i] = T(rng.NormFloat64())
		}
		return m
	}
	apart := func(m Matrix[T]) Matrix[T] {
		n := NewMatrix[T](m.Rows, m.Cols)
		for i := range m.Rows {
			copy(n.Row(i), m.Row(i))
		}
		return n
	}
	const page, samples = 1024, 7 // 1,024 float64 are two pages
	for _, f := range []struct{ transA, transB Transpose }{{NoTrans, NoTrans}, {NoTrans, Trans}, {Trans, NoTrans}, {Trans, Trans}} {
		a, b, c := matrix(samples, 131, page), matrix(131, 70, 70), matrix(samples, 70, 70)
		switch {
		case f.transA == Trans && f.transB == Trans:
			b, c = matrix(70, samples, samples), matrix(131, 70, 70)
		case f.transA == Trans:
			b, c = matrix(samples, 70, page), matrix(131, 70, 70)
		case f.transB == Trans:
			b = matrix(70, 131, 131)
		}
		if f.transA == NoTrans { // more than are copied at a time
			a, c = matrix(cores.Active.AliasCopy+7, 131, page), matrix(cores.Active.AliasCopy+7, 70, 70)
		}
		aliasA, aliasB := aliases(&a, c.Cols), aliases(&b, c.Rows)
		assert.True(t, aliasA, f)
		assert.Equal(t, f.transA == Trans && f.transB == NoTrans, aliasB, f)
		got, want := c, apart(c)
		Gemm(f.transA, f.transB, 0.7, apart(a), apart(b), -0.3, want)
		Gemm(f.transA, f.transB, 0.7, a, b, -0.3, got)
		assert.Equal(t, want.Data, got.Data, f)
	}
}
