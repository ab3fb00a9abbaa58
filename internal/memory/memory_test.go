package memory

import (
	"runtime"
	"testing"
)

func TestTotal(t *testing.T) {
	switch runtime.GOOS {
	case "linux", "darwin":
		if n := Total(); n < 1<<26 || n > 1<<50 {
			t.Errorf("%d bytes of memory", n)
		}
	}
}
