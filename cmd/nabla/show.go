package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/train"
)

func newShow() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show MODEL",
		Short: "Show what a model is and how it was made",
		Long: `Show what a model is and how it was made: its network, its columns and classes,
and the options, data, division, history and metrics of its training.

nabla train --like MODEL repeats the training.`,
		Args: wantArgs(1, 1),
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		file, err := openModel(cmd, args[0])
		if err != nil {
			return err
		}
		if file.DType() == "F64" {
			return runShow[float64](cmd, file)
		}
		return runShow[float32](cmd, file)
	}
	return cmd
}

// showReport is what a model file holds besides parameters.
type showReport struct {
	model.Info
	Inputs     int              `json:"inputs"`
	Outputs    int              `json:"outputs"`
	Parameters int              `json:"parameters"`
	Layers     []string         `json:"layers"`
	Cost       string           `json:"cost"`
	Threshold  float64          `json:"threshold,omitempty"`
	Classes    []string         `json:"classes,omitempty"`
	Features   []string         `json:"features,omitempty"`
	Scaler     *train.Scaler    `json:"scaler,omitempty"`
	Image      *train.Image     `json:"image,omitempty"`
	Encoder    *dataset.Encoder `json:"encoder,omitempty"`
	Made       *model.Making    `json:"made,omitempty"`

	thresholdWords string
}

func runShow[T kernels.Float](cmd *cobra.Command, file *model.File) error {
	m, err := model.Decode[T](file)
	if err != nil {
		return err
	}
	cost := m.Net.Config().Cost
	r := showReport{
		Info: file.Info(), Inputs: m.Net.Inputs(), Outputs: m.Net.Outputs(), Parameters: m.Net.NumParams(), Layers: layerWords(m.Net), Cost: cost.Name,
		Threshold: m.Net.Config().Threshold, thresholdWords: thresholdWords(m.Net, m.Classes), Classes: m.Classes, Features: m.Features, Scaler: m.Scaler, Encoder: m.Encoder, Image: m.Image, Made: m.Made,
	}
	if p := cost.Param; p != nil {
		r.Cost = fmt.Sprintf("%s (%s %v)", cost, p.Symbol, p.Value)
	}
	if wantsJSON(cmd) {
		printJSON(cmd.OutOrStdout(), r)
	} else {
		r.print(cmd.OutOrStdout())
	}
	return nil
}

// line prints a name and what belongs to it.
func line(w io.Writer, name, format string, args ...any) {
	fmt.Fprintf(w, "%-16s %s\n", name, fmt.Sprintf(format, args...))
}

// few lists names in quotes, but not very many.
func few(names []string) string {
	const most = 12
	var words []string
	for _, n := range names[:min(len(names), most)] {
		words = append(words, fmt.Sprintf("%q", n))
	}
	if rest := len(names) - most; rest > 0 {
		words = append(words, fmt.Sprintf("and %d more", rest))
	}
	return strings.Join(words, ", ")
}

func (r *showReport) print(w io.Writer) {
	line(w, "format", "version %d, %s, numeric version %s", r.Format, r.DType, r.NumericVersion)
	line(w, "inputs", "%d", r.Inputs)
	for i, l := range r.Layers {
		line(w, fmt.Sprintf("layer %d", i+1), "%s", l)
	}
	line(w, "parameters", "%d", r.Parameters)
	line(w, "cost", "%s", r.Cost)
	if r.Classes != nil {
		line(w, "classes", "%s", few(r.Classes))
	}
	if r.thresholdWords != "" {
		line(w, "threshold", "%s", r.thresholdWords)
	}
	if r.Features != nil {
		line(w, "features", "%s", few(r.Features))
	}
	if r.Scaler != nil {
		line(w, "scaling", "means and deviations of %d inputs", len(r.Scaler.Mean))
	}
	if i := r.Image; i != nil {
		line(w, "images", "%s", imageWords(i))
	}
	if e := r.Encoder; e != nil {
		var columns []string
		for i, c := range e.Columns {
			columns = append(columns, columnWords(i+1, c))
		}
		line(w, "task", "%v", e.Task)
		line(w, "columns", "%s", few(columns))
	}
	line(w, "fingerprint", "%s", r.Fingerprint)
	if r.Digest != "" {
		line(w, "digest", "%s", r.Digest)
	}
	if r.Made != nil {
		printMaking(w, r.Made, r.Fingerprint)
	}
}

func printMaking(w io.Writer, m *model.Making, fingerprint string) {
	fmt.Fprintln(w)
	if m.Program != "" {
		line(w, "made by", "%s, numeric version %s", m.Program, m.NumericVersion)
	}
	line(w, "seed", "%d", m.Seed)
	for i, d := range m.Data {
		line(w, []string{"data", ""}[min(i, 1)], "%s, %d bytes, SHA-256 %s", d.Name, d.Size, d.SHA256)
	}
	if s := m.Split; s != nil {
		how := ""
		if s.TestShare > 0 {
			how = fmt.Sprintf(" (a share of %v, seed %d)", s.TestShare, s.Seed)
		}
		line(w, "samples", "%d to train with, %d for testing%s", s.Training, s.Test, how)
	}
	heading := "options"
	for _, name := range slices.Sorted(maps.Keys(m.Options)) {
		line(w, heading, "--%s %s", name, strings.Join(m.Options[name], " "))
		heading = ""
	}
	if n := len(m.History); n > 0 {
		line(w, "epochs", "%d%s", n, map[bool]string{true: fmt.Sprintf(", stopped after step %d", m.Steps)}[m.Interrupted])
		for _, e := range slices.Compact([]int{0, n - 1}) {
			e := m.History[e]
			words := fmt.Sprintf("rate %v", e.Rate)
			for _, v := range []struct {
				name  string
				value *float64
			}{{"cost", e.Cost}, {"validation cost", e.ValidationCost}, {"accuracy", e.Accuracy}} {
				if v.value != nil {
					words += fmt.Sprintf(", %s %.6g", v.name, *v.value)
				}
			}
			line(w, fmt.Sprintf("epoch %d", e.Number), "%s", words)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.Metrics)) {
		line(w, strings.ReplaceAll(name, "_", " "), "%.6g", m.Metrics[name])
	}
	if m.Fingerprint != "" && m.Fingerprint != fingerprint {
		line(w, "changed since", "the training ended with the fingerprint %s", m.Fingerprint)
	}
}

// columnWords describes a column of a table that a model was trained with.
func columnWords(number int, c dataset.Column) string {
	name := c.Name
	if name == "" {
		name = fmt.Sprint("column ", number)
	}
	if c.Role == "dropped" || c.Role == "input" && !slices.Contains([]string{"number", "category", "date"}, c.Type) {
		return name + ": left out"
	}
	return fmt.Sprintf("%s: %s, %s", name, c.Type, c.Role)
}
