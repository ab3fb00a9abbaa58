package dataset

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nabla-go/nabla/kernels"
)

// EncodeRows encodes rows of a program's own, without targets, for e: a [][]string with a
// cell for each column in the order of the table, a []map[string]any by the names of
// columns, or a slice of structs, whose fields have the name in the tag `nabla:"name"` or
// their own; `nabla:"-"` is no column. Values are strings, numbers, truth values, or nil
// for a gap. Columns that e leaves out may be there or not.
func EncodeRows[T kernels.Float](e *Encoder, rows any) (kernels.Matrix[T], error) {
	v := reflect.ValueOf(rows)
	if v.Kind() != reflect.Slice {
		return kernels.Matrix[T]{}, fmt.Errorf("rows are a %T: want [][]string, []map[string]any or a slice of structs", rows)
	}
	policy, err := missingPolicies.find(e.Missing)
	if err != nil {
		return kernels.Matrix[T]{}, err
	}
	r := &RowReader[T]{e: e, policy: policy, d: &decoder[T]{Table: &Table[T]{gaps: e.Gaps}, marks: gapMarks(e.Gaps)}}
	r.d.form.Point = '.'
	x := kernels.NewMatrix[T](v.Len(), e.Inputs())
	for k := range v.Len() {
		if err := r.value(v.Index(k), x.Row(k)); err != nil {
			return kernels.Matrix[T]{}, fmt.Errorf("row %d: %w", k+1, err)
		}
		scaleRow(e, x.Row(k))
		for j, v := range x.Row(k) {
			if v-v != 0 {
				return kernels.Matrix[T]{}, fmt.Errorf("row %d: input %d is so far from what the model was trained with that its scaling makes it %v", k+1, j+1, v)
			}
		}
	}
	return x, nil
}

// value sets the inputs of one row.
func (r *RowReader[T]) value(row reflect.Value, x []T) error {
	for row.Kind() == reflect.Pointer || row.Kind() == reflect.Interface {
		if row.IsNil() {
			return fmt.Errorf("the row is nil")
		}
		row = row.Elem()
	}
	cell, err := r.cells(row)
	if err != nil {
		return err
	}
	at := 0
	for i := range r.e.Columns {
		c := &r.e.Columns[i]
		if !c.isInput() {
			continue
		}
		text, err := cell(i)
		if err != nil {
			return err
		}
		text = c.truth(text)
		from := column{name: c.Name, number: i + 1, kind: c.kind, layout: c.Layout}
		if len(r.buf) < c.parts {
			r.buf = make([]float64, c.parts)
		}
		if err := r.cell(&from, c, []byte(text), x[at:at+c.width()]); err != nil {
			return err
		}
		at += c.width()
	}
	return nil
}

// cells returns how to get the cell of a column, by its index.
func (r *RowReader[T]) cells(row reflect.Value) (func(i int) (string, error), error) {
	switch row.Kind() {
	case reflect.Slice:
		return r.byPlace(row)
	case reflect.Map:
		if row.Type().Key().Kind() != reflect.String {
			break
		}
		values := make(map[string]reflect.Value)
		for _, key := range row.MapKeys() {
			values[key.String()] = row.MapIndex(key)
		}
		return r.byNameOf(values)
	case reflect.Struct:
		values := make(map[string]reflect.Value)
		for i := range row.NumField() {
			f := row.Type().Field(i)
			name, tagged := f.Tag.Lookup("nabla")
			if !tagged {
				name = f.Name
			}
			if f.IsExported() && name != "-" {
				values[name] = row.Field(i)
			}
		}
		return r.byNameOf(values)
	}
	return nil, fmt.Errorf("it is a %v: want []string, map[string]any or a struct", row.Type())
}

// byPlace returns the cells of a row that has all columns but the targets, or those alone
// that are inputs.
func (r *RowReader[T]) byPlace(row reflect.Value) (func(i int) (string, error), error) {
	var all, inputs []int
	for i := range r.e.Columns {
		if r.e.Columns[i].Role != string(target) {
			all = append(all, i)
		}
		if r.e.Columns[i].isInput() {
			inputs = append(inputs, i)
		}
	}
	places := all
	if row.Len() == len(inputs) {
		places = inputs
	}
	if row.Len() != len(places) {
		return nil, fmt.Errorf("%d values: want %d, one for each column but the target", row.Len(), len(inputs))
	}
	return func(i int) (string, error) { return text(row.Index(slices.Index(places, i))) }, nil
}

// byNameOf returns the cells of values by the names of columns.
func (r *RowReader[T]) byNameOf(values map[string]reflect.Value) (func(i int) (string, error), error) {
	for name := range values {
		i := slices.IndexFunc(r.e.Columns, func(c Column) bool { return c.Name == name && name != "" })
		if i < 0 {
			return nil, fmt.Errorf("%q is no column of the model", name)
		}
		if r.e.Columns[i].Role == string(target) {
			return nil, fmt.Errorf("%q is what the model predicts: leave it out", name)
		}
	}
	return func(i int) (string, error) {
		v, ok := values[r.e.columnName(i)]
		if !ok {
			return "", fmt.Errorf("column %q is missing", r.e.columnName(i))
		}
		return text(v)
	}, nil
}

// truth returns what a column calls the truth value that text is: 1 or 0 among numbers, or
// a level in other letters.
func (c *Column) truth(text string) string {
	if text != "True" && text != "False" {
		return text
	}
	if c.kind == numberColumn {
		return map[string]string{"True": "1", "False": "0"}[text]
	}
	for _, other := range []string{strings.ToLower(text), strings.ToUpper(text)} {
		if _, ok := c.index(other); ok {
			return other
		}
	}
	return text
}

// text writes a value as a cell. nil is a gap.
func text(v reflect.Value) (string, error) {
	for v.IsValid() && (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) {
		v = v.Elem()
	}
	switch {
	case !v.IsValid():
		return "", nil
	case v.CanFloat():
		return strconv.FormatFloat(v.Float(), 'g', -1, v.Type().Bits()), nil
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10), nil
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10), nil
	case v.Kind() == reflect.String:
		return v.String(), nil
	case v.Kind() == reflect.Bool:
		if v.Bool() {
			return "True", nil
		}
		return "False", nil
	}
	if t, ok := v.Interface().(time.Time); ok {
		return t.Format("2006-01-02T15:04:05Z07:00"), nil
	}
	if s, ok := v.Interface().(fmt.Stringer); ok {
		return s.String(), nil
	}
	return "", fmt.Errorf("a %v is no value of a column", v.Type())
}
