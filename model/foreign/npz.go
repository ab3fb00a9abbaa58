package foreign

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/train"
)

// ReadNPZ reads a stack from an NPZ file of NumPy, in one of three layouts, which the names
// of its arrays tell:
//
//   - PyTorch's, as in [ReadSafetensors], of np.savez(path, **state_dict) with arrays in
//     place of tensors. Arrays "scaler.mean" and "scaler.sd" scale the inputs, as
//     [WriteNPZ] writes them.
//   - Keras', of np.savez(path, *model.get_weights()): "arr_0", "arr_1", … with the
//     weights of each Dense layer, in × out, then its bias if it has one, then γ, β, means
//     and variances of the BatchNormalization behind it if there is one.
//   - scikit-learn's, "coefs_0", "intercepts_0", "coefs_1", … with the elements of coefs_,
//     in × out, and intercepts_ of an MLPClassifier or MLPRegressor.
func ReadNPZ(r io.Reader, o Options) (*Model, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	file, err := dataset.DecodeNPZ[float64](bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	var arrays []array
	for name, a := range file {
		if a.Data == nil { // text beside the numbers
			continue
		}
		if len(a.Type) > 1 && strings.ContainsAny(a.Type[1:2], "iub") { // no weights, but perhaps counters
			a.Type, a.Data = "I of "+a.Type, nil
		}
		arrays = append(arrays, array{name, a.Type, a.Shape, a.Data})
	}
	slices.SortFunc(arrays, func(a, b array) int { return natural(a.name, b.name) })
	if len(arrays) == 0 {
		return nil, fmt.Errorf("the file has no arrays")
	}
	switch {
	case all(arrays, regexp.MustCompile(`^arr_[0-9]+$`)):
		return fromKeras(arrays, &o)
	case all(arrays, regexp.MustCompile(`^(coefs|intercepts)_[0-9]+$`)):
		return fromSklearn(arrays, &o)
	}
	s := &stack{}
	mean, sd := find(arrays, "scaler.mean"), find(arrays, "scaler.sd")
	if mean != nil && sd != nil {
		s.scaler, s.width = &train.Scaler{Mean: mean.values, SD: sd.values}, mean.elements()
		arrays = slices.DeleteFunc(arrays, func(a array) bool { return a.name == "scaler.mean" || a.name == "scaler.sd" })
	}
	return fromTorch(s, arrays, &o)
}

func all(arrays []array, name *regexp.Regexp) bool {
	return !slices.ContainsFunc(arrays, func(a array) bool { return !name.MatchString(a.name) })
}

// transposed returns a matrix of the given shape, transposed.
func transposed(w []float64, rows, cols int) []float64 {
	t := make([]float64, len(w))
	for i := range rows {
		for j := range cols {
			t[j*rows+i] = w[i*cols+j]
		}
	}
	return t
}

// fromKeras makes a model of the arrays that get_weights returns, which stand in order.
func fromKeras(arrays []array, o *Options) (*Model, error) {
	linear := 0
	for i, a := range arrays {
		if a.name != "arr_"+strconv.Itoa(i) {
			return nil, fmt.Errorf("array %q is missing", "arr_"+strconv.Itoa(i))
		}
		if len(a.shape) == 2 {
			linear++
		}
	}
	activations, err := spreadActivations(o.Activations, linear)
	if err != nil {
		return nil, err
	}
	ε := o.Epsilon
	if ε == 0 {
		ε = 1e-3
	}
	s := &stack{double: isDouble(arrays)}
	for len(arrays) > 0 {
		first := arrays[0]
		n := 0 // vectors from here on
		if len(first.shape) != 2 {
			n++
		}
		for rest := arrays[1:]; len(rest) > 0 && len(rest[0].shape) == 1; rest = rest[1:] {
			n++
		}
		if len(first.shape) != 2 { // a normalisation of the inputs, or what is no vector
			if len(s.layers) > 0 || n != 4 || len(first.shape) != 1 {
				return nil, fmt.Errorf("array %q of shape %v belongs to no Dense layer and no BatchNormalization with γ, β, means and variances", first.name, first.shape)
			}
			if err := s.kerasNorm(arrays[:4], ε); err != nil {
				return nil, err
			}
			arrays = arrays[4:]
			continue
		}
		if n != 0 && n != 1 && n != 5 {
			return nil, fmt.Errorf("array %q: %d vectors follow it: want a bias, or a bias and γ, β, means and variances of a BatchNormalization; bring other models as ONNX", first.name, n)
		}
		if n == 5 && o.Norms == NormsAsNamed {
			return nil, fmt.Errorf("array %q: nothing says whether its layer's activation stands before or behind the normalisation %q: say where normalisations stand", first.name, arrays[2].name)
		}
		in, out := first.shape[0], first.shape[1]
		var bias []float64
		if n > 0 {
			bias = arrays[1].values
		}
		if err := s.linear(first.name, out, in, transposed(first.values, in, out), bias); err != nil {
			return nil, err
		}
		σ := activations[0]
		activations = activations[1:]
		if n == 5 && o.Norms == NormsBeforeActivation {
			err = s.kerasNorm(arrays[2:6], ε)
		}
		if err == nil {
			err = s.activate(first.name, σ)
		}
		if err == nil && n == 5 && o.Norms == NormsAfterActivation {
			err = s.kerasNorm(arrays[2:6], ε)
		}
		if err != nil {
			return nil, err
		}
		arrays = arrays[1+n:]
	}
	return s.finish(o)
}

func (s *stack) kerasNorm(a []array, ε float64) error {
	return s.batchNorm(a[0].name, a[0].values, a[1].values, a[2].values, a[3].values, ε)
}

func isDouble(arrays []array) bool {
	return slices.ContainsFunc(arrays, func(a array) bool { return strings.HasSuffix(a.dtype, "f8") || a.dtype == "F64" })
}

// fromSklearn makes a model of coefs_ and intercepts_.
func fromSklearn(arrays []array, o *Options) (*Model, error) {
	n := len(arrays) / 2
	activations, err := spreadActivations(o.Activations, n)
	if err != nil {
		return nil, err
	}
	s := &stack{double: isDouble(arrays)}
	for i, σ := range activations {
		w, b := find(arrays, fmt.Sprint("coefs_", i)), find(arrays, fmt.Sprint("intercepts_", i))
		if w == nil || b == nil || len(arrays) != 2*n || len(w.shape) != 2 || len(b.shape) != 1 {
			return nil, fmt.Errorf("want matrices coefs_0 … coefs_%d and vectors intercepts_0 … intercepts_%d", n-1, n-1)
		}
		if err := s.linear(w.name, w.shape[1], w.shape[0], transposed(w.values, w.shape[0], w.shape[1]), b.values); err != nil {
			return nil, err
		}
		if err := s.activate(w.name, σ); err != nil {
			return nil, err
		}
	}
	return s.finish(o)
}

func find(arrays []array, name string) *array {
	i := slices.IndexFunc(arrays, func(a array) bool { return a.name == name })
	if i < 0 {
		return nil
	}
	a := arrays[i]
	return &a
}
