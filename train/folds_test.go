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

// Groups stay together, and parts have about as many samples.
func TestGroupFolds(t *testing.T) {
	var groups []int
	for k := range 60 {
		groups = append(groups, 100-k*k%17)
	}
	folds := GroupFolds(groups, 3, 1)
	require.Equal(t, folds, GroupFolds(groups, 3, 1))
	require.NotEqual(t, folds, GroupFolds(groups, 3, 2))
	part, seen := map[int]int{}, 0
	for i, f := range folds {
		require.InDelta(t, 20, len(f), 3)
		require.IsIncreasing(t, f)
		for _, k := range f {
			seen++
			if p, ok := part[groups[k]]; ok {
				require.Equal(t, p, i)
			}
			part[groups[k]] = i
		}
	}
	require.Equal(t, 60, seen)
	require.Equal(t, [][]int{{0, 2}, {1}}, GroupFolds([]int{5, 7, 5}, 2, 1))
	require.PanicsWithValue(t, groupFoldCount, func() { GroupFolds([]int{5, 7, 5}, 3, 1) })
	require.PanicsWithValue(t, groupFoldCount, func() { GroupFolds([]int{5, 7, 5}, 1, 1) })
}
