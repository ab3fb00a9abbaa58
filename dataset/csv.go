package dataset

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/train"
)

// CSV says how to read a comma-separated file. The zero value reads a file
// whose last column is the label.
type CSV struct {
	Label   string   // label column: its name in the header, or its number from 1; "" is the last column
	NoLabel bool     // there is no label column: every column is an input
	Header  Header   // whether the first record names the columns
	Classes []string // the classes that labels may name, in order; nil takes them from the file
}

// Header says whether the first record of a CSV file names the columns.
type Header int

const (
	DetectHeader Header = iota // yes if no input cell of it is a number or marks a missing value
	WithHeader
	NoHeader
)

// ReadCSV reads a comma-separated file, gzipped or not. A record is a sample: one
// column is the class label, all others are finite numbers. Quotes (RFC 4180),
// CRLF and a UTF-8 byte order mark are understood. An empty cell, NA and
// anything else that isn't a finite number is an error that names file, line
// and column; missing values are not filled in.
//
// Labels are whole numbers or words. Without CSV.Classes the labels of the file, at
// most 1,000 different ones, become the classes: in ascending order if all are numbers,
// else sorted as text. Read later files with the classes of the first one.
func ReadCSV[T kernels.Float](path string, opt CSV) (*train.Data[T], error) {
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return decodeCSV[T](f, path, opt)
}

// DecodeCSV is [ReadCSV] from a reader; name stands in messages.
func DecodeCSV[T kernels.Float](r io.Reader, name string, opt CSV) (*train.Data[T], error) {
	r, err := gunzip(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return decodeCSV[T](r, name, opt)
}

func decodeCSV[T kernels.Float](r io.Reader, name string, opt CSV) (*train.Data[T], error) {
	d := csvDecoder[T]{opt: opt, label: -1}
	if err := d.read(r); err != nil {
		return nil, fmt.Errorf("%s%w", name, err)
	}
	if opt.Header == DetectHeader && d.header == nil && onlyFirstIsWord(d.labels) {
		return nil, fmt.Errorf("%s:%d: the label %q is a word, all others are numbers: is this a header of numbers? Then say that there is one", name, d.lines[0], d.labels[0])
	}
	s := &train.Data[T]{Name: name, Features: d.features}
	s.X = kernels.Matrix[T]{Rows: d.rows, Cols: d.cols, Data: d.values, Stride: d.cols}
	if opt.NoLabel {
		return s, nil
	}
	if err := setLabels(s, d.labels, d.lines, opt.Classes); err != nil {
		return nil, fmt.Errorf("%s%w", name, err)
	}
	return s, nil
}

// maxClasses limits the classes that a file may define. A column of measured values or
// identifiers that is taken for the label has more, and their one-hot targets would
// take all memory.
const maxClasses = 1000

// csvDecoder holds what has been read so far. Its errors begin with ":line: "
// or ": ", to follow the name of the file.
type csvDecoder[T kernels.Float] struct {
	opt      CSV
	header   []string // cells of the header, or nil
	features []string // header without the label
	label    int      // index of the label column, or -1
	width    int      // columns of the file
	rows     int
	cols     int // columns of X
	values   []T
	labels   []string
	lines    []int // the line of each sample
}

func (d *csvDecoder[T]) read(r io.Reader) error {
	b := bufio.NewReader(r)
	head, _ := b.Peek(512)
	if err := checkText(head); err != nil {
		return err
	}
	if bytes.HasPrefix(head, []byte(byteOrderMark)) {
		b.Discard(len(byteOrderMark))
	}
	c := csv.NewReader(b)
	c.FieldsPerRecord = -1
	c.ReuseRecord = true

	var bad error // the first bad cell
	var badLines []int
	headless := false // the first record has no number, but is not taken for a header
	for first := true; ; first = false {
		record, err := c.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return csvError(err)
		}
		line, _ := c.FieldPos(0)
		if first {
			isHeader, err := d.start(record)
			if err != nil {
				return fmt.Errorf(":%d: %w", line, err)
			}
			if isHeader {
				continue
			}
			headless = !slices.ContainsFunc(d.inputs(record), isNumber)
		}
		if len(record) != d.width {
			return fmt.Errorf(":%d: %d columns, but the first record has %d", line, len(record), d.width)
		}
		if err := d.sample(record, line); err != nil {
			if bad == nil {
				bad = fmt.Errorf(":%d: %w", line, err)
				if first && headless && d.opt.Header == DetectHeader {
					bad = fmt.Errorf("%w: is this a header? Then say that there is one", bad)
				}
			}
			badLines = append(badLines, line)
		}
	}
	if bad != nil {
		if len(badLines) > 1 {
			return fmt.Errorf("%w (lines with bad cells: %s)", bad, listLines(badLines))
		}
		return bad
	}
	switch {
	case d.rows == 0 && d.header != nil:
		return fmt.Errorf(": no samples after the column names %s", abbreviate(d.header))
	case d.rows == 0:
		return errors.New(": no samples")
	}
	return nil
}

const byteOrderMark = "\xef\xbb\xbf"

// checkText returns an error if a file that begins with head can't be CSV.
func checkText(head []byte) error {
	_, rest, _ := bytes.Cut(head, []byte("\r"))
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return errors.New(": the text is UTF-16: save it as UTF-8")
	case bytes.IndexByte(head, 0) >= 0:
		return fmt.Errorf(": not a text: it begins with %q: want comma-separated values", head[:min(len(head), 8)])
	case len(rest) > 0 && bytes.IndexByte(head, '\n') < 0:
		return errors.New(": lines end with CR alone: want LF or CRLF")
	}
	return nil
}

// start takes the width and the columns from the first record and reports
// whether that record is a header.
func (d *csvDecoder[T]) start(record []string) (isHeader bool, err error) {
	d.width = len(record)
	names := trimmed(record)
	for j, name := range names {
		if !utf8.ValidString(name) {
			return false, fmt.Errorf("column %d: %q is not UTF-8: save the file as UTF-8", j+1, name)
		}
	}
	switch named := slices.Index(names, d.opt.Label); {
	case d.opt.NoLabel:
		isHeader = d.isHeader(names)
	case d.opt.Label == "":
		d.label = d.width - 1
		isHeader = d.isHeader(names)
	default:
		// A cell of a header is the name of its column. A cell of a data record is not,
		// even if it happens to be what Label says.
		if d.label = named; named >= 0 {
			isHeader = d.isHeader(names)
			if isHeader && slices.Contains(names[named+1:], d.opt.Label) {
				return false, fmt.Errorf("several columns are called %q: give the number of the label column", d.opt.Label)
			}
		}
		if !isHeader {
			if d.label, err = d.labelNumber(names); err != nil {
				return false, err
			}
			isHeader = d.isHeader(names)
		}
	}
	d.cols = len(d.inputs(names))
	if d.cols == 0 {
		return false, fmt.Errorf("one column only, %s: want inputs and a label, separated by commas", quoted(record[0]))
	}
	if isHeader {
		d.header, d.features = names, d.inputs(names)
	}
	return isHeader, nil
}

// isHeader reports whether the first record is a header, given the label column.
func (d *csvDecoder[T]) isHeader(names []string) bool {
	if d.opt.Header != DetectHeader {
		return d.opt.Header == WithHeader
	}
	return !slices.ContainsFunc(d.inputs(names), func(cell string) bool { return isNumber(cell) || missing(cell) })
}

// isNumber reports whether a cell, which may have spaces around it, is a number.
func isNumber(cell string) bool {
	_, err := parseDecimal(strings.TrimSpace(cell), 64)
	return err == nil
}

// labelNumber returns the index of a label column that is given by number.
func (d *csvDecoder[T]) labelNumber(names []string) (int, error) {
	n, err := strconv.Atoi(d.opt.Label)
	if err != nil {
		return 0, fmt.Errorf("no column is called %q: the first record is %s", d.opt.Label, abbreviate(names))
	}
	if n < 1 || n > d.width {
		return 0, fmt.Errorf("label column %d is out of range: want 1…%d", n, d.width)
	}
	return n - 1, nil
}

// inputs returns the cells that aren't the label.
func (d *csvDecoder[T]) inputs(cells []string) []string {
	if d.label < 0 {
		return cells
	}
	return slices.Concat(cells[:d.label], cells[d.label+1:])
}

// sample appends one record. An error names the column.
func (d *csvDecoder[T]) sample(record []string, line int) error {
	for j, cell := range record {
		cell = strings.TrimSpace(cell)
		if j == d.label {
			if missing(cell) {
				return fmt.Errorf("%s: the label is missing (%q)", d.column(j), cell)
			}
			if !utf8.ValidString(cell) { // a model file would not keep it
				return fmt.Errorf("%s: the label %q is not UTF-8: save the file as UTF-8", d.column(j), cell)
			}
			d.labels = append(d.labels, strings.Clone(cell))
			continue
		}
		v, err := parseNumber[T](cell)
		if err != nil {
			return fmt.Errorf("%s: %w", d.column(j), err)
		}
		d.values = append(d.values, v)
	}
	d.lines = append(d.lines, line)
	d.rows++
	return nil
}

// column is what messages call column j.
func (d *csvDecoder[T]) column(j int) string {
	if d.header == nil {
		return fmt.Sprintf("column %d", j+1)
	}
	return fmt.Sprintf("column %d (%s)", j+1, shortened(strings.Join(strings.Fields(d.header[j]), " ")))
}

// setLabels sets classes, labels and targets of s from the texts of the labels. Errors
// begin as csvDecoder's do.
func setLabels[T kernels.Float](s *train.Data[T], labels []string, lines []int, classes []string) error {
	for i, text := range labels {
		var err error
		if labels[i], err = className(text); err != nil {
			return fmt.Errorf(":%d: %w", lines[i], err)
		}
	}
	s.Classes = classes
	if classes == nil {
		s.Classes = classesOf(labels)
		if n := len(s.Classes); n > maxClasses {
			return fmt.Errorf(": %d different labels (%s): want at most %d classes: is this the label column?", n, abbreviate(s.Classes), maxClasses)
		}
	}
	index := make(map[string]int, len(s.Classes))
	for c, name := range s.Classes {
		index[name] = c
	}
	s.Labels = make([]int, len(labels))
	for i, name := range labels {
		c, ok := index[name]
		if !ok {
			return fmt.Errorf(":%d: label %s is unknown: want one of %s", lines[i], quoted(name), abbreviate(s.Classes))
		}
		s.Labels[i] = c
	}
	var err error
	s.T, err = train.OneHot[T](s.Labels, len(s.Classes))
	return err
}

// onlyFirstIsWord reports whether all labels but the first are numbers.
func onlyFirstIsWord(labels []string) bool {
	for i, l := range labels {
		if _, err := parseDecimal(l, 64); (err != nil) != (i == 0) {
			return false
		}
	}
	return len(labels) > 1
}

// className returns the normal form of a label: 1 for 1.0 and 01. Numbers from 2⁵³ on,
// which float64 can't tell apart, are words.
func className(label string) (string, error) {
	v, err := parseDecimal(label, 64)
	if err != nil || math.Abs(v) >= 1<<53 {
		return label, nil
	}
	if v != math.Floor(v) {
		return "", fmt.Errorf("label %s is no class: want a whole number or a word", label)
	}
	return strconv.FormatFloat(v+0, 'f', -1, 64), nil // +0 makes −0 the class 0
}

// classesOf returns the distinct labels: ascending if all are numbers, else
// sorted as text.
func classesOf(labels []string) []string {
	classes := slices.Clone(labels)
	slices.Sort(classes)
	classes = slices.Compact(classes)
	values := make(map[string]float64, len(classes))
	for _, c := range classes {
		v, err := parseDecimal(c, 64)
		if err != nil {
			return classes
		}
		values[c] = v
	}
	slices.SortFunc(classes, func(a, b string) int { return cmp.Compare(values[a], values[b]) })
	return classes
}

// missing reports whether a cell is one of the usual marks of a missing value.
func missing(cell string) bool {
	switch strings.ToLower(cell) {
	case "", "?", "na", "n/a", "#n/a", "<na>", "nan", "-nan", "null":
		return true
	}
	return false
}

// parseNumber reads a finite decimal number, rounded once to T.
func parseNumber[T kernels.Float](cell string) (T, error) {
	if missing(cell) {
		return 0, fmt.Errorf("the value is missing (%q)", cell)
	}
	bits := 8 * int(unsafe.Sizeof(T(0)))
	v, err := parseDecimal(cell, bits)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, fmt.Errorf("%s is too large for float%d", quoted(cell), bits)
	case err != nil:
		return 0, fmt.Errorf("%s is not a number", quoted(cell))
	case math.IsNaN(v) || math.IsInf(v, 0):
		return 0, fmt.Errorf("%q is not a finite number", cell)
	}
	return T(v), nil
}

// parseDecimal is strconv.ParseFloat without the forms that only Go knows, such as
// 0x1p4 and 1_0.
func parseDecimal(s string, bits int) (float64, error) {
	if strings.ContainsAny(s, "xX_") {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseFloat(s, bits)
}

func trimmed(cells []string) []string {
	t := make([]string, len(cells))
	for i, c := range cells {
		t[i] = strings.Clone(strings.TrimSpace(c))
	}
	return t
}

// csvError turns an error of encoding/csv into one that follows a file name.
func csvError(err error) error {
	var p *csv.ParseError
	if errors.As(err, &p) {
		return fmt.Errorf(":%d: column at byte %d: %w", p.Line, p.Column, p.Err)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New(": truncated: the compressed data break off")
	}
	return fmt.Errorf(": %w", err)
}

// listLines writes line numbers, the first ten of them.
func listLines(lines []int) string {
	words := make([]string, len(lines))
	for i, l := range lines {
		words[i] = strconv.Itoa(l)
	}
	return abbreviate(words)
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
