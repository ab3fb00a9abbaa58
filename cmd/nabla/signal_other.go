//go:build js || wasip1

package main

import "os"

// There is no terminal that could hang up, and no pipe that breaks.
var hangup []os.Signal

func keepTraining() {}
