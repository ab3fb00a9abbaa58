package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	stdnet "net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/internal/rankcost"
	"github.com/nabla-go/nabla/ranks"
	"github.com/nabla-go/nabla/ranks/tcp"
)

// together runs a command line on several ranks, which are goroutines of this process.
func together(t *testing.T, size int, args func(rank int) []string) []result {
	t.Helper()
	results := make([]result, size)
	var all sync.WaitGroup
	for r, c := range ranks.Goroutines(size) {
		all.Go(func() {
			ctx := context.WithValue(context.Background(), crewKey{}, &crew{Comm: c})
			results[r] = nablaWith(t, ctx, strings.NewReader(""), args(r)...)
			if results[r].code != exitDone {
				c.Abort(os.ErrProcessDone)
			}
		})
	}
	all.Wait()
	return results
}

// Several ranks write one model with the fingerprint of one process, and a training goes on
// with another number of them; also where each has a part of the optimizer's state.
func TestRanksOfCommand(t *testing.T) {
	for name, way := range map[string]rankcost.Way{"whole": rankcost.Whole, "rows": rankcost.Rows, "sums": rankcost.Sums} {
		t.Run(name, func(t *testing.T) {
			defer rankcost.Force(rankcost.Always(way))()
			testRanksOfCommand(t)
		})
	}
}

func testRanksOfCommand(t *testing.T) {
	dir := t.TempDir()
	folder, model := filepath.Join(dir, "c"), filepath.Join(dir, "m")
	args := []string{"train", "--epochs", "3", "--dropout", "0.2", "--model", model}
	want := nabla(t, append(args, "--log", filepath.Join(dir, "whole"))...)
	require.Zero(t, want.code, want.stderr)
	require.NoError(t, os.Remove(model))

	args = append(args, "--checkpoint", folder, "--checkpoint-every", "40steps", "--log", filepath.Join(dir, "log"))
	for r, got := range together(t, 3, func(int) []string { return args }) {
		require.Zero(t, got.code, got.stderr)
		if r > 0 {
			require.NotContains(t, got.stdout, "fingerprint")
			continue
		}
		require.Equal(t, fingerprintOf(t, want.stdout), fingerprintOf(t, got.stdout))
	}
	require.FileExists(t, model)

	entries, err := filepath.Glob(filepath.Join(folder, "step-*"))
	require.NoError(t, err)
	require.Greater(t, len(entries), 1)
	for _, path := range entries[1:] {
		require.NoError(t, os.Remove(path))
	}
	got := together(t, 2, func(int) []string { return append(args[:len(args):len(args)], "--resume") })
	require.Zero(t, got[0].code, got[0].stderr)
	require.Zero(t, got[1].code, got[1].stderr)
	require.Contains(t, got[0].stderr, "going on after step")
	require.Equal(t, fingerprintOf(t, want.stdout), fingerprintOf(t, got[0].stdout))
	requireSameFile(t, filepath.Join(dir, "whole"), filepath.Join(dir, "log"))
}

// hub is the environment variable with the address at which the ranks of a test meet.
const hub = "NABLA_TEST_HUB"

// connectAsTest has a process that is started with hub connected by TCP.
func connectAsTest() {
	address := os.Getenv(hub)
	if address == "" {
		return
	}
	connectRanks = func() (connection, error) {
		size, rank := launched(os.Getenv)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		return tcp.Connect(ctx, address, rank, size)
	}
}

// A job is some ranks that are processes.
type job struct {
	ranks  []*exec.Cmd
	stdout bytes.Buffer  // of rank 0
	began  chan struct{} // closed when rank 0 has said something
	ended  []chan error  // receives how each rank has ended
}

// start starts size ranks. Those with an odd number are run by the words of the environment
// variable NABLA_TEST_OTHER, which may be an emulator and a test binary for it.
func start(t *testing.T, size int, args ...string) *job {
	t.Helper()
	l, err := stdnet.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())
	j := &job{began: make(chan struct{})}
	for r := range size {
		env := []string{hub + "=" + address, fmt.Sprint("PMI_SIZE=", size), fmt.Sprint("PMI_RANK=", r)}
		cmd := command(t, env, args...)
		if other := strings.Fields(os.Getenv("NABLA_TEST_OTHER")); r%2 == 1 && len(other) > 0 {
			cmd.Path, cmd.Args = exec.Command(other[0]).Path, append(other, args...)
		} else if r%2 == 1 {
			cmd.Env = append(cmd.Env, "NABLA_ISA=generic")
		}
		if r == 0 {
			first := onFirst(func() { close(j.began) })
			cmd.Stdout, cmd.Stderr = &j.stdout, &first
		}
		ended := make(chan error, 1)
		require.NoError(t, cmd.Start())
		go func() { ended <- cmd.Wait() }()
		j.ranks, j.ended = append(j.ranks, cmd), append(j.ended, ended)
	}
	return j
}

// onFirst calls f with the first Write.
type onFirst func()

func (f *onFirst) Write(b []byte) (int, error) {
	if *f != nil {
		(*f)()
	}
	*f = nil
	return len(b), nil
}

// wait waits until all ranks have ended and returns how.
func (j *job) wait(t *testing.T) (errs []error) {
	t.Helper()
	for r, ended := range j.ended {
		select {
		case err := <-ended:
			errs = append(errs, err)
		case <-time.After(5 * time.Minute):
			t.Fatalf("rank %d is still there", r)
		}
	}
	return errs
}

// However often a rank is killed, all end, and a training goes on with another number of
// ranks to the fingerprint of one that nobody killed. NABLA_KILLS asks for more kills.
func TestRankKills(t *testing.T) {
	kills := 3
	if testing.Short() {
		kills = 1
	}
	fmt.Sscan(os.Getenv("NABLA_KILLS"), &kills)
	dir := t.TempDir()
	args := []string{"train", "--epochs", "6", "--threads", "1", "--model", filepath.Join(dir, "m")}
	want := nabla(t, args...)
	require.Zero(t, want.code, want.stderr)
	args = append(args, "--checkpoint", filepath.Join(dir, "c"), "--checkpoint-every", "10steps", "--resume")
	for kill := range kills {
		j := start(t, 2+kill%3, args...)
		select {
		case <-j.began:
		case <-time.After(5 * time.Minute):
			t.Fatal("no rank has begun")
		}
		time.Sleep(time.Duration(rand.IntN(200)) * time.Millisecond)
		j.ranks[rand.IntN(len(j.ranks))].Process.Kill()
		j.wait(t)
	}
	j := start(t, 3, args...)
	for r, err := range j.wait(t) {
		require.NoError(t, err, "rank %d", r)
	}
	require.Equal(t, fingerprintOf(t, want.stdout), fingerprintOf(t, j.stdout.String()))
}

// What one rank can't do, or would do in another way, all say before the first step.
func TestRanksOfCommandFail(t *testing.T) {
	model := filepath.Join(t.TempDir(), "m")
	for want, other := range map[string][]string{
		"rank 2 has not the same as rank 0: option --lr (0.1, and rank 0 has 0)": {"train", "--model", model, "--epochs", "1", "--lr", "0.1"},
		"rank 2 has not the same as rank 0: option --folds (3":                   {"train", "--model", model, "--epochs", "1", "--folds", "3"},
		"rank 2: missing.csv: no such file or directory":                         {"train", "missing.csv"},
		"rank 2: unknown flag: --nothing":                                        {"train", "--nothing"},
		"rank 2 does something else (the end) than rank 0 (sending files: none)": {"train", "--help"},
		"rank 2: only train runs on several ranks":                               {"doctor"},
	} {
		results := together(t, 3, func(rank int) []string {
			if rank == 2 {
				return other
			}
			return []string{"train", "--model", model, "--epochs", "1"}
		})
		for r, got := range results {
			require.NotZero(t, got.code, "rank %d", r)
		}
		require.Contains(t, results[0].stderr, want)
		require.NoFileExists(t, model)
	}
}

// Only what the launchers of MPI set makes a process one of several.
func TestLaunched(t *testing.T) {
	for _, c := range []struct {
		env        map[string]string
		size, rank int
	}{
		{nil, 0, 0},
		{map[string]string{"SLURM_NTASKS": "8"}, 0, 0}, // a script of sbatch, without srun
		{map[string]string{"OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "3", "PMIX_RANK": "3"}, 4, 3},
		{map[string]string{"PMI_SIZE": "2", "PMI_RANK": "1"}, 2, 1},
		{map[string]string{"PMIX_RANK": "5", "SLURM_NTASKS": "8"}, 8, 5},
	} {
		size, rank := launched(func(name string) string { return c.env[name] })
		require.Equal(t, []int{c.size, c.rank}, []int{size, rank}, "%v", c.env)
	}
}

// Processes that srun starts without MPI work alone, and the first of them says so.
func TestUnconnected(t *testing.T) {
	for rank, want := range []string{"note: srun has started 3 processes without MPI", ""} {
		cmd := command(t, []string{"SLURM_STEP_NUM_TASKS=3", fmt.Sprint("SLURM_PROCID=", rank)}, "--version")
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		require.NoError(t, cmd.Run())
		require.Contains(t, stderr.String(), want)
		require.Equal(t, want == "", stderr.Len() == 0)
	}
}

// A program without MPI says how to build one with it, once.
func TestRanksWithoutMPI(t *testing.T) {
	if connectRanks != nil {
		t.Skip("this program has MPI")
	}
	for rank, words := range []string{"build the program with go build -tags mpi ./cmd/nabla", ""} {
		t.Setenv("PMI_SIZE", "2")
		t.Setenv("PMI_RANK", string(rune('0'+rank)))
		cmd := command(t, nil, "train", "--epochs", "1")
		out, err := cmd.CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(out), words)
		require.Equal(t, words == "", len(out) == 0)
	}
}
