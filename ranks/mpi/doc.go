// Package mpi connects ranks by MPI, of which Open MPI and MPICH have been tried. Its code is
// there with the build tag mpi only, because it needs cgo and the library: nothing that is
// built without the tag notices it.
//
//	go build -tags mpi ./cmd/nabla
//
// asks pkg-config for the library that it calls mpi. Where pkg-config knows none, the tag
// mpicc beside mpi leaves that to the compiler:
//
//	CC=mpicc go build -tags mpi,mpicc ./cmd/nabla
package mpi
