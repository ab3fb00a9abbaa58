package kernels_test

import (
	"fmt"
	"math"
	"slices"

	"github.com/nabla-go/nabla/kernels"
)

// One layer of a network: y = σ(W·x + b).
func Example() {
	w := kernels.MatrixOf(2, 3, []float32{
		1, 2, 3,
		4, 5, 6,
	})
	x := []float32{1, 0, -1}
	y := []float32{2, 3} // b, and then the result

	kernels.Gemv(1, w, x, 1, y) // y = W·x + y
	kernels.Sigmoid(y, y)
	fmt.Println(y)
	// Output: [0.5 0.7310586]
}

// Matrices of data that is there already, shared, and of rows, copied.
func ExampleMatrixOf() {
	data := []float64{1, 2, 3, 4, 5, 6}
	a := kernels.MatrixOf(2, 3, data)
	b := kernels.MatrixFromRows([][]float64{{1, 2, 3}, {4, 5, 6}})
	data[5] = 60
	fmt.Println(a.Row(1), b.Row(1))
	// Output: [4 5 60] [4 5 6]
}

// Nearest neighbours of a query among 100,000 vectors by cosine similarity: one Gemv of rows
// that were divided by their norms before.
func Example_nearestNeighbours() {
	vectors := kernels.NewMatrix[float32](100_000, 16)
	state := uint32(1)
	for i := range vectors.Data {
		state = state*1664525 + 1013904223
		vectors.Data[i] = float32(int32(state))
	}
	for i := range vectors.Rows {
		kernels.Scal(1/kernels.Nrm2(vectors.Row(i)), vectors.Row(i))
	}

	query := slices.Clone(vectors.Row(77_777)) // and something else
	query[3] += 0.5
	kernels.Scal(1/kernels.Nrm2(query), query)

	similarity := make([]float32, vectors.Rows)
	kernels.Gemv(1, vectors, query, 0, similarity)
	for range 3 {
		best := kernels.ArgMax(similarity)
		fmt.Printf("row %d, cosine %.3f\n", best, similarity[best])
		similarity[best] = -2 // less than any cosine
	}
	// Output:
	// row 77777, cosine 0.918
	// row 67179, cosine 0.836
	// row 11101, cosine 0.826
}

// A finite impulse response filter: every output is the sum of the last inputs times the
// taps. One Axpy for each tap adds its share to all outputs.
func Example_filter() {
	signal := []float32{0, 0, 1, 0, 0, 3, 3, 3}
	taps := []float32{0.5, 0.25, 0.25}
	out := make([]float32, len(signal)-len(taps)+1)
	for k, tap := range taps {
		kernels.Axpy(tap, signal[len(taps)-1-k:][:len(out)], out)
	}
	fmt.Println(out)
	// Output: [0.5 0.25 0.25 1.5 2.25 3]
}

// Numbers brought to the range from 0 to 1.
func Example_scaling() {
	x := []float64{10, 15, 30, 20}
	least, most := kernels.MinMax(x)
	kernels.AddConst(-least, x)
	kernels.Scal(1/(most-least), x)
	fmt.Println(x)
	// Output: [0 0.25 1 0.5]
}

// A wave and its envelope: e^(−t)·sin(πt/2).
func Example_wave() {
	t := []float64{0, 1, 2, 3}
	wave, envelope := make([]float64, len(t)), make([]float64, len(t))
	kernels.Neg(envelope, t)
	kernels.Exp(envelope, envelope)
	kernels.Scal(math.Pi/2, t)
	kernels.Sin(wave, t)
	kernels.Mul(wave, wave, envelope)
	fmt.Printf("%.3f\n", wave)
	// Output: [0.000 0.368 0.000 -0.050]
}

// The way downhill on (w₀−1)² + (w₁+2)². Adam keeps its state in m and v, which start as zeros.
func ExampleAdam() {
	w, m, v, g := make([]float32, 2), make([]float32, 2), make([]float32, 2), make([]float32, 2)
	least := []float32{1, -2}
	for t := 1; t <= 500; t++ {
		kernels.Sub(g, w, least)
		kernels.Scal(2, g)
		kernels.Adam(w, m, v, g, t, kernels.AdamParams{LR: 0.1, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8})
	}
	fmt.Printf("%.2f\n", w)
	// Output: [1.00 -2.00]
}

// A moving average over three numbers: the difference of two running sums, divided by 3.
func ExampleCumSum() {
	x := []float64{3, 6, 9, 3, 0, 3}
	sums := make([]float64, len(x)+1) // sums[i] is that of the first i
	kernels.CumSum(sums[1:], x)
	mean := make([]float64, len(x)-2)
	kernels.Sub(mean, sums[3:], sums[:len(mean)])
	kernels.Scal(1./3, mean)
	fmt.Println(mean)
	// Output: [6 6 4 2]
}

// The products of all rows of x with all rows of w, as a layer of a network has them for a
// batch of samples.
func ExampleGemm() {
	x := kernels.MatrixOf(2, 3, []float32{
		1, 0, 1,
		0, 2, 1,
	})
	w := kernels.MatrixOf(2, 3, []float32{
		1, 2, 3,
		4, 5, 6,
	})
	y := kernels.NewMatrix[float32](2, 2)
	kernels.Gemm(kernels.NoTrans, kernels.Trans, 1, x, w, 0, y)
	fmt.Println(y.Row(0), y.Row(1))
	// Output: [4 10] [7 16]
}

// Three turns by the same matrix: each product reads what the one before has written.
func ExampleGemmBatch() {
	turn := kernels.MatrixOf(2, 2, []float64{0, -1, 1, 0})
	p := []kernels.Matrix[float64]{kernels.MatrixOf(2, 1, []float64{3, 1})}
	for range 3 {
		p = append(p, kernels.NewMatrix[float64](2, 1))
	}
	turns := []kernels.Matrix[float64]{turn, turn, turn}
	kernels.GemmBatch(kernels.NoTrans, kernels.NoTrans, 1, turns, p[:3], 0, p[1:])
	fmt.Println(p[1].Data, p[2].Data, p[3].Data)
	// Output: [-1 3] [-3 -1] [1 -3]
}

// An embedding: rows of a table by index, and a step for those that were used.
func ExampleScatterAddRows() {
	table := kernels.MatrixFromRows([][]float32{{1, 1}, {2, 2}, {3, 3}})
	words := []int{2, 0, 2}
	rows := kernels.NewMatrix[float32](len(words), table.Cols)
	kernels.GatherRows(rows, table, words)
	fmt.Println(rows.Data)

	kernels.Scal(-0.5, rows.Data)
	kernels.ScatterAddRows(table, rows, words)
	fmt.Println(table.Data)
	// Output:
	// [3 3 1 1 3 3]
	// [0.5 0.5 2 2 0 0]
}

// A column of a matrix, and a vector that runs backwards.
func ExampleVector() {
	a := kernels.MatrixOf(3, 2, []float64{
		1, 2,
		3, 4,
		5, 6,
	})
	kernels.ScalStrided(10, a.Col(1))
	fmt.Println(a.Data, kernels.DotStrided(a.Col(0), a.Col(1)))

	back := make([]float64, 3)
	kernels.CopyStrided(kernels.Vector[float64]{N: 3, Inc: -1, Data: back}, a.Col(0))
	fmt.Println(back)
	// Output:
	// [1 20 3 40 5 60] 440
	// [5 3 1]
}

// Numbers kept in two bytes each.
func ExampleToFloat16() {
	x := []float32{1, 3.14159, 1e-3, 70000}
	stored := make([]uint16, len(x))
	kernels.ToFloat16(stored, x)
	kernels.FromFloat16(x, stored)
	fmt.Println(x)
	// Output: [1 3.140625 0.0010004044 +Inf]
}

// Mean, spread and range of a vector.
func Example_statistics() {
	x := []float64{2, 4, 4, 4, 5, 5, 7, 9}
	least, most := kernels.MinMax(x)
	fmt.Println(kernels.Mean(x), kernels.Variance(x), least, most, kernels.ArgMax(x))
	// Output: 5 4 2 9 7
}
