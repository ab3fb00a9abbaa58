package memory

import "golang.org/x/sys/unix"

// adviseLarge ignores errors: they say that this system has no large pages.
func adviseLarge(b []byte) { _ = unix.Madvise(b, unix.MADV_HUGEPAGE) }
