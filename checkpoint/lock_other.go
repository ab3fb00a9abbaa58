//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly || windows)

package checkpoint

import "os"

// lock does nothing: there are no locks here that end with their process.
func lock(*os.File) error { return nil }
