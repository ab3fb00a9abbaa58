package dataset

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/nabla-go/nabla/internal/decimal"
	"github.com/nabla-go/nabla/internal/delimited"
	"github.com/nabla-go/nabla/kernels"
)

// decoder reads a table.
type decoder[T kernels.Float] struct {
	*Table[T]
	opt     TableOptions
	r       *delimited.Reader
	marks   map[string]bool // of gaps, beside the usual ones
	gapped  map[T]bool      // marks that are numbers
	untold  int             // rows without a target
	badRows []complaint     // errors of cells, the first few
	bad     int
	line    int // of the record, if it isn't the reader's last one; else 0
	above   int // rows of an array that came before these

	unchecked  int   // bytes of text since memory was checked
	arrayBytes int64 // what the arrays take that the table is made of
}

// lineNumber returns the line of the record that is decoded.
func (d *decoder[T]) lineNumber() int {
	if d.line > 0 {
		return d.line
	}
	return d.r.Line()
}

// errNoTarget is what a cell of the target comes to that is a gap.
var errNoTarget = errors.New("the target is missing")

// errEncoding is the end of errors of texts that are in another encoding.
var errEncoding = errors.New("is not UTF-8: save the file as UTF-8 (it may be Latin-1 or Windows-1252)")

// maxErrors is how many bad cells are told of.
const maxErrors = 5

func decodeTable[T kernels.Float](r io.Reader, name string, opt TableOptions) (*Table[T], error) {
	d, err := newDecoder[T](r, name, opt)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := d.read(); err != nil {
		return nil, named(name, err)
	}
	return d.Table, nil
}

// newDecoder returns a decoder of the text that r holds.
func newDecoder[T kernels.Float](r io.Reader, name string, opt TableOptions) (*decoder[T], error) {
	d := &decoder[T]{Table: &Table[T]{Name: name, gaps: opt.Missing}, opt: opt}
	if opt.Encoder != nil {
		d.gaps = opt.Encoder.Gaps
	}
	d.marks = gapMarks(d.gaps)
	for m := range d.marks {
		if v, ok, err := decimal.Parse[T]([]byte(m), '.'); ok && err == nil {
			if d.gapped == nil {
				d.gapped = make(map[T]bool)
			}
			d.gapped[v] = true
		}
	}
	text, err := utf8Text(r)
	if err != nil {
		return nil, err
	}
	d.r = delimited.NewReader(text, delimited.Limits{Cell: opt.Limits.Cell, Line: opt.Limits.Line})
	return d, nil
}

// named puts the name of the file in front of an error that begins with ": " or ":line: ".
func named(name string, err error) error {
	var o *OptionError
	if errors.As(err, &o) {
		named := *o
		named.Text = name + strings.TrimSuffix(err.Error(), o.Error()) + named.Text
		return &named
	}
	return fmt.Errorf("%s%w", name, err)
}

// begin finds out the form of the text and its columns. It returns the first record,
// unless that is a header or there is none. If patient, it may wait for more of the text.
func (d *decoder[T]) begin(patient bool) ([]byte, error) {
	sample := bytes.Clone(d.r.Peek(sampleSize, patient))
	if err := checkText(sample); err != nil {
		return nil, err
	}
	if c := d.opt.Comment; c != 0 && c == d.opt.Separator {
		return nil, fmt.Errorf(": %q can't separate cells and begin comments", c)
	}
	if separator, length := declared(sample); length > 0 {
		if d.opt.Separator == 0 {
			d.opt.Separator = separator
		}
		sample = sample[length:]
		if err := d.r.Skip(d.form); err != nil {
			return nil, d.at(err)
		}
	}
	d.form = delimited.Detect(sample, delimited.Form{Separator: d.opt.Separator, Point: d.opt.Point, Comment: d.opt.Comment})
	record, err := d.r.Next(d.form)
	if err != nil {
		return nil, d.at(err)
	}
	if record == nil {
		return nil, d.noRows()
	}
	if n, err := d.form.Count(record); err != nil {
		return nil, d.at(err)
	} else if most := d.opt.Limits.Memory; most > 0 && int64(n) > most/columnBytes {
		return nil, memoryError(fmt.Sprintf(":%d: %d columns would take more memory than %s", d.r.Line(), n, bytesInWords(most)))
	}
	first, err := d.form.Split(record)
	if err != nil {
		return nil, d.at(err)
	}
	isHeader, err := d.start(first, newPreview(d.form, sample, len(first)))
	if err != nil || isHeader {
		return nil, err
	}
	return record, nil
}

// declared returns the separator that a text declares in its first line, as spreadsheets
// write it (sep=;), and the length of that line; 0 if it declares none.
func declared(text []byte) (separator byte, length int) {
	const declaration = "sep="
	end := bytes.IndexByte(text, '\n')
	if end < len(declaration)+1 || !bytes.EqualFold(text[:len(declaration)], []byte(declaration)) || len(bytes.TrimSuffix(text[:end], []byte("\r"))) != len(declaration)+1 {
		return 0, 0
	}
	if separator = text[len(declaration)]; strings.IndexByte(delimited.Separators, separator) < 0 {
		return 0, 0
	}
	return separator, end + 1
}

// read reads all records.
func (d *decoder[T]) read() error {
	record, err := d.begin(true)
	if err != nil {
		return err
	}
	if record == nil {
		record, err = d.r.Next(d.form)
	}
	for ; record != nil && err == nil; record, err = d.r.Next(d.form) {
		if err := d.row(record); err != nil {
			return d.at(err)
		}
	}
	if err != nil {
		return d.at(err)
	}
	if d.store.rows == 0 && d.bad == 0 {
		return d.noRows()
	}
	return d.finish()
}

// columnBytes is about what a column takes without its cells.
const columnBytes = 1 << 10

// sampleSize is how much of a file is looked at to find out its form.
const sampleSize = 64 << 10

// at puts the line in front of an error.
func (d *decoder[T]) at(err error) error {
	var o *OptionError
	switch {
	case errors.As(err, &o):
		return err
	case errors.Is(err, errBroken), err == d.r.Err():
		return fmt.Errorf(": %w", err)
	}
	return fmt.Errorf(":%d: %w", d.lineNumber(), err)
}

func (d *decoder[T]) noRows() error {
	if err := d.r.Err(); err != nil {
		return fmt.Errorf(": %w", err)
	}
	switch {
	case d.untold > 0:
		return fmt.Errorf(": no samples: the target is missing in all %d rows", d.untold)
	case d.headed:
		var names []string
		for _, c := range d.columns {
			names = append(names, c.name)
		}
		return fmt.Errorf(": no samples after the column names %s", abbreviate(names))
	}
	return errors.New(": no samples")
}

// row reads one record.
func (d *decoder[T]) row(record []byte) error {
	row := d.store.next()
	at, told := 0, true
	var bad error
	for j := 0; j < len(d.columns); j++ {
		if at, j = d.plain(record, at, j, row); j == len(d.columns) {
			break
		}
		if at > len(record) {
			return d.ragged(record)
		}
		c := d.columns[j]
		cell, next, err := d.form.Cell(record, at)
		if err != nil {
			return err
		}
		if err := d.r.Check(cell); err != nil {
			return fmt.Errorf("%s: %w", c.called(), err)
		}
		at = next
		v, err := put(d, c, cell)
		switch {
		case err == errNoTarget:
			told = false
		case errors.Is(err, errEncoding): // other cells will be so, too
			return err
		case err != nil:
			bad = err
		case c.slot >= 0:
			row[c.slot] = v
		}
	}
	if at <= len(record) {
		return d.ragged(record)
	}
	switch {
	case bad != nil:
		return d.badCell(bad)
	case !told:
		d.untold++
		d.forget()
		return nil
	}
	d.store.keep()
	if d.unchecked += len(record); d.unchecked >= memoryStep {
		d.unchecked = 0
		return d.checkMemory(fmt.Sprintf(":%d", d.lineNumber()), 0)
	}
	return nil
}

// memoryStep is how many bytes of text are read from one check of the memory to the next.
const memoryStep = 64 << 10

// checkMemory returns an error if the table, as much again for inputs, and so many bytes
// more are beyond what it may take. where it ends stands in the message.
func (d *decoder[T]) checkMemory(where string, more int64) error {
	total := 2*d.store.bytes + columnBytes*int64(len(d.columns)) + more
	for _, c := range d.columns {
		total += c.levels.bytes + int64(8*cap(c.times)+4*cap(c.codes))
	}
	if most := d.opt.Limits.Memory; most > 0 && total > most {
		return memoryError(fmt.Sprintf("%s: the table takes more memory than %s", where, bytesInWords(most)))
	}
	return nil
}

// plain reads the cells from byte at and column j on that are nothing but numbers. It
// returns where it ends: at a cell or column that is something else.
func (d *decoder[T]) plain(record []byte, at, j int, row []T) (int, int) {
	separator, point := d.form.Separator, d.form.Point
	if separator == point { // a number could go on behind its cell
		return at, j
	}
	for ; j < len(d.columns) && at <= len(record); j++ {
		c := d.columns[j]
		if c.reading != numbers || c.role != input {
			break
		}
		begin := at
		for begin < len(record) && record[begin] == ' ' {
			begin++
		}
		v, n, err := decimal.Prefix[T](record[begin:], point)
		end := begin + n
		if n == 0 || err != nil || d.gapped != nil && d.gapped[v] || end < len(record) && (record[end] != separator || separator == ' ') {
			break
		}
		row[c.slot], at = v, end+1
	}
	return at, j
}

// forget takes back what columns keep beside the store of a row that isn't kept.
func (d *decoder[T]) forget() {
	for _, c := range d.columns {
		if len(c.times) > d.store.rows {
			c.times = c.times[:d.store.rows]
		}
		if len(c.codes) > d.store.rows {
			c.codes = c.codes[:d.store.rows]
		}
	}
}

// complaint is what is wrong in a line; 0 stands for no line.
type complaint struct {
	line int
	text string
}

// listed writes complaints behind the name of a file: ":3: this; line 4: that".
func listed(all []complaint) string {
	s := ""
	for i, c := range all {
		switch {
		case i == 0 && c.line > 0:
			s = fmt.Sprintf(":%d: ", c.line)
		case i == 0:
			s = ": "
		case c.line > 0:
			s += fmt.Sprintf("; line %d: ", c.line)
		default:
			s += "; "
		}
		s += c.text
	}
	return s
}

// badCell notes an error of a cell. They are told of together.
func (d *decoder[T]) badCell(err error) error {
	d.forget()
	if d.bad++; len(d.badRows) < maxErrors {
		d.badRows = append(d.badRows, complaint{d.lineNumber(), err.Error()})
	}
	return nil
}

func (d *decoder[T]) ragged(record []byte) error {
	n, err := d.form.Count(record)
	if err != nil {
		return err
	}
	columns := "columns"
	if n == 1 {
		columns = "column"
	}
	return fmt.Errorf("%d %s, but the first record has %d (separator %s)", n, columns, len(d.columns), separatorName(d.form.Separator))
}

func separatorName(s byte) string {
	switch s {
	case '\t':
		return "tab"
	case ' ':
		return "blanks"
	}
	return string(rune(s))
}

// usualGaps are the marks of gaps that need not be given, in lower case.
var usualGaps = map[string]bool{"": true, "?": true, "na": true, "n/a": true, "#n/a": true, "<na>": true, "nan": true, "-nan": true, "null": true}

// gapMarks returns the given marks as a set.
func gapMarks(list []string) map[string]bool {
	marks := make(map[string]bool)
	for _, m := range list {
		marks[strings.TrimSpace(m)] = true
	}
	return marks
}

func (d *decoder[T]) isGap(cell []byte) bool { return isGap(d.marks, cell) }

// isGap reports whether a cell marks a gap.
func isGap(marks map[string]bool, cell []byte) bool {
	if len(cell) == 0 {
		return true
	}
	if len(cell) <= 4 && !(cell[0] >= '0' && cell[0] <= '9') {
		var lower [4]byte
		n := copy(lower[:], cell)
		if usualGaps[string(bytes.ToLower(lower[:n]))] {
			return true
		}
	}
	return len(marks) > 0 && marks[string(cell)]
}

// find returns the index of the column that is called name, or has it for its number.
func (d *decoder[T]) find(names []string, what, name string) (int, error) {
	if i := slices.Index(names, name); i >= 0 && d.headed {
		if slices.Contains(names[i+1:], name) {
			return 0, wrongOption("several columns are called %q: give the number of the %s column", name, what)
		}
		return i, nil
	}
	n, err := strconv.Atoi(name)
	if err != nil {
		return 0, &OptionError{Text: fmt.Sprintf("no column is called %q (%s): the first record is %s", name, what, abbreviate(names)), Question: true, Unknown: name, Names: names}
	}
	if n < 1 || n > len(names) {
		return 0, wrongOption("%s column %d is out of range: want 1…%d", what, n, len(names))
	}
	return n - 1, nil
}

// abbreviate lists the first ten words, each shortened.
func abbreviate(words []string) string {
	const most = 10
	var list []string
	for _, w := range words[:min(len(words), most)] {
		list = append(list, shortened(w))
	}
	if len(words) > most {
		list = append(list, "…")
	}
	return strings.Join(list, ", ")
}

// shortened returns a cell, or the beginning of a long one.
func shortened(cell string) string {
	const most = 40
	if runes := []rune(cell); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return cell
}

func quoted(cell string) string { return strconv.Quote(shortened(cell)) }
