// Package model writes and reads model files.
//
// A model file is a safetensors file. Its tensors have the names and shapes
// that the state dict of PyTorch's
//
//	nn.Sequential(nn.Linear(64, 30), nn.Sigmoid(), nn.Linear(30, 10), nn.Sigmoid())
//
// has, with one activation module after each Linear (nn.Identity where there is
// none): "0.weight" (out × in), "0.bias" (out), "2.weight", "2.bias", and so on.
// So net.load_state_dict(safetensors.torch.load_file(path)) loads it.
//
// All else that a prediction needs is a JSON object in the metadata under the
// key "nabla", described by the unexported type metadata: activations, cost,
// names of classes and columns, the scaler of the inputs, and the fingerprint.
// Equal models give equal files.
package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
)

// Model is a network and what belongs to it.
type Model[T kernels.Float] struct {
	Net      *net.Network[T]
	Classes  []string        // name of each output, or nil
	Features []string        // name of each input, or nil
	Scaler   *dataset.Scaler // what raw inputs go through before the network; nil for nothing
}

// formatVersion counts incompatible changes of the metadata.
const formatVersion = 1

const nablaKey = "nabla"

// metadata is the JSON object that goes with the tensors.
type metadata struct {
	Format         int             `json:"format"`
	NumericVersion string          `json:"numeric_version"`       // kernels.NumericVersion of the program that wrote the file
	Fingerprint    string          `json:"fingerprint,omitempty"` // checked if it is there and the numeric versions agree
	Inputs         int             `json:"inputs"`
	Layers         []layer         `json:"layers"`
	Cost           string          `json:"cost"`
	Tau            float64         `json:"tau"`
	Classes        []string        `json:"classes,omitempty"`
	Features       []string        `json:"features,omitempty"`
	Scaler         *dataset.Scaler `json:"scaler,omitempty"`
}

type layer struct {
	Out        int    `json:"out"`
	Activation string `json:"activation"`
}

// weightName and biasName name the tensors of layer i = 1 … L.
func weightName(i int) string { return fmt.Sprintf("%d.weight", 2*(i-1)) }
func biasName(i int) string   { return fmt.Sprintf("%d.bias", 2*(i-1)) }

// Save writes the model to path, all or nothing; see [WriteFile].
func (m *Model[T]) Save(path string) error {
	file, err := m.encode()
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	return WriteFile(path, file)
}

func (m *Model[T]) encode() ([]byte, error) {
	cfg := m.Net.Config()
	meta := metadata{
		Format: formatVersion, NumericVersion: kernels.NumericVersion, Fingerprint: m.Net.Fingerprint(),
		Inputs: cfg.Inputs, Cost: cfg.Cost.String(), Tau: cfg.Tau,
		Classes: m.Classes, Features: m.Features, Scaler: m.Scaler,
	}
	s := &Safetensors{}
	for i := 1; i <= m.Net.Depth(); i++ {
		l, w := m.Net.Layer(i), m.Net.Weights(i)
		meta.Layers = append(meta.Layers, layer{Out: l.Out, Activation: l.Activation.String()})
		s.Tensors = append(s.Tensors,
			NewTensor(weightName(i), []int{w.Rows, w.Cols}, w.Data),
			NewTensor(biasName(i), []int{w.Rows}, m.Net.Biases(i)))
	}
	if err := meta.check(); err != nil {
		return nil, err
	}
	text, err := json.Marshal(meta)
	if err != nil {
		return nil, err
	}
	s.Metadata = map[string]string{nablaKey: string(text)}
	return s.Bytes()
}

// File is a model file whose precision is known and whose tensors agree with
// its metadata. [Decode] makes a model of it.
type File struct {
	path    string
	meta    metadata
	tensors map[string]Tensor
}

// Open reads the file at path and checks it.
func Open(path string) (*File, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	f, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f.path = path
	return f, nil
}

// readFile reads the file at path, but of one that can't be a model, however large,
// no more than the beginning.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	start, err := io.ReadAll(io.LimitReader(f, 8))
	if err != nil {
		return nil, err
	}
	if _, err := headerLength(start); err != nil {
		return start, nil // parse tells what is wrong
	}
	return io.ReadAll(io.MultiReader(bytes.NewReader(start), f))
}

func parse(data []byte) (*File, error) {
	s, err := ParseSafetensors(data)
	if err != nil {
		return nil, err
	}
	text, ok := s.Metadata[nablaKey]
	if !ok {
		return nil, fmt.Errorf("the metadata has no key %q: not a model that nabla wrote", nablaKey)
	}
	f := &File{tensors: make(map[string]Tensor)}
	if err := json.Unmarshal([]byte(text), &f.meta); err != nil {
		return nil, fmt.Errorf("damaged metadata: %w", err)
	}
	if err := f.meta.check(); err != nil {
		return nil, fmt.Errorf("damaged metadata: %w", err)
	}
	for _, t := range s.Tensors {
		f.tensors[t.Name] = t
	}
	return f, f.checkTensors()
}

// DType returns the precision of the parameters: "F32" or "F64".
func (f *File) DType() string { return f.tensors[weightName(1)].DType }

// Load reads the model at path. Parameters of another precision than T are an
// error.
func Load[T kernels.Float](path string) (*Model[T], error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	return Decode[T](f)
}

// Decode makes a model of f. Parameters of another precision than T are an
// error, and so are some that don't have the fingerprint that f states.
func Decode[T kernels.Float](f *File) (*Model[T], error) {
	m, err := decode[T](f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.path, err)
	}
	return m, nil
}

func decode[T kernels.Float](f *File) (*Model[T], error) {
	cfg, err := f.meta.config()
	if err != nil {
		return nil, err
	}
	n, err := net.New[T](cfg)
	if err != nil {
		return nil, err
	}
	for i := 1; i <= n.Depth(); i++ {
		if err := load(n.Weights(i).Data, f.tensors[weightName(i)]); err != nil {
			return nil, err
		}
		if err := load(n.Biases(i), f.tensors[biasName(i)]); err != nil {
			return nil, err
		}
	}
	if want := f.meta.Fingerprint; want != "" && f.meta.NumericVersion == kernels.NumericVersion && n.Fingerprint() != want {
		return nil, fmt.Errorf("damaged: the parameters have the fingerprint %s, the metadata says %s", n.Fingerprint(), want)
	}
	return &Model[T]{Net: n, Classes: f.meta.Classes, Features: f.meta.Features, Scaler: f.meta.Scaler}, nil
}

// load decodes t into dst, whose length it is known to have.
func load[T kernels.Float](dst []T, t Tensor) error {
	values, err := Values[T](t)
	copy(dst, values)
	return err
}

// config returns the network that the metadata describe, with all parameters 0.
func (m *metadata) config() (net.Config, error) {
	cfg := net.Config{Inputs: m.Inputs, Tau: m.Tau, Init: net.Zero}
	var err error
	if cfg.Cost, err = net.ParseCost(m.Cost); err != nil {
		return net.Config{}, err
	}
	for _, l := range m.Layers {
		σ, err := net.ParseActivation(l.Activation)
		if err != nil {
			return net.Config{}, err
		}
		cfg.Layers = append(cfg.Layers, net.Dense(l.Out, σ))
	}
	return cfg, nil
}

// check compares the parts of the metadata with each other. What makes a network
// is left to net.New.
func (m *metadata) check() error {
	if m.Format != formatVersion {
		return fmt.Errorf("format version %d: this program reads version %d", m.Format, formatVersion)
	}
	if len(m.Layers) == 0 {
		return fmt.Errorf("no layers")
	}
	outputs := m.Layers[len(m.Layers)-1].Out
	if m.Classes != nil && len(m.Classes) != outputs {
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
	return nil
}

// checkTensors compares names, shapes and types of the tensors with the
// metadata, so that memory for the network is taken only if the file holds it.
// A bias may have the shape [n, 1].
func (f *File) checkTensors() error {
	known := make(map[string]bool)
	in := f.meta.Inputs
	for i, l := range f.meta.Layers {
		w, b := weightName(i+1), biasName(i+1)
		known[w], known[b] = true, true
		if err := f.checkShape(w, []int{l.Out, in}); err != nil {
			return err
		}
		if err := f.checkShape(b, []int{l.Out}, []int{l.Out, 1}); err != nil {
			return err
		}
		in = l.Out
	}
	for name, t := range f.tensors {
		if !known[name] {
			return fmt.Errorf("tensor %q belongs to no layer of the metadata", name)
		}
		if t.DType != f.DType() {
			return fmt.Errorf("tensor %q is %s, but %q is %s", name, t.DType, weightName(1), f.DType())
		}
	}
	return nil
}

func (f *File) checkShape(name string, shapes ...[]int) error {
	t, ok := f.tensors[name]
	if !ok {
		return fmt.Errorf("tensor %q is missing", name)
	}
	var want []string
	for _, s := range shapes {
		if slices.Equal(t.Shape, s) {
			return nil
		}
		want = append(want, fmt.Sprint(s))
	}
	return fmt.Errorf("tensor %q has shape %v: the metadata want %s", name, t.Shape, strings.Join(want, " or "))
}
