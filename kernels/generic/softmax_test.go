package generic

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Case A-E06.
func TestSoftmax(t *testing.T) {
	dst := make([]float32, 3)
	SoftmaxF32(dst, []float32{90, 2, -2})
	assert.Equal(t, float32(1), dst[0])
	assert.InEpsilon(t, math.Exp(-88), float64(dst[1]), 1e-5)
	assert.InDelta(t, math.Exp(-92), float64(dst[2]), 0x1p-149)

	SoftmaxF32(dst, []float32{1000, 1001, 1002})
	for i, want := range []float64{0.09003057317038046, 0.24472847105479764, 0.6652409557748219} {
		assert.InDelta(t, want, float64(dst[i]), 0x1p-23)
	}
	dst64 := make([]float64, 2)
	SoftmaxF64(dst64, []float64{-1000, -1001})
	assert.InDelta(t, 0.7310585786300049, dst64[0], 0x1p-53)
	assert.InDelta(t, 0.2689414213699951, dst64[1], 0x1p-53)
}

func TestSoftmaxSpecials(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, z := range [][]float32{{nan, 1, 2}, {1, nan, 2}, {1, 2, nan}, {nan, inf, 0}, {nan, nan, nan}, {inf, 1, 2}, {inf, inf}, {-inf, -inf}, {-inf}} {
		dst := make([]float32, len(z))
		SoftmaxF32(dst, z)
		for i, y := range dst {
			assert.True(t, y != y, "softmax%v[%d] = %v, want NaN", z, i, y)
		}
	}
	z := []float32{-inf, 0, -inf}
	SoftmaxF32(z, z) // in place
	assert.Equal(t, []float32{0, 1, 0}, z)
	one := []float32{-7}
	SoftmaxF32(one, one)
	assert.Equal(t, []float32{1}, one)
	SoftmaxF32(nil, nil)
}

// The sum runs in Sum's lanes.
func TestSoftmaxSum(t *testing.T) {
	z := make([]float32, 1000)
	e, dst := make([]float32, len(z)), make([]float32, len(z))
	for i := range z {
		z[i] = -float32(i%37) / 3
	}
	ExpF32(e, z)
	SoftmaxF32(dst, z)
	s := SumF32(e)
	for i := range dst {
		assert.Equal(t, e[i]/s, dst[i])
	}
}
