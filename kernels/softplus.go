package kernels

// Softplus sets dst[i] = ln(1 + e^z[i]). Underflow is gradual; large z[i] stay as they
// are. Its derivative is Sigmoid. Its error is at most 1 ulp.
func Softplus[T Float](dst, z []T) { softplus(dst, z) }

// MulSoftplusPrime sets dst[i] = d[i]·σ(z[i]), the δ ⊙ σ'(z) of backpropagation for
// softplus: the bits of Sigmoid followed by Mul, but +0 where that is small (see the
// documentation of the package).
func MulSoftplusPrime[T Float](dst, d, z []T) { mulSoftplusPrime(dst, d, z) }
