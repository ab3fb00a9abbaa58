package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nabla-go/nabla/dataset"
)

func newData() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "data",
		Short: "Look at data",
		Args:  wantArgs(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usagef("want data info FILE")
		},
	}
	cmd.AddCommand(newDataInfo())
	return cmd
}

// infoPlan is a command line of nabla data info.
type infoPlan struct {
	data dataSource
}

func newDataInfo() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "info FILE",
		Short: "Show what train would make of data",
		Long: `Show what train would make of data: their columns with types, gaps and values,
what becomes of each, what is predicted, and how many samples there are to learn
from and to test with. Nothing is trained or written.

Of what a column becomes, "+ others" is an input for values that are rare or
new, "+ gaps" one that is 1 where the value is missing, and "hashed" means that
values share inputs.

In an NPZ file, the targets are the array called y, label, target or class (or
the one of --target), the inputs all others with as many rows. Arrays of texts
may hold names: feature_names, column_names or columns those of the columns,
target_names, class_names or label_names those of classes 0, 1, …. With names
of columns, one array is enough: a table whose last column is the target. If
names of arrays end with _train and _test, the latter are the test data.`,
		Args: wantArgs(1, 1),
	}
	var p infoPlan
	flags := grouped("Data", append(p.data.flags(cmd.Flags().Changed), p.data.columnFlags(cmd.Flags().Changed)...)...)
	use := addFlags(cmd, flags)
	cmd.Flags().SetNormalizeFunc(targetIsLabel)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := p.data.positional(cmd, args); err != nil {
			return err
		}
		if err := use(); err != nil {
			return err
		}
		return runDataInfo(cmd, &p.data)
	}
	return cmd
}

// infoReport is what --json tells of data.
type infoReport struct {
	Name         string                  `json:"name"`
	Task         string                  `json:"task"`
	TrainSamples int                     `json:"train_samples"`
	TestSamples  int                     `json:"test_samples"`
	Inputs       int                     `json:"inputs"`
	Classes      []string                `json:"classes,omitempty"`
	Counts       []int                   `json:"class_counts,omitempty"` // samples of each class, of both parts
	Columns      []dataset.ColumnSummary `json:"columns,omitempty"`
	Notes        []string                `json:"notes,omitempty"`
}

func runDataInfo(cmd *cobra.Command, d *dataSource) error {
	s, err := loadTraining[float32](d)
	if err != nil {
		return err
	}
	r := infoReport{
		Name: s.training.Name, Task: dataset.Classification.String(), TrainSamples: s.training.Len(), TestSamples: s.test.Len(),
		Inputs: s.training.X.Cols, Classes: s.training.Classes, Columns: s.columns, Notes: s.notes,
	}
	if s.encoder != nil {
		r.Task = s.encoder.Task.String()
	}
	if r.Classes != nil {
		r.Counts = make([]int, len(r.Classes))
		for _, labels := range [][]int{s.training.Labels, s.test.Labels} {
			for _, l := range labels {
				r.Counts[l]++
			}
		}
	}
	if wantsJSON(cmd) {
		printJSON(cmd.OutOrStdout(), r)
	} else {
		r.print(cmd.OutOrStdout())
	}
	return nil
}

func (r infoReport) print(w io.Writer) {
	printColumns(w, r.Columns)
	for _, note := range r.Notes {
		fmt.Fprintf(w, "note: %s\n", note)
	}
	fmt.Fprintf(w, "%s: %d samples to learn from and %d to test with, %s\n", r.Name, r.TrainSamples, r.TestSamples, counted(r.Inputs, "input", "inputs"))
	if len(r.Classes) > 0 && len(r.Classes) <= manyColumns {
		var counts []string
		for c, name := range r.Classes {
			counts = append(counts, fmt.Sprintf("%s (%d)", clip(name, 20), r.Counts[c]))
		}
		fmt.Fprintf(w, "classes: %s\n", strings.Join(counts, ", "))
	}
}
