package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/model/foreign"
	"github.com/nabla-go/nabla/net"
)

// importPlan is a command line of nabla import.
type importPlan struct {
	options foreign.Options
	model   string
}

func newImport() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import FILE|-",
		Short: "Make a model of a file of another program",
		Long: `Make a model of a file of another program: safetensors, ONNX or NPZ.

Files of tensors, safetensors and NPZ, don't say which activations a network has:
--activations has one for each linear layer, with its parameter behind a colon
where it has one, as in elu:0.5,relu,softmax, or one for all hidden layers and one
for the output. The layouts of NPZ files are those of PyTorch's state dict
(np.savez(path, **state_dict)), of Keras (np.savez(path, *model.get_weights())),
and of scikit-learn (coefs_0, intercepts_0, coefs_1, …).

What a model can't hold is named in a message, and then nothing is written.`,
		Args: wantArgs(1, 1),
	}
	var p importPlan
	use := addFlags(cmd, p.flags())
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := use(); err != nil {
			return err
		}
		return runImport(cmd, args[0], &p)
	}
	return cmd
}

func (p *importPlan) flags() []flag {
	o := &p.options
	list := func(name, usage string, to *[]string) flag {
		return newFlag(name, "", usage, func(v string) error {
			if v != "" {
				*to = strings.Split(v, ",")
			}
			return nil
		})
	}
	norms := map[string]foreign.NormPlace{"named": foreign.NormsAsNamed, "before": foreign.NormsBeforeActivation, "after": foreign.NormsAfterActivation}
	file := newFlag("model", "nabla.safetensors", "file to write", func(v string) error {
		p.model = v
		return want(v != "", "the name of a file")
	})
	file.files = true
	return append(append(grouped("Network",
		newFlag("activations", "", "activations of the linear layers of a file of tensors", func(v string) (err error) {
			if v != "" {
				o.Activations, err = parseActivations(v)
			}
			return err
		}),
		newNameFlag("norms", "named", "where normalisations in a file of tensors stand: as the numbers of its modules say, before activations or after them", []string{"named", "before", "after"}, func(v string) error {
			o.Norms = norms[v]
			return nil
		}),
		list("order", "names of the modules of a file of tensors in the order in which they are passed", &o.Order),
		newFlag("epsilon", 0.0, "what normalisations in a file of tensors add to variances (default 1e-5 of PyTorch, 1e-3 of Keras)", func(v float64) error {
			o.Epsilon = v
			return want(v >= 0 && v < 1, "a number of at least 0 and less than 1")
		}),
		newFlag("output", "", "the output of an ONNX file that is wanted, if there are several", func(v string) error {
			o.Output = v
			return nil
		}),
	), grouped("Names",
		list("classes", "names of the outputs, with commas between", &o.Classes),
		list("features", "names of the inputs, with commas between", &o.Features),
	)...), grouped("Result", file)...)
}

// parseActivations reads names of activations, perhaps with parameters, as in
// "leaky-relu:0.2,softmax".
func parseActivations(list string) (all []*net.Activation, err error) {
	for s := range strings.SplitSeq(list, ",") {
		name, param, given := strings.Cut(strings.TrimSpace(s), ":")
		σ, err := net.ParseActivation(name)
		if err != nil {
			return nil, err
		}
		if given {
			v, err := strconv.ParseFloat(param, 64)
			if p := σ.Param; p == nil {
				return nil, fmt.Errorf("%v has no parameter", σ)
			} else if err != nil || !(v > 0 && v <= p.Max) {
				return nil, fmt.Errorf("%s of %v is %q: want a number above 0, at most %v", p.Symbol, σ, param, p.Max)
			}
			σ = σ.Param.With(v)
		}
		all = append(all, σ)
	}
	return all, nil
}

func runImport(cmd *cobra.Command, path string, p *importPlan) error {
	in := cmd.InOrStdin()
	if path != "-" {
		if sameFile(path, p.model) {
			return usagef("--model %q: it would overwrite what is imported: want another file", p.model)
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		in = file
	}
	if err := checkOutput(cmd, "--model", p.model); err != nil {
		return err
	}
	m, err := readForeign(in, p.options)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if m.F64 != nil {
		return saveImported(cmd, m.F64, p.model)
	}
	return saveImported(cmd, m.F32, p.model)
}

// readForeign reads a file of the format that its first bytes tell.
func readForeign(r io.Reader, o foreign.Options) (*foreign.Model, error) {
	b := bufio.NewReader(r)
	start, err := b.Peek(9)
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return foreign.ReadNPZ(b, o)
	case len(start) == 9 && start[8] == '{' && bytes.Equal(start[5:8], []byte{0, 0, 0}): // its length is below 2⁴⁰
		return foreign.ReadSafetensors(b, o)
	}
	m, err := foreign.ReadONNX(b, o)
	if err != nil && strings.HasPrefix(err.Error(), "not an ONNX file") {
		err = fmt.Errorf("it is neither a safetensors file nor an NPZ file, and %w", err)
	}
	return m, err
}

func saveImported[T kernels.Float](cmd *cobra.Command, m *model.Model[T], path string) error {
	if err := m.Save(path); err != nil {
		return err
	}
	r := importReport{Inputs: m.Net.Inputs(), Outputs: m.Net.Outputs(), Layers: layerWords(m.Net), Fingerprint: m.Net.Fingerprint(), Model: path}
	if wantsJSON(cmd) {
		printJSON(cmd.OutOrStdout(), r)
	} else {
		r.print(cmd.OutOrStdout())
	}
	return nil
}

// importReport is what a file was taken for.
type importReport struct {
	Inputs      int      `json:"inputs"`
	Outputs     int      `json:"outputs"`
	Layers      []string `json:"layers"`
	Fingerprint string   `json:"fingerprint"`
	Model       string   `json:"model"`
}

func (r importReport) print(w io.Writer) {
	fmt.Fprintf(w, "inputs       %d\n", r.Inputs)
	for i, l := range r.Layers {
		fmt.Fprintf(w, "layer %-5d  %s\n", i+1, l)
	}
	fmt.Fprintf(w, "fingerprint  %s\n", r.Fingerprint)
	fmt.Fprintf(w, "model        %s\n", r.Model)
}

// layerWords describes the layers of a network.
func layerWords[T kernels.Float](n *net.Network[T]) (words []string) {
	for i := 1; i <= n.Depth(); i++ {
		l := n.Layer(i)
		s := counted(l.Out, "neuron", "neurons") + ", "
		if l.LayerNorm {
			s += "layer normalisation, "
		}
		s += l.Activation.Name
		if p := l.Activation.Param; p != nil {
			s += fmt.Sprintf(" (%s %v)", p.Symbol, p.Value)
		}
		if l.Dropout > 0 {
			s += fmt.Sprintf(", dropout %v", l.Dropout)
		}
		words = append(words, s)
	}
	return words
}
