package dataset

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/kernels"
)

func TestDigits(t *testing.T) {
	train, test := Digits[float32]()
	require.Equal(t, 1797, train.Len()+test.Len())
	require.Equal(t, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, train.Classes)
	counts := []int{178, 182, 177, 183, 181, 182, 181, 179, 174, 180} // of the file, as scikit-learn documents them
	for c, n := range counts {
		inTest := count(test.Labels, c)
		require.Equal(t, int(math.Floor(0.2*float64(n)+0.5)), inTest)
		require.Equal(t, n, inTest+count(train.Labels, c))
	}
	for _, s := range []*Set[float32]{train, test} {
		require.Equal(t, 64, s.X.Cols)
		require.Equal(t, 10, s.Targets.Cols)
		lo, hi := slices.Min(s.X.Data), slices.Max(s.X.Data)
		require.Equal(t, float32(0), lo)
		require.Equal(t, float32(1), hi)
		requireOneHot(t, s)
		require.True(t, s.Scaler.Equal(NewScaler(64, 16)))
	}
}

// The split is part of every published accuracy: it never changes.
func TestDigitsSplitIsFixed(t *testing.T) {
	train, test := Digits[float64]()
	require.Equal(t, "7ad4a2b3020f3814", hash(train))
	require.Equal(t, "1550c46306128855", hash(test))
}

// hash names the inputs and labels of a set in their order.
func hash(s *Set[float64]) string {
	h := sha256.New()
	for i, l := range s.Labels {
		binary.Write(h, binary.LittleEndian, s.X.Row(i))
		h.Write([]byte{byte(l)})
	}
	return fmt.Sprintf("%x", h.Sum(nil))[:16]
}

func TestSplit(t *testing.T) {
	s := &Set[float64]{X: kernels.NewMatrix[float64](25, 1), Classes: []string{"a", "b", "c", "none"}}
	for i := range 25 {
		s.X.Row(i)[0] = float64(i)
		s.Labels = append(s.Labels, min(i/12, 2)) // 12, 12 and 1 samples
	}
	var err error
	s.Targets, err = OneHot[float64](s.Labels, 4)
	require.NoError(t, err)

	train, test := s.Split(0.25, 7)
	require.Equal(t, []int{3, 3, 0}, []int{count(test.Labels, 0), count(test.Labels, 1), count(test.Labels, 2)})
	require.Equal(t, 19, train.Len())
	require.True(t, slices.IsSorted(train.X.Data) && slices.IsSorted(test.X.Data))
	all := append(slices.Clone(train.X.Data), test.X.Data...)
	slices.Sort(all)
	require.Equal(t, s.X.Data, all)
	for i, v := range test.X.Data {
		require.Equal(t, s.Labels[int(v)], test.Labels[i])
	}
	requireOneHot(t, test)

	_, most := s.Split(0.9, 7)
	require.Equal(t, []int{11, 11, 0}, []int{count(most.Labels, 0), count(most.Labels, 1), count(most.Labels, 2)}, "a class keeps a sample to train with")

	again, _ := s.Split(0.25, 7)
	require.Equal(t, train, again)
	other, _ := s.Split(0.25, 8)
	require.NotEqual(t, train.X, other.X)
	whole, none := s.Split(0, 7)
	require.Equal(t, 25, whole.Len())
	require.Zero(t, none.Len())
	s.Labels, s.Classes, s.Targets = nil, nil, kernels.Matrix[float64]{}
	whole, none = s.Split(0.5, 7)
	require.Equal(t, s.X, whole.X)
	require.Zero(t, none.Len())
	require.Panics(t, func() { s.Split(1, 7) })
	require.Panics(t, func() { s.Split(math.NaN(), 7) })
}

// A-T13: the width comes from the number of classes, not from the batch.
func TestOneHot(t *testing.T) {
	m, err := OneHot[float32]([]int{3}, 4)
	require.NoError(t, err)
	require.Equal(t, []float32{0, 0, 0, 1}, m.Data)
	_, err = OneHot[float32]([]int{0, 4}, 4)
	require.ErrorContains(t, err, "label 4 of item 1 is out of range: want 0…3")
	_, err = OneHot[float32]([]int{-1}, 4)
	require.ErrorContains(t, err, "label -1")
	_, err = OneHot[float32]([]int{0}, -1)
	require.ErrorContains(t, err, "-1 classes: want at least 1")
}

func TestScaler(t *testing.T) {
	x := kernels.Matrix[float64]{Rows: 4, Cols: 3, Stride: 3, Data: []float64{
		1, 0.1, 1e6,
		2, 0.1, 2e6,
		3, 0.1, 3e6,
		4, 0.1, 4e6,
	}}
	s, err := FitScaler(x)
	require.NoError(t, err)
	require.Equal(t, []float64{2.5, 0.1, 2.5e6}, s.Mean)
	require.Equal(t, []float64{math.Sqrt(1.25), 0, math.Sqrt(1.25e12)}, s.SD)

	Scale(s, x)
	for i, want := range []float64{-1.5, -0.5, 0.5, 1.5} {
		want /= math.Sqrt(1.25)
		require.InDelta(t, want, x.Row(i)[0], 1e-15)
		require.Equal(t, 0.0, x.Row(i)[1], "a constant column is 0, not NaN")
		require.InDelta(t, want, x.Row(i)[2], 1e-15)
	}
	raw := kernels.Matrix[float64]{Rows: 1, Cols: 3, Stride: 3, Data: []float64{2.5, 99, 2.5e6}}
	Scale(s, raw)
	require.Equal(t, []float64{0, 0, 0}, raw.Data)

	tenths := kernels.Matrix[float64]{Rows: 3, Cols: 1, Stride: 1, Data: []float64{0.1, 0.1, 0.1}}
	constant, err := FitScaler(tenths)
	require.NoError(t, err)
	require.Equal(t, []float64{0}, constant.SD, "although the mean of the three rounds to another number")

	require.Panics(t, func() { Scale(s, kernels.NewMatrix[float64](1, 2)) })
	_, err = FitScaler(kernels.NewMatrix[float64](0, 2))
	require.ErrorContains(t, err, "no samples")
	for _, c := range []struct {
		values []float64
		want   string // "" if there is a scaler
	}{
		{[]float64{-1e308, 1e308}, "column 1 are too close together or too far apart"},
		{[]float64{0, 1e-170}, "column 1 are too close together or too far apart"}, // and not a constant column
		{[]float64{1e308, 1e308}, ""},
		{[]float64{1e308, 1e308, 0}, "column 1, or their sum, are not finite"},
		{[]float64{math.NaN(), 1}, "column 1, or their sum, are not finite"},
		{[]float64{math.Inf(1)}, "column 1, or their sum, are not finite"},
	} {
		s, err := FitScaler(kernels.Matrix[float64]{Rows: len(c.values), Cols: 1, Stride: 1, Data: c.values})
		if c.want != "" {
			require.ErrorContains(t, err, c.want)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, &Scaler{Mean: c.values[:1], SD: []float64{0}}, s)
	}

	require.True(t, s.Equal(&Scaler{Mean: slices.Clone(s.Mean), SD: slices.Clone(s.SD)}))
	require.False(t, s.Equal(nil))
	require.True(t, (*Scaler)(nil).Equal(nil))
}

// Pixels come out as the quotient of two floats of the set's own precision.
func TestScalePixelsExactly(t *testing.T) {
	x := kernels.NewMatrix[float32](1, 256)
	for p := range 256 {
		x.Data[p] = float32(p)
	}
	Scale(NewScaler(256, 255), x)
	for p := range 256 {
		require.Equal(t, float32(p)/255, x.Data[p])
	}
}

func count(labels []int, c int) int {
	n := 0
	for _, l := range labels {
		if l == c {
			n++
		}
	}
	return n
}

func requireOneHot[T kernels.Float](t *testing.T, s *Set[T]) {
	t.Helper()
	for i, l := range s.Labels {
		for c, v := range s.Targets.Row(i) {
			want := T(0)
			if c == l {
				want = 1
			}
			require.Equal(t, want, v)
		}
	}
}
