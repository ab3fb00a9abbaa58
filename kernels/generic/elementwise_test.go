package generic

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/nabla-go/nabla/internal/scalar"
	"github.com/stretchr/testify/assert"
)

// of returns f(x) of a kernel.
func of[T float](f func(dst, z []T), x T) T {
	z := []T{x}
	f(z, z)
	return z[0]
}

// same compares bit by bit, but any NaN equals any NaN.
func same[T float](x, y T) bool {
	return math.Float64bits(float64(x)) == math.Float64bits(float64(y)) || x != x && y != y
}

// inputs returns random numbers, small, large and negative, and special values.
func inputs[T float]() []T {
	r := rand.New(rand.NewPCG(3, 4))
	z := []T{0, T(math.Copysign(0, -1)), T(math.Inf(1)), T(math.Inf(-1)), T(math.NaN()), 0x1p-149, -0x1p-149, 1, -1}
	for range 1000 {
		x := r.NormFloat64()
		z = append(z, T(x), T(30*x), T(x*0x1p-30), T(math.Abs(x)*0x1p-130))
	}
	return z
}

// loop is a kernel and the function that it applies to each element.
type loop[T float] struct {
	kernel func(dst, z []T)
	scalar func(z T) T
}

func elementary[T float](t *testing.T, z []T, table map[string]loop[T]) {
	dst := make([]T, len(z))
	for name, f := range table {
		f.kernel(dst, z)
		for i, x := range z {
			if want := f.scalar(x); !same(dst[i], want) {
				t.Fatalf("%s: element %d, %v, became %v, want %v", name, i, x, dst[i], want)
			}
		}
	}
}

// A product with a derivative is the rounded product of both, without what is small.
func TestMulPrimes(t *testing.T) {
	for _, c := range []struct {
		name       string
		mul, prime func(dst, z []float32)
	}{
		{"Sigmoid", func(dst, z []float32) { MulSigmoidPrimeF32(dst, dst, z) }, SigmoidPrimeF32},
		{"Tanh", func(dst, z []float32) { MulTanhPrimeF32(dst, dst, z) }, TanhPrimeF32},
		{"ReLU", func(dst, z []float32) { MulReLUPrimeF32(dst, dst, z) }, ReLUPrimeF32},
	} {
		z := inputs[float32]()
		prime, d, got := make([]float32, len(z)), make([]float32, len(z)), make([]float32, len(z))
		r := rand.New(rand.NewPCG(5, 6))
		for i := range d {
			d[i] = float32(r.NormFloat64())
		}
		copy(got, d)
		c.prime(prime, z)
		c.mul(got, z)
		for i := range z {
			want := scalar.Flush(d[i]) * prime[i]
			if c.name != "ReLU" {
				want = scalar.MulFlush(d[i], prime[i])
			}
			if !same(got[i], want) {
				t.Fatalf("%s: %v·f'(%v) = %v, want %v", c.name, d[i], z[i], got[i], want)
			}
		}
	}
}

// The elementary kernels are loops over the scalar functions.
func TestElementary(t *testing.T) {
	elementary(t, inputs[float32](), map[string]loop[float32]{
		"Exp": {ExpF32, scalar.Exp[float32]}, "Log": {LogF32, scalar.Log[float32]}, "Sigmoid": {SigmoidF32, scalar.Sigmoid[float32]}, "Tanh": {TanhF32, scalar.Tanh[float32]},
		"SigmoidPrime": {SigmoidPrimeF32, scalar.SigmoidPrime[float32]}, "TanhPrime": {TanhPrimeF32, scalar.TanhPrime[float32]},
	})
	elementary(t, inputs[float64](), map[string]loop[float64]{
		"Exp": {ExpF64, scalar.Exp[float64]}, "Log": {LogF64, scalar.Log[float64]}, "Sigmoid": {SigmoidF64, scalar.Sigmoid[float64]}, "Tanh": {TanhF64, scalar.Tanh[float64]},
		"SigmoidPrime": {SigmoidPrimeF64, scalar.SigmoidPrime[float64]}, "TanhPrime": {TanhPrimeF64, scalar.TanhPrime[float64]},
	})
}

func TestReLU(t *testing.T) {
	inf, nan, zero := math.Inf(1), math.NaN(), math.Copysign(0, -1)
	for _, c := range []struct{ x, relu, prime float64 }{
		{nan, nan, nan}, {inf, inf, 1}, {-inf, 0, 0}, {0, 0, 0}, {zero, zero, 0}, {2, 2, 1}, {-2, 0, 0},
		{0x1p-149, 0x1p-149, 1}, {-0x1p-149, 0, 0},
	} {
		x := float32(c.x)
		assert.True(t, same(of(ReLUF64, c.x), c.relu), "ReLUF64(%v)", c.x)
		assert.True(t, same(of(ReLUPrimeF64, c.x), c.prime), "ReLUPrimeF64(%v)", c.x)
		assert.True(t, same(of(ReLUF32, x), float32(c.relu)), "ReLUF32(%v)", c.x)
		assert.True(t, same(of(ReLUPrimeF32, x), float32(c.prime)), "ReLUPrimeF32(%v)", c.x)
	}
}
