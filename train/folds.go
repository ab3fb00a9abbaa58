package train

import "github.com/nabla-go/nabla/internal/rng"

// Folds divides the samples at random into k parts for cross-validation and returns the
// samples of each, in the order of d. Each class is divided by itself, so that the numbers
// of its samples in any two parts differ by at most 1; samples without labels are one class.
// The parts depend on labels, k and seed alone. Folds panics unless 2 ≤ k ≤ Len, and if a
// label is negative.
func (d *Data[T]) Folds(k int, seed uint64) [][]int {
	if k < 2 || k > d.Len() {
		panic(foldCount)
	}
	part, next := make([]int, d.Len()), 0
	for c, members := range d.byClass() {
		rng.New(seed, uint64(c)).Shuffle(members)
		for _, s := range members {
			part[s] = next
			next = (next + 1) % k
		}
	}
	folds := make([][]int, k)
	for s, p := range part {
		folds[p] = append(folds[p], s)
	}
	return folds
}
