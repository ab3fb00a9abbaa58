package dataset

import (
	"fmt"
	"slices"

	"github.com/nabla-go/nabla/internal/rng"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/train"
)

// Rows returns the numbers, from 0, of the rows that are used: all but those that
// [Table.DropGaps] dropped.
func (t *Table[T]) Rows() []int {
	if t.rows == nil {
		t.rows = make([]int, t.store.rows)
		for i := range t.rows {
			t.rows[i] = i
		}
	}
	return slices.Clone(t.rows)
}

// DropGaps drops the rows that have a gap in an input and returns how many they are.
func (t *Table[T]) DropGaps() (dropped int) {
	all := t.Rows()
	var kept []int
	t.at(all, func(_, i int, row []T) {
		for _, c := range t.columns {
			if c.role == input && c.kind.parts != nil && c.isGap(i, row[max(c.slot, 0)] < 0, isNaN(row[max(c.slot, 0)])) {
				dropped++
				return
			}
		}
		kept = append(kept, i)
	})
	t.rows = kept
	return dropped
}

func isNaN[T kernels.Float](v T) bool { return v != v }

// isGap reports whether a column has a gap in row i, given what its cell is.
func (c *column) isGap(i int, negative, nan bool) bool {
	switch c.kind {
	case numberColumn:
		return nan
	case categoryColumn:
		return negative
	}
	return c.times[i] == noTime
}

// Split divides the rows into a part to train with and one to test with: at random, each
// class by itself, as [train.Data.Split] does; by whole groups if the table has a Group
// column; or the last ones in order if it has an Order column.
func (t *Table[T]) Split(testShare float64, seed uint64) (training, test []int, err error) {
	return t.Divide(t.Rows(), testShare, seed)
}

// Divide divides some of the rows as Split divides all of them.
func (t *Table[T]) Divide(rows []int, testShare float64, seed uint64) (training, test []int, err error) {
	for _, c := range t.columns {
		switch c.role {
		case order:
			training, test, err = t.splitByOrder(c, rows, testShare)
			return training, test, err
		case group:
			training, test = t.splitByGroup(c, rows, testShare, seed)
			return training, test, nil
		}
	}
	d := train.Data[T]{X: kernels.Matrix[T]{Rows: len(rows)}}
	if targets := t.targets(); t.task == Classification && len(targets) == 1 {
		c := targets[0]
		class := make([]int, len(c.levels.names))
		for k, l := range sortedLevels(c.levels.names) {
			class[l] = k
		}
		for _, i := range rows {
			d.Labels = append(d.Labels, class[c.codes[i]])
		}
	}
	training, test = d.SplitRows(testShare, seed)
	for _, part := range [][]int{training, test} {
		for k := range part {
			part[k] = rows[part[k]]
		}
	}
	return training, test, nil
}

// Groups returns the group of each of some rows, the same number for rows that stay together.
// It returns nil if the table has no Group column.
func (t *Table[T]) Groups(rows []int) []int {
	for _, c := range t.columns {
		if c.role == group {
			groups := make([]int, len(rows))
			t.at(rows, func(k, _ int, row []T) { groups[k] = int(max(row[c.slot], -1)) })
			return groups
		}
	}
	return nil
}

// splitByOrder puts the last rows in the order of c into the test part.
func (t *Table[T]) splitByOrder(c *column, rows []int, testShare float64) (training, test []int, err error) {
	keys := make([]float64, t.store.rows)
	t.at(rows, func(_, i int, row []T) {
		switch c.kind {
		case dateColumn:
			keys[i] = float64(c.times[i])
		case numberColumn:
			keys[i] = float64(row[c.slot])
		}
		if err == nil && (c.kind != dateColumn && c.kind != numberColumn || c.isGap(i, false, keys[i] != keys[i])) {
			err = fmt.Errorf("%s: %s has no number or date in row %d: it can't give an order", t.Name, c.called(), i+1)
		}
	})
	if err != nil {
		return nil, nil, err
	}
	sorted := slices.Clone(rows)
	slices.SortStableFunc(sorted, func(a, b int) int {
		switch {
		case keys[a] < keys[b]:
			return -1
		case keys[a] > keys[b]:
			return 1
		}
		return 0
	})
	n := int(float64(testShare*float64(len(sorted))) + 0.5)
	n = min(n, max(len(sorted)-1, 0))
	training, test = sorted[:len(sorted)-n], sorted[len(sorted)-n:]
	slices.Sort(training)
	slices.Sort(test)
	return training, test, nil
}

// splitByGroup puts whole groups into the test part, at random, until it has the share.
func (t *Table[T]) splitByGroup(c *column, rows []int, testShare float64, seed uint64) (training, test []int) {
	groups := make([][]int, len(c.levels.names)+1) // the last is that of gaps
	t.at(rows, func(_, i int, row []T) {
		g := len(groups) - 1
		if v := row[c.slot]; v >= 0 {
			g = int(v)
		}
		groups[g] = append(groups[g], i)
	})
	var names []int
	for g, members := range groups {
		if len(members) > 0 {
			names = append(names, g)
		}
	}
	rng.New(seed, 0).Shuffle(names)
	want := int(float64(testShare*float64(len(rows))) + 0.5)
	for k, g := range names {
		if len(test) < want && k < len(names)-1 && len(test)+len(groups[g])/2 <= want {
			test = append(test, groups[g]...)
		} else {
			training = append(training, groups[g]...)
		}
	}
	slices.Sort(training)
	slices.Sort(test)
	return training, test
}
