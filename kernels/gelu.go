package kernels

// GELU sets dst[i] = z[i]·Φ(z[i]), Φ(z) being the probability that a standard normal number
// is below z: the Gaussian error linear unit of Hendrycks and Gimpel (2016) itself, not the
// approximation by tanh. Underflow is gradual. Its error is at most 2 ulp, also where Φ is
// small.
func GELU[T Float](dst, z []T) { gelu(dst, z) }

// GELUPrime sets dst[i] = GELU'(z[i]) = Φ(z) + z·φ(z), φ being the density of Φ. Underflow
// is gradual. Its error is at most 2 ulp, also around −0.75, where it is 0.
func GELUPrime[T Float](dst, z []T) { geluPrime(dst, z) }

// MulGELUPrime sets dst[i] = d[i]·GELU'(z[i]), the δ ⊙ σ'(z) of backpropagation for GELU:
// the bits of GELUPrime followed by Mul, but +0 where that is small (see the documentation
// of the package).
func MulGELUPrime[T Float](dst, d, z []T) { mulGELUPrime(dst, d, z) }

// Erf sets dst[i] = erf z[i], the error function: 2/√π times the integral of e^(−t²) from 0
// to z[i]. −0 stays. Its error is at most 1 ulp.
func Erf[T Float](dst, z []T) { erf(dst, z) }
