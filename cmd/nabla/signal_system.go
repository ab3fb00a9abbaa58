//go:build !js && !wasip1

package main

import (
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// endSignals returns the signals that end a training. What whoever started the program
// wants ignored stays so, as nohup does with SIGHUP.
func endSignals() []os.Signal {
	return slices.DeleteFunc([]os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}, signal.Ignored)
}

// keepTraining lets a reader of results that goes away end the printing alone: without it a
// write to a pipe that nobody reads ends the program.
func keepTraining() { signal.Ignore(syscall.SIGPIPE) }
