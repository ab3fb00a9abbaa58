package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/nabla-go/nabla/dataset"
)

// manyColumns is the number of columns from which on plain ones aren't listed one by one.
const manyColumns = 40

// printColumns prints the columns of a table and what becomes of them, in lines of at most
// helpWidth characters.
func printColumns(w io.Writer, columns []dataset.ColumnSummary) {
	if len(columns) == 0 {
		return
	}
	rows := [][]string{{"column", "type", "gaps", "values", "becomes"}}
	plain := 0
	for _, c := range columns {
		if len(columns) > manyColumns && c.Type == "number" && c.Gaps == 0 && c.Becomes == "1 input" {
			plain++
			continue
		}
		name := c.Name
		if name == "" {
			name = fmt.Sprint(c.Number)
		}
		rows = append(rows, []string{name, c.Type, fmt.Sprint(c.Gaps), c.Values, c.Becomes})
	}
	fit(rows)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(t, strings.Join(row, "\t"))
	}
	t.Flush()
	if plain > 0 {
		fmt.Fprintf(w, "and %d columns of numbers without gaps, each of which becomes an input\n", plain)
	}
}

// Characters that the columns of the table may take, and what they may be brought down to
// where its lines would be longer than helpWidth, in this order.
var (
	mostWidths  = []int{20, 8, 20, 28, 60}
	leastWidths = []int{10, 8, 4, 12, 20}
	shrinkOrder = []int{3, 0, 4}
)

// fit clips the cells of the table.
func fit(rows [][]string) {
	widths := make([]int, len(mostWidths))
	total := 2 * (len(widths) - 1)
	for j := range widths {
		for _, row := range rows {
			widths[j] = max(widths[j], utf8.RuneCountInString(clip(row[j], mostWidths[j])))
		}
		total += widths[j]
	}
	for _, j := range shrinkOrder {
		less := min(max(total-helpWidth, 0), max(widths[j]-leastWidths[j], 0))
		widths[j] -= less
		total -= less
	}
	for _, row := range rows {
		for j := range row {
			row[j] = clip(row[j], widths[j])
		}
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
