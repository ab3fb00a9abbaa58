package main

import (
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A command that has nothing to put in order ends with the first signal, even while
// it waits for its input.
func TestSignalEndsPredict(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("no signal can be sent here")
		return
	}
	cmd := command(t, nil, "predict", modelIn(t, "--epochs", "1"))
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	rows := strings.Repeat(strings.Repeat("0,", 63)+"0\n", 10_000) // more than a pipe holds
	_, err = stdin.Write([]byte(rows))
	require.NoError(t, err) // so the command reads
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	defer time.AfterFunc(time.Minute, func() { cmd.Process.Kill() }).Stop() // if it doesn't end
	require.EqualError(t, cmd.Wait(), "signal: terminated")
}
