// Package foreign brings models of other programs in and takes models out to them: files
// of PyTorch, Keras, scikit-learn and ONNX in; safetensors, NPZ, ONNX and C out.
//
// What is read is the stack of a feed-forward network: linear layers with activations
// between them, batch and layer normalisations, and a scaling of the inputs. A file that
// holds anything else is refused with the name of what is in the way; a model that
// predicts something else than it did is never the result. It predicts the same up to
// rounding: the same bits only where the other program sums in the same order.
//
// A batch normalisation of a trained network is a factor and an offset for each number, and becomes part of
// the linear layer beside it. A layer normalisation belongs to the layer whose
// activation it stands before, or becomes a layer of its own whose weights are the
// identity.
//
// A package of its own keeps what only conversions need out of programs that load models.
package foreign

import (
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/net"
)

// A Model is one that was read, of float64 if its file has parameters of float64, else of
// float32. Only one of the two is not nil.
type Model struct {
	F32 *model.Model[float32]
	F64 *model.Model[float64]
}

// Options say what a file may leave open. The zero value is for files that say all.
type Options struct {
	// Activations has one for each linear layer of a file that holds tensors only, or one
	// for the hidden layers and one for the last. ONNX says them itself.
	Activations []*net.Activation
	// Norms says where activations stand in such a file if names leave it open.
	Norms NormPlace
	// Order has the names of the modules of such a file in the order in which they are
	// passed, as in "encoder.fc", if neither numbers in names nor shapes tell it.
	Order []string
	// Epsilon is what normalisations in such a file increase variances by. 0 is the
	// default of the program that wrote it, 10⁻⁵ of PyTorch and 10⁻³ of Keras.
	Epsilon float64
	// Output is the output of an ONNX file that is wanted, if there are several.
	Output string

	Classes  []string // names of the outputs, or nil for those that the file has
	Features []string // names of the inputs, or nil
	// Cost is what a further training minimises. nil stands for the cost that fits the
	// output layer.
	Cost *net.Cost
}

// NormPlace says how a normalisation and an activation between two linear layers follow
// each other.
type NormPlace int

// Where activations stand.
const (
	NormsAsNamed          NormPlace = iota // as the numbers of a Sequential's modules say
	NormsBeforeActivation                  // linear, normalisation, activation
	NormsAfterActivation                   // linear, activation, normalisation
)
