package dataset

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/train"
)

// A missingPolicy says what becomes of gaps in inputs: a row of the table missingPolicies.
type missingPolicy struct {
	name   string
	fill   func(values []float64) float64 // what stands for a gap, of the values that training has
	mark   bool                           // one more input says where there was a gap, if training has gaps
	refuse bool                           // gaps are errors
}

// rows is a table whose rows have names.
type rows[R any] struct {
	what string
	name func(R) string
	all  []R
}

func (t *rows[R]) names() (names []string) {
	for _, r := range t.all {
		names = append(names, t.name(r))
	}
	return names
}

func (t *rows[R]) find(name string) (R, error) {
	if i := slices.Index(t.names(), name); i >= 0 {
		return t.all[i], nil
	}
	var none R
	return none, fmt.Errorf("unknown %s %q: want one of %s", t.what, name, strings.Join(t.names(), ", "))
}

var missingPolicies = &rows[*missingPolicy]{"policy for missing values", func(p *missingPolicy) string { return p.name }, []*missingPolicy{
	{name: "auto", fill: median, mark: true},
	{name: "error", fill: median, refuse: true},
	{name: "drop", fill: median, refuse: true},
	{name: "mean", fill: mean},
	{name: "median", fill: median},
	{name: "mode", fill: mode},
}}

// MissingPolicies returns the names that [EncoderOptions].Missing may have.
func MissingPolicies() []string { return missingPolicies.names() }

// Scalings returns the names that [EncoderOptions].Scale may have.
func Scalings() []string { return scalings.names() }

// A scaling brings numbers to a scale that networks work with: a row of the table
// scalings. fit returns what is subtracted from the numbers of a column and what they are
// divided by.
type scaling struct {
	name string
	fit  func(x []float64) (shift, unit float64)
}

var scalings = &rows[*scaling]{"scaling", func(s *scaling) string { return s.name }, []*scaling{
	{name: "auto"},     // standard
	{name: "standard"}, // by train.FitScaler
	{name: "unit", fit: func(x []float64) (shift, unit float64) { return slices.Min(x), slices.Max(x) - slices.Min(x) }},
	{name: "centre", fit: func(x []float64) (shift, unit float64) { return mean(x), slices.Max(x) - slices.Min(x) }},
	{name: "robust", fit: robust},
	{name: "none"},
}}

// robust returns the median and the distance between the quartiles, or, where that is 0,
// the standard deviation.
func robust(x []float64) (shift, unit float64) {
	shift = median(x)
	if unit = quantile(x, 0.75) - quantile(x, 0.25); unit == 0 {
		m, squares := mean(x), 0.0
		for _, v := range x {
			d := v - m
			squares += float64(d * d)
		}
		unit = math.Sqrt(squares / float64(len(x)))
	}
	return shift, unit
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

func median(x []float64) float64 { return quantile(x, 0.5) }

// quantile returns what a share q of x, whose order it changes, lies below: with linear
// interpolation between neighbours.
func quantile(x []float64, q float64) float64 {
	at := float64(q * float64(len(x)-1))
	i := int(at)
	low := nth(x, i)
	if i+1 >= len(x) {
		return low
	}
	return low + float64((at-float64(i))*(slices.Min(x[i+1:])-low))
}

// nth puts the element that would be number n of x in order there, smaller ones before and
// larger ones behind it (C. A. R. Hoare, "Algorithm 65: Find", 1961), and returns it.
func nth(x []float64, n int) float64 {
	for lo, hi := 0, len(x)-1; lo < hi; {
		pivot := x[(lo+hi)/2]
		i, j := lo, hi
		for i <= j {
			for x[i] < pivot {
				i++
			}
			for x[j] > pivot {
				j--
			}
			if i <= j {
				x[i], x[j] = x[j], x[i]
				i++
				j--
			}
		}
		switch {
		case n <= j:
			hi = j
		case n >= i:
			lo = i
		default:
			return x[n]
		}
	}
	return x[n]
}

// mode returns the most frequent value, the smallest of several.
func mode(x []float64) float64 {
	slices.Sort(x)
	best, most := x[0], 0
	for i := 0; i < len(x); {
		j := i
		for j < len(x) && x[j] == x[i] {
			j++
		}
		if j-i > most {
			best, most = x[i], j-i
		}
		i = j
	}
	return best
}

// fitScaler returns the scaler of the inputs x: what scaling makes of numbers and dates,
// and nothing for levels and marks. Pixels, which can be largest at most, are scaled as
// those of images.
func fitScaler[T kernels.Float](e *Encoder, x kernels.Matrix[T], s *scaling, largest float64) (*train.Scaler, error) {
	if images, err := imageScalings[T]().find(s.name); largest > 0 && err == nil {
		return images.fit(x, largest)
	}
	if s.name == "none" {
		return nil, nil
	}
	all := train.NewScaler(x.Cols, 1)
	var values []float64
	if s.fit != nil {
		values = make([]float64, x.Rows)
	}
	j := 0
	for i := range e.Columns {
		c := &e.Columns[i]
		if c.isInput() && c.kind != categoryColumn {
			column := kernels.Matrix[T]{Rows: x.Rows, Cols: 1, Stride: x.Stride, Data: x.Data[j:]}
			if s.fit != nil {
				for k := range values {
					values[k] = float64(column.Data[k*x.Stride])
				}
				all.Mean[j], all.SD[j] = s.fit(values)
			} else {
				one, err := train.FitScaler(column)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", columnName(i+1, c.Name), err)
				}
				all.Mean[j], all.SD[j] = one.Mean[0], one.SD[0]
			}
		}
		j += c.width()
	}
	return all, nil
}
