//go:build !js && !wasip1

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// hangup is the signal of a terminal that goes away.
var hangup = []os.Signal{syscall.SIGHUP}

// keepTraining lets a reader of results that goes away end the printing alone: without it a
// write to a pipe that nobody reads ends the program.
func keepTraining() { signal.Ignore(syscall.SIGPIPE) }
