package net

import (
	"fmt"
	"math"
	"slices"

	"github.com/nabla-go/nabla/internal/table"
	"github.com/nabla-go/nabla/kernels"
)

// An Init says how the weights of a layer start. The built-in ones are variables of this
// package and results of [Constant]; [Inits] lists them. A literal of this struct is one of
// your own.
type Init struct {
	Name    string // what [ParseInit] takes
	Formula string // for help texts
	// Fill sets w, whose row j leads into neuron j. The layer's activation is σ. Weights
	// are converted to the network's type afterwards.
	Fill func(w kernels.Matrix[float64], σ *Activation, r Source)
}

// A Source makes random numbers, the same for the same seed and layer on every machine.
type Source interface {
	Float64() float64 // uniform in [0, 1)
	Normal() float64  // standard normal
}

// The built-in initialisations. in is the number of inputs of a layer, out that of its
// neurons.
var (
	// ScaledNormal draws the weights of a layer from a normal distribution with variance
	// [Activation].Gain/in, where Gain is 2 for a ReLU (He et al., "Delving deep into
	// rectifiers", 2015) and 1 for sigmoid and tanh, so that pre-activations start with a
	// standard deviation of the order of the inputs'.
	ScaledNormal = &Init{
		Name:    "scaled-normal",
		Formula: "variance gain/in, where the activation decides the gain",
		Fill: func(w kernels.Matrix[float64], σ *Activation, r Source) {
			variance := 1 / float64(w.Cols)
			if σ.Gain != 0 {
				variance *= σ.Gain
			}
			normals(w, variance, r)
		},
	}
	// Zero leaves all weights at +0, as for parameters that are about to be loaded. Don't
	// train a network with hidden layers from it: equal neurons stay equal for ever.
	Zero = &Init{
		Name:    "zero",
		Formula: "0",
		Fill:    func(w kernels.Matrix[float64], _ *Activation, _ Source) { clear(w.Data) },
	}
	// Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
	// networks", 2010.
	GlorotUniform = &Init{Name: "glorot-uniform", Formula: "within ±√(6/(in + out))", Fill: draw(uniforms, glorot)}
	GlorotNormal  = &Init{Name: "glorot-normal", Formula: "variance 2/(in + out)", Fill: draw(normals, glorot)}
	HeUniform     = &Init{Name: "he-uniform", Formula: "within ±√(6/in)", Fill: draw(uniforms, he)}
	HeNormal      = &Init{Name: "he-normal", Formula: "variance 2/in", Fill: draw(normals, he)}
	LeCunUniform  = &Init{Name: "lecun-uniform", Formula: "within ±√(3/in)", Fill: draw(uniforms, leCun)}
	LeCunNormal   = &Init{Name: "lecun-normal", Formula: "variance 1/in", Fill: draw(normals, leCun)}
	// Orthogonal makes rows of length 1 that are orthogonal to each other, or columns if
	// there are fewer of them (Saxe, McClelland and Ganguli, 2014).
	Orthogonal = &Init{
		Name:    "orthogonal",
		Formula: "W Wᵀ = I, or Wᵀ W = I if in < out",
		Fill:    func(w kernels.Matrix[float64], _ *Activation, r Source) { orthogonal(w, r) },
	}
)

// Constant returns the initialisation with weights of c plus normal noise of standard
// deviation noise. Without noise, the neurons of a hidden layer are and stay equal.
func Constant(c, noise float64) *Init {
	return &Init{
		Name:    "constant",
		Formula: "a constant plus normal noise",
		Fill: func(w kernels.Matrix[float64], _ *Activation, r Source) {
			for k := range w.Data {
				w.Data[k] = c + float64(noise*r.Normal())
			}
		},
	}
}

var inits = []*Init{ScaledNormal, Zero, GlorotUniform, GlorotNormal, HeUniform, HeNormal, LeCunUniform, LeCunNormal, Orthogonal}

// Inits returns the built-in initialisations that have no numbers to choose.
func Inits() []*Init { return slices.Clone(inits) }

// ParseInit returns the initialisation called name, a built-in one or one of more.
func ParseInit(name string, more ...*Init) (*Init, error) {
	return table.Find("initialisation", name, inits, more)
}

// String returns the name.
func (i *Init) String() string { return i.Name }

// check reports the first thing that is missing or wrong.
func (i *Init) check() error {
	if err := table.CheckName("initialisation", i, inits); err != nil {
		return err
	}
	if i.Fill == nil {
		return fmt.Errorf("initialisation %v: no Fill", i)
	}
	return nil
}

func glorot(in, out int) float64 { return 2 / float64(in+out) }
func he(in, _ int) float64       { return 2 / float64(in) }
func leCun(in, _ int) float64    { return 1 / float64(in) }

// draw returns a Fill that draws weights with a variance.
func draw(fill func(w kernels.Matrix[float64], variance float64, r Source), variance func(in, out int) float64) func(kernels.Matrix[float64], *Activation, Source) {
	return func(w kernels.Matrix[float64], _ *Activation, r Source) { fill(w, variance(w.Cols, w.Rows), r) }
}

func normals(w kernels.Matrix[float64], variance float64, r Source) {
	scale := math.Sqrt(variance)
	for k := range w.Data {
		w.Data[k] = float64(scale * r.Normal())
	}
}

func uniforms(w kernels.Matrix[float64], variance float64, r Source) {
	bound := math.Sqrt(3 * variance)
	for k := range w.Data {
		w.Data[k] = float64(bound * (float64(2*r.Float64()) - 1))
	}
}

// orthogonal draws normal numbers and makes them orthogonal by the method of Gram and
// Schmidt, twice, because once leaves what rounding makes of nearly parallel rows.
func orthogonal(w kernels.Matrix[float64], r Source) {
	q := kernels.NewMatrix[float64](min(w.Rows, w.Cols), max(w.Rows, w.Cols))
	for i := range q.Rows {
		row := q.Row(i)
		for j := range row {
			row[j] = r.Normal()
		}
		for range 2 {
			for k := range i {
				kernels.Axpy(-kernels.Dot(row, q.Row(k)), q.Row(k), row)
			}
			kernels.Scal(1/math.Sqrt(kernels.Dot(row, row)), row)
		}
	}
	for i := range w.Rows {
		for j := range w.Row(i) {
			if w.Rows <= w.Cols {
				w.Row(i)[j] = q.Row(i)[j]
			} else {
				w.Row(i)[j] = q.Row(j)[i]
			}
		}
	}
}
