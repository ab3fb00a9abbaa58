// Package generic defines every kernel in plain Go. What these functions
// return, bit for bit, is what the assembly of every instruction set returns;
// the words for it stand in the documentation of package kernels.
//
// Kernels are the functions whose names end in F32 or F64; this package is
// also the list of them. The functions of one number that elementwise kernels
// apply to every element stand in internal/scalar.
//
// Kernels are go:noinline: inlined into another package, the call of their
// generic body would count as one that lets slices escape, and callers' arrays
// would move to the heap.
//
// No API: no checks, no compatibility. Import package kernels instead.
package generic
