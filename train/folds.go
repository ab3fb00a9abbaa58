package train

import (
	"cmp"
	"slices"

	"github.com/nabla-go/nabla/internal/rng"
)

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

// GroupFolds divides samples into k parts for cross-validation by whole groups: samples with
// the same number in groups stay together. It returns the samples of each part, in their
// order. The largest groups are dealt first, those of one size at random, each to the part
// that has the fewest samples. The parts depend on groups, k and seed alone. GroupFolds
// panics unless k ≥ 2 and there are at least k groups.
func GroupFolds(groups []int, k int, seed uint64) [][]int {
	number := make(map[int]int) // of a group, in the order of its first sample
	var members [][]int
	for s, g := range groups {
		i, ok := number[g]
		if !ok {
			i = len(members)
			number[g], members = i, append(members, nil)
		}
		members[i] = append(members[i], s)
	}
	if k < 2 || k > len(members) {
		panic(groupFoldCount)
	}
	order := make([]int, len(members))
	rng.New(seed, 0).Perm(order)
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(members[b]), len(members[a])) })
	folds := make([][]int, k)
	for _, g := range order {
		least := 0
		for i := range folds {
			if len(folds[i]) < len(folds[least]) {
				least = i
			}
		}
		folds[least] = append(folds[least], members[g]...)
	}
	for i := range folds {
		slices.Sort(folds[i])
	}
	return folds
}
