package train_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/train"
)

func TestScaler(t *testing.T) {
	x := kernels.Matrix[float64]{Rows: 4, Cols: 3, Stride: 3, Data: []float64{
		1, 0.1, 1e6,
		2, 0.1, 2e6,
		3, 0.1, 3e6,
		4, 0.1, 4e6,
	}}
	s, err := train.FitScaler(x)
	require.NoError(t, err)
	require.Equal(t, []float64{2.5, 0.1, 2.5e6}, s.Mean)
	require.Equal(t, []float64{math.Sqrt(1.25), 0, math.Sqrt(1.25e12)}, s.SD)

	train.Scale(s, x)
	for i, want := range []float64{-1.5, -0.5, 0.5, 1.5} {
		want /= math.Sqrt(1.25)
		require.InDelta(t, want, x.Row(i)[0], 1e-15)
		require.Equal(t, 0.0, x.Row(i)[1], "a constant column is 0, not NaN")
		require.InDelta(t, want, x.Row(i)[2], 1e-15)
	}
	raw := kernels.Matrix[float64]{Rows: 1, Cols: 3, Stride: 3, Data: []float64{2.5, 99, 2.5e6}}
	train.Scale(s, raw)
	require.Equal(t, []float64{0, 0, 0}, raw.Data)

	tenths := kernels.Matrix[float64]{Rows: 3, Cols: 1, Stride: 1, Data: []float64{0.1, 0.1, 0.1}}
	constant, err := train.FitScaler(tenths)
	require.NoError(t, err)
	require.Equal(t, []float64{0}, constant.SD, "although the mean of the three rounds to another number")

	require.Panics(t, func() { train.Scale(s, kernels.NewMatrix[float64](1, 2)) })
	_, err = train.FitScaler(kernels.NewMatrix[float64](0, 2))
	require.ErrorContains(t, err, "no samples")
	for _, c := range []struct {
		values []float64
		want   string // "" if there is a scaler
	}{
		{[]float64{-1e308, 1e308}, "column 1 are so close together or so far apart"},
		{[]float64{0, 1e-170}, "column 1 are so close together or so far apart"}, // and not a constant column
		{[]float64{1e308, 1e308}, ""},
		{[]float64{1e308, 1e308, 0}, "column 1, or their sum, are not finite"},
		{[]float64{math.NaN(), 1}, "column 1, or their sum, are not finite"},
		{[]float64{math.Inf(1)}, "column 1, or their sum, are not finite"},
	} {
		s, err := train.FitScaler(kernels.Matrix[float64]{Rows: len(c.values), Cols: 1, Stride: 1, Data: c.values})
		if c.want != "" {
			require.ErrorContains(t, err, c.want)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, &train.Scaler{Mean: c.values[:1], SD: []float64{0}}, s)
	}

	require.True(t, s.Equal(&train.Scaler{Mean: slices.Clone(s.Mean), SD: slices.Clone(s.SD)}))
	require.False(t, s.Equal(nil))
	require.True(t, (*train.Scaler)(nil).Equal(nil))
}

// Pixels come out as the quotient of two floats of the set's own precision.
func TestScalePixelsExactly(t *testing.T) {
	x := kernels.NewMatrix[float32](1, 256)
	for p := range 256 {
		x.Data[p] = float32(p)
	}
	train.Scale(train.NewScaler(256, 255), x)
	for p := range 256 {
		require.Equal(t, float32(p)/255, x.Data[p])
	}
}

// Nothing is what a scaler that isn't there does.
func TestNilScaler(t *testing.T) {
	x := kernels.Matrix[float32]{Rows: 1, Cols: 2, Stride: 2, Data: []float32{3, -4}}
	train.Scale(nil, x)
	require.Equal(t, []float32{3, -4}, x.Data)
}

// Data know their scaler, and can't be scaled twice.
func TestScaleData(t *testing.T) {
	d := &train.Data[float32]{X: kernels.Matrix[float32]{Rows: 1, Cols: 2, Stride: 2, Data: []float32{3, -4}}}
	s := train.NewScaler(2, 2)
	d.Scale(s)
	require.Equal(t, []float32{1.5, -2}, d.X.Data)
	require.Same(t, s, d.Scaler)
	require.PanicsWithValue(t, "train: Scale: the data have been scaled already", func() { d.Scale(s) })
}
