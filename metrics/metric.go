package metrics

import (
	"fmt"
	"strconv"
	"strings"

	rows "github.com/nabla-go/nabla/internal/table"
)

// A Needs says what a metric needs of the samples beyond the few sums that every
// meter keeps.
type Needs uint8

const (
	Matrix     Needs = 1 << iota // [Totals.Confusion]
	Ranks                        // [Totals.AmongLargest]
	Likelihood                   // [Totals.LogLikelihood]
	Scores                       // [Totals.ROCAUC] and [Totals.AveragePrecision]: memory for each row

	allNeeds = Matrix | Ranks | Likelihood | Scores
)

// A Metric measures predictions. Metrics are compared by pointer. One of your own
// needs Name, For, and Value or Each.
type Metric struct {
	Name   string // for flags and JSON
	Title  string // for people
	Larger bool   // larger is better
	For    Kind   // the tasks that it goes with
	Needs  Needs  // what Value and Each ask Totals for

	// Value returns the metric as one number. It is nil for the confusion matrix.
	Value func(*Totals) float64
	// Each returns the metric of one class, or of one output of a regression. It is
	// nil if the metric has no such parts.
	Each func(t *Totals, i int) float64

	k int // of top-k accuracy
}

// String returns the name.
func (x *Metric) String() string { return x.Name }

// Better reports whether value a is better than b. Any number is better than NaN.
func (x *Metric) Better(a, b float64) bool {
	switch {
	case a != a || b != b:
		return a == a && b != b
	case x.Larger:
		return a > b
	}
	return a < b
}

// The metrics. The documentation of the package defines them.
var (
	Accuracy = &Metric{Name: "accuracy", Title: "accuracy", Larger: true, For: AnyClasses, Value: accuracy}
	Top5     = TopK(5)

	Precision         = class1("precision", "precision", 0, precision)
	PrecisionMacro    = macro("precision", "precision", 0, precision, occurs)
	PrecisionWeighted = weighted("precision", "precision", 0, precision, occurs)
	Recall            = class1("recall", "recall", 0, recall)
	RecallMacro       = macro("recall", "recall", 0, recall, occurs)
	RecallWeighted    = weighted("recall", "recall", 0, recall, occurs)
	F1                = class1("f1", "F1", 0, f1)
	F1Macro           = macro("f1", "F1", 0, f1, occurs)
	F1Weighted        = weighted("f1", "F1", 0, f1, occurs)

	ROCAUC                   = class1("roc_auc", "area under the ROC curve", Scores, (*Totals).ROCAUC)
	ROCAUCMacro              = macro("roc_auc", "area under the ROC curve", Scores, (*Totals).ROCAUC, hasBoth)
	ROCAUCWeighted           = weighted("roc_auc", "area under the ROC curve", Scores, (*Totals).ROCAUC, hasBoth)
	AveragePrecision         = class1("average_precision", "average precision", Scores, (*Totals).AveragePrecision)
	AveragePrecisionMacro    = macro("average_precision", "average precision", Scores, (*Totals).AveragePrecision, hasSamples)
	AveragePrecisionWeighted = weighted("average_precision", "average precision", Scores, (*Totals).AveragePrecision, hasSamples)

	LogLoss = &Metric{Name: "log_loss", Title: "log loss", For: AnyClasses, Needs: Likelihood, Value: logLoss}

	// Confusion is the matrix of numbers of samples by class and predicted class. It
	// has no single value.
	Confusion = &Metric{Name: "confusion_matrix", Title: "confusion matrix", For: AnyClasses, Needs: Matrix}

	MSE = overOutputs("mse", "mean squared error", false, mse)
	MAE = overOutputs("mae", "mean absolute error", false, mae)
	R2  = overOutputs("r2", "R², coefficient of determination", true, r2)
)

// table has a row for each metric, in the order in which they are listed.
var table = []*Metric{
	Accuracy, Top5,
	Precision, PrecisionMacro, PrecisionWeighted,
	Recall, RecallMacro, RecallWeighted,
	F1, F1Macro, F1Weighted,
	ROCAUC, ROCAUCMacro, ROCAUCWeighted,
	AveragePrecision, AveragePrecisionMacro, AveragePrecisionWeighted,
	LogLoss, Confusion,
	MSE, MAE, R2,
}

// topPrefix and topSuffix are around the k in the name of top-k accuracy.
const topPrefix, topSuffix = "top_", "_accuracy"

// TopK is the share of rows whose class is among the k largest outputs; k ≥ 1, and
// less than the number of classes.
// It panics if k < 1.
func TopK(k int) *Metric {
	if k < 1 {
		panic(topK)
	}
	return &Metric{
		Name: topPrefix + strconv.Itoa(k) + topSuffix, Title: fmt.Sprintf("top-%d accuracy", k),
		Larger: true, For: ManyClasses, Needs: Ranks, k: k,
		Value: func(t *Totals) float64 { return t.AmongLargest(k) / t.Weight() },
	}
}

func class1(name, title string, needs Needs, each func(*Totals, int) float64) *Metric {
	return &Metric{Name: name, Title: title + " of class 1", Larger: true, For: TwoClasses, Needs: needs,
		Each: each, Value: func(t *Totals) float64 { return each(t, 1) }}
}

func macro(name, title string, needs Needs, each func(*Totals, int) float64, over func(*Totals, int) bool) *Metric {
	return &Metric{Name: name + "_macro", Title: title + ", mean over classes", Larger: true, For: AnyClasses, Needs: needs,
		Each: each, Value: func(t *Totals) float64 {
			return mean(t, each, over, func(int) float64 { return 1 })
		}}
}

func weighted(name, title string, needs Needs, each func(*Totals, int) float64, over func(*Totals, int) bool) *Metric {
	return &Metric{Name: name + "_weighted", Title: title + ", mean over classes weighted by their samples", Larger: true, For: AnyClasses, Needs: needs,
		Each: each, Value: func(t *Totals) float64 { return mean(t, each, over, t.Support) }}
}

func overOutputs(name, title string, larger bool, each func(*Totals, int) float64) *Metric {
	return &Metric{Name: name, Title: title, Larger: larger, For: Numbers, Each: each, Value: func(t *Totals) float64 {
		sum := 0.0
		for j := range t.task.outputs {
			sum += each(t, j)
		}
		return sum / float64(t.task.outputs)
	}}
}

// mean returns the weighted mean of each over some of the classes, NaN if it is over none.
func mean(t *Totals, each func(*Totals, int) float64, over func(*Totals, int) bool, weight func(int) float64) float64 {
	sum, total := 0.0, 0.0
	for c := range t.task.Classes() {
		if over(t, c) {
			sum += float64(weight(c) * each(t, c))
			total += weight(c)
		}
	}
	return sum / total
}

// Which classes an average is over.
func occurs(t *Totals, c int) bool     { return t.Samples(c) > 0 || t.Predicted(c) > 0 }
func hasSamples(t *Totals, c int) bool { return t.Samples(c) > 0 }
func hasBoth(t *Totals, c int) bool    { return t.Samples(c) > 0 && t.Samples(c) < t.Rows() }

func accuracy(t *Totals) float64 {
	right := 0.0
	for c := range t.task.Classes() {
		right += t.Right(c)
	}
	return right / t.Weight()
}

func precision(t *Totals, c int) float64 { return ratio(t.Right(c), t.Predicted(c)) }
func recall(t *Totals, c int) float64    { return ratio(t.Right(c), t.Support(c)) }
func f1(t *Totals, c int) float64        { return ratio(2*t.Right(c), t.Predicted(c)+t.Support(c)) }

// ratio returns a/b, or 0 if there is nothing to divide by.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

func logLoss(t *Totals) float64 { return -t.LogLikelihood() / t.Weight() }

func mse(t *Totals, j int) float64 { return t.SquaredError(j) / t.Weight() }
func mae(t *Totals, j int) float64 { return t.AbsoluteError(j) / t.Weight() }

func r2(t *Totals, j int) float64 {
	errors, variation := t.SquaredError(j), t.Variation(j)
	switch {
	case errors != errors || t.Rows() < 2:
		return nan
	case errors == 0:
		return 1
	case variation == 0:
		return 0
	}
	return 1 - errors/variation
}

// All returns the table of metrics, a copy.
func All() []*Metric { return append([]*Metric(nil), table...) }

// For returns the metrics of the table that go with a task.
func For(task Task) []*Metric {
	var fitting []*Metric
	for _, x := range table {
		if x.check(task) == nil {
			fitting = append(fitting, x)
		}
	}
	return fitting
}

// Parse returns the metric of a name: one of the table, top_K_accuracy for any K ≥ 1,
// or one of more.
func Parse(name string, more ...*Metric) (*Metric, error) {
	x, err := rows.Find("metric", name, table, more)
	if err == nil {
		return x, nil
	}
	if rest, ok := strings.CutPrefix(name, topPrefix); ok {
		if digits, ok := strings.CutSuffix(rest, topSuffix); ok {
			if k, err := strconv.Atoi(digits); err == nil && k >= 1 && strconv.Itoa(k) == digits {
				return TopK(k), nil
			}
		}
	}
	return nil, fmt.Errorf("metrics: %w, or top_K_accuracy for any K", err)
}

// check returns an error if x can't measure a task.
func (x *Metric) check(task Task) error {
	switch {
	case x == nil:
		return fmt.Errorf("a metric is nil")
	case x.Name == "":
		return fmt.Errorf("a metric has no name")
	case x.Needs&^allNeeds != 0:
		return fmt.Errorf("metric %s needs what there isn't: %#x", x.Name, x.Needs&^allNeeds)
	case x.Value == nil && x.Each == nil && x != Confusion:
		return fmt.Errorf("metric %s has neither Value nor Each", x.Name)
	case x.For&task.kind == 0:
		return fmt.Errorf("metric %s is for %v: the task is %v", x.Name, x.For, task.kind)
	case task.kind == Numbers && x.Needs != 0:
		return fmt.Errorf("metric %s needs classes: the task is %v", x.Name, task.kind)
	case x.k >= task.Classes() && x.k != 0:
		return fmt.Errorf("metric %s of %d classes is always 1: want fewer than %d", x.Name, task.Classes(), task.Classes())
	}
	return nil
}
