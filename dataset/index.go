package dataset

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Names, in lower case and without blanks and other signs, of a column that tells rows
// apart. Names that end with id are such, too. One of counts counts the rows or is
// something else; one of indices may number them otherwise: the data frame was shuffled, or
// lost rows, before it was written.
var (
	indices  = map[string]bool{"": true, "index": true, "idx": true, "rownames": true, "unnamed0": true}
	counters = map[string]bool{
		"no": true, "nr": true, "sno": true, "serialno": true, "row": true, "rowno": true, "rownumber": true, "rownum": true,
		"sample": true, "case": true, "record": true, "obs": true, "observation": true,
	}
)

// namesRows reports whether a column may be there to tell rows apart, going by its name,
// and whether by anything but counting them.
func namesRows(name string) (counting, otherwise bool) {
	plain := strings.Map(func(r rune) rune {
		if r = unicode.ToLower(r); unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, name)
	stem, isID := strings.CutSuffix(plain, "id")
	// PassengerId, case_id, row ID, but not humid
	isID = isID && (stem == "" || strings.HasSuffix(name, "Id") || strings.HasSuffix(name, "ID") || len(name) > 2 && strings.ContainsRune("_-. #", rune(name[len(name)-3])))
	otherwise = isID || indices[plain]
	return otherwise || counters[plain], otherwise
}

// fewRows is the number of rows from which on a column without a name can count them, and
// one with a name can tell them apart without counting.
const fewRows = 10

// leaveOutIndex leaves out columns that count the rows, or tell them apart by whole numbers
// of which nearly all differ. In a file that is sorted by class they would tell the class.
func (d *decoder[T]) leaveOutIndex() {
	inputs := 0
	for _, c := range d.columns {
		if c.role == input && c.kind.parts != nil {
			inputs++
		}
	}
	many := d.store.rows >= fewRows
	for _, c := range d.columns {
		if c.role != input || c.kind != numberColumn || c.given || c.kept || inputs < 2 || d.store.rows < 3 || !d.headed && !many {
			continue
		}
		counting, otherwise := namesRows(c.name)
		switch count := d.counts(c); {
		case counting && count:
			c.kind, c.reason = indexColumn, "counts the rows"
			inputs--
		case otherwise && d.headed && many && d.identifies(c):
			c.kind, c.reason = indexColumn, "identifies the rows"
			inputs--
		case count && many:
			d.Notes = append(d.Notes, fmt.Sprintf("%s counts the rows (drop=%s if it is no more than that)", c.called(), d.nameOf(c)))
		}
	}
}

// counts reports whether a column counts the rows from 0 or 1, with those that have no target
// and were left out.
func (d *decoder[T]) counts(c *column) bool {
	s := &c.info
	if d.untold > 0 && d.numbers == nil {
		return s.rising && s.whole && s.min >= 0 && s.max <= float64(d.store.rows+d.untold)
	}
	return s.count && (s.first == 0 || s.first == 1)
}

// identifies reports whether a column has whole numbers without gaps of which nearly all,
// nine in ten, differ.
func (d *decoder[T]) identifies(c *column) bool {
	if !c.info.whole || c.info.gaps > 0 {
		return false
	}
	values := make([]T, 0, d.store.rows)
	d.store.each(func(_ int, row []T) { values = append(values, row[c.slot]) })
	slices.Sort(values)
	return 10*len(slices.Compact(values)) >= 9*d.store.rows
}
