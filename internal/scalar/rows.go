package scalar

import (
	"math"
	"unsafe"
)

// Products in plain Go are rows of multiply-adds. AddRow and AddProducts give the bits of
// FMA for each element in less time. Most of it is done by loops without calls, because
// around a call Go keeps nothing in registers. Such a loop stops at an element that needs
// the care of FMA, which then does this one.

// AddRow sets acc[i] = fma(a, x[i], acc[i]) for all elements of acc. x is at least as long,
// and doesn't overlap acc unless both begin at the same element.
func AddRow[T Float](a T, x, acc []T) {
	if is32[T]() {
		a, x, acc := float32(a), as[float32](x), as[float32](acc)
		for i := addRow32(a, x, acc, 0); i < len(acc); i = addRow32(a, x, acc, i+1) {
			acc[i] = FMA32(a, x[i], acc[i])
		}
		return
	}
	b, y, sum := float64(a), as[float64](x), as[float64](acc)
	if !slowFMA {
		for i, v := range y[:len(sum)] {
			sum[i] = math.FMA(b, v, sum[i])
		}
		return
	}
	addRowSlow(b, y, sum)
}

// AddProducts adds x[i]·y[i] to acc[i mod len(acc)] by FMA, in ascending order, for all
// elements of x. The length of acc is a power of 2, y is at least as long as x.
func AddProducts[T Float](acc, x, y []T) {
	lane := len(acc) - 1 // i mod len(acc) is i & lane
	if is32[T]() {
		acc, x, y := as[float32](acc), as[float32](x), as[float32](y)
		for i := addProducts32(acc, x, y, 0); i < len(x); i = addProducts32(acc, x, y, i+1) {
			acc[i&lane] = FMA32(x[i], y[i], acc[i&lane])
		}
		return
	}
	sum, u, v := as[float64](acc), as[float64](x), as[float64](y)
	if !slowFMA {
		for i, w := range v[:len(u)] {
			sum[i&lane] = math.FMA(u[i], w, sum[i&lane])
		}
		return
	}
	addProductsSlow(sum, u, v)
}

// addRow32 is AddRow from element i on. It returns the index of the first element that it
// left alone.
func addRow32(a float32, x, acc []float32, i int) int {
	x = x[:len(acc)]
	for a := float64(a); i < len(acc); i++ {
		s := float64(a*float64(x[i])) + float64(acc[i])
		if needsCare(s) {
			break
		}
		acc[i] = float32(s)
	}
	return i
}

// addProducts32 is AddProducts from x[i] on. It returns the index of the first element that
// it left alone.
func addProducts32(acc, x, y []float32, i int) int {
	y = y[:len(x)]
	for lane := len(acc) - 1; i < len(x); i++ {
		s := float64(float64(x[i])*float64(y[i])) + float64(acc[i&lane])
		if needsCare(s) {
			break
		}
		acc[i&lane] = float32(s)
	}
	return i
}

// needsCare reports whether a second rounding of s, to float32, may go wrong: s lies halfway
// between two float32 or in their subnormal range, but isn't 0, which is exact. The two
// halves of s are looked at by themselves for the sake of processors of 32 bits; the upper
// one of 0 becomes the largest integer.
func needsCare(s float64) bool {
	b := math.Float64bits(s)
	const halfway, belowFloat32 = 1 << 28, 1<<29 - 1
	const minNormal = (1023 - 126) << 20 // upper half of 2⁻¹²⁶, the least normal float32
	return uint32(b)&belowFloat32 == halfway || uint32(b>>32)&^(1<<31)-1 < minNormal-1
}

// addRowSlow and addProductsSlow are for float64 without an instruction for FMA.
func addRowSlow(a float64, x, acc []float64) {
	for i := addRow64(a, x, acc, 0); i < len(acc); i = addRow64(a, x, acc, i+1) {
		acc[i] = fma64(a, x[i], acc[i])
	}
}

func addProductsSlow(acc, x, y []float64) {
	lane := len(acc) - 1
	for i := addProducts64(acc, x, y, 0); i < len(x); i = addProducts64(acc, x, y, i+1) {
		acc[i&lane] = fma64(x[i], y[i], acc[i&lane])
	}
}

// addRow64 is AddRow in fma64's arithmetic from element i on. It returns the index of the
// first element that it left alone.
func addRow64(a float64, x, acc []float64, i int) int {
	ah, al := split(a)
	x = x[:len(acc)]
	for ; i < len(acc); i++ {
		p := float64(a * x[i])
		xh, xl := split(x[i])
		e := float64(ah*xh) - p
		e += float64(ah * xl)
		e += float64(al * xh)
		e += float64(al * xl)
		s, t := twoSum(p, acc[i])
		u := t + e
		more := s + float64(u*(1+0x1p-51))
		if more != s+float64(u*(1-0x1p-51)) || !(p > leastProduct || p < -leastProduct) {
			break
		}
		acc[i] = more
	}
	return i
}

// addProducts64 is AddProducts in fma64's arithmetic from x[i] on. It returns the index of
// the first element that it left alone.
func addProducts64(acc, x, y []float64, i int) int {
	y = y[:len(x)]
	for lane := len(acc) - 1; i < len(x); i++ {
		p := float64(x[i] * y[i])
		xh, xl := split(x[i])
		yh, yl := split(y[i])
		e := float64(xh*yh) - p
		e += float64(xh * yl)
		e += float64(xl * yh)
		e += float64(xl * yl)
		s, t := twoSum(p, acc[i&lane])
		u := t + e
		more := s + float64(u*(1+0x1p-51))
		if more != s+float64(u*(1-0x1p-51)) || !(p > leastProduct || p < -leastProduct) {
			break
		}
		acc[i&lane] = more
	}
	return i
}

// as views x as a slice of the built-in type of the same size.
func as[E float32 | float64, T Float](x []T) []E { return *(*[]E)(unsafe.Pointer(&x)) }
