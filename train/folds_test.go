package train

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/kernels"
)

// Each sample is in one fold, and classes are spread evenly.
func TestFolds(t *testing.T) {
	d := &Data[float32]{X: kernels.NewMatrix[float32](23, 1)}
	for k := range 23 {
		d.Labels = append(d.Labels, k%7/4)
	}
	folds := d.Folds(5, 1)
	require.Equal(t, folds, d.Folds(5, 1))
	require.NotEqual(t, folds, d.Folds(5, 2))
	seen := map[int]bool{}
	least, most := [2]int{23, 23}, [2]int{}
	for _, f := range folds {
		var count [2]int
		for _, k := range f {
			require.False(t, seen[k])
			seen[k] = true
			count[d.Labels[k]]++
		}
		for c, n := range count {
			least[c], most[c] = min(least[c], n), max(most[c], n)
		}
	}
	require.Len(t, seen, 23)
	for c := range least {
		require.LessOrEqual(t, most[c]-least[c], 1)
	}
	require.PanicsWithValue(t, foldCount, func() { d.Folds(1, 1) })
	require.PanicsWithValue(t, foldCount, func() { d.Folds(24, 1) })
}
