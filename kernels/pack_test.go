package kernels

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/nabla-go/nabla/internal/isa"
)

// TestPacked holds the packed products to the unpacked ones, which other tests
// hold to the definition, at sizes that the public functions would not pack.
func TestPacked(t *testing.T) {
	for _, level := range isa.Available() {
		if level == isa.Generic {
			continue // the order of work is the same, only slower
		}
		t.Run(level.String(), func(t *testing.T) {
			defer isa.Force(level)()
			testPacked[float32](t)
			testPacked[float64](t)
		})
	}
}

func testPacked[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	random := func(n int) []T {
		x := make([]T, n)
		for i := range x {
			x[i] = T(rng.NormFloat64())
		}
		return x
	}
	for _, s := range [][3]int{{1, 1, 1}, {13, 200, 40}, {97, 7, 300}, {100, 130, 513}, {9, 1400, 530}, {200, 3, 1030}} {
		m, n, k := s[0], s[1], s[2]
		for _, f := range [][2]T{{1, 0}, {-0.3, 1}, {0.7, -0.2}} {
			name := fmt.Sprint(s, f)
			a, b, c := random((m+2)*(k+3)), random((n+1)*(k+3)), random(m*(n+2))
			want := slices.Clone(c)
			gemmRowRow(m, n, k, f[0], a, k+3, b, k+2, f[1], want, n+2)
			got := slices.Clone(c)
			rowRowPacked(m, n, k, f[0], a, k+3, b, k+2, f[1], got, n+2)
			assert.Equal(t, want, got, "row·row %s", name)
			for _, trans := range []bool{false, true} {
				rsA, csA := k+3, 1
				if trans {
					rsA, csA = 1, m+2
				}
				want, got := slices.Clone(c), slices.Clone(c)
				gemmChain(m, n, k, f[0], a, rsA, csA, b, n+1, f[1], want, n+2, false)
				chainPacked(m, n, k, f[0], a, rsA, csA, b, n+1, f[1], got, n+2)
				assert.Equal(t, want, got, "chain %s, transposed %v", name, trans)
			}
		}
	}
}
