//go:build !js && !wasip1

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// endSignals end a training.
var endSignals = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}

// keepTraining lets a reader of results that goes away end the printing alone: without it a
// write to a pipe that nobody reads ends the program.
func keepTraining() { signal.Ignore(syscall.SIGPIPE) }
