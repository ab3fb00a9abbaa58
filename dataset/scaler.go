package dataset

import (
	"fmt"
	"math"
	"slices"

	"github.com/nabla-go/nabla/kernels"
)

// Scaler maps each input column to (x − Mean) / SD, and a column whose SD is 0
// to 0. A model stores the scaler of its training data, so that it predicts
// from raw rows.
type Scaler struct {
	Mean []float64 `json:"mean"`
	SD   []float64 `json:"sd"`
}

// NewScaler returns a scaler that divides each of n columns by unit, the way
// pixels are brought to [0, 1].
func NewScaler(n int, unit float64) *Scaler {
	s := &Scaler{Mean: make([]float64, n), SD: make([]float64, n)}
	for j := range s.SD {
		s.SD[j] = unit
	}
	return s
}

// FitScaler measures the columns of x: their means and standard deviations
// (the root of the mean squared deviation). Fit it on the training part only.
// A constant column gets SD 0. It is an error if no scaler that is finite and tells
// the values of a column apart can be had.
func FitScaler[T kernels.Float](x kernels.Matrix[T]) (*Scaler, error) {
	if x.Rows == 0 {
		return nil, fmt.Errorf("cannot fit a scaler: no samples")
	}
	s := &Scaler{Mean: make([]float64, x.Cols), SD: make([]float64, x.Cols)}
	n := float64(x.Rows)
	for j := range x.Cols {
		first := float64(x.Row(0)[j])
		constant := true
		var sum float64
		for i := range x.Rows {
			v := float64(x.Row(i)[j])
			constant = constant && v == first
			sum += v
		}
		if constant && !math.IsInf(first, 0) {
			s.Mean[j] = first
			continue
		}
		mean := sum / n
		var squares float64
		for i := range x.Rows {
			d := float64(x.Row(i)[j]) - mean
			squares += float64(d * d)
		}
		s.Mean[j], s.SD[j] = mean, math.Sqrt(squares/n)
		switch {
		case math.IsNaN(sum) || math.IsInf(sum, 0):
			return nil, fmt.Errorf("cannot fit a scaler: the values of input column %d, or their sum, are not finite", j+1)
		case s.SD[j] == 0 || math.IsInf(s.SD[j], 0):
			return nil, fmt.Errorf("cannot fit a scaler: the values of input column %d are too close together or too far apart to square their differences", j+1)
		}
	}
	return s, nil
}

// Scale applies s to every row of x in place: each value is computed in float64
// and rounded to T once. It panics if x and s differ in the number of columns.
func Scale[T kernels.Float](s *Scaler, x kernels.Matrix[T]) {
	if x.Cols != len(s.Mean) || x.Cols != len(s.SD) {
		panic("dataset: Scale: scaler and matrix differ in columns")
	}
	for i := range x.Rows {
		row := x.Row(i)
		for j, v := range row {
			if s.SD[j] == 0 {
				row[j] = 0
			} else {
				row[j] = T((float64(v) - s.Mean[j]) / s.SD[j])
			}
		}
	}
}

// Equal reports whether s and t are the same mapping; nil is the identity.
func (s *Scaler) Equal(t *Scaler) bool {
	if s == nil || t == nil {
		return s == t
	}
	return slices.Equal(s.Mean, t.Mean) && slices.Equal(s.SD, t.SD)
}
