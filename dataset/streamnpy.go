package dataset

import (
	"fmt"
	"io"
	"os"

	"github.com/nabla-go/nabla/internal/delimited"
	"github.com/nabla-go/nabla/kernels"
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
	row, untold := make([]T, f.width), 0
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
	var sample Array[T]
	sample.Type = f.header.descr
	var numbers []int
	for _, r := range draw.chosen() {
		f.decode(row, r.record)
		sample.Data = append(sample.Data, row...)
		numbers = append(numbers, r.number)
	}
	sample.Shape = append([]int{len(numbers)}, f.header.shape[1:]...)
	d = newArrayDecoder[T](path, opt)
	d.numbers, d.untold = numbers, untold
	if err := d.table(map[string]Array[T]{"": sample}); err != nil {
		return nil, err
	}
	return d.Table, nil
}

// eachArray reads an NPY array in tables of so many rows.
func eachArray[T kernels.Float](path string, opt TableOptions, rows int, part func(*Table[T]) error) error {
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
