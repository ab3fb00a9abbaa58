package net

import (
	"fmt"
	"math"
	"unsafe"

	"github.com/nabla-go/nabla/kernels"
)

// An Interval is the numbers from Min to Max, or those above Min if Open is set. A
// nil Interval is all numbers.
type Interval struct {
	Min, Max float64 // either may be infinite
	Open     bool    // Min itself is outside
}

var (
	unit        = &Interval{Min: 0, Max: 1}
	nonNegative = &Interval{Min: 0, Max: math.Inf(1)}
	positive    = &Interval{Min: 0, Max: math.Inf(1), Open: true}
)

// Contains reports whether x is in i. NaN never is.
func (i *Interval) Contains(x float64) bool {
	switch {
	case i == nil:
		return !math.IsNaN(x)
	case i.Open && x == i.Min:
		return false
	}
	return x >= i.Min && x <= i.Max
}

// String describes the interval: "0 to 1", "at least 0", "above 0".
func (i *Interval) String() string {
	switch {
	case i == nil || math.IsInf(i.Min, 0) && math.IsInf(i.Max, 0):
		return "any number"
	case math.IsInf(i.Min, 0):
		return fmt.Sprintf("at most %v", i.Max)
	case math.IsInf(i.Max, 0) && i.Open:
		return fmt.Sprintf("above %v", i.Min)
	case math.IsInf(i.Max, 0):
		return fmt.Sprintf("at least %v", i.Min)
	case i.Open:
		return fmt.Sprintf("above %v, at most %v", i.Min, i.Max)
	}
	return fmt.Sprintf("%v to %v", i.Min, i.Max)
}

// and returns the numbers that are in both intervals.
func (i *Interval) and(j *Interval) *Interval {
	switch {
	case i == nil:
		return j
	case j == nil:
		return i
	}
	both := &Interval{Min: max(i.Min, j.Min), Max: min(i.Max, j.Max)}
	both.Open = i.Open && i.Min == both.Min || j.Open && j.Min == both.Min
	return both
}

func (i *Interval) check() error {
	if i != nil && !(i.Min < i.Max) {
		return fmt.Errorf("from %v to %v: want Min below Max, or nil for all numbers", i.Min, i.Max)
	}
	return nil
}

// A Param is the parameter of a cost or an activation P that has one.
type Param[P any] struct {
	Name   string  // what flags call it
	Symbol string  // what formulas call it
	Value  float64 // above 0
	Max    float64 // the largest Value that is possible
	// With returns the same cost or activation with another value.
	With func(value float64) *P
	// Remedy, "raise" or "lower", is what to do with the parameter of a cost that
	// overflows; it may be empty.
	Remedy string
}

// check reports what is wrong with the parameter.
func (p *Param[P]) check() error {
	switch {
	case p == nil:
		return nil
	case p.Name == "" || p.Symbol == "" || p.With == nil:
		return fmt.Errorf("Param lacks Name, Symbol or With")
	case !(p.Value > 0 && p.Value <= p.Max):
		return fmt.Errorf("%s is %v: want a number above 0, at most %v", p.Name, p.Value, p.Max)
	}
	return nil
}

// pick returns f32 or f64, whichever has functions of elements like T, as a *F. T may
// be a type of one's own, such as type weight float32, whose slices have the same layout.
func pick[F any, T kernels.Float, F32, F64 any](f32 *F32, f64 *F64) *F {
	if unsafe.Sizeof(T(0)) == unsafe.Sizeof(float32(0)) {
		return (*F)(unsafe.Pointer(f32))
	}
	return (*F)(unsafe.Pointer(f64))
}
