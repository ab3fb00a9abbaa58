package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// training is one run of nabla train.
type training[T kernels.Float] struct {
	*trainPlan
	samples[T]
	data, test     *train.Data[T] // with targets that the cost allows
	net            *net.Network[T]
	byDefault      bool // no cost was chosen
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
	files, err := p.data.files()
	if err == nil {
		err = checkData(cmd, p.repeats, files)
	}
	if err != nil {
		return err
	}
	if err := t.makeNetwork(); err != nil {
		return err
	}
	t.announce()
	start := time.Now()
	before, _, err := train.Evaluate(t.net, t.data)
	if err != nil {
		return err
	}
	history, interrupted, err := t.fit(cmd.Context(), cmd.Flags(), files)
	epochs := len(history)
	if err != nil {
		return fmt.Errorf("%w; no model was written", err)
	}
	report, err := t.newReport()
	if err != nil {
		return err
	}
	if err := t.checkCost(float64(report.TrainCost), before, epochs, interrupted); err != nil {
		return err
	}
	report.Epochs, report.Interrupted, report.Model, report.Seconds = epochs, interrupted, p.model, number(time.Since(start).Seconds())
	made := t.makes(cmd.Flags(), files, history, report)
	m := &model.Model[T]{Made: made, Net: t.net, Classes: t.data.Classes, Features: t.data.Features, Scaler: t.data.Scaler, Encoder: t.encoder}
	if err := m.Save(p.model); err != nil {
		return err
	}
	if t.json {
		printJSON(t.stdout, report)
	} else {
		report.print(t.stdout)
	}
	compare(t.stderr, p.repeats, made)
	if interrupted {
		return fmt.Errorf("stopped after %d of %d epochs; the model was written", epochs, p.options.Epochs)
	}
	return nil
}

// load reads the samples and brings them to the form that the network learns from.
func (t *training[T]) load() (err error) {
	// Outputs of a cost that takes no negative targets are amounts, not standardised ones.
	t.trainPlan.data.encoding.Amounts = t.cost != nil && !t.cost.Targets.Contains(-1)
	if t.samples, err = loadTraining[T](&t.trainPlan.data); err != nil {
		return err
	}
	t.data, t.test = t.samples.training, t.samples.test
	if t.data.Len() == 0 {
		return fmt.Errorf("%s: no samples", t.data.Name)
	}
	if t.task() == dataset.Classification && len(t.data.Classes) < 2 {
		return fmt.Errorf("%s: all samples are of the one class %q: want at least two classes", t.data.Name, t.data.Classes[0])
	}
	t.setDefaults()
	t.data, t.test = forCost(t.data, t.cost), forCost(t.test, t.cost)
	return nil
}

// task returns what is predicted.
func (t *training[T]) task() dataset.Task {
	if t.encoder == nil {
		return dataset.Classification
	}
	return t.encoder.Task
}

// outputWords says what outputs are.
var outputWords = map[dataset.Task]string{dataset.Classification: "classes", dataset.Regression: "numbers", dataset.Labels: "labels"}

// makeNetwork makes a network with one output for each class, number or label.
func (t *training[T]) makeNetwork() (err error) {
	cfg := net.Config{Inputs: t.data.X.Cols, Cost: t.cost, Seed: t.options.Seed}
	for _, n := range t.hidden {
		cfg.Layers = append(cfg.Layers, net.Dense(n, t.activation))
	}
	outputs, σ := t.outputs()
	cfg.Layers = append(cfg.Layers, net.Dense(outputs, σ))
	widths := []int{cfg.Inputs}
	for _, l := range cfg.Layers {
		widths = append(widths, l.Out)
	}
	if w := weights(widths...); w > maxWeights {
		return usagef("--hidden: with %d inputs and %d %s, that is %.3g weights: want at most %v", cfg.Inputs, outputs, outputWords[t.task()], w, maxWeights)
	}
	if err := t.checkMemory(widths); err != nil {
		return err
	}
	t.net, err = net.New[T](cfg)
	return err
}

// announce says what is about to be trained, on what.
func (t *training[T]) announce() {
	if !t.json {
		printColumns(t.stderr, t.columns)
	}
	for _, note := range t.notes {
		fmt.Fprintf(t.stderr, "note: %s\n", note)
	}
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

// fit trains, reports every epoch and prints what is wrong with the training. It returns the completed epochs and
// whether a signal ended the training after at least one; anything else that ends it
// early is an error.
func (t *training[T]) fit(ctx context.Context, flags *pflag.FlagSet, files []model.DataFile) (epochs []train.Epoch, interrupted bool, err error) {
	// Until here there is nothing to put in order, and a signal ends the program.
	keepTraining()
	ctx, stop := untilSignal(ctx)
	defer stop()
	o := t.options
	o.Progress = func(e train.Epoch) {
		report := epochReport{e.Number, number(e.Cost), number(e.ValidationCost), number(e.ValidationAccuracy), e.Elapsed.Seconds()}
		if t.json {
			printJSON(t.stdout, report)
		} else {
			report.print(t.stderr, o.Epochs)
		}
	}
	trainer, err := train.New(t.net, t.data, t.test, o)
	if err != nil {
		return nil, false, err
	}
	defer trainer.Close()
	rec, err := newRecorder(t, trainer, flags, files)
	if err != nil {
		return nil, false, err
	}
	defer rec.close()
	var warnings []train.Warning
	if err = rec.run(ctx, o.Epochs); err == nil {
		warnings, err = trainer.Diagnose()
	}
	epochs = trainer.Result().Epochs
	for _, w := range warnings {
		fmt.Fprintf(t.stderr, "warning: %v\n", w)
	}
	if errors.Is(err, context.Canceled) && len(epochs) > 0 {
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
	if c.Targets.Contains(0) || s.Labels == nil {
		return s
	}
	soft := *s
	soft.T = kernels.NewMatrix[T](s.Len(), len(s.Classes))
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

// trainReport is the result of a training. What there is no number for, such as an accuracy
// on test data without any, or of a regression, is NaN.
type trainReport struct {
	TestAccuracy  number `json:"test_accuracy"`
	TestSamples   int    `json:"test_samples"`
	TrainAccuracy number `json:"train_accuracy"`
	TrainSamples  int    `json:"train_samples"`
	TrainCost     number `json:"train_cost"`
	Epochs        int    `json:"epochs"`
	Interrupted   bool   `json:"interrupted"`
	Fingerprint   string `json:"fingerprint"`
	Model         string `json:"model"`
	TestR2        number `json:"test_r2"`
	TestMAE       number `json:"test_mae"`
	Majority      number `json:"majority_share"` // of the most frequent class of the test data, or of the training data if there are none
	Task          string `json:"task"`
	Seconds       number `json:"seconds"` // from the first step to the last test

	trainR2 number
	absent  []string // classes that the test data lack
}

// newReport evaluates the trained network.
func (t *training[T]) newReport() (r trainReport, err error) {
	nan := number(math.NaN())
	r = trainReport{
		TestAccuracy: nan, TestSamples: t.test.Len(), TrainSamples: t.data.Len(), Fingerprint: t.net.Fingerprint(),
		TestR2: nan, TestMAE: nan, Majority: nan, Task: t.task().String(), trainR2: nan,
	}
	var cost number
	if cost, r.TrainAccuracy, r.trainR2, _, err = t.scores(t.data); err != nil {
		return r, err
	}
	r.TrainCost = cost
	set := t.data
	if t.test.Len() > 0 {
		set = t.test
		if _, r.TestAccuracy, r.TestR2, r.TestMAE, err = t.scores(t.test); err != nil {
			return r, err
		}
	}
	if set.Labels != nil {
		r.Majority = number(majority(set.Labels))
		r.absent = absent(set)
	}
	return r, nil
}

// scores returns the mean cost of samples and what goes with the task: the accuracy, which
// for several labels is the share of labels that are right, or R² and the mean absolute
// error. The others are NaN.
func (t *training[T]) scores(s *train.Data[T]) (cost, accuracy, r2, mae number, err error) {
	nan := number(math.NaN())
	if t.task() == dataset.Classification { // without outputs for all samples and classes
		c, a, err := train.Evaluate(t.net, s)
		return number(c), number(a), nan, nan, err
	}
	y, c, _, err := train.EvaluateOutputs(t.net, s)
	if err != nil {
		return 0, nan, nan, nan, err
	}
	if t.task() == dataset.Regression {
		r2, mae, err := numberScores(t.encoder, s, y)
		return number(c), nan, number(r2), number(mae), err
	}
	each, _ := labelScores(t.net, s, y)
	sum := number(0)
	for _, a := range each {
		sum += a
	}
	return number(c), sum / number(len(each)), nan, nan, nil
}

// absent returns the classes that no sample is of.
func absent[T kernels.Float](s *train.Data[T]) (classes []string) {
	seen := make(map[int]bool)
	for _, l := range s.Labels {
		seen[l] = true
	}
	for c, name := range s.Classes {
		if !seen[c] {
			classes = append(classes, name)
		}
	}
	return classes
}

func (r trainReport) print(w io.Writer) {
	isNumber := func(x number) bool { return x == x }
	switch {
	case isNumber(r.trainR2):
		if r.TestSamples > 0 {
			fmt.Fprintf(w, "test R²            %.4f, mean absolute error %.6g, of %d samples\n", float64(r.TestR2), float64(r.TestMAE), r.TestSamples)
		}
		fmt.Fprintf(w, "training R²        %.4f of %d samples\n", float64(r.trainR2), r.TrainSamples)
	default:
		if r.TestSamples > 0 {
			fmt.Fprintf(w, "test accuracy      %.2f %% of %d samples\n", 100*r.TestAccuracy, r.TestSamples)
		}
		fmt.Fprintf(w, "training accuracy  %.2f %% of %d samples\n", 100*r.TrainAccuracy, r.TrainSamples)
		if isNumber(r.Majority) {
			fmt.Fprintf(w, "most frequent      %.2f %% are of the most frequent class\n", 100*r.Majority)
		}
		if len(r.absent) > 0 && r.TestSamples > 0 {
			fmt.Fprintf(w, "                   the test data have no sample of %s\n", strings.Join(r.absent, ", "))
		}
	}
	fmt.Fprintf(w, "fingerprint        %s\n", r.Fingerprint)
	fmt.Fprintf(w, "model              %s\n", r.Model)
}
