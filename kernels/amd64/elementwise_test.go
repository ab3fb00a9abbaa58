//go:build amd64 && !purego

package amd64_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nabla-go/nabla/internal/isa"
	"github.com/nabla-go/nabla/kernels/amd64"
	"github.com/nabla-go/nabla/kernels/generic"
)

// A kernel of one or two inputs: x is d of the fused products and unused in
// kernels of one input.
type kernel[T float32 | float64] struct {
	name                  string
	generic, avx2, avx512 func(dst, x, z []T)
}

func one[T float32 | float64](f func(dst, z []T)) func(dst, x, z []T) {
	return func(dst, _, z []T) { f(dst, z) }
}

var elementwise32 = []kernel[float32]{
	{"Add", generic.AddF32, amd64.AddF32AVX2, amd64.AddF32AVX512},
	{"Sub", generic.SubF32, amd64.SubF32AVX2, amd64.SubF32AVX512},
	{"Mul", generic.MulF32, amd64.MulF32AVX2, amd64.MulF32AVX512},
	{"ReLU", one(generic.ReLUF32), one(amd64.ReLUF32AVX2), one(amd64.ReLUF32AVX512)},
	{"ReLUPrime", one(generic.ReLUPrimeF32), one(amd64.ReLUPrimeF32AVX2), one(amd64.ReLUPrimeF32AVX512)},
	{"MulReLUPrime", generic.MulReLUPrimeF32, amd64.MulReLUPrimeF32AVX2, amd64.MulReLUPrimeF32AVX512},
	{"Exp", one(generic.ExpF32), one(amd64.ExpF32AVX2), one(amd64.ExpF32AVX512)},
	{"Log", one(generic.LogF32), one(amd64.LogF32AVX2), one(amd64.LogF32AVX512)},
	{"Sigmoid", one(generic.SigmoidF32), one(amd64.SigmoidF32AVX2), one(amd64.SigmoidF32AVX512)},
	{"SigmoidPrime", one(generic.SigmoidPrimeF32), one(amd64.SigmoidPrimeF32AVX2), one(amd64.SigmoidPrimeF32AVX512)},
	{"MulSigmoidPrime", generic.MulSigmoidPrimeF32, amd64.MulSigmoidPrimeF32AVX2, amd64.MulSigmoidPrimeF32AVX512},
	{"Tanh", one(generic.TanhF32), one(amd64.TanhF32AVX2), one(amd64.TanhF32AVX512)},
	{"TanhPrime", one(generic.TanhPrimeF32), one(amd64.TanhPrimeF32AVX2), one(amd64.TanhPrimeF32AVX512)},
	{"MulTanhPrime", generic.MulTanhPrimeF32, amd64.MulTanhPrimeF32AVX2, amd64.MulTanhPrimeF32AVX512},
	{"Softmax", one(generic.SoftmaxF32), one(amd64.SoftmaxF32AVX2), one(amd64.SoftmaxF32AVX512)},
}

var elementwise64 = []kernel[float64]{
	{"Add", generic.AddF64, amd64.AddF64AVX2, amd64.AddF64AVX512},
	{"Sub", generic.SubF64, amd64.SubF64AVX2, amd64.SubF64AVX512},
	{"Mul", generic.MulF64, amd64.MulF64AVX2, amd64.MulF64AVX512},
	{"ReLU", one(generic.ReLUF64), one(amd64.ReLUF64AVX2), one(amd64.ReLUF64AVX512)},
	{"ReLUPrime", one(generic.ReLUPrimeF64), one(amd64.ReLUPrimeF64AVX2), one(amd64.ReLUPrimeF64AVX512)},
	{"MulReLUPrime", generic.MulReLUPrimeF64, amd64.MulReLUPrimeF64AVX2, amd64.MulReLUPrimeF64AVX512},
	{"Exp", one(generic.ExpF64), one(amd64.ExpF64AVX2), one(amd64.ExpF64AVX512)},
	{"Log", one(generic.LogF64), one(amd64.LogF64AVX2), one(amd64.LogF64AVX512)},
	{"Sigmoid", one(generic.SigmoidF64), one(amd64.SigmoidF64AVX2), one(amd64.SigmoidF64AVX512)},
	{"SigmoidPrime", one(generic.SigmoidPrimeF64), one(amd64.SigmoidPrimeF64AVX2), one(amd64.SigmoidPrimeF64AVX512)},
	{"MulSigmoidPrime", generic.MulSigmoidPrimeF64, amd64.MulSigmoidPrimeF64AVX2, amd64.MulSigmoidPrimeF64AVX512},
	{"Tanh", one(generic.TanhF64), one(amd64.TanhF64AVX2), one(amd64.TanhF64AVX512)},
	{"TanhPrime", one(generic.TanhPrimeF64), one(amd64.TanhPrimeF64AVX2), one(amd64.TanhPrimeF64AVX512)},
	{"MulTanhPrime", generic.MulTanhPrimeF64, amd64.MulTanhPrimeF64AVX2, amd64.MulTanhPrimeF64AVX512},
	{"Softmax", one(generic.SoftmaxF64), one(amd64.SoftmaxF64AVX2), one(amd64.SoftmaxF64AVX512)},
}

func TestElementwise(t *testing.T) {
	t.Run("F32", func(t *testing.T) { testElementwise(t, elementwise32, floats32) })
	t.Run("F64", func(t *testing.T) { testElementwise(t, elementwise64, floats64) })
}

func testElementwise[T float32 | float64](t *testing.T, kernels []kernel[T], floats func(*rand.Rand, int) []T) {
	for _, k := range kernels {
		for _, v := range []struct {
			isa  isa.Level
			name string
			f    func(dst, x, z []T)
		}{{isa.AVX2, "AVX2", k.avx2}, {isa.AVX512, "AVX512", k.avx512}} {
			t.Run(k.name+v.name, func(t *testing.T) {
				if !slices.Contains(isa.Available(), v.isa) {
					t.Skipf("this machine has no %s", v.isa)
				}
				r := rand.New(rand.NewPCG(1, 2))
				lengths := []int{127, 128, 129, 200, 1000, 1001}
				for n := range 71 {
					lengths = append(lengths, n)
				}
				for _, n := range lengths {
					for range 8 {
						x, z := floats(r, n), floats(r, n)
						want := make([]T, n)
						k.generic(want, x, z)

						// Two elements on either side that must stay as they are.
						buf := make([]T, n+4)
						for i := range buf {
							buf[i] = 42
						}
						v.f(buf[2:2+n:2+n], x, z)
						for i, g := range buf {
							w := T(42)
							if i >= 2 && i < 2+n {
								w = want[i-2]
							}
							if !sameBits(g, w) {
								arg := T(0)
								if i >= 2 && i < 2+n {
									arg = z[i-2]
								}
								t.Fatalf("n=%d: element %d of f(%v) = %v, want %v", n, i-2, arg, g, w)
							}
						}
						v.f(z, x, z)
						for i, g := range z {
							if !sameBits(g, want[i]) {
								t.Fatalf("n=%d, dst = z: element %d = %v, want %v", n, i, g, want[i])
							}
						}
					}
				}
			})
		}
	}
}

// sameBits compares bit by bit, but any NaN equals any NaN.
func sameBits[T float32 | float64](x, y T) bool {
	return math.Float64bits(float64(x)) == math.Float64bits(float64(y)) || x != x && y != y
}

// floats32 returns n numbers of one of several kinds: all of the usual size, so
// that whole vectors stay on the fast path; with some of any bits; or special.
func floats32(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	kind := r.IntN(4)
	scale := []float64{1, 10, 80, 120}[r.IntN(4)]
	for i := range x {
		x[i] = float32(r.NormFloat64() * scale)
		switch kind {
		case 0:
			x[i] = math.Float32frombits(r.Uint32())
		case 1:
			if r.IntN(20) == 0 {
				x[i] = math.Float32frombits(r.Uint32())
			}
		case 2:
			if r.IntN(3) == 0 {
				x[i] = float32(specials[r.IntN(len(specials))])
			}
		}
	}
	return x
}

// floats64 is floats32 for float64.
func floats64(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	kind := r.IntN(4)
	scale := []float64{1, 10, 600, 900}[r.IntN(4)]
	for i := range x {
		x[i] = r.NormFloat64() * scale
		switch kind {
		case 0:
			x[i] = math.Float64frombits(r.Uint64())
		case 1:
			if r.IntN(20) == 0 {
				x[i] = math.Float64frombits(r.Uint64())
			}
		case 2:
			if r.IntN(3) == 0 {
				x[i] = specials[r.IntN(len(specials))]
			}
		}
	}
	return x
}

// specials are the numbers at which functions change their ways, with their
// neighbours of either type.
var specials = func() []float64 {
	s := []float64{0, math.Inf(1), math.NaN(), 1, 2, math.Pi, math.MaxFloat32, math.MaxFloat64, math.Sqrt2, math.Sqrt2 / 2,
		math.SmallestNonzeroFloat32, math.SmallestNonzeroFloat64, 0x1p-126, 0x1p-1022, 0x1.fffffcp-127, 0x1.ffffffffffffep-1023,
		0x1p-12, 0x1p-13, 0x1p-27, 0x1p-40, 0x1p-60, 0x1p-63, 0x1p-75, 0x1p-512, 0x1p-538,
		8.3, 8.66, 9, 9.01, 9.02, 10, 17.3, 18.4, 19, 19.1, 20, 36.7, 43, 52, 53,
		86, 87, 87.3, 87.33654, 88, 88.37, 88.72283, 88.72284, 89, 103.2, 103.9, 103.97, 103.98, 104, 105, 106, 107,
		350, 372, 373, 374, 700, 708.3, 708.4, 709.4, 709.78, 709.79, 710, 744.4, 745.13, 745.14, 746, 747, 748, 749, 1e4, 1e30, 1e300}
	for k := 1; k < 40; k++ {
		s = append(s, float64(k)*math.Ln2/2)
	}
	for _, x := range slices.Clone(s) {
		f := float32(x)
		s = append(s, math.Nextafter(x, 0), math.Nextafter(x, math.Inf(1)),
			float64(math.Nextafter32(f, 0)), float64(math.Nextafter32(f, float32(math.Inf(1)))))
	}
	for _, x := range slices.Clone(s) {
		s = append(s, -x)
	}
	return s
}()
