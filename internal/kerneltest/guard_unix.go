//go:build linux || darwin

package kerneltest

import "golang.org/x/sys/unix"

// guarded returns at least n bytes of zeros between two pages that nobody can
// access, and a function that frees them. It begins and ends on page boundaries.
func guarded(n int) (mem []byte, free func()) {
	page := unix.Getpagesize()
	n = (n + page - 1) / page * page
	all, err := unix.Mmap(-1, 0, n+2*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		panic("kerneltest: mmap: " + err.Error())
	}
	for _, guard := range [][]byte{all[:page], all[page+n:]} {
		if err := unix.Mprotect(guard, unix.PROT_NONE); err != nil {
			panic("kerneltest: mprotect: " + err.Error())
		}
	}
	return all[page : page+n : page+n], func() {
		if err := unix.Munmap(all); err != nil {
			panic("kerneltest: munmap: " + err.Error())
		}
	}
}
