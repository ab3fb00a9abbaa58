// Package generic defines every kernel in plain Go. What these functions
// return, bit for bit, is what the assembly of every instruction set returns;
// the words for it stand in the documentation of package kernels.
//
// Kernels are the functions whose names end in F32 or F64; this package is
// also the list of them. Beside them stand the scalar functions that they are
// made of (Exp, Log, …), which the rest of the module uses instead of package
// math wherever a parameter or a cost depends on the result, because package
// math gives different bits on different machines.
//
// Kernels are go:noinline: inlined into another package, the call of their
// generic body would count as one that lets slices escape, and callers' arrays
// would move to the heap.
//
// No API: no checks, no compatibility. Import package kernels instead.
package generic
