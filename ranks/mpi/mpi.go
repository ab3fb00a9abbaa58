//go:build mpi

package mpi

/*
#include <mpi.h>
#include <stdlib.h>

// Names that are macros, which cgo doesn't see, or functions' arguments of types that differ
// between libraries.

static int nabla_init(int *level) {
	int err = MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, level);
	return err != MPI_SUCCESS ? err : MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
}
static int nabla_serialized(int level) { return level >= MPI_THREAD_SERIALIZED; }
static int nabla_rank(int *rank) { return MPI_Comm_rank(MPI_COMM_WORLD, rank); }
static int nabla_size(int *size) { return MPI_Comm_size(MPI_COMM_WORLD, size); }
static int nabla_bcast(void *buf, int n, int root) { return MPI_Bcast(buf, n, MPI_BYTE, root, MPI_COMM_WORLD); }
static int nabla_allgather(void *buf, int *counts, int *offsets) {
	return MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, buf, counts, offsets, MPI_BYTE, MPI_COMM_WORLD);
}
static int nabla_send(void *buf, int n, int to) { return MPI_Send(buf, n, MPI_BYTE, to, 0, MPI_COMM_WORLD); }
static int nabla_recv(void *buf, int n, int from) {
	MPI_Status status;
	int got = 0, err = MPI_Recv(buf, n, MPI_BYTE, from, 0, MPI_COMM_WORLD, &status);
	if (err == MPI_SUCCESS) err = MPI_Get_count(&status, MPI_BYTE, &got);
	return err != MPI_SUCCESS ? err : got == n ? MPI_SUCCESS : MPI_ERR_TRUNCATE;
}
static void nabla_abort(void) { MPI_Abort(MPI_COMM_WORLD, 1); }
static void nabla_text(int err, char *text) {
	int n = 0;
	text[0] = 0;
	MPI_Error_string(err, text, &n);
}
static int nabla_text_size(void) { return MPI_MAX_ERROR_STRING; }
*/
import "C"

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"github.com/nabla-go/nabla/ranks"
)

// Connect connects this process to the others that mpirun, srun or the like has started with
// it. It is called once in a program. The connection also has a Close, after which the
// process can end without ending the others; it waits for them.
func Connect() (*Comm, error) {
	var level, rank, size C.int
	if err := check(C.nabla_init(&level)); err != nil {
		return nil, err
	}
	if C.nabla_serialized(level) == 0 {
		return nil, errors.New("mpi: the library lets only one thread call it: want MPI_THREAD_SERIALIZED")
	}
	if err := check(C.nabla_rank(&rank)); err != nil {
		return nil, err
	}
	if err := check(C.nabla_size(&size)); err != nil {
		return nil, err
	}
	return &Comm{rank: int(rank), size: int(size)}, nil
}

// A Comm is MPI_COMM_WORLD.
type Comm struct{ rank, size int }

var _ ranks.Comm = (*Comm)(nil)

func (c *Comm) Rank() int { return c.rank }
func (c *Comm) Size() int { return c.size }

// Close waits until all ranks have called it.
func (c *Comm) Close() error { return check(C.MPI_Finalize()) }

// Abort prints err and ends the processes of all ranks.
func (c *Comm) Abort(err error) {
	fmt.Fprintf(os.Stderr, "rank %d: %v\n", c.rank, err)
	C.nabla_abort()
}

// piece is the most that one call moves: counts of MPI are of 32 bits.
const piece = 1 << 30

func (c *Comm) Broadcast(root int, buf []byte) error {
	return pieces(buf, func(p unsafe.Pointer, n C.int) C.int { return C.nabla_bcast(p, n, C.int(root)) })
}

func (c *Comm) AllGather(buf []byte, bounds []int) error {
	if len(buf) > piece {
		for r := range c.size {
			if err := c.Broadcast(r, buf[bounds[r]:bounds[r+1]]); err != nil {
				return err
			}
		}
		return nil
	}
	if len(buf) == 0 {
		return nil
	}
	numbers := make([]C.int, 2*c.size)
	counts, offsets := numbers[:c.size], numbers[c.size:]
	for r := range c.size {
		counts[r], offsets[r] = C.int(bounds[r+1]-bounds[r]), C.int(bounds[r])
	}
	return check(C.nabla_allgather(unsafe.Pointer(&buf[0]), &counts[0], &offsets[0]))
}

func (c *Comm) Send(to int, buf []byte) error {
	return pieces(buf, func(p unsafe.Pointer, n C.int) C.int { return C.nabla_send(p, n, C.int(to)) })
}

func (c *Comm) Receive(from int, buf []byte) error {
	return pieces(buf, func(p unsafe.Pointer, n C.int) C.int { return C.nabla_recv(p, n, C.int(from)) })
}

// pieces calls move for one part of buf after the other.
func pieces(buf []byte, move func(p unsafe.Pointer, n C.int) C.int) error {
	for len(buf) > 0 {
		n := min(len(buf), piece)
		if err := check(move(unsafe.Pointer(&buf[0]), C.int(n))); err != nil {
			return err
		}
		buf = buf[n:]
	}
	return nil
}

// check returns what a code of MPI says.
func check(code C.int) error {
	if code == C.MPI_SUCCESS {
		return nil
	}
	text := make([]C.char, C.nabla_text_size())
	C.nabla_text(code, &text[0])
	return fmt.Errorf("mpi: %w: %s", ranks.ErrAborted, C.GoString(&text[0]))
}
