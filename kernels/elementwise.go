package kernels

import (
	"github.com/nabla-go/nabla/internal/cores"
	"github.com/nabla-go/nabla/internal/race"
)

// Add sets dst[i] = x[i] + y[i].
func Add[T Float](dst, x, y []T) { add(dst, x, y) }

// Sub sets dst[i] = x[i] − y[i].
func Sub[T Float](dst, x, y []T) { sub(dst, x, y) }

// Mul sets dst[i] = x[i]·y[i], the Hadamard product.
func Mul[T Float](dst, x, y []T) { mul(dst, x, y) }

// Flush sets x[i] = +0 if |x[i]| is below 2⁻⁶³ (float32) or 2⁻⁵¹¹ (float64): the product
// of two numbers that remain is never subnormal. NaN stays.
func Flush[T Float](x []T) {
	race.Write(x)
	flush(x)
}

// Clamp sets dst[i] = lo if x[i] < lo, hi if x[i] > hi, else x[i]: min(max(x[i], lo), hi).
// NaN stays, and so does a zero's sign where lo or hi is the other zero. An infinite lo or
// hi is no limit.
//
// It panics if the lengths differ, if dst overlaps x without being equal to it, and unless
// lo ≤ hi.
func Clamp[T Float](dst, x []T, lo, hi T) {
	if len(dst) != len(x) {
		panic("kernels: Clamp: len(dst) != len(x)")
	}
	if partialOverlap(dst, x) {
		panic("kernels: Clamp: dst overlaps x without being equal to it")
	}
	if !(lo <= hi) {
		panic("kernels: Clamp: lo > hi, or one of them is NaN")
	}
	race.Read(x)
	race.Write(dst)
	clamp(dst, x, lo, hi)
}

// Exp sets dst[i] = e^z[i]. Underflow is gradual, overflow gives +Inf. Its
// error is at most 1 ulp.
func Exp[T Float](dst, z []T) { exp(dst, z) }

// Log sets dst[i] = ln z[i]. Log(±0) is −Inf and Log of a negative number is
// NaN. Its error is at most 1 ulp.
func Log[T Float](dst, z []T) { log(dst, z) }

// Sigmoid sets dst[i] = σ(z[i]) = 1 / (1 + e^−z[i]). The result lies in [0, 1].
// Its error is at most 1 ulp.
func Sigmoid[T Float](dst, z []T) { sigmoid(dst, z) }

// SigmoidPrime sets dst[i] = σ'(z[i]) = e^−|z| / (1 + e^−|z|)². It is computed
// from z, not from a = σ(z), so that it keeps its relative accuracy where a
// rounds to 1. Its error is at most 2 ulp.
func SigmoidPrime[T Float](dst, z []T) { sigmoidPrime(dst, z) }

// Tanh sets dst[i] = tanh z[i]. The result lies in [−1, 1]; Tanh(−0) is −0. Its
// error is at most 1 ulp.
func Tanh[T Float](dst, z []T) { tanh(dst, z) }

// TanhPrime sets dst[i] = tanh'(z[i]) = 1 − tanh² z[i]. It is computed from z
// as 4·σ'(2z), so that it keeps its relative accuracy where tanh rounds to ±1.
// Its error is at most 2 ulp.
func TanhPrime[T Float](dst, z []T) { tanhPrime(dst, z) }

// ReLU sets dst[i] = +0 if z[i] < 0, else z[i]. −0 and NaN stay.
func ReLU[T Float](dst, z []T) { relu(dst, z) }

// ReLUPrime sets dst[i] = 1 if z[i] > 0, NaN if z[i] is NaN, else 0.
func ReLUPrime[T Float](dst, z []T) { reluPrime(dst, z) }

// MulSigmoidPrime sets dst[i] = d[i]·σ'(z[i]), the δ ⊙ σ'(z) of backpropagation: the
// bits of SigmoidPrime followed by Mul, but +0 where that is small (see the documentation
// of the package).
func MulSigmoidPrime[T Float](dst, d, z []T) { mulSigmoidPrime(dst, d, z) }

// MulTanhPrime sets dst[i] = d[i]·tanh'(z[i]), the δ ⊙ σ'(z) of backpropagation: the
// bits of TanhPrime followed by Mul, but +0 where that is small (see the documentation of
// the package).
func MulTanhPrime[T Float](dst, d, z []T) { mulTanhPrime(dst, d, z) }

// MulReLUPrime sets dst[i] = d[i]·ReLU'(z[i]), the δ ⊙ σ'(z) of backpropagation: the
// bits of ReLUPrime followed by Mul, with [Flush] of d.
func MulReLUPrime[T Float](dst, d, z []T) { mulReLUPrime(dst, d, z) }

// Softmax sets row i of dst to e^(z − max z) / Σ e^(z − max z) of row i of z: the
// row's maximum, subtraction, exponential, Sum and one division each. A row that
// holds NaN or +Inf, or nothing but −Inf, gives NaN. dst may be exactly z.
//
// It panics on bad matrices, if the shapes differ and if dst overlaps z without
// being equal to it.
func Softmax[T Float](dst, z Matrix[T]) {
	switch {
	case !valid(&dst) || !valid(&z):
		panic("kernels: Softmax: bad matrix" + wantMatrix)
	case dst.Rows != z.Rows || dst.Cols != z.Cols:
		panic("kernels: Softmax: shapes of dst and z differ")
	case overlapMatrix(&dst, &z) && (&dst.Data[0] != &z.Data[0] || dst.Stride != z.Stride):
		panic("kernels: Softmax: dst overlaps z without being equal to it")
	}
	if z.Cols == 0 {
		return // however many rows
	}
	readMatrix(&z)
	writeMatrix(&dst)
	if z.Cols <= cores.Active.ShortCols {
		rows := share(z.Rows, z.Cols, vectorBlock)
		for i := 0; i < z.Rows; i += rows {
			softmaxShort(min(rows, z.Rows-i), z.Cols, from(&dst, i), dst.Stride, from(&z, i), z.Stride)
		}
		return
	}
	for i := range z.Rows {
		if dst, z := row(&dst, i), row(&z, i); len(z) <= vectorBlock {
			softmax(dst, z)
		} else {
			softmaxLong(dst, z)
		}
	}
}

// softmaxLong is softmax for rows too long for one call.
func softmaxLong[T Float](dst, z []T) {
	var tops [512]T
	top := Max(z)
	for i := range tops {
		tops[i] = top
	}
	for i := 0; i < len(z); i += len(tops) {
		end := min(i+len(tops), len(z))
		sub(dst[i:end], z[i:end], tops[:end-i])
		exp(dst[i:end], dst[i:end])
	}
	divBy(Sum(dst), dst)
}

// LogSoftmax sets row i of dst to the logarithms of [Softmax] of row i of z, without
// overflow: with m the row's maximum, t = z − m, rounded, and then t − ln Σ e^t, the sum
// being that of Softmax. A row that holds NaN or +Inf, or nothing but −Inf, gives NaN. dst
// may be exactly z.
//
// It panics on bad matrices, if the shapes differ and if dst overlaps z without being
// equal to it.
func LogSoftmax[T Float](dst, z Matrix[T]) {
	switch {
	case !valid(&dst) || !valid(&z):
		panic("kernels: LogSoftmax: bad matrix" + wantMatrix)
	case dst.Rows != z.Rows || dst.Cols != z.Cols:
		panic("kernels: LogSoftmax: shapes of dst and z differ")
	case overlapMatrix(&dst, &z) && (&dst.Data[0] != &z.Data[0] || dst.Stride != z.Stride):
		panic("kernels: LogSoftmax: dst overlaps z without being equal to it")
	}
	if z.Cols == 0 {
		return // however many rows
	}
	readMatrix(&z)
	writeMatrix(&dst)
	var buffer [searchBlock]T // a multiple of all lanes
	for i := range z.Rows {
		t := row(&dst, i)
		copyRows(1, z.Cols, t, 0, row(&z, i), 0)
		addConst(-Max(t), t)
		var acc wide[T]
		for j := 0; j < len(t); j += searchBlock {
			e := buffer[:min(searchBlock, len(t)-j)]
			exp(e, t[j:][:len(e)])
			acc.addSum(e)
		}
		one := [1]T{acc.sum()}
		log(one[:], one[:])
		addConst(-one[0], t)
	}
}
