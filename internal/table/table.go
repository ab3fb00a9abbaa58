// Package table finds the rows of a table by their names: activations, costs,
// optimizers and schedules, built in or of a user's own.
package table

import (
	"fmt"
	"slices"
	"strings"
)

// Find returns the row called name of a table, or of the user's own rows in more.
func Find[R fmt.Stringer](kind, name string, table, more []R) (row R, err error) {
	all := slices.Concat(table, more)
	var names []string
	for _, r := range all {
		if r.String() == name {
			return r, nil
		}
		names = append(names, r.String())
	}
	return row, fmt.Errorf("unknown %s %q: want one of %s", kind, name, strings.Join(names, ", "))
}

// CheckName refuses a row without a name, and one whose name is that of another row
// in the table: model files would mix them up.
func CheckName[R interface {
	fmt.Stringer
	comparable
}](kind string, row R, table []R) error {
	if row.String() == "" {
		return fmt.Errorf("%s without a Name", kind)
	}
	if other, err := Find(kind, row.String(), table, nil); err == nil && other != row {
		return fmt.Errorf("%s %v is not the built-in one of that name: give it another Name", kind, row)
	}
	return nil
}
