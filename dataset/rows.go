package dataset

import (
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/train"
)

// RowReader reads rows without targets one by one and encodes them, as they come.
type RowReader[T kernels.Float] struct {
	Counts Counts
	d      *decoder[T]
	e      *Encoder
	policy *missingPolicy
	file   io.Closer // nil if the reader is somebody else's
	record []byte    // the first one, if it is no header
	buf    []float64
	arrays *train.Data[T] // the rows of NumPy's arrays, encoded; nil for a text
	notes  []string       // about them
	next   int            // the row of them that comes next
}

// OpenRows opens the file at path to read rows for e from it: a text, or the arrays of an NPY
// or NPZ file, which are read at once. Targets, NoTarget and Encoder of the options are set.
func OpenRows[T kernels.Float](path string, e *Encoder, opt TableOptions) (*RowReader[T], error) {
	if isArrays(path) {
		return arrayRows[T](path, e, opt)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r, err := NewRows[T](f, path, e, opt)
	if err != nil {
		f.Close()
		return nil, err
	}
	r.file = f
	return r, nil
}

// arrayRows reads the rows of arrays.
func arrayRows[T kernels.Float](path string, e *Encoder, opt TableOptions) (*RowReader[T], error) {
	opt.Encoder, opt.NoTarget, opt.Targets = e, true, nil
	t, err := readArrays[T](path, opt)
	if err != nil {
		return nil, err
	}
	rows := &RowReader[T]{e: e, notes: t.Notes}
	rows.arrays, rows.Counts, err = Encode(e, t, t.Rows())
	return rows, err
}

// NewRows reads rows for e from r; name stands in messages.
func NewRows[T kernels.Float](r io.Reader, name string, e *Encoder, opt TableOptions) (*RowReader[T], error) {
	opt.Encoder, opt.NoTarget, opt.Targets = e, true, nil
	rows := &RowReader[T]{e: e}
	var err error
	if rows.policy, err = missingPolicies.find(e.Missing); err != nil {
		return nil, err
	}
	text, err := unpack(r)
	if err == nil {
		rows.d, err = newDecoder[T](text, name, opt)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	rows.record, err = rows.d.begin(false)
	if err != nil {
		return nil, named(name, err)
	}
	for i := range e.Columns {
		if n := e.Columns[i].parts; n > len(rows.buf) {
			rows.buf = make([]float64, n)
		}
	}
	return rows, nil
}

// Close closes a file that OpenRows opened.
func (r *RowReader[T]) Close() error {
	if r.file == nil {
		return nil
	}
	return r.file.Close()
}

// Notes tells what of the text so far was left out.
func (r *RowReader[T]) Notes() []string {
	if r.arrays != nil {
		return r.notes
	}
	if n := r.d.r.Comments; n > 0 {
		return []string{commentsWords(n, r.d.opt.Comment)}
	}
	return nil
}

// Ready reports whether the next row is there without waiting for it.
func (r *RowReader[T]) Ready() bool { return r.arrays != nil || r.record != nil || r.d.r.Ready() }

// Next sets x to the inputs of the next row. The error at the end is io.EOF.
func (r *RowReader[T]) Next(x []T) error {
	if r.arrays != nil {
		if r.next == r.arrays.Len() {
			return io.EOF
		}
		copy(x, r.arrays.X.Row(r.next))
		r.next++
		return nil
	}
	d := r.d
	record := r.record
	if r.record = nil; record == nil {
		var err error
		if record, err = d.r.Next(d.form); err != nil {
			return named(d.Name, d.at(err))
		}
		if record == nil {
			if d.store.rows == 0 {
				return named(d.Name, d.noRows())
			}
			return io.EOF
		}
	}
	d.store.rows++
	if err := r.encode(record, x); err != nil {
		return named(d.Name, d.at(err))
	}
	return nil
}

// encode sets the inputs of a record.
func (r *RowReader[T]) encode(record []byte, x []T) error {
	d := r.d
	clear(x)
	at, next := 0, 0
	for _, c := range d.columns {
		if at > len(record) {
			return d.ragged(record)
		}
		cell, after, err := d.form.Cell(record, at)
		if err == nil {
			err = d.r.Check(cell)
		}
		if err != nil {
			return err
		}
		at = after
		if c.reading == skipped || c.role != input {
			continue
		}
		to := &r.e.Columns[c.encoded]
		if err := r.cell(c, to, cell, x[next:next+to.width()]); err != nil {
			return err
		}
		next += to.width()
	}
	if at <= len(record) {
		return d.ragged(record)
	}
	scaleRow(r.e, x)
	return nil
}

// cell sets the inputs of a cell.
func (r *RowReader[T]) cell(c *column, to *Column, cell []byte, x []T) error {
	d := r.d
	v := value{x: to.Fill, s: int64(to.Fill), word: to.FillWord}
	gap := d.isGap(cell)
	if !gap {
		switch c.kind {
		case numberColumn:
			n, ok, err := parseNumber[T](d, nil, cell)
			switch {
			case err != nil:
				return fmt.Errorf("%s: %s is too large for float%d", c.called(), quoted(string(cell)), 8*elemSize[T]())
			case !ok:
				return fmt.Errorf("%s: %s is not a number", c.called(), quoted(string(cell)))
			}
			v.x = float64(n)
			gap = d.gapped[n]
		case dateColumn:
			var ok bool
			if v.s, ok = parseTime(c.layout, string(cell)); !ok {
				return fmt.Errorf("%s: %s is not a date", c.called(), quoted(string(cell)))
			}
		default:
			if !utf8.Valid(cell) {
				return fmt.Errorf("%s: %s is not UTF-8", c.called(), quoted(string(cell)))
			}
			v.word = normalForm(string(cell))
		}
	}
	if gap {
		if r.policy.refuse {
			return fmt.Errorf("%s: the value is missing (%s)", c.called(), quoted(string(cell)))
		}
		v.x = to.Fill
		if to.Mark {
			x[to.parts] = 1
		} else {
			r.Counts.Filled++
		}
	}
	buf := r.buf[:to.parts]
	if !to.kind.encode(to, v, buf) && !gap {
		r.Counts.Unknown++
	}
	for j, y := range buf {
		x[j] = T(y)
	}
	return nil
}
