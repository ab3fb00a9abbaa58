package foreign

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/nabla-go/nabla/internal/safetensors"
	"github.com/nabla-go/nabla/net"
)

// ReadSafetensors reads a stack of PyTorch's modules from a safetensors file without
// metadata of ours: tensors "NAME.weight" and "NAME.bias" of float64, float32, float16 or
// bfloat16, and for batch normalisations "NAME.running_mean" and "NAME.running_var".
//
// Modules follow each other as their names do that differ in numbers only, 10 behind 2;
// where words differ, the shapes must leave one order only. Weights of two dimensions
// belong to a linear layer, out × in, of one dimension to a layer normalisation, or to a
// batch normalisation if it has means. Counters, which are single integers, are ignored,
// and any other tensor is refused.
func ReadSafetensors(r io.Reader, o Options) (*Model, error) {
	h, start, err := safetensors.ReadHeader(r)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	if _, ours := h.Metadata["nabla"]; ours {
		return nil, fmt.Errorf("this is a model of nabla already: it needs no import")
	}
	file, err := safetensors.Parse(slices.Concat(start, data))
	if err != nil {
		return nil, err
	}
	var arrays []array
	for _, t := range file.Tensors {
		values, _ := t.Values()
		arrays = append(arrays, array{t.Name, t.DType, t.Shape, values})
	}
	return fromTorch(&stack{}, arrays, &o)
}

// An array is a tensor of a file. Values are nil if its type has no fractions.
type array struct {
	name, dtype string
	shape       []int
	values      []float64
}

func (a *array) elements() int {
	n := 1
	for _, d := range a.shape {
		n *= d
	}
	return n
}

// A module is what the tensors with one name before the last dot make.
type module struct {
	name    string
	tensors map[string]*array // by the rest of their names
}

func (m *module) isNorm() bool {
	return m.tensors["weight"] == nil || len(m.tensors["weight"].shape) == 1
}

// width returns the inputs and outputs of the module.
func (m *module) widths() (in, out int) {
	for _, kind := range []string{"weight", "running_mean"} {
		if t := m.tensors[kind]; t != nil {
			return t.shape[len(t.shape)-1], t.shape[0]
		}
	}
	return 0, 0
}

// fromTorch makes a model of s and the tensors of PyTorch's modules.
func fromTorch(s *stack, arrays []array, o *Options) (*Model, error) {
	modules, err := collect(arrays)
	if err != nil {
		return nil, err
	}
	if modules, err = order(modules, o.Order); err != nil {
		return nil, err
	}
	s.double = s.double || isDouble(arrays)
	linear := 0
	for _, m := range modules {
		if !m.isNorm() {
			linear++
		}
	}
	activations, err := spreadActivations(o.Activations, linear)
	if err != nil {
		return nil, err
	}
	if err := s.passTorch(modules, activations, o); err != nil {
		return nil, err
	}
	return s.finish(o)
}

// spreadActivations returns one activation for each of n linear layers.
func spreadActivations(given []*net.Activation, n int) ([]*net.Activation, error) {
	if len(given) == 2 && n > 2 {
		given = append(slices.Repeat(given[:1], n-1), given[1])
	}
	if len(given) != n {
		return nil, fmt.Errorf("the file has %d linear layers and doesn't say their activations: want one for each, or that of the hidden ones and that of the output, not %d", n, len(given))
	}
	return given, nil
}

// collect groups tensors by the names of their modules and checks their shapes.
func collect(arrays []array) ([]*module, error) {
	modules := make(map[string]*module)
	for i := range arrays {
		a := &arrays[i]
		at := strings.LastIndexByte(a.name, '.')
		name, kind := a.name[:max(at, 0)], a.name[at+1:]
		switch {
		case a.values == nil && a.elements() <= 1 && kind == "num_batches_tracked":
			continue
		case a.values == nil && a.elements() <= 1 && integer(a.dtype):
			continue // another counter
		case a.values == nil:
			return nil, fmt.Errorf("tensor %q has elements of type %s: want F64, F32, F16 or BF16", a.name, a.dtype)
		case !slices.Contains([]string{"weight", "bias", "running_mean", "running_var"}, kind):
			return nil, fmt.Errorf("tensor %q belongs to no linear layer and no normalisation: want names that end in .weight, .bias, .running_mean or .running_var", a.name)
		}
		if modules[name] == nil {
			modules[name] = &module{name, make(map[string]*array)}
		}
		modules[name].tensors[kind] = a
	}
	for _, name := range slices.Sorted(maps.Keys(modules)) {
		if err := modules[name].check(); err != nil {
			return nil, err
		}
	}
	if len(modules) == 0 {
		return nil, fmt.Errorf("the file has no weights")
	}
	return slices.Collect(maps.Values(modules)), nil
}

func integer(dtype string) bool {
	return strings.HasPrefix(dtype, "I") || strings.HasPrefix(dtype, "U") || dtype == "BOOL"
}

// check tells whether the tensors of a module are those of a linear layer or a
// normalisation.
func (m *module) check() error {
	weight, bias, mean, variance := m.tensors["weight"], m.tensors["bias"], m.tensors["running_mean"], m.tensors["running_var"]
	if weight != nil && len(weight.shape) == 2 && mean == nil && variance == nil {
		if bias != nil && bias.elements() != weight.shape[0] || bias != nil && len(bias.shape) > 2 {
			return fmt.Errorf("tensor %q has shape %v, but %q has shape %v", bias.name, bias.shape, weight.name, weight.shape)
		}
		return nil
	}
	var first *array
	for _, kind := range []string{"weight", "bias", "running_mean", "running_var"} {
		t := m.tensors[kind]
		switch {
		case t == nil:
			continue
		case len(t.shape) != 1:
			return fmt.Errorf("tensor %q has shape %v: want weights of a linear layer, or one dimension", t.name, t.shape)
		case first == nil:
			first = t
		case t.elements() != first.elements():
			return fmt.Errorf("tensor %q has %d elements, but %q has %d", t.name, t.elements(), first.name, first.elements())
		}
	}
	if (weight == nil) != (bias == nil) || (mean == nil) != (variance == nil) || weight == nil && mean == nil {
		return fmt.Errorf("tensor %q belongs to no linear layer and no normalisation that is known: a layer normalisation has weight and bias, a batch normalisation running_mean and running_var as well", first.name)
	}
	return nil
}

// passTorch puts the modules on the stack, each linear layer's activation where it belongs.
func (s *stack) passTorch(modules []*module, activations []*net.Activation, o *Options) error {
	ε := o.Epsilon
	if ε == 0 {
		ε = 1e-5
	}
	for len(modules) > 0 {
		segment := 1 // up to the next linear layer
		for segment < len(modules) && modules[segment].isNorm() {
			segment++
		}
		place := -1 // behind which module of the segment the activation stands
		var σ *net.Activation
		if !modules[0].isNorm() {
			σ, activations = activations[0], activations[1:]
			var next *module
			if segment < len(modules) {
				next = modules[segment]
			}
			var err error
			if place, err = placeOf(σ, modules[:segment], next, o.Norms); err != nil {
				return err
			}
		}
		for i, m := range modules[:segment] {
			if err := s.torch(m, ε); err != nil {
				return err
			}
			if i == place {
				if err := s.activate(m.name, σ); err != nil {
					return err
				}
			}
		}
		modules = modules[segment:]
	}
	return nil
}

// torch appends a module.
func (s *stack) torch(m *module, ε float64) error {
	values := func(kind string, n int, other float64) []float64 {
		if t := m.tensors[kind]; t != nil {
			return t.values
		}
		return slices.Repeat([]float64{other}, n)
	}
	in, out := m.widths()
	switch {
	case !m.isNorm():
		return s.linear(m.name, out, in, values("weight", 0, 0), values("bias", out, 0))
	case m.tensors["running_mean"] != nil:
		return s.batchNorm(m.name, values("weight", out, 1), values("bias", out, 0), values("running_mean", 0, 0), values("running_var", 0, 0), ε)
	}
	return s.layerNorm(m.name, values("weight", 0, 0), values("bias", 0, 0), ε)
}

// placeOf returns behind which module of a segment, a linear layer and normalisations, its
// activation stands: where the numbers of the modules leave room for one.
func placeOf(σ *net.Activation, segment []*module, next *module, norms NormPlace) (int, error) {
	last := len(segment) - 1
	switch {
	case last == 0 || norms == NormsAfterActivation || σ == net.Identity:
		return 0, nil
	case norms == NormsBeforeActivation:
		return last, nil
	}
	var gaps []int
	for i, m := range segment {
		follower := next
		if i < last {
			follower = segment[i+1]
		}
		if follower == nil { // behind the last module there is always room
			if len(gaps) == 0 {
				gaps = append(gaps, i)
			} else {
				gaps = nil
			}
			break
		}
		a, okA := moduleNumber(m.name)
		b, okB := moduleNumber(follower.name)
		if !okA || !okB {
			gaps = nil
			break
		}
		if b > a+1 {
			gaps = append(gaps, i)
		}
	}
	if len(gaps) != 1 {
		return 0, fmt.Errorf("the names don't say whether the activation %v of %q stands before or behind the normalisation %q: say where normalisations stand", σ, segment[0].name, segment[1].name)
	}
	return gaps[0], nil
}

// moduleNumber returns the number that a module has in PyTorch's Sequential.
func moduleNumber(name string) (int, bool) {
	n, err := strconv.Atoi(name[strings.LastIndexByte(name, '.')+1:])
	return n, err == nil
}
