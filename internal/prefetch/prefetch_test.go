package prefetch_test

import (
	"testing"

	"github.com/nabla-go/nabla/internal/prefetch"
)

// Prefetching changes no element and reads nothing beyond the slice.
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

// BenchmarkSlice measures the time to prefetch one image of MNIST.
func BenchmarkSlice(b *testing.B) {
	x := make([]float32, 784)
	for b.Loop() {
		prefetch.Slice(x)
	}
}
