//go:build !linux

package bench

import "time"

// threadTime returns 0: this system's clock of a thread is not asked.
func threadTime() time.Duration { return 0 }
