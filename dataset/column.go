package dataset

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
	"unsafe"

	"github.com/nabla-go/nabla/internal/decimal"
	"github.com/nabla-go/nabla/kernels"
)

// A role is what a column is there for.
type role string

const (
	input   role = "input"
	target  role = "target"
	group   role = "group"
	order   role = "order"
	weight  role = "weight"
	dropped role = "dropped"
)

// A reading is how the cells of a column are read. It can change while a file is read:
// undecided until there is a cell that is no gap, words where there are more words among
// numbers than marks of gaps can be.
type reading byte

const (
	undecided reading = iota
	numbers           // the cell is the value
	words             // the cell is the number of a level
	dates             // the time stands in column.times
	skipped           // nothing is kept
)

// What a column may have.
const (
	maxLevels  = 1 << 20 // different words; beyond that it is text
	maxClasses = 1000    // different labels
	maxMarks   = 5       // different words among numbers that may be marks of gaps
	fewNumbers = 20      // so many different whole numbers beside words may be levels
)

// column is a column while its file is read.
type column struct {
	name    string // "" without a header
	number  int    // from 1
	encoded int    // index in Encoder.Columns
	slot    int    // where it stands in a row of the store, −1 if nowhere
	role    role
	kind    *kind // nil until the whole file has been read
	given   bool  // kind was chosen by the user or a model
	kept    bool  // in TableOptions.Keep
	reading reading
	layout  string // of dates; "" is ISO 8601
	reason  string // why it is left out

	gaps, filled int // cells without and with a value
	levels       levels
	times        []int64 // of dates: seconds since 1970, or noTime
	codes        []int32 // of a target: the level of each row
	marks        []mark  // words among numbers, numbers among dates
	overflow     bool    // more levels than are kept
	long         bool    // a number had more digits than T keeps, or was written as words can't be made of it
	written      written // numbers that are written for people
	whole        bool    // all numbers of a target so far are whole
	info         info
}

// mark is a word where a number was expected.
type mark struct {
	text  string
	count int
	line  int // of the first
}

// noTime stands for a gap.
const noTime = math.MinInt64

// levels are the different words of a column in the order of the file.
type levels struct {
	names  []string
	counts []int
	index  map[string]int32
	bytes  int64
}

// add counts a word and returns its number, or −1 if that would be a level more than most.
func (l *levels) add(word string, most int) int32 {
	if i, ok := l.index[word]; ok {
		l.counts[i]++
		return i
	}
	if len(l.names) >= most {
		return -1
	}
	if l.index == nil {
		l.index = make(map[string]int32)
	}
	word = strings.Clone(word)
	i := int32(len(l.names))
	l.names, l.counts = append(l.names, word), append(l.counts, 1)
	l.index[word] = i
	l.bytes += int64(len(word)) + 64
	return i
}

// called is what messages call a column.
func (c *column) called() string { return columnName(c.number, c.name) }

func columnName(number int, name string) string {
	name = strings.Join(strings.Fields(name), " ")
	if name == "" {
		return fmt.Sprintf("column %d", number)
	}
	return fmt.Sprintf("column %d (%s)", number, shortened(name))
}

// gap returns what a column of numbers stores for mark i, from 0, or for a gap if i is −1:
// a NaN.
func gap[T kernels.Float](i int) T {
	if unsafe.Sizeof(T(0)) == 4 {
		return T(math.Float32frombits(0x7fc00001 + uint32(i)))
	}
	return T(math.Float64frombits(0x7ff8000000000001 + uint64(i)))
}

// gapOf returns the i that gap was called with.
func gapOf[T kernels.Float](v T) int {
	if unsafe.Sizeof(v) == 4 {
		return int(math.Float32bits(float32(v))&0x3fffff) - 1
	}
	return int(math.Float64bits(float64(v))&0x3ffff) - 1
}

// put returns what is stored for a cell.
func put[T kernels.Float](d *decoder[T], c *column, cell []byte) (T, error) {
	if c.role == target && c.reading != skipped {
		return d.putTarget(c, cell)
	}
	if c.reading == skipped {
		if c.kind == emptyColumn && len(cell) > 0 {
			return 0, fmt.Errorf("%s: %s, but the cells before it are empty", c.called(), quoted(string(cell)))
		}
		return 0, nil
	}
	if d.isGap(cell) {
		c.gaps++
		if c.reading == words {
			return -1, nil
		}
		if c.reading == dates {
			c.times = append(c.times, noTime)
		}
		return gap[T](-1), nil
	}
	if c.reading == undecided {
		c.decide(d.form.Point, cell)
		switch c.reading {
		case dates:
			for range d.store.rows {
				c.times = append(c.times, noTime)
			}
		case words:
			d.gapsOfWords(c)
		}
	}
	c.filled++
	switch c.reading {
	case numbers:
		v, ok, err := parseNumber[T](d, c, cell)
		if ok && err == nil {
			if d.gapped[v] {
				c.filled--
				c.gaps++
				return gap[T](-1), nil
			}
			return v, nil
		}
		if err != nil {
			return 0, fmt.Errorf("%s: %s is too large for float%d", c.called(), quoted(string(cell)), 8*elemSize[T]())
		}
		c.filled--
		return d.markOf(c, string(cell))
	case dates:
		s, ok := parseTime(c.layout, string(cell))
		if !ok {
			c.filled--
			d.addMark(c, string(cell))
			s = noTime
		}
		c.times = append(c.times, s)
		return 0, nil
	}
	return d.word(c, string(cell))
}

// putTarget returns the value of a target, NaN if it is a word, and keeps its level.
func (d *decoder[T]) putTarget(c *column, cell []byte) (T, error) {
	if d.isGap(cell) {
		return 0, errNoTarget
	}
	if !c.overflow {
		if _, err := d.word(c, string(cell)); err != nil {
			return 0, err
		}
		name := normalForm(string(cell))
		if e := d.opt.Encoder; e != nil && e.Task != Regression {
			if err := e.checkClass(c, name); err != nil {
				return 0, err
			}
		}
		if c.overflow = len(c.levels.names) > maxClasses; c.overflow {
			c.codes = nil
		} else {
			c.codes = append(c.codes, c.levels.index[name])
		}
	}
	v, ok, err := parseNumber[T](d, c, cell)
	if err != nil || !ok && isInfinite(cell) {
		return 0, fmt.Errorf("%s: the target %s is too large for float%d", c.called(), quoted(string(cell)), 8*elemSize[T]())
	}
	if !ok {
		d.addMark(c, string(cell))
		return gap[T](-1), nil
	}
	c.filled++
	c.whole = c.whole && float64(v) == math.Floor(float64(v))
	return v, nil
}

// decide chooses how to read a column from its first cell that isn't a gap.
func (c *column) decide(point byte, cell []byte) {
	isNumber := isNumber(cell, point)
	_, isTime := parseTime("", string(cell))
	switch {
	case isNumber || isInfinite(cell):
		c.reading = numbers
	case isTime:
		c.reading = dates
	default:
		c.reading = words
	}
}

// isInfinite reports whether a cell is a number that isn't finite.
func isInfinite(cell []byte) bool {
	word := bytes.TrimLeft(cell, "+-")
	return bytes.EqualFold(word, []byte("inf")) || bytes.EqualFold(word, []byte("infinity"))
}

// gapsOfWords turns the gaps of the rows so far into those of words.
func (d *decoder[T]) gapsOfWords(c *column) {
	d.store.each(func(_ int, row []T) { row[c.slot] = -1 })
}

// word returns the number of the level that a cell names.
func (d *decoder[T]) word(c *column, cell string) (T, error) {
	if !utf8.ValidString(cell) { // a model file would not keep it
		return 0, fmt.Errorf("%s: %q %w", c.called(), shortened(cell), errEncoding)
	}
	i := int32(-1)
	if !c.overflow {
		i = c.levels.add(normalForm(cell), maxLevels)
	}
	if i < 0 {
		c.overflow = true
		return -1, nil
	}
	return T(i), nil
}

// normalForm returns the name of the level or class that a cell names: 1 for 1.0 and 01.
// Numbers from 2⁵³ on, which float64 can't tell apart, are words.
func normalForm(cell string) string {
	v, ok, err := decimal.Parse[float64]([]byte(cell), '.')
	if !ok || err != nil || math.Abs(v) >= 1<<53 {
		return cell
	}
	return strconv.FormatFloat(v+0, 'f', -1, 64) // +0 makes −0 the level 0
}

// addMark counts a word among numbers or dates, and returns its index among the first
// maxMarks, or −1.
func (d *decoder[T]) addMark(c *column, cell string) int {
	for i := range c.marks {
		if c.marks[i].text == cell {
			c.marks[i].count++
			return i
		}
	}
	if len(c.marks) == maxMarks && c.reading == numbers {
		return -1
	}
	if len(c.marks) < maxMarks {
		c.marks = append(c.marks, mark{strings.Clone(cell), 1, d.lineNumber()})
	} else {
		c.marks[maxMarks-1].count++
	}
	return len(c.marks) - 1
}

// markOf returns what is stored for a word among numbers. With too many different ones
// the column is one of words.
func (d *decoder[T]) markOf(c *column, cell string) (T, error) {
	if i := d.addMark(c, cell); i >= 0 {
		return gap[T](i), nil
	}
	if c.given { // it was to be numbers
		c.marks[maxMarks-1].count++
		return gap[T](maxMarks - 1), nil
	}
	d.toWords(c)
	c.filled++
	return d.word(c, cell)
}

// toWords makes a column of numbers one of words.
func (d *decoder[T]) toWords(c *column) {
	c.reading, c.filled = words, 0
	c.long = c.long || c.written.cells > 0
	j := c.slot
	d.store.each(func(_ int, row []T) {
		v := row[j]
		word := ""
		switch {
		case v == v:
			word = formatLevel(v)
			c.long = c.long || len(word) > 7
		case gapOf(v) >= 0:
			word = c.marks[gapOf(v)].text
		default:
			row[j] = -1
			return
		}
		c.filled++
		row[j], _ = d.word(c, word)
	})
	c.marks = nil
}

// formatLevel writes a number as [normalForm] does.
func formatLevel[T kernels.Float](v T) string {
	return strconv.FormatFloat(float64(v)+0, 'f', -1, 8*int(elemSize[T]()))
}

// isoLayouts are the forms of dates and times that are recognised by themselves (ISO
// 8601), with T or a blank between date and time. A fraction of a second is understood
// as well.
var isoLayouts = []string{
	"2006-01-02", "2006-01-02T15:04:05", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z0700",
	"15:04:05", "15:04",
}

// parseTime returns the seconds since 1970 of a date or time; those of a time without a
// date are counted from midnight.
func parseTime(layout, cell string) (seconds int64, ok bool) {
	layouts := []string{layout}
	if layout == "" {
		if len(cell) < len("15:04") || cell[0] < '0' || cell[0] > '9' {
			return 0, false
		}
		layouts = isoLayouts
		if len(cell) > 10 && cell[10] == ' ' {
			cell = cell[:10] + "T" + cell[11:]
		}
	}
	for _, l := range layouts {
		t, err := time.Parse(l, cell)
		if err != nil {
			continue
		}
		if t.Year() == 0 {
			return int64(t.Hour()*3600 + t.Minute()*60 + t.Second()), true
		}
		return t.Unix(), true
	}
	return 0, false
}

// goLayout returns a layout of package time, from one of strftime if there is a %.
func goLayout(layout string) string {
	if !strings.Contains(layout, "%") {
		return layout
	}
	return strings.NewReplacer("%Y", "2006", "%m", "01", "%d", "02", "%H", "15", "%M", "04", "%S", "05", "%y", "06", "%b", "Jan", "%B", "January",
		"%I", "03", "%p", "PM", "%z", "-0700", "%Z", "MST", "%e", "_2", "%j", "002", "%a", "Mon", "%A", "Monday", "%f", "000000", "%T", "15:04:05", "%F", "2006-01-02", "%D", "01/02/06", "%%", "%").Replace(layout)
}

func elemSize[T kernels.Float]() int64 { return int64(unsafe.Sizeof(T(0))) }
