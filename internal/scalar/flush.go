package scalar

// Flush returns +0 if |x| < LeastFactor, else x. NaN stays.
func Flush[T Float](x T) T { return flush(x, coefficients[T]().LeastFactor) }

// MulFlush returns x·y, but +0 where the product would be below LeastFactor, to
// an eighth. The bits of a number, as an integer, are its logarithm, but for a factor and a
// small error (Mitchell, 1962), so that their sum tells what is small before it is
// multiplied. NaN stays.
func MulFlush[T Float](x, y T) T {
	if toBits(abs(x))+toBits(abs(y)) < toBits(coefficients[T]().LeastFactor)+toBits(T(1)) {
		x = 0
	}
	return Mul(x, y)
}

// Sign returns 1 for x > 0, −1 for x < 0, and x for ±0 and NaN, if |x| isn't below the
// least normal number; less |x| gives less than 1.
func Sign[T Float](x T) T {
	switch y := Mul(x, coefficients[T]().Huge); {
	case y > 1:
		return 1
	case y < -1:
		return -1
	default:
		return y
	}
}

// FlushRoot is Flush with LeastRoot, for numbers that are squared.
func FlushRoot[T Float](x T) T { return flush(x, coefficients[T]().LeastRoot) }

// FlushSquare returns +0 if x < LeastSquare, and so for all that is negative, else x.
// NaN stays.
func FlushSquare[T Float](x T) T {
	if x < coefficients[T]().LeastSquare {
		return 0
	}
	return x
}

func flush[T Float](x, least T) T {
	if -least < x && x < least {
		return 0
	}
	return x
}

// Epsilon returns x rounded to T, and the least normal number if that is 0 or subnormal.
func Epsilon[T Float](x float64) T {
	if e := IfNormal[T](x); e != 0 {
		return e
	}
	return coefficients[T]().MinNormal
}

// IfNormal returns x rounded to T, and 0 if that is a subnormal number.
func IfNormal[T Float](x float64) T {
	if is32[T]() {
		return T(flush(float32(x), Float32.MinNormal))
	}
	return T(flush(x, Float64.MinNormal))
}
