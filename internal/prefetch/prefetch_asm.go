//go:build (amd64 || arm64) && !purego

package prefetch

import "unsafe"

// lines asks for every 64th byte of the n bytes from p on.
//
//go:noescape
func lines(p unsafe.Pointer, n int)
