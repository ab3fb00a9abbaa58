package net

import (
	"fmt"
	"math"
	"slices"

	"github.com/nabla-go/nabla/internal/table"
	"github.com/nabla-go/nabla/kernels"
)

// An Activation is the function σ that a layer applies to its pre-activations z.
//
// The built-in ones are variables of this package and results of functions such as
// [LeakyReLU]; [Activations] lists them.
// [NewActivation] makes one of your own from two functions of a number; a literal
// of this struct makes one from functions of vectors. Activations are compared by
// pointer. Don't change one that a network has.
type Activation struct {
	Name    string // what [ParseActivation] takes and model files store
	Formula string // σ(z), for help texts

	F32 Functions[float32] // σ and σ' in networks of float32
	F64 Functions[float64] // σ and σ' in networks of float64

	// ByRows says that an output of σ depends on all z of the layer, as with softmax.
	// Functions are then called for one sample at a time; those of all other
	// activations are elementwise, and called for any number of elements.
	ByRows bool
	// Range holds all values of σ; nil stands for all numbers.
	Range *Interval
	// Gain is the number of inputs times the variance of the weights that
	// [ScaledNormal] draws; 0 stands for 1.
	Gain  float64
	Param *Param[Activation] // the parameter of the activation; nil if it has none
	// AtRest reports whether σ'(z) = 0, where the slope of a cost may be infinite;
	// nil stands for never.
	AtRest func(z float64) bool

	flushes bool    // MulPrime flushes δ itself, as kernels.MulSigmoidPrime does
	logits  *logits // nil where ln a and 1−a are computed from a
}

// Functions are an activation and its derivative. All slices of a call have the
// same length, and none overlaps another.
type Functions[T kernels.Float] struct {
	// Apply sets a = σ(z).
	Apply func(a, z []T)
	// MulPrime sets delta ← delta ⊙ σ'(z), or delta ← (∂a/∂z)ᵀ delta by rows. It may
	// use a = σ(z).
	MulPrime func(delta, z, a []T)
}

// logits says how to get more out of z than the elements of a tell.
type logits struct {
	// unit says that all outputs are between 0 and 1, where every cost with a LogTerm is
	// defined; else they are above 0.
	unit bool
	// outputs sets y to the outputs of a sample with the pre-activations z. It may use tmp.
	outputs func(y []Output, z, tmp []float64)
	// delta turns h = ∂C/∂(ln a) of a sample into ∂C/∂z. With unit, where 1−a is below vanishing, h
	// is (1−a) ∂C/∂(ln a).
	delta func(h []float64, y []Output, z []float64)
}

// Activations returns the built-in activations. LeakyReLU is there with slope 0.01, ELU
// with α = 1 and ClippedReLU up to 6.
func Activations() []*Activation { return slices.Clone(activations) }

// ParseActivation returns the activation called name, a built-in one or one of more.
func ParseActivation(name string, more ...*Activation) (*Activation, error) {
	return table.Find("activation", name, activations, more)
}

// NewActivation returns an elementwise activation of your own, σ with the derivative
// prime = σ'. Both are computed in float64 and rounded once. Set other fields of
// the result as far as they apply.
//
// Results are the same on every CPU only if those of σ and prime are; functions of
// package math differ between processors.
func NewActivation(name string, σ, prime func(z float64) float64) *Activation {
	return &Activation{Name: name, F32: onSlices[float32](σ, prime), F64: onSlices[float64](σ, prime)}
}

// onSlices returns vector forms of σ and prime. What is nil stays nil.
func onSlices[T kernels.Float](σ, prime func(z float64) float64) (f Functions[T]) {
	if σ != nil {
		f.Apply = func(a, z []T) {
			for j, z := range z {
				a[j] = T(σ(float64(z)))
			}
		}
	}
	if prime != nil {
		f.MulPrime = func(delta, z, _ []T) {
			for j, z := range z {
				delta[j] = T(float64(delta[j]) * prime(float64(z)))
			}
		}
	}
	return f
}

// String returns the name.
func (a *Activation) String() string { return a.Name }

// Threshold returns the output above which a single output neuron says yes where
// targets are 0 and 1: the middle of the activation's range, or ½ if that is not
// bounded. See also [Network.Threshold].
func (a *Activation) Threshold() float64 {
	if r := a.Range; r != nil && !math.IsInf(r.Min, 0) && !math.IsInf(r.Max, 0) {
		return (r.Min + r.Max) / 2
	}
	return 0.5
}

// check reports the first thing that is missing or wrong.
func (a *Activation) check() error {
	if other, err := table.Find("activation", a.Name, activations, nil); err != nil || other.Param == nil || a.Param == nil {
		if err := table.CheckName("activation", a, activations); err != nil {
			return err
		}
	}
	for _, f := range []struct {
		name    string
		missing bool
	}{
		{"F32.Apply", a.F32.Apply == nil},
		{"F32.MulPrime", a.F32.MulPrime == nil},
		{"F64.Apply", a.F64.Apply == nil},
		{"F64.MulPrime", a.F64.MulPrime == nil},
	} {
		if f.missing {
			return fmt.Errorf("activation %v: no %s", a, f.name)
		}
	}
	if err := a.Range.check(); err != nil {
		return fmt.Errorf("activation %v: Range: %w", a, err)
	}
	if !(a.Gain >= 0) || math.IsInf(a.Gain, 0) {
		return fmt.Errorf("activation %v: Gain is %v: want a finite number above 0, or 0 for 1", a, a.Gain)
	}
	if err := a.Param.check(); err != nil {
		return fmt.Errorf("activation %v: %w", a, err)
	}
	return nil
}

// functionsOf returns the functions of a for networks of T.
func functionsOf[T kernels.Float](a *Activation) Functions[T] {
	return *pick[Functions[T], T](&a.F32, &a.F64)
}
