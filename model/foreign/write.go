package foreign

import (
	"archive/zip"
	"fmt"
	"io"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/internal/safetensors"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
)

// A tensor is a parameter of a network with its name in PyTorch's Sequential.
type tensor[T kernels.Float] struct {
	name   string
	shape  []int
	values []T
}

func tensors[T kernels.Float](m *model.Model[T]) (all []tensor[T]) {
	for i, names := range model.TensorNames(m.Net) {
		w := m.Net.Weights(i + 1)
		for j, values := range [][]T{w.Data, m.Net.Biases(i + 1), m.Net.Gamma(i + 1), m.Net.Beta(i + 1)} {
			shape := []int{len(values)}
			if j == 0 {
				shape = []int{w.Rows, w.Cols}
			}
			if values != nil {
				all = append(all, tensor[T]{names[j], shape, values})
			}
		}
	}
	return all
}

// WriteSafetensors writes the parameters alone, as the state dict of PyTorch's Sequential
// that package model describes. Activations, names and the scaler are no part of it.
func WriteSafetensors[T kernels.Float](w io.Writer, m *model.Model[T]) error {
	if err := m.Check(); err != nil {
		return err
	}
	h := safetensors.Header{Metadata: map[string]string{"format": "pt"}}
	for _, t := range tensors(m) {
		h.Tensors = append(h.Tensors, safetensors.Info{Name: t.name, DType: safetensors.DType[T](), Shape: t.shape})
	}
	start, err := h.Encode()
	if err == nil {
		_, err = w.Write(start)
	}
	for _, t := range tensors(m) {
		if err == nil {
			err = safetensors.WriteValues(w, t.values)
		}
	}
	return err
}

// WriteNPZ writes the parameters as NumPy's arrays with the names of PyTorch's Sequential,
// and the scaler, if there is one, as "scaler.mean" and "scaler.sd". Activations and names
// are no part of it.
func WriteNPZ[T kernels.Float](w io.Writer, m *model.Model[T]) error {
	if err := m.Check(); err != nil {
		return err
	}
	z := zip.NewWriter(w)
	for _, t := range tensors(m) {
		if err := addArray(z, t.name, dataset.Array[T]{Shape: t.shape, Data: t.values}); err != nil {
			return err
		}
	}
	if s := m.Scaler; s != nil {
		n := []int{len(s.Mean)}
		if err := addArray(z, "scaler.mean", dataset.Array[float64]{Shape: n, Data: s.Mean}); err != nil {
			return err
		}
		if err := addArray(z, "scaler.sd", dataset.Array[float64]{Shape: n, Data: s.SD}); err != nil {
			return err
		}
	}
	return z.Close()
}

func addArray[T kernels.Float](z *zip.Writer, name string, a dataset.Array[T]) error {
	entry, err := z.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Store})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return dataset.WriteNPY(entry, a)
}
