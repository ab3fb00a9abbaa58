package dataset

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/nabla-go/nabla/internal/decimal"
	"github.com/nabla-go/nabla/internal/delimited"
)

// preview is the beginning of a table, as far as a header has to be recognised by it.
type preview struct {
	form delimited.Form
	rows [][]string // of equal width; the first record isn't among them
}

func newPreview(form delimited.Form, sample []byte, first int) preview {
	p := preview{form: form}
	// A line that the sample cuts off is no row.
	if i := strings.LastIndexByte(string(sample), '\n'); i >= 0 && len(sample) == sampleSize {
		sample = sample[:i]
	}
	r := delimited.NewReader(strings.NewReader(string(sample)), delimited.Limits{})
	for n := 0; n < 200; n++ {
		record, err := r.Next(form)
		if record == nil || err != nil {
			break
		}
		cells, err := form.Split(record)
		if err != nil {
			break
		}
		if n > 0 && (len(p.rows) == 0 || len(cells) == len(p.rows[0])) {
			p.rows = append(p.rows, cells)
		}
	}
	return p
}

// width returns the number of cells of the rows below the first record, 0 if there are none.
func (p *preview) width() int {
	if len(p.rows) == 0 {
		return 0
	}
	return len(p.rows[0])
}

// column calls f with the cells of column j that are no gaps and reports whether there are
// any and f holds for all of them.
func (p *preview) column(j int, f func(cell string) bool) bool {
	any := false
	for _, row := range p.rows {
		if j >= len(row) || isGap(nil, []byte(row[j])) {
			continue
		}
		if any = true; !f(row[j]) {
			return false
		}
	}
	return any
}

func (p *preview) isNumber(cell string) bool {
	return isNumber([]byte(cell), p.form.Point)
}

// start takes the columns from the first record and reports whether that record is a header.
func (d *decoder[T]) start(first []string, p preview) (isHeader bool, err error) {
	line := d.r.Line()
	for j, name := range first {
		if !utf8.ValidString(name) {
			return false, fmt.Errorf(":%d: column %d: %q %w", line, j+1, shortened(name), errEncoding)
		}
	}
	d.headed, err = d.isHeader(first, &p)
	if err != nil {
		if o, ok := err.(*OptionError); ok {
			o.Text = fmt.Sprintf(":%d: %s", line, o.Text)
			return false, o
		}
		return false, fmt.Errorf(":%d: %w", line, err)
	}
	names := first
	if d.headed {
		names = d.aligned(first, &p)
	}
	trailing := d.trailing(names, &p)
	for j, name := range names {
		c := &column{number: j + 1, role: input, whole: true}
		if d.headed {
			c.name = name
		}
		d.columns = append(d.columns, c)
	}
	for range trailing {
		c := d.columns[len(names)-1]
		c.role, c.kind, c.reading, c.reason = dropped, emptyColumn, skipped, "every line ends with a separator"
		d.Notes = append(d.Notes, fmt.Sprintf("%s is empty, because every line ends with a separator: left out", c.called()))
		names = names[:len(names)-1]
	}
	if w := p.width(); len(names) == 1 && w > 1 && !beginsAsComment(names[0]) {
		return false, fmt.Errorf(":%d: one column, %s, but the lines below have %d: if it is a title, remove it", line, quoted(names[0]), w)
	}
	if err := d.assign(names); errors.As(err, new(widthError)) && len(names) == 1 {
		return false, fmt.Errorf("%w: want commas, semicolons, tabs or blanks between cells", err)
	} else if errors.As(err, new(widthError)) {
		return false, err
	} else if err != nil {
		return false, fmt.Errorf(":%d: %w", line, err)
	}
	for _, c := range d.columns {
		if c.slot = -1; c.reading != skipped {
			c.slot = d.store.width
			d.store.width++
		}
	}
	return d.headed, nil
}

// aligned returns the names of a header for columns as many as the rows below have. A
// header may have a name less, where rows begin with a name or number of their own or end
// with a separator, or an empty one more.
func (d *decoder[T]) aligned(names []string, p *preview) []string {
	switch w := p.width(); {
	case w == len(names)+1 && !p.column(w-1, func(string) bool { return true }):
		return append(slices.Clone(names), "")
	case w == len(names)+1:
		d.Notes = append(d.Notes, fmt.Sprintf("the rows have a column more than the header has names: the names are those of columns 2 to %d", w))
		return append([]string{""}, names...)
	case w > 0 && w == len(names)-1 && names[len(names)-1] == "":
		return names[:w]
	}
	return names
}

// trailing returns how many columns at the end are there only because lines end with
// separators.
func (d *decoder[T]) trailing(names []string, p *preview) (n int) {
	for last := len(names) - 1; last > 0 && names[last] == ""; last-- {
		for _, row := range p.rows {
			if last >= len(row) || row[last] != "" {
				return n
			}
		}
		n++
	}
	return n
}

// isHeader reports whether the first record is a header.
func (d *decoder[T]) isHeader(first []string, p *preview) (bool, error) {
	if d.opt.Header != DetectHeader {
		return d.opt.Header == WithHeader, nil
	}
	if d.opt.Encoder != nil {
		if d.opt.Encoder.isHeader(first) {
			return true, nil
		}
	}
	var wordCells, numberCells []int
	for j, cell := range first {
		switch {
		case p.isNumber(cell) || isInfinite([]byte(cell)):
			numberCells = append(numberCells, j)
		case !isGap(nil, []byte(cell)):
			wordCells = append(wordCells, j)
		}
	}
	if len(wordCells) == 0 {
		if d.opt.Encoder != nil {
			return false, nil
		}
		return d.isHeaderOfNumbers(first, numberCells, p)
	}
	above := 0 // words above numbers
	for _, j := range wordCells {
		if p.column(j, p.isNumber) {
			above++
		}
	}
	switch {
	case above > 0 && len(numberCells) == 0:
		return true, nil
	case above > 0:
		j := wordCells[slices.IndexFunc(wordCells, func(j int) bool { return p.column(j, p.isNumber) })]
		return false, &OptionError{
			Text:     fmt.Sprintf("the first record has the word %s in column %d, where all others have numbers, and numbers elsewhere: is it a header?", quoted(first[j]), j+1),
			Question: true, Options: []Option{{"header", "yes"}, {"header", "no"}},
		}
	case len(numberCells) > 0:
		return false, d.askForClass(first, p)
	}
	// Only words, above words. A name of a column is none of its values.
	for _, j := range wordCells {
		if !p.column(j, func(cell string) bool { return cell != first[j] }) && p.column(j, func(string) bool { return true }) {
			return false, nil
		}
	}
	return len(wordCells) == len(first) || len(p.rows) > 0, nil
}

// isHeaderOfNumbers reports whether a first record without words is a header.
func (d *decoder[T]) isHeaderOfNumbers(first []string, cells []int, p *preview) (bool, error) {
	if len(cells) < 2 || len(cells) < len(first)-1 || len(cells) < len(first) && first[0] != "" {
		return false, nil
	}
	ascending, consecutive := true, true
	last := math.Inf(-1)
	for i, j := range cells {
		v, _, _ := decimal.Parse[float64]([]byte(first[j]), p.form.Point)
		ascending = ascending && v == math.Floor(v) && v > last && !strings.ContainsAny(first[j], ".,eE")
		consecutive = consecutive && v == float64(i)
		last = v
	}
	switch {
	case ascending && consecutive && len(cells) > 2:
		d.Notes = append(d.Notes, fmt.Sprintf("the first record, %s, was taken for the names of the columns (header=no if it is a sample)", abbreviate(first)))
		return true, nil
	case ascending && len(cells) == 2:
		d.Notes = append(d.Notes, fmt.Sprintf("the first record, %s, was taken for a sample (header=yes if it names the columns)", abbreviate(first)))
		return false, nil
	case ascending:
		return false, headerQuestion(first, "has ascending whole numbers")
	}
	return false, d.askForClass(first, p)
}

// askForClass asks whether the first record is a header if it has a class, in the last
// column, that no other record has.
func (d *decoder[T]) askForClass(first []string, p *preview) error {
	j := len(first) - 1
	if d.opt.NoTarget || d.opt.Targets != nil || d.opt.Encoder != nil || !onlyThere(first[j], j, p) {
		return nil
	}
	return headerQuestion(first, fmt.Sprintf("has a class, %s, that no other record has", quoted(first[j])))
}

// headerQuestion asks whether the first record, which is what it is, is a header.
func headerQuestion(first []string, what string) error {
	return &OptionError{
		Text:     fmt.Sprintf("the first record, %s, %s: is it a header?", abbreviate(first), what),
		Question: true, Options: []Option{{"header", "yes"}, {"header", "no"}},
	}
}

// onlyThere reports whether a label of the first record is the only one that occurs once.
func onlyThere(label string, j int, p *preview) bool {
	counts := make(map[string]int)
	for _, row := range p.rows {
		if j < len(row) {
			counts[normalForm(row[j])]++
		}
	}
	if counts[normalForm(label)] > 0 || len(counts) < 2 || len(counts) > fewNumbers {
		return false
	}
	for name, n := range counts {
		if n < 2 || p.isNumber(label) && p.isNumber(name) && !p.isWhole(name) {
			return false
		}
	}
	return true
}

// isWhole reports whether a cell is a whole number.
func (p *preview) isWhole(cell string) bool {
	v, ok, err := decimal.Parse[float64]([]byte(cell), p.form.Point)
	return ok && err == nil && v == math.Floor(v)
}

// assign gives columns their roles and the types that options ask for. The names are those
// of the columns up to the last one that may be a target.
func (d *decoder[T]) assign(names []string) error {
	cells := make([]string, len(names))
	for i, c := range d.columns[:len(names)] {
		if cells[i] = names[i]; d.headed {
			cells[i] = c.name
		}
	}
	d.opt.Targets = targetList(d.opt.Targets, cells)
	if d.opt.Encoder != nil {
		var targets []int
		for _, name := range d.opt.Targets {
			i, err := d.find(cells, "target", name)
			if err != nil {
				return err
			}
			targets = append(targets, i)
		}
		return d.opt.Encoder.assign(d.columns[:len(names)], d.headed, d.opt.NoTarget, targets)
	}
	if d.opt.Targets == nil && !d.opt.NoTarget {
		d.columns[len(names)-1].role = target
	}
	if err := d.assignAsked(cells); err != nil {
		return err
	}
	for _, c := range d.columns {
		if c.role == group && !c.given {
			c.give(categoryColumn.name)
		}
	}
	if !d.opt.NoTarget && !slices.ContainsFunc(d.columns, func(c *column) bool { return c.role == target }) {
		i := len(names) - 1
		if len(d.opt.Targets) > 0 {
			i, _ = d.find(cells, "target", d.opt.Targets[0])
		}
		if r := d.columns[i].role; r != dropped {
			return wrongOption("the target column is used as %s: want another one", r)
		}
		return wrongOption("the target column is dropped: want another one")
	}
	switch {
	case slices.ContainsFunc(d.columns, func(c *column) bool { return c.role == input }):
		return nil
	case len(names) > 1:
		return wrongOption("no column is left to learn from: of %d columns, all but the target are dropped or have another purpose", len(names))
	case d.opt.Separator != 0:
		return &OptionError{Text: fmt.Sprintf("one column only, %s, with %s as separator", quoted(names[0]), separatorWords(d.opt.Separator)), Question: true, Options: []Option{{"sep", "auto"}}}
	}
	return oneColumn(names[0])
}

// OtherSeparators are signs that may separate cells if they are given.
const OtherSeparators = ":~^!/\\&*=@"

// targetList takes lists of names with commas between apart, unless a column is called so.
func targetList(lists, cells []string) []string {
	if lists == nil {
		return nil
	}
	all := []string{}
	for _, l := range lists {
		if slices.Contains(cells, l) {
			all = append(all, l)
			continue
		}
		for s := range strings.SplitSeq(l, ",") {
			all = append(all, strings.TrimSpace(s))
		}
	}
	return all
}

// oneColumn says that there is one column only, and what it may be instead.
func oneColumn(first string) error {
	text := fmt.Sprintf("one column only, %s: want inputs and a target, separated by commas, semicolons, tabs or blanks", quoted(first))
	for _, s := range OtherSeparators {
		if n := strings.Count(first, string(s)); n > 0 && n == strings.Count(strings.Trim(first, string(s)), string(s)) {
			return &OptionError{Text: text, Options: []Option{{"sep", string(s)}}}
		}
	}
	if strings.Contains(first, " ") && !beginsAsComment(first) {
		return &OptionError{Text: text, Options: []Option{{"sep", "blanks"}}}
	}
	if beginsAsComment(first) {
		return &OptionError{Text: text, Options: []Option{{"comment", first[:1]}}}
	}
	return errors.New(text)
}

// beginsAsComment reports whether a line begins with what comments often begin with.
func beginsAsComment(line string) bool {
	return line != "" && strings.ContainsAny(line[:1], "%!/;*@'")
}

// assignAsked does what the options ask for. cells are the names of the columns, or those
// of the first record.
func (d *decoder[T]) assignAsked(cells []string) error {
	o := &d.opt
	asked := func(what string, columns []string, do func(c *column) error) error {
		for _, name := range columns {
			i, err := d.find(cells, what, name)
			if err == nil {
				err = do(d.columns[i])
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	as := func(r role, names ...string) error {
		return asked(string(r), slices.DeleteFunc(names, func(s string) bool { return s == "" }), func(c *column) error {
			if r == target && c.role == dropped {
				return wrongOption("%s is to be dropped, and the target as well", c.called())
			}
			if c.role = r; r == dropped {
				c.kind, c.reading, c.reason = textColumn, skipped, "dropped"
			}
			return nil
		})
	}
	for _, err := range []error{
		as(dropped, slices.Clone(o.Drop)...), as(target, slices.Clone(o.Targets)...), as(group, o.Group), as(order, o.Order), as(weight, o.Weight),
		asked("kept", o.Keep, func(c *column) error { c.kept = true; return nil }),
	} {
		if err != nil {
			return err
		}
	}
	for _, t := range o.Types {
		if err := asked("typed", []string{t.Column}, func(c *column) error { return c.give(t.Type) }); err != nil {
			return err
		}
	}
	for _, c := range d.columns {
		if c.role == target && c.given && c.kind != numberColumn && c.kind != categoryColumn {
			return wrongOption("%s is the target, which can't be a %s: want number or category", c.called(), c.kind)
		}
	}
	return nil
}

// give sets the type of a column.
func (c *column) give(name string) error {
	name, layout, _ := strings.Cut(name, ":")
	for _, k := range kinds {
		if k.name != name || !k.givable {
			continue
		}
		c.kind, c.given, c.reading, c.layout = k, true, k.reading, goLayout(layout)
		if k == textColumn {
			c.reason = "text"
		}
		return nil
	}
	return wrongOption("%s: unknown type %q: want %s", c.called(), name, givableKinds())
}
