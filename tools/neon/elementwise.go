package main

func elementwise(t *target) {}
func optimizer(t *target)   {}
func softmax(t *target)     {}
