package scalar

// Flush returns +0 if |x| < LeastFactor, else x. NaN stays.
func Flush[T Float](x T) T { return flush(x, coefficients[T]().LeastFactor) }

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

// IfNormal returns x rounded to T, and 0 if that is a subnormal number.
func IfNormal[T Float](x float64) T {
	if is32[T]() {
		return T(flush(float32(x), Float32.MinNormal))
	}
	return T(flush(x, Float64.MinNormal))
}
