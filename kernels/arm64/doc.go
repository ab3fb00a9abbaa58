// Package arm64 holds the kernels' assembly for ARMv8-A with NEON. Every
// function does, bit for bit, what the function of that name without NEON in
// package generic does.
//
// No API: no checks, no compatibility. Import package kernels instead.
package arm64
