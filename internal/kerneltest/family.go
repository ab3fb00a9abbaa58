package kerneltest

// Family is a group of kernels with the same kind of sizes.
type Family int

const (
	Reduction    Family = iota // vectors to a number
	Elementwise                // vectors to a vector, which may be one of them
	Update                     // steps of an optimizer, with vectors of state
	Conversion                 // a vector to one of another type
	Rows                       // matrices to a matrix, row by row
	MatrixVector               // a matrix and vectors
	MatrixMatrix               // matrices
	Strided                    // vectors with an increment, and rows that are moved
)

// HasMatrices reports whether operands have rows with a stride.
func (f Family) HasMatrices() bool { return f >= Rows }

// upTo returns 0, 1, …, n and then more.
func upTo(n int, more ...int) []int {
	s := make([]int, 0, n+1+len(more))
	for i := range n + 1 {
		s = append(s, i)
	}
	return append(s, more...)
}

// Sizes returns sizes around every unroll, tile and block.
func (f Family) Sizes() []Size {
	var sizes []Size
	grid := func(ms, ns, ks []int) {
		for _, m := range ms {
			for _, n := range ns {
				for _, k := range ks {
					sizes = append(sizes, Size{m, n, k})
				}
			}
		}
	}
	one := []int{1}
	switch f {
	case Reduction, Elementwise, Update, Conversion:
		grid(one, upTo(70, 95, 96, 97, 127, 128, 129, 191, 192, 193, 255, 256, 257, 8191, 8192, 8193, 8194, 8195, 8197, 8199, 16447), one)
		if f == Reduction { // what is behind a block ends in every part of the lanes
			for n := 8195; n < 8192+64; n += 2 {
				grid(one, []int{n}, one)
			}
		}
	case Rows:
		grid(one, upTo(70, 95, 96, 97, 127, 128, 129, 191, 192, 193, 255, 256, 257, 8193), one)
		grid([]int{0, 2, 5}, []int{0, 1, 3, 10, 16, 33, 70}, one)
	case MatrixVector:
		long := upTo(35, 47, 48, 49, 63, 64, 65, 66, 95, 96, 97, 127, 128, 129, 193, 257)
		grid(one, upTo(18, 25, 33), long)
		grid(one, long, upTo(10, 15, 16, 17, 33))
	case MatrixMatrix:
		grid(upTo(13), upTo(13, 16, 17, 24, 31, 32, 33, 47, 48, 49, 65, 97), []int{0, 1, 2, 7, 9, 16, 23, 33})
		grid([]int{1, 4, 25}, []int{1, 6, 35}, upTo(34, 63, 64, 65, 129))
	case Strided:
		grid([]int{3}, upTo(20, 31, 32, 33, 63, 64, 65, 127, 128, 129, 257), []int{5})
		grid([]int{0, 1, 2, 5, 17, 33}, []int{0, 1, 3, 16, 35}, []int{1, 4})
	}
	return sizes
}

// quick returns few sizes that still reach loops and tails.
func (f Family) quick() []Size {
	switch f {
	case Reduction, Elementwise, Update, Conversion:
		return []Size{{1, 0, 1}, {1, 1, 1}, {1, 7, 1}, {1, 16, 1}, {1, 45, 1}, {1, 300, 1}, {1, 8200, 1}}
	case Rows, Strided:
		return []Size{{0, 0, 1}, {1, 1, 1}, {3, 7, 1}, {2, 45, 1}, {1, 300, 1}}
	case MatrixVector:
		return []Size{{1, 0, 0}, {1, 1, 1}, {1, 7, 9}, {1, 9, 7}, {1, 16, 32}, {1, 45, 83}, {1, 83, 45}}
	default:
		return []Size{{0, 0, 0}, {1, 1, 1}, {5, 7, 3}, {4, 6, 16}, {12, 32, 45}, {13, 97, 11}, {15, 49, 83}}
	}
}
