package generic

func clamp[T float](dst, x []T, lo, hi T) {
	for i, v := range x {
		if v < lo {
			v = lo
		}
		if v > hi {
			v = hi
		}
		dst[i] = v
	}
}

// ClampF32 sets dst[i] = lo if x[i] < lo, hi if x[i] > hi, else x[i]: −0 and NaN stay.
//
//nabla:blocks
//nabla:few cores.Active.FewElements
//go:noinline
func ClampF32(dst, x []float32, lo, hi float32) { clamp(dst, x, lo, hi) }

// ClampF64 is ClampF32 for float64.
//
//go:noinline
func ClampF64(dst, x []float64, lo, hi float64) { clamp(dst, x, lo, hi) }
