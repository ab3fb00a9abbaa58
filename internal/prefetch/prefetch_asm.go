//go:build (amd64 || arm64) && !purego

package prefetch

import "unsafe"

// lines prefetches the cache lines of the n bytes from p on.
//
//go:noescape
func lines(p unsafe.Pointer, n int)
