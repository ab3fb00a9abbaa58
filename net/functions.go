package net

import "github.com/nabla-go/nabla/kernels"

// This file has the functions of activations: kernels, and compositions of kernels where
// there is no kernel. Those work on a chunk of elements at a time, so that what is
// between stays in the L1 cache and needs no memory of the workspace.

func copyOf[T kernels.Float](a, z []T) { copy(a, z) }

func keep[T kernels.Float](_, _, _ []T) {}

func mulSigmoidPrime[T kernels.Float](delta, z, _ []T) { kernels.MulSigmoidPrime(delta, delta, z) }

func mulTanhPrime[T kernels.Float](delta, z, _ []T) { kernels.MulTanhPrime(delta, delta, z) }

func mulReLUPrime[T kernels.Float](delta, z, _ []T) { kernels.MulReLUPrime(delta, delta, z) }

func softmax[T kernels.Float](a, z []T) {
	row := func(x []T) kernels.Matrix[T] {
		return kernels.Matrix[T]{Rows: 1, Cols: len(x), Stride: len(x), Data: x}
	}
	kernels.Softmax(row(a), row(z))
}

// mulSoftmaxPrime sets delta ← a ⊙ (delta − Σ_j delta_j a_j).
func mulSoftmaxPrime[T kernels.Float](delta, _, a []T) {
	s := kernels.Dot(delta, a)
	for j := range delta {
		delta[j] = a[j] * (delta[j] - s)
	}
}

func mulExpPrime[T kernels.Float](delta, _, a []T) { kernels.Mul(delta, delta, a) }

// chunk is how many elements a composition takes at once.
const chunk = 256

// inChunks calls f(x, y, z) for chunks of x, y and z, which have the same length. Memory
// that f needs stands outside of it, so that it is cleared once and not for every chunk.
func inChunks[T kernels.Float](x, y, z []T, f func(x, y, z []T)) {
	for len(x) > chunk {
		f(x[:chunk], y[:chunk], z[:chunk])
		x, y, z = x[chunk:], y[chunk:], z[chunk:]
	}
	f(x, y, z)
}

// fill sets all elements of x to c.
func fill[T kernels.Float](x []T, c T) {
	clear(x)
	kernels.AddConst(c, x)
}

// negativePart sets low = min(z, 0) and high = max(z, 0); both are exact.
func negativePart[T kernels.Float](low, high, z []T) {
	kernels.ReLU(high, z)
	kernels.Sub(low, z, high)
}

// splitDelta sets low = delta where z ≤ 0 and delta = 0 there; elsewhere low is 0.
func splitDelta[T kernels.Float](low, delta, z []T) {
	copy(low, delta)
	kernels.MulReLUPrime(delta, delta, z)
	kernels.Sub(low, low, delta)
}

// leakyReLU returns functions whose results are rounded once: of the two terms of their
// sums one is 0.
func leakyReLU[T kernels.Float](slope float64) Functions[T] {
	s := T(slope)
	return Functions[T]{
		Apply: func(a, z []T) {
			var buf [chunk]T
			inChunks(a, z, z, func(a, z, _ []T) {
				low := buf[:len(a)]
				negativePart(low, a, z)
				kernels.Axpy(s, low, a)
			})
		},
		MulPrime: func(delta, z, a []T) {
			var buf [chunk]T
			inChunks(delta, z, a, func(delta, z, _ []T) {
				low := buf[:len(delta)]
				splitDelta(low, delta, z)
				kernels.Axpy(s, low, delta)
			})
		},
	}
}

// The constants of Klambauer et al. for SELU.
const (
	seluScale = 1.0507009873554804934193349852946
	seluAlpha = 1.6732632423543772848170429916717
)

// elu returns the functions of scale · z above 0 and scale · α (e^z − 1) below, where
// e^z − 1 = (e^z + 1) tanh(z/2) keeps its relative accuracy near 0.
func elu[T kernels.Float](scale, alpha float64) Functions[T] {
	above, below := T(scale), T(scale*alpha)
	return Functions[T]{
		Apply: func(a, z []T) {
			var buf [3][chunk]T
			inChunks(a, z, z, func(a, z, _ []T) {
				low, e, h := buf[0][:len(a)], buf[1][:len(a)], buf[2][:len(a)]
				negativePart(low, a, z)
				kernels.Exp(e, low)
				kernels.AddConst(1, e)
				kernels.Scal(0.5, low)
				kernels.Tanh(h, low)
				kernels.Mul(h, h, e)
				if above != 1 {
					kernels.Scal(above, a)
				}
				kernels.Axpy(below, h, a)
			})
		},
		MulPrime: func(delta, z, a []T) {
			var buf [2][chunk]T
			inChunks(delta, z, a, func(delta, z, _ []T) {
				low, e := buf[0][:len(delta)], buf[1][:len(delta)]
				negativePart(low, e, z)
				kernels.Exp(e, low)
				splitDelta(low, delta, z)
				kernels.Mul(low, low, e)
				if above != 1 {
					kernels.Scal(above, delta)
				}
				kernels.Axpy(below, low, delta)
			})
		},
	}
}

func mulSoftplusPrime[T kernels.Float](delta, z, _ []T) { kernels.MulSoftplusPrime(delta, delta, z) }

func mulGELUPrime[T kernels.Float](delta, z, _ []T) { kernels.MulGELUPrime(delta, delta, z) }

// geluTanh computes ½ z (1 + tanh u) as z σ(2u), which keeps its relative accuracy below 0.
func geluTanh[T kernels.Float](a, z []T) {
	var buf [2][chunk]T
	inChunks(a, z, z, func(a, z, _ []T) {
		square, u := buf[0][:len(a)], buf[1][:len(a)]
		kernels.Mul(square, z, z)
		geluPolynomial(u, square, 1)
		kernels.Mul(u, u, z)
		kernels.Sigmoid(a, u)
		kernels.Mul(a, a, z)
	})
}

// mulGELUTanhPrime multiplies by σ(2u) + z σ'(2u) ∂(2u)/∂z.
func mulGELUTanhPrime[T kernels.Float](delta, z, a []T) {
	var buf [3][chunk]T
	inChunks(delta, z, a, func(delta, z, _ []T) {
		square, u, prime := buf[0][:len(delta)], buf[1][:len(delta)], buf[2][:len(delta)]
		kernels.Mul(square, z, z)
		geluPolynomial(u, square, 1)
		kernels.Mul(u, u, z)
		geluPolynomial(prime, square, 3)
		kernels.MulSigmoidPrime(prime, prime, u)
		kernels.Mul(prime, prime, z)
		kernels.Sigmoid(u, u)
		kernels.Add(prime, prime, u)
		kernels.Mul(delta, delta, prime)
	})
}

// geluPolynomial sets p = 2 √(2/π) (1 + n · 0.044715 z²): 2u/z for n = 1, and the derivative
// of 2u for n = 3.
func geluPolynomial[T kernels.Float](p, square []T, n float64) {
	const c = 2 * 0.7978845608028653558798921198687637 // √(2/π)
	kernels.Clamp(square, square, 0, 1e4)              // beyond, σ(2u) is 0 or 1, and σ'(2u) is 0
	fill(p, c)
	kernels.Axpy(T(n*(c*0.044715)), square, p)
}

func silu[T kernels.Float](a, z []T) {
	kernels.Sigmoid(a, z)
	kernels.Mul(a, a, z)
}

// mulSiLUPrime multiplies by σ(z) + z σ'(z).
func mulSiLUPrime[T kernels.Float](delta, z, a []T) {
	var buf [2][chunk]T
	inChunks(delta, z, a, func(delta, z, _ []T) {
		s, prime := buf[0][:len(delta)], buf[1][:len(delta)]
		kernels.MulSigmoidPrime(prime, z, z)
		kernels.Sigmoid(s, z)
		kernels.Add(prime, prime, s)
		kernels.Mul(delta, delta, prime)
	})
}

func hardSigmoid[T kernels.Float](a, z []T) {
	var sixes [chunk]T
	fill(sixes[:min(len(z), chunk)], 6)
	inChunks(a, z, z, func(a, z, _ []T) {
		copy(a, z)
		kernels.AddConst(3, a)
		kernels.Div(a, a, sixes[:len(a)])
		kernels.Clamp(a, a, 0, 1)
	})
}

// mulHardSigmoidPrime multiplies by ReLU'(3 − |z|) and divides by 6.
func mulHardSigmoidPrime[T kernels.Float](delta, z, _ []T) {
	var buf, sixes [chunk]T
	fill(sixes[:min(len(z), chunk)], 6)
	inChunks(delta, z, z, func(delta, z, _ []T) {
		rest := buf[:len(z)]
		kernels.Abs(rest, z)
		kernels.Neg(rest, rest)
		kernels.AddConst(3, rest)
		kernels.MulReLUPrime(delta, delta, rest)
		kernels.Div(delta, delta, sixes[:len(delta)])
		kernels.Flush(delta)
	})
}

func clippedReLU[T kernels.Float](high float64) Functions[T] {
	h := T(high)
	return Functions[T]{
		Apply: func(a, z []T) {
			for j, z := range z {
				a[j] = max(0, min(h, z))
			}
		},
		MulPrime: func(delta, z, _ []T) {
			kernels.MulReLUPrime(delta, delta, z)
			for j, z := range z {
				if z >= h {
					delta[j] = 0
				}
			}
		},
	}
}
