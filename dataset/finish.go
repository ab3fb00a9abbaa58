package dataset

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/nabla-go/nabla/internal/decimal"
	"github.com/nabla-go/nabla/kernels"
)

// info is what a whole column looks like.
type info struct {
	min, max float64 // of numbers
	gaps     int
	count    bool // each number is one more than that of the row before
	whole    bool // all numbers are whole
	rising   bool // each number is more than the one before
	first    float64
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
	return d.noInputs()
}

// noInputs says that all columns but the target are left out.
func (d *decoder[T]) noInputs() error {
	var all []string
	var help []Option
	for _, c := range d.columns {
		if c.role != input {
			continue
		}
		all = append(all, fmt.Sprintf("%s: %s", c.called(), c.reason))
		switch layout := c.looksLikeDates(); {
		case c.kind != textColumn || c.given || len(help) == maxErrors:
		case layout != "":
			help = append(help, Option{"columns", d.nameOf(c) + "=date:" + layout})
		default:
			help = append(help, Option{"keep", d.nameOf(c)})
		}
	}
	text := fmt.Sprintf(": no column is left to learn from (%s)", abbreviate(all))
	if d.opt.Point != 0 && d.opt.Encoder == nil {
		help = append([]Option{{"decimal", "auto"}}, help...)
	}
	return &OptionError{Text: text, Options: merged(help)}
}

// merged puts the values of options of the same name together, with commas between.
func merged(all []Option) (options []Option) {
	for _, o := range all {
		i := slices.IndexFunc(options, func(m Option) bool { return m.Name == o.Name })
		if i < 0 {
			options = append(options, o)
		} else if !slices.Contains(strings.Split(options[i].Value, ","), o.Value) {
			options[i].Value += "," + o.Value
		}
	}
	return options
}

// survey looks at all numbers and times once more.
func (d *decoder[T]) survey() {
	var all []*column
	for _, c := range d.columns {
		c.info = info{min: math.Inf(1), max: math.Inf(-1), count: true, whole: true, rising: true}
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
	d.store.parts(func(first int, rows []T) {
		for _, c := range all {
			surveyNumbers(d.Table, &c.info, first, rows[c.slot:])
		}
	})
}

// surveyNumbers looks at the numbers of a column in the rows from row first on. They stand
// in v with as many others between two of them as a row has.
func surveyNumbers[T kernels.Float](t *Table[T], info *info, first int, v []T) {
	s := *info
	for k, i := 0, first; k < len(v); k, i = k+t.store.width, i+1 {
		x := float64(v[k])
		if x != x {
			s.gaps++
			s.count, s.rising = false, false
			continue
		}
		s.rising = s.rising && x > s.max
		if x < s.min {
			s.min = x
		}
		if x > s.max {
			s.max = x
		}
		if s.count {
			n := float64(t.rowNumber(i))
			if i == 0 {
				s.first = x - n
			}
			s.count = x == s.first+n
		}
		s.whole = s.whole && x == math.Floor(x)
	}
	*info = s
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
		return d.mixedSigns(c)
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
			d.noteCompact(c)
			d.noteStandIns(c)
			return d.mixedSigns(c)
		}
		if n, whole := d.distinct(c, fewNumbers+1); !whole || n > fewNumbers || (n+len(c.marks))*3 > c.filled {
			return d.mixed(c, c.filled)
		}
		d.toWords(c)
		c.kind = categoryColumn
		c.info.gaps = 0
		d.surveyWords(c)
	case words:
		c.kind = categoryColumn
		defer d.noteDates(c)
		if numbers, all := d.numbersAmong(c); all {
			return d.mixed(c, numbers)
		}
		if n := len(c.levels.names); c.overflow || n > fewNumbers && 2*n > c.filled && !c.kept {
			c.kind, c.reason = textColumn, "text: values differ"
			if c.looksLikeDates() == "" {
				d.noteUnits(c)
			}
		} else if c.long {
			return complaint{text: fmt.Sprintf("%s has words and numbers whose digits or signs would be lost", c.called())}, d.typed(c)
		}
	}
	return bad, nil
}

// usualLayouts are forms of dates that aren't recognised by themselves, because day and
// month may change places.
var usualLayouts = []string{
	"2.1.2006", "2.1.06", "1/2/2006", "2/1/2006", "1/2/06", "2/1/06", "2006/1/2", "2-1-2006", "1-2-2006", "2-Jan-2006", "2-Jan-06", "Jan 2, 2006", "Jan 2 2006", "2 Jan 2006",
	"January 2, 2006", "2 January 2006",
}

// usualTimes are what may follow a date of that form.
var usualTimes = []string{"", " 15:04", " 15:04:05", " 3:04 PM", " 3:04:05 PM"}

// looksLikeDates returns the layout that all words of a column have, "" if there is none.
func (c *column) looksLikeDates() string {
	names := c.levels.names[:min(len(c.levels.names), 1000)]
	for _, date := range usualLayouts {
		for _, time := range usualTimes {
			layout := date + time
			if len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { _, ok := parseTime(layout, name); return !ok }) {
				return layout
			}
		}
	}
	return ""
}

// noteCompact tells of a column of numbers that may be dates of eight digits, as 20240131.
func (d *decoder[T]) noteCompact(c *column) {
	if !c.info.whole || c.info.min < 18000101 || c.info.max > 21001231 || c.info.min == c.info.max {
		return
	}
	all := true
	d.store.each(func(_ int, row []T) {
		v := float64(row[c.slot])
		month, day := math.Mod(math.Floor(v/100), 100), math.Mod(v, 100)
		all = all && (v != v || month >= 1 && month <= 12 && day <= 32) // float32 has even ones only
	})
	if all {
		d.Notes = append(d.Notes, fmt.Sprintf("%s has numbers of eight digits, as 20240131 (columns=%s=date:20060102 if they are dates)", c.called(), d.nameOf(c)))
	}
}

// noteStandIns tells of a number that may stand for a gap: nines, as in -999, that occur again
// and again and are further from all other numbers of the column than those from each other.
func (d *decoder[T]) noteStandIns(c *column) {
	for _, end := range []float64{c.info.min, c.info.max} {
		if a := math.Abs(end); a != 99 && a != 999 && a != 9999 && a != 99999 {
			continue
		}
		times, low, high := 0, math.Inf(1), math.Inf(-1)
		d.store.each(func(_ int, row []T) {
			switch v := float64(row[c.slot]); {
			case v == end:
				times++
			case v == v:
				low, high = min(low, v), max(high, v)
			}
		})
		if times > 1 && low < high && min(math.Abs(end-low), math.Abs(end-high)) > high-low {
			d.Notes = append(d.Notes, fmt.Sprintf("%s has %v in %d rows, and otherwise numbers from %s to %s (na=%v if it stands for a gap)", c.called(), end, times, shortNumber(low), shortNumber(high), end))
		}
	}
}

// withUnit is a number with a unit behind it, or a sign before it.
var withUnit = regexp.MustCompile(`^([<>~≈]=? ?)?[-+]?\d[\d.,]*( ?[^\d\s]{1,12})?$`)

// noteUnits tells of a column of text that are numbers with units.
func (d *decoder[T]) noteUnits(c *column) {
	numbers := 0
	for _, name := range c.levels.names {
		if withUnit.MatchString(name) {
			numbers++
		}
	}
	if 10*numbers < 9*len(c.levels.names) || c.overflow {
		return
	}
	i := slices.IndexFunc(c.levels.names, func(name string) bool { return withUnit.MatchString(name) && !isNumber([]byte(name), d.form.Point) })
	if i >= 0 {
		d.Notes = append(d.Notes, fmt.Sprintf("%s has numbers such as %s: left out as text; to learn from them, remove what stands beside the digits", c.called(), quoted(c.levels.names[i])))
	}
}

// noteDates tells of a column of words that are dates in a form that has to be given.
func (d *decoder[T]) noteDates(c *column) {
	layout := c.looksLikeDates()
	if layout == "" {
		return
	}
	what := map[*kind]string{textColumn: "left out", categoryColumn: "a category"}[c.kind]
	option := d.nameOf(c) + "=date:" + layout
	if strings.Contains(option, " ") {
		option = "'" + option + "'"
	}
	d.Notes = append(d.Notes, fmt.Sprintf("%s has dates such as %s: %s (columns=%s if they are of that form)", c.called(), quoted(c.levels.names[0]), what, option))
}

// mixed describes a column of numbers or dates with words in it.
func (d *decoder[T]) mixed(c *column, filled int) (bad complaint, help []Option) {
	if m := c.marks[0]; d.headed && len(c.marks) == 1 && m.text == c.name {
		return complaint{m.line, c.called() + ": the header is there again: leave that line out"}, nil
	}
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
	return complaint{c.marks[0].line, text}, append(help, d.typed(c)...)
}

// typed are the options that make a column a category or drop it.
func (d *decoder[T]) typed(c *column) []Option {
	name := d.nameOf(c)
	return []Option{{"columns", name + "=" + categoryColumn.name}, {"drop", name}}
}

// numbersAmong reports whether a column of words is one of numbers with few words in it,
// which then stand in its marks, and in how many cells it has numbers.
func (d *decoder[T]) numbersAmong(c *column) (cells int, mixed bool) {
	different, whole, wordy, words := 0, true, 0, []mark(nil)
	for i, name := range c.levels.names {
		v, ok := parseLevel(name)
		if !ok && isNumber([]byte(name), d.form.Point) { // written for people
			v, ok = math.NaN(), true
		}
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
	d.noteWritten()
	d.noteTarget()
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
