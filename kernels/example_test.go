package kernels_test

import (
	"fmt"
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

// Mean, spread and range of a vector.
func Example_statistics() {
	x := []float64{2, 4, 4, 4, 5, 5, 7, 9}
	least, most := kernels.MinMax(x)
	fmt.Println(kernels.Mean(x), kernels.Variance(x), least, most, kernels.ArgMax(x))
	// Output: 5 4 2 9 7
}
