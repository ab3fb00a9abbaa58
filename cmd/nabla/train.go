package main

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// trainPlan is a command line of nabla train.
type trainPlan struct {
	given      func(flag string) bool // whether a flag was given
	data       dataSource
	hidden     []int // neurons of the hidden layers
	activation *net.Activation
	cost       *net.Cost
	layerNorm  bool
	inits      []*net.Init // one for all layers, or one for each

	dropout, inputDropout float64

	threshold   threshold
	precision   string
	options     train.Options
	frozen      []int  // layers, from 1
	classWeight string // as given
	model       string
	reportPath  string // a page to write; "" for none
	record      record
	folds       int
	from        string        // a model that is trained on
	origin      *model.File   // that model
	like        string        // a model whose training is repeated
	repeats     *model.Making // how that was made
}

func newTrain() *cobra.Command {
	p, use, cmd := newTrainPlan()
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := p.data.positional(cmd, args); err != nil {
			return err
		}
		err := configure(cmd)
		if err != nil {
			return err
		}
		var files received
		defer files.remove()
		if err := files.sent(cmd, &p.data, "like"); err != nil {
			return err
		}
		if p.repeats, err = repeat(cmd); err != nil {
			return err
		}
		if err := files.sent(cmd, &p.data, "data", "test", "validation", "from"); err != nil {
			return err
		}
		if err := use(); err != nil {
			return err
		}
		if err := p.openOrigin(cmd); err != nil {
			return err
		}
		if p.precision == "f64" {
			return runTrain[float64](cmd, p)
		}
		return runTrain[float32](cmd, p)
	}
	return cmd
}

// newTrainPlan returns the command without what it does, the plan that its flags make, and
// what makes it of them.
func newTrainPlan() (p *trainPlan, use func() error, cmd *cobra.Command) {
	cmd = &cobra.Command{
		Use:   "train [DATA]",
		Short: "Train a network and write it to a model file",
		Example: `  nabla train
  nabla train iris.csv --target species --report iris.html
  nabla train houses.csv --task regress --patience 20 --metrics r2,mae
  nabla train digits --hidden 300,100 --dropout 0.3 --schedule one-cycle
  nabla train rare.csv --class-weight balanced --watch f1_macro --patience 30
  nabla train new.csv --from old.safetensors --freeze 1 --lr 0.0005`,
		Long: `Train a network and write it to a model file.

What is predicted follows from the target: classes, numbers, or several labels
at once (--task). Outputs of classes are probabilities: one for each class
(softmax), or one output, the probability of the second, for two (sigmoid). With
--cost there is an output for each class, whose activation follows from the
cost; targets are 1 for the right class and 0 for the others, or 0.9 and 0.1
with a cost that needs targets above 0 (` + enumerate(softCosts(), "and") + `). Numbers are
standardised for training and brought back in predictions; costs and metrics of
epochs are those of standardised numbers.

Columns of numbers are standardised (mean 0, deviation 1 over the training
part), categories become an input for each value, gaps are filled and marked.
Pixels are divided by the largest possible value and centred by one number, the
mean over all of them. All of it is stored in the model, which predicts from raw
values. The test data are never used for training or for choosing an epoch.
nabla data info shows what becomes of data before anything is trained.

Sizes of batches and numbers of epochs follow from the number of samples. With
the default optimizer the learning rate falls along a cosine, and weights decay
a little.

With --stream, the training data are read anew in every epoch and need not fit
into memory. They are read once before, to count them and to draw a sample of as
many rows as --window has (at least 10000), to which columns are fitted and of
which the test data are taken. Samples are shuffled within the window; memory is
taken for it, for the sample and for what is read ahead. A file that fits into
the window is learned to the same result as without --stream.

With --checkpoint, a training that was stopped or killed goes on with --resume and the
same options and data, on any machine, to the fingerprint of one that was never stopped.
Only --epochs, --threads and --model may be others.

On a terminal about twenty of many epochs leave a line, elsewhere all do.

ctrl-C ends the training early: what it had learned by then is written to
NAME.interrupted.safetensors, the file of --model stays as it was, and the exit
code is 1. A model whose cost is no finite number, or
more than ten times what it was at first, is not written.

` + tables(),
		Args: wantArgs(0, 1),
	}
	p = &trainPlan{given: cmd.Flags().Changed}
	use = addFlags(cmd, p.flags())
	cmd.Flags().SetNormalizeFunc(targetIsLabel)
	return p, use, cmd
}

func (p *trainPlan) flags() []flag {
	return slices.Concat(
		grouped("Data", p.dataFlags()...),
		grouped("Network", p.networkFlags()...),
		grouped("Training", p.trainingFlags()...),
		grouped("Learning rate", p.rateFlags()...),
		grouped("Against overfitting", p.regularFlags()...),
		grouped("Validation and early stopping", p.stopFlags()...),
		grouped("Record", p.record.flags(p.given)...),
		grouped("Several machines", sendFlag()),
		grouped("Test", p.foldsFlag()),
		grouped("Result", p.modelFlag(), p.reportFlag(), p.fromFlag(), likeFlag(&p.like), configFlag()),
	)
}

func (p *trainPlan) dataFlags() []flag {
	flags := slices.Concat(p.data.flags(p.given), p.data.columnFlags(p.given), p.streamFlags())
	for i := range flags {
		flags[i].fixed = flags[i].name != "scale"
	}
	return flags
}

// maxNeurons bounds a hidden layer and maxWeights the network, so that a typing error
// becomes a message and not a machine without memory.
const (
	maxNeurons = 1_000_000
	maxWeights = 1e9
)

func (p *trainPlan) networkFlags() []flag {
	flags := []flag{
		newFlag("hidden", "100", `neurons of the hidden layers, as in 100,30; "" for no hidden layer (the delta rule)`, func(v string) error {
			if v == "" {
				return nil
			}
			for s := range strings.SplitSeq(v, ",") {
				n, err := strconv.Atoi(strings.TrimSpace(s))
				if err != nil || n < 1 || n > maxNeurons {
					return fmt.Errorf("%q is no number of neurons: want 1 to %d for each layer, with commas between, or nothing", s, maxNeurons)
				}
				p.hidden = append(p.hidden, n)
			}
			return nil
		}),
		newNameFlag("activation", "relu", "activation of the hidden layers", hiddenActivations(), func(v string) (err error) {
			p.activation, err = net.ParseActivation(v)
			return err
		}),
		newNameFlag("cost", "auto", "what training minimises", append([]string{"auto"}, costNames()...), func(v string) (err error) {
			if v == "auto" {
				p.cost = nil
				return nil
			}
			p.cost, err = net.ParseCost(v)
			return err
		}),
	}
	for _, σ := range net.Activations() {
		flags = appendParameter(flags, p, &p.activation, "activation", σ, σ.Param)
	}
	for _, c := range net.Costs() {
		flags = appendParameter(flags, p, &p.cost, "cost", c, c.Param)
	}
	return append(append(flags, p.layerFlags()...), p.threshold.flag(p.given, "(default 0.5)"), precisionFlag(&p.precision))
}

// appendParameter appends the flag for the parameter of row, a cost or an activation, if
// there is one. It must stand behind --kind, which sets chosen.
func appendParameter[P any](flags []flag, p *trainPlan, chosen **P, kind string, row *P, param *net.Param[P]) []flag {
	if param == nil {
		return flags
	}
	return append(flags, newFlag(param.Name, param.Value, fmt.Sprintf("%s of the %v %s", param.Symbol, row, kind), func(v float64) error {
		if err := want(v > 0 && v <= param.Max, "a number above 0, at most %v", param.Max); err != nil {
			return err
		}
		if *chosen == row {
			*chosen = param.With(v)
		} else if p.given(param.Name) {
			other := "auto"
			if *chosen != nil {
				other = fmt.Sprint(*chosen)
			}
			return usagef("--%s is for --%s %v, not %s", param.Name, kind, row, other)
		}
		return nil
	}))
}

// precisionFlag sets p to f32 or f64.
func precisionFlag(p *string) flag {
	return newNameFlag("precision", "f32", "type of all numbers", []string{"f32", "f64"}, func(v string) error {
		*p = v
		return nil
	})
}

func (p *trainPlan) trainingFlags() []flag {
	o := &p.options
	flags := []flag{
		newNameFlag("optimizer", "adam", "how steps are made of gradients", methodNames(), func(v string) error {
			m, err := train.ParseMethod(v)
			if err == nil {
				o.Optimizer = m.Optimizer()
			}
			return err
		}),
		newFlag("lr", 0.0, "learning rate η "+defaults(func(m *train.Method) (float64, bool) { return m.Rate, true }), func(v float64) error {
			if !p.given("lr") {
				v = o.Optimizer.Method.Rate
			}
			o.Rate = v
			if p.precision == "f32" && v > 0 && float32(v) == 0 {
				return usagef("--lr %v is 0 as a float32: want a larger one, or --precision f64", v)
			}
			return want(v > 0 && v <= math.MaxFloat64, "a positive number")
		}),
	}
	for _, h := range train.Hyperparameters() {
		flags = append(flags, p.hyperparameterFlag(h))
	}
	return append(flags,
		newFlag("batch", "auto", "samples a step: 1 (online), more (mini-batch), full (all at once), or auto (by the number of samples)", func(v string) (err error) {
			if v == "auto" {
				o.Batch = 0
				return nil
			}
			if v == "full" {
				o.Batch = train.All
				return nil
			}
			o.Batch, err = strconv.Atoi(v)
			return want(err == nil && o.Batch > 0, "a positive number, full or auto")
		}),
		newFlag("draw", 0, "draw so many samples at random and take the steps of --batch within each draw; 0 for no draws", func(v int) error {
			o.Draw = v
			return want(v >= 0, "a positive number, or 0 for no draws")
		}),
		newFlag("epochs", 0, "passes through the training data (default by the number of samples)", func(v int) error {
			o.Epochs = v
			return want(v >= 1 || !p.given("epochs"), "at least 1")
		}),
		newFlag("seed", uint64(1), "decides the initial weights and the order of the samples", func(v uint64) error {
			o.Seed = v
			return nil
		}),
		newFlag("threads", runtime.GOMAXPROCS(0), "goroutines that may compute; the result doesn't depend on it", func(v int) error {
			o.Workers = v
			return want(v >= 1, "at least 1")
		}),
	)
}

// hyperparameterFlag returns the flag that sets h. It must stand behind --optimizer.
func (p *trainPlan) hyperparameterFlag(h *train.Hyperparameter) flag {
	usage := h.Symbol + " " + defaults(func(m *train.Method) (float64, bool) {
		i := slices.IndexFunc(m.Hyperparameters, func(d train.Default) bool { return d.Hyperparameter == h })
		if i < 0 {
			return 0, false
		}
		return m.Hyperparameters[i].Value, true
	})
	return newFlag(h.Name, 0.0, usage, func(v float64) error {
		if !p.given(h.Name) {
			return nil
		}
		o := &p.options.Optimizer
		if !slices.ContainsFunc(o.Method.Hyperparameters, func(d train.Default) bool { return d.Hyperparameter == h }) {
			return usagef("--%s: optimizer %v has no %s", h.Name, o.Method, h.Symbol)
		}
		*h.Field(o) = v
		return o.Check()
	})
}

func (p *trainPlan) modelFlag() flag {
	f := newFlag("model", "nabla.safetensors", "file to write", func(v string) error {
		p.model = v
		if p.data.holds(v) {
			return fmt.Errorf("it would overwrite the data: want another file")
		}
		return want(v != "", "the name of a file")
	})
	f.files = true
	return f
}

func (p *trainPlan) reportFlag() flag {
	f := newFlag("report", "", "an HTML page to write: learning curves, mistakes, what matters, how it was made", func(v string) error {
		p.reportPath = v
		return want(v != p.model || v == "", "another file than that of --model")
	})
	f.files = true
	return f
}

// hiddenActivations returns the names of the activations that a hidden layer may have.
func hiddenActivations() (names []string) {
	for _, σ := range net.Activations() {
		if !σ.ByRows {
			names = append(names, σ.Name)
		}
	}
	return names
}

func costNames() (names []string) {
	for _, c := range net.Costs() {
		names = append(names, c.Name)
	}
	return names
}

// softCosts returns the names of the costs that can't take targets of 0.
func softCosts() (names []string) {
	for _, c := range net.Costs() {
		if !c.Targets.Contains(0) {
			names = append(names, c.Name)
		}
	}
	return names
}

// tables lists activations, costs, initialisations, schedules and optimizers with their
// formulas.
func tables() string {
	var b strings.Builder
	var rows [][2]string
	print := func(heading string, column int) {
		fmt.Fprintf(&b, "%s:\n", heading)
		printTable(&b, column, rows)
		fmt.Fprintln(&b)
		rows = nil
	}
	for _, σ := range net.Activations() {
		rows = append(rows, [2]string{σ.Name, σ.Formula})
	}
	print("Activations of a pre-activation z", 16)
	fmt.Fprintln(&b, "Costs of outputs a and targets t, and the activation of the output:")
	for _, c := range net.Costs() {
		fmt.Fprintf(&b, "  %-23s%-32s %v\n", c.Name, c.Formula, c.Output)
	}
	fmt.Fprintln(&b)
	for _, i := range net.Inits() {
		if i != net.Zero {
			rows = append(rows, [2]string{i.Name, i.Formula})
		}
	}
	print("Initialisations of weights, from in inputs to out neurons", 18)
	for _, r := range train.Rules() {
		rows = append(rows, [2]string{r.Name, r.Formula + parameterWords(r)})
	}
	print("Schedules, a factor of the learning rate in epoch or step e = 0, …, E−1", 20)
	for _, m := range train.Methods() {
		rows = append(rows, [2]string{m.Name, m.Formula})
	}
	print("Optimizers, a step on a parameter w with gradient g", 12)
	return strings.TrimRight(b.String(), "\n")
}

// parameterWords lists the parameters of a rule with their defaults.
func parameterWords(r *train.Rule) string {
	var words []string
	for _, p := range r.Parameters {
		words = append(words, fmt.Sprintf("%s=%v", p.Name, p.Value))
	}
	if words == nil {
		return ""
	}
	return "; " + strings.Join(words, ", ")
}

func methodNames() (names []string) {
	for _, m := range train.Methods() {
		names = append(names, m.Name)
	}
	return names
}

// defaults says in words what a number is by default for the optimizers that have it,
// as in "(default 0.9 for adam and adamw)".
func defaults(of func(*train.Method) (value float64, ok bool)) string {
	var values []float64
	names := make(map[float64][]string)
	for _, m := range train.Methods() {
		v, ok := of(m)
		if !ok {
			continue
		}
		if names[v] == nil {
			values = append(values, v)
		}
		names[v] = append(names[v], m.Name)
	}
	var words []string
	for _, v := range values {
		words = append(words, fmt.Sprintf("%v for %s", v, enumerate(names[v], "and")))
	}
	return "(default " + strings.Join(words, ", ") + ")"
}
