package dataset

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nabla-go/nabla/internal/delimited"
	"github.com/nabla-go/nabla/kernels"
)

// isArrays reports whether a file is one of NumPy's: an NPY file, gzipped or not, or a zip
// file that is called .npz.
func isArrays(path string) bool {
	if strings.ToLower(filepath.Ext(path)) == ".npz" {
		return true
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return false // a pipe can be read once
	}
	f, err := open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, len(npyMagic))
	_, err = io.ReadFull(f, head)
	return err == nil && string(head) == npyMagic
}

// targetNames are what the array or column of targets may be called, the likeliest first.
var targetNames = []string{"y", "label", "labels", "target", "targets", "class", "classes"}

func isTargetName(name string) bool { return slices.Contains(targetNames, strings.ToLower(name)) }

// readArrays makes a table of the arrays of a file. The rows of an array of one or more
// dimensions are those of the table. In an NPZ file each array makes a column or, with
// more dimensions, several; the target is the one that the options name, or one called y,
// label, target or class. Arrays whose names end with _train and _test are two parts.
func readArrays[T kernels.Float](path string, opt TableOptions) (*Table[T], error) {
	d := newArrayDecoder[T](path, opt)
	arrays, err := d.arrays(path)
	if err != nil {
		return nil, err
	}
	for _, a := range arrays {
		d.arrayBytes += a.bytes()
	}
	d.partOf(arrays)
	if err := d.table(arrays); err != nil {
		return nil, err
	}
	return d.Table, nil
}

// newArrayDecoder returns a decoder of arrays.
func newArrayDecoder[T kernels.Float](path string, opt TableOptions) *decoder[T] {
	d := &decoder[T]{Table: &Table[T]{Name: path, gaps: opt.Missing}, opt: opt}
	d.r = delimited.NewReader(bytes.NewReader(nil), delimited.Limits{})
	d.form.Point = '.'
	return d
}

// table makes the table of arrays.
func (d *decoder[T]) table(arrays map[string]Array[T]) error {
	columns, err := d.arrayColumns(arrays)
	if err == nil {
		err = d.fill(columns)
	}
	if err == nil {
		err = d.finish()
	}
	if err != nil {
		return named(d.Name, err)
	}
	return nil
}

// arrays reads all arrays of the file. That of an NPY file has no name.
func (d *decoder[T]) arrays(path string) (map[string]Array[T], error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, 2)
	io.ReadFull(f, head)
	if string(head) == "PK" {
		return ReadNPZ[T](path, d.opt.Limits)
	}
	a, err := ReadNPY[T](path, d.opt.Limits)
	return map[string]Array[T]{"": a}, err
}

// partOf leaves the arrays of one part, without _train and _test behind their names, if
// the file has both.
func (d *decoder[T]) partOf(arrays map[string]Array[T]) {
	for name := range arrays {
		base, ok := strings.CutSuffix(name, "_train")
		_, both := arrays[base+"_test"]
		d.HasTest = d.HasTest || ok && both
	}
	if !d.HasTest {
		return
	}
	wanted, other := "_train", "_test"
	if d.opt.TestPart {
		wanted, other = other, wanted
	}
	for name, a := range arrays {
		base, ok := strings.CutSuffix(name, wanted)
		if ok || strings.HasSuffix(name, other) {
			delete(arrays, name)
		}
		if ok {
			arrays[base] = a
		}
	}
}

// arrayColumn is a column of a table, and where its cells are.
type arrayColumn[T kernels.Float] struct {
	name      string
	from      Array[T]
	at, width int // element at + i·width is that of row i
}

// arrayColumns chooses the arrays that make the table, and takes their columns.
func (d *decoder[T]) arrayColumns(arrays map[string]Array[T]) (columns []arrayColumn[T], err error) {
	names := slices.Sorted(maps.Keys(arrays))
	target := ""
	if a, single := arrays[""]; single && len(arrays) == 1 {
		if len(a.Shape) < 2 {
			return nil, fmt.Errorf(": an array of shape %v: want rows and columns", a.Shape)
		}
	} else {
		if target = d.targetArray(names); target == "" && !d.opt.NoTarget {
			return nil, &OptionError{Text: fmt.Sprintf(": no array is called y, label, target or class: there are %s", abbreviate(names)), Options: []Option{{"target", "NAME"}}}
		}
		d.opt.Targets = nil // it is the last column
		names = append(slices.DeleteFunc(names, func(n string) bool { return n == target }), target)
	}
	rows, inputs := -1, 0
	if len(arrays[target].Shape) > 0 {
		rows = arrays[target].Shape[0]
	}
	for _, name := range names {
		a := arrays[name]
		if len(a.Shape) > 0 && a.Shape[0] == rows && a.Data == nil && a.Text == nil && rows > 0 {
			d.Notes = append(d.Notes, fmt.Sprintf("array %q has elements of type %q, which are not supported: left out", name, a.Type))
			continue
		}
		if len(a.Shape) == 0 || a.Shape[0] != rows || a.Data == nil && a.Text == nil {
			d.Notes = append(d.Notes, fmt.Sprintf("array %q of shape %v has no row for each of the %d targets: left out", name, a.Shape, rows))
			continue
		}
		if name != target || len(names) == 1 {
			inputs++
		}
		if len(a.Shape) > 2 && (a.Type == "|u1" || a.Type == "<u1") {
			d.largest = 255
		}
		columns = append(columns, columnsOf(name, a)...)
	}
	if rows < 1 {
		return nil, fmt.Errorf(": no samples")
	}
	if d.headed = inputs > 1 || len(columns) > 0 && columns[0].from.Text != nil; !d.headed {
		for j := range columns {
			columns[j].name = ""
		}
	}
	return columns, nil
}

// targetArray returns the name of the array of targets, "" if there is none.
func (d *decoder[T]) targetArray(names []string) string {
	for _, name := range append(slices.Clone(d.opt.Targets), targetNames...) {
		if slices.Contains(names, name) {
			return name
		}
	}
	return ""
}

// columnsOf returns the columns of an array: one for each element of a row.
func columnsOf[T kernels.Float](name string, a Array[T]) (columns []arrayColumn[T]) {
	width, _ := product(1, a.Shape[1:])
	for j := range width {
		c := arrayColumn[T]{name, a, j, width}
		if width > 1 {
			c.name = fmt.Sprintf("%s_%d", name, j+1)
		}
		columns = append(columns, c)
	}
	return columns
}

// prepare gives all columns their roles and places.
func (d *decoder[T]) prepare(from []arrayColumn[T]) error {
	d.marks = gapMarks(d.gaps)
	var names []string
	for j, c := range from {
		d.columns = append(d.columns, &column{name: c.name, number: j + 1, role: input, whole: true})
		names = append(names, c.name)
	}
	if err := d.assign(names); err != nil {
		return fmt.Errorf(": %w", err)
	}
	for j, c := range d.columns {
		if from[j].from.Text == nil && c.reading == undecided && c.role != target {
			c.reading = numbers
		}
		if c.slot = -1; c.reading != skipped {
			c.slot = d.store.width
			d.store.width++
		}
	}
	return nil
}

// fill reads the cells of all columns.
func (d *decoder[T]) fill(from []arrayColumn[T]) error {
	if err := d.prepare(from); err != nil {
		return err
	}
	rows := len(from[0].from.Data)/from[0].width + len(from[0].from.Text)/from[0].width
	if err := d.checkMemory("", int64(rows)*int64(2*d.store.width)*elemSize[T]()+d.arrayBytes); err != nil {
		return err
	}
	for i := range rows {
		row := d.store.next()
		told := true
		for j, c := range d.columns {
			if c.slot < 0 {
				continue
			}
			v, err := arrayCell(d, c, &from[j], i)
			if err == errNoTarget {
				told = false
			} else if err != nil {
				return fmt.Errorf(": row %d: %w", d.above+i+1, err)
			}
			row[c.slot] = v
		}
		if !told {
			d.untold++
			d.forget()
			continue
		}
		d.store.keep()
	}
	if d.store.rows == 0 {
		return fmt.Errorf(": no samples")
	}
	return nil
}

// arrayCell returns what is stored for row i of a column. NaN is a gap.
func arrayCell[T kernels.Float](d *decoder[T], c *column, from *arrayColumn[T], i int) (T, error) {
	if from.from.Text != nil {
		return put(d, c, []byte(strings.TrimSpace(from.from.Text[from.at+i*from.width])))
	}
	v := from.from.Data[from.at+i*from.width]
	switch {
	case math.IsInf(float64(v), 0):
		return 0, fmt.Errorf("%s: %v is not a finite number", c.called(), v)
	case v != v && c.reading == numbers && c.role != target:
		return gap[T](-1), nil
	case v != v:
		return put(d, c, nil)
	case c.reading == numbers && c.role != target:
		return v, nil
	}
	return put(d, c, []byte(formatLevel(v)))
}
