// Package model writes models to files and reads them: a network and what a
// prediction needs besides. It reads from an io.Reader, from bytes that may be
// embedded in the program, or from a path, and writes to an io.Writer or a path.
// The safetensors format is internal/safetensors' affair, how a file is replaced
// internal/atomicfile's.
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

	"github.com/nabla-go/nabla/internal/atomicfile"
	"github.com/nabla-go/nabla/internal/safetensors"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// Model is a network and what belongs to it.
type Model[T kernels.Float] struct {
	Net      *net.Network[T]
	Classes  []string      // name of each output, or nil
	Features []string      // name of each input, or nil
	Scaler   *train.Scaler // what raw inputs go through before the network; nil for nothing
}

// Write writes the model to w, or nothing if its parts don't fit together: class
// and column names and the scaler must be as many as outputs and inputs, names
// UTF-8, numbers of the scaler finite.
func (m *Model[T]) Write(w io.Writer) error {
	file, err := m.encode()
	if err != nil {
		return fmt.Errorf("model: cannot write: %w", err)
	}
	return file.Write(w)
}

// Save writes the model to path, all or nothing: a file that is there is replaced
// by a rename, once the new one is on the disk, and keeps its permissions. A
// symbolic link keeps pointing to its file. What is no regular file (a pipe, a
// device) is written directly.
func (m *Model[T]) Save(path string) error {
	file, err := m.encode()
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	var b bytes.Buffer
	if err := file.Write(&b); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	return atomicfile.Write(path, b.Bytes())
}

func (m *Model[T]) encode() (*safetensors.File, error) {
	cfg := m.Net.Config()
	meta := metadata{
		Format: formatVersion, NumericVersion: kernels.NumericVersion, Fingerprint: m.Net.Fingerprint(),
		Inputs: cfg.Inputs, InputDropout: cfg.InputDropout, Cost: cfg.Cost.Name,
		Classes: m.Classes, Features: m.Features, Scaler: (*scaler)(m.Scaler),
	}
	if p := cfg.Cost.Param; p != nil {
		meta.Param = p.Value
	}
	file := &safetensors.File{}
	for i := 1; i <= m.Net.Depth(); i++ {
		l := m.Net.Layer(i)
		described := layer{Out: l.Out, Activation: l.Activation.String(), LayerNorm: l.LayerNorm, Dropout: l.Dropout}
		if p := l.Activation.Param; p != nil {
			described.Param = p.Value
		}
		meta.Layers = append(meta.Layers, described)
	}
	for i, names := range meta.tensorNames() {
		for j, data := range tensorsOf(m.Net, i+1) {
			if data == nil {
				continue
			}
			shape := []int{len(data)}
			if w := m.Net.Weights(i + 1); j == 0 {
				shape = []int{w.Rows, w.Cols}
			}
			file.Tensors = append(file.Tensors, safetensors.NewTensor(names[j], shape, data))
		}
	}
	if err := meta.check(); err != nil {
		return nil, err
	}
	text, err := json.Marshal(meta)
	if err != nil {
		return nil, err
	}
	file.Metadata = map[string]string{nablaKey: string(text)}
	return file, nil
}

// File is a model file whose tensors agree with its metadata and whose precision
// is known. [Decode] makes a model of it.
type File struct {
	name    string // what messages call it: the path, or "model"
	meta    metadata
	tensors map[string]safetensors.Tensor
}

// Read reads a model file from r, to the end, and checks it. Of what can't be one,
// however long, it reads no more than the beginning.
func Read(r io.Reader) (*File, error) {
	data, err := safetensors.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	return Parse(data)
}

// Parse checks a model file that is in memory, such as one embedded in the program.
// It keeps data, which must not change before [Decode] is done.
func Parse(data []byte) (*File, error) { return parse("model", data) }

// Open reads the file at path and checks it.
func Open(path string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := safetensors.ReadAll(file)
	if err != nil {
		return nil, err
	}
	return parse(path, data)
}

// parse checks a file that messages call name.
func parse(name string, data []byte) (*File, error) {
	s, err := safetensors.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	f := &File{name: name, tensors: make(map[string]safetensors.Tensor)}
	for _, t := range s.Tensors {
		f.tensors[t.Name] = t
	}
	if f.meta, err = parseMetadata(s.Metadata); err == nil {
		err = f.checkTensors()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return f, nil
}

// DType returns the precision of the parameters: "F32" or "F64".
func (f *File) DType() string { return f.tensors[f.meta.tensorNames()[0][0]].DType }

// An Option gives [Decode] and [Load] parts that are not built in. Model files store
// their names only.
type Option func(*parts)

// parts are a program's own.
type parts struct {
	activations []*net.Activation
	costs       []*net.Cost
}

// WithActivations adds activations of your own to those that a file may name.
func WithActivations(own ...*net.Activation) Option {
	return func(p *parts) { p.activations = append(p.activations, own...) }
}

// WithCosts adds costs of your own to those that a file may name.
func WithCosts(own ...*net.Cost) Option {
	return func(p *parts) { p.costs = append(p.costs, own...) }
}

// Load reads the model at path; see [Decode].
func Load[T kernels.Float](path string, options ...Option) (*Model[T], error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	return Decode[T](f, options...)
}

// Decode makes a model of f. It is an error if the parameters are not of type T or
// don't have the fingerprint that f states, and if f names an activation or a cost
// that is neither built in nor among the options.
func Decode[T kernels.Float](f *File, options ...Option) (*Model[T], error) {
	var own parts
	for _, o := range options {
		o(&own)
	}
	m, err := decode[T](f, &own)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.name, err)
	}
	return m, nil
}

// tensorsOf returns W, b, γ and β of layer i = 1 … L; the last two may be nil.
func tensorsOf[T kernels.Float](n *net.Network[T], i int) [4][]T {
	return [4][]T{n.Weights(i).Data, n.Biases(i), n.Gamma(i), n.Beta(i)}
}

func decode[T kernels.Float](f *File, own *parts) (*Model[T], error) {
	cfg, err := f.meta.config(own)
	if err != nil {
		return nil, err
	}
	n, err := net.New[T](cfg)
	if err != nil {
		return nil, err
	}
	for i, names := range f.meta.tensorNames() {
		for j, to := range tensorsOf(n, i+1) {
			if to == nil {
				continue
			}
			if err := safetensors.Copy(to, f.tensors[names[j]]); err != nil {
				return nil, err
			}
		}
	}
	if want := f.meta.Fingerprint; want != "" && f.meta.NumericVersion == kernels.NumericVersion && n.Fingerprint() != want {
		return nil, fmt.Errorf("damaged: the parameters have the fingerprint %s, the metadata says %s", n.Fingerprint(), want)
	}
	return &Model[T]{Net: n, Classes: f.meta.Classes, Features: f.meta.Features, Scaler: (*train.Scaler)(f.meta.Scaler)}, nil
}
