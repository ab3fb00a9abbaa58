package net_test

import (
	"math"
	"testing"

	"github.com/nabla-go/nabla/internal/isa"
	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
)

// matrix returns a contiguous matrix of the given rows.
func matrix[T kernels.Float](rows ...[]T) kernels.Matrix[T] {
	m := kernels.NewMatrix[T](len(rows), len(rows[0]))
	for k, r := range rows {
		copy(m.Row(k), r)
	}
	return m
}

// filled returns a rows × cols matrix of fixed numbers that look irregular,
// between lo and hi.
func filled[T kernels.Float](rows, cols int, lo, hi float64) kernels.Matrix[T] {
	m := kernels.NewMatrix[T](rows, cols)
	for k := range m.Data {
		_, frac := math.Modf(float64(k+1) * 0.6180339887498949)
		m.Data[k] = T(lo + (hi-lo)*frac)
	}
	return m
}

func newNet[T kernels.Float](t testing.TB, cfg nn.Config) *nn.Network[T] {
	t.Helper()
	n, err := nn.New[T](cfg)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// onEveryISA runs f once for each instruction set of this machine.
func onEveryISA(t *testing.T, f func(t *testing.T)) {
	for _, l := range isa.Available() {
		t.Run(l.String(), func(t *testing.T) {
			defer isa.Force(l)()
			f(t)
		})
	}
}

// near fails unless got is within tol of want; NaN is never near.
func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s = %v, want %v ± %g", what, got, want, tol)
	}
}

func nearAll[T kernels.Float](t *testing.T, what string, got, want []T, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s has %d elements, want %d", what, len(got), len(want))
	}
	for k := range got {
		if !(math.Abs(float64(got[k])-float64(want[k])) <= tol) {
			t.Errorf("%s = %v, want %v ± %g", what, got, want, tol)
			return
		}
	}
}

// sameBits fails unless the slices are equal bit for bit.
func sameBits[T kernels.Float](t *testing.T, what string, got, want []T) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s has %d elements, want %d", what, len(got), len(want))
		return
	}
	for k := range got {
		if math.Float64bits(float64(got[k])) != math.Float64bits(float64(want[k])) {
			t.Errorf("%s: element %d is %v, want %v", what, k, got[k], want[k])
			return
		}
	}
}

func costOf[T kernels.Float](t *testing.T, n *nn.Network[T], ws *nn.Workspace[T], target kernels.Matrix[T]) float64 {
	t.Helper()
	c, err := n.Cost(ws, target)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func panics(f func()) (v any) {
	defer func() { v = recover() }()
	f()
	return nil
}
