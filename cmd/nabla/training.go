package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// training is one run of nabla train.
type training[T kernels.Float] struct {
	*trainPlan
	data, test     *train.Data[T] // with targets that the cost allows
	net            *net.Network[T]
	stdout, stderr io.Writer
	json           bool
}

// runTrain trains and writes the model. Everything that can go wrong early does
// so before the first step, and an existing model is replaced only at the very
// end, by a good one.
func runTrain[T kernels.Float](cmd *cobra.Command, p *trainPlan) error {
	if err := checkOutput(cmd, "--model", p.model); err != nil {
		return err
	}
	t := &training[T]{trainPlan: p, stdout: cmd.OutOrStdout(), stderr: cmd.ErrOrStderr(), json: wantsJSON(cmd)}
	if err := t.load(); err != nil {
		return err
	}
	if err := t.makeNetwork(); err != nil {
		return err
	}
	t.announce()
	before, _, err := train.Evaluate(t.net, t.data)
	if err != nil {
		return err
	}
	epochs, interrupted, err := t.fit(cmd.Context())
	if err != nil {
		return fmt.Errorf("%w; no model was written", err)
	}
	report, err := newTrainReport(t.net, t.data, t.test)
	if err != nil {
		return err
	}
	if err := t.checkCost(float64(report.TrainCost), before, epochs, interrupted); err != nil {
		return err
	}
	m := &model.Model[T]{Net: t.net, Classes: t.data.Classes, Features: t.data.Features, Scaler: t.data.Scaler}
	if err := m.Save(p.model); err != nil {
		return err
	}
	report.Epochs, report.Interrupted, report.Model = epochs, interrupted, p.model
	if t.json {
		printJSON(t.stdout, report)
	} else {
		report.print(t.stdout)
	}
	if interrupted {
		return fmt.Errorf("stopped after %d of %d epochs; the model was written", epochs, p.options.Epochs)
	}
	return nil
}

// load reads the samples and brings them to the form that the network learns from.
func (t *training[T]) load() (err error) {
	t.data, t.test, err = load[T](&t.trainPlan.data, nil)
	if err != nil {
		return err
	}
	if t.data.Len() == 0 {
		return fmt.Errorf("%s: no samples", t.data.Name)
	}
	if len(t.data.Classes) < 2 {
		return fmt.Errorf("%s: all samples are of the one class %q: want at least two classes", t.data.Name, t.data.Classes[0])
	}
	if t.data.Scaler == nil && !t.raw {
		if err := standardise(t.data, t.test); err != nil {
			return fmt.Errorf("%s: %w", t.data.Name, err)
		}
	}
	t.data, t.test = forCost(t.data, t.cost), forCost(t.test, t.cost)
	return nil
}

// makeNetwork makes a network with one output for each class.
func (t *training[T]) makeNetwork() (err error) {
	cfg := net.Config{Inputs: t.data.X.Cols, Cost: t.cost, Seed: t.options.Seed}
	for _, n := range t.hidden {
		cfg.Layers = append(cfg.Layers, net.Dense(n, t.activation))
	}
	classes := len(t.data.Classes)
	cfg.Layers = append(cfg.Layers, net.Dense(classes, t.cost.Output))
	widths := []int{cfg.Inputs}
	for _, l := range cfg.Layers {
		widths = append(widths, l.Out)
	}
	if w := weights(widths...); w > maxWeights {
		return usagef("--hidden: with %d inputs and %d classes, that is %.3g weights: want at most %v", cfg.Inputs, classes, w, maxWeights)
	}
	t.net, err = net.New[T](cfg)
	return err
}

// announce says what is about to be trained, on what.
func (t *training[T]) announce() {
	fmt.Fprintf(t.stderr, "training %s on %s: %d samples and %d for testing (%s, %s)\n",
		shape(t.net), t.data.Name, t.data.Len(), t.test.Len(), t.precision, kernels.ISA())
	if t.test.Len() == 0 {
		fmt.Fprintln(t.stderr, "no samples are kept for testing: only the accuracy on the training data will be known")
	}
	if c := constants(t.data.Scaler); len(c) > 0 {
		fmt.Fprintf(t.stderr, "%d of %d input columns are constant in the training data and ignored, the first is column %d (a column that varies very little may be constant in f32 but not in f64)\n",
			len(c), t.data.X.Cols, c[0])
	}
}

// fit trains, reports every epoch and prints what is wrong with the training. It returns the number of completed epochs and
// whether a signal ended the training after at least one; anything else that ends it
// early is an error.
func (t *training[T]) fit(ctx context.Context) (epochs int, interrupted bool, err error) {
	// Until here there is nothing to put in order, and a signal ends the program.
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // so the second one does again
	o := t.options
	o.Progress = func(e train.Epoch) {
		report := epochReport{e.Number, number(e.Cost), number(e.ValidationCost), number(e.ValidationAccuracy), e.Elapsed.Seconds()}
		if t.json {
			printJSON(t.stdout, report)
		} else {
			report.print(t.stderr, o.Epochs)
		}
	}
	result, err := train.Fit(ctx, t.net, t.data, t.test, o)
	epochs = len(result.Epochs)
	for _, w := range result.Warnings {
		fmt.Fprintf(t.stderr, "warning: %v\n", w)
	}
	if errors.Is(err, context.Canceled) && epochs > 0 {
		return epochs, true, nil
	}
	return epochs, false, err
}

// checkCost returns an error if the cost after training is no finite number, or more
// than ten times what it was before.
func (t *training[T]) checkCost(cost, before float64, epochs int, interrupted bool) error {
	if cost <= 10*before && cost <= math.MaxFloat64 {
		return nil
	}
	costs := fmt.Sprintf("its cost is %.4g and was %.4g before the first step", cost, before)
	if interrupted { // and may have gone on to learn
		return fmt.Errorf("stopped after %d of %d epochs; no model was written: %s", epochs, t.options.Epochs, costs)
	}
	return fmt.Errorf("the training diverged: %s: %s; no model was written", costs, t.advice())
}

// advice says what to do about a training that diverges.
func (p *trainPlan) advice() string {
	if param := p.cost.Param; param != nil && param.Remedy != "" {
		return fmt.Sprintf("lower --lr or %s --%s, which is %v", param.Remedy, param.Name, param.Value)
	}
	return "lower --lr"
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
// are 1 and 0, or 0.9 and 0.1 in their place if c can't take 0.
func forCost[T kernels.Float](s *train.Data[T], c *net.Cost) *train.Data[T] {
	if c.Targets.Contains(0) {
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
