package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"strconv"
	"strings"
	"unsafe"

	"github.com/spf13/cobra"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/train"
)

// predictPlan is a command line of nabla predict.
type predictPlan struct {
	csv     dataset.CSV
	outputs bool // also print the network's outputs
}

func (p *predictPlan) flags() []flag {
	return append(grouped("Rows", headerFlag(&p.csv.Header)), grouped("Answers",
		newFlag("outputs", false, "print the network's outputs as well", func(v bool) error {
			p.outputs = v
			return nil
		}),
	)...)
}

func newPredict() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "predict MODEL [FILE|-]",
		Short: "Predict the class of each row of a CSV file",
		Long: `Predict the class of each row of a CSV file, or of standard input.

A row holds the raw inputs and no label. The answer is a CSV record a row: the
name of the class and, with --outputs, the network's outputs, with as many
digits as make them exact.`,
		Args: wantArgs(1, 2),
	}
	p := predictPlan{csv: dataset.CSV{NoLabel: true}}
	use := addFlags(cmd, p.flags())
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := use(); err != nil {
			return err
		}
		file, err := openModel(cmd, args[0])
		if err != nil {
			return err
		}
		path := "-"
		if len(args) == 2 {
			path = args[1]
		}
		if file.DType() == "F64" {
			return runPredict[float64](cmd, file, path, &p)
		}
		return runPredict[float32](cmd, file, path, &p)
	}
	return cmd
}

// predictReport is what --json tells of a row.
type predictReport struct {
	Row     int               `json:"row"`             // from 1
	Class   string            `json:"class,omitempty"` // none if the model has a single output
	Outputs []json.RawMessage `json:"outputs"`
}

func runPredict[T kernels.Float](cmd *cobra.Command, file *model.File, path string, p *predictPlan) error {
	m, err := decode[T](file)
	if err != nil {
		return err
	}
	var set *train.Data[T]
	if path == "-" {
		set, err = dataset.DecodeCSV[T](cmd.InOrStdin(), "standard input", p.csv)
	} else {
		set, err = dataset.ReadCSV[T](path, p.csv)
	}
	if file := (*fs.PathError)(nil); err != nil && !errors.As(err, &file) {
		return fmt.Errorf("%w (a row is the model's %d inputs, without the label)", err, m.Net.Inputs())
	}
	if err != nil {
		return err
	}
	if set.X.Cols == m.Net.Inputs()+1 {
		return fmt.Errorf("%s has %d columns, the model takes %d inputs: leave the label out", set.Name, set.X.Cols, m.Net.Inputs())
	}
	if err := prepare(m, set); err != nil {
		return err
	}
	y := m.Net.Predict(set.X)
	if err := checkOutputs(set.Name, y); err != nil {
		return err
	}
	records := csv.NewWriter(cmd.OutOrStdout())
	for k := range y.Rows {
		out := y.Row(k)
		var name []string
		if len(out) > 1 {
			name = []string{m.Classes[train.Class(m.Net, out)]}
		}
		var values []string
		for _, v := range out {
			values = append(values, exactly(v))
		}
		switch {
		case wantsJSON(cmd):
			r := predictReport{Row: k + 1, Class: strings.Join(name, "")}
			for _, v := range values {
				r.Outputs = append(r.Outputs, json.RawMessage(v))
			}
			printJSON(cmd.OutOrStdout(), r)
		case p.outputs || len(out) == 1:
			records.Write(append(name, values...))
		default:
			records.Write(name)
		}
	}
	records.Flush()
	return nil
}

// checkOutputs returns an error if an output of a network for the samples called name
// is not finite.
func checkOutputs[T kernels.Float](name string, y kernels.Matrix[T]) error {
	for k := range y.Rows {
		for j, v := range y.Row(k) {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return fmt.Errorf("%s: row %d: output %d of the network is %v", name, k+1, j+1, v)
			}
		}
	}
	return nil
}

// exactly writes v with as many digits as it takes to read the same value.
func exactly[T kernels.Float](v T) string {
	return strconv.FormatFloat(float64(v), 'g', -1, 8*int(unsafe.Sizeof(v)))
}
