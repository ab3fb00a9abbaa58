package model

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/internal/rng"
	"github.com/nabla-go/nabla/internal/safetensors"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// newModel returns a 2-3-2-1 network with an activation of each kind.
func newModel[T kernels.Float](t testing.TB) *Model[T] {
	t.Helper()
	n, err := net.New[T](net.Config{
		Inputs: 2,
		Layers: []net.Layer{net.Dense(3, net.Tanh), net.Dense(2, net.ReLU), net.Dense(1, net.Sigmoid)},
		Cost:   net.Exponential(0.1), Seed: 3,
	})
	require.NoError(t, err)
	r := rng.New(5, 0)
	for i := 1; i <= 3; i++ {
		for j := range n.Biases(i) {
			n.Biases(i)[j] = T(r.Normal())
		}
	}
	return &Model[T]{
		Net: n, Classes: []string{"yes, \"é\""}, Features: []string{"age_years", "income"},
		Scaler: &train.Scaler{Mean: []float64{0.1, 1e5 / 3.0}, SD: []float64{math.Pi, 0}},
		Image:  &train.Image{Width: 1, Height: 2, Channels: 1, Largest: 255},
	}
}

// A-T23: everything is stored, and predictions come back bit for bit.
func TestRoundTrip(t *testing.T) {
	t.Run("f32", testRoundTrip[float32])
	t.Run("f64", testRoundTrip[float64])
}

func testRoundTrip[T kernels.Float](t *testing.T) {
	m := newModel[T](t)
	path := filepath.Join(t.TempDir(), "m.safetensors")
	require.NoError(t, m.Save(path))
	f, err := Open(path)
	require.NoError(t, err)
	require.Equal(t, safetensors.DType[T](), f.DType())
	back, err := Load[T](path)
	require.NoError(t, err)

	require.Equal(t, m.Classes, back.Classes)
	require.Equal(t, m.Features, back.Features)
	require.Equal(t, m.Scaler, back.Scaler)
	require.Equal(t, m.Image, back.Image)
	want, got := m.Net.Config(), back.Net.Config()
	require.Equal(t, want.Layers, got.Layers)
	require.Equal(t, want.Cost.Name, got.Cost.Name)
	require.Equal(t, want.Cost.Param.Value, got.Cost.Param.Value)
	require.Equal(t, m.Net.Fingerprint(), back.Net.Fingerprint())
	x := kernels.Matrix[T]{Rows: 4, Cols: 2, Stride: 2, Data: []T{0, 0, 0, 1, 1, 0, -0.3, 7}}
	require.Equal(t, m.Net.Predict(x).Data, back.Net.Predict(x).Data)

	// Equal models are equal files.
	again := filepath.Join(t.TempDir(), "again")
	require.NoError(t, back.Save(again))
	a, err := os.ReadFile(path)
	require.NoError(t, err)
	b, err := os.ReadFile(again)
	require.NoError(t, err)
	require.Equal(t, a, b)

	// A stream has the bytes of the file, and is read as the file is.
	var stream bytes.Buffer
	require.NoError(t, m.Write(&stream))
	require.Equal(t, a, stream.Bytes())
	f, err = Read(iotest.OneByteReader(&stream))
	require.NoError(t, err)
	back, err = Decode[T](f)
	require.NoError(t, err)
	require.Equal(t, m.Net.Fingerprint(), back.Net.Fingerprint())
}

// What goes wrong with a stream is told without a path.
func TestReadFails(t *testing.T) {
	_, err := Read(iotest.ErrReader(os.ErrDeadlineExceeded))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.ErrorContains(t, err, "model: ")
	_, err = Read(strings.NewReader("x1,x2,y\n1,2,3\n"))
	require.ErrorContains(t, err, "model: not a safetensors file")
	_, err = Parse(nil)
	require.ErrorContains(t, err, "model: not a safetensors file: 0 bytes are too few")
}

// failing is a writer that is full.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestWriteFails(t *testing.T) {
	require.ErrorIs(t, newModel[float32](t).Write(failing{}), os.ErrClosed)
}

// A-X09: names and shapes are those of PyTorch's nn.Sequential.
func TestTensorNames(t *testing.T) {
	start, err := newModel[float32](t).encode()
	require.NoError(t, err)
	h, _, err := safetensors.ReadHeader(bytes.NewReader(start))
	require.NoError(t, err)
	var got []string
	for _, t := range h.Tensors {
		shape, _ := json.Marshal(t.Shape)
		got = append(got, t.Name+string(shape))
	}
	require.Equal(t, []string{"0.weight[3,2]", "0.bias[3]", "2.weight[2,3]", "2.bias[2]", "4.weight[1,2]", "4.bias[1]"}, got)
}

// Parameters of activations come back.
func TestParametersOfActivations(t *testing.T) {
	for _, σ := range net.Activations() {
		if σ.Param == nil {
			continue
		}
		n, err := net.New[float32](net.Config{Inputs: 2, Layers: []net.Layer{net.Dense(3, σ.Param.With(0.125)), net.Dense(1, net.Sigmoid)}, Seed: 1})
		require.NoError(t, err)
		var b bytes.Buffer
		require.NoError(t, (&Model[float32]{Net: n}).Write(&b))
		back, err := Load[float32](saved(t, b.Bytes()))
		require.NoError(t, err)
		require.Equal(t, σ.Name, back.Net.Layer(1).Activation.Name)
		require.Equal(t, 0.125, back.Net.Layer(1).Activation.Param.Value)
		x := kernels.Matrix[float32]{Rows: 3, Cols: 2, Stride: 2, Data: []float32{-3, -2, 1, 2, 9, 9}}
		require.Equal(t, n.Predict(x).Data, back.Net.Predict(x).Data)
	}
}

// Layer normalisation and dropout come back, and tensors have the names of PyTorch's
// Sequential(Dropout, Linear, LayerNorm, SiLU, Dropout, Linear, LayerNorm, Sigmoid).
func TestNormalisationAndDropout(t *testing.T) {
	layers := []net.Layer{net.Dense(3, net.SiLU).WithLayerNorm().WithDropout(0.25), net.Dense(2, net.Sigmoid).WithLayerNorm()}
	n, err := net.New[float32](net.Config{Inputs: 2, Layers: layers, InputDropout: 0.125, Seed: 1})
	require.NoError(t, err)
	copy(n.Gamma(1), []float32{1, 2, 3})
	copy(n.Beta(2), []float32{-1, 0.5})
	var b bytes.Buffer
	require.NoError(t, (&Model[float32]{Net: n}).Write(&b))
	back, err := Load[float32](saved(t, b.Bytes()))
	require.NoError(t, err)
	require.Equal(t, n.Config().InputDropout, back.Net.Config().InputDropout)
	for i, l := range layers {
		got := back.Net.Layer(i + 1)
		require.Equal(t, []any{l.LayerNorm, l.Dropout}, []any{got.LayerNorm, got.Dropout})
	}
	require.Equal(t, n.Fingerprint(), back.Net.Fingerprint())
	for i := 1; i <= 2; i++ {
		require.Equal(t, n.Gamma(i), back.Net.Gamma(i))
		require.Equal(t, n.Beta(i), back.Net.Beta(i))
	}
	file, err := safetensors.Parse(b.Bytes())
	require.NoError(t, err)
	var names []string
	for _, tensor := range file.Tensors {
		names = append(names, tensor.Name)
	}
	require.ElementsMatch(t, []string{"1.weight", "1.bias", "2.weight", "2.bias", "5.weight", "5.bias", "6.weight", "6.bias"}, names)
}

func saved(t *testing.T, data []byte) (path string) {
	path = filepath.Join(t.TempDir(), "m")
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

// Parts of one's own come back if the program brings them, and are refused by name if
// it doesn't.
func TestOwnParts(t *testing.T) {
	cube := net.NewActivation("cube", func(z float64) float64 { return z * z * z }, func(z float64) float64 { return 3 * z * z })
	var power func(p float64) *net.Cost
	power = func(p float64) *net.Cost {
		return &net.Cost{
			Name:  "power",
			Term:  func(a, t float64) float64 { return math.Pow(math.Abs(a-t), p) },
			Slope: func(a, t float64) float64 { return p * math.Pow(math.Abs(a-t), p-1) * math.Copysign(1, a-t) },
			Param: &net.Param[net.Cost]{Name: "power", Symbol: "p", Value: p, Max: 10, With: power},
		}
	}
	n, err := net.New[float64](net.Config{Inputs: 1, Layers: []net.Layer{net.Dense(2, cube), net.Dense(1, net.Identity)}, Cost: power(3), Seed: 1})
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "m")
	require.NoError(t, (&Model[float64]{Net: n}).Save(path))

	back, err := Load[float64](path, WithActivations(cube), WithCosts(power(2)))
	require.NoError(t, err)
	require.Same(t, cube, back.Net.Layer(1).Activation)
	cfg := back.Net.Config()
	require.Equal(t, "power", cfg.Cost.Name)
	require.Equal(t, 3.0, cfg.Cost.Param.Value)
	x := kernels.Matrix[float64]{Rows: 1, Cols: 1, Stride: 1, Data: []float64{2}}
	require.Equal(t, n.Predict(x).Data, back.Net.Predict(x).Data)

	_, err = Load[float64](path, WithActivations(cube))
	require.ErrorContains(t, err, `m: unknown cost "power": want one of quadratic, `)
	require.ErrorContains(t, err, "or one that the program brings (WithCosts)")
	_, err = Load[float64](path, WithCosts(power(2)))
	require.ErrorContains(t, err, `m: unknown activation "cube": want one of identity, `)
	require.ErrorContains(t, err, "or one that the program brings (WithActivations)")
}

// A file without nabla's metadata, such as PyTorch's own, is told apart from a
// damaged one.
func TestOpenForeign(t *testing.T) {
	_, err := Open("testdata/st_ok_linear_3out_2in.safetensors")
	require.ErrorContains(t, err, `no key "nabla": not a model that nabla wrote`)
	require.ErrorContains(t, err, "st_ok_linear_3out_2in.safetensors")
	_, err = Open(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)

	// What can't be a model is not read, however large it is.
	large := filepath.Join(t.TempDir(), "large")
	require.NoError(t, os.WriteFile(large, []byte("x1,x2,y\n"), 0o600))
	require.NoError(t, os.Truncate(large, 1<<26))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = Open(large)
	runtime.ReadMemStats(&after)
	require.ErrorContains(t, err, "large: not a safetensors file")
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}

func TestPrecisionMustAgree(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m")
	require.NoError(t, newModel[float64](t).Save(path))
	_, err := Load[float32](path)
	require.ErrorContains(t, err, `tensor "0.weight" is F64, want F32`)
}

// parts are what a test changes of a model file.
type parts struct {
	meta    map[string]any // of the key "nabla"
	tensors []safetensors.Tensor
}

// edit changes the parts of a model file and puts it together again, with the digest that
// belongs to it.
func edit(t *testing.T, change func(p *parts)) []byte {
	t.Helper()
	var file bytes.Buffer
	require.NoError(t, newModel[float32](t).Write(&file))
	s, err := safetensors.Parse(file.Bytes())
	require.NoError(t, err)
	p := &parts{tensors: s.Tensors}
	require.NoError(t, json.Unmarshal([]byte(s.Metadata[nablaKey]), &p.meta))
	p.meta["digest"] = noDigest
	change(p)
	text, err := json.Marshal(p.meta)
	require.NoError(t, err)
	return sealed(t, assemble(t, string(text), p.tensors))
}

// assemble returns a file with the given text as our metadata.
func assemble(t *testing.T, text string, tensors []safetensors.Tensor) []byte {
	t.Helper()
	h := safetensors.Header{Metadata: map[string]string{nablaKey: text}}
	var data []byte
	for _, tensor := range tensors {
		h.Tensors = append(h.Tensors, tensor.Info)
		data = append(data, tensor.Data...)
	}
	start, err := h.Encode()
	require.NoError(t, err)
	return append(start, data...)
}

// sealed puts the digest into a file that has zeros there, or returns one without a digest
// as it is.
func sealed(t *testing.T, file []byte) []byte {
	t.Helper()
	if !bytes.Contains(file, []byte(noDigest)) {
		return file
	}
	digest := sha256.Sum256(file)
	file, err := setDigest(file, noDigest, hex.EncodeToString(digest[:]))
	require.NoError(t, err)
	return file
}

// tensor returns a tensor of n numbers.
func tensor(name, dtype string, size, n int) safetensors.Tensor {
	return safetensors.Tensor{Info: safetensors.Info{Name: name, DType: dtype, Shape: []int{n}}, Data: make([]byte, n*size)}
}

func decodeBytes(file []byte) (*Model[float32], error) {
	f, err := Parse(file)
	if err != nil {
		return nil, err
	}
	return Decode[float32](f)
}

// A bias may come as [n] or as [n, 1] (A-T34), and tensors in any order.
func TestDecodeAccepts(t *testing.T) {
	want := newModel[float32](t).Net.Fingerprint()
	m, err := decodeBytes(edit(t, func(p *parts) {
		p.tensors[1].Shape = []int{3, 1}
		p.tensors[0], p.tensors[3] = p.tensors[3], p.tensors[0]
	}))
	require.NoError(t, err)
	require.Equal(t, want, m.Net.Fingerprint())
}

// The digest doesn't depend on the numeric version: a file of another one is read, with a
// word.
func TestOtherNumericVersion(t *testing.T) {
	f, err := Parse(edit(t, func(p *parts) { p.meta["numeric_version"] = "0" }))
	require.NoError(t, err)
	require.Equal(t, []string{`model was written with numeric version "0", this program has "` + kernels.NumericVersion + `": last digits may differ`}, f.Notes())
	f, err = Parse(edit(t, func(*parts) {}))
	require.NoError(t, err)
	require.Empty(t, f.Notes())
}

func TestDecodeRefuses(t *testing.T) {
	layer := func(p *parts, i int) map[string]any { return p.meta["layers"].([]any)[i].(map[string]any) }
	for _, c := range []struct {
		name   string
		change func(p *parts)
		want   string
	}{
		{"transposed weights", func(p *parts) { p.tensors[0].Shape = []int{2, 3} }, `tensor "0.weight" has shape [2 3]: the metadata want [3 2]`},
		{"flat weights", func(p *parts) { p.tensors[0].Shape = []int{6} }, `has shape [6]`},
		{"bias as a row", func(p *parts) { p.tensors[1].Shape = []int{1, 3} }, `tensor "0.bias" has shape [1 3]: the metadata want [3] or [3 1]`},
		{"missing tensor", func(p *parts) { p.tensors = p.tensors[:5] }, `tensor "4.bias" is missing`},
		{"extra tensor", func(p *parts) { p.tensors = append(p.tensors, tensor("6.weight", "F32", 4, 1)) }, `tensor "6.weight" belongs to no layer`},
		{"mixed precision", func(p *parts) { p.tensors[5] = tensor("4.bias", "F64", 8, 1) }, `tensor "4.bias" is F64, but "0.weight" is F32`},
		{"halves", func(p *parts) {
			for i := range p.tensors {
				p.tensors[i].DType = "F16"
				p.tensors[i].Data = p.tensors[i].Data[:len(p.tensors[i].Data)/2]
			}
		}, `tensor "0.weight" is F16: want F32 or F64`},
		{"wider input", func(p *parts) {
			p.meta["inputs"] = 5
			delete(p.meta, "features")
			delete(p.meta, "scaler")
			delete(p.meta, "image")
		}, `tensor "0.weight" has shape [3 2]: the metadata want [3 5]`},
		{"a layer of gigabytes", func(p *parts) { layer(p, 0)["out"] = 1 << 30 }, "the metadata want [1073741824 2]"},
		{"negative inputs", func(p *parts) {
			p.meta["inputs"] = -2
			delete(p.meta, "features")
			delete(p.meta, "scaler")
			delete(p.meta, "image")
		}, "the metadata want [3 -2]"},
		{"no layers", func(p *parts) { delete(p.meta, "layers") }, "no layers"},
		{"unknown activation", func(p *parts) { layer(p, 0)["activation"] = "swish" }, `unknown activation "swish"`},
		{"unknown cost", func(p *parts) { p.meta["cost"] = "x" }, `unknown cost "x"`},
		{"future format", func(p *parts) {
			p.meta["format"] = 3
			p.meta["wonder"] = 1
		}, "format version 3: this program reads versions 1 and 2"},
		{"no format", func(p *parts) { delete(p.meta, "format") }, "format version 0"},
		{"no digest", func(p *parts) { delete(p.meta, "digest") }, "no digest"},
		{"a digest in version 1", func(p *parts) { p.meta["format"] = 1 }, "a digest, which format version 1 doesn't have"},
		{"no numeric version", func(p *parts) { p.meta["numeric_version"] = "" }, "no numeric_version"},
		{"no fingerprint", func(p *parts) { delete(p.meta, "fingerprint") }, "no fingerprint"},
		{"no tau", func(p *parts) { delete(p.meta, "tau") }, `the parameter of cost "exponential" is 0`},
		{"a parameter too many", func(p *parts) { layer(p, 0)["param"] = 0.5 }, `the parameter of activation "tanh" is 0.5`},
		{"too few classes", func(p *parts) { p.meta["classes"] = []string{"a", "b", "c"} }, "3 class names for 1 outputs"},
		{"an empty class", func(p *parts) { p.meta["classes"] = []string{""} }, `class 1 of 1 is called ""`},
		{"features", func(p *parts) { p.meta["features"] = []string{"a"} }, "1 column names for 2 inputs"},
		{"scaler", func(p *parts) { p.meta["scaler"] = map[string]any{"mean": []float64{1, 2}, "sd": []float64{1}} }, "the scaler has 2 means and 1 deviations for 2 inputs"},
		{"a negative deviation", func(p *parts) { p.meta["scaler"] = map[string]any{"mean": []float64{1, 2}, "sd": []float64{1, -1}} }, "the scaler of input 2 has mean 2 and deviation -1: want finite numbers, the deviation at least 0"},
		{"images", func(p *parts) {
			p.meta["image"] = map[string]any{"width": 2, "height": 2, "channels": 1, "largest": 255}
		}, "images of 2×2 pixels with 1 channels for 2 inputs"},
		{"colours", func(p *parts) {
			p.meta["image"] = map[string]any{"width": 1, "height": 1, "channels": 2, "largest": 255}
		}, "images of 1×1 pixels with 2 channels for 2 inputs"},
		{"no images", func(p *parts) {
			p.meta["image"] = map[string]any{"width": 0, "height": 2, "channels": 1, "largest": 255}
		}, "images of 0×2 pixels"},
		{"pixels", func(p *parts) {
			p.meta["image"] = map[string]any{"width": 2, "height": 1, "channels": 1, "largest": -1}
		}, "pixels of images are at most -1: want a finite number above 0"},
		{"types", func(p *parts) { p.meta["inputs"] = "two" }, "damaged metadata"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := decodeBytes(edit(t, c.change))
			require.ErrorContains(t, err, c.want)
			require.False(t, strings.Contains(err.Error(), "\n"))
		})
	}
}

// Every key of the metadata is known, there once, and not null, in every object; so is
// every key that only some models have.
func TestStrictKeys(t *testing.T) {
	var file bytes.Buffer
	require.NoError(t, newModel[float32](t).Write(&file))
	s, err := safetensors.Parse(file.Bytes())
	require.NoError(t, err)
	text := s.Metadata[nablaKey]
	keys := regexp.MustCompile(`"([a-z_]+)":`).FindAllStringSubmatchIndex(text, -1)
	require.Greater(t, len(keys), 15)
	for _, at := range keys {
		key, end := text[at[2]:at[3]], at[1]
		value := json.NewDecoder(strings.NewReader(text[end:]))
		var raw json.RawMessage
		require.NoError(t, value.Decode(&raw))
		for name, changed := range map[string]string{
			"renamed": text[:at[2]] + key + "x" + text[at[3]:],
			"folded":  text[:at[2]] + strings.ToUpper(key) + text[at[3]:],
			"twice":   text[:at[0]] + fmt.Sprintf("%q:%s,", key, raw) + text[at[0]:],
			"null":    text[:end] + "null" + text[end+len(raw):],
		} {
			_, err := decodeBytes(assemble(t, changed, s.Tensors))
			require.ErrorContains(t, err, "damaged metadata: ", "%s %s", key, name)
		}
	}
}

// No bit of a file can change without a word.
func TestDigest(t *testing.T) {
	var file bytes.Buffer
	require.NoError(t, newModel[float32](t).Write(&file))
	for i := range file.Bytes() {
		b := bytes.Clone(file.Bytes())
		b[i] ^= 1
		_, err := decodeBytes(b)
		require.Error(t, err, "byte %d", i)
	}
	swapped := bytes.Replace(file.Bytes(), []byte("tanh"), []byte("silu"), 1)
	_, err := decodeBytes(swapped)
	require.ErrorContains(t, err, "model: damaged, or changed after nabla wrote it: its digest is ")
	for name, b := range map[string][]byte{"cut": file.Bytes()[:file.Len()-1], "more": append(bytes.Clone(file.Bytes()), 0)} {
		_, err = decodeBytes(b)
		require.ErrorContains(t, err, "damaged safetensors file", name)
		_, err = Read(io.MultiReader(bytes.NewReader(b)))
		require.ErrorContains(t, err, "damaged safetensors file", name)
	}
	// A class may be called like a digest.
	m := newModel[float32](t)
	m.Classes = []string{`\"digest\":\"` + noDigest}
	file.Reset()
	require.NoError(t, m.Write(&file))
	_, err = decodeBytes(file.Bytes())
	require.NoError(t, err)
}

// A file of version 1 is read as it was, strictly, with a word.
func TestVersion1(t *testing.T) {
	f, err := Open("testdata/version1.safetensors")
	require.NoError(t, err)
	require.Contains(t, f.Notes()[0], "version1.safetensors has format version 1, which carries no digest")
	m, err := Decode[float32](f)
	require.NoError(t, err)
	require.Equal(t, []string{"no", "yes"}, m.Classes)

	version1 := func(p *parts) {
		p.meta["format"] = 1
		delete(p.meta, "digest")
	}
	_, err = decodeBytes(edit(t, version1))
	require.NoError(t, err)
	_, err = decodeBytes(edit(t, func(p *parts) {
		version1(p)
		p.tensors[0].Data = append([]byte{1}, p.tensors[0].Data[1:]...)
	}))
	require.ErrorContains(t, err, "damaged: the parameters have the fingerprint")
}

// Memory is in proportion to what there is, whatever the header promises; and a file is in
// memory once.
func TestReadMemory(t *testing.T) {
	n, err := net.New[float32](net.Config{Inputs: 4000, Layers: []net.Layer{net.Dense(2000, net.ReLU), net.Dense(2, net.Softmax)}, Init: net.Zero})
	require.NoError(t, err)
	var file bytes.Buffer
	require.NoError(t, (&Model[float32]{Net: n}).Write(&file))
	path := saved(t, file.Bytes())
	allocated := func(f func() error) (uint64, error) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := f()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc, err
	}
	taken, err := allocated(func() error { _, err := Load[float32](path); return err })
	require.NoError(t, err)
	require.Less(t, float64(taken), 1.1*float64(file.Len()))
	taken, err = allocated(func() error { return (&Model[float32]{Net: n}).Save(path) })
	require.NoError(t, err)
	require.Less(t, taken, uint64(1<<20))

	require.NoError(t, os.Truncate(path, 10000))
	taken, err = allocated(func() error { _, err := Open(path); return err })
	require.ErrorContains(t, err, "damaged safetensors file: the tensors take 32024008 bytes, but")
	require.Less(t, taken, uint64(1<<20))
	taken, err = allocated(func() error { _, err := Read(bytes.NewReader(file.Bytes()[:10000])); return err })
	require.ErrorContains(t, err, "damaged safetensors file: the tensors take 32024008 bytes, but")
	require.Less(t, taken, uint64(1<<20))
}

// A model that can't be encoded leaves the file that is there.
func TestSaveRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
	m := newModel[float32](t)
	m.Classes = []string{"a", "b", "c"}
	require.ErrorContains(t, m.Save(path), "3 class names for 1 outputs")
	m = newModel[float32](t)
	m.Scaler.SD[0] = math.NaN()
	require.ErrorContains(t, m.Save(path), "the scaler of input 1 has mean 0.1 and deviation NaN")
	m = newModel[float32](t)
	m.Classes[0] = "caf\xe9"
	require.ErrorContains(t, m.Save(path), `the name "caf\xe9" of a class or column is not UTF-8`)
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "old", string(b))

	var out bytes.Buffer
	require.ErrorContains(t, m.Write(&out), `model: cannot write: the name "caf\xe9"`)
	require.Empty(t, out.Bytes())
}
