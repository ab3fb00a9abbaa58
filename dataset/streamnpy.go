package dataset

import (
	"fmt"
	"io"
	"os"

	"github.com/nabla-go/nabla/internal/delimited"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/train"
)

// sampleArray draws rows of an NPY array.
func sampleArray[T kernels.Float](path string, opt TableOptions, draw *drawing) (*Table[T], error) {
	f, err := openArray[T](path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	d := newArrayDecoder[T](path, opt)
	first := make([]T, f.width)
	columns, err := d.arrayColumns(map[string]Array[T]{"": {Shape: []int{1, f.width}, Data: first, Type: f.header.descr}})
	if err == nil {
		err = d.prepare(columns)
	}
	if err != nil {
		return nil, named(path, err)
	}
	var class []byte
	untold := 0
	for {
		raw, err := f.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		class = class[:0]
		told := true
		for j, c := range d.columns {
			if c.role == target {
				v := f.element(raw[j*f.size:])
				told = told && v == v && (len(d.marks) == 0 || !d.isGap([]byte(formatLevel(v))))
				class = append(append(class, raw[j*f.size:(j+1)*f.size]...), 0)
			}
		}
		if told {
			draw.next(0, raw, class)
		} else {
			untold++
		}
	}
	rows := draw.chosen()
	draw.kept, draw.firsts = nil, nil
	sample := Array[T]{Type: f.header.descr, Shape: append([]int{len(rows)}, f.header.shape[1:]...), Data: make([]T, len(rows)*f.width)}
	d = newArrayDecoder[T](path, opt)
	d.untold = untold
	for k := range rows {
		r := &rows[k]
		f.decode(sample.Data[k*f.width:(k+1)*f.width], r.record)
		d.numbers = append(d.numbers, r.number)
		r.record = nil // its memory may be needed
	}
	if err := d.table(map[string]Array[T]{"": sample}); err != nil {
		return nil, err
	}
	return d.Table, nil
}

// eachArray reads an NPY array in parts of so many rows, which plain takes or, if it doesn't,
// are tables for part.
func eachArray[T kernels.Float](path string, opt TableOptions, rows int, plain *plainRows[T], part func(*Table[T]) error) error {
	f, err := openArray[T](path)
	if err != nil {
		return err
	}
	defer f.Close()
	block := Array[T]{Type: f.header.descr, Data: make([]T, rows*f.width)}
	before, told := 0, 0
	for end := false; !end; {
		n := 0
		for ; n < rows; n++ {
			raw, err := f.next()
			if end = err == io.EOF; end {
				break
			}
			if err != nil {
				return err
			}
			f.decode(block.Data[n*f.width:(n+1)*f.width], raw)
		}
		if n == 0 {
			break
		}
		if done, err := plain.take(block.Data[:n*f.width], f.width, told); done || err != nil {
			if err != nil {
				return err
			}
			before, told = before+n, told+n
			continue
		}
		some := block
		some.Data = block.Data[:n*f.width]
		some.Shape = append([]int{n}, f.header.shape[1:]...)
		d := newArrayDecoder[T](path, opt)
		d.before, d.above = told, before
		if err := d.table(map[string]Array[T]{"": some}); err != nil {
			return err
		}
		before, told = before+n, told+d.store.rows
		if err := part(d.Table); err != nil {
			return err
		}
	}
	return nil
}

// plainRows encodes rows of an array without a table, where that is quicker: where all
// inputs are finite numbers.
type plainRows[T kernels.Float] struct {
	e       *Encoder
	without map[int]bool
	yield   func(*train.Data[T], error) bool
	at      []int // the input that a column becomes, −1 for none
	target  []int // the target that a column is, −1 for none
	class   []map[T]int
	x, t    kernels.Matrix[T] // memory of a block
}

// newPlainRows returns nil if tables are needed.
func newPlainRows[T kernels.Float](opt *TableOptions, without map[int]bool, yield func(*train.Data[T], error) bool) *plainRows[T] {
	e := opt.Encoder
	p := &plainRows[T]{e: e, without: without, yield: yield}
	if opt.Targets != nil || len(e.Gaps) > 0 {
		return nil
	}
	next := 0
	for i := range e.Columns {
		c := &e.Columns[i]
		if c.Role == string(weight) || c.isInput() && c.kind != numberColumn {
			return nil
		}
		at := -1
		if c.isInput() {
			at = next
		}
		next += c.width()
		p.at, p.target = append(p.at, at), append(p.target, -1)
	}
	for k, t := range e.Targets {
		p.target[t.Column] = k
		p.class = append(p.class, make(map[T]int))
	}
	return p
}

// take encodes rows of so many columns, which follow so many others, and sends them on. It
// does nothing if a table is needed.
func (p *plainRows[T]) take(rows []T, width, before int) (done bool, err error) {
	if p == nil || width != len(p.at) {
		return false, nil
	}
	n := len(rows) / width
	if p.x.Rows < n {
		p.x, p.t = kernels.NewMatrix[T](n, p.e.inputs), kernels.NewMatrix[T](n, len(p.e.Targets))
	}
	clear(p.x.Data)
	d := &train.Data[T]{Classes: p.e.Classes()}
	k := 0
	for i := range n {
		if p.without[before+i] {
			continue
		}
		x := p.x.Row(k)
		for j, v := range rows[i*width : (i+1)*width] {
			switch at := p.at[j]; {
			case at >= 0 && v-v == 0:
				x[at] = v
			case at >= 0:
				return false, nil
			case p.target[j] >= 0:
				y, ok := p.output(p.target[j], v)
				if !ok {
					return false, nil
				}
				p.t.Row(k)[p.target[j]] = y
				if p.e.Task == Classification {
					d.Labels = append(d.Labels, int(y))
				}
			}
		}
		k++
	}
	if k == 0 {
		return true, nil
	}
	d.X = p.x.Slice(0, k)
	train.Scale(p.e.Scaler, d.X)
	if p.e.Task != Classification {
		d.T = p.t.Slice(0, k)
	}
	if !p.yield(d, nil) {
		return true, errStopped
	}
	return true, nil
}

// output returns what a value of target k is for the network.
func (p *plainRows[T]) output(k int, v T) (y T, ok bool) {
	t := &p.e.Targets[k]
	if p.e.Task == Regression {
		return T((float64(v) - t.Mean) / t.SD), v-v == 0
	}
	c, ok := p.class[k][v]
	if !ok {
		if c, ok = p.e.Columns[t.Column].index(formatLevel(v)); ok {
			p.class[k][v] = c
		}
	}
	return T(c), ok
}

// arrayFile is an NPY file of rows that is read one by one.
type arrayFile[T kernels.Float] struct {
	rowFile
	header      npyHeader
	element     func([]byte) T
	size, width int // of an element in bytes, of a row in elements
}

func openArray[T kernels.Float](path string) (*arrayFile[T], error) {
	if head, err := os.Open(path); err == nil {
		b := make([]byte, 2)
		io.ReadFull(head, b)
		head.Close()
		if string(b) == "PK" {
			return nil, fmt.Errorf("%s: an NPZ file can't be read as a stream: save one NPY array of inputs and target", path)
		}
	}
	s, err := open(path)
	if err != nil {
		return nil, err
	}
	f := &arrayFile[T]{rowFile: rowFile{source: s, path: path, what: "row"}}
	if f.header, err = readNPYHeader(s); err == nil {
		f.element, f.size = npyElement[T](f.header.descr)
		switch {
		case f.element == nil:
			err = fmt.Errorf("elements of type %q: a stream has numbers", f.header.descr)
		case len(f.header.shape) < 2 || f.header.shape[0] < 1:
			err = fmt.Errorf("an array of shape %v: want rows and columns", f.header.shape)
		case f.header.fortran:
			err = fmt.Errorf("the array is in column-major order: save it in row-major order (numpy.ascontiguousarray)")
		}
	}
	if err == nil {
		var ok bool
		if f.width, ok = product(1, f.header.shape[1:]); !ok || f.width < 1 || f.width > maxRowBytes/f.size {
			err = fmt.Errorf("rows of shape %v: want at least one element, and at most %d bytes", f.header.shape[1:], maxRowBytes)
		}
	}
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f.rows, f.buf = f.header.shape[0], make([]byte, f.width*f.size)
	return f, nil
}

func (f *arrayFile[T]) decode(row []T, raw []byte) {
	for j := range row {
		row[j] = f.element(raw[j*f.size:])
	}
}

// rowFile is an open file of rows of one size.
type rowFile struct {
	*source
	path, what string // what a row is called
	rows, row  int    // that there are, and that have been read
	buf        []byte // of one row
}

// maxRowBytes limits a row.
const maxRowBytes = delimited.DefaultLine

// next returns the bytes of the next row, which stay until the next call. The error at the
// end is io.EOF.
func (f *rowFile) next() ([]byte, error) {
	if f.row == f.rows {
		if n, err := io.ReadFull(f, f.buf[:1]); n > 0 {
			return nil, fmt.Errorf("%s: longer than its header says: something follows %s %d", f.path, f.what, f.rows)
		} else if err != io.EOF {
			return nil, fmt.Errorf("%s: after %s %d: %w", f.path, f.what, f.rows, err)
		}
		return nil, io.EOF
	}
	_, err := io.ReadFull(f, f.buf)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = fmt.Errorf("truncated: the file ends here, its header promises %d", f.rows)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %s %d: %w", f.path, f.what, f.row+1, err)
	}
	f.row++
	return f.buf, nil
}
