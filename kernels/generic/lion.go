package generic

import "github.com/nabla-go/nabla/internal/scalar"

func lion[T float](w, m, g []T, lr, beta1, oneMinusBeta1, beta2, oneMinusBeta2, keep T) {
	for i, gi := range g {
		gi = scalar.Flush(gi)
		u := scalar.Sign(scalar.FMA(oneMinusBeta1, gi, scalar.Mul(beta1, m[i])))
		m[i] = scalar.Flush(scalar.FMA(oneMinusBeta2, gi, scalar.Mul(beta2, m[i])))
		w[i] = scalar.Flush(scalar.FMA(-lr, u, scalar.Mul(keep, w[i])))
	}
}

// LionF32 sets u = sign(fma(1−β₁, g, β₁·m)), m = fma(1−β₂, g, β₂·m) and
// w = fma(−lr, u, keep·w), sign being scalar.Sign. g and the new m and w are +0 below
// LeastFactor.
//
//nabla:blocks
//go:noinline
func LionF32(w, m, g []float32, lr, beta1, oneMinusBeta1, beta2, oneMinusBeta2, keep float32) {
	lion(w, m, g, lr, beta1, oneMinusBeta1, beta2, oneMinusBeta2, keep)
}

// LionF64 is LionF32 for float64.
//
//go:noinline
func LionF64(w, m, g []float64, lr, beta1, oneMinusBeta1, beta2, oneMinusBeta2, keep float64) {
	lion(w, m, g, lr, beta1, oneMinusBeta1, beta2, oneMinusBeta2, keep)
}
