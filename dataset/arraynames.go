package dataset

import (
	"fmt"
	"slices"

	"github.com/nabla-go/nabla/kernels"
)

// columnNames are what an array with the names of columns may be called, classNames one
// with the names of classes, whose numbers from 0 are then the targets.
var (
	columnNames = []string{"feature_names", "column_names", "columns"}
	classNames  = []string{"target_names", "class_names", "label_names"}
)

// takeNames takes the first array out that has one of the names in among and holds a list of
// words. It returns the words, nil if there is none.
func (d *decoder[T]) takeNames(arrays map[string]Array[T], among []string) (called string, words []string) {
	for _, name := range among {
		a, ok := arrays[name]
		if !ok || len(a.Shape) != 1 || slices.Contains(d.opt.Targets, name) {
			continue
		}
		if a.Text == nil {
			if a.Data == nil {
				delete(arrays, name)
				d.Notes = append(d.Notes, fmt.Sprintf("array %q has elements of type %q, from which no names can be read (in NumPy: %s.astype(str)): left out", name, a.Type, name))
			}
			continue
		}
		delete(arrays, name)
		return name, a.Text
	}
	return "", nil
}

// nameColumns names the columns of the one array that has as many columns as there are names.
func (d *decoder[T]) nameColumns(columns []arrayColumn[T], called string, names []string) {
	first, fitting := 0, 0
	for j := 0; j < len(columns); j += columns[j].width {
		if columns[j].width == len(names) {
			first = j
			fitting++
		}
	}
	if fitting != 1 {
		d.Notes = append(d.Notes, fmt.Sprintf("array %q has %d names, which are those of no single array with as many columns: left out", called, len(names)))
		return
	}
	for j, name := range names {
		columns[first+j].name = name
	}
	d.headed = true
}

// nameClasses replaces targets that are numbers of classes by the names of those. If there
// are other numbers among them, or the model's classes have other names, the targets stay.
func (d *decoder[T]) nameClasses(a Array[T], called string, names []string) Array[T] {
	leave := func(why string) Array[T] {
		d.Notes = append(d.Notes, fmt.Sprintf("array %q doesn't name the targets: %s", called, why))
		return a
	}
	if n, ok := product(1, a.Shape); a.Data == nil || !ok || len(a.Shape) == 0 || n != a.Shape[0] || !d.wantsClasses() {
		return leave("they are not one class for each row")
	}
	if e := d.opt.Encoder; e != nil && slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(e.Classes(), name) }) {
		return leave("the model's classes have other names")
	}
	named := Array[T]{Shape: a.Shape, Type: a.Type, Text: make([]string, len(a.Data))}
	for i, v := range a.Data {
		c := int(v)
		if !(v >= 0 && v < T(len(names))) || T(c) != v {
			return leave(fmt.Sprintf("there is %v, and it has %d names", v, len(names)))
		}
		named.Text[i] = names[c]
	}
	return named
}

// withoutTargets leaves out the arrays that hold targets of the model, or are called as if.
func (d *decoder[T]) withoutTargets(arrays map[string]Array[T]) {
	for name := range arrays {
		if isTargetName(name) || d.opt.Encoder != nil && slices.Contains(d.opt.Encoder.TargetNames(), name) {
			delete(arrays, name)
		}
	}
}

// commonRows returns how many rows the arrays have: those of the first one with the most
// dimensions.
func commonRows[T kernels.Float](arrays map[string]Array[T], names []string) int {
	rows, most := -1, 0
	for _, name := range names {
		if shape := arrays[name].Shape; len(shape) > most {
			rows, most = shape[0], len(shape)
		}
	}
	return rows
}
