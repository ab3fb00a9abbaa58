package kernels_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	. "github.com/nabla-go/nabla/internal/kerneltest"
	"github.com/nabla-go/nabla/internal/race"
	"github.com/nabla-go/nabla/kernels"
)

// TestAllocs calls every function with arrays on the stack: neither the kernel
// nor its caller may allocate.
func TestAllocs(t *testing.T) {
	if race.Enabled {
		t.Skip("what the race detector is told of escapes")
	}
	on(t, testAllocs[float32], testAllocs[float64])
}

func testAllocs[T kernels.Float](t *testing.T) {
	calls := calls[T]()
	for name, call := range calls {
		assert.Zero(t, testing.AllocsPerRun(10, call), name)
	}
	for _, k := range Table[T]() {
		assert.Contains(t, calls, k.Public(), "go generate ./kernels")
	}
}
