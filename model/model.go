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
// names of classes and columns, the scaler of the inputs, the size of images, and a digest. Keys that are
// unknown or occur twice, and null, are refused. The digest, in hexadecimal, is the
// SHA-256 of the whole file with zeros in place of its 64 digits, so that nothing in the
// file can change unnoticed. Equal models give equal files.
//
// Version 1 of the format has no digest; see [File.Notes].
package model

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/internal/atomicfile"
	"github.com/nabla-go/nabla/internal/safetensors"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// Model is a network and what belongs to it.
type Model[T kernels.Float] struct {
	Net      *net.Network[T]
	Classes  []string         // name of each output, or nil
	Features []string         // name of each input, or nil
	Scaler   *train.Scaler    // what raw inputs go through before the network; nil for nothing
	Encoder  *dataset.Encoder // how rows of a table become inputs, and outputs answers; its Scaler is the model's; nil for none
	Image    *train.Image     // how images become raw inputs; nil if the inputs are something else
	Made     *Making          // how it was made, or nil
}

// Write writes the model to w, or nothing if its parts don't fit together: class
// and column names and the scaler must be as many as outputs and inputs, names
// UTF-8, those of classes neither empty nor equal, numbers of the scaler finite.
func (m *Model[T]) Write(w io.Writer) error {
	start, err := m.encode()
	if err != nil {
		return fmt.Errorf("model: cannot write: %w", err)
	}
	return m.writeFile(w, start)
}

// Save writes the model to path, all or nothing: a file that is there is replaced
// by a rename, once the new one is on the disk, and keeps its permissions and, where it
// can, its owner and group. A symbolic link keeps pointing to its file. What is no regular
// file (a pipe, a device) is written directly.
func (m *Model[T]) Save(path string) error {
	start, err := m.encode()
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	return atomicfile.Write(path, func(w io.Writer) error { return m.writeFile(w, start) })
}

// Check returns an error if the parts of the model don't fit together, so that Write would
// refuse it.
func (m *Model[T]) Check() error {
	meta := m.describe()
	return meta.check()
}

// writeFile writes a file that begins with start.
func (m *Model[T]) writeFile(w io.Writer, start []byte) error {
	if _, err := w.Write(start); err != nil {
		return err
	}
	for i := 1; i <= m.Net.Depth(); i++ {
		for _, tensor := range tensorsOf(m.Net, i) {
			if err := safetensors.WriteValues(w, tensor); err != nil {
				return err
			}
		}
	}
	return nil
}

// TensorNames returns the names of W, b, γ and β of each layer in a file, "" for those that
// it doesn't have.
func TensorNames[T kernels.Float](n *net.Network[T]) [][4]string {
	meta := (&Model[T]{Net: n}).layers()
	return meta.tensorNames()
}

// tensorsOf returns W, b, γ and β of layer i = 1 … L; the last two may be nil.
func tensorsOf[T kernels.Float](n *net.Network[T], i int) [4][]T {
	return [4][]T{n.Weights(i).Data, n.Biases(i), n.Gamma(i), n.Beta(i)}
}

// encode returns the beginning of the file, up to the parameters.
func (m *Model[T]) encode() ([]byte, error) {
	if m.Encoder != nil && !m.Encoder.Scaler.Equal(m.Scaler) {
		return nil, fmt.Errorf("the encoder has another scaler than the model")
	}
	meta := m.describe()
	if err := meta.check(); err != nil {
		return nil, err
	}
	text, err := json.Marshal(meta)
	if err != nil {
		return nil, err
	}
	h := safetensors.Header{Metadata: map[string]string{nablaKey: string(text)}}
	for i, names := range meta.tensorNames() {
		for j, tensor := range tensorsOf(m.Net, i+1) {
			if tensor == nil {
				continue
			}
			shape := []int{len(tensor)}
			if w := m.Net.Weights(i + 1); j == 0 {
				shape = []int{w.Rows, w.Cols}
			}
			h.Tensors = append(h.Tensors, safetensors.Info{Name: names[j], DType: safetensors.DType[T](), Shape: shape})
		}
	}
	start, err := h.Encode()
	if err != nil {
		return nil, err
	}
	hash := sha256.New()
	m.writeFile(hash, start) // never fails
	return setDigest(start, noDigest, hex.EncodeToString(hash.Sum(nil)))
}

// noDigest stands in place of the digest while the digest is computed.
var noDigest = strings.Repeat("0", 2*sha256.Size)

// setDigest replaces the digest in the beginning of a file.
func setDigest(start []byte, old, now string) ([]byte, error) {
	// This can't be part of a name, where quotes have more backslashes before them.
	const key = `\"digest\":\"`
	if bytes.Count(start, []byte(key+old)) != 1 {
		return nil, fmt.Errorf("the digest isn't written as nabla writes it")
	}
	return bytes.Replace(start, []byte(key+old), []byte(key+now), 1), nil
}

// describe returns the metadata, all but the digest.
func (m *Model[T]) describe() metadata {
	meta := m.layers()
	meta.Format, meta.Digest, meta.NumericVersion, meta.Fingerprint = formatVersion, noDigest, kernels.NumericVersion, m.Net.Fingerprint()
	meta.Classes, meta.Features, meta.Scaler, meta.Encoder, meta.Image, meta.Made = m.Classes, m.Features, (*scaler)(m.Scaler), m.Encoder, m.Image, m.Made
	return meta
}

// layers returns what metadata say of the network.
func (m *Model[T]) layers() metadata {
	cfg := m.Net.Config()
	meta := metadata{Inputs: cfg.Inputs, InputDropout: cfg.InputDropout, Cost: cfg.Cost.Name, Threshold: cfg.Threshold}
	if p := cfg.Cost.Param; p != nil {
		meta.Param = p.Value
	}
	for _, l := range cfg.Layers {
		described := layer{Out: l.Out, Activation: l.Activation.String(), LayerNorm: l.LayerNorm, Dropout: l.Dropout}
		if p := l.Activation.Param; p != nil {
			described.Param = p.Value
		}
		meta.Layers = append(meta.Layers, described)
	}
	return meta
}
