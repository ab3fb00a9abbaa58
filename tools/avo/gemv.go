package main
func gemv(t *target) {}
