package generic

import "math"

// sqrt returns the square root, rounded once: that of a float32 in float64 has
// bits to spare.
func sqrt[T float](x T) T { return T(math.Sqrt(float64(x))) }

// PowInt returns xⁿ for n ≥ 0 by repeated squaring. The powers of Adam's β need
// no more, and Pow takes a hundred times as long.
func PowInt(x float64, n int) float64 {
	p := 1.0
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			p *= x
		}
		x *= x
	}
	return p
}

func momentum[T float](w, v, g []T, lr, mu T) {
	for i, gi := range g {
		v[i] = fma(mu, v[i], gi)
		w[i] = fma(-lr, v[i], w[i])
	}
}

func nesterov[T float](w, v, g []T, lr, mu T) {
	for i, gi := range g {
		v[i] = fma(mu, v[i], gi)
		w[i] = fma(-lr, fma(mu, v[i], gi), w[i])
	}
}

func rmsProp[T float](w, s, g []T, lr, rho, oneMinusRho, eps T) {
	for i, gi := range g {
		s[i] = fma(mul(oneMinusRho, gi), gi, mul(rho, s[i]))
		w[i] = fma(-lr, gi/(sqrt(s[i])+eps), w[i])
	}
}

func adam[T float](w, m, v, g []T, lr, beta1, oneMinusBeta1, beta2, oneMinusBeta2, scale, eps, keep T) {
	for i, gi := range g {
		m[i] = fma(oneMinusBeta1, gi, mul(beta1, m[i]))
		v[i] = fma(mul(oneMinusBeta2, gi), gi, mul(beta2, v[i]))
		w[i] = fma(-lr, m[i]/fma(scale, sqrt(v[i]), eps), mul(keep, w[i]))
	}
}

// MomentumF32 sets v = μ·v + g and w = w − lr·v, an FMA each.
//
//go:noinline
func MomentumF32(w, v, g []float32, lr, mu float32) { momentum(w, v, g, lr, mu) }

// MomentumF64 is MomentumF32 for float64.
//
//go:noinline
func MomentumF64(w, v, g []float64, lr, mu float64) { momentum(w, v, g, lr, mu) }

// NesterovF32 sets v = μ·v + g and w = w − lr·(μ·v + g), an FMA each.
//
//go:noinline
func NesterovF32(w, v, g []float32, lr, mu float32) { nesterov(w, v, g, lr, mu) }

// NesterovF64 is NesterovF32 for float64.
//
//go:noinline
func NesterovF64(w, v, g []float64, lr, mu float64) { nesterov(w, v, g, lr, mu) }

// RMSPropF32 sets s = fma((1−ρ)·g, g, ρ·s) and w = fma(−lr, g/(√s + eps), w).
//
//go:noinline
func RMSPropF32(w, s, g []float32, lr, rho, oneMinusRho, eps float32) {
	rmsProp(w, s, g, lr, rho, oneMinusRho, eps)
}

// RMSPropF64 is RMSPropF32 for float64.
//
//go:noinline
func RMSPropF64(w, s, g []float64, lr, rho, oneMinusRho, eps float64) {
	rmsProp(w, s, g, lr, rho, oneMinusRho, eps)
}

// AdamF32 sets m = fma(1−β₁, g, β₁·m), v = fma((1−β₂)·g, g, β₂·v) and
// w = fma(−lr, m/fma(scale, √v, eps), keep·w).
//
//go:noinline
func AdamF32(w, m, v, g []float32, lr, beta1, oneMinusBeta1, beta2, oneMinusBeta2, scale, eps, keep float32) {
	adam(w, m, v, g, lr, beta1, oneMinusBeta1, beta2, oneMinusBeta2, scale, eps, keep)
}

// AdamF64 is AdamF32 for float64.
//
//go:noinline
func AdamF64(w, m, v, g []float64, lr, beta1, oneMinusBeta1, beta2, oneMinusBeta2, scale, eps, keep float64) {
	adam(w, m, v, g, lr, beta1, oneMinusBeta1, beta2, oneMinusBeta2, scale, eps, keep)
}
