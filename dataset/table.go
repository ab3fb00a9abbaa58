package dataset

import (
	"fmt"
	"io"
	"strings"

	"github.com/nabla-go/nabla/internal/delimited"
	"github.com/nabla-go/nabla/kernels"
)

// TableOptions say how to read a table. The zero value finds everything out and takes the
// last column for the target. Columns are given by their name in the header or by their
// number, from 1.
type TableOptions struct {
	Separator byte         // between cells: ',', ';', '\t', '|', ' ' for any number of blanks, one of OtherSeparators; 0 finds out
	Point     byte         // the decimal sign, '.' or ','; 0 finds out
	Comment   byte         // what lines begin with that are no records; 0 is # where that is safe, NoComments nothing
	Header    Header       // whether the first record names the columns
	Missing   []string     // what marks a gap, besides an empty cell, NA, N/A, null, ? and their like
	Types     []ColumnType // types of columns that should not be found out
	Targets   []string     // what is to be predicted; nil is the last column
	NoTarget  bool         // there is no target: all columns are inputs
	Drop      []string     // columns to leave out
	Keep      []string     // columns to keep although they look like an index or text; text becomes a category
	Group     string       // a column that is no input but says which rows belong together, for [Table.Split]; "" for none
	Order     string       // a column that is no input but says in which order rows came, for [Table.Split]; "" for none
	Weight    string       // a column that is no input but the weight of a sample; "" for none
	Task      Task         // what is predicted
	TestPart  bool         // of an NPZ file with parts for training and testing the second is read
	Limits    Limits       // of memory

	// Encoder is that of a model which the table is read for: columns and their types are
	// those that it was fitted to.
	Encoder *Encoder
}

// NoComments is the Comment of a table in which all lines are records.
const NoComments = delimited.NoComment

// ColumnType gives a column its type.
type ColumnType struct {
	Column string
	Type   string // number, category, date or text; "date:LAYOUT" is a date of that form, as in package time or strftime
}

// Header says whether the first record of a table names the columns.
type Header int

const (
	DetectHeader Header = iota // what the records below it suggest
	WithHeader
	NoHeader
)

// Limits bound what a file may take, whatever it was unpacked from. A zero stands for the
// default.
type Limits struct {
	Cell   int   // bytes of a cell; 1 MiB
	Line   int   // bytes of a line; 64 MiB
	Memory int64 // bytes of a table in memory; no limit
}

// A Table is a delimited text (CSV and its relatives) in memory: columns of numbers,
// categories, dates and texts. [FitEncoder] finds out how to make inputs of them.
type Table[T kernels.Float] struct {
	Name  string
	Notes []string // what a reader should know: what was found out, left out or dropped
	// HasTest tells that the file has another part, for testing; see TableOptions.TestPart.
	HasTest bool

	form    delimited.Form
	headed  bool // the columns have names
	columns []*column
	store   store[T]
	largest float64  // what pixels can be at most, if all inputs are pixels; else 0
	gaps    []string // what marks a gap, besides the usual
	rows    []int    // those that are used; nil is all
	before  int      // rows of the file before these, if it is read in parts
	numbers []int    // in the file, of the rows of a sample; nil if they are one behind the other
	task    Task
	why     string // why this task
}

// ReadTable reads a table from a file: delimited text, gzipped, bzip2ed or not, or the
// arrays of an NPY or NPZ file.
//
// The rows of an NPY array are those of the table. Of an NPZ file, each array with as many
// rows as the target makes a column or, with more dimensions, several; the target is the
// one that the options name, or one called y, label, target or class. An array of texts
// called feature_names, column_names or columns names the columns of the array that has as
// many; with it, a single array is a table whose targets are among its columns. One called
// target_names, class_names or label_names names classes that are numbered from 0. Arrays
// whose names end with _train and _test are two parts.
func ReadTable[T kernels.Float](path string, opt TableOptions) (*Table[T], error) {
	if isArrays(path) {
		return readArrays[T](path, opt)
	}
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return decodeTable[T](f, path, opt)
}

// DecodeTable is [ReadTable] from a reader; name stands in messages.
func DecodeTable[T kernels.Float](r io.Reader, name string, opt TableOptions) (*Table[T], error) {
	r, err := unpack(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return decodeTable[T](r, name, opt)
}

// rowNumber returns the number of row i in the file, from 0.
func (t *Table[T]) rowNumber(i int) int {
	if t.numbers != nil {
		return t.numbers[i]
	}
	return t.before + i
}

// Len returns the number of rows.
func (t *Table[T]) Len() int { return t.store.rows }

// Task returns what is predicted, and why it was chosen.
func (t *Table[T]) Task() (task Task, why string) { return t.task, t.why }

// An OptionError is about a table that can't be read as it is, but can with other options.
type OptionError struct {
	Text     string
	Question bool     // the table may be right: it is not clear how to read it, or the options don't go with it
	Options  []Option // what to try
	Unknown  string   // a name that is none of Names, those of columns
	Names    []string
}

// wrongOption returns an error about options that don't go with the table.
func wrongOption(format string, args ...any) error {
	return &OptionError{Text: fmt.Sprintf(format, args...), Question: true}
}

// Option is the value of one of the [TableOptions], by the name that the command's flag
// for it has: header yes.
type Option struct{ Name, Value string }

func (e *OptionError) Error() string {
	return e.Say(func(o Option) string { return o.Name + "=" + o.Value })
}

// Say returns the message with options in the caller's words.
func (e *OptionError) Say(option func(Option) string) string {
	s := e.Text
	for i, o := range e.Options {
		switch {
		case i == 0 && strings.HasSuffix(s, "?"):
			s += " Try "
		case i == 0:
			s += ": try "
		case i == len(e.Options)-1:
			s += " or "
		default:
			s += ", "
		}
		s += option(o)
	}
	return s
}

// store holds the cells of a table row by row, in blocks so that growing copies nothing.
type store[T kernels.Float] struct {
	width, rows int
	blocks      [][]T
	starts      []int // the first row of each block
	free        []T   // the rest of the last block
	bytes       int64
}

// next returns the memory of a new row.
func (s *store[T]) next() []T {
	if s.width == 0 {
		return nil
	}
	if len(s.free) < s.width {
		const most = 1 << 18 // elements of a block
		rows := max(1, min(max(64, s.rows/2), most/s.width))
		s.free = make([]T, rows*s.width)
		s.blocks, s.starts = append(s.blocks, s.free), append(s.starts, s.rows)
		s.bytes += int64(len(s.free)) * elemSize[T]()
	}
	return s.free[:s.width:s.width]
}

// keep makes the row that next returned part of the store.
func (s *store[T]) keep() {
	s.rows++
	if s.width > 0 {
		s.free = s.free[s.width:]
	}
}

// each calls f with every row in order.
func (s *store[T]) each(f func(i int, row []T)) {
	s.parts(func(first int, rows []T) {
		for i := first; len(rows) > 0; i++ {
			f(i, rows[:s.width:s.width])
			rows = rows[s.width:]
		}
	})
}

// parts calls f with all rows in order, one behind the other, a few at a time: as many as
// a cache holds. first is the number of the first of them.
func (s *store[T]) parts(f func(first int, rows []T)) {
	for b, block := range s.blocks {
		end := s.rows
		if b+1 < len(s.starts) {
			end = s.starts[b+1]
		}
		const most = 1 << 12 // elements
		few := max(1, most/s.width)
		for i := s.starts[b]; i < end; i += few {
			at := (i - s.starts[b]) * s.width
			f(i, block[at:at+min(few, end-i)*s.width])
		}
	}
}
