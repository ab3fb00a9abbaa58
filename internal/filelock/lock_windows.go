package filelock

import (
	"os"

	"golang.org/x/sys/windows"
)

// Lock locks f until it is closed or the process ends. It is an error if another has it.
func Lock(f *os.File) error {
	return windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, new(windows.Overlapped))
}
