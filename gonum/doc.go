// Package gonum is a BLAS for gonum (gonum.org/v1/gonum) on the kernels of nabla. One
// call of [Use] and everything in gonum that multiplies or factorises real matrices runs
// on them: mat, lapack64, stat, optimize.
//
// [BLAS] has all of blas.Float32 and blas.Float64, levels 1 to 3, with all increments,
// triangles and transposes. What has a kernel, or is worth putting together from kernels,
// runs on kernels; the rest, and complex numbers, is gonum's own implementation, which BLAS
// embeds: banded and packed matrices, rotations, norms, level 1 with increments, and what is
// too small to gain.
//
// Results differ from gonum's in the last bits, because sums are in another order and
// multiply-adds are fused. What runs on kernels alone has the same bits on AVX2, AVX-512,
// NEON and in plain Go, at any GOMAXPROCS: Gemm at any size; Dot, Axpy and Scal of 32 or more
// elements without increments; from 1024 elements of the matrix on Gemv, Ger, Syr, Syr2, Trmm
// and Trsm; from 13 rows and columns on Symm, Syrk and Syr2k. Small calls and parts of Symv,
// Trmv and Trsv are gonum's assembly, which has other bits than its plain Go. Gonum skips
// terms whose factor in A is 0; kernels don't, so 0·NaN and 0·Inf are NaN here.
//
// Wrong arguments go to gonum's own implementation before anything is written, and panic
// there with gonum's messages. Operands that overlap in ways that kernels refuse go there
// too, or are copied.
//
// Large products use as many goroutines as GOMAXPROCS allows, like gonum's.
//
// [Dense] and [Matrix] turn a kernels.Matrix into a mat.Dense and back, [General32] and
// [Matrix32] into a blas32.General and back, all without copying; a blas64.General is
// converted.
package gonum
