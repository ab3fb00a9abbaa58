package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/net"
)

// fromFlag takes the name of a model that is trained on.
func (p *trainPlan) fromFlag() flag {
	f := newFlag("from", "", "a model to begin with, in place of random weights: its layers, inputs and classes stay (fine-tuning)", func(v string) error {
		p.from = v
		return nil
	})
	f.files = true
	return f
}

// ofOrigin are the flags whose values the model of --from decides.
var ofOrigin = []string{"hidden", "activation", "layer-norm", "init", "precision", "scale", "raw", "missing", "columns", "target", "task"}

// openOrigin opens the model that --from names and takes its precision.
func (p *trainPlan) openOrigin(cmd *cobra.Command) (err error) {
	if p.from == "" {
		return nil
	}
	for _, name := range ofOrigin {
		if p.given(name) && p.repeats == nil {
			return usagef("--%s goes without --from, whose model decides it", name)
		}
	}
	if p.origin, err = openModel(cmd, p.from); err != nil {
		return err
	}
	p.precision = "f32"
	if p.origin.DType() == "F64" {
		p.precision = "f64"
	}
	return nil
}

// decodeOrigin makes the model to begin with, and has the data read as it wants them.
func (t *training[T]) decodeOrigin() (err error) {
	if t.origin == nil {
		return nil
	}
	if t.begin, err = decode[T](t.origin); err != nil {
		return err
	}
	d := &t.trainPlan.data
	if d.encoder = t.begin.Encoder; d.encoder == nil && d.isTable {
		d.encoder = dataset.NumberEncoder(t.begin.Net.Inputs(), t.begin.Features, t.begin.Classes, t.begin.Scaler)
	}
	d.useModelsForm(t.begin.Image, t.begin.Classes)
	if t.cost == nil {
		t.cost = t.begin.Net.Config().Cost
	}
	return nil
}

// fitsOrigin brings the samples to the form that the model to begin with takes.
func (t *training[T]) fitsOrigin() error {
	if t.begin == nil {
		return nil
	}
	for _, s := range t.parts() {
		if s.Len() > 0 {
			if err := prepare(t.begin, s); err != nil {
				return fmt.Errorf("--from %s: %w", t.from, err)
			}
		}
	}
	return nil
}

// continueNetwork makes a network with the parameters of the model to begin with.
func (t *training[T]) continueNetwork() (err error) {
	cfg := t.begin.Net.Config()
	cfg.Cost, cfg.Seed = t.cost, t.options.Seed
	for i := range cfg.Layers[:len(cfg.Layers)-1] {
		if t.given("dropout") {
			cfg.Layers[i].Dropout = t.dropout
		}
	}
	if t.given("input-dropout") {
		cfg.InputDropout = t.inputDropout
	}
	if t.net, err = net.New[T](cfg); err != nil {
		return usagef("--from %s: %w", t.from, err)
	}
	copy(t.net.Params(), t.begin.Net.Params())
	if err := setThreshold(t.threshold, t.net, t.task(), len(t.data.Classes)); err != nil {
		return err
	}
	return t.setLayerRates(len(cfg.Layers))
}

// dataFiles returns the files that a training depends on: data, and the model of --from.
func (p *trainPlan) dataFiles() ([]model.DataFile, error) {
	files, err := p.data.files()
	if err != nil || p.from == "" {
		return files, err
	}
	f, err := dataFile(p.from)
	return append(files, f), err
}
