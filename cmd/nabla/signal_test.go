package main

import (
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What has nothing to put in order ends with the first signal, even while it waits
// for its input.
func TestSignalEndsReading(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("no signal can be sent here")
		return
	}
	path := modelIn(t, "--epochs", "1")
	for _, args := range [][]string{{"predict", path}, {"train", "--data", "/dev/stdin"}} {
		cmd := command(t, nil, args...)
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
}
