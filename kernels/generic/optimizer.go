package generic

import "github.com/nabla-go/nabla/internal/scalar"

func momentum[T float](w, v, g []T, lr, mu T) {
	for i, gi := range g {
		v[i] = scalar.Flush(scalar.FMA(mu, v[i], scalar.Flush(gi)))
		w[i] = scalar.FMA(-lr, v[i], w[i])
	}
}

func nesterov[T float](w, v, g []T, lr, mu T) {
	for i, gi := range g {
		gi = scalar.Flush(gi)
		v[i] = scalar.Flush(scalar.FMA(mu, v[i], gi))
		w[i] = scalar.FMA(-lr, scalar.FMA(mu, v[i], gi), w[i])
	}
}

func rmsProp[T float](w, s, g []T, lr, rho, oneMinusRho, eps T) {
	for i, gi := range g {
		gi = scalar.FlushRoot(gi)
		s[i] = scalar.FlushSquare(scalar.FMA(scalar.Mul(oneMinusRho, gi), gi, scalar.Mul(rho, s[i])))
		w[i] = scalar.FMA(-lr, quotient(gi, s[i], sqrt(s[i])+eps), w[i])
	}
}

func adam[T float](w, m, v, g []T, lr, beta1, oneMinusBeta1, beta2, oneMinusBeta2, scale, eps, keep T) {
	for i, gi := range g {
		m[i], v[i] = moments(m[i], v[i], gi, beta1, oneMinusBeta1, beta2, oneMinusBeta2)
		w[i] = scalar.FMA(-lr, m[i]/scalar.FMA(scale, sqrt(v[i]), eps), scalar.Mul(keep, w[i]))
	}
}

// moments returns the means of g and g² that follow m and v.
func moments[T float](m, v, g, beta1, oneMinusBeta1, beta2, oneMinusBeta2 T) (newM, newV T) {
	g = scalar.FlushRoot(g)
	newM = scalar.FMA(oneMinusBeta1, g, scalar.Mul(beta1, m))
	newV = scalar.FlushSquare(scalar.FMA(scalar.Mul(oneMinusBeta2, g), g, scalar.Mul(beta2, v)))
	if newV == 0 {
		newM = 0
	}
	return scalar.Flush(newM), newV
}

// quotient returns x/d, but +0 if s = 0, whatever d is.
func quotient[T float](x, s, d T) T {
	if s == 0 {
		return 0
	}
	return x / d
}

// MomentumF32 sets v = μ·v + g and w = w − lr·v, an FMA each. g and the new v are
// +0 below LeastFactor.
//
//nabla:blocks
//go:noinline
func MomentumF32(w, v, g []float32, lr, mu float32) { momentum(w, v, g, lr, mu) }

// MomentumF64 is MomentumF32 for float64.
//
//go:noinline
func MomentumF64(w, v, g []float64, lr, mu float64) { momentum(w, v, g, lr, mu) }

// NesterovF32 sets v = μ·v + g and w = w − lr·(μ·v + g), an FMA each. g and the new v
// are +0 below LeastFactor.
//
//nabla:blocks
//go:noinline
func NesterovF32(w, v, g []float32, lr, mu float32) { nesterov(w, v, g, lr, mu) }

// NesterovF64 is NesterovF32 for float64.
//
//go:noinline
func NesterovF64(w, v, g []float64, lr, mu float64) { nesterov(w, v, g, lr, mu) }

// RMSPropF32 sets s = fma((1−ρ)·g, g, ρ·s) and w = fma(−lr, g/(√s + eps), w). g is +0
// below LeastRoot, the new s below LeastSquare, and the quotient is +0 if s is.
//
//nabla:blocks
//nabla:if AVX512 cores.Active.RootBytes == 64
//nabla:few cores.Active.FewRoots
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
// w = fma(−lr, m/fma(scale, √v, eps), keep·w). g is +0 below LeastRoot, the new v below
// LeastSquare, the new m below LeastFactor, and m is +0 where v is. eps isn't 0.
//
//nabla:blocks
//nabla:if AVX512 cores.Active.RootBytes == 64
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
