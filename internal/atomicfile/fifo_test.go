//go:build linux || darwin

package atomicfile

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A named pipe is not opened before there is a model for it: that would wait for a
// reader, and end the pipe for it.
func TestWriteToNamedPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	waits := time.AfterFunc(time.Minute, func() { os.ReadFile(path) })
	requireWritable(t, path)
	require.True(t, waits.Stop(), "Check waited for a reader")

	written := make(chan error)
	go func() { written <- Write(path, text("model")) }()
	requireContent(t, path, "model")
	require.NoError(t, <-written)
}
