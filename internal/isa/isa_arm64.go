//go:build !purego

package isa

// detect needs no question: Advanced SIMD with fused multiply-add in single and
// double precision is part of every ARMv8-A that Go runs on.
func detect() []Level { return []Level{NEON, Generic} }
