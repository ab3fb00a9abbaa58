package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/metrics"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// epochReport is what --json tells of an epoch.
type epochReport struct {
	Epoch        int     `json:"epoch"`
	Cost         number  `json:"cost"`
	TestCost     number  `json:"test_cost"`     // null if there are validation data
	TestAccuracy number  `json:"test_accuracy"` // the same
	Seconds      float64 `json:"seconds"`

	ValidationCost     *number           `json:"validation_cost,omitempty"`
	ValidationAccuracy *number           `json:"validation_accuracy,omitempty"`
	Metrics            map[string]number `json:"metrics,omitempty"` // of the validation data, or of the test data if there are none

	names []string // of the metrics, in the order of --metrics
}

// newEpochReport says how an epoch went.
func (t *training[T]) newEpochReport(e train.Epoch) epochReport {
	cost, accuracy := number(e.ValidationCost), number(e.ValidationAccuracy)
	r := epochReport{Epoch: e.Number, Cost: number(e.Cost), TestCost: cost, TestAccuracy: accuracy, Seconds: e.Elapsed.Seconds()}
	if t.validation != nil {
		r.TestCost, r.TestAccuracy = number(math.NaN()), number(math.NaN())
		r.ValidationCost, r.ValidationAccuracy = &cost, &accuracy
	}
	for i, m := range t.options.Metrics {
		if r.Metrics == nil {
			r.Metrics = make(map[string]number)
		}
		r.names, r.Metrics[m.Name] = append(r.names, m.Name), number(e.Metrics[i])
	}
	return r
}

func (r epochReport) print(w io.Writer, epochs int) {
	fmt.Fprintf(w, "epoch %*d/%d  cost %-9.4g", len(strconv.Itoa(epochs)), r.Epoch, epochs, float64(r.Cost))
	name, accuracy := "test accuracy", r.TestAccuracy
	if r.ValidationCost != nil {
		fmt.Fprintf(w, "  validation %-9.4g", float64(*r.ValidationCost))
		name, accuracy = "accuracy", *r.ValidationAccuracy
	}
	if !math.IsNaN(float64(accuracy)) {
		fmt.Fprintf(w, "  %s %6.2f %%", name, 100*accuracy)
	}
	for _, m := range r.names {
		fmt.Fprintf(w, "  %s %.4g", m, float64(r.Metrics[m]))
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
	Report        string `json:"report,omitempty"`
	TestR2        number `json:"test_r2"`
	TestMAE       number `json:"test_mae"`
	Majority      number `json:"majority_share"` // of the most frequent class of the test data, or of the training data if there are none
	Task          string `json:"task"`
	Seconds       number `json:"seconds"` // from the first step to the last test

	BestEpoch    int               `json:"best_epoch,omitempty"` // with early stopping: the one whose parameters were taken
	Steps        int               `json:"steps,omitempty"`      // of a training that was interrupted
	StoppedEarly bool              `json:"stopped_early,omitempty"`
	Metrics      map[string]number `json:"metrics,omitempty"` // of the test data, or of the training data if there are none

	TrainJudged int `json:"train_judged,omitempty"` // of a stream: samples that accuracy and cost of the training are of

	trainR2 number
	names   []string // of the metrics, in the order of --metrics
	absent  []string // classes that the test data lack
}

// newReport evaluates the trained network.
func (t *training[T]) newReport() (r trainReport, err error) {
	nan := number(math.NaN())
	r = trainReport{
		TestAccuracy: nan, TestSamples: t.test.Len(), TrainSamples: t.length(), Fingerprint: t.net.Fingerprint(),
		TestR2: nan, TestMAE: nan, Majority: nan, Task: t.task().String(), trainR2: nan,
	}
	if t.stream != nil && t.data.Len() < t.length() {
		r.TrainJudged = t.data.Len()
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
	return r, t.measure(&r, set)
}

// measure adds the metrics that were asked for.
func (t *training[T]) measure(r *trainReport, set *train.Data[T]) error {
	if len(t.options.Metrics) == 0 {
		return nil
	}
	meter, err := t.meter(set, t.options.Metrics...)
	if err != nil {
		return err
	}
	r.Metrics = make(map[string]number)
	for _, m := range t.options.Metrics {
		r.names = append(r.names, m.Name)
		r.Metrics[m.Name] = number(meter.Value(m))
	}
	return nil
}

// meter measures the network on samples. Numbers are measured in the units that the targets
// have.
func (t *training[T]) meter(set *train.Data[T], ms ...*metrics.Metric) (*metrics.Meter[T], error) {
	meter, err := metrics.New[T](train.TaskOf(t.net, set), ms...)
	if err != nil {
		return nil, usagef("--metrics: %w", err)
	}
	for i := 0; i < set.Len() && err == nil; i += net.PredictBatch { // so that outputs of all samples and classes need no memory
		k := min(i+net.PredictBatch, set.Len())
		y := t.net.Predict(set.X.Slice(i, k))
		switch {
		case set.Labels != nil:
			err = meter.AddLabels(y, set.Labels[i:k], nil)
		case t.task() == dataset.Regression:
			targets := kernels.NewMatrix[T](k-i, set.T.Cols)
			for j := range targets.Rows {
				copy(targets.Row(j), set.T.Row(i+j))
			}
			dataset.Restore(t.encoder, targets)
			dataset.Restore(t.encoder, y)
			err = meter.Add(y, targets, nil)
		default:
			err = meter.Add(y, set.T.Slice(i, k), nil)
		}
	}
	return meter, err
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

// epochAccuracy returns the accuracy after an epoch. That of several labels at once, the
// share of them that are right, is none of package train's.
func (t *training[T]) epochAccuracy(e train.Epoch) float64 {
	if t.task() != dataset.Labels || t.judge().Len() == 0 {
		return e.ValidationAccuracy
	}
	_, accuracy, _, _, err := t.scores(t.judge())
	if err != nil {
		return math.NaN()
	}
	if t.ofLabels == nil {
		t.ofLabels = make(map[int]float64)
	}
	t.ofLabels[e.Number] = float64(accuracy)
	return float64(accuracy)
}

// withAccuracies returns epochs with their accuracies; one of several labels that was
// trained before a resumption has none.
func (t *training[T]) withAccuracies(epochs []train.Epoch) []train.Epoch {
	if t.task() != dataset.Labels {
		return epochs
	}
	all := slices.Clone(epochs)
	for i := range all {
		accuracy, ok := t.ofLabels[all[i].Number]
		if !ok {
			accuracy = math.NaN()
		}
		all[i].ValidationAccuracy = accuracy
	}
	return all
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

// judged says how many samples the accuracy of the training is of.
func (r trainReport) judged() string {
	if r.TrainJudged > 0 {
		return fmt.Sprintf("%d of %d samples", r.TrainJudged, r.TrainSamples)
	}
	return fmt.Sprintf("%d samples", r.TrainSamples)
}

func (r trainReport) print(w io.Writer) {
	isNumber := func(x number) bool { return x == x }
	switch {
	case isNumber(r.trainR2):
		if r.TestSamples > 0 {
			fmt.Fprintf(w, "test R²            %.4f, mean absolute error %.6g, of %d samples\n", float64(r.TestR2), float64(r.TestMAE), r.TestSamples)
		}
		fmt.Fprintf(w, "training R²        %.4f of %s\n", float64(r.trainR2), r.judged())
	default:
		if r.TestSamples > 0 {
			fmt.Fprintf(w, "test accuracy      %.2f %% of %d samples\n", 100*r.TestAccuracy, r.TestSamples)
		}
		fmt.Fprintf(w, "training accuracy  %.2f %% of %s\n", 100*r.TrainAccuracy, r.judged())
		if isNumber(r.Majority) {
			fmt.Fprintf(w, "most frequent      %.2f %% are of the most frequent class\n", 100*r.Majority)
		}
		if len(r.absent) > 0 && r.TestSamples > 0 {
			fmt.Fprintf(w, "                   the test data have no sample of %s\n", strings.Join(r.absent, ", "))
		}
	}
	for _, name := range r.names {
		fmt.Fprintf(w, "%-18s %.4f\n", name, float64(r.Metrics[name]))
	}
	if r.BestEpoch > 0 {
		fmt.Fprintf(w, "best epoch         %d of %d\n", r.BestEpoch, r.Epochs)
	}
	fmt.Fprintf(w, "fingerprint        %s\n", r.Fingerprint)
	fmt.Fprintf(w, "model              %s\n", r.Model)
	if r.Report != "" {
		fmt.Fprintf(w, "report             %s\n", r.Report)
	}
}
