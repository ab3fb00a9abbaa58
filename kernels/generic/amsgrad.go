package generic

import "github.com/nabla-go/nabla/internal/scalar"

func amsGrad[T float](w, m, v, h, g []T, lr, beta1, oneMinusBeta1, beta2, oneMinusBeta2, scale, eps T) {
	for i, gi := range g {
		m[i], v[i] = moments(m[i], v[i], gi, beta1, oneMinusBeta1, beta2, oneMinusBeta2)
		if !(h[i] > v[i]) {
			h[i] = v[i]
		}
		w[i] = scalar.FMA(-lr, m[i]/scalar.FMA(scale, sqrt(h[i]), eps), w[i])
	}
}

// AMSGradF32 sets m and v as AdamF32 does, h = v unless h > v, and
// w = fma(−lr, m/fma(scale, √h, eps), w). eps isn't 0.
//
//nabla:blocks
//nabla:if AVX512 cores.Active.RootBytes == 64
//go:noinline
func AMSGradF32(w, m, v, h, g []float32, lr, beta1, oneMinusBeta1, beta2, oneMinusBeta2, scale, eps float32) {
	amsGrad(w, m, v, h, g, lr, beta1, oneMinusBeta1, beta2, oneMinusBeta2, scale, eps)
}

// AMSGradF64 is AMSGradF32 for float64.
//
//go:noinline
func AMSGradF64(w, m, v, h, g []float64, lr, beta1, oneMinusBeta1, beta2, oneMinusBeta2, scale, eps float64) {
	amsGrad(w, m, v, h, g, lr, beta1, oneMinusBeta1, beta2, oneMinusBeta2, scale, eps)
}
