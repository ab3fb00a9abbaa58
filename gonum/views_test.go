package gonum

import (
	"testing"

	"github.com/nabla-go/nabla/kernels"
	"gonum.org/v1/gonum/mat"
)

// Parts of matrices keep their strides, and nothing is copied.
func TestViews(t *testing.T) {
	d := mat.NewDense(4, 5, nil)
	m := Matrix(d.Slice(1, 3, 2, 4).(mat.RawMatrixer))
	m.Row(1)[1] = 7
	if m.Rows != 2 || m.Cols != 2 || m.Stride != 5 || d.At(2, 3) != 7 {
		t.Errorf("%+v of %v", m, mat.Formatted(d))
	}
	back := Dense(m)
	back.Set(0, 0, 8)
	if r, c := back.Dims(); r != 2 || c != 2 || d.At(1, 2) != 8 || back.At(1, 1) != 7 {
		t.Errorf("%v of %v", mat.Formatted(back), mat.Formatted(d))
	}
	f := kernels.MatrixOf(2, 2, []float32{1, 2, 3, 4}).Slice(1, 2)
	if g := Matrix32(General32(f)); g.Row(0)[1] != 4 || &g.Data[0] != &f.Data[0] || g.Rows != 1 || g.Cols != 2 || g.Stride != 2 {
		t.Errorf("%+v of %+v", g, f)
	}
	if !Dense(kernels.Matrix[float64]{}).IsEmpty() {
		t.Error("an empty matrix isn't empty")
	}
	if p := caught(func() { Dense(kernels.Matrix[float64]{Rows: 2, Cols: 2, Data: make([]float64, 4)}) }); p == nil {
		t.Error("Dense takes a matrix without a stride")
	}
}
