package train

import (
	"fmt"
	"math"
	"slices"

	"github.com/nabla-go/nabla/kernels"
)

// A Scaler maps input column j to (x − Mean[j]) / SD[j], and to 0 if SD[j] is 0. A
// network works for inputs of the scale that it was trained with, so a model keeps
// the scaler of its training data beside the network. A nil Scaler leaves inputs as
// they are.
type Scaler struct {
	Mean, SD []float64 // of each column
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

// FitScaler returns a scaler with the means and the standard deviations (the root of
// the mean squared deviation) of the columns of x, and SD 0 for a constant column.
// Fit it to the training data only: a test on data that have shaped the scaler is no
// test. It is an error if x is empty, has an element that isn't finite, or if a mean
// or deviation overflows or underflows float64.
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
			return nil, fmt.Errorf("cannot fit a scaler: the values of input column %d are so close together or so far apart that their variance is 0 or infinite in float64", j+1)
		}
	}
	return s, nil
}

// Scale applies s to every row of x in place: each value is computed in float64
// and rounded to T once. A nil s leaves x as it is. Scale panics if x and s differ in
// the number of columns.
func Scale[T kernels.Float](s *Scaler, x kernels.Matrix[T]) {
	if s == nil {
		return
	}
	if x.Cols != len(s.Mean) || x.Cols != len(s.SD) {
		panic(scaleColumns)
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

// Equal reports whether s and t have the same means and deviations, or are both nil.
func (s *Scaler) Equal(t *Scaler) bool {
	if s == nil || t == nil {
		return s == t
	}
	return slices.Equal(s.Mean, t.Mean) && slices.Equal(s.SD, t.SD)
}
