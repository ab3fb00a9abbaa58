package dataset

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ColumnSummary describes a column of a table in words.
type ColumnSummary struct {
	Number  int    `json:"number"` // from 1
	Name    string `json:"name"`
	Type    string `json:"type"`
	Gaps    int    `json:"gaps"`
	Values  string `json:"values"`  // their range, or the levels
	Becomes string `json:"becomes"` // what is made of it
}

// Summary describes the columns of t, and what e makes of them.
func (t *Table[T]) Summary(e *Encoder) (all []ColumnSummary) {
	for _, c := range t.columns {
		s := ColumnSummary{Number: c.number, Name: c.name, Gaps: c.info.gaps}
		if c.kind != nil {
			s.Type = c.kind.name
		}
		switch {
		case c.role == target:
			s.Type, s.Values = t.targetSummary(c)
			s.Becomes = "target"
		case c.role == dropped && c.kind != emptyColumn:
			s.Type, s.Becomes = "–", "left out: dropped"
		case c.kind.parts == nil:
			s.Values, s.Becomes = c.values(), "left out: "+c.reason
		case c.role != input:
			s.Values, s.Becomes = c.values(), string(c.role)
		default:
			s.Values, s.Becomes = c.values(), e.becomes(&e.Columns[c.encoded])
		}
		all = append(all, s)
	}
	return all
}

func (t *Table[T]) targetSummary(c *column) (kind, values string) {
	if t.task == Regression {
		return "number", numberRange(c.info.min, c.info.max)
	}
	return "category", c.levelList()
}

// values describes what stands in a column: a range, or levels.
func (c *column) values() string {
	switch {
	case c.kind == numberColumn, c.kind == indexColumn:
		if c.info.min > c.info.max {
			return ""
		}
		return numberRange(c.info.min, c.info.max)
	case c.kind == dateColumn && c.info.min <= c.info.max:
		layout := "2006-01-02"
		if !c.info.calendar {
			layout = "15:04:05"
		}
		at := func(s float64) string { return time.Unix(int64(s), 0).UTC().Format(layout) }
		return at(c.info.min) + " … " + at(c.info.max)
	case len(c.levels.names) > 0:
		return c.levelList()
	}
	return ""
}

func numberRange(low, high float64) string {
	if low == high {
		return shortNumber(low)
	}
	return shortNumber(low) + " … " + shortNumber(high)
}

// shortNumber writes a whole number as it is, another one with six digits.
func shortNumber(v float64) string {
	if v == math.Floor(v) && math.Abs(v) < 1e10 {
		return strconv.FormatFloat(v+0, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'g', 6, 64)
}

// levelList lists the first levels of a column, in order.
func (c *column) levelList() string {
	const most = 4
	if c.overflow {
		return fmt.Sprintf("more than %d values", len(c.levels.names))
	}
	names := []string{}
	for _, i := range sortedLevels(c.levels.names) {
		names = append(names, shortened(strings.Join(strings.Fields(c.levels.names[i]), " ")))
	}
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%d: %s, …", len(names), strings.Join(names[:most-1], ", "))
}

// becomes says what is made of a column: inputs, one for other levels, one that marks gaps.
func (e *Encoder) becomes(c *Column) string {
	n := c.parts
	if c.Other {
		n--
	}
	words := fmt.Sprintf("%d inputs", n)
	if n == 1 {
		words = "1 input"
	}
	if c.Hashed > 0 {
		words += ", hashed"
	}
	if c.Other {
		words += " + others"
	}
	if c.Mark {
		words += " + gaps"
	}
	return words
}

// Warnings tells what may spoil a training on the given rows: a column that determines the
// target alone.
func (t *Table[T]) Warnings(rows []int) (warnings []string) {
	targets := t.targets()
	inputs := 0
	for _, c := range t.columns {
		if c.role == input && c.kind.parts != nil {
			inputs++
		}
	}
	if len(targets) != 1 || inputs < 2 {
		return nil
	}
	for _, c := range t.columns {
		if c.role == input && (c.kind == numberColumn || c.kind == categoryColumn) && (t.determines(c, targets[0], rows) || t.separates(c, targets[0], rows)) {
			warnings = append(warnings, fmt.Sprintf("%s alone determines the target: if it isn't known before the target is, leave it out (drop=%s)", c.called(), t.nameOf(c)))
		}
	}
	return warnings
}

// determines reports whether equal values of c always have equal targets: each of few
// values, with samples enough to tell.
func (t *Table[T]) determines(c, target *column, rows []int) bool {
	const most, enough = 64, 5
	seen := make(map[T]T)
	ok := true
	t.at(rows, func(_, i int, row []T) {
		if !ok {
			return
		}
		v, y := row[c.slot], row[target.slot]
		if t.task != Regression {
			y = T(target.codes[i])
		}
		if v != v {
			v = -1 // a gap is a value, too
		}
		first, known := seen[v]
		if !known {
			seen[v] = y
		}
		ok = (!known || first == y) && len(seen) <= most
	})
	if !ok || len(seen) < 2 || len(rows) < enough*len(seen) {
		return false
	}
	var classes []T
	for _, y := range seen {
		classes = append(classes, y)
	}
	slices.Sort(classes)
	return len(slices.Compact(classes)) > 1
}

// separates reports whether the numbers of c tell the classes apart without exception:
// each class has a range of its own, and samples enough to tell.
func (t *Table[T]) separates(c, target *column, rows []int) bool {
	const enough = 5
	if t.task != Classification || c.kind != numberColumn {
		return false
	}
	type bounds struct{ low, high T }
	classes := make(map[int32]bounds)
	gaps := false
	t.at(rows, func(_, i int, row []T) {
		v := row[c.slot]
		gaps = gaps || v != v
		b, known := classes[target.codes[i]]
		if !known {
			b = bounds{v, v}
		}
		classes[target.codes[i]] = bounds{min(b.low, v), max(b.high, v)}
	})
	if gaps || len(classes) < 2 || len(rows) < enough*len(classes) {
		return false
	}
	all := slices.SortedFunc(maps.Values(classes), func(a, b bounds) int { return cmp.Compare(a.low, b.low) })
	for k := range all[1:] {
		if all[k].high >= all[k+1].low {
			return false
		}
	}
	return true
}
