package train

import (
	"runtime"
	"slices"
	"testing"

	"github.com/nabla-go/nabla/internal/parallel"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/metrics"
)

func testBatcher(d batch[float64], o *Options) *batcher[float64] {
	return newBatcher(nil, d, o, metrics.Regression(1))
}

// ids returns the batches of the next epoch as lists of sample numbers.
func ids(b *batcher[float64]) (batches [][]int) {
	for range b.steps() {
		d := b.take()
		var batch []int
		for k := range d.Len() {
			batch = append(batch, int(d.X.Row(k)[0]))
			if d.T.Row(k)[0] != 2*d.X.Row(k)[0] {
				panic("a target belongs to another sample")
			}
		}
		batches = append(batches, batch)
	}
	if !b.done() {
		panic("an epoch has more batches than steps says")
	}
	return batches
}

// samples returns n samples with inputs 0, 1, … and targets twice as large, as
// rows of a matrix with gaps.
func samples(n int) batch[float64] {
	d := batch[float64]{
		X: kernels.Matrix[float64]{Rows: n, Cols: 1, Stride: 3, Data: make([]float64, 3*n)},
		T: kernels.NewMatrix[float64](n, 1),
	}
	for k := range n {
		d.X.Row(k)[0], d.T.Row(k)[0] = float64(k), float64(2*k)
	}
	return d
}

func upTo(n int) []int {
	s := make([]int, n)
	for k := range s {
		s[k] = k
	}
	return s
}

// Workers that gather together give the batches of one.
func TestGatherWithWorkers(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	parallel.Insist(true)
	defer parallel.Insist(false)
	for _, size := range []int{2, 3, 10} {
		o := Options{Batch: size, Seed: 1}
		want := ids(testBatcher(samples(101), &o))
		for workers := 1; workers <= 4; workers++ {
			b := testBatcher(samples(101), &o)
			b.pool = parallel.New(workers)
			got := ids(b)
			b.pool.Close()
			if !slices.EqualFunc(got, want, slices.Equal) {
				t.Errorf("batches of %d with %d workers: %v, want %v", size, workers, got, want)
			}
		}
	}
}

func TestBatchSizes(t *testing.T) {
	for _, c := range []struct {
		n, batch, draw int
		want           []int
	}{
		{10, 4, 0, []int{4, 4, 2}},
		{3, 4, 0, []int{3}},
		{8, 4, 0, []int{4, 4}},
		{3, 1, 0, []int{1, 1, 1}},
		{100, 10000, 0, []int{100}},
		{5, All, 0, []int{5}},
		{10, 2, 5, []int{2, 2, 1, 2, 2, 1}},
		{10, 4, 4, []int{4, 4, 4}},
		{10, 9, 4, []int{4, 4, 4}},
		{10, 3, 50, []int{3, 3, 3, 1}},
	} {
		for _, fileOrder := range []bool{false, true} {
			if fileOrder && c.draw > 0 {
				continue
			}
			b := testBatcher(samples(c.n), &Options{Batch: c.batch, Draw: c.draw, FileOrder: fileOrder})
			for range 2 {
				batches := ids(b)
				var sizes []int
				for _, batch := range batches {
					sizes = append(sizes, len(batch))
				}
				if !slices.Equal(sizes, c.want) {
					t.Errorf("n = %d, batch %d, draw %d: sizes %v, want %v", c.n, c.batch, c.draw, sizes, c.want)
				}
				all := slices.Sorted(slices.Values(slices.Concat(batches...)))
				if c.draw == 0 && !slices.Equal(all, upTo(c.n)) {
					t.Errorf("n = %d, batch %d: an epoch has samples %v", c.n, c.batch, all)
				}
			}
		}
	}
}

func TestOrder(t *testing.T) {
	const n = 50
	epochs := func(o Options) (first, second []int) {
		b := testBatcher(samples(n), &o)
		return slices.Concat(ids(b)...), slices.Concat(ids(b)...)
	}
	for _, batch := range []int{1, 7} {
		a, b := epochs(Options{Batch: batch, FileOrder: true, Seed: 1})
		if !slices.Equal(a, upTo(n)) || !slices.Equal(b, upTo(n)) {
			t.Errorf("batch %d: file order is not kept: %v, %v", batch, a, b)
		}
		a, b = epochs(Options{Batch: batch, Seed: 1})
		if slices.Equal(a, upTo(n)) || slices.Equal(a, b) {
			t.Errorf("batch %d: epochs are not shuffled anew: %v, %v", batch, a, b)
		}
		if c, d := epochs(Options{Batch: batch, Seed: 1}); !slices.Equal(a, c) || !slices.Equal(b, d) {
			t.Errorf("batch %d: the same seed gave another order", batch)
		}
		if c, _ := epochs(Options{Batch: batch, Seed: 2}); slices.Equal(a, c) {
			t.Errorf("batch %d: two seeds gave one order", batch)
		}
	}
}

// Draws are without repetition, independent of each other, and reach all samples.
func TestDraws(t *testing.T) {
	const n, draw = 20, 8
	b := testBatcher(samples(n), &Options{Batch: 3, Draw: draw, Seed: 1})
	counts := make([]int, n)
	for range 200 {
		epoch := slices.Concat(ids(b)...)
		for i := 0; i < len(epoch); i += draw {
			d := slices.Sorted(slices.Values(epoch[i : i+draw]))
			if len(slices.Compact(d)) != draw {
				t.Fatalf("draw %v repeats a sample", epoch[i:i+draw])
			}
		}
		for _, id := range epoch {
			counts[id]++
		}
	}
	const mean = 200 * 3 * draw / n // of a binomial distribution with standard deviation 12
	for id, c := range counts {
		if c < mean-60 || c > mean+60 {
			t.Errorf("sample %d was drawn %d times, want about %d", id, c, mean)
		}
	}
}
