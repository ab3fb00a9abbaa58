package generic

import (
	"math/rand/v2"
	"testing"

	"github.com/nabla-go/nabla/internal/scalar"
)

// Softplus is a loop, and MulSoftplusPrime Sigmoid followed by Mul.
func TestSoftplus(t *testing.T) {
	testSoftplus(t, SoftplusF32, MulSoftplusPrimeF32, SigmoidF32, MulF32)
	testSoftplus(t, SoftplusF64, MulSoftplusPrimeF64, SigmoidF64, MulF64)
}

func testSoftplus[T float](t *testing.T, softplus func(dst, z []T), prime func(dst, d, z []T), sigmoid func(dst, z []T), mul func(dst, x, y []T)) {
	r := rand.New(rand.NewPCG(1, 2))
	z := inputs[T]()
	d, got, want := make([]T, len(z)), make([]T, len(z)), make([]T, len(z))
	for i := range d {
		d[i] = T(r.NormFloat64())
	}
	softplus(got, z)
	for i, x := range z {
		if w := scalar.Softplus(x); !same(got[i], w) {
			t.Fatalf("softplus of element %d, %v, is %v, want %v", i, x, got[i], w)
		}
	}
	prime(got, d, z)
	sigmoid(want, z)
	for i, w := range want {
		if w = scalar.MulFlush(d[i], w); !same(got[i], w) {
			t.Fatalf("%v·σ(%v) is %v, want %v", d[i], z[i], got[i], w)
		}
	}
}
