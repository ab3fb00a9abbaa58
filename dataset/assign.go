package dataset

import (
	"fmt"
	"slices"
)

// needed reports whether a table for e must have column c.
func (c *Column) needed(noTarget bool) bool {
	return c.isInput() || c.Role == string(target) && !noTarget
}

// isHeader reports whether a record holds nothing but names of columns.
func (e *Encoder) isHeader(record []string) bool {
	names := 0
	for _, cell := range record {
		if cell == "" {
			continue
		}
		if !slices.ContainsFunc(e.Columns, func(c Column) bool { return c.Name == cell || c.Name != "" && c.Name == normalForm(cell) }) {
			return false
		}
		names++
	}
	return names > 0
}

// assign gives the columns of a table the roles and types of those that e was fitted to.
// A column that isn't needed may be there or not. Those in targets hold the targets,
// wherever they stand; without any, targets stand where they stood.
func (e *Encoder) assign(columns []*column, headed, noTarget bool, targets []int) error {
	match := e.byNumber
	if headed && e.headed() {
		match = e.byName
	}
	rest := columns
	if len(targets) > 0 {
		if len(targets) != len(e.Targets) {
			return fmt.Errorf("%d target columns, the model has %d", len(targets), len(e.Targets))
		}
		noTarget, rest = true, nil
		for j, c := range columns {
			if k := slices.Index(targets, j); k >= 0 {
				c.take(&e.Columns[e.Targets[k].Column], e.Targets[k].Column)
			} else {
				rest = append(rest, c)
			}
		}
	}
	indices, err := match(rest, noTarget)
	if err != nil {
		return err
	}
	for j, c := range rest {
		c.take(&e.Columns[indices[j]], indices[j])
		if c.role == target && noTarget {
			c.role, c.reading = dropped, skipped
		}
	}
	return nil
}

// take gives c role and type of column i of an encoder.
func (c *column) take(from *Column, i int) {
	c.encoded, c.role, c.kind, c.given, c.layout = i, role(from.Role), from.kind, true, from.Layout
	c.reading = c.kind.reading
	switch {
	case c.role == dropped, c.role == input && !from.isInput():
		c.role, c.reading, c.reason = dropped, skipped, "not used by the model"
	}
}

// byName finds the columns of a table by their names. They must be in the order of e.
func (e *Encoder) byName(columns []*column, noTarget bool) (indices []int, err error) {
	next := 0
	for j, c := range columns {
		i := next
		for i < len(e.Columns) && !e.Columns[i].is(c.name) && !e.Columns[i].needed(noTarget) {
			i++
		}
		if i == len(e.Columns) || !e.Columns[i].is(c.name) {
			return nil, e.misplaced(c, j, i)
		}
		if e.Columns[i].Role == string(target) && noTarget {
			return nil, fmt.Errorf("%s is what the model predicts: leave it out", c.called())
		}
		indices = append(indices, i)
		next = i + 1
	}
	for ; next < len(e.Columns); next++ {
		if e.Columns[next].needed(noTarget) {
			return nil, fmt.Errorf("column %q, which the model was trained with, is missing", e.Columns[next].Name)
		}
	}
	return indices, nil
}

// is reports whether a column is called name. A target without a name is called anything.
func (c *Column) is(name string) bool {
	return c.Name == name || c.Name == "" && c.Role == string(target)
}

// misplaced describes column j of a table that isn't column i of e.
func (e *Encoder) misplaced(c *column, j, i int) error {
	known := slices.ContainsFunc(e.Columns, func(o Column) bool { return o.Name == c.name })
	if !known && i == len(e.Columns) {
		return fmt.Errorf("input column %d is %q, the model was trained without such a column", j+1, c.name)
	}
	if i == len(e.Columns) {
		return fmt.Errorf("input column %d is %q, the model was trained with it in another place", j+1, c.name)
	}
	return fmt.Errorf("input column %d is %q, the model was trained with %q there", j+1, c.name, e.Columns[i].Name)
}

// byNumber finds the columns of a table without names by how many there are: all, all but
// the targets, or those that are needed.
func (e *Encoder) byNumber(columns []*column, noTarget bool) ([]int, error) {
	var needed, present []int
	for i := range e.Columns {
		c := &e.Columns[i]
		if c.needed(noTarget) {
			needed = append(needed, i)
		}
		if c.Role != string(target) || !noTarget {
			present = append(present, i)
		}
	}
	switch len(columns) {
	case len(needed):
		return needed, nil
	case len(present):
		return present, nil
	}
	if noTarget && len(columns) == len(e.Columns) {
		return nil, widthError{fmt.Errorf(" has %d columns, the model takes %d inputs: leave the label out", len(columns), len(needed))}
	}
	targets := len(e.Targets) // among the columns
	if noTarget {
		targets = 0
	}
	return nil, widthError{fmt.Errorf(" has %d input columns, the model takes %d", len(columns)-targets, len(needed)-targets)}
}

// widthError is about a whole file, whose name goes before it.
type widthError struct{ error }
