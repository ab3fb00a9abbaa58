package dataset

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/nabla-go/nabla/internal/decimal"
)

// info is what a whole column looks like.
type info struct {
	min, max float64 // of numbers
	gaps     int
	count    bool // each number is one more than that of the row before
	rising   bool // all are whole, and each is more than that of the row before
	falling  bool // likewise, less
	first    float64
	last     float64
	calendar bool // dates that are more than times of the day
	clock    bool // dates with a time of the day
}

// finish decides on the types of all columns, once all rows have been read.
func (d *decoder[T]) finish() error {
	d.survey()
	var bad []complaint
	var options []Option
	for _, c := range d.columns {
		if c.role == target || c.kind != nil && !c.given {
			continue
		}
		if what, help := d.decideKind(c); what.text != "" {
			bad, options = append(bad, what), append(options, help...)
		}
	}
	if d.bad > 0 {
		bad = append(bad, d.badRows...)
		if d.bad > len(d.badRows) {
			bad = append(bad, complaint{text: fmt.Sprintf("and so in %d more lines", d.bad-len(d.badRows))})
		}
	}
	if len(bad) > 0 {
		return &OptionError{Text: listed(bad), Options: merged(options)}
	}
	if err := d.setTask(); err != nil {
		return err
	}
	d.leaveOutIndex()
	d.note()
	for _, c := range d.columns {
		if c.role == input && c.kind.parts != nil {
			return nil
		}
	}
	var all []string
	for _, c := range d.columns {
		if c.role == input {
			all = append(all, fmt.Sprintf("%s: %s", c.called(), c.reason))
		}
	}
	return &OptionError{Text: fmt.Sprintf(": no column is left to learn from (%s)", abbreviate(all)), Options: []Option{{"keep", "NAME"}, {"columns", "NAME=category"}}}
}

// merged puts the values of options of the same name together, with commas between.
func merged(all []Option) (options []Option) {
	for _, o := range all {
		i := slices.IndexFunc(options, func(m Option) bool { return m.Name == o.Name })
		if i < 0 {
			options = append(options, o)
		} else {
			options[i].Value += "," + o.Value
		}
	}
	return options
}

// survey looks at all numbers and times once more.
func (d *decoder[T]) survey() {
	var all []*column
	for _, c := range d.columns {
		c.info = info{min: math.Inf(1), max: math.Inf(-1), count: true, rising: true, falling: true}
		if c.role != target && c.reading == numbers || c.role == target && c.words() == 0 {
			all = append(all, c)
		}
		if c.reading == dates {
			c.surveyTimes()
		}
		if c.reading == words {
			d.surveyWords(c)
		}
	}
	d.store.each(func(i int, row []T) {
		for _, c := range all {
			v := float64(row[c.slot])
			s := &c.info
			if v != v {
				s.gaps++
				s.count, s.rising, s.falling = false, false, false
				continue
			}
			s.min, s.max = min(s.min, v), max(s.max, v)
			n := float64(d.rowNumber(i))
			if i == 0 {
				s.first = v - n
			}
			s.count = s.count && v == s.first+n
			whole := v == math.Floor(v)
			s.rising = s.rising && whole && (i == 0 || v > s.last)
			s.falling = s.falling && whole && (i == 0 || v < s.last)
			s.last = v
		}
	})
}

func (d *decoder[T]) surveyWords(c *column) {
	d.store.each(func(_ int, row []T) {
		if row[c.slot] < 0 {
			c.info.gaps++
		}
	})
	if c.overflow {
		c.info.gaps = c.gaps
	}
}

func (c *column) surveyTimes() {
	s := &c.info
	for _, t := range c.times {
		if t == noTime {
			s.gaps++
			continue
		}
		s.min, s.max = min(s.min, float64(t)), max(s.max, float64(t))
		s.calendar = s.calendar || t < 0 || t >= 24*60*60
		s.clock = s.clock || t%(24*60*60) != 0
	}
}

// decideKind decides on the type of a column. For one that is bad it says why, and what
// would help.
func (d *decoder[T]) decideKind(c *column) (bad complaint, help []Option) {
	if c.reading == numbers {
		c.filled = d.store.rows - c.info.gaps
	}
	if c.given {
		if len(c.marks) > 0 {
			return d.mixed(c, c.filled)
		}
		return bad, nil
	}
	switch c.reading {
	case undecided:
		c.kind, c.reason = emptyColumn, "empty"
	case dates:
		if c.kind = dateColumn; len(c.marks) > 0 {
			return d.mixed(c, c.filled)
		}
	case numbers:
		c.kind = numberColumn
		if len(c.marks) == 0 {
			break
		}
		if n, whole := d.distinct(c, fewNumbers+1); !whole || n > fewNumbers || (n+len(c.marks))*3 > c.filled {
			return d.mixed(c, c.filled)
		}
		d.toWords(c)
		c.kind = categoryColumn
	case words:
		c.kind = categoryColumn
		if numbers, all := d.numbersAmong(c); all {
			return d.mixed(c, numbers)
		}
		if n := len(c.levels.names); c.overflow || n > fewNumbers && 2*n > c.filled && !c.kept {
			c.kind, c.reason = textColumn, "text: values differ"
			if layout := c.looksLikeDates(); layout != "" {
				d.Notes = append(d.Notes, fmt.Sprintf("%s has dates such as %s: left out (columns=%s=date:%s if they are of that form)", c.called(), quoted(c.levels.names[0]), d.nameOf(c), layout))
			}
		} else if c.long {
			return complaint{text: fmt.Sprintf("%s has long numbers and words", c.called())}, d.typed(c, categoryColumn, textColumn)
		}
	}
	return bad, nil
}

// usualLayouts are forms of dates that aren't recognised by themselves, because day and
// month may change places.
var usualLayouts = []string{"2.1.2006", "2.1.06", "1/2/2006", "2/1/2006", "1/2/06", "2/1/06", "2006/1/2", "2-1-2006", "1-2-2006", "2-Jan-2006", "2-Jan-06", "Jan 2, 2006"}

// looksLikeDates returns the layout that all words of a column have, "" if there is none.
func (c *column) looksLikeDates() string {
	for _, layout := range usualLayouts {
		if !slices.ContainsFunc(c.levels.names[:min(len(c.levels.names), 1000)], func(name string) bool {
			_, ok := parseTime(layout, name)
			return !ok
		}) && len(c.levels.names) > 0 {
			return layout
		}
	}
	return ""
}

// mixed describes a column of numbers or dates with words in it.
func (d *decoder[T]) mixed(c *column, filled int) (bad complaint, help []Option) {
	cells, words := 0, []string{}
	for _, m := range c.marks {
		cells += m.count
		words = append(words, quoted(m.text))
	}
	what := "a number"
	if c.kind == dateColumn {
		what = "a date"
	}
	text := fmt.Sprintf("%s: %s is not %s", c.called(), words[0], what)
	switch {
	case len(words) == 2:
		text += ", nor is " + words[1]
	case len(words) > 2:
		text += ", nor are " + strings.Join(words[1:], ", ")
	}
	text += fmt.Sprintf(" (%d of %d cells)", cells, cells+filled)
	help = []Option{{"na", c.marks[0].text}}
	if c.number == 1 && strings.HasPrefix(c.marks[0].text, "#") {
		help = []Option{{"comment", "#"}}
	}
	return complaint{c.marks[0].line, text}, append(help, d.typed(c, categoryColumn)...)
}

// typed are the options that give a column another type or drop it.
func (d *decoder[T]) typed(c *column, kinds ...*kind) (options []Option) {
	name := d.nameOf(c)
	for _, k := range kinds {
		options = append(options, Option{"columns", name + "=" + k.name})
	}
	return append(options, Option{"drop", name})
}

// numbersAmong reports whether a column of words is one of numbers with few words in it,
// which then stand in its marks, and in how many cells it has numbers.
func (d *decoder[T]) numbersAmong(c *column) (cells int, mixed bool) {
	different, whole, wordy, words := 0, true, 0, []mark(nil)
	for i, name := range c.levels.names {
		v, ok := parseLevel(name)
		if ok {
			cells += c.levels.counts[i]
			different++
			whole = whole && v == math.Floor(v)
			continue
		}
		if wordy += c.levels.counts[i]; len(words) <= maxMarks {
			words = append(words, mark{text: name, count: c.levels.counts[i]})
		}
	}
	few := len(words) <= maxMarks || cells >= 19*wordy
	levels := whole && different <= fewNumbers && 3*len(c.levels.names) <= c.filled
	if wordy == 0 || cells <= wordy || !few || levels || c.overflow {
		return cells, false
	}
	c.marks = words[:min(len(words), maxMarks)]
	return cells, true
}

// distinct returns how many different numbers a column has, up to most, and whether all of
// those are whole.
func (d *decoder[T]) distinct(c *column, most int) (n int, whole bool) {
	seen := make(map[T]bool)
	whole = true
	d.store.each(func(_ int, row []T) {
		if v := row[c.slot]; v == v && len(seen) < most {
			seen[v] = true
			whole = whole && float64(v) == math.Floor(float64(v))
		}
	})
	return len(seen), whole
}

// indexNames are what a column that tells rows apart may be called, in lower case and
// without blanks and other signs. Names that end with id are as well.
var indexNames = map[string]bool{
	"": true, "index": true, "idx": true, "no": true, "nr": true, "sno": true, "serialno": true, "row": true, "rowno": true, "rownumber": true, "rownum": true,
	"rownames": true, "unnamed0": true, "sample": true, "case": true, "record": true, "obs": true, "observation": true,
}

// namesRows reports whether a column may be there to tell rows apart, going by its name.
func namesRows(name string) bool {
	plain := strings.Map(func(r rune) rune {
		if r = unicode.ToLower(r); unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, name)
	stem, isID := strings.CutSuffix(plain, "id")
	// PassengerId, case_id, row ID, but not humid
	isID = isID && (stem == "" || strings.HasSuffix(name, "Id") || strings.HasSuffix(name, "ID") || len(name) > 2 && strings.ContainsRune("_-. #", rune(name[len(name)-3])))
	return isID || indexNames[plain]
}

// fewRows is the number of rows from which on a column without a name can count them.
const fewRows = 10

// leaveOutIndex leaves out columns that count or number the rows. In a file that is sorted
// by class they would tell the class.
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
		s := c.info
		counts := s.count && (s.first == 0 || s.first == 1)
		switch {
		case namesRows(c.name) && counts:
			c.kind, c.reason = indexColumn, "counts the rows"
			inputs--
		case namesRows(c.name) && c.name != "" && many && (s.rising || s.falling):
			c.kind, c.reason = indexColumn, "numbers the rows"
			inputs--
		case counts && many:
			d.Notes = append(d.Notes, fmt.Sprintf("%s counts the rows (drop=%s if it is no more than that)", c.called(), d.nameOf(c)))
		}
	}
}

// note tells what was left out, dropped or taken for granted.
func (d *decoder[T]) note() {
	say := func(format string, args ...any) { d.Notes = append(d.Notes, fmt.Sprintf(format, args...)) }
	if s := d.form.Separator; s != ',' && s != 0 && d.opt.Separator == 0 {
		say("cells are separated by %s", separatorWords(s))
	}
	if d.form.Point == ',' && d.opt.Point == 0 {
		say("numbers have a decimal comma")
	}
	if n := d.r.Comments; n > 0 {
		say("%s", commentsWords(n, d.opt.Comment))
	}
	if d.untold > 0 {
		say("%d rows without a target were left out", d.untold)
	}
}

// commentsWords tells of n lines that were taken for comments.
func commentsWords(n int, mark byte) string {
	lines := "1 line that begins with %c was"
	if n > 1 {
		lines = fmt.Sprint(n) + " lines that begin with %c were"
	}
	if lines += " left out as comments"; mark == 0 {
		mark = '#'
		lines += " (comment=none if they are rows)"
	}
	return fmt.Sprintf(lines, mark)
}

func separatorWords(s byte) string {
	switch s {
	case '\t':
		return "tabs"
	case ' ':
		return "blanks"
	case ';':
		return "semicolons"
	}
	return string(rune(s))
}

// parseLevel reads the name of a level as a number.
func parseLevel(name string) (float64, bool) {
	v, ok, err := decimal.Parse[float64]([]byte(name), '.')
	return v, ok && err == nil
}

// sortedLevels returns the numbers of levels in the order of their names: ascending if all
// are numbers, else sorted as text.
func sortedLevels(names []string) []int {
	order := make([]int, len(names))
	values := make([]float64, len(names))
	numeric := true
	for i, name := range names {
		var ok bool
		order[i] = i
		values[i], ok = parseLevel(name)
		numeric = numeric && ok
	}
	slices.SortFunc(order, func(a, b int) int {
		if numeric {
			return cmp.Or(cmp.Compare(values[a], values[b]), cmp.Compare(names[a], names[b]))
		}
		return cmp.Compare(names[a], names[b])
	})
	return order
}
