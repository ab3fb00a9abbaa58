package bench

import (
	"time"

	"golang.org/x/sys/unix"
)

// ThreadTime returns how long the calling thread has run, 0 where no clock of a thread is asked.
func ThreadTime() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
