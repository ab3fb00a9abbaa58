package net

import (
	"fmt"
	"math"
	"slices"
)

// A Layer is a fully connected (dense) layer.
type Layer struct {
	Out        int         // neurons
	Activation *Activation // σ; nil stands for Identity

	// Dropout is the probability with which each output of the layer is 0 in a
	// [Network.ForwardTraining]; the others are divided by 1 − Dropout.
	Dropout float64
	// LayerNorm has the pre-activations of each sample normalised:
	//
	//	u = W a + b    z = γ ⊙ (u − mean u) / √(var u + 10⁻⁵) + β
	//
	// where γ, which starts at 1, and β, which starts at 0, are parameters of the layer
	// (Ba, Kiros and Hinton, "Layer normalization", 2016). There is no batch
	// normalisation: it makes the result of a sample depend on the batch that it is in.
	// Use this instead, or SELU.
	LayerNorm bool

	Init *Init // how the weights start; nil stands for that of the Config
}

// WithDropout returns the layer with dropout of its outputs with probability p.
func (l Layer) WithDropout(p float64) Layer {
	l.Dropout = p
	return l
}

// WithInit returns the layer with weights that start in another way.
func (l Layer) WithInit(init *Init) Layer {
	l.Init = init
	return l
}

// WithLayerNorm returns the layer with layer normalisation.
func (l Layer) WithLayerNorm() Layer {
	l.LayerNorm = true
	return l
}

// Dense returns a fully connected layer of out neurons.
func Dense(out int, σ *Activation) Layer { return Layer{Out: out, Activation: σ} }

// maxParams bounds what New allocates, 64 TiB of float32: a larger network is taken
// for a typing error. 32-bit systems have less.
const maxParams = min(1<<44, math.MaxInt/16)

// A Config describes a network.
type Config struct {
	Inputs int     // width of a sample
	Layers []Layer // layers 1 … L, the last of which is the output; one is enough (the delta rule)
	Cost   *Cost   // what training minimises; nil stands for Quadratic
	// InputDropout is the probability with which each input is 0 in a
	// [Network.ForwardTraining]; the others are divided by 1 − InputDropout.
	InputDropout float64
	Init         *Init  // how weights start; nil stands for ScaledNormal. Biases start at 0
	Seed         uint64 // of the initialisation; layer i draws from stream i of it
	// Threshold is the output above which an output that stands for yes or no says yes; 0
	// stands for the middle, see [Network.Threshold]. It decides nothing about a training.
	Threshold float64
}

// withDefaults returns a copy of c in which nothing is nil.
func (c Config) withDefaults() Config {
	c.Layers = slices.Clone(c.Layers)
	for i := range c.Layers {
		if c.Layers[i].Activation == nil {
			c.Layers[i].Activation = Identity
		}
	}
	if c.Cost == nil {
		c.Cost = Quadratic
	}
	if c.Init == nil {
		c.Init = ScaledNormal
	}
	return c
}

// check reports the first thing that is wrong with c, which has its defaults.
func (c *Config) check() error {
	if c.Inputs < 1 {
		return fmt.Errorf("net: %d inputs: want at least 1", c.Inputs)
	}
	if len(c.Layers) == 0 {
		return fmt.Errorf("net: no layers: want at least the output layer")
	}
	in, params := c.Inputs, 0
	for i, l := range c.Layers {
		if err := l.Activation.check(); err != nil {
			return fmt.Errorf("net: layer %d: %w", i+1, err)
		}
		if l.Init != nil {
			if err := l.Init.check(); err != nil {
				return fmt.Errorf("net: layer %d: %w", i+1, err)
			}
		}
		switch {
		case l.Out < 1:
			return fmt.Errorf("net: layer %d has %d neurons: want at least 1", i+1, l.Out)
		case l.Activation.ByRows && l.Out == 1:
			return fmt.Errorf("net: layer %d: the %v of a single neuron is always the same: use sigmoid", i+1, l.Activation)
		case !(l.Dropout >= 0 && l.Dropout < 1):
			return fmt.Errorf("net: layer %d: dropout is %v: want at least 0, below 1", i+1, l.Dropout)
		case l.Dropout > 0 && i == len(c.Layers)-1:
			return fmt.Errorf("net: layer %d: dropout of the output layer: want it on layers before", i+1)
		case l.Out >= (maxParams-params)/(in+3):
			return fmt.Errorf("net: layer %d of %d × %d weights: want less than %d parameters in all", i+1, l.Out, in, maxParams)
		}
		params += l.Out * (in + 3)
		in = l.Out
	}
	if err := c.Cost.check(); err != nil {
		return fmt.Errorf("net: %w", err)
	}
	if out := c.Layers[len(c.Layers)-1].Activation; c.Cost.OutputOnly && out != c.Cost.Output {
		return fmt.Errorf("net: cost %v needs a %v output layer, not %v", c.Cost, c.Cost.Output, out)
	}
	if !(c.InputDropout >= 0 && c.InputDropout < 1) {
		return fmt.Errorf("net: input dropout is %v: want at least 0, below 1", c.InputDropout)
	}
	if err := c.Init.check(); err != nil {
		return fmt.Errorf("net: %w", err)
	}
	return c.checkThreshold()
}

func (c *Config) checkThreshold() error {
	σ := c.Layers[len(c.Layers)-1].Activation
	lo, hi := math.Inf(-1), math.Inf(1)
	if r := σ.Range; r != nil {
		lo, hi = r.Min, r.Max
	}
	if t := c.Threshold; t != 0 && !(t > lo && t < hi) {
		return fmt.Errorf("net: threshold %v: want a number that the %v output can be above and below", t, σ)
	}
	return nil
}
