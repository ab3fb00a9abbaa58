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
	"github.com/nabla-go/nabla/train"
)

func TestDigits(t *testing.T) {
	training, test := Digits[float32]()
	require.Equal(t, 1797, training.Len()+test.Len())
	require.Equal(t, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, training.Classes)
	counts := []int{178, 182, 177, 183, 181, 182, 181, 179, 174, 180} // of the file, as scikit-learn documents them
	for c, n := range counts {
		inTest := count(test.Labels, c)
		require.Equal(t, int(math.Floor(0.2*float64(n)+0.5)), inTest)
		require.Equal(t, n, inTest+count(training.Labels, c))
	}
	for _, s := range []*train.Data[float32]{training, test} {
		require.Equal(t, 64, s.X.Cols)
		require.Equal(t, 10, s.T.Cols)
		lo, hi := slices.Min(s.X.Data), slices.Max(s.X.Data)
		require.Equal(t, float32(0), lo)
		require.Equal(t, float32(1), hi)
		requireOneHot(t, s)
		require.True(t, s.Scaler.Equal(train.NewScaler(64, 16)))
	}
}

// The split is part of every published accuracy: it never changes.
func TestDigitsSplitIsFixed(t *testing.T) {
	training, test := Digits[float64]()
	require.Equal(t, "7ad4a2b3020f3814", hash(training))
	require.Equal(t, "1550c46306128855", hash(test))
}

// hash names the inputs and labels of a set in their order.
func hash(s *train.Data[float64]) string {
	h := sha256.New()
	for i, l := range s.Labels {
		binary.Write(h, binary.LittleEndian, s.X.Row(i))
		h.Write([]byte{byte(l)})
	}
	return fmt.Sprintf("%x", h.Sum(nil))[:16]
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

func requireOneHot[T kernels.Float](t *testing.T, s *train.Data[T]) {
	t.Helper()
	for i, l := range s.Labels {
		for c, v := range s.T.Row(i) {
			want := T(0)
			if c == l {
				want = 1
			}
			require.Equal(t, want, v)
		}
	}
}
