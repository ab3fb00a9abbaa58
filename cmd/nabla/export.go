package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nabla-go/nabla/internal/atomicfile"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/model/foreign"
)

// A format is a row of the table of formats that nabla export writes.
type format struct {
	name, endings string
	about         string
	words         bool // names of classes and categories are part of it
	scaler        bool
	f32           func(io.Writer, *model.Model[float32], string) error
	f64           func(io.Writer, *model.Model[float64], string) error
}

var formats = []*format{
	{"onnx", ".onnx", fmt.Sprintf("a graph from raw columns to answers, with version %d of ONNX's operators", foreign.Opset), true, true,
		unnamed(foreign.WriteONNX[float32]), unnamed(foreign.WriteONNX[float64])},
	{"c", ".c .h", "a C function, called --name, with the same bits", false, true, foreign.WriteC[float32], foreign.WriteC[float64]},
	{"npz", ".npz", "NumPy's arrays with the names of PyTorch's state dict, and the scaler", false, true,
		unnamed(foreign.WriteNPZ[float32]), unnamed(foreign.WriteNPZ[float64])},
	{"safetensors", ".safetensors", "PyTorch's state dict", false, false,
		unnamed(foreign.WriteSafetensors[float32]), unnamed(foreign.WriteSafetensors[float64])},
}

func unnamed[T kernels.Float](write func(io.Writer, *model.Model[T]) error) func(io.Writer, *model.Model[T], string) error {
	return func(w io.Writer, m *model.Model[T], _ string) error { return write(w, m) }
}

func formatNames() (names []string) {
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

// exportPlan is a command line of nabla export.
type exportPlan struct {
	format string
	name   string
}

func newExport() *cobra.Command {
	about := ""
	for _, f := range formats {
		about += fmt.Sprintf("\n  %-12s %s", f.name, f.about)
	}
	cmd := &cobra.Command{
		Use:   "export MODEL FILE",
		Short: "Write a model for other programs",
		Long: `Write a model for other programs, in the format that the ending of FILE or
--format tells:
` + about + `

What a format can't say is named in a message.`,
		Args: wantArgs(2, 2),
	}
	var p exportPlan
	use := addFlags(cmd, grouped("Format",
		newNameFlag("format", "auto", "format of the file", append([]string{"auto"}, formatNames()...), func(v string) error {
			p.format = v
			return nil
		}),
		newFlag("name", "nabla_predict", "name of the C function", func(v string) error {
			p.name = v
			return nil
		}),
	))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := use(); err != nil {
			return err
		}
		return runExport(cmd, args[0], args[1], &p)
	}
	return cmd
}

func runExport(cmd *cobra.Command, path, to string, p *exportPlan) error {
	f := formatOf(p.format, to)
	if f == nil {
		return usagef("%q: the ending tells no format: want --format %s", to, oneOf(formatNames()))
	}
	if sameFile(path, to) {
		return usagef("%q: it would overwrite the model: want another file", to)
	}
	if err := checkOutput(cmd, "FILE", to); err != nil {
		return err
	}
	file, err := openModel(cmd, path)
	if err != nil {
		return err
	}
	if file.DType() == "F64" {
		return export(cmd, file, f, to, func(w io.Writer, m *model.Model[float64]) error { return f.f64(w, m, p.name) })
	}
	return export(cmd, file, f, to, func(w io.Writer, m *model.Model[float32]) error { return f.f32(w, m, p.name) })
}

// formatOf returns the format that is named, or that of a file's ending, or nil.
func formatOf(name, path string) *format {
	ending := filepath.Ext(path)
	i := slices.IndexFunc(formats, func(f *format) bool {
		return f.name == name || name == "auto" && ending != "" && slices.Contains(strings.Fields(f.endings), ending)
	})
	if i < 0 {
		return nil
	}
	return formats[i]
}

func export[T kernels.Float](cmd *cobra.Command, file *model.File, f *format, to string, write func(io.Writer, *model.Model[T]) error) error {
	m, err := model.Decode[T](file)
	if err != nil {
		return err
	}
	if err := atomicfile.Write(to, func(w io.Writer) error { return write(w, m) }); err != nil {
		return err
	}
	note := func(text string) { fmt.Fprintf(cmd.ErrOrStderr(), "note: %s\n", text) }
	if words := thresholdWords(m.Net, m.Classes); words != "" && !f.words {
		note("the threshold is not part of the file, which gives probabilities: " + words)
	}
	if !f.scaler && m.Scaler != nil {
		note("the scaling of the inputs is not part of a state dict: scale them before the network")
	}
	if e := m.Encoder; e != nil && !f.words && e.Inputs() != len(e.Columns)-len(e.Targets) {
		note("the columns of the table are not part of the file: it takes the inputs that nabla's encoder makes of them")
	}
	return nil
}
