// Package cpeer calls OpenBLAS, MKL, libmvec and SLEEF, and has a plain trainer in C on
// OpenBLAS. All loops are in C: a timed block is one call.
//
// It needs libopenblas-dev, libsleef-dev and GCC. MKL is loaded only if it is asked for.
package cpeer

/*
#cgo CFLAGS: -Ofast
#cgo LDFLAGS: -lopenblas -lsleef -ldl -lm
#include <cblas.h>
#include <stdlib.h>
#include "cpeer.h"
*/
import "C"

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"unsafe"

	"github.com/nabla-go/nabla/kernels"
)

// Fresh starts the program anew if the environment tells OpenBLAS which kernels to
// use: it reads that before main, and its own choice is what counts here.
func Fresh() error {
	found := false
	for _, name := range []string{"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"} {
		if _, ok := os.LookupEnv(name); ok {
			os.Unsetenv(name)
			found = true
		}
	}
	if !found {
		return nil
	}
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	return syscall.Exec(exe, os.Args, os.Environ())
}

// OpenBLAS returns its version and the name of the kernels that it has chosen.
func OpenBLAS() (config, core string) {
	return C.GoString(C.openblas_get_config()), C.GoString(C.openblas_get_corename())
}

// A BLAS is one of the libraries.
type BLAS C.int

const (
	OfOpenBLAS BLAS = C.CPEER_OPENBLAS
	OfMKL      BLAS = C.CPEER_MKL
)

// LoadMKL loads MKL's libmkl_rt.so from a file, for one thread.
func LoadMKL(path string) error {
	os.Setenv("MKL_THREADING_LAYER", "SEQUENTIAL") // or it would want a library of OpenMP
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	if wrong := C.cpeer_load_mkl(name); wrong != nil {
		return errors.New(C.GoString(wrong))
	}
	return nil
}

// MKLVersion returns MKL's version, such as 2026.2, or "" if it isn't loaded.
func MKLVersion() string {
	_, version, _ := strings.Cut(C.GoString(C.cpeer_mkl_version()), "Version ")
	version, _, _ = strings.Cut(version, "-")
	return version
}

// VML sets dst to the function of z that name tells, times times, with MKL, and reports
// whether that is loaded and has it.
func VML(times int, name string, dst, z []float32) bool {
	return C.cpeer_vml(C.int(times), functions[name], C.int(len(z)), p[f32](dst), p[f32](z)) != 0
}

// Threads sets how many threads OpenBLAS may use.
func Threads(n int) { C.openblas_set_num_threads(C.int(n)) }

type (
	f32 = C.float
	f64 = C.double
)

// p returns a pointer to the first element, as C sees it.
func p[C, T any](x []T) *C { return (*C)(unsafe.Pointer(unsafe.SliceData(x))) }

func is32[T kernels.Float]() bool { return unsafe.Sizeof(T(0)) == 4 }

func flag(t kernels.Transpose) C.int {
	if t == kernels.Trans {
		return 1
	}
	return 0
}

// Gemv sets y = op(A)·x, times times.
func Gemv[T kernels.Float](l BLAS, times int, trans kernels.Transpose, a kernels.Matrix[T], x, y []T) {
	if is32[T]() {
		C.cpeer_sgemv(C.int(l), C.int(times), flag(trans), C.int(a.Rows), C.int(a.Cols), p[f32](a.Data), C.int(a.Stride), p[f32](x), p[f32](y))
	} else {
		C.cpeer_dgemv(C.int(l), C.int(times), flag(trans), C.int(a.Rows), C.int(a.Cols), p[f64](a.Data), C.int(a.Stride), p[f64](x), p[f64](y))
	}
}

// Ger adds alpha·x·yᵀ to A, times times.
func Ger[T kernels.Float](l BLAS, times int, alpha T, x, y []T, a kernels.Matrix[T]) {
	if is32[T]() {
		C.cpeer_sger(C.int(l), C.int(times), C.int(a.Rows), C.int(a.Cols), f32(alpha), p[f32](x), p[f32](y), p[f32](a.Data), C.int(a.Stride))
	} else {
		C.cpeer_dger(C.int(l), C.int(times), C.int(a.Rows), C.int(a.Cols), f64(alpha), p[f64](x), p[f64](y), p[f64](a.Data), C.int(a.Stride))
	}
}

// Gemm sets C = alpha·op(A)·op(B) + beta·C, times times. op(A) has k columns.
func Gemm[T kernels.Float](l BLAS, times int, ta, tb kernels.Transpose, k int, alpha T, a, b kernels.Matrix[T], beta T, c kernels.Matrix[T]) {
	if is32[T]() {
		C.cpeer_sgemm(C.int(l), C.int(times), flag(ta), flag(tb), C.int(c.Rows), C.int(c.Cols), C.int(k), f32(alpha), p[f32](a.Data), C.int(a.Stride), p[f32](b.Data), C.int(b.Stride), f32(beta), p[f32](c.Data), C.int(c.Stride))
	} else {
		C.cpeer_dgemm(C.int(l), C.int(times), flag(ta), flag(tb), C.int(c.Rows), C.int(c.Cols), C.int(k), f64(alpha), p[f64](a.Data), C.int(a.Stride), p[f64](b.Data), C.int(b.Stride), f64(beta), p[f64](c.Data), C.int(c.Stride))
	}
}

// Dot computes the dot product of x and y, times times.
func Dot[T kernels.Float](l BLAS, times int, x, y []T) {
	if is32[T]() {
		C.cpeer_sdot(C.int(l), C.int(times), C.int(len(x)), p[f32](x), p[f32](y))
	} else {
		C.cpeer_ddot(C.int(l), C.int(times), C.int(len(x)), p[f64](x), p[f64](y))
	}
}

// Axpy adds alpha·x to y, times times.
func Axpy[T kernels.Float](l BLAS, times int, alpha T, x, y []T) {
	if is32[T]() {
		C.cpeer_saxpy(C.int(l), C.int(times), C.int(len(x)), f32(alpha), p[f32](x), p[f32](y))
	} else {
		C.cpeer_daxpy(C.int(l), C.int(times), C.int(len(x)), f64(alpha), p[f64](x), p[f64](y))
	}
}

// Scal multiplies x by alpha, times times.
func Scal[T kernels.Float](l BLAS, times int, alpha T, x []T) {
	if is32[T]() {
		C.cpeer_sscal(C.int(l), C.int(times), C.int(len(x)), f32(alpha), p[f32](x))
	} else {
		C.cpeer_dscal(C.int(l), C.int(times), C.int(len(x)), f64(alpha), p[f64](x))
	}
}

// functions are those that LibMvec and SLEEF know.
var functions = map[string]C.int{
	"Exp": C.CPEER_EXP, "Log": C.CPEER_LOG, "Sigmoid": C.CPEER_SIGMOID, "Tanh": C.CPEER_TANH, "ReLU": C.CPEER_RELU,
}

// Elementwise reports whether LibMvec and SLEEF know a function.
func Elementwise(name string) bool { _, ok := functions[name]; return ok }

// LibMvec sets dst to the function of z that name tells, times times, and reports
// whether this machine can.
func LibMvec(times int, name string, dst, z []float32) bool {
	return C.cpeer_libmvec(C.int(times), functions[name], C.int(len(z)), p[f32](dst), p[f32](z)) != 0
}

// SLEEF does the same with SLEEF.
func SLEEF(times int, name string, dst, z []float32) bool {
	return C.cpeer_sleef(C.int(times), functions[name], C.int(len(z)), p[f32](dst), p[f32](z)) != 0
}
