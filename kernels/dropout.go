package kernels

import (
	"math"

	"github.com/nabla-go/nabla/internal/race"
	"github.com/nabla-go/nabla/internal/scalar"
)

// Dropout sets dst[i] = x[i]/(1−p), or +0 with probability p: inverted dropout. Which
// elements are 0 is decided by numbers first, first+1, … of the sequence that key names;
// see the documentation of the package. The same key gives the same elements, so that
// Dropout of the gradient needs no memory for the mask.
//
// It panics if the lengths differ, if dst overlaps x without being equal to it, and unless
// 0 ≤ p < 1.
func Dropout[T Float](dst, x []T, p float64, key uint64, first uint32) {
	if len(dst) != len(x) {
		panic("kernels: Dropout: len(dst) != len(x)")
	}
	if partialOverlap(dst, x) {
		panic("kernels: Dropout: dst overlaps x without being equal to it")
	}
	if !(p >= 0 && p < 1) {
		panic("kernels: Dropout: p is not in [0, 1)")
	}
	race.Read(x)
	race.Write(dst)
	k0, k1 := uint32(key)+first*scalar.HashStep, uint32(key>>32)
	threshold, scale := uint32(math.Floor(p*0x1p32)), T(1/(1-p))
	for ; len(x) > vectorBlock; dst, x = dst[vectorBlock:], x[vectorBlock:] {
		dropout(dst[:vectorBlock], x[:vectorBlock], k0, k1, threshold, scale)
		k0 += vectorBlock * scalar.HashStep & math.MaxUint32
	}
	dropout(dst, x, k0, k1, threshold, scale)
}
