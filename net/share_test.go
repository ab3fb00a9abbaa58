package net

import "testing"

// The shares of a cut are all of it in order, and begin at multiples of the grain.
func TestCut(t *testing.T) {
	for _, grain := range []int{1, grain} {
		for total := range 70 {
			for shares := 1; shares <= 5; shares++ {
				next := 0
				for share := range shares {
					lo, hi := cut(total, grain, share, shares)
					if lo == hi {
						continue
					}
					if lo != next || lo%grain != 0 || hi < lo {
						t.Fatalf("share %d of %d of %d by %d: %d to %d", share, shares, total, grain, lo, hi)
					}
					next = hi
				}
				if next != total {
					t.Fatalf("%d shares of %d by %d end at %d", shares, total, grain, next)
				}
			}
		}
	}
}

// Samples are cut one by one where all their rows are long.
func TestSampleGrain(t *testing.T) {
	n, err := New[float32](Config{Inputs: 300, Layers: []Layer{Dense(longRow, ReLU), Dense(longRow-1, Softmax)}, Cost: SoftmaxCrossEntropy})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ i, j, want int }{{0, 1, 1}, {1, 1, 1}, {1, 2, grain}, {2, 2, grain}} {
		if got := n.sampleGrain(c.i, c.j); got != c.want {
			t.Errorf("layers %d to %d: %d, want %d", c.i, c.j, got, c.want)
		}
	}
}
