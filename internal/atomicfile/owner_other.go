//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package atomicfile

import (
	"os"
	"runtime"
	"time"
)

func lock(*os.File) bool { return false }

// dead reports whether the temporary file at path is left over: Windows doesn't remove a
// file that is open, and elsewhere it is if nobody wrote to it for a day.
func dead(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && (runtime.GOOS == "windows" || time.Since(info.ModTime()) > 24*time.Hour)
}

// takeOver gives f the permissions of old.
func takeOver(f *os.File, old os.FileInfo) error { return f.Chmod(old.Mode().Perm()) }

// owner is the same for all files where they have none.
func owner(os.FileInfo) string { return "" }

// rename gives f the name path, once it is closed, as Windows wants it.
func rename(f *os.File, path string) error {
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
