package main

import "github.com/nabla-go/nabla/internal/isa"

func compareTraining(nets, batches string, threads int, level isa.Level, rounds int, asJSON bool) error { return nil }
