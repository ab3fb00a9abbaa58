package dataset

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/nabla-go/nabla/internal/scalar"
)

// A kind is a type of columns: a row of the table kinds.
type kind struct {
	name    string
	givable bool    // may be asked for
	reading reading // how its cells are read if it is given
	// parts returns the names of the inputs that a column makes, behind the column's own;
	// nil if it makes none.
	parts func(c *Column) []string
	// encode sets the inputs of a cell, of which there are as many as parts. It reports
	// whether the value was one that training knew.
	encode func(c *Column, v value, dst []float64) (known bool)
}

// value is a cell: of a number, of a date in seconds since 1970, or a word.
type value struct {
	x    float64
	s    int64
	word string
}

// The kinds of columns. The last three are left out.
var (
	numberColumn = &kind{
		name: "number", givable: true, reading: numbers,
		parts:  func(*Column) []string { return []string{""} },
		encode: func(_ *Column, v value, dst []float64) bool { dst[0] = v.x; return true },
	}
	categoryColumn = &kind{name: "category", givable: true, reading: words, parts: categoryParts, encode: encodeCategory}
	dateColumn     = &kind{name: "date", givable: true, reading: dates, parts: dateParts, encode: encodeDate}
	textColumn     = &kind{name: "text", givable: true, reading: skipped}
	indexColumn    = &kind{name: "index"}
	emptyColumn    = &kind{name: "empty"}

	kinds = []*kind{numberColumn, categoryColumn, dateColumn, textColumn, indexColumn, emptyColumn}
)

func (k *kind) String() string { return k.name }

// givableKinds lists the types that a column can be given.
func givableKinds() string {
	var names []string
	for _, k := range kinds {
		if k.givable {
			names = append(names, k.name)
		}
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// ColumnTypes returns the names of the types that [TableOptions].Types may give.
func ColumnTypes() (names []string) {
	for _, k := range kinds {
		if k.givable {
			names = append(names, k.name)
		}
	}
	return names
}

func kindNamed(name string) (*kind, error) {
	i := slices.IndexFunc(kinds, func(k *kind) bool { return k.name == name })
	if i < 0 {
		return nil, fmt.Errorf("unknown type of column %q", name)
	}
	return kinds[i], nil
}

// Of a category with more levels than this, levels share columns by a hash.
const maxOneHot = 64

// otherLevel is the name of the input for levels that are rare or unknown.
const otherLevel = "other"

// categoryParts names the inputs of a category: one for each level, and one for others;
// or a fixed number that levels share.
func categoryParts(c *Column) (names []string) {
	if c.Hashed > 0 {
		for i := range c.Hashed {
			names = append(names, fmt.Sprintf("#%d", i+1))
		}
		return names
	}
	for _, l := range c.Levels {
		names = append(names, "="+l)
	}
	if c.Other {
		names = append(names, ": "+otherLevel)
	}
	return names
}

// encodeCategory sets the input of a level to 1 and the others to 0. A level that is none
// of training's is an other one, or nothing if there is no input for those.
func encodeCategory(c *Column, v value, dst []float64) (known bool) {
	clear(dst)
	if c.Hashed > 0 {
		dst[hashWord(v.word)%uint64(c.Hashed)] = 1
		return true
	}
	if i, ok := c.index(v.word); ok {
		dst[i] = 1
		return true
	}
	if c.Other {
		dst[len(c.Levels)] = 1
	}
	return c.isRare(v.word)
}

// hashWord is FNV-1a with 64 bits, its halves folded.
// Source: G. Fowler, L. C. Noll, K.-P. Vo, "FNV hash".
func hashWord(word string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(word) {
		h = (h ^ uint64(word[i])) * 1099511628211
	}
	return h ^ h>>32
}

// dateParts: the time itself, and sine and cosine of what comes round: year, week and,
// where training had times of the day, day.
func dateParts(c *Column) []string {
	if c.Clock && !c.Calendar {
		return []string{"", " sin day", " cos day"}
	}
	parts := []string{"", " sin year", " cos year", " sin week", " cos week"}
	if c.Clock {
		parts = append(parts, " sin day", " cos day")
	}
	return parts
}

// encodeDate sets the days since 1970 and the cyclic parts.
func encodeDate(c *Column, v value, dst []float64) bool {
	const day = 24 * 60 * 60
	dst[0] = float64(v.s) / day
	t := time.Unix(v.s, 0).UTC()
	i := 1
	cycle := func(turn float64) { // from 0 to 1
		angle := float64(2 * math.Pi * turn)
		dst[i], dst[i+1] = scalar.Cos(angle-math.Pi/2), scalar.Cos(angle)
		i += 2
	}
	if c.Calendar || !c.Clock {
		first := time.Date(t.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
		length := first.AddDate(1, 0, 0).Sub(first).Hours() / 24
		cycle(float64(t.YearDay()-1) / length)
		cycle(float64((int(t.Weekday())+6)%7) / 7)
	}
	if c.Clock {
		cycle(float64(t.Hour()*3600+t.Minute()*60+t.Second()) / day)
	}
	return true
}
