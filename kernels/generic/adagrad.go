package generic

import "github.com/nabla-go/nabla/internal/scalar"

func adagrad[T float](w, s, g []T, lr, eps T) {
	for i, gi := range g {
		gi = scalar.FlushRoot(gi)
		s[i] = scalar.FMA(gi, gi, s[i])
		w[i] = scalar.FMA(-lr, gi/(sqrt(s[i])+eps), w[i])
	}
}

// AdagradF32 sets s = fma(g, g, s) and w = fma(−lr, g/(√s + eps), w). g is +0 below
// LeastRoot. eps isn't 0.
//
//nabla:blocks
//nabla:if AVX512 cores.Active.RootBytes == 64
//go:noinline
func AdagradF32(w, s, g []float32, lr, eps float32) { adagrad(w, s, g, lr, eps) }

// AdagradF64 is AdagradF32 for float64.
//
//go:noinline
func AdagradF64(w, s, g []float64, lr, eps float64) { adagrad(w, s, g, lr, eps) }
