package main
func gemm(t *target) {}
