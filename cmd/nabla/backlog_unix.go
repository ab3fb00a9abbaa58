//go:build unix && !aix

package main

import "golang.org/x/sys/unix"

// letNobodyWait makes the queue of a listening socket as short as it can be.
func letNobodyWait(fd uintptr) {
	unix.Listen(int(fd), 0) // else those in the queue are cut off
}
