package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/nabla-go/nabla/internal/atomicfile"
	"github.com/nabla-go/nabla/search"
)

// searchTable is the result of a search.
type searchTable struct {
	names []string // of the options that were tried
	by    string
	rows  []searchRow
}

// searchRow is a trial in the ranking.
type searchRow struct {
	Rank      int               `json:"rank"`
	Trial     int               `json:"trial"`
	Options   map[string]string `json:"options"`
	Epochs    int               `json:"epochs"` // that it was trained for at last
	By        string            `json:"by"`
	Mean      number            `json:"mean"`
	Deviation number            `json:"deviation"` // over the folds
	Folds     []number          `json:"folds"`
	Failure   string            `json:"failure,omitempty"`
}

// winnerReport says which trial has won.
type winnerReport struct {
	Winner    int    `json:"winner"`
	By        string `json:"by"`
	Mean      number `json:"mean"`
	Deviation number `json:"deviation"`
	Folds     int    `json:"folds"`
	Command   string `json:"command"`
}

// tableOf returns the ranking as a table.
func (r *searchRun) tableOf(standings []search.Standing) (t searchTable) {
	t.by = r.first.by.name
	for _, s := range r.space {
		t.names = append(t.names, s.Name)
	}
	for i, s := range standings {
		row := searchRow{
			Rank: i + 1, Trial: s.Number, Options: make(map[string]string), Epochs: min(s.Epochs, r.epochs[s.Number-1]),
			By: t.by, Mean: number(s.Mean), Deviation: number(s.Deviation), Failure: s.Failure,
		}
		for _, setting := range s.Settings {
			row.Options[setting.Name] = setting.Value
		}
		for _, x := range s.Scores {
			row.Folds = append(row.Folds, number(x))
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// tableWriters are the forms of the table, by the endings of files.
var tableWriters = map[string]func(searchTable, io.Writer) error{
	".txt": searchTable.text, ".csv": searchTable.csv, ".json": searchTable.json,
}

func ending(path string) string { return strings.ToLower(filepath.Ext(path)) }

// json writes a line for each trial.
func (t searchTable) json(w io.Writer) error {
	e := json.NewEncoder(w)
	for _, r := range t.rows {
		if err := e.Encode(r); err != nil {
			return err
		}
	}
	return nil
}

// cells returns the table as words, its head first. form writes a score.
func (t searchTable) cells(form func(number) string) [][]string {
	all := [][]string{slices.Concat([]string{"rank", "trial"}, t.names, []string{"epochs", t.by, "deviation"})}
	for _, r := range t.rows {
		row := []string{strconv.Itoa(r.Rank), strconv.Itoa(r.Trial)}
		for _, name := range t.names {
			row = append(row, r.Options[name])
		}
		all = append(all, append(row, strconv.Itoa(r.Epochs), form(r.Mean), form(r.Deviation)))
	}
	return all
}

// csv writes all digits, and the score of each fold. What there is no number for is empty.
func (t searchTable) csv(w io.Writer) error {
	form := func(x number) string {
		if math.IsNaN(float64(x)) {
			return ""
		}
		return strconv.FormatFloat(float64(x), 'g', -1, 64)
	}
	c := csv.NewWriter(w)
	for i, row := range t.cells(form) {
		last := "failure"
		if i > 0 {
			last = t.rows[i-1].Failure
		}
		for k := range t.rows[0].Folds {
			if i == 0 {
				row = append(row, "fold "+strconv.Itoa(k+1))
			} else {
				row = append(row, form(t.rows[i-1].Folds[k]))
			}
		}
		if err := c.Write(append(row, last)); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// text writes the table for people.
func (t searchTable) text(w io.Writer) error {
	form := func(x number) string {
		if math.IsNaN(float64(x)) {
			return "-"
		}
		return fmt.Sprintf("%.4f", float64(x))
	}
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, row := range t.cells(form) {
		if i > 0 && t.rows[i-1].Failure != "" {
			row = append(row, t.rows[i-1].Failure)
		}
		for k, cell := range row {
			if cell == "" {
				row[k] = `""`
			}
		}
		fmt.Fprintln(tab, strings.Join(row, "\t"))
	}
	return tab.Flush()
}

// print prints the table and the winner, whose training command repeats.
func (r *searchRun) print(standings []search.Standing, command string) error {
	t := r.tableOf(standings)
	if r.table != "" {
		err := atomicfile.Write(r.table, func(w io.Writer) error { return tableWriters[ending(r.table)](t, w) })
		if err != nil {
			return fmt.Errorf("--table: %w", err)
		}
	}
	out, first := r.cmd.OutOrStdout(), t.rows[0]
	if wantsJSON(r.cmd) {
		err := t.json(out)
		if err == nil && first.Failure == "" {
			printJSON(out, winnerReport{Winner: first.Trial, By: t.by, Mean: first.Mean, Deviation: first.Deviation, Folds: r.folds, Command: command})
		}
		return err
	}
	if err := t.text(out); err != nil || first.Failure != "" {
		return err
	}
	fmt.Fprintf(out, "\nwinner             trial %d, %s %.4f", first.Trial, t.by, float64(first.Mean))
	if r.folds > 0 {
		fmt.Fprintf(out, ", standard deviation %.4f over %d folds", float64(first.Deviation), r.folds)
	}
	fmt.Fprintf(out, "\nrepeat with        %s\n", command)
	return nil
}

// commandLine returns how a command was called, or would be: its data and the flags that are
// set.
func (p *searchPlan) commandLine(name string, cmd *cobra.Command) string {
	words := []string{"nabla", name}
	if f := cmd.Flags().Lookup("data"); f.Changed {
		words = append(words, shellWord(f.Value.String()))
	}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		for _, v := range values {
			switch {
			case f.Name == "data" || f.Name == "json":
			case f.Value.Type() == "bool" && v == "true":
				words = append(words, "--"+f.Name)
			case f.Value.Type() == "bool":
				words = append(words, "--"+f.Name+"="+v)
			default:
				words = append(words, "--"+f.Name, shellWord(v))
			}
		}
	})
	return strings.Join(words, " ")
}
