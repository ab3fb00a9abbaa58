package train_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/train"
)

// Each class is divided by itself, and both parts keep the order of the data.
func TestSplit(t *testing.T) {
	d := &train.Data[float64]{X: kernels.NewMatrix[float64](25, 1), Classes: []string{"a", "b", "c", "none"}}
	for i := range 25 {
		d.X.Row(i)[0] = float64(i)
		d.Labels = append(d.Labels, min(i/12, 2)) // 12, 12 and 1 samples
	}
	var err error
	d.T, err = train.OneHot[float64](d.Labels, 4)
	require.NoError(t, err)
	counts := func(d *train.Data[float64]) []int {
		n := make([]int, len(d.Classes))
		for k, l := range d.Labels {
			n[l]++
			require.Equal(t, float64(1), d.T.Row(k)[l])
			require.Equal(t, float64(1), kernels.Sum(d.T.Row(k)))
		}
		return n
	}

	training, test := d.Split(0.25, 7)
	require.Equal(t, []int{9, 9, 1, 0}, counts(training))
	require.Equal(t, []int{3, 3, 0, 0}, counts(test))
	require.True(t, slices.IsSorted(training.X.Data) && slices.IsSorted(test.X.Data))
	require.ElementsMatch(t, d.X.Data, slices.Concat(training.X.Data, test.X.Data))
	for k, v := range test.X.Data {
		require.Equal(t, d.Labels[int(v)], test.Labels[k])
	}

	_, most := d.Split(0.9, 7)
	require.Equal(t, []int{11, 11, 0, 0}, counts(most), "a class keeps a sample to train with")
	again, _ := d.Split(0.25, 7)
	require.Equal(t, training, again)
	other, _ := d.Split(0.25, 8)
	require.NotEqual(t, training.X, other.X)
	whole, none := d.Split(0, 7)
	require.Equal(t, 25, whole.Len())
	require.Zero(t, none.Len())

	require.PanicsWithValue(t, "train: Split: testShare is not in [0, 1)", func() { d.Split(1, 7) })
	require.PanicsWithValue(t, "train: Split: testShare is not in [0, 1)", func() { d.Split(math.NaN(), 7) })
	d.Labels[3] = -1
	require.PanicsWithValue(t, "train: Split: a label is negative", func() { d.Split(0.5, 7) })
}

// Samples without labels are divided as well, with or without targets.
func TestSplitWithoutLabels(t *testing.T) {
	for _, outputs := range []int{0, 2} {
		d := &train.Data[float64]{X: kernels.NewMatrix[float64](11, 1)}
		if outputs > 0 {
			d.T = kernels.NewMatrix[float64](11, outputs)
		}
		for k := range d.X.Data {
			d.X.Data[k] = float64(k)
			if outputs > 0 {
				d.T.Row(k)[1] = float64(-k)
			}
		}
		training, test := d.Split(0.3, 1)
		require.Equal(t, 8, training.Len())
		require.Equal(t, 3, test.Len())
		require.Nil(t, test.Labels)
		require.ElementsMatch(t, d.X.Data, slices.Concat(training.X.Data, test.X.Data))
		require.NotEqual(t, []float64{0, 1, 2}, test.X.Data, "the first samples are no random choice")
		for k := range test.Len() {
			if require.Equal(t, outputs, test.T.Cols); outputs > 0 {
				require.Equal(t, -test.X.Row(k)[0], test.T.Row(k)[1])
			}
		}
	}
}

// The width is the number of classes, whichever of them occur.
func TestOneHot(t *testing.T) {
	m, err := train.OneHot[float32]([]int{2, 0}, 4)
	require.NoError(t, err)
	require.Equal(t, kernels.Matrix[float32]{Rows: 2, Cols: 4, Stride: 4, Data: []float32{0, 0, 1, 0, 1, 0, 0, 0}}, m)
	_, err = train.OneHot[float32]([]int{0, 4}, 4)
	require.ErrorContains(t, err, "label 4 of item 1 is out of range: want 0…3")
	_, err = train.OneHot[float32]([]int{-1}, 4)
	require.ErrorContains(t, err, "label -1")
	_, err = train.OneHot[float32]([]int{0}, -1)
	require.ErrorContains(t, err, "-1 classes: want at least 1")
}
