package scalar

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// Rows have the bits of FMA, element by element: for any length, sums halfway between two
// numbers, subnormal ones, cancellation and special values, and with x as acc.
func TestRows(t *testing.T) {
	rows := func(a float64, x, acc []float64) { AddRow(a, x, acc) }
	products := func(acc, x, y []float64) { AddProducts(acc, x, y) }
	t.Run("float32", func(t *testing.T) { testRows(t, AddRow[float32], AddProducts[float32], 0x1p-24, 0x1p-149) })
	t.Run("float64", func(t *testing.T) { testRows(t, rows, products, 0x1p-53, 0x1p-1074) })
	t.Run("float64 without an instruction", func(t *testing.T) { testRows(t, addRowSlow, addProductsSlow, 0x1p-53, 0x1p-1074) })
}

func testRows[T Float](t *testing.T, row func(a T, x, acc []T), products func(acc, x, y []T), half, least float64) {
	r := rand.New(rand.NewPCG(5, 6))
	special := []T{0, T(math.Copysign(0, -1)), T(math.Inf(1)), T(math.Inf(-1)), T(math.NaN()), T(least), T(-3 * least), T(0x1p60)}
	number := func() T {
		switch f := 1 + r.Float64(); r.IntN(10) {
		case 0:
			return special[r.IntN(len(special))]
		case 1, 2:
			return T(float64(r.IntN(64)-32) / 8) // sums are exact, and often 0
		case 3:
			return T(half * (1 + float64(r.IntN(3)-1)*2*half)) // next to half an ulp of 1
		case 4:
			return T(1 + float64(r.IntN(4))*2*half)
		case 5: // the product of two is next to half of the least number
			return T(math.Sqrt(least/2) * (1 + float64(r.IntN(3)-1)*0x1p-20))
		case 6:
			return T(least * float64(r.IntN(1<<23)))
		default:
			return T(math.Ldexp(f, r.IntN(20)-10))
		}
	}
	vector := func(n int) []T {
		x := make([]T, n)
		for i := range x {
			x[i] = number()
		}
		return x
	}
	check := func(what string, got, want []T) {
		t.Helper()
		for i := range want {
			if toBits(got[i]) != toBits(want[i]) && (got[i] == got[i] || want[i] == want[i]) {
				t.Fatalf("%s, element %d: %v, want %v", what, i, got[i], want[i])
			}
		}
	}
	for n := range 70 {
		for range 100 {
			a, x, y, acc := number(), vector(n+1), vector(n+2), vector(n)
			want := make([]T, n)
			for i := range want {
				want[i] = FMA(a, x[i], acc[i])
			}
			row(a, x, acc)
			check(fmt.Sprintf("AddRow of %d", n), acc, want)
			for i := range want {
				want[i] = FMA(a, acc[i], acc[i])
			}
			row(a, acc, acc)
			check(fmt.Sprintf("AddRow of %d to itself", n), acc, want)

			lanes := vector(16)
			sums := append([]T(nil), lanes...)
			for i := range n {
				sums[i%16] = FMA(x[i], y[i], sums[i%16])
			}
			products(lanes, x[:n], y)
			check(fmt.Sprintf("AddProducts of %d", n), lanes, sums)
		}
	}
}
