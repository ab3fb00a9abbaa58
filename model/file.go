package model

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"github.com/nabla-go/nabla/internal/safetensors"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// File is a model file that was read and checked, of either precision. [Decode] returns
// its model.
type File struct {
	name  string // what messages call it: the path, or "model"
	meta  metadata
	dtype string
	f32   *Model[float32] // the model, in one of the two
	f64   *Model[float64]
}

// An Option tells what is read how.
type Option func(*options)

type options struct {
	activations []*net.Activation
	costs       []*net.Cost
}

// WithActivations adds activations of your own to those that a file may name. Model files
// store their names only.
func WithActivations(own ...*net.Activation) Option {
	return func(o *options) { o.activations = append(o.activations, own...) }
}

// WithCosts adds costs of your own to those that a file may name.
func WithCosts(own ...*net.Cost) Option {
	return func(o *options) { o.costs = append(o.costs, own...) }
}

// Read reads a model file from r, to the end, and checks it. Of what can't be one,
// however long, it reads no more than the beginning. It is an error if the file names an
// activation or a cost that is neither built in nor among the options.
func Read(r io.Reader, opts ...Option) (*File, error) { return read("model", r, -1, "", opts) }

// Parse reads a model file that is in memory, such as one embedded in the program.
func Parse(data []byte, opts ...Option) (*File, error) {
	return read("model", bytes.NewReader(data), int64(len(data)), "", opts)
}

// Open reads the file at path and checks it, as [Read] does.
func Open(path string, opts ...Option) (*File, error) { return open(path, "", opts) }

// Load reads the model at path, whose precision must be T's.
func Load[T kernels.Float](path string, opts ...Option) (*Model[T], error) {
	f, err := open(path, safetensors.DType[T](), opts)
	if err != nil {
		return nil, err
	}
	return Decode[T](f)
}

func open(path, dtype string, opts []Option) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	size := int64(-1)
	if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	return read(path, file, size, dtype, opts)
}

// Info is what a file says of itself.
type Info struct {
	Format         int    `json:"format"`           // version of the format
	Digest         string `json:"digest,omitempty"` // none in version 1
	NumericVersion string `json:"numeric_version"`  // of the program that wrote the file
	Fingerprint    string `json:"fingerprint"`      // of the parameters, with that version
	DType          string `json:"dtype"`
}

// Info returns what the file says of itself.
func (f *File) Info() Info {
	return Info{f.meta.Format, f.meta.Digest, f.meta.NumericVersion, f.meta.Fingerprint, f.dtype}
}

// Made says how the model was made; nil if the file doesn't.
func (f *File) Made() *Making { return f.meta.Made }

// DType returns the precision of the parameters: "F32" or "F64".
func (f *File) DType() string { return f.dtype }

// Notes returns, in words, what a user should know of the file: that it carries no digest,
// or that another numeric version wrote it.
func (f *File) Notes() (notes []string) {
	if f.meta.Format == 1 {
		notes = append(notes, fmt.Sprintf("%s has format version 1, which carries no digest: a change of its names, scaler or activations would go unnoticed", f.name))
	}
	if v := f.meta.NumericVersion; v != kernels.NumericVersion {
		notes = append(notes, fmt.Sprintf("%s was written with numeric version %q, this program has %q: last digits may differ", f.name, v, kernels.NumericVersion))
	}
	return notes
}

// Decode returns the model of f. It is an error if the parameters are not of type T.
func Decode[T kernels.Float](f *File) (*Model[T], error) {
	m, ok := any(f.f32).(*Model[T])
	if safetensors.DType[T]() == "F64" {
		m, ok = any(f.f64).(*Model[T])
	}
	if !ok || m == nil {
		return nil, wrongPrecision(f, safetensors.DType[T]())
	}
	return m, nil
}

func wrongPrecision(f *File, want string) error {
	return fmt.Errorf("%s: tensor %q is %s, want %s", f.name, f.meta.tensorNames()[0][0], f.dtype, want)
}

// read reads a file of size bytes, or of an unknown number if that is negative, and of the
// precision dtype, unless that is "".
func read(name string, r io.Reader, size int64, dtype string, opts []Option) (*File, error) {
	f := &File{name: name}
	var o options
	for _, option := range opts {
		option(&o)
	}
	h, start, err := safetensors.ReadHeader(r)
	if err == nil {
		f.meta, err = parseMetadata(h.Metadata)
	}
	if err == nil {
		f.dtype, err = f.meta.checkTensors(h)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if dtype != "" && dtype != f.dtype {
		return nil, wrongPrecision(f, dtype)
	}
	if rest := size - int64(len(start)); size >= 0 && rest != int64(h.Size()) {
		return nil, fmt.Errorf("%s: damaged safetensors file: the tensors take %d bytes, but %d are there", name, h.Size(), rest)
	}
	if f.dtype == "F32" {
		f.f32, err = readModel[float32](f, h, start, r, size < 0, &o)
	} else {
		f.f64, err = readModel[float64](f, h, start, r, size < 0, &o)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return f, nil
}

// readModel reads the parameters of a file that begins with start. Of a stream, an eighth
// must be there before memory is taken for all of it.
func readModel[T kernels.Float](f *File, h *safetensors.Header, start []byte, r io.Reader, stream bool, o *options) (*Model[T], error) {
	cfg, err := f.meta.config(o)
	if err != nil {
		return nil, err
	}
	if stream {
		first, err := io.ReadAll(io.LimitReader(r, int64(h.Size()/8)))
		if err != nil {
			return nil, err
		}
		if len(first) < h.Size()/8 {
			return nil, fmt.Errorf("damaged safetensors file: the tensors take %d bytes, but %d are there", h.Size(), len(first))
		}
		r = io.MultiReader(bytes.NewReader(first), r)
	}
	n, err := net.New[T](cfg)
	if err != nil {
		return nil, err
	}
	if err := readParameters(f, h, start, r, n); err != nil {
		return nil, err
	}
	if f.meta.Format == 1 && f.meta.NumericVersion == kernels.NumericVersion && n.Fingerprint() != f.meta.Fingerprint {
		return nil, fmt.Errorf("damaged: the parameters have the fingerprint %s, the metadata says %s", n.Fingerprint(), f.meta.Fingerprint)
	}
	m := &Model[T]{Net: n, Classes: f.meta.Classes, Features: f.meta.Features, Scaler: (*train.Scaler)(f.meta.Scaler), Encoder: f.meta.Encoder, Image: f.meta.Image, Made: f.meta.Made}
	if m.Encoder != nil {
		m.Encoder.Scaler = m.Scaler
	}
	return m, nil
}

// readParameters reads the data of a file into n and checks the digest.
func readParameters[T kernels.Float](f *File, h *safetensors.Header, start []byte, r io.Reader, n *net.Network[T]) error {
	tensors := make(map[string][]T)
	for i, names := range f.meta.tensorNames() {
		for j, tensor := range tensorsOf(n, i+1) {
			tensors[names[j]] = tensor
		}
	}
	d, err := newDigester(&f.meta, start)
	if err != nil {
		return err
	}
	for _, t := range h.Tensors {
		if err = safetensors.ReadValues(r, tensors[t.Name], d); err == io.EOF || err == io.ErrUnexpectedEOF {
			err = fmt.Errorf("damaged safetensors file: it ends within or before tensor %q", t.Name)
		}
		if err != nil {
			break
		}
	}
	digest := d.close()
	if err != nil {
		return err
	}
	if n, err := io.CopyN(io.Discard, r, 1); err != io.EOF {
		if n > 0 {
			err = fmt.Errorf("damaged safetensors file: bytes follow the last tensor")
		}
		return err
	}
	return d.check(digest)
}

// A digester computes the digest of a file as its bytes come, beside the one who reads
// them; of a file of version 1 it computes none.
type digester struct {
	want   string
	pieces chan []byte
	digest chan string
}

// newDigester returns a digester for a file that begins with start. It must be closed.
func newDigester(m *metadata, start []byte) (*digester, error) {
	d := &digester{m.Digest, make(chan []byte, 4), make(chan string, 1)}
	if m.Format == 1 {
		start = nil
	} else if s, err := setDigest(start, m.Digest, noDigest); err != nil {
		return nil, err
	} else {
		start = s
	}
	go func() {
		h := sha256.New()
		h.Write(start)
		for piece := range d.pieces {
			if m.Format > 1 {
				h.Write(piece)
			}
		}
		d.digest <- hex.EncodeToString(h.Sum(nil))
	}()
	return d, nil
}

// Write takes bytes, which must not change before close.
func (d *digester) Write(b []byte) (int, error) {
	d.pieces <- b
	return len(b), nil
}

func (d *digester) close() (digest string) {
	close(d.pieces)
	return <-d.digest
}

// check compares the digest with that which the metadata state, unless they state none.
func (d *digester) check(got string) error {
	if d.want != "" && got != d.want {
		return fmt.Errorf("damaged, or changed after nabla wrote it: its digest is %s, the metadata says %s", got, d.want)
	}
	return nil
}
