//go:build js || wasip1

package main

import (
	"os"
	"syscall"
)

// endSignals returns the signals that end a training. There is no terminal here that could
// hang up.
func endSignals() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }

// keepTraining has nothing to do: no pipe breaks.
func keepTraining() {}
