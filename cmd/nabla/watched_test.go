package main

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/ranks"
)

// A rank that is to end leaves when the others don't answer, and not before.
func TestWatched(t *testing.T) {
	comms := ranks.Goroutines(2)
	w := &watched{Comm: comms[0]}
	require.False(t, w.silent(time.Now().Add(time.Hour)), "no call is being made")

	go comms[1].Send(0, []byte{7})
	require.NoError(t, w.Receive(1, make([]byte, 1)))
	require.False(t, w.silent(time.Now().Add(time.Hour)), "the call has ended")
	require.Positive(t, w.longest)

	w.longest = time.Minute
	waiting := make(chan error)
	go func() { waiting <- w.Receive(1, make([]byte, 1)) }()
	for !w.silent(time.Now().Add(time.Hour)) { // until the call has begun
		time.Sleep(time.Millisecond)
	}
	require.False(t, w.silent(time.Now().Add(2*time.Minute)))
	require.True(t, w.silent(time.Now().Add(4*time.Minute)))

	w.mu.Lock()
	w.longest, w.began = 0, time.Now().Add(-time.Hour)
	w.mu.Unlock()
	var said bytes.Buffer
	code := 0
	w.leave(nil, &said, func(c int) { code = c })
	require.Equal(t, exitFailed, code)
	require.Contains(t, said.String(), "rank 0: the other ranks don't answer")
	w.mu.Lock()
	w.began = time.Time{}
	w.mu.Unlock()
	ended := make(chan struct{})
	close(ended)
	w.leave(ended, nil, nil)
	comms[1].Abort(errors.New("no more"))
	require.Error(t, <-waiting)
}
