package train_test

import (
	"context"
	"math"
	"testing"

	"github.com/nabla-go/nabla/internal/isa"
	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// matrix returns a contiguous matrix of the given rows.
func matrix[T kernels.Float](rows ...[]T) kernels.Matrix[T] {
	m := kernels.NewMatrix[T](len(rows), len(rows[0]))
	for k, r := range rows {
		copy(m.Row(k), r)
	}
	return m
}

// gate returns a two-bit gate with the given answers to 00, 01, 10 and 11.
func gate(y00, y01, y10, y11 float32) *train.Data[float32] {
	return &train.Data[float32]{
		X: matrix([]float32{0, 0}, []float32{0, 1}, []float32{1, 0}, []float32{1, 1}),
		T: matrix([]float32{y00}, []float32{y01}, []float32{y10}, []float32{y11}),
	}
}

// numbered returns n samples whose inputs are 0, 1, 2, … and whose targets are 0.
func numbered(n int) *train.Data[float64] {
	d := &train.Data[float64]{X: kernels.NewMatrix[float64](n, 1), T: kernels.NewMatrix[float64](n, 1)}
	for k := range n {
		d.X.Data[k] = float64(k)
	}
	return d
}

// noisy returns n samples of two classes that overlap a little, the first half
// of the first class.
func noisy[T kernels.Float](n int) *train.Data[T] {
	d := &train.Data[T]{X: kernels.NewMatrix[T](n, 3), T: kernels.NewMatrix[T](n, 2)}
	for k := range n {
		class := 2 * k / n
		d.T.Row(k)[class] = 1
		for j := range d.X.Row(k) {
			_, frac := math.Modf(float64(3*k+j+1) * 0.6180339887498949)
			d.X.Row(k)[j] = T(frac - 0.5 + 0.4*float64(class))
		}
	}
	return d
}

func newNet[T kernels.Float](t testing.TB, cfg nn.Config) *nn.Network[T] {
	t.Helper()
	n, err := nn.New[T](cfg)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func fit[T kernels.Float](t testing.TB, n *nn.Network[T], d *train.Data[T], o train.Options) train.Result {
	t.Helper()
	return validated(t, n, d, nil, o)
}

func validated[T kernels.Float](t testing.TB, n *nn.Network[T], d, validation *train.Data[T], o train.Options) train.Result {
	t.Helper()
	r, err := train.Fit(context.Background(), n, d, validation, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func onEveryISA(t *testing.T, f func(t *testing.T)) {
	for _, l := range isa.Available() {
		t.Run(l.String(), func(t *testing.T) {
			defer isa.Force(l)()
			f(t)
		})
	}
}

func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s = %v, want %v ± %g", what, got, want, tol)
	}
}
