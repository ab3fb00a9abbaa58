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

func newPredict() *cobra.Command {
	var header string
	var outputs bool
	cmd := &cobra.Command{
		Use:   "predict MODEL [FILE|-]",
		Short: "Predict the class of each row of a CSV file",
		Long: `Predict the class of each row of a CSV file, or of standard input.

A row holds the raw inputs and no label. The answer is a CSV record a row: the
name of the class and, with --outputs, the network's outputs, with as many
digits as make them exact.`,
		Args: wantArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			h, err := parseHeader(header)
			if err != nil {
				return err
			}
			file, err := model.Open(args[0])
			if err != nil {
				return err
			}
			path := "-"
			if len(args) == 2 {
				path = args[1]
			}
			opt := dataset.CSV{Header: h, NoLabel: true}
			if file.DType() == "F64" {
				return runPredict[float64](cmd, file, path, opt, outputs)
			}
			return runPredict[float32](cmd, file, path, opt, outputs)
		},
	}
	registerHeader(cmd, &header)
	cmd.Flags().BoolVar(&outputs, "outputs", false, "print the network's outputs as well")
	return cmd
}

// predictReport is what --json tells of a row.
type predictReport struct {
	Row     int               `json:"row"`             // from 1
	Class   string            `json:"class,omitempty"` // none if the model has a single output
	Outputs []json.RawMessage `json:"outputs"`
}

func runPredict[T kernels.Float](cmd *cobra.Command, file *model.File, path string, opt dataset.CSV, outputs bool) error {
	m, err := decode[T](file)
	if err != nil {
		return err
	}
	var set *train.Data[T]
	if path == "-" {
		set, err = dataset.DecodeCSV[T](cmd.InOrStdin(), "standard input", opt)
	} else {
		set, err = dataset.ReadCSV[T](path, opt)
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
	records := csv.NewWriter(cmd.OutOrStdout())
	err = forEachPrediction(m, set, func(k, class int, out []T) {
		var name []string
		if len(out) > 1 {
			name = []string{m.Classes[class]}
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
		case outputs || len(out) == 1:
			records.Write(append(name, values...))
		default:
			records.Write(name)
		}
	})
	records.Flush()
	return err
}

// forEachPrediction calls f for each row k of s, which has been prepared for m,
// with the outputs of the network and the index of the largest, the first of
// several. Outputs that aren't finite are an error.
func forEachPrediction[T kernels.Float](m *model.Model[T], s *train.Data[T], f func(k, class int, outputs []T)) error {
	const batch = 256
	ws := m.Net.NewWorkspace(min(batch, s.Len()))
	for i := 0; i < s.Len(); i += batch {
		y := m.Net.Forward(ws, s.X.Slice(i, min(i+batch, s.Len())))
		for k := range y.Rows {
			class, row := 0, y.Row(k)
			for j, v := range row {
				if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
					return fmt.Errorf("%s: row %d: output %d of the network is %v", s.Name, i+k+1, j+1, v)
				}
				if v > row[class] {
					class = j
				}
			}
			f(i+k, class, row)
		}
	}
	return nil
}

// exactly writes v with as many digits as it takes to read the same value.
func exactly[T kernels.Float](v T) string {
	return strconv.FormatFloat(float64(v), 'g', -1, 8*int(unsafe.Sizeof(v)))
}
