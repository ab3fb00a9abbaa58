package generic

// wide is the number of virtual lanes of Dot and Sum, which have one row only
// and need four registers' worth to hide the latency of the additions.
func wide[T float]() int { return 4 * lanes[T]() }

// fold adds lanes by halves until one is left: acc[i] += acc[i+h] for
// h = len/2, len/4, …, 1. len(acc) is a power of two.
func fold[T float](acc []T) T {
	for h := len(acc) / 2; h > 0; h /= 2 {
		for i := range h {
			acc[i] += acc[i+h]
		}
	}
	return acc[0]
}

// dotLanes adds x[i]·y[i] to acc[i mod len(acc)] by FMA, in ascending order.
func dotLanes[T float](acc, x, y []T) {
	for i, xi := range x {
		l := i % len(acc)
		acc[l] = fma(xi, y[i], acc[l])
	}
}

func dot[T float](x, y []T) T {
	var acc [64]T
	l := acc[:wide[T]()]
	dotLanes(l, x, y)
	return fold(l)
}

func sum[T float](x []T) T {
	var acc [64]T
	l := acc[:wide[T]()]
	for i, xi := range x {
		l[i%len(l)] += xi
	}
	return fold(l)
}

func axpy[T float](alpha T, x, y []T) {
	for i, xi := range x {
		y[i] = fma(alpha, xi, y[i])
	}
}

func scal[T float](alpha T, x []T) {
	for i, xi := range x {
		x[i] = alpha * xi
	}
}

// DotF32 returns Σ x[i]·y[i] in 64 lanes.
func DotF32(x, y []float32) float32 { return dot(x, y) }

// DotF64 returns Σ x[i]·y[i] in 32 lanes.
func DotF64(x, y []float64) float64 { return dot(x, y) }

// SumF32 returns Σ x[i] in 64 lanes.
func SumF32(x []float32) float32 { return sum(x) }

// SumF64 returns Σ x[i] in 32 lanes.
func SumF64(x []float64) float64 { return sum(x) }

// AxpyF32 sets y[i] = fma(alpha, x[i], y[i]).
func AxpyF32(alpha float32, x, y []float32) { axpy(alpha, x, y) }

// AxpyF64 sets y[i] = fma(alpha, x[i], y[i]).
func AxpyF64(alpha float64, x, y []float64) { axpy(alpha, x, y) }

// ScalF32 sets x[i] = alpha·x[i].
func ScalF32(alpha float32, x []float32) { scal(alpha, x) }

// ScalF64 sets x[i] = alpha·x[i].
func ScalF64(alpha float64, x []float64) { scal(alpha, x) }
