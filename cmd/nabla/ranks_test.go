package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/ranks"
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
// with another number of them.
func TestRanksOfCommand(t *testing.T) {
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

// What one rank can't do, or would do in another way, all say before the first step.
func TestRanksOfCommandFail(t *testing.T) {
	model := filepath.Join(t.TempDir(), "m")
	for want, other := range map[string][]string{
		"rank 2 has not the same as rank 0: option --lr (0.1, and rank 0 has 0)": {"train", "--model", model, "--epochs", "1", "--lr", "0.1"},
		"rank 2 has not the same as rank 0: option --folds (3":                   {"train", "--model", model, "--epochs", "1", "--folds", "3"},
		"rank 2: --data: stat missing.csv":                                       {"train", "missing.csv"},
		"rank 2: unknown flag: --nothing":                                        {"train", "--nothing"},
		"rank 2 does something else (the end) than rank 0 (the first step)":      {"train", "--help"},
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
