package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/nabla-go/nabla/checkpoint"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/ranks"
	"github.com/nabla-go/nabla/train"
)

// connectRanks connects the processes that a launcher has started together. It is nil in a
// program that is built without the tag mpi.
var connectRanks func() (connection, error)

// A connection is a Comm that ends together with those of the other ranks.
type connection interface {
	ranks.Comm
	Close() error
}

// launched returns the number of processes that a launcher of MPI has started together with
// this one, which is the given one of them; 0 if there is no launcher.
func launched(getenv func(string) string) (size, rank int) {
	for _, names := range [][2]string{
		{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"}, // Open MPI
		{"PMI_SIZE", "PMI_RANK"},                         // MPICH and those that follow it, srun --mpi=pmi2
	} {
		size, err := strconv.Atoi(getenv(names[0]))
		if err != nil {
			continue
		}
		rank, _ := strconv.Atoi(getenv(names[1]))
		return size, rank
	}
	if rank, err := strconv.Atoi(getenv("PMIX_RANK")); err == nil { // srun --mpi=pmix
		size, _ := strconv.Atoi(getenv("SLURM_NTASKS"))
		return size, rank
	}
	return 0, 0
}

// unconnected returns, for the first of several processes that srun has started, their number.
func unconnected(getenv func(string) string) int {
	n, _ := strconv.Atoi(getenv("SLURM_STEP_NUM_TASKS"))
	if n > 1 && getenv("SLURM_PROCID") == "0" {
		return n
	}
	return 0
}

// runRanks is run for a process that a launcher may have started with others. Only rank 0
// prints and writes files.
func runRanks(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	size, rank := launched(os.Getenv)
	if n := unconnected(os.Getenv); size == 0 && n > 0 {
		fmt.Fprintf(stderr, "nabla: note: srun has started %d processes without MPI, and each of them works alone: srun --mpi=pmix (Open MPI) or --mpi=pmi2 (MPICH) lets them work together\n", n)
	}
	switch {
	case size == 0 || size == 1 && connectRanks == nil:
		return run(context.Background(), args, stdin, stdout, stderr)
	case connectRanks == nil:
		if rank == 0 {
			fmt.Fprintf(stderr, "nabla: %d processes were started to work together, which takes MPI: build the program with go build -tags mpi ./cmd/nabla\n", size)
		}
		return exitFailed
	}
	conn, err := connectRanks()
	if err != nil {
		fmt.Fprintf(stderr, "nabla: rank %d: %v\n", rank, err)
		return exitFailed
	}
	if conn.Rank() > 0 {
		stdout, stderr = io.Discard, io.Discard
	}
	code := run(context.WithValue(context.Background(), crewKey{}, &crew{Comm: &watched{Comm: conn}}), args, stdin, stdout, stderr)
	closed := make(chan error, 1)
	go func() { closed <- conn.Close() }()
	if code == exitDone {
		<-closed
		return code
	}
	select { // others may not know of the error, and wait for this rank: then its end ends them
	case <-closed:
	case <-time.After(patience):
	}
	return code
}

// patience is how long a rank that has failed waits for the others to fail as well.
const patience = 2 * time.Second

// A crew is the ranks that run this command together; nil is one process alone.
type crew struct {
	ranks.Comm
	settled bool
}

type crewKey struct{}

func crewOf(ctx context.Context) *crew {
	c, _ := ctx.Value(crewKey{}).(*crew)
	return c
}

// writes reports whether this process prints and writes files.
func (c *crew) writes() bool { return c == nil || c.Rank() == 0 }

// leave ends the process once the other ranks don't answer any more and the training hasn't
// ended. It returns at once, and is for a rank that a signal has told to end.
func (c *crew) leave(ended <-chan struct{}) {
	if c == nil {
		return
	}
	if w, ok := c.Comm.(*watched); ok {
		go w.leave(ended, os.Stderr, os.Exit)
	}
}

// settle returns err or, if that is nil, the error that another rank has at the same place.
func (c *crew) settle(place string, err error) error {
	if c == nil {
		return err
	}
	c.settled = true
	text := place + "\x00"
	if err != nil {
		text += err.Error()
	}
	all, failed := ranks.GatherText(c, text)
	if err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	for r, text := range all {
		at, message, _ := strings.Cut(text, "\x00")
		if message != "" {
			return fmt.Errorf("rank %d: %s", r, message)
		}
		if at != place {
			return fmt.Errorf("rank %d does something else (%s) than rank %d (%s): want the same command line for all ranks", r, at, c.Rank(), place)
		}
	}
	return nil
}

// end settles err, with which the command ends, if that hasn't been done before.
func (c *crew) end(err error) error {
	if c == nil || c.settled {
		return err
	}
	return c.settle("the end", err)
}

// sameTraining returns an error if the ranks are about to do different trainings.
func (t *training[T]) sameTraining(flags *pflag.FlagSet, files []model.DataFile) error {
	if t.crew == nil {
		return nil
	}
	key := t.keyOf(flags, files)
	items := []ranks.Item{
		{Name: "the program", Value: program()},
		{Name: "option --resume", Value: strconv.FormatBool(t.record.resume)},
		{Name: "option --folds", Value: strconv.Itoa(t.folds)},
	}
	for _, name := range slices.Sorted(maps.Keys(key)) {
		items = append(items, ranks.Item{Name: name, Value: key[name]})
	}
	return ranks.Agree(t.crew, items)
}

// shareState gives the trainers of all ranks the state that rank 0 goes on from, if there is one.
func shareState[T kernels.Float](c *crew, trainer *train.Trainer[T], key checkpoint.Key, resumed *train.State[T]) error {
	var buf bytes.Buffer
	if resumed != nil {
		if err := checkpoint.Write(&buf, key, resumed); err != nil {
			return err
		}
	}
	all, err := ranks.GatherText(c, buf.String())
	if err != nil || c.writes() || all[0] == "" {
		return err
	}
	state, err := checkpoint.Read[T]([]byte(all[0]), key)
	if err != nil {
		return err
	}
	return trainer.Restore(state)
}
