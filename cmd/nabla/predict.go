package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"github.com/spf13/cobra"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// predictPlan is a command line of nabla predict.
type predictPlan struct {
	data    dataSource // how rows are written
	outputs bool       // also print the network's outputs

	threshold threshold
}

func (p *predictPlan) flags(given func(name string) bool) []flag {
	return append(grouped("Rows", append(p.data.formFlags()[:4], limitFlags(&p.data.table.Limits)[1:]...)...), grouped("Answers",
		newFlag("outputs", false, "print the network's outputs as well", func(v bool) error {
			p.outputs = v
			return nil
		}),
		p.threshold.flag(given, "(default the model's)"),
	)...)
}

func newPredict() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "predict MODEL [FILE|FOLDER|-] …",
		Short: "Predict the class, or the numbers, of rows or pictures",
		Long: `Predict the class, or the numbers, of each row of a CSV, NPY or NPZ file, or of
standard input, as rows come in; or of pictures.

A row holds the columns that the model was trained with and no target. The answer
is a CSV record a row: the name of the class, or the predicted numbers, and, with
--outputs, the network's outputs, with as many digits as make them exact.

Models that were trained on images answer PNG and JPEG files, too, and all those in
folders: with the name of the file before the answer. Pictures of any size are
brought to the size and the colours of those of the training.`,
		Args: wantArgs(1, math.MaxInt),
	}
	var p predictPlan
	use := addFlags(cmd, p.flags(cmd.Flags().Changed))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := use(); err != nil {
			return err
		}
		file, err := openModel(cmd, args[0])
		if err != nil {
			return err
		}
		paths := args[1:]
		if len(paths) == 0 {
			paths = []string{stdinPath}
		}
		if file.DType() == "F64" {
			return runPredict[float64](cmd, file, paths, &p)
		}
		return runPredict[float32](cmd, file, paths, &p)
	}
	return cmd
}

// predictReport is what --json tells of a row.
type predictReport struct {
	Row     int               `json:"row"`              // from 1
	File    string            `json:"file,omitempty"`   // of a picture
	Class   string            `json:"class,omitempty"`  // none if the model has a single output
	Labels  []string          `json:"labels,omitempty"` // of each target, if there are several
	Outputs []json.RawMessage `json:"outputs"`          // of a regression the predicted numbers
}

func runPredict[T kernels.Float](cmd *cobra.Command, file *model.File, paths []string, p *predictPlan) error {
	pictures, err := findPictures(cmd, paths)
	if err != nil {
		return err
	}
	m, err := decode[T](file)
	if err != nil {
		return err
	}
	if err := useThreshold(p.threshold, m); err != nil {
		return err
	}
	e := m.Encoder
	if e == nil {
		e = dataset.NumberEncoder(m.Net.Inputs(), m.Features, nil, m.Scaler)
	}
	a := answers[T]{m: m, e: e, outputs: p.outputs, limits: p.data.table.Limits, json: wantsJSON(cmd), out: cmd.OutOrStdout(), records: csv.NewWriter(cmd.OutOrStdout())}
	if pictures != nil {
		return a.allPictures(cmd, pictures)
	}
	path := paths[0]
	var rows *dataset.RowReader[T]
	if path == stdinPath {
		a.name = "standard input"
		rows, err = dataset.NewRows[T](cmd.InOrStdin(), a.name, e, p.data.table)
	} else {
		a.name = path
		rows, err = dataset.OpenRows[T](path, e, p.data.table)
	}
	if err == nil {
		defer rows.Close()
		err = a.all(rows)
	}
	if file := (*fs.PathError)(nil); err != nil && !errors.As(err, &file) && !errors.As(err, new(outputError)) {
		return fmt.Errorf("%w (a row is the model's %d inputs, without the label)", err, len(e.Columns)-len(e.Targets))
	}
	if err == nil {
		for _, note := range append(optionNotes(rows.Notes()), countNotes(a.name, rows.Counts)...) {
			fmt.Fprintf(cmd.ErrOrStderr(), "note: %s\n", note)
		}
	}
	return err
}

// answers predicts rows as they come.
type answers[T kernels.Float] struct {
	m       *model.Model[T]
	e       *dataset.Encoder
	name    string
	outputs bool
	limits  dataset.Limits
	json    bool
	out     io.Writer
	records *csv.Writer
	row     int      // rows that were answered
	files   []string // of all rows, if they are pictures
}

// outputError is about what a network makes of rows that are right.
type outputError struct{ error }

// all answers all rows: those that are there at once together.
func (a *answers[T]) all(rows *dataset.RowReader[T]) error {
	x := kernels.NewMatrix[T](net.PredictBatch, a.m.Net.Inputs())
	for {
		n := 0
		var err error
		for n == 0 || n < x.Rows && rows.Ready() {
			if err = rows.Next(x.Row(n)); err != nil {
				break
			}
			n++
		}
		if err != nil && err != io.EOF {
			return err
		}
		if n > 0 {
			if err := a.answer(x.Slice(0, n)); err != nil {
				return outputError{err}
			}
		}
		if err == io.EOF {
			return nil
		}
	}
}

// answer prints the answers to the rows of x.
func (a *answers[T]) answer(x kernels.Matrix[T]) error {
	if err := checkScaled(a.name, a.row, x); err != nil {
		return err
	}
	y := a.m.Net.Predict(x)
	if err := checkOutputs(a.name, a.row, y); err != nil {
		return err
	}
	dataset.Restore(a.e, y)
	for k := range y.Rows {
		a.row++
		a.print(y.Row(k))
	}
	a.records.Flush()
	return nil
}

// print prints the answer that outputs are.
func (a *answers[T]) print(out []T) {
	var names, first []string
	if a.files != nil {
		first = a.files[a.row-1 : a.row : a.row]
	}
	switch {
	case a.e.Task == dataset.Labels:
		for o, t := range a.e.Targets {
			names = append(names, t.Classes[train.Class(a.m.Net, out[o:o+1])])
		}
	case len(a.m.Classes) > 0:
		names = []string{a.m.Classes[train.Class(a.m.Net, out)]}
	}
	var values []string
	for _, v := range out {
		values = append(values, exactly(v))
	}
	switch {
	case a.json:
		r := predictReport{Row: a.row, File: strings.Join(first, "")}
		if a.e.Task == dataset.Labels {
			r.Labels = names
		} else {
			r.Class = strings.Join(names, "")
		}
		for _, v := range values {
			r.Outputs = append(r.Outputs, json.RawMessage(v))
		}
		printJSON(a.out, r)
	case a.outputs || names == nil:
		a.records.Write(slices.Concat(first, names, values))
	default:
		a.records.Write(slices.Concat(first, names))
	}
}

// checkOutputs returns an error if an output of a network for the samples called name
// is not finite. before counts samples that came before them.
func checkOutputs[T kernels.Float](name string, before int, y kernels.Matrix[T]) error {
	for k := range y.Rows {
		for j, v := range y.Row(k) {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return fmt.Errorf("%s: row %d: output %d of the network is %v", name, before+k+1, j+1, v)
			}
		}
	}
	return nil
}

// exactly writes v with as many digits as it takes to read the same value.
func exactly[T kernels.Float](v T) string {
	return strconv.FormatFloat(float64(v), 'g', -1, 8*int(unsafe.Sizeof(v)))
}
