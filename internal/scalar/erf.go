package scalar

// Erf returns the error function 2/√π ∫₀^z e^(−t²) dt, within 1 ulp and within [−1, 1]; −0
// for −0, NaN for NaN.
//
// For |z| ≤ 1 it is z + z·p(z²), from there on 1 − e^(−q(|z|)) with polynomials p and q:
// the logarithm of 1 − erf z is smooth, and its error counts little where 1 − erf z is
// small.
func Erf[T Float](z T) T {
	c := coefficients[T]()
	if z != z {
		return z
	}
	a := min(abs(z), c.ErfLarge)
	if a <= 1 {
		b := max(a, c.TailLeast)
		return FMA(horner(Mul(b, b), c.ErfNear), z, z)
	}
	kr, m, _ := twoWordExp(c, -horner(a-1, c.ErfFar))
	return copySign(1-Mul(m, pow2(c, kr)), z)
}
