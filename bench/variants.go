package bench

import (
	"context"
	"fmt"
	"slices"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// A Variant is something that a training can have beside plain gradient descent. It is
// timed as a [train.Trainer] does it, in steps on InOrder samples in order.
type Variant struct {
	Name string
	// Apply changes a plain training; hidden are the network's hidden layers.
	Apply func(c *net.Config, hidden []net.Layer, o *train.Options)
}

// Plain is the name of the variant that the others are compared with.
const Plain = "sgd"

// Variants returns the table of variants: each optimizer, and what else can be had.
func Variants() []Variant {
	var all []Variant
	for _, m := range train.Methods() {
		all = append(all, Variant{m.Name, func(_ *net.Config, _ []net.Layer, o *train.Options) { o.Optimizer = m.Optimizer() }})
	}
	return append(all,
		Variant{"dropout", func(_ *net.Config, hidden []net.Layer, _ *train.Options) {
			for i := range hidden {
				hidden[i].Dropout = 0.5
			}
		}},
		Variant{"input-dropout", func(c *net.Config, _ []net.Layer, _ *train.Options) { c.InputDropout = 0.2 }},
		Variant{"layer-norm", func(_ *net.Config, hidden []net.Layer, _ *train.Options) {
			for i := range hidden {
				hidden[i].LayerNorm = true
			}
		}},
		Variant{"class-weights", func(c *net.Config, _ []net.Layer, o *train.Options) {
			classes := max(c.Layers[len(c.Layers)-1].Out, 2)
			o.ClassWeights = slices.Repeat([]float64{0.5, 2}, classes)[:classes]
		}},
		Variant{"clip-norm", func(_ *net.Config, _ []net.Layer, o *train.Options) { o.ClipNorm = 1 }},
		Variant{"clip-value", func(_ *net.Config, _ []net.Layer, o *train.Options) { o.ClipValue = 0.1 }},
		Variant{"l2", func(_ *net.Config, _ []net.Layer, o *train.Options) { o.Decay.L2 = 1e-4 }},
		Variant{"max-norm", func(_ *net.Config, _ []net.Layer, o *train.Options) { o.MaxNorm = 3 }},
	)
}

// VariantNames returns the names of all variants.
func VariantNames() (names []string) {
	for _, v := range Variants() {
		names = append(names, v.Name)
	}
	return names
}

// newTrainer returns a trainer that takes the steps of a case with a variant.
func newTrainer[T kernels.Float](c StepCase, d *train.Data[T]) (*train.Trainer[T], error) {
	i := slices.IndexFunc(Variants(), func(v Variant) bool { return v.Name == c.With })
	if i < 0 {
		return nil, fmt.Errorf("bench: there is no variant %q", c.With)
	}
	cfg := c.Net.config()
	o := train.Options{Epochs: 1, Rate: rate / 100, Batch: c.Batch, FileOrder: true, Seed: 1, Workers: c.Threads}
	Variants()[i].Apply(&cfg, cfg.Layers[:len(cfg.Layers)-1], &o)
	n, err := net.New[T](cfg)
	if err != nil {
		return nil, err
	}
	return train.New(n, d, nil, o)
}

// steps takes n steps of a trainer.
func steps[T kernels.Float](t *train.Trainer[T], n int) {
	for range n {
		if _, err := t.Step(context.Background()); err != nil {
			panic("bench: " + err.Error())
		}
	}
}
