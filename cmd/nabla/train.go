package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/nabla-go/nabla/internal/atomicfile"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// trainFlags are the flags of nabla train as they are typed.
type trainFlags struct {
	data       dataFlags
	raw        bool
	hidden     string
	activation string
	cost       string
	tau        float64
	optimizer  string
	hyper      train.Optimizer // hyperparameters as they are typed
	method     train.Optimizer
	rate       float64
	batch      string
	draw       int
	epochs     int
	seed       uint64
	precision  string
	threads    int
	model      string
}

func newTrain() *cobra.Command {
	var f trainFlags
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Train a network and write it to a model file",
		Long: `Train a network and write it to a model file.

The output layer has one neuron a class. Its activation follows from the cost:
softmax for softmax-cross-entropy and kullback-leibler (which only pushes the
right output up, so the others need to be tied to it), sigmoid for all others.
Targets are 1 for the right class and 0 for the others; itakura-saito, which
needs targets above 0, gets 0.9 and 0.1.

The pixels of digits and MNIST are divided by their maximum. The columns of a
CSV file are standardised (mean 0, deviation 1 over the training part) unless
--raw is given. The scaling is stored in the model, which predicts from raw
values. The test data are never used for training or for choosing an epoch.

ctrl-C ends the training early; if an epoch was completed, the model is written
all the same, and the exit code is 1. A model whose cost is no finite number, or
more than ten times what it was at first, is not written.`,
		Args: wantArgs(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := f.parse(cmd)
			if err != nil {
				return err
			}
			if f.precision == "f64" {
				return runTrain[float64](cmd, p)
			}
			return runTrain[float32](cmd, p)
		},
	}
	f.data.register(cmd)
	fl := cmd.Flags()
	fl.BoolVar(&f.raw, "raw", false, "use the columns of a CSV file as they are")
	fl.StringVar(&f.hidden, "hidden", "30", `neurons of the hidden layers, as in 100,30; "" for no hidden layer (the delta rule)`)
	fl.StringVar(&f.activation, "activation", "sigmoid", "activation of hidden layers: sigmoid, tanh, relu or identity")
	fl.StringVar(&f.cost, "cost", "cross-entropy", "quadratic, cross-entropy, exponential, hellinger, kullback-leibler, generalized-kl, itakura-saito or softmax-cross-entropy")
	fl.Float64Var(&f.tau, "tau", 10, "τ of the exponential cost")
	fl.StringVar(&f.optimizer, "optimizer", "sgd", oneOf(train.Methods()))
	fl.Float64Var(&f.rate, "lr", 0, "learning rate η (default "+defaults(func(m *train.Method) float64 { return m.Rate })+")")
	for _, h := range train.Hyperparameters() {
		fl.Float64Var(h.Field(&f.hyper), h.Name, 0, h.Symbol+" (default "+defaults(func(m *train.Method) float64 {
			o := m.Optimizer()
			return *h.Field(&o)
		})+")")
	}
	fl.StringVar(&f.batch, "batch", "10", "samples a step: 1 (online), more (mini-batch), or full (all at once)")
	fl.IntVar(&f.draw, "draw", 0, "draw so many samples at random and take the steps of --batch within each draw; 0 for no draws")
	fl.IntVar(&f.epochs, "epochs", 30, "passes through the training data")
	fl.Uint64Var(&f.seed, "seed", 1, "of the initial weights and of the order of samples")
	fl.StringVar(&f.precision, "precision", "f32", "f32 or f64")
	fl.IntVar(&f.threads, "threads", runtime.GOMAXPROCS(0), "goroutines that may compute; the result doesn't depend on it")
	fl.StringVar(&f.model, "model", "nabla.safetensors", "file to write")
	return cmd
}

// maxNeurons bounds a hidden layer and maxWeights the network, so that a slip of
// the finger becomes a message and not a machine without memory.
const (
	maxNeurons = 1_000_000
	maxWeights = 1e9
)

// plan is a command line that has been checked.
type plan struct {
	trainFlags
	layers []net.Layer // hidden ones
	cost   net.Cost
	batch  int
}

// parse checks everything that can be checked without reading a sample.
func (f *trainFlags) parse(cmd *cobra.Command) (*plan, error) {
	p := &plan{trainFlags: *f}
	σ, err := net.ParseActivation(f.activation)
	if err != nil || σ == net.Softmax {
		return nil, usagef("--activation %q: want sigmoid, tanh, relu or identity", f.activation)
	}
	for s := range strings.SplitSeq(f.hidden, ",") {
		if f.hidden == "" {
			break // no hidden layer
		}
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil || n < 1 || n > maxNeurons {
			return nil, usagef("--hidden %q: %q is no number of neurons: want 1 to %d for each layer, with commas between, or nothing", f.hidden, s, maxNeurons)
		}
		p.layers = append(p.layers, net.Dense(n, σ))
	}
	if p.cost, err = net.ParseCost(f.cost); err != nil {
		return nil, usagef("--cost: %w", err)
	}
	if !(f.tau > 0 && f.tau <= net.MaxTau) {
		return nil, usagef("--tau %v: want a number above 0, at most %v", f.tau, net.MaxTau)
	}
	if cmd.Flags().Changed("tau") && p.cost != net.Exponential {
		return nil, usagef("--tau is for --cost exponential, not %v", p.cost)
	}
	method, err := train.ParseMethod(f.optimizer)
	if err != nil {
		return nil, usagef("--optimizer: %w", err)
	}
	p.method = method.Optimizer()
	for _, h := range train.Hyperparameters() {
		if cmd.Flags().Changed(h.Name) {
			*h.Field(&p.method) = *h.Field(&f.hyper)
		}
	}
	if err := p.method.Check(); err != nil {
		return nil, usagef("%w", err)
	}
	if !cmd.Flags().Changed("lr") {
		p.rate = method.Rate
	} else if !(f.rate > 0 && f.rate <= math.MaxFloat64) {
		return nil, usagef("--lr %v: want a positive number", f.rate)
	}
	p.batch = train.All
	if f.batch != "full" {
		if p.batch, err = strconv.Atoi(f.batch); err != nil || p.batch < 1 {
			return nil, usagef("--batch %q: want a positive number or full", f.batch)
		}
	}
	if f.draw < 0 {
		return nil, usagef("--draw %d: want a positive number, or 0 for no draws", f.draw)
	}
	if f.epochs < 1 {
		return nil, usagef("--epochs %d: want at least 1", f.epochs)
	}
	if f.precision != "f32" && f.precision != "f64" {
		return nil, usagef("--precision %q: want f32 or f64", f.precision)
	}
	if f.precision == "f32" && float32(p.rate) == 0 {
		return nil, usagef("--lr %v is 0 as a float32: want a larger one, or --precision f64", p.rate)
	}
	if f.threads < 1 {
		return nil, usagef("--threads %d: want at least 1", f.threads)
	}
	if f.model == "" {
		return nil, usagef("--model: want the name of a file")
	}
	if f.data.holds(f.model) {
		return nil, usagef("--model %s would overwrite the data", f.model)
	}
	return p, f.data.check(cmd)
}

// defaults lists a number of the optimizers, as in "0.9 for momentum and nesterov, 0.5
// for sgd"; optimizers whose number is 0 don't have it.
func defaults(of func(*train.Method) float64) string {
	var values []float64
	methods := make(map[float64][]*train.Method)
	for _, m := range train.Methods() {
		v := of(m)
		if v != 0 && methods[v] == nil {
			values = append(values, v)
		}
		methods[v] = append(methods[v], m)
	}
	var list []string
	for _, v := range values {
		list = append(list, fmt.Sprintf("%v for %s", v, listed(methods[v], "and")))
	}
	return strings.Join(list, ", ")
}

// oneOf lists names, as in "a, b or c".
func oneOf[E fmt.Stringer](names []E) string { return listed(names, "or") }

func listed[E fmt.Stringer](names []E, last string) string {
	list := ""
	for i, n := range names {
		switch {
		case i > 0 && i == len(names)-1:
			list += " " + last + " "
		case i > 0:
			list += ", "
		}
		list += n.String()
	}
	return list
}

// outputActivation returns the activation of the output layer for a cost.
func outputActivation(c net.Cost) net.Activation {
	if c == net.SoftmaxCrossEntropy || c == net.KullbackLeibler {
		return net.Softmax
	}
	return net.Sigmoid
}

// standardise scales both sets by means and deviations of the training set.
func standardise[T kernels.Float](trainSet, testSet *train.Data[T]) error {
	s, err := train.FitScaler(trainSet.X)
	if err != nil {
		return err
	}
	for _, set := range []*train.Data[T]{trainSet, testSet} {
		set.Scale(s)
	}
	return nil
}

// constants returns the numbers, from 1, of the columns that s found to be constant.
func constants(s *train.Scaler) (columns []int) {
	if s == nil {
		return nil
	}
	for j, sd := range s.SD {
		if sd == 0 {
			columns = append(columns, j+1)
		}
	}
	return columns
}

// forCost returns the samples of s with targets that cost c allows: those of s, which
// are 1 and 0, or 0.9 and 0.1 in their place for Itakura–Saito, which is infinite at 0.
func forCost[T kernels.Float](s *train.Data[T], c net.Cost) *train.Data[T] {
	if c != net.ItakuraSaito {
		return s
	}
	soft := *s
	soft.T = kernels.NewMatrix[T](s.T.Rows, s.T.Cols)
	for i := range soft.T.Data {
		soft.T.Data[i] = 0.1
	}
	for k, l := range s.Labels {
		soft.T.Row(k)[l] = 0.9
	}
	return &soft
}

// runTrain trains and writes the model. Everything that can go wrong early does
// so before the first step, and an existing model is replaced only at the very
// end, by a good one.
func runTrain[T kernels.Float](cmd *cobra.Command, p *plan) error {
	if err := atomicfile.CheckWritable(p.model); err != nil {
		return fmt.Errorf("--model: %w", err)
	}
	trainSet, testSet, err := load[T](&p.data, nil)
	if err != nil {
		return err
	}
	if trainSet.Len() == 0 {
		return fmt.Errorf("%s: no samples", trainSet.Name)
	}
	if len(trainSet.Classes) < 2 {
		return fmt.Errorf("%s: all samples are of the one class %q: want at least two classes", trainSet.Name, trainSet.Classes[0])
	}
	if trainSet.Scaler == nil && !p.raw {
		if err := standardise(trainSet, testSet); err != nil {
			return fmt.Errorf("%s: %w", trainSet.Name, err)
		}
	}
	trainData, testData := forCost(trainSet, p.cost), forCost(testSet, p.cost)
	cfg := net.Config{
		Inputs: trainSet.X.Cols,
		Layers: append(p.layers, net.Dense(len(trainSet.Classes), outputActivation(p.cost))),
		Cost:   p.cost, Tau: p.tau, Seed: p.seed,
	}
	widths := []int{cfg.Inputs}
	for _, l := range cfg.Layers {
		widths = append(widths, l.Out)
	}
	if w := weights(widths...); w > maxWeights {
		return usagef("--hidden %q: with %d inputs and %d classes, that is %.3g weights: want at most %v", p.hidden, cfg.Inputs, len(trainSet.Classes), w, maxWeights)
	}
	n, err := net.New[T](cfg)
	if err != nil {
		return err
	}

	stderr := cmd.ErrOrStderr()
	fmt.Fprintf(stderr, "training %s on %s: %d samples and %d for testing (%s, %s)\n",
		shape(n), trainSet.Name, trainSet.Len(), testSet.Len(), p.precision, kernels.ISA())
	if testSet.Len() == 0 {
		fmt.Fprintln(stderr, "no samples are kept for testing: only the accuracy on the training data will be known")
	}
	if c := constants(trainSet.Scaler); len(c) > 0 {
		fmt.Fprintf(stderr, "%d of %d input columns have one value in all samples for training, and tell nothing: the first is column %d; what differs by little may be one value in f32 but not in f64\n",
			len(c), trainSet.X.Cols, c[0])
	}
	before, _, err := train.Evaluate(n, trainData)
	if err != nil {
		return err
	}
	// Until here there is nothing to put in order, and a signal ends the program.
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // so the second one does again
	result, err := train.Fit(ctx, n, trainData, testData, train.Options{
		Epochs: p.epochs, Rate: p.rate, Batch: p.batch, Draw: p.draw, Seed: p.seed, Workers: p.threads, Optimizer: p.method,
		Progress: func(e train.Epoch) {
			report := epochReport{e.Number, number(e.Cost), number(e.ValidationCost), number(e.ValidationAccuracy), e.Elapsed.Seconds()}
			if wantsJSON(cmd) {
				printJSON(cmd.OutOrStdout(), report)
			} else {
				report.print(stderr, p.epochs)
			}
		},
	})
	interrupted := errors.Is(err, context.Canceled) && len(result.Epochs) > 0
	if err != nil && !interrupted {
		return fmt.Errorf("%w; no model was written", err)
	}
	report, err := newTrainReport(n, trainData, testData)
	if err != nil {
		return err
	}
	if c := float64(report.TrainCost); !(c <= 10*before && c <= math.MaxFloat64) {
		costs := fmt.Sprintf("its cost is %.4g and was %.4g before the first step", c, before)
		if interrupted { // and may have gone on to learn
			return fmt.Errorf("stopped after %d of %d epochs; no model was written: %s", len(result.Epochs), p.epochs, costs)
		}
		return fmt.Errorf("the training diverged: %s: %s; no model was written", costs, p.advice())
	}
	report.Epochs, report.Interrupted, report.Model = len(result.Epochs), interrupted, p.model
	m := &model.Model[T]{Net: n, Classes: trainSet.Classes, Features: trainSet.Features, Scaler: trainSet.Scaler}
	if err := m.Save(p.model); err != nil {
		return err
	}
	if wantsJSON(cmd) {
		printJSON(cmd.OutOrStdout(), report)
	} else {
		report.print(cmd.OutOrStdout())
	}
	if interrupted {
		return fmt.Errorf("stopped after %d of %d epochs; the model was written", report.Epochs, p.epochs)
	}
	return nil
}

// advice says what to do about a training that diverges.
func (p *plan) advice() string {
	if p.cost == net.Exponential {
		return fmt.Sprintf("lower --lr or raise --tau, which is %v", p.tau)
	}
	return "lower --lr"
}

// weights returns the number of a network's weights, given its inputs and the neurons
// of each layer; it may be too large for an int.
func weights(widths ...int) float64 {
	total := 0.0
	for i, w := range widths[1:] {
		total += float64(float64(w) * float64(widths[i]))
	}
	return total
}

// shape writes the widths of a network, inputs first.
func shape[T kernels.Float](n *net.Network[T]) string {
	widths := strconv.Itoa(n.Inputs())
	for i := 1; i <= n.Depth(); i++ {
		widths += "-" + strconv.Itoa(n.Layer(i).Out)
	}
	return widths
}

// epochReport is what --json tells of an epoch.
type epochReport struct {
	Epoch        int     `json:"epoch"`
	Cost         number  `json:"cost"`
	TestCost     number  `json:"test_cost"`
	TestAccuracy number  `json:"test_accuracy"`
	Seconds      float64 `json:"seconds"`
}

func (r epochReport) print(w io.Writer, epochs int) {
	fmt.Fprintf(w, "epoch %*d/%d  cost %-9.4g", len(strconv.Itoa(epochs)), r.Epoch, epochs, float64(r.Cost))
	if !math.IsNaN(float64(r.TestAccuracy)) {
		fmt.Fprintf(w, "  test accuracy %6.2f %%", 100*r.TestAccuracy)
	}
	fmt.Fprintf(w, "  %.1f s\n", r.Seconds)
}

// trainReport is the result of a training. Without test data the accuracy on
// them is NaN.
type trainReport struct {
	TestAccuracy  number  `json:"test_accuracy"`
	TestSamples   int     `json:"test_samples"`
	TrainAccuracy float64 `json:"train_accuracy"`
	TrainSamples  int     `json:"train_samples"`
	TrainCost     number  `json:"train_cost"`
	Epochs        int     `json:"epochs"`
	Interrupted   bool    `json:"interrupted"`
	Fingerprint   string  `json:"fingerprint"`
	Model         string  `json:"model"`
}

// newTrainReport evaluates a trained network.
func newTrainReport[T kernels.Float](n *net.Network[T], trainData, testData *train.Data[T]) (r trainReport, err error) {
	r = trainReport{
		TestAccuracy: number(math.NaN()), TestSamples: testData.Len(), TrainSamples: trainData.Len(),
		Fingerprint: n.Fingerprint(),
	}
	cost, accuracy, err := train.Evaluate(n, trainData)
	if err != nil {
		return r, err
	}
	r.TrainCost, r.TrainAccuracy = number(cost), accuracy
	if testData.Len() > 0 {
		_, accuracy, err = train.Evaluate(n, testData)
		r.TestAccuracy = number(accuracy)
	}
	return r, err
}

func (r trainReport) print(w io.Writer) {
	if r.TestSamples > 0 {
		fmt.Fprintf(w, "test accuracy      %.2f %% of %d samples\n", 100*r.TestAccuracy, r.TestSamples)
	}
	fmt.Fprintf(w, "training accuracy  %.2f %% of %d samples\n", 100*r.TrainAccuracy, r.TrainSamples)
	fmt.Fprintf(w, "fingerprint        %s\n", r.Fingerprint)
	fmt.Fprintf(w, "model              %s\n", r.Model)
}
