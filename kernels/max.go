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
	top := T(math.Inf(-1))
	for ; len(x) > vectorBlock; x = x[vectorBlock:] {
		top = max(top, maxOf(x[:vectorBlock]))
	}
	return max(top, maxOf(x))
}
