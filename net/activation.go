package net

import (
	"fmt"

	"github.com/nabla-go/nabla/kernels"
)

// An Activation is the function σ that a layer applies to its pre-activations z.
type Activation uint8

const (
	Identity Activation = iota // z
	Sigmoid                    // 1 / (1 + e^{−z})
	Tanh                       // tanh z
	ReLU                       // max(z, 0)
	Softmax                    // e^{z_j} / Σ_k e^{z_k}, over the layer
)

var activationNames = [...]string{Identity: "identity", Sigmoid: "sigmoid", Tanh: "tanh", ReLU: "relu", Softmax: "softmax"}

// String returns the name that [ParseActivation] takes.
func (a Activation) String() string { return nameOf(activationNames[:], int(a), "Activation") }

// ParseActivation returns the activation called name: identity, sigmoid, tanh,
// relu or softmax.
func ParseActivation(name string) (Activation, error) {
	i, err := parse(activationNames[:], name, "activation")
	return Activation(i), err
}

// bounds returns the closed range of the activation.
func (a Activation) bounds() (lo, hi float64) {
	switch a {
	case Sigmoid, Softmax:
		return 0, 1
	case Tanh:
		return -1, 1
	case ReLU:
		return 0, inf
	}
	return -inf, inf
}

// activate sets a = σ(z), unless σ is a softmax.
func activate[T kernels.Float](σ Activation, a, z *kernels.Matrix[T]) {
	if contiguous(a) {
		activateRow(σ, a.Data, z.Data)
		return
	}
	for k := range a.Rows {
		activateRow(σ, a.Row(k), z.Row(k))
	}
}

func activateRow[T kernels.Float](σ Activation, a, z []T) {
	switch σ {
	case Identity:
		copy(a, z)
	case Sigmoid:
		kernels.Sigmoid(a, z)
	case Tanh:
		kernels.Tanh(a, z)
	case ReLU:
		kernels.ReLU(a, z)
	}
}

// mulPrime turns d = ∂C/∂a into ∂C/∂z: d ← d ⊙ σ'(z) or, since a softmax is not
// elementwise, d ← a ⊙ (d − Σ_j d_j a_j).
func mulPrime[T kernels.Float](σ Activation, d, z, a *kernels.Matrix[T]) {
	if σ != Softmax && contiguous(d) {
		mulPrimeRow(σ, d.Data, z.Data, a.Data)
		return
	}
	for k := range d.Rows {
		mulPrimeRow(σ, d.Row(k), z.Row(k), a.Row(k))
	}
}

func mulPrimeRow[T kernels.Float](σ Activation, d, z, a []T) {
	switch σ {
	case Sigmoid:
		kernels.MulSigmoidPrime(d, d, z)
	case Tanh:
		kernels.MulTanhPrime(d, d, z)
	case ReLU:
		kernels.MulReLUPrime(d, d, z)
	case Softmax:
		s := kernels.Dot(d, a)
		for j := range d {
			d[j] = a[j] * (d[j] - s)
		}
	}
}

// contiguous reports whether the rows of m follow each other without gaps.
func contiguous[T kernels.Float](m *kernels.Matrix[T]) bool { return m.Stride == m.Cols || m.Rows == 1 }

// nameOf returns names[i], or a Go-like expression for an i without a name.
func nameOf(names []string, i int, typ string) string {
	if i < len(names) {
		return names[i]
	}
	return fmt.Sprintf("%s(%d)", typ, i)
}

// parse returns the index of name in names.
func parse(names []string, name, what string) (int, error) {
	for i, n := range names {
		if n == name {
			return i, nil
		}
	}
	return 0, fmt.Errorf("unknown %s %q: want one of %s", what, name, joined(names))
}
