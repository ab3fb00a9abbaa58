package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
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
	crew           *crew          // nil without other ranks
	data, test     *train.Data[T] // with targets that the cost allows
	validation     *train.Data[T] // nil if epochs are judged by test
	foldShare      float64        // of the training part of a fold, by which its epochs are judged
	net            *net.Network[T]
	begin          *model.Model[T] // what training begins with; nil for a new network
	byDefault      bool            // no cost was chosen
	stdout, stderr io.Writer
	json           bool
	last           train.StepReport // of the last step
	screen         *terminal        // nil if messages go elsewhere
	ofLabels       map[int]float64  // the accuracy of several labels after each epoch
}

// runTrain trains and writes the model. Everything that can go wrong early does
// so before the first step, and an existing model is replaced only at the very
// end, by a good one.
func runTrain[T kernels.Float](cmd *cobra.Command, p *trainPlan) error {
	t := &training[T]{trainPlan: p, crew: crewOf(cmd.Context()), stdout: cmd.OutOrStdout(), stderr: cmd.ErrOrStderr(), json: wantsJSON(cmd)}
	files, before, err := t.prepare(cmd)
	if err = t.crew.settle("the first step", err); err != nil {
		return err
	}
	start := time.Now()
	if err := t.sameTraining(cmd.Flags(), files); err != nil {
		return err
	}
	if t.crew != nil {
		t.options.Ranks = t.crew.Comm
	}
	if err := t.crossValidate(cmd.Context()); err != nil {
		return err
	}
	result, interrupted, err := t.fit(cmd.Context(), cmd.Flags(), files)
	history, epochs := t.withAccuracies(result.Epochs), len(result.Epochs)
	if err != nil {
		return fmt.Errorf("%w; no model was written", err)
	}
	if !t.crew.writes() {
		return nil
	}
	report, err := t.newReport()
	if err != nil {
		return err
	}
	if err := t.checkCost(float64(report.TrainCost), before, interrupted); err != nil {
		return err
	}
	report.Epochs, report.Interrupted, report.Model, report.Seconds = epochs, interrupted, p.model, number(time.Since(start).Seconds())
	if p.options.Patience > 0 && !interrupted {
		report.BestEpoch, report.StoppedEarly = result.Best, result.StoppedEarly
	}
	if interrupted {
		report.Model, report.Steps = interruptedName(p.model), t.last.Number
	}
	made := t.makes(cmd.Flags(), files, history, report)
	m := &model.Model[T]{Made: made, Net: t.net, Classes: t.data.Classes, Features: t.data.Features, Scaler: t.data.Scaler, Encoder: t.encoder, Image: t.data.Image}
	if err := m.Save(report.Model); err != nil {
		return err
	}
	if err := t.report(m, report, result.Warnings); err != nil {
		return err
	}
	report.Report = t.reportPath
	if t.json {
		printJSON(t.stdout, report)
	} else {
		report.print(t.stdout)
	}
	compare(t.stderr, p.repeats, made)
	if interrupted {
		return fmt.Errorf("%s; %s has what was learned by then, and %s is as it was", t.stopped(), report.Model, p.model)
	}
	return nil
}

// prepare does what comes before the first step. It returns the files that data were read of
// and the cost at first, which only the rank that writes wants to know.
func (t *training[T]) prepare(cmd *cobra.Command) (files []model.DataFile, before float64, err error) {
	if t.crew.writes() {
		if err := checkOutput(cmd, "--model", t.model); err != nil {
			return nil, 0, err
		}
		if t.reportPath != "" {
			if err := checkOutput(cmd, "--report", t.reportPath); err != nil {
				return nil, 0, err
			}
		}
	}
	if err := t.load(); err != nil {
		return nil, 0, err
	}
	files, err = t.dataFiles()
	if err == nil {
		err = checkData(cmd, t.repeats, files)
	}
	if err == nil {
		err = t.makeNetwork()
	}
	if err != nil {
		return files, 0, err
	}
	t.announce()
	if t.crew.writes() {
		before, _, err = train.Evaluate(t.net, t.data)
	}
	return files, before, err
}

// interruptedName returns the name of the file for what an interrupted training has learned.
func interruptedName(path string) string {
	return strings.TrimSuffix(path, ".safetensors") + ".interrupted.safetensors"
}

// stopped says where a training was interrupted.
func (t *training[T]) stopped() string {
	return fmt.Sprintf("stopped in epoch %d of %d, after step %d", t.last.Epoch, t.options.Epochs, t.last.Number)
}

// load reads the samples and brings them to the form that the network learns from.
func (t *training[T]) load() error { return t.loadFrom(loadTraining[T]) }

// loadFrom does what load does, with another reader of samples.
func (t *training[T]) loadFrom(read func(*dataSource) (samples[T], error)) (err error) {
	// Outputs of a cost that takes no negative targets are amounts, not standardised ones.
	t.trainPlan.data.encoding.Amounts = t.cost != nil && !t.cost.Targets.Contains(-1)
	if err := t.decodeOrigin(); err != nil {
		return err
	}
	if t.samples, err = read(&t.trainPlan.data); err != nil {
		return err
	}
	t.data, t.test, t.validation = t.samples.training, t.samples.test, t.samples.validation
	if t.data.Len() == 0 {
		return fmt.Errorf("%s: no samples", t.data.Name)
	}
	if t.task() == dataset.Classification && len(t.data.Classes) < 2 {
		return fmt.Errorf("%s: all samples are of the one class %q: want at least two classes", t.data.Name, t.data.Classes[0])
	}
	if t.begin == nil && len(constants(t.data.Scaler)) == t.data.X.Cols {
		return fmt.Errorf("%s: no input varies in the training data: there is nothing to learn from", t.data.Name)
	}
	if err := t.fitsOrigin(); err != nil {
		return err
	}
	if err := t.setClassWeights(t.data.Labels, t.data.Classes); err != nil {
		return err
	}
	if o := t.options; t.task() == dataset.Labels && (len(o.Metrics) > 0 || o.Watch != nil) {
		return usagef("--metrics and --watch are for classes and numbers: of several labels at once there are the cost and the accuracy")
	}
	t.setDefaults()
	if err := t.checkStream(); err != nil {
		return err
	}
	t.fitStream()
	if err := t.checkTargets(); err != nil {
		return err
	}
	t.data, t.test = forCost(t.data, t.cost), forCost(t.test, t.cost)
	if t.validation != nil {
		t.validation = forCost(t.validation, t.cost)
	}
	return nil
}

// judge returns the samples by which epochs are judged.
func (t *training[T]) judge() *train.Data[T] {
	if t.validation != nil {
		return t.validation
	}
	return t.test
}

// parts returns the samples for training, testing and validation.
func (t *training[T]) parts() []*train.Data[T] {
	parts := []*train.Data[T]{t.data, t.test}
	if t.validation != nil {
		parts = append(parts, t.validation)
	}
	return parts
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
	if t.begin != nil {
		return t.continueNetwork()
	}
	cfg := net.Config{Inputs: t.data.X.Cols, Cost: t.cost, InputDropout: t.inputDropout, Init: t.inits[0], Seed: t.options.Seed}
	for _, n := range t.hidden {
		cfg.Layers = append(cfg.Layers, net.Layer{Out: n, Activation: t.activation, Dropout: t.dropout, LayerNorm: t.layerNorm})
	}
	outputs, σ := t.outputs()
	cfg.Layers = append(cfg.Layers, net.Dense(outputs, σ))
	if len(t.inits) > 1 {
		for i := range cfg.Layers {
			cfg.Layers[i].Init = t.inits[i]
		}
	}
	if err := t.setLayerRates(len(cfg.Layers)); err != nil {
		return err
	}
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
	if t.net, err = net.New[T](cfg); err != nil {
		return err
	}
	return setThreshold(t.threshold, t.net, t.task(), len(t.data.Classes))
}

// announce says what is about to be trained, on what.
func (t *training[T]) announce() {
	if !t.json {
		printColumns(t.stderr, t.columns)
	}
	for _, note := range t.notes {
		fmt.Fprintf(t.stderr, "note: %s\n", note)
	}
	validation := ""
	if t.validation != nil {
		validation = fmt.Sprintf(", %d for validation", t.validation.Len())
	}
	fmt.Fprintf(t.stderr, "training %s on %s: %d samples%s and %d for testing (%s, %s)\n",
		shape(t.net), t.data.Name, t.length(), validation, t.test.Len(), t.precision, kernels.ISA())
	if words := thresholdWords(t.net, t.data.Classes); words != "" {
		fmt.Fprintf(t.stderr, "note: threshold %s\n", words)
	}
	if t.test.Len() == 0 {
		fmt.Fprintln(t.stderr, "no samples are kept for testing: only the accuracy on the training data will be known")
	}
	if c := constants(t.data.Scaler); len(c) > 0 {
		fmt.Fprintf(t.stderr, "note: %s constant in the training data and ignored: %s%s\n",
			counted(len(c), "input is", "inputs are"), t.inputNames(c), map[string]string{"f32": " (what varies very little may do so in f64)"}[t.precision])
	}
}

// fit trains, reports every epoch and prints what is wrong with the training. It returns how it went and
// whether a signal ended the training after at least one step; anything else that ends it
// early is an error.
func (t *training[T]) fit(ctx context.Context, flags *pflag.FlagSet, files []model.DataFile) (result train.Result, interrupted bool, err error) {
	// Until here there is nothing to put in order, and a signal ends the program.
	keepTraining()
	ctx, stop := untilSignal(ctx)
	defer stop()
	o := t.options
	t.follow(&o)
	ended := make(chan struct{})
	defer close(ended)
	defer onEnd(ctx, func() {
		if t.screen != nil {
			t.screen.clear()
		}
		fmt.Fprintln(t.stderr, "stopping after this step (ctrl-C again ends at once)")
		t.crew.leave(ended)
	})()
	trainer, err := t.newTrainer(t.net, o)
	if err != nil {
		return result, false, err
	}
	defer trainer.Close()
	rec, err := newRecorder(t, trainer, flags, files)
	if err == nil {
		defer rec.close()
	}
	if err = t.crew.settle("the first step, after the record", err); err == nil && t.crew != nil && t.record.resume {
		err = shareState(t.crew, trainer, t.keyOf(flags, files), rec.resumed)
	}
	if err != nil {
		return result, false, err
	}
	var warnings []train.Warning
	err = rec.run(ctx, o.Epochs)
	if t.screen != nil {
		t.screen.finish()
	}
	if err == nil {
		trainer.TakeBest()
		if warnings, err = trainer.Diagnose(); t.task() == dataset.Labels {
			warnings = slices.DeleteFunc(warnings, ofClasses)
		}
	}
	if note := rec.note(); note != "" {
		fmt.Fprintf(t.stderr, "note: %s\n", note)
	}
	result = trainer.Result()
	result.Warnings = warnings
	for _, w := range warnings {
		fmt.Fprintf(t.stderr, "warning: %v\n", w)
	}
	if errors.Is(err, context.Canceled) && t.last.Number > 0 {
		return result, true, nil
	}
	return result, false, err
}

// ofClasses reports whether a warning is about classes, which several labels are not.
func ofClasses(w train.Warning) bool {
	return slices.Contains([]train.WarningKind{train.OneClassOnly, train.AtChance, train.EmptyClasses, train.NoHiddenLayer}, w.Kind)
}

// follow has epochs and, on a terminal, steps reported.
func (t *training[T]) follow(o *train.Options) {
	if !t.json {
		t.screen = terminalOf(t.stderr, o.Epochs, t.length())
	}
	o.Progress = func(e train.Epoch) {
		e.ValidationAccuracy = t.epochAccuracy(e)
		report := t.newEpochReport(e)
		switch {
		case t.json:
			printJSON(t.stdout, report)
		case t.screen != nil:
			var line strings.Builder
			report.print(&line, o.Epochs)
			t.screen.epoch(line.String())
		default:
			report.print(t.stderr, o.Epochs)
		}
	}
	o.StepProgress = func(r train.StepReport) {
		t.last = r
		if t.screen != nil {
			t.screen.step(r)
		}
	}
}

// checkCost returns an error if the cost after training is no finite number, or more
// than ten times what it was before.
func (t *training[T]) checkCost(cost, before float64, interrupted bool) error {
	if cost <= 10*before && cost <= math.MaxFloat64 {
		return nil
	}
	costs := fmt.Sprintf("its cost is %.4g and was %.4g before the first step", cost, before)
	if interrupted { // and may have gone on to learn
		return fmt.Errorf("%s; no model was written: %s", t.stopped(), costs)
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

// inputNames lists the first of some inputs, which are numbered from 1, by their names if
// they have some.
func (t *training[T]) inputNames(numbers []int) string {
	const most = 5
	var names []string
	for _, j := range numbers[:min(len(numbers), most)] {
		name := fmt.Sprint(j)
		if t.data.Features != nil {
			name = clip(t.data.Features[j-1], 25)
		}
		names = append(names, name)
	}
	if len(numbers) > most {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
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
