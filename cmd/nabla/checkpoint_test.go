package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fingerprintOf returns the line of the fingerprint.
func fingerprintOf(t *testing.T, out string) string {
	t.Helper()
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "fingerprint") {
			return line
		}
	}
	t.Fatalf("no fingerprint in %q", out)
	return ""
}

// However often a training is killed, and on whichever instruction set and with however many
// threads it goes on, its fingerprint and its log are those of a training that nobody
// killed. NABLA_KILLS asks for more kills than a few.
func TestKills(t *testing.T) {
	kills := 4
	fmt.Sscan(os.Getenv("NABLA_KILLS"), &kills)
	dir := t.TempDir()
	trainings := [][]string{
		{"--epochs", "8"},
		{"--epochs", "8", "--optimizer", "sgd", "--hidden", "30,20", "--activation", "sigmoid", "--batch", "7"},
		{"--epochs", "6", "--precision", "f64", "--draw", "500"},
		{circles(t, 3000), "--stream", "--window", "700", "--epochs", "6"},
	}
	if testing.Short() {
		trainings = trainings[:1]
	}
	for i, options := range trainings {
		model := filepath.Join(dir, "m")
		whole, log := filepath.Join(dir, fmt.Sprint("whole", i)), filepath.Join(dir, fmt.Sprint("log", i))
		want := nabla(t, append([]string{"train", "--model", model, "--log", whole, "--log-every", "64"}, options...)...)
		require.Zero(t, want.code, want.stderr)
		folder := filepath.Join(dir, fmt.Sprint("checkpoints", i))
		for kill := range kills/len(trainings) + 1 {
			cmd := command(t, nil, append([]string{
				"train", "--model", model, "--log", log, "--log-every", "64", "--threads", fmt.Sprint(1 + kill%2),
				"--checkpoint", folder, "--resume", "--checkpoint-every", "20steps",
			}, options...)...)
			if kill%2 == 1 {
				cmd.Env = append(cmd.Environ(), "NABLA_ISA=generic")
			}
			require.NoError(t, cmd.Start())
			time.Sleep(time.Duration(rand.IntN(250)) * time.Millisecond)
			cmd.Process.Kill()
			cmd.Wait()
		}
		got := nabla(t, append([]string{
			"train", "--model", model, "--log", log, "--log-every", "64", "--checkpoint", folder, "--resume",
		}, options...)...)
		require.Zero(t, got.code, got.stderr)
		require.Equal(t, fingerprintOf(t, want.stdout), fingerprintOf(t, got.stdout))
		requireSameFile(t, whole, log)
	}
}

func requireSameFile(t *testing.T, a, b string) {
	t.Helper()
	x, err := os.ReadFile(a)
	require.NoError(t, err)
	y, err := os.ReadFile(b)
	require.NoError(t, err)
	require.Equal(t, string(x), string(y))
}

// A folder with checkpoints isn't overwritten, other options and data are refused by name,
// and a torn checkpoint is said and left out.
func TestCheckpointRefusals(t *testing.T) {
	dir := t.TempDir()
	folder, model := filepath.Join(dir, "c"), filepath.Join(dir, "m")
	args := []string{"train", "--model", model, "--epochs", "2", "--checkpoint", folder, "--checkpoint-every", "1epochs"}
	first := nabla(t, append(args, "--resume")...)
	require.Zero(t, first.code, first.stderr)
	require.Contains(t, first.stderr, "has no checkpoint: the training begins at its beginning")

	again := nabla(t, args...)
	require.Equal(t, exitFailed, again.code)
	require.Contains(t, again.stderr, "there are checkpoints already: want --resume")
	other := nabla(t, append(args, "--resume", "--seed", "2")...)
	require.Equal(t, exitFailed, other.code)
	require.Contains(t, other.stderr, `its option --seed is "1", and this training's is "2"`)
	lone := nabla(t, "train", "--resume")
	require.Equal(t, exitUsage, lone.code)

	entries, err := filepath.Glob(filepath.Join(folder, "step-*"))
	require.NoError(t, err)
	newest := entries[len(entries)-1]
	require.NoError(t, os.Truncate(newest, 1000))
	torn := nabla(t, append(args, "--resume")...)
	require.Zero(t, torn.code, torn.stderr)
	require.Contains(t, torn.stderr, newest+" is not whole and is left out")
	require.Equal(t, fingerprintOf(t, first.stdout), fingerprintOf(t, torn.stdout))
}

// A signal ends a training with a checkpoint, also before the first epoch has ended.
func TestSignalSaves(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signal can be sent here")
	}
	for _, s := range endSignals() {
		folder := filepath.Join(t.TempDir(), "c")
		cmd := command(t, nil, "train", "--model", filepath.Join(t.TempDir(), "m"), "--epochs", "1000000",
			"--checkpoint", folder, "--checkpoint-every", "1steps")
		require.NoError(t, cmd.Start())
		kill := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
		for {
			if all, _ := filepath.Glob(filepath.Join(folder, "step-*")); len(all) > 0 {
				break
			}
			time.Sleep(time.Millisecond)
		}
		require.NoError(t, cmd.Process.Signal(s))
		err := cmd.Wait()
		require.EqualError(t, err, "exit status 1", s)
		kill.Stop()
	}
}

func TestAudit(t *testing.T) {
	dir := t.TempDir()
	log, other := filepath.Join(dir, "log"), filepath.Join(dir, "other")
	made := nabla(t, "train", "--model", filepath.Join(dir, "m"), "--epochs", "3", "--log", log, "--log-every", "32")
	require.NotContains(t, made.stderr, "no line")
	require.Zero(t, made.code, made.stderr)
	whole := nabla(t, "audit", log)
	require.Zero(t, whole.code, whole.stderr)
	require.Contains(t, whole.stdout, "4 lines agree, to step 128")

	b, err := os.ReadFile(log)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(other, []byte(strings.Replace(string(b), `"step":96,"epoch":3`, `"step":96,"epoch":2`, 1)), 0o600))
	for _, args := range [][]string{{"audit", other}, {"audit", log, other}, {"audit", other, "--from", "70"}} {
		r := nabla(t, args...)
		require.Equal(t, exitFailed, r.code)
		require.Contains(t, r.stderr, "the first line that differs is that of step 96: they part after step 64, at step 96 or before")
	}
}

// A log without a line is told of when it is written, not only when it is wanted.
func TestAuditOfShortTraining(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	made := nabla(t, "train", "--model", filepath.Join(t.TempDir(), "m"), "--epochs", "1", "--log", log)
	require.Equal(t, exitDone, made.code, made.stderr)
	require.Regexp(t, `note: the log has no line: the training has \d+ steps, and a line stands after every 256 \(--log-every\)\n`, made.stderr)
	r := nabla(t, "audit", log)
	require.Equal(t, exitFailed, r.code)
	require.Contains(t, r.stderr, "there is no line to check: a line stands after every 256 steps (nabla train --log-every has it in other steps)")
}

// Cross-validation says how each fold went and changes nothing about the model.
func TestFoldsOfCommand(t *testing.T) {
	args := []string{"train", "--model", filepath.Join(t.TempDir(), "m"), "--epochs", "2"}
	plain, folds := nabla(t, args...), nabla(t, append(args, "--folds", "3")...)
	require.Zero(t, folds.code, folds.stderr)
	require.Equal(t, 3, strings.Count(folds.stdout, " of 3         accuracy "), folds.stdout)
	require.Contains(t, folds.stdout, "over the folds     accuracy 0.8477, standard deviation 0.0111")
	require.Equal(t, fingerprintOf(t, plain.stdout), fingerprintOf(t, folds.stdout))
}
