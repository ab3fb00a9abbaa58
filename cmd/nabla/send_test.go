package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/ranks"
)

// sending runs a command line on three ranks, of which rank 0 alone has the files in home:
// for others, their paths lead nowhere and standard input is empty.
func sending(t *testing.T, home, stdin string, args ...string) []result {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir())
	results := make([]result, 3)
	var all sync.WaitGroup
	for r, c := range ranks.Goroutines(len(results)) {
		own, in := args, io.Reader(strings.NewReader(stdin))
		if r > 0 {
			own, in = make([]string, len(args)), strings.NewReader("")
			for i, a := range args {
				own[i] = strings.ReplaceAll(a, home, "/nowhere")
			}
		}
		all.Go(func() {
			results[r] = nablaWith(t, context.WithValue(context.Background(), crewKey{}, &crew{Comm: c}), in, own...)
			if results[r].code != exitDone {
				c.Abort(os.ErrProcessDone)
			}
		})
	}
	all.Wait()
	left, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	require.Empty(t, left, "what was sent is removed")
	return results
}

// Ranks that have no files end with the fingerprint of one process, whatever is sent: a
// table and another one to test with, standard input, a folder.
func TestSendData(t *testing.T) {
	home, out := t.TempDir(), t.TempDir()
	table, images := filepath.Join(home, "table.csv"), filepath.Join(home, "images")
	rows, err := os.ReadFile(data("csv_sorted_labels.csv"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(table, rows, 0o600))
	require.NoError(t, os.CopyFS(images, os.DirFS(mnist(t, nil))))
	begin := filepath.Join(home, "begin.safetensors")
	require.Zero(t, nabla(t, "train", table, "--epochs", "1", "--model", begin).code)

	for name, c := range map[string]struct {
		args  []string
		stdin string
	}{
		"tables": {args: []string{table, "--test", table, "--validation", table, "--send-data"}},
		"stdin":  {args: []string{"-"}, stdin: string(rows)},
		"stream": {args: []string{table, "--stream", "--window", "20", "--send-data"}},
		"folder": {args: []string{images, "--send-data"}},
		"digits": {args: []string{"--send-data"}},
		"from":   {args: []string{table, "--from", begin, "--send-data"}},
	} {
		t.Run(name, func(t *testing.T) {
			args := append(append([]string{"train"}, c.args...), "--epochs", "2", "--model", filepath.Join(out, "m"))
			want := nablaWith(t, context.Background(), strings.NewReader(c.stdin), args...)
			require.Zero(t, want.code, want.stderr)
			for r, got := range sending(t, home, c.stdin, args...) {
				require.Zero(t, got.code, "rank %d: %s", r, got.stderr)
				if r == 0 {
					require.Equal(t, fingerprintOf(t, want.stdout), fingerprintOf(t, got.stdout))
				}
			}
		})
	}
	like := []string{"train", "--like", begin, "--send-data", "--model", filepath.Join(out, "m")}
	for r, got := range sending(t, home, "", like...) {
		require.Zero(t, got.code, "rank %d: %s", r, got.stderr)
	}
}

// A file that rank 0 can't read ends all ranks with an error.
func TestSendDataFails(t *testing.T) {
	for r, got := range sending(t, "/nobody", "", "train", filepath.Join(t.TempDir(), "none.csv"), "--send-data", "--model", filepath.Join(t.TempDir(), "m")) {
		require.NotZero(t, got.code)
		if r == 0 {
			require.Contains(t, got.stderr, "none.csv: no such file")
		} else {
			require.Contains(t, got.stderr, "rank 0 can't read them")
		}
	}
}

// What is packed comes out, in several pieces, with empty files and folders.
func TestPack(t *testing.T) {
	dir := t.TempDir()
	big := strings.Repeat("0123456789", pieceBytes/4)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "d", "sub", "empty"), 0o700))
	for name, content := range map[string]string{"one.csv": "1,2\n", "d/big": big, "d/sub/none": ""} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(content), 0o600))
	}
	comms := ranks.Goroutines(2)
	out := t.TempDir()
	var all sync.WaitGroup
	all.Go(func() {
		pipe := &broadcast{Comm: comms[0]}
		require.NoError(t, pipe.finish(pack(pipe, []string{filepath.Join(dir, "one.csv"), filepath.Join(dir, "d")})))
	})
	pipe := &broadcast{Comm: comms[1]}
	paths, err := unpack(pipe, out, 2)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, pipe)
	require.NoError(t, err)
	all.Wait()
	require.Equal(t, []string{filepath.Join(out, "0", "one.csv"), filepath.Join(out, "1", "d")}, paths)
	var found []string
	require.NoError(t, filepath.WalkDir(out, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			content, err := os.ReadFile(path)
			require.NoError(t, err)
			name, err := filepath.Rel(out, path)
			require.NoError(t, err)
			found = append(found, fmt.Sprint(filepath.ToSlash(name), " ", len(content)))
		}
		return err
	}))
	require.Equal(t, []string{"0/one.csv 4", fmt.Sprint("1/d/big ", len(big)), "1/d/sub/none 0"}, found)
	require.DirExists(t, filepath.Join(out, "1", "d", "sub", "empty"))
}
