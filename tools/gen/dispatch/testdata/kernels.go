package generic

// ScaleF32 sets x[i] = f·x[i].
//
//nabla:blocks
//nabla:few fewElements
//nabla:if AVX2 good(x)
//nabla:without NEON AVX512
//go:noinline
func ScaleF32(f float32, x []float32) {}

// ScaleF64 is ScaleF32 for float64.
//
//go:noinline
func ScaleF64(f float64, x []float64) {}

// MixF32 mixes.
//
//nabla:blocks
//nabla:checks
//nabla:without AVX2 AVX512 NEON
//go:noinline
func MixF32(dst, x, y, z []float32) {}

// MixF64 is MixF32 for float64.
//
//go:noinline
func MixF64(dst, x, y, z []float64) {}

// PairF32 compares.
//
//nabla:whole
//nabla:checks
//nabla:without AVX2 AVX512 NEON
//go:noinline
func PairF32(x, y []float32) float32 { return 0 }

// PairF64 is PairF32 for float64.
//
//go:noinline
func PairF64(x, y []float64) float64 { return 0 }

// RootF32 returns the root, or NaN.
//
//nabla:whole
//nabla:long longRoot
//nabla:else otherRoot
//go:noinline
func RootF32(x []float32) float32 { return 0 }

// RootF64 is RootF32 for float64.
//
//go:noinline
func RootF64(x []float64) float64 { return 0 }

// TotalF32 returns the sum.
//
//nabla:whole
//nabla:variant NEON Tall cores.Active.DotRows == 4
//nabla:long totalLong
//nabla:without AVX2 AVX512
//go:noinline
func TotalF32(x []float32) float32 { return 0 }

// TotalF64 is TotalF32 for float64.
//
//go:noinline
func TotalF64(x []float64) float64 { return 0 }
