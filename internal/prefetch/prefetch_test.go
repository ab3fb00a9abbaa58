package prefetch_test

import (
	"testing"

	"github.com/nabla-go/nabla/internal/prefetch"
)

// A hint changes nothing, and asks for nothing that is not there.
func TestSlice(t *testing.T) {
	prefetch.Slice[float32](nil)
	for n := range 70 {
		x := make([]float64, n)
		for k := range x {
			x[k] = float64(k)
		}
		prefetch.Slice(x)
		for k, v := range x {
			if v != float64(k) {
				t.Fatalf("element %d of %d became %v", k, n, v)
			}
		}
	}
}

// BenchmarkSlice measures what asking for one MNIST image costs.
func BenchmarkSlice(b *testing.B) {
	x := make([]float32, 784)
	for b.Loop() {
		prefetch.Slice(x)
	}
}
