package kernels

import (
	"math"

	"github.com/nabla-go/nabla/internal/race"
)

// Max returns the largest x[i]. It is IEEE 754-2019's maximum: NaN if any x[i]
// is NaN, and +0 is larger than −0. It panics if x is empty.
func Max[T Float](x []T) T {
	if len(x) == 0 {
		panic("kernels: Max: x is empty")
	}
	race.Read(x)
	return maxOf(x)
}

// longMax is Max for more than a block.
func longMax[T Float](x []T) T {
	top := maxOf(x[:vectorBlock])
	for x = x[vectorBlock:]; len(x) > vectorBlock; x = x[vectorBlock:] {
		top = max(top, maxOf(x[:vectorBlock]))
	}
	return max(top, maxOf(x))
}

// Min returns the smallest x[i]. It is IEEE 754-2019's minimum: NaN if any x[i]
// is NaN, and −0 is smaller than +0. It panics if x is empty.
func Min[T Float](x []T) T {
	if len(x) == 0 {
		panic("kernels: Min: x is empty")
	}
	race.Read(x)
	return minOf(x)
}

// longMin is Min for more than a block.
func longMin[T Float](x []T) T {
	least := minOf(x[:vectorBlock])
	for x = x[vectorBlock:]; len(x) > vectorBlock; x = x[vectorBlock:] {
		least = min(least, minOf(x[:vectorBlock]))
	}
	return min(least, minOf(x))
}

// MinMax returns the smallest and the largest x[i], as [Min] and [Max] do, and reads x
// once. It panics if x is empty.
func MinMax[T Float](x []T) (least, top T) {
	if len(x) == 0 {
		panic("kernels: MinMax: x is empty")
	}
	race.Read(x)
	least, top = T(math.Inf(1)), T(math.Inf(-1))
	for len(x) > 0 {
		block := x[:min(len(x), searchBlock)]
		least, top = min(least, minOf(block)), max(top, maxOf(block))
		x = x[len(block):]
	}
	return least, top
}

// searchBlock is the number of elements that functions of several passes take at a time.
const searchBlock = 512

// ArgMax returns the index of the first x[i] that is largest. A NaN is larger than
// anything, so that the index of the first NaN is returned if there is one; −0 and +0 are
// equal. It panics if x is empty.
func ArgMax[T Float](x []T) int {
	if len(x) == 0 {
		panic("kernels: ArgMax: x is empty")
	}
	race.Read(x)
	return argMax(x)
}

// ArgMin returns the index of the first x[i] that is smallest. A NaN is smaller than
// anything, so that the index of the first NaN is returned if there is one; −0 and +0 are
// equal. It panics if x is empty.
func ArgMin[T Float](x []T) int {
	if len(x) == 0 {
		panic("kernels: ArgMin: x is empty")
	}
	race.Read(x)
	return argMin(x)
}

// Iamax returns the index of the first x[i] with the largest magnitude. A NaN is larger
// than anything. It panics if x is empty.
func Iamax[T Float](x []T) int {
	if len(x) == 0 {
		panic("kernels: Iamax: x is empty")
	}
	race.Read(x)
	return iamax(x)
}

// longArgMax, longArgMin and longIamax are for more than a block.
func longArgMax[T Float](x []T) int {
	best := argMax(x[:vectorBlock])
	for i := vectorBlock; i < len(x) && x[best] == x[best]; i += vectorBlock {
		if j := i + argMax(x[i:min(len(x), i+vectorBlock)]); !(x[j] <= x[best]) {
			best = j
		}
	}
	return best
}

func longArgMin[T Float](x []T) int {
	best := argMin(x[:vectorBlock])
	for i := vectorBlock; i < len(x) && x[best] == x[best]; i += vectorBlock {
		if j := i + argMin(x[i:min(len(x), i+vectorBlock)]); !(x[j] >= x[best]) {
			best = j
		}
	}
	return best
}

func longIamax[T Float](x []T) int {
	best := iamax(x[:vectorBlock])
	for i := vectorBlock; i < len(x) && x[best] == x[best]; i += vectorBlock {
		if j := i + iamax(x[i:min(len(x), i+vectorBlock)]); !(math.Abs(float64(x[j])) <= math.Abs(float64(x[best]))) {
			best = j
		}
	}
	return best
}
