package metrics_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/metrics"
)

var tasks = []metrics.Task{
	metrics.Binary(0.5), metrics.Binary(0), metrics.Classes(2), metrics.Classes(3), metrics.Classes(10),
	metrics.Regression(1), metrics.Regression(3),
}

// samples returns n rows of outputs and targets of a task.
func samples[T kernels.Float](task metrics.Task, n int) (y, t kernels.Matrix[T]) {
	r := rand.New(rand.NewPCG(1, uint64(task.Outputs())))
	y, t = kernels.NewMatrix[T](n, task.Outputs()), kernels.NewMatrix[T](n, task.Outputs())
	for k := range n {
		for j := range task.Outputs() {
			y.Row(k)[j] = T(r.IntN(32)) / 32
			if task.Kind() == metrics.Numbers {
				t.Row(k)[j] = T(r.IntN(32)) / 32
			}
		}
		switch {
		case task.Outputs() == 1 && task.Classes() == 2:
			t.Row(k)[0] = T(r.IntN(2))
		case task.Classes() > 0:
			t.Row(k)[r.IntN(task.Classes())] = 1
		}
	}
	return y, t
}

func TestTable(t *testing.T) {
	names := map[string]bool{}
	fits := map[*metrics.Metric]bool{}
	for _, task := range tasks {
		for _, x := range metrics.For(task) {
			fits[x] = true
			if x.For&task.Kind() == 0 {
				t.Errorf("%s is measured for %v", x, task.Kind())
			}
		}
	}
	for _, x := range metrics.All() {
		if names[x.Name] || x.Name != strings.ToLower(x.Name) || strings.ContainsAny(x.Name, " -,") {
			t.Errorf("name %q is there twice, or bad for flags and JSON", x.Name)
		}
		names[x.Name] = true
		if x.Title == "" || !fits[x] {
			t.Errorf("%s: title %q; goes with a task: %v", x, x.Title, fits[x])
		}
		if y, err := metrics.Parse(x.Name); err != nil || y != x {
			t.Errorf("%s is parsed as %v, %v", x, y, err)
		}
	}
	for _, task := range tasks {
		for _, x := range metrics.For(task) {
			if task.Kind() == metrics.Numbers != (x == metrics.MSE || x == metrics.MAE || x == metrics.R2) {
				t.Errorf("%s goes with %v", x, task.Kind())
			}
		}
	}
}

// Of five classes the five largest outputs are all of them.
func TestTop5(t *testing.T) {
	for classes, want := range map[int]bool{2: false, 5: false, 6: true} {
		if got := slices.Contains(metrics.For(metrics.Classes(classes)), metrics.Top5); got != want {
			t.Errorf("%d classes have a top-5 accuracy: %v", classes, got)
		}
	}
}

func TestParse(t *testing.T) {
	own := &metrics.Metric{Name: "mine"}
	if x, err := metrics.Parse("mine", own); x != own || err != nil {
		t.Errorf("own metric: %v, %v", x, err)
	}
	if x, err := metrics.Parse("top_3_accuracy"); err != nil || x.Name != "top_3_accuracy" {
		t.Errorf("top_3_accuracy: %v, %v", x, err)
	}
	for _, name := range []string{"", "top_0_accuracy", "top_-1_accuracy", "top_03_accuracy", "top_x_accuracy", "top_3", "Accuracy"} {
		if _, err := metrics.Parse(name); err == nil || !strings.Contains(err.Error(), "unknown metric \""+name+"\": want one of accuracy, ") {
			t.Errorf("%q: error %v", name, err)
		}
	}
}

func TestBetter(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		x    *metrics.Metric
		a, b float64
		want bool
	}{
		{metrics.Accuracy, 2, 1, true}, {metrics.Accuracy, 1, 2, false}, {metrics.Accuracy, 1, 1, false},
		{metrics.LogLoss, 2, 1, false}, {metrics.LogLoss, 1, 2, true}, {metrics.LogLoss, 1, 1, false},
		{metrics.LogLoss, nan, 1, false}, {metrics.LogLoss, 1, nan, true}, {metrics.Accuracy, nan, nan, false},
	} {
		if got := c.x.Better(c.a, c.b); got != c.want {
			t.Errorf("%s: %v better than %v: %v", c.x, c.a, c.b, got)
		}
	}
}

// Perfect predictions have the best value, and no others a better one.
func TestPerfect(t *testing.T) {
	for _, task := range tasks {
		y, target := samples[float64](task, 200)
		ms := metrics.For(task)
		perfect, other := newMeter[float64](t, task, ms...), newMeter[float64](t, task, ms...)
		if perfect.Add(target, target, nil) != nil || other.Add(y, target, nil) != nil {
			t.Fatal("not added")
		}
		for _, x := range ms {
			if x.Value == nil {
				continue
			}
			want := 0.0
			if x.Larger {
				want = 1
			}
			if v := perfect.Value(x); !(math.Abs(v-want) <= 1e-14) {
				t.Errorf("%v: %s of perfect predictions is %v", task.Kind(), x, v)
			}
			if !x.Better(perfect.Value(x), other.Value(x)) {
				t.Errorf("%v: %s of random predictions is %v", task.Kind(), x, other.Value(x))
			}
		}
	}
}

func TestConstantOutputs(t *testing.T) {
	m := newMeter[float64](t, metrics.Classes(4), metrics.Accuracy, metrics.ROCAUCMacro, metrics.AveragePrecisionMacro, metrics.TopK(2), metrics.LogLoss)
	y := matrix[float64]([][]float64{{.25, .25, .25, .25}, {.25, .25, .25, .25}, {.25, .25, .25, .25}, {.25, .25, .25, .25}, {.25, .25, .25, .25}})
	if err := m.AddLabels(y, []int{0, 1, 2, 3, 3}, nil); err != nil {
		t.Fatal(err)
	}
	near(t, "accuracy", m.Value(metrics.Accuracy), 0.2)
	near(t, "ROC AUC", m.Value(metrics.ROCAUCMacro), 0.5)
	near(t, "average precision", m.Value(metrics.AveragePrecisionMacro), 0.25)
	near(t, "top-2 accuracy", m.Value(metrics.TopK(2)), 0.6)
	near(t, "log loss", m.Value(metrics.LogLoss), math.Log(4))
}

// A class without samples has zeros, and Samples tells why.
func TestClassMissing(t *testing.T) {
	m := newMeter[float64](t, metrics.Classes(4), metrics.For(metrics.Classes(4))...)
	// Class 2 is predicted once but has no samples; class 3 is neither there nor predicted.
	y := matrix[float64]([][]float64{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}})
	if err := m.AddLabels(y, []int{0, 1, 1}, nil); err != nil {
		t.Fatal(err)
	}
	tot := m.Totals()
	for c, want := range []struct {
		samples            int
		support, predicted float64
	}{{1, 1, 1}, {2, 2, 1}, {0, 0, 1}, {0, 0, 0}} {
		if tot.Samples(c) != want.samples || tot.Support(c) != want.support || tot.Predicted(c) != want.predicted {
			t.Errorf("class %d: %d samples, support %v, predicted %v", c, tot.Samples(c), tot.Support(c), tot.Predicted(c))
		}
	}
	near(t, "recall, macro", m.Value(metrics.RecallMacro), (1+0.5+0)/3)
	near(t, "precision, macro", m.Value(metrics.PrecisionMacro), (1+1+0)/3.)
	near(t, "recall, weighted", m.Value(metrics.RecallWeighted), (1+2*0.5)/3)
	auc, ap := m.Result(metrics.ROCAUCMacro), m.Result(metrics.AveragePrecisionMacro)
	for c := range 4 {
		if missing := c > 1; missing != math.IsNaN(auc.Each[c]) || missing != (ap.Each[c] == 0) {
			t.Errorf("class %d: ROC AUC %v, average precision %v", c, auc.Each[c], ap.Each[c])
		}
	}
	near(t, "ROC AUC, macro", auc.Value, (1+0.75)/2)                  // the pair of rows 2 and 1, and that of rows 3 and 1, a tie
	near(t, "average precision, macro", ap.Value, (1+(0.5+2./3/2))/2) // 1 of 1, then 2 of 3
}

// A metric of one class, its mean and its weighted mean have the same parts.
func TestParts(t *testing.T) {
	task := metrics.Classes(2)
	m := newMeter[float64](t, task, metrics.For(task)...)
	y, target := samples[float64](task, 50)
	if err := m.Add(y, target, nil); err != nil {
		t.Fatal(err)
	}
	for _, forms := range [][3]*metrics.Metric{
		{metrics.Precision, metrics.PrecisionMacro, metrics.PrecisionWeighted},
		{metrics.Recall, metrics.RecallMacro, metrics.RecallWeighted},
		{metrics.F1, metrics.F1Macro, metrics.F1Weighted},
		{metrics.ROCAUC, metrics.ROCAUCMacro, metrics.ROCAUCWeighted},
		{metrics.AveragePrecision, metrics.AveragePrecisionMacro, metrics.AveragePrecisionWeighted},
	} {
		want := m.Result(forms[0]).Each
		if len(want) != 2 || !(want[1] == m.Value(forms[0])) {
			t.Errorf("%v: parts %v", forms[0], want)
		}
		for _, x := range forms[1:] {
			if got := m.Result(x).Each; !slices.Equal(want, got) {
				t.Errorf("%v: parts %v, want %v", x, got, want)
			}
		}
	}
}

func TestEmpty(t *testing.T) {
	for _, task := range tasks {
		m := newMeter[float64](t, task, metrics.For(task)...)
		y := kernels.NewMatrix[float64](0, task.Outputs())
		zero := kernels.NewMatrix[float64](1, task.Outputs())
		for range 2 {
			for _, r := range m.Results() {
				if r.Value == r.Value {
					t.Errorf("%v: %s of nothing is %v", task.Kind(), r.Metric, r.Value)
				}
				for i, v := range r.Each {
					if v == v {
						t.Errorf("%v: %s of %d is %v of nothing", task.Kind(), r.Metric, i, v)
					}
				}
			}
			// Neither no rows nor a row of weight 0 changes that.
			zero.Row(0)[0] = math.NaN()
			if err := m.Add(y, y, nil); err != nil {
				t.Fatal(err)
			}
			if err := m.Add(zero, kernels.NewMatrix[float64](1, task.Outputs()), []float64{0}); err != nil {
				t.Fatal(err)
			}
		}
		if m.Totals().Rows() != 0 || m.Totals().NaNs() != 0 {
			t.Errorf("%v: %d rows", task.Kind(), m.Totals().Rows())
		}
	}
}

// A NaN is never right, and what it makes meaningless is NaN.
func TestNaN(t *testing.T) {
	for _, task := range tasks {
		for _, column := range []int{0, task.Outputs() - 1} {
			y, target := samples[float64](task, 20)
			for k := range y.Rows {
				copy(y.Row(k), target.Row(k))
			}
			y.Row(4)[column] = math.NaN()
			m := newMeter[float64](t, task, metrics.For(task)...)
			if err := m.Add(y, target, nil); err != nil {
				t.Fatal(err)
			}
			if m.Totals().NaNs() != 1 || m.Totals().Rows() != 20 {
				t.Errorf("%v: %d rows, %d with NaN", task.Kind(), m.Totals().Rows(), m.Totals().NaNs())
			}
			for _, r := range m.Results() {
				x := r.Metric
				switch {
				case x == metrics.Confusion:
					sum := 0.0
					for _, row := range r.Matrix {
						sum += row[len(row)-1]
					}
					if sum != 1 {
						t.Errorf("%v: %v rows have no class", task.Kind(), sum)
					}
				case x.Needs&(metrics.Scores|metrics.Likelihood) != 0 || task.Kind() == metrics.Numbers:
					if r.Value == r.Value {
						t.Errorf("%v: %s is %v in spite of a NaN", task.Kind(), x, r.Value)
					}
				case x == metrics.Accuracy || x == metrics.RecallWeighted || x == metrics.Top5:
					near(t, x.Name, r.Value, 0.95)
				case strings.HasPrefix(x.Name, "precision"):
					near(t, x.Name, r.Value, 1)
				case !(r.Value <= 1):
					t.Errorf("%v: %s is %v", task.Kind(), x, r.Value)
				}
			}
			n := -1
			if task.Classes() > 0 {
				for c := range task.Classes() {
					if m.Totals().Confusion(c, n) == 1 {
						n = c
					}
				}
				if n < 0 || m.Totals().Right(n) != m.Totals().Support(n)-1 {
					t.Errorf("%v: no class lost a sample", task.Kind())
				}
			}
		}
	}
}

// An R² whose targets are constant doesn't hide a NaN.
func TestNaNBeforeConstantTargets(t *testing.T) {
	m := newMeter[float64](t, metrics.Regression(1), metrics.R2)
	if err := m.Add(matrix[float64]([][]float64{{math.NaN()}, {1}}), matrix[float64]([][]float64{{1}, {1}}), nil); err != nil {
		t.Fatal(err)
	}
	if v := m.Value(metrics.R2); v == v {
		t.Errorf("R² is %v", v)
	}
}

func TestNoProbabilities(t *testing.T) {
	for _, bad := range []float64{-0x1p-1074, 1 + 0x1p-52, math.Inf(1), math.Inf(-1)} {
		m := newMeter[float64](t, metrics.Classes(3), metrics.LogLoss)
		if err := m.AddLabels(matrix[float64]([][]float64{{0.5, 0.5, 0}, {1, 0, bad}}), []int{0, 0}, nil); err != nil {
			t.Fatal(err)
		}
		if v := m.Value(metrics.LogLoss); v == v {
			t.Errorf("log loss with an output of %v is %v", bad, v)
		}
	}
}

// Infinite outputs are larger and smaller than all others.
func TestInfiniteScores(t *testing.T) {
	m := newMeter[float32](t, metrics.Binary(0), metrics.ROCAUC)
	inf := math.Inf(1)
	if err := m.AddLabels(matrix[float32]([][]float64{{inf}, {inf}, {-inf}, {-inf}, {0}, {math.Copysign(0, -1)}}), []int{1, 0, 0, 0, 1, 0}, nil); err != nil {
		t.Fatal(err)
	}
	near(t, "ROC AUC", m.Value(metrics.ROCAUC), (0.5+3+0+2+0.5)/8)
}

// ROC AUC and average precision are what they are defined as.
func TestCurvesByDefinition(t *testing.T) {
	task := metrics.Binary(0.5)
	y, target := samples[float64](task, 150)
	w := make([]float64, y.Rows)
	for k := range w {
		w[k] = float64(1+k%5) / 4
	}
	m := newMeter[float64](t, task, metrics.ROCAUC, metrics.AveragePrecision)
	if err := m.Add(y, target, w); err != nil {
		t.Fatal(err)
	}
	pairs, won, own, ap := 0.0, 0.0, 0.0, 0.0
	for i := range y.Rows {
		if target.Row(i)[0] != 1 {
			continue
		}
		own += w[i]
		above, right := 0.0, 0.0
		for j := range y.Rows {
			if y.Row(j)[0] >= y.Row(i)[0] {
				above += w[j]
				right += w[j] * target.Row(j)[0]
			}
			if target.Row(j)[0] == 0 {
				pairs += w[i] * w[j]
				switch {
				case y.Row(i)[0] > y.Row(j)[0]:
					won += w[i] * w[j]
				case y.Row(i)[0] == y.Row(j)[0]:
					won += w[i] * w[j] / 2
				}
			}
		}
		ap += w[i] * right / above
	}
	near(t, "ROC AUC", m.Value(metrics.ROCAUC), won/pairs)
	near(t, "average precision", m.Value(metrics.AveragePrecision), ap/own)
}

// Whole weights count as copies.
func TestWeightsAreCopies(t *testing.T) {
	for _, task := range tasks {
		y, target := samples[float64](task, 40)
		ms := metrics.For(task)
		weighted, copied := newMeter[float64](t, task, ms...), newMeter[float64](t, task, ms...)
		weights := make([]float64, y.Rows)
		for k := range weights {
			weights[k] = float64(k % 4)
			for range k % 4 {
				if err := copied.Add(y.Slice(k, k+1), target.Slice(k, k+1), nil); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := weighted.Add(y, target, weights); err != nil {
			t.Fatal(err)
		}
		for _, x := range ms {
			if x.Value != nil {
				near(t, x.Name, weighted.Value(x), copied.Value(x))
			}
		}
	}
}

// Scores and weights don't depend on the order of the samples, not by a bit.
func TestOrder(t *testing.T) {
	task := metrics.Classes(3)
	y, target := samples[float64](task, 300)
	a, b := newMeter[float64](t, task, metrics.ROCAUCMacro, metrics.AveragePrecisionMacro), newMeter[float64](t, task, metrics.ROCAUCMacro, metrics.AveragePrecisionMacro)
	r := rand.New(rand.NewPCG(1, 2))
	weights := make([]float64, y.Rows)
	for k := range weights {
		weights[k] = r.Float64() + 0.1
	}
	if err := a.Add(y, target, weights); err != nil {
		t.Fatal(err)
	}
	for k := y.Rows - 1; k >= 0; k-- {
		if err := b.Add(y.Slice(k, k+1), target.Slice(k, k+1), weights[k:k+1]); err != nil {
			t.Fatal(err)
		}
	}
	for _, x := range a.Metrics() {
		if a.Value(x) != b.Value(x) {
			t.Errorf("%s is %v, in reverse order %v", x, a.Value(x), b.Value(x))
		}
	}
}

// Rows can be added after results, weights after rows without, and all again after Reset.
func TestGoingOn(t *testing.T) {
	for _, task := range tasks {
		y, target := samples[float64](task, 200)
		weights := make([]float64, y.Rows)
		for k := range weights {
			weights[k] = 1
			if k >= 100 {
				weights[k] = float64(k%3 + 1)
			}
		}
		ms := metrics.For(task)
		whole, parts := newMeter[float64](t, task, ms...), newMeter[float64](t, task, ms...)
		if err := whole.Add(y, target, weights); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			parts.Reset()
			parts.Results()
			if err := parts.Add(y.Slice(0, 100), target.Slice(0, 100), nil); err != nil {
				t.Fatal(err)
			}
			parts.Results()
			if err := parts.Add(y.Slice(100, 200), target.Slice(100, 200), weights[100:]); err != nil {
				t.Fatal(err)
			}
			for _, x := range ms {
				if x.Value != nil && parts.Value(x) != whole.Value(x) {
					t.Errorf("%v: %s is %v, want %v", task.Kind(), x, parts.Value(x), whole.Value(x))
				}
			}
		}
	}
}

// Labels and targets that name the same classes do the same.
func TestLabelsAndTargets(t *testing.T) {
	for _, task := range tasks {
		if task.Kind() == metrics.Numbers {
			continue
		}
		y, target := samples[float32](task, 50)
		labels := make([]int, y.Rows)
		for k := range labels {
			for j, v := range target.Row(k) {
				if v == 1 {
					labels[k] = max(j, 2-task.Outputs())
				}
			}
		}
		a, b := newMeter[float32](t, task, metrics.For(task)...), newMeter[float32](t, task, metrics.For(task)...)
		if err := a.Add(y, target, nil); err != nil {
			t.Fatal(err)
		}
		if err := b.AddLabels(y, labels, nil); err != nil {
			t.Fatal(err)
		}
		for _, x := range a.Metrics() {
			if x.Value != nil && a.Value(x) != b.Value(x) {
				t.Errorf("%v: %s is %v with targets, %v with labels", task.Kind(), x, a.Value(x), b.Value(x))
			}
		}
	}
}

func TestAllocations(t *testing.T) {
	for _, task := range tasks {
		y, target := samples[float32](task, 64)
		weights := make([]float32, y.Rows)
		labels := make([]int, y.Rows)
		for k := range weights {
			weights[k] = float32(k % 3)
		}
		m := newMeter[float32](t, task, metrics.For(task)...)
		m.Reserve(64 * 4)
		if err := m.Add(y, target, weights); err != nil { // makes room for weights
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(10, func() {
			m.Reset()
			for range 2 {
				if m.Add(y, target, weights) != nil || m.Add(y, target, nil) != nil {
					panic("not added")
				}
			}
			if task.Classes() > 0 {
				m.Reset()
				if m.AddLabels(y, labels, weights) != nil {
					panic("not added")
				}
			}
		}); n != 0 {
			t.Errorf("%v: adding batches allocates %v times", task.Kind(), n)
		}
	}
}

func TestErrorsOfNew(t *testing.T) {
	value := func(*metrics.Totals) float64 { return 0 }
	for want, c := range map[string]struct {
		task metrics.Task
		ms   []*metrics.Metric
	}{
		"no task: want Binary, Classes or Regression":          {metrics.Task{}, metrics.All()},
		"the threshold is NaN":                                 {metrics.Binary(math.NaN()), metrics.All()},
		"1 outputs for classes: want at least 2, or Binary":    {metrics.Classes(1), metrics.All()},
		"0 outputs: want at least 1":                           {metrics.Regression(0), metrics.All()},
		"no metrics: want some":                                {metrics.Regression(1), nil},
		"a metric is nil":                                      {metrics.Regression(1), []*metrics.Metric{nil}},
		"a metric has no name":                                 {metrics.Regression(1), []*metrics.Metric{{}}},
		"metric m has neither Value nor Each":                  {metrics.Regression(1), []*metrics.Metric{{Name: "m", For: metrics.Numbers}}},
		"metric m needs what there isn't: 0x80":                {metrics.Regression(1), []*metrics.Metric{{Name: "m", For: metrics.Numbers, Needs: 0x81, Value: value}}},
		"metric m needs classes: the task is regression":       {metrics.Regression(1), []*metrics.Metric{{Name: "m", For: metrics.Numbers, Needs: metrics.Ranks, Value: value}}},
		"two metrics are named mse":                            {metrics.Regression(1), []*metrics.Metric{metrics.MSE, metrics.MSE}},
		"accuracy is for two classes or three classes or more": {metrics.Regression(1), []*metrics.Metric{metrics.Accuracy}},
		"f1 is for two classes: the task is three classes":     {metrics.Classes(3), []*metrics.Metric{metrics.F1}},
		"mse is for regression: the task is two classes":       {metrics.Binary(0), []*metrics.Metric{metrics.MSE}},
		"top_5_accuracy of 5 classes is always 1: want fewer":  {metrics.Classes(5), []*metrics.Metric{metrics.Top5}},
	} {
		if _, err := metrics.New[float32](c.task, c.ms...); err == nil || !strings.HasPrefix(err.Error(), "metrics: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// A batch with an error adds nothing.
func TestErrorsOfAdd(t *testing.T) {
	good := matrix[float64]([][]float64{{0, 1, 0}, {1, 0, 0}})
	bad := matrix[float64]([][]float64{{0, 1, 0}, {1, 0, math.NaN()}})
	infinite := matrix[float64]([][]float64{{0, math.Inf(-1), 0}, {1, 0, 0}})
	short := kernels.Matrix[float64]{Rows: 2, Cols: 3, Stride: 3, Data: make([]float64, 5)}
	numbers := newMeter[float64](t, metrics.Regression(3), metrics.MSE)
	classes := newMeter[float64](t, metrics.Classes(3), metrics.For(metrics.Classes(3))...)
	for _, c := range []struct {
		want string
		err  error
	}{
		{"outputs: 5 elements of data, too few for 2 rows of 3 with stride 3", numbers.Add(short, good, nil)},
		{"outputs have 2 columns: the task has 3", numbers.Add(kernels.NewMatrix[float64](2, 2), good, nil)},
		{"targets are 1×3 and outputs 2×3", numbers.Add(good, good.Slice(0, 1), nil)},
		{"targets: 5 elements of data", numbers.Add(good, short, nil)},
		{"1 weights for 2 rows", numbers.Add(good, good, []float64{1})},
		{"0 weights for 2 rows", numbers.Add(good, good, []float64{})},
		{"the weight of row 2 is -1: want a finite number of at least 0", numbers.Add(good, good, []float64{1, -1})},
		{"the weight of row 1 is NaN", classes.Add(good, good, []float64{math.NaN(), 1})},
		{"the weight of row 2 is +Inf", classes.AddLabels(good, []int{1, 1}, []float64{1, math.Inf(1)})},
		{"target row 2, column 3 is NaN: want a finite number", numbers.Add(good, bad, nil)},
		{"target row 2, column 3 is NaN: want a finite number", classes.Add(good, bad, nil)},
		{"target row 1, column 2 is -Inf: want a finite number", numbers.Add(good, infinite, nil)},
		{"labels for a regression", numbers.AddLabels(good, []int{1, 1}, nil)},
		{"1 labels for 2 rows", classes.AddLabels(good, []int{1}, nil)},
		{"the label of row 2 is 3: want 0…2", classes.AddLabels(good, []int{1, 3}, nil)},
		{"the label of row 1 is -1: want 0…2", classes.AddLabels(good, []int{-1, 3}, nil)},
	} {
		if c.err == nil || !strings.HasPrefix(c.err.Error(), "metrics: ") || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("error %v, want %q", c.err, c.want)
		}
	}
	if n := numbers.Totals().Rows() + classes.Totals().Rows(); n != 0 {
		t.Errorf("%d rows were added", n)
	}
}

func TestErrorsOfMerge(t *testing.T) {
	m := newMeter[float64](t, metrics.Binary(0), metrics.Accuracy)
	for want, err := range map[string]error{
		"with itself": m.Merge(m),
		"different tasks are merged: two classes with 1 outputs and regression with 2": m.Merge(newMeter[float64](t, metrics.Regression(2), metrics.MSE)),
		"different tasks": m.Merge(newMeter[float64](t, metrics.Binary(0.5), metrics.Accuracy)),
		"different needs": m.Merge(newMeter[float64](t, metrics.Binary(0), metrics.LogLoss)),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if err := m.Merge(newMeter[float64](t, metrics.Binary(0), metrics.F1)); err != nil {
		t.Error(err) // the same needs
	}
}

func TestPanics(t *testing.T) {
	m := newMeter[float64](t, metrics.Classes(3), metrics.Accuracy)
	with := newMeter[float64](t, metrics.Classes(3), metrics.Confusion)
	for want, f := range map[string]func(){
		"metrics: Value: the meter doesn't keep what the metric needs, or it is for another task": func() { m.Value(metrics.LogLoss) },
		"metrics: no metric of the meter needs this: declare it in Needs":                         func() { m.Totals().ROCAUC(0) },
		"metrics: Confusion: there is no such class":                                              func() { with.Totals().Confusion(0, 3) },
		"metrics: Reserve: the number of rows is negative":                                        func() { m.Reserve(-1) },
		"metrics: TopK: k is less than 1":                                                         func() { metrics.TopK(0) },
	} {
		func() {
			defer func() {
				if p := recover(); p != want {
					t.Errorf("panic %v, want %q", p, want)
				}
			}()
			f()
		}()
	}
	defer func() {
		if recover() == nil {
			t.Error("accuracy of a regression doesn't panic")
		}
	}()
	newMeter[float64](t, metrics.Regression(1), metrics.MSE).Value(metrics.Accuracy)
}

// A metric of one's own may ask for ranks where there is one output, too.
func TestOwnMetric(t *testing.T) {
	own := &metrics.Metric{Name: "first", For: metrics.TwoClasses, Needs: metrics.Ranks | metrics.Matrix, Larger: true,
		Value: func(t *metrics.Totals) float64 { return t.AmongLargest(1) },
		Each:  func(t *metrics.Totals, c int) float64 { return t.Confusion(c, 1-c) }}
	m := newMeter[float64](t, metrics.Binary(0.5), own)
	if err := m.AddLabels(matrix[float64]([][]float64{{1}, {0}, {0}}), []int{1, 1, 0}, nil); err != nil {
		t.Fatal(err)
	}
	r := m.Result(own)
	if r.Value != 2 || r.Each[0] != 0 || r.Each[1] != 1 || m.Totals().AmongLargest(2) != 3 {
		t.Errorf("%+v", r)
	}
}
