//go:build linux || darwin

package model

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Who reads a model from a named pipe gets the model, not the end of a trial.
func TestWriteFileToNamedPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	got := make(chan string)
	go func() {
		b, _ := os.ReadFile(path)
		got <- string(b)
	}()
	require.NoError(t, CheckWritable(path))
	go WriteFile(path, []byte("model"))
	require.Equal(t, "model", <-got)
}
