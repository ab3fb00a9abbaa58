package kernels

import (
	"math"
	"slices"

	"github.com/nabla-go/nabla/internal/race"
)

// Max returns the largest x[i]. It is IEEE 754-2019's maximum: NaN if any x[i]
// is NaN, and +0 is larger than −0. It panics if x is empty.
func Max[T Float](x []T) T {
	if len(x) == 0 {
		panic("kernels: Max: x is empty")
	}
	race.Read(x)
	top := T(math.Inf(-1))
	for ; len(x) > vectorBlock; x = x[vectorBlock:] {
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
	least := T(math.Inf(1))
	for ; len(x) > vectorBlock; x = x[vectorBlock:] {
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

// searchBlock is the number of elements whose extreme is found by a kernel before
// anybody looks for its index.
const searchBlock = 512

// ArgMax returns the index of the first x[i] that is largest. A NaN is larger than
// anything, so that the index of the first NaN is returned if there is one; −0 and +0 are
// equal. It panics if x is empty.
func ArgMax[T Float](x []T) int {
	if len(x) == 0 {
		panic("kernels: ArgMax: x is empty")
	}
	return extremeAt(x, false, true)
}

// ArgMin returns the index of the first x[i] that is smallest. A NaN is smaller than
// anything, so that the index of the first NaN is returned if there is one; −0 and +0 are
// equal. It panics if x is empty.
func ArgMin[T Float](x []T) int {
	if len(x) == 0 {
		panic("kernels: ArgMin: x is empty")
	}
	return extremeAt(x, true, false)
}

// Iamax returns the index of the first x[i] with the largest magnitude. A NaN is larger
// than anything. It panics if x is empty.
func Iamax[T Float](x []T) int {
	if len(x) == 0 {
		panic("kernels: Iamax: x is empty")
	}
	return extremeAt(x, true, true)
}

// extremeAt returns the index of the first x[i] with the largest −x[i] (low), x[i] (high) or
// |x[i]| (both), or of the first NaN. Kernels find the block that has it.
func extremeAt[T Float](x []T, low, high bool) int {
	race.Read(x)
	top, at := T(math.Inf(-1)), 0
	for i := 0; i < len(x) && top == top; i += searchBlock {
		block, m := x[i:min(len(x), i+searchBlock)], T(math.Inf(-1))
		if high {
			m = maxOf(block)
		}
		if low {
			m = max(m, -minOf(block))
		}
		if m > top || m != m {
			top, at = m, i
		}
	}
	block := x[at:min(len(x), at+searchBlock)]
	if top != top {
		return at + slices.IndexFunc(block, func(v T) bool { return v != v })
	}
	first := len(block)
	if high {
		first = index(block, top)
	}
	if low {
		first = min(first, index(block[:first], -top))
	}
	return at + first
}
