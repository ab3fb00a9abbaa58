package model

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/internal/safetensors"
	"github.com/nabla-go/nabla/internal/strictjson"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// formatVersion counts incompatible changes of the metadata. Version 2 has a digest and
// lets nothing pass that it doesn't know; version 1 is still read.
const formatVersion = 2

const nablaKey = "nabla"

// metadata is the JSON object that goes with the tensors.
type metadata struct {
	Format         int              `json:"format"`
	Digest         string           `json:"digest,omitempty"`
	NumericVersion string           `json:"numeric_version"` // kernels.NumericVersion of the program that wrote the file
	Fingerprint    string           `json:"fingerprint"`     // of the parameters, with that version
	Inputs         int              `json:"inputs"`
	InputDropout   float64          `json:"input_dropout,omitempty"`
	Layers         []layer          `json:"layers"`
	Cost           string           `json:"cost"`
	Param          float64          `json:"tau,omitempty"` // of a cost that has one, whatever its name
	Threshold      float64          `json:"threshold,omitempty"`
	Classes        []string         `json:"classes,omitempty"`
	Features       []string         `json:"features,omitempty"`
	Scaler         *scaler          `json:"scaler,omitempty"`
	Encoder        *dataset.Encoder `json:"encoder,omitempty"`
	Image          *train.Image     `json:"image,omitempty"`
	Made           *Making          `json:"made,omitempty"`
}

// scaler is a train.Scaler, and converts to and from it.
type scaler struct {
	Mean []float64 `json:"mean"`
	SD   []float64 `json:"sd"`
}

// checkImage returns an error unless images become so many inputs.
func checkImage(i *train.Image, inputs int) error {
	switch {
	case i == nil:
	case i.Channels != 1 && i.Channels != 3, i.Width < 1, inputs%i.Channels != 0, inputs/i.Channels%i.Width != 0, inputs/i.Channels/i.Width != i.Height:
		return fmt.Errorf("images of %d×%d pixels with %d channels for %d inputs", i.Width, i.Height, i.Channels, inputs)
	case !(i.Largest > 0) || i.Largest-i.Largest != 0:
		return fmt.Errorf("pixels of images are at most %v: want a finite number above 0", i.Largest)
	}
	return nil
}

type layer struct {
	Out        int     `json:"out"`
	Activation string  `json:"activation"`
	Param      float64 `json:"param,omitempty"` // of an activation that has one
	LayerNorm  bool    `json:"layer_norm,omitempty"`
	Dropout    float64 `json:"dropout,omitempty"`
}

// tensorNames returns the names of W, b, γ and β of each layer: those of PyTorch's
// Sequential of dropout, Linear, LayerNorm and activation modules, numbered from 0, each
// there only if the network has it; but each layer has an activation. The names of γ and
// β are "" without layer normalisation.
func (m *metadata) tensorNames() (names [][4]string) {
	module := 0
	next := func(present bool) (weight, bias string) {
		if present {
			weight, bias = fmt.Sprintf("%d.weight", module), fmt.Sprintf("%d.bias", module)
			module++
		}
		return weight, bias
	}
	next(m.InputDropout > 0)
	for _, l := range m.Layers {
		var n [4]string
		n[0], n[1] = next(true)
		n[2], n[3] = next(l.LayerNorm)
		next(true)
		next(l.Dropout > 0)
		names = append(names, n)
	}
	return names
}

// parseMetadata reads our part of a file's metadata.
func parseMetadata(all map[string]string) (m metadata, err error) {
	text, ok := all[nablaKey]
	if !ok {
		return m, fmt.Errorf("the metadata has no key %q: not a model that nabla wrote (nabla import makes one of it)", nablaKey)
	}
	var version struct{ Format int }
	if json.Unmarshal([]byte(text), &version) == nil && version.Format > formatVersion {
		return m, wrongVersion(version.Format)
	}
	if err = strictjson.Unmarshal([]byte(text), &m); err == nil {
		err = m.check()
	}
	if err != nil {
		return m, fmt.Errorf("damaged metadata: %w", err)
	}
	return m, nil
}

func wrongVersion(format int) error {
	return fmt.Errorf("format version %d: this program reads versions 1 and %d", format, formatVersion)
}

// config returns the network that the metadata describe, with all parameters 0.
func (m *metadata) config(own *options) (net.Config, error) {
	cfg := net.Config{Inputs: m.Inputs, InputDropout: m.InputDropout, Threshold: m.Threshold, Init: net.Zero}
	var err error
	if cfg.Cost, err = net.ParseCost(m.Cost, own.costs...); err != nil {
		return net.Config{}, fmt.Errorf("%w, or one that the program brings (WithCosts)", err)
	}
	if m.Format == 1 && cfg.Cost.Param == nil {
		m.Param = 0 // every file had one
	}
	if err := checkParam("cost", m.Cost, cfg.Cost.Param, m.Param); err != nil {
		return net.Config{}, err
	}
	if p := cfg.Cost.Param; p != nil {
		cfg.Cost = p.With(m.Param)
	}
	for _, l := range m.Layers {
		σ, err := net.ParseActivation(l.Activation, own.activations...)
		if err != nil {
			return net.Config{}, fmt.Errorf("%w, or one that the program brings (WithActivations)", err)
		}
		if err := checkParam("activation", l.Activation, σ.Param, l.Param); err != nil {
			return net.Config{}, err
		}
		if p := σ.Param; p != nil {
			σ = p.With(l.Param)
		}
		cfg.Layers = append(cfg.Layers, net.Layer{Out: l.Out, Activation: σ, LayerNorm: l.LayerNorm, Dropout: l.Dropout})
	}
	return cfg, nil
}

// checkParam returns an error unless there is a parameter where a row of a table has one,
// and nowhere else.
func checkParam[R any](kind, name string, param *net.Param[R], value float64) error {
	if has := param != nil; has != (value != 0) {
		return fmt.Errorf("damaged metadata: the parameter of %s %q is %v: want a number if it has one, else none", kind, name, value)
	}
	return nil
}

// check compares the parts of the metadata with each other. What makes a network
// is left to net.New.
func (m *metadata) check() error {
	switch {
	case m.Format < 1 || m.Format > formatVersion:
		return wrongVersion(m.Format)
	case m.Format == 1 && m.Digest != "":
		return fmt.Errorf("a digest, which format version 1 doesn't have")
	case m.Format > 1 && len(m.Digest) != len(noDigest):
		return fmt.Errorf("no digest, or one that is no SHA-256")
	case m.NumericVersion == "" || m.Fingerprint == "":
		return fmt.Errorf("no numeric_version or no fingerprint")
	}
	if len(m.Layers) == 0 {
		return fmt.Errorf("no layers")
	}
	outputs := m.Layers[len(m.Layers)-1].Out
	if m.Classes != nil && len(m.Classes) != outputs && !(outputs == 1 && len(m.Classes) == 2) {
		return fmt.Errorf("%d class names for %d outputs", len(m.Classes), outputs)
	}
	if m.Features != nil && len(m.Features) != m.Inputs {
		return fmt.Errorf("%d column names for %d inputs", len(m.Features), m.Inputs)
	}
	if s := m.Scaler; s != nil && (len(s.Mean) != m.Inputs || len(s.SD) != m.Inputs) {
		return fmt.Errorf("the scaler has %d means and %d deviations for %d inputs", len(s.Mean), len(s.SD), m.Inputs)
	}
	if m.Scaler != nil {
		for j, mean := range m.Scaler.Mean {
			// What is subtracted from itself is 0 if it is finite, else NaN.
			if sd := m.Scaler.SD[j]; mean-mean != 0 || sd-sd != 0 || sd < 0 {
				return fmt.Errorf("the scaler of input %d has mean %v and deviation %v: want finite numbers, the deviation at least 0", j+1, mean, sd)
			}
		}
	}
	for _, name := range slices.Concat(m.Classes, m.Features) {
		if !utf8.ValidString(name) {
			return fmt.Errorf("the name %q of a class or column is not UTF-8", name)
		}
	}
	if e := m.Encoder; e != nil {
		if err := e.Check(); err != nil {
			return fmt.Errorf("the encoder: %w", err)
		}
		if e.Inputs() != m.Inputs || e.Outputs() != outputs && !(outputs == 1 && e.Outputs() == 2 && e.Task == dataset.Classification) || !slices.Equal(e.Classes(), m.Classes) {
			return fmt.Errorf("the encoder makes %d inputs and %d outputs, the network has %d and %d, or its classes are others", e.Inputs(), e.Outputs(), m.Inputs, outputs)
		}
	}
	if err := checkImage(m.Image, m.Inputs); err != nil {
		return err
	}
	if err := m.Made.check(); err != nil {
		return err
	}
	seen := map[string]bool{"": true}
	for i, name := range m.Classes {
		if seen[name] {
			return fmt.Errorf("class %d of %d is called %q: want a name that no other class has", i+1, len(m.Classes), name)
		}
		seen[name] = true
	}
	return nil
}

// checkTensors compares names, shapes and types of the tensors with the
// metadata, so that memory for the network is taken only if the file holds it, and returns
// their type. A bias may have the shape [n, 1].
func (m *metadata) checkTensors(h *safetensors.Header) (dtype string, err error) {
	tensors := make(map[string]safetensors.Info)
	for _, t := range h.Tensors {
		tensors[t.Name] = t
	}
	in, names := m.Inputs, m.tensorNames()
	for i, l := range m.Layers {
		for j, name := range names[i] {
			shapes := [][]int{{l.Out}, {l.Out, 1}}
			switch {
			case name == "":
				continue
			case j == 0:
				shapes = [][]int{{l.Out, in}}
			}
			t, ok := tensors[name]
			if !ok {
				return "", fmt.Errorf("tensor %q is missing", name)
			}
			if err := checkShape(t, shapes...); err != nil {
				return "", err
			}
			if dtype == "" {
				dtype = t.DType
			}
			if t.DType != dtype {
				return "", fmt.Errorf("tensor %q is %s, but %q is %s", name, t.DType, names[0][0], dtype)
			}
			delete(tensors, name)
		}
		in = l.Out
	}
	for name := range tensors {
		return "", fmt.Errorf("tensor %q belongs to no layer of the metadata", name)
	}
	if dtype != "F32" && dtype != "F64" {
		return "", fmt.Errorf("tensor %q is %s: want F32 or F64", names[0][0], dtype)
	}
	return dtype, nil
}

func checkShape(t safetensors.Info, shapes ...[]int) error {
	var want []string
	for _, s := range shapes {
		if slices.Equal(t.Shape, s) {
			return nil
		}
		want = append(want, fmt.Sprint(s))
	}
	return fmt.Errorf("tensor %q has shape %v: the metadata want %s", t.Name, t.Shape, strings.Join(want, " or "))
}
