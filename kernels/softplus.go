package kernels

import "github.com/nabla-go/nabla/internal/race"

// Softplus sets dst[i] = ln(1 + e^z[i]). Underflow is gradual; large z[i] stay as they
// are. Its derivative is Sigmoid. Its error is at most 1 ulp.
func Softplus[T Float](dst, z []T) {
	if len(dst) != len(z) {
		panic("kernels: Softplus: len(dst) != len(z)")
	}
	if partialOverlap(dst, z) {
		panic("kernels: Softplus: dst overlaps z without being equal to it")
	}
	race.Read(z)
	race.Write(dst)
	softplus(dst, z)
}

// MulSoftplusPrime sets dst[i] = d[i]·σ(z[i]), the δ ⊙ σ'(z) of backpropagation for
// softplus: the bits of Sigmoid followed by Mul, but +0 where that is small (see the
// documentation of the package).
func MulSoftplusPrime[T Float](dst, d, z []T) {
	if len(dst) != len(d) || len(dst) != len(z) {
		panic("kernels: MulSoftplusPrime: lengths of dst, d and z differ")
	}
	if partialOverlap(dst, d) || partialOverlap(dst, z) {
		panic("kernels: MulSoftplusPrime: dst overlaps d or z without being equal to it")
	}
	race.Read(d)
	race.Read(z)
	race.Write(dst)
	mulSoftplusPrime(dst, d, z)
}
