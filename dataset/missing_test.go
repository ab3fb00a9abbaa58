package dataset

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestQuantile(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for n := 1; n < 60; n++ {
		x := make([]float64, n)
		for i := range x {
			x[i] = float64(r.IntN(n))
		}
		sorted := slices.Sorted(slices.Values(x))
		for i := range x {
			require.Equal(t, sorted[i], nth(slices.Clone(x), i))
		}
		want := (sorted[(n-1)/2] + sorted[n/2]) / 2
		require.Equal(t, want, median(slices.Clone(x)))
	}
	require.Equal(t, 1.75, quantile([]float64{4, 1, 2, 3}, 0.25))
}
