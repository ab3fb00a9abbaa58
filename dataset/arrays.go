package dataset

import (
	"bytes"
	"errors"
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
// label, target or class. With several columns it is a one for the class among zeros, or
// several targets. Arrays whose names begin or end with train and test are two parts.
// Arrays of texts may hold the names of columns and classes.
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

// partOf leaves the arrays of one part, without train and test in their names, if the file
// has both. Validation data are a part of their own, or the test part if there is no other.
func (d *decoder[T]) partOf(arrays map[string]Array[T]) {
	parts := make(map[string]map[string]Array[T])
	var validation []string
	for name, a := range arrays {
		base, part := cutPart(name)
		if part == "validation" {
			validation = append(validation, name)
		}
		if parts[part] == nil {
			parts[part] = make(map[string]Array[T])
		}
		parts[part][base] = a
	}
	test := "test"
	if parts[test] == nil {
		test = "validation"
	}
	both := false
	for base := range parts["train"] {
		_, ok := parts[test][base]
		both = both || ok
	}
	if d.HasTest = both; !both {
		return
	}
	wanted := "train"
	if d.opt.TestPart {
		wanted = test
	}
	for name := range arrays {
		if _, part := cutPart(name); part != "" {
			delete(arrays, name)
		}
	}
	maps.Copy(arrays, parts[wanted])
	if test == "test" && len(parts["validation"]) > 0 && !d.opt.TestPart {
		d.Notes = append(d.Notes, fmt.Sprintf("the arrays of validation data (%s) were left out", abbreviate(slices.Sorted(slices.Values(validation)))))
	}
}

// parts are what names of arrays begin or end with that are parts of the data.
var parts = []struct{ mark, part string }{
	{"train", "train"}, {"test", "test"}, {"val", "validation"}, {"valid", "validation"}, {"validation", "validation"},
}

// cutPart takes the name of an array apart: x_train or train_x into x and train.
func cutPart(name string) (base, part string) {
	for _, p := range parts {
		if base, ok := strings.CutSuffix(name, "_"+p.mark); ok {
			return base, p.part
		}
		if base, ok := strings.CutPrefix(name, p.mark+"_"); ok {
			return base, p.part
		}
	}
	return name, ""
}

// arrayColumn is a column of a table, and where its cells are.
type arrayColumn[T kernels.Float] struct {
	name      string
	from      Array[T]
	at, width int // element at + i·width is that of row i
}

// arrayColumns chooses the arrays that make the table, and takes their columns, those of
// the targets last.
func (d *decoder[T]) arrayColumns(arrays map[string]Array[T]) (columns []arrayColumn[T], err error) {
	called, featureNames := d.takeNames(arrays, columnNames)
	calledClasses, classes := d.takeNames(arrays, classNames)
	names, targets, err := d.chooseArrays(arrays, featureNames != nil)
	if err != nil {
		return nil, err
	}
	if len(targets) == 1 && classes != nil {
		arrays[targets[0]] = d.nameClasses(arrays[targets[0]], calledClasses, classes)
	}
	rows, inputs := commonRows(arrays, names), 0
	if len(targets) > 0 {
		rows = commonRows(arrays, targets[:1])
	}
	for _, name := range names {
		a := arrays[name]
		if len(a.Shape) > 0 && a.Shape[0] == rows && a.Data == nil && a.Text == nil && rows > 0 {
			d.Notes = append(d.Notes, fmt.Sprintf("array %q has elements of type %q, which are not supported: left out", name, a.Type))
			continue
		}
		if len(a.Shape) == 0 || a.Shape[0] != rows || a.Data == nil && a.Text == nil {
			d.Notes = append(d.Notes, fmt.Sprintf("array %q of shape %v has no row for each of the %d samples: left out", name, a.Shape, rows))
			continue
		}
		if !slices.Contains(targets, name) || len(names) == 1 {
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
	if inputs == 0 {
		return nil, fmt.Errorf(": no array has inputs: want one of numbers or texts with a row for each of the %d samples (%s)", rows, strings.Join(d.Notes, "; "))
	}
	d.headed = names[0] != "" && (inputs > 1 || columns[0].from.Text != nil)
	if featureNames != nil {
		d.nameColumns(columns, called, featureNames)
	}
	for j := range columns {
		if !d.headed {
			columns[j].name = ""
		}
	}
	d.setArrayTargets(arrays, targets, len(columns))
	return columns, nil
}

// chooseArrays returns the names of all arrays that may be columns, those of the targets
// last. The array of an NPY file, or the only one of an NPZ file if there are names of its
// columns or no targets are wanted, is called "" and has the targets among its columns.
func (d *decoder[T]) chooseArrays(arrays map[string]Array[T], columnsNamed bool) (names, targets []string, err error) {
	if d.opt.NoTarget {
		d.withoutTargets(arrays)
	}
	if names = slices.Sorted(maps.Keys(arrays)); len(names) == 1 && (columnsNamed || d.opt.NoTarget) {
		arrays[""] = arrays[names[0]]
		names[0] = ""
	}
	if len(names) == 1 && names[0] == "" {
		shape := arrays[""].Shape
		if len(shape) < 2 {
			return nil, nil, fmt.Errorf(": an array of shape %v: want rows and columns", shape)
		}
		if len(shape) > 2 && d.opt.Targets == nil && !d.opt.NoTarget && d.opt.Encoder == nil {
			return nil, nil, fmt.Errorf(": an array of shape %v has no targets: want rows and columns, or an NPZ file with one more array, called y or label", shape)
		}
		return names, nil, nil
	}
	if d.opt.NoTarget {
		return names, nil, nil
	}
	if targets, err = d.targetArrays(arrays, names); err != nil {
		return nil, nil, err
	}
	return append(slices.DeleteFunc(names, func(n string) bool { return slices.Contains(targets, n) }), targets...), targets, nil
}

// setArrayTargets makes the last columns, those of some arrays, the targets.
func (d *decoder[T]) setArrayTargets(arrays map[string]Array[T], targets []string, columns int) {
	if targets == nil { // they are columns of a single array, or aren't wanted
		return
	}
	width := 0
	for _, name := range targets {
		n, _ := product(1, arrays[name].Shape[1:])
		width += n
	}
	d.opt.Targets = nil // the last column, or those of the model
	for j := columns - width; width > 1 && d.opt.Encoder == nil && j < columns; j++ {
		d.opt.Targets = append(d.opt.Targets, fmt.Sprint(j+1))
	}
}

// targetArrays returns the names of the arrays of targets. A target that has a one among
// zeros in each row becomes the number of that column.
func (d *decoder[T]) targetArrays(arrays map[string]Array[T], names []string) (targets []string, err error) {
	for _, name := range targetList(d.opt.Targets, names) {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf(": no array is called %q: there are %s", name, abbreviate(names))
		}
		targets = append(targets, name)
	}
	for _, name := range targetNames {
		if len(targets) == 0 && slices.Contains(names, name) {
			targets = append(targets, name)
		}
	}
	switch {
	case len(names) == 0:
		return nil, fmt.Errorf(": there is no array in it")
	case len(targets) == 0 && len(names) == 1:
		return nil, fmt.Errorf(": %s is the only array: want another one, called y, label, target or class", names[0])
	case len(targets) == 0:
		return nil, &OptionError{Text: fmt.Sprintf(": no array is called y, label, target or class: there are %s", abbreviate(names)), Options: []Option{{"target", "NAME"}}}
	}
	for _, name := range targets {
		a := arrays[name]
		if a.Data == nil && a.Text == nil && (len(a.Shape) == 0 || a.Shape[0] > 0) {
			return nil, fmt.Errorf(": the target %q has elements of type %q: want numbers or texts (in NumPy: %s.astype(str))", name, a.Type, name)
		}
		if len(targets) > 1 || !d.wantsClasses() {
			continue
		}
		if classes, ok := oneHot(a); ok {
			arrays[name] = classes
			d.Notes = append(d.Notes, fmt.Sprintf("array %q of shape %v has a single 1 among zeros in each row: read as the number of that column, from 0", name, a.Shape))
		}
	}
	return targets, nil
}

// wantsClasses reports whether the target may be one of several classes.
func (d *decoder[T]) wantsClasses() bool {
	if d.opt.Encoder != nil {
		return d.opt.Encoder.Task == Classification
	}
	return d.opt.Task == AnyTask || d.opt.Task == Classification
}

// oneHot returns the number of the column that has a one in each row of a. It isn't ok if
// a row has anything else than one of those among zeros.
func oneHot[T kernels.Float](a Array[T]) (classes Array[T], ok bool) {
	if len(a.Shape) != 2 || a.Shape[1] < 2 || a.Data == nil {
		return classes, false
	}
	classes = Array[T]{Shape: a.Shape[:1], Data: make([]T, a.Shape[0]), Type: a.Type}
	for i := range classes.Data {
		ones := 0
		for j, v := range a.Data[i*a.Shape[1] : (i+1)*a.Shape[1]] {
			switch v {
			case 0:
			case 1:
				ones++
				classes.Data[i] = T(j)
			default:
				return classes, false
			}
		}
		if ones != 1 {
			return classes, false
		}
	}
	return classes, true
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
	if err := d.assign(names); errors.As(err, new(widthError)) {
		return err
	} else if err != nil {
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
