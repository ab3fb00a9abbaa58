//go:build mpi && !mpicc

package mpi

// #cgo pkg-config: mpi
import "C"
