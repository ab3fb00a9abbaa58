//go:build !linux

package bench

import "time"

// ThreadTime returns 0: this system's clock of a thread is not asked.
func ThreadTime() time.Duration { return 0 }
