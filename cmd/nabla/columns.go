package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/nabla-go/nabla/dataset"
)

// manyColumns is the number of columns from which on plain ones aren't listed one by one.
const manyColumns = 40

// printColumns prints the columns of a table and what becomes of them.
func printColumns(w io.Writer, columns []dataset.ColumnSummary) {
	if len(columns) == 0 {
		return
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "column\ttype\tgaps\tvalues\tbecomes")
	plain := 0
	for _, c := range columns {
		if len(columns) > manyColumns && c.Type == "number" && c.Gaps == 0 && c.Becomes == "1 input" {
			plain++
			continue
		}
		name := fmt.Sprint(c.Number)
		if c.Name != "" {
			name = clip(c.Name, 20)
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%s\n", name, c.Type, c.Gaps, clip(c.Values, 28), c.Becomes)
	}
	t.Flush()
	if plain > 0 {
		fmt.Fprintf(w, "and %d columns of numbers without gaps, each of which becomes an input\n", plain)
	}
}

// clip cuts a text to at most so many characters, on one line.
func clip(s string, most int) string {
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}
