package net

import (
	"fmt"
	"math"
	"strings"
)

var inf = math.Inf(1)

// A Layer is a fully connected (dense) layer.
type Layer struct {
	Out        int        // neurons
	Activation Activation // σ
}

// Dense returns a fully connected layer of out neurons.
func Dense(out int, σ Activation) Layer { return Layer{Out: out, Activation: σ} }

// An Init says what a new network's weights are. Biases always start at zero.
type Init uint8

const (
	// ScaledNormal draws the weights of a layer from a normal distribution with
	// variance 1/in, or 2/in before a ReLU (He et al., "Delving deep into
	// rectifiers", 2015), so that pre-activations start with a standard deviation
	// of the order of the inputs'.
	ScaledNormal Init = iota
	// Zero leaves all weights and biases at +0, as for parameters that are about
	// to be loaded. Don't train a network with hidden layers from it: equal
	// neurons stay equal for ever.
	Zero
)

// maxParams bounds what New allocates, 64 TiB of float32, which nobody has: more is
// a slip. 32-bit systems have less.
const maxParams = min(1<<44, math.MaxInt/16)

// MaxTau is the largest τ of the exponential cost, which is never below τ: sums
// over all samples have to stay finite.
const MaxTau = 1e100

// A Config describes a network.
type Config struct {
	Inputs int     // width of a sample
	Layers []Layer // layers 1 … L, the last of which is the output; one is enough (the delta rule)
	Cost   Cost    // what training minimises; the zero value is Quadratic
	Tau    float64 // τ of the Exponential cost, at most MaxTau; 0 stands for 1
	Init   Init
	Seed   uint64 // of the initialisation; layer i draws from stream i of it
	// FlushBelow sets parameters of magnitude below 2⁻¹⁰⁰ to +0 after every step.
	// An x86 CPU needs some 150 cycles for a product that meets a subnormal number,
	// and weights that decay towards zero end up as such.
	FlushBelow bool
}

// validate reports the first thing that is wrong with c and fills in defaults.
func (c *Config) validate() error {
	if c.Inputs < 1 {
		return fmt.Errorf("net: %d inputs: want at least 1", c.Inputs)
	}
	if len(c.Layers) == 0 {
		return fmt.Errorf("net: no layers: want at least the output layer")
	}
	in, params := c.Inputs, 0
	for i, l := range c.Layers {
		switch {
		case l.Out < 1:
			return fmt.Errorf("net: layer %d has %d neurons: want at least 1", i+1, l.Out)
		case int(l.Activation) >= len(activationNames):
			return fmt.Errorf("net: layer %d: unknown activation %d", i+1, l.Activation)
		case l.Activation == Softmax && l.Out == 1:
			return fmt.Errorf("net: layer %d: the softmax of a single neuron is always 1: use sigmoid", i+1)
		case l.Out >= (maxParams-params)/in:
			return fmt.Errorf("net: layer %d of %d × %d weights: want less than %d parameters in all", i+1, l.Out, in, maxParams)
		}
		params += l.Out * (in + 1)
		in = l.Out
	}
	if int(c.Cost) >= len(costNames) {
		return fmt.Errorf("net: unknown cost %d", c.Cost)
	}
	if out := c.Layers[len(c.Layers)-1]; c.Cost == SoftmaxCrossEntropy && out.Activation != Softmax {
		return fmt.Errorf("net: cost %v needs a softmax output layer, not %v", c.Cost, out.Activation)
	}
	if c.Init > Zero {
		return fmt.Errorf("net: unknown initialisation %d", c.Init)
	}
	if c.Tau == 0 {
		c.Tau = 1
	}
	if !(c.Tau > 0 && c.Tau <= MaxTau) {
		return fmt.Errorf("net: τ of the exponential cost is %v: want a number above 0, at most %v", c.Tau, MaxTau)
	}
	return nil
}

// joined lists names for an error message.
func joined(names []string) string { return strings.Join(names, ", ") }
