package kernels

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/nabla-go/nabla/internal/cores"
)

// TestOneCall: products whose sizes don't fit into an int of 32 bits are not small.
func TestOneCall(t *testing.T) {
	for _, s := range [][3]int{{1024, 32, 1}, {1, 1, 1 << 17}, {16, 16, 4096}, {0, 5, 7}} {
		assert.True(t, oneCall[float32](s[0], s[1], s[2]), s)
	}
	for _, s := range [][3]int{
		{1024, 33, 1}, {1, 1, 1<<17 + 1}, {1, 1025, 1024}, {32, 32, 1025},
		{128, 8192, 4096}, // 2³² multiply-adds
		{1 << 10, 1 << 10, 1 << 12},
		{1 << 10, 1 << 5, 1 << 28}, // 2⁴³
		{1, 1, math.MaxInt32},
	} {
		assert.False(t, oneCall[float32](s[0], s[1], s[2]), s)
	}
}

// TestBlockShape: blocks cover the result, no block is larger than it may be, and where
// there is room, both sides are multiples of a tile.
func TestBlockShape(t *testing.T) {
	for _, k := range cores.Kinds() {
		for _, tuned := range []cores.Tuning{k.Tuned, k.Wide} {
			restore := cores.Force(&cores.Kind{Tuned: tuned, Wide: tuned})
			for _, size := range []int{1, 24, 512, 2000, scratch, gemmWork} {
				for _, m := range []int{1, 3, 12, 100, 5000} {
					for _, n := range []int{1, 5, 96, 1000, 70000} {
						for _, sides := range []int{2, 7, 100, 1 << 20} {
							mb, nb := blockShape(m, n, size, sides)
							name := fmt.Sprint(k.Name, size, sides, m, n)
							assert.Positive(t, mb, name)
							assert.Positive(t, nb, name)
							assert.LessOrEqual(t, mb*nb, size, name)
							assert.LessOrEqual(t, mb+nb, sides, name)
						}
					}
				}
			}
			restore()
		}
	}
}
