package metrics_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/metrics"
)

// A referenceCase is samples with what scikit-learn makes of them.
type referenceCase struct {
	name             string
	task             metrics.Task
	outputs, targets [][]float64 // targets of regressions
	labels           []int       // of classes
	weights          []float64
	value            map[*metrics.Metric]float64
	each             map[*metrics.Metric][]*float64 // nil for what is undefined
	confusion        [][]float64
}

// A scored is a precision, recall and F1, of all classes or on average.
type scored[V any] struct{ Precision, Recall, F1 V }

// referenceCases reads the values that the program in tools/reference has had from
// scikit-learn.
func referenceCases(t *testing.T) (cases []referenceCase) {
	t.Helper()
	data, err := os.ReadFile("../tools/reference/testdata/metrics.json")
	if err != nil {
		t.Fatal(err)
	}
	type classification struct {
		Name      string
		Labels    []int
		Weights   []float64 `json:"sample_weight"`
		Accuracy  float64
		Confusion [][]float64
		PerClass  scored[[]*float64] `json:"per_class"`
		Macro     scored[float64]
		Weighted  scored[float64]
		LogLoss   *float64 `json:"log_loss"`
	}
	var file struct {
		Classes []struct {
			classification
			Scores      [][]float64
			TopK        map[string]float64 `json:"top_k"`
			AUC         []*float64         `json:"auc_per_class"`
			AUCMacro    *float64           `json:"auc_macro_of_defined"`
			AUCWeighted *float64           `json:"auc_weighted"`
			AP          []*float64         `json:"average_precision_per_class"`
			APMacro     *float64           `json:"average_precision_macro"`
			APWeighted  *float64           `json:"average_precision_weighted"`
		}
		Binary []struct {
			classification
			scored[float64]
			Scores    []float64
			Threshold float64
			AUC       *float64
			AP        *float64 `json:"average_precision"`
		}
		Regression []struct {
			Name         string
			T, A         [][]float64
			Weights      []float64 `json:"sample_weight"`
			MSE, MAE, R2 float64
			MSEs         []*float64 `json:"mse_per_output"`
			MAEs         []*float64 `json:"mae_per_output"`
			R2s          []*float64 `json:"r2_per_output"`
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	set := func(c *referenceCase, x *metrics.Metric, v *float64) {
		if v != nil {
			c.value[x] = *v
		}
	}
	ofClasses := func(c *classification, task metrics.Task, outputs [][]float64) referenceCase {
		r := referenceCase{name: c.Name, task: task, outputs: outputs, labels: c.Labels, weights: c.Weights, confusion: c.Confusion,
			value: map[*metrics.Metric]float64{
				metrics.Accuracy:       c.Accuracy,
				metrics.PrecisionMacro: c.Macro.Precision, metrics.RecallMacro: c.Macro.Recall, metrics.F1Macro: c.Macro.F1,
				metrics.PrecisionWeighted: c.Weighted.Precision, metrics.RecallWeighted: c.Weighted.Recall, metrics.F1Weighted: c.Weighted.F1,
			},
			each: map[*metrics.Metric][]*float64{metrics.PrecisionMacro: c.PerClass.Precision, metrics.RecallMacro: c.PerClass.Recall, metrics.F1Macro: c.PerClass.F1},
		}
		set(&r, metrics.LogLoss, c.LogLoss)
		return r
	}
	for _, c := range file.Classes {
		r := ofClasses(&c.classification, metrics.Classes(len(c.Scores[0])), c.Scores)
		set(&r, metrics.ROCAUCMacro, c.AUCMacro)
		set(&r, metrics.ROCAUCWeighted, c.AUCWeighted)
		set(&r, metrics.AveragePrecisionMacro, c.APMacro)
		set(&r, metrics.AveragePrecisionWeighted, c.APWeighted)
		r.each[metrics.ROCAUCMacro], r.each[metrics.AveragePrecisionMacro] = c.AUC, c.AP
		for k, v := range c.TopK {
			x, err := metrics.Parse("top_" + k + "_accuracy")
			if err != nil {
				t.Fatal(err)
			}
			if k == "5" {
				x = metrics.Top5
			}
			r.value[x] = v
		}
		cases = append(cases, r)
	}
	for _, c := range file.Binary {
		column := make([][]float64, len(c.Scores))
		for k, s := range c.Scores {
			column[k] = []float64{s}
		}
		r := ofClasses(&c.classification, metrics.Binary(c.Threshold), column)
		r.value[metrics.Precision], r.value[metrics.Recall], r.value[metrics.F1] = c.Precision, c.Recall, c.F1
		set(&r, metrics.ROCAUC, c.AUC)
		set(&r, metrics.AveragePrecision, c.AP)
		cases = append(cases, r)
	}
	for _, c := range file.Regression {
		cases = append(cases, referenceCase{name: c.Name, task: metrics.Regression(len(c.T[0])), outputs: c.A, targets: c.T, weights: c.Weights,
			value: map[*metrics.Metric]float64{metrics.MSE: c.MSE, metrics.MAE: c.MAE, metrics.R2: c.R2},
			each:  map[*metrics.Metric][]*float64{metrics.MSE: c.MSEs, metrics.MAE: c.MAEs, metrics.R2: c.R2s}})
	}
	return cases
}

func matrix[T kernels.Float](rows [][]float64) kernels.Matrix[T] {
	m := kernels.NewMatrix[T](len(rows), len(rows[0]))
	for i, row := range rows {
		copy(m.Row(i), vector[T](row))
	}
	return m
}

func vector[T kernels.Float](v []float64) []T {
	if v == nil {
		return nil
	}
	s := make([]T, len(v))
	for i, x := range v {
		s[i] = T(x)
	}
	return s
}

// fill adds rows lo to hi of c to m, in batches.
func fill[T kernels.Float](t *testing.T, m *metrics.Meter[T], c *referenceCase, lo, hi, batch int) {
	t.Helper()
	for i := lo; i < hi; i += batch {
		j := min(i+batch, hi)
		y, weights := matrix[T](c.outputs[i:j]), []T(nil)
		if c.weights != nil {
			weights = vector[T](c.weights[i:j])
		}
		var err error
		if c.targets != nil {
			err = m.Add(y, matrix[T](c.targets[i:j]), weights)
		} else {
			err = m.AddLabels(y, c.labels[i:j], weights)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func newMeter[T kernels.Float](t *testing.T, task metrics.Task, ms ...*metrics.Metric) *metrics.Meter[T] {
	t.Helper()
	m, err := metrics.New[T](task, ms...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// near fails unless got is want to a relative error of 1e-13, or to 1e-15 near 0.
func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-13*math.Abs(want)+1e-15) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestReference(t *testing.T) {
	seen := map[*metrics.Metric]bool{}
	for _, c := range referenceCases(t) {
		ms := metrics.For(c.task)
		for x := range c.value {
			if !slices.Contains(ms, x) {
				ms = append(ms, x) // top-k
			}
		}
		m := newMeter[float64](t, c.task, ms...)
		fill(t, m, &c, 0, len(c.outputs), 7)
		for x, want := range c.value {
			seen[x] = true
			near(t, c.name+": "+x.Name, m.Value(x), want)
		}
		for x, want := range c.each {
			got := m.Result(x).Each
			if len(got) != len(want) {
				t.Fatalf("%s: %s has %d parts, want %d", c.name, x, len(got), len(want))
			}
			for i, v := range got {
				switch {
				case want[i] != nil:
					near(t, c.name+": "+x.Name, v, *want[i])
				case v != 0 && v == v:
					t.Errorf("%s: %s of %d is %v, want none", c.name, x, i, v)
				}
			}
		}
		if c.confusion == nil {
			continue
		}
		seen[metrics.Confusion] = true
		for i, row := range m.Result(metrics.Confusion).Matrix {
			for j, v := range row {
				want := 0.0
				if j < len(c.confusion) {
					want = c.confusion[i][j]
				}
				near(t, c.name+": confusion matrix", v, want)
			}
		}
	}
	for _, x := range metrics.All() {
		if !seen[x] {
			t.Errorf("%s has no value of scikit-learn's", x)
		}
	}
}

// Numbers that are exact in float32 give what they give in float64, but for the ε of
// the log loss.
func TestPrecisions(t *testing.T) {
	for _, task := range tasks {
		y, target := samples[float64](task, 100)
		narrowY, narrowTarget := samples[float32](task, 100)
		for k := range y.Rows {
			for j := range y.Cols {
				y.Row(k)[j] = max(y.Row(k)[j], 0x1p-5)
				narrowY.Row(k)[j] = max(narrowY.Row(k)[j], 0x1p-5)
			}
		}
		ms := metrics.For(task)
		wide, narrow := newMeter[float64](t, task, ms...), newMeter[float32](t, task, ms...)
		if err := wide.Add(y, target, nil); err != nil {
			t.Fatal(err)
		}
		if err := narrow.Add(narrowY, narrowTarget, nil); err != nil {
			t.Fatal(err)
		}
		for _, x := range ms {
			if x.Value != nil {
				near(t, x.Name, narrow.Value(x), wide.Value(x))
			}
		}
	}
	row := [][]float64{{1, 0}}
	wide, narrow := newMeter[float64](t, metrics.Classes(2), metrics.LogLoss), newMeter[float32](t, metrics.Classes(2), metrics.LogLoss)
	if wide.AddLabels(matrix[float64](row), []int{1}, nil) != nil || narrow.AddLabels(matrix[float32](row), []int{1}, nil) != nil {
		t.Fatal("not added")
	}
	near(t, "log loss of certain and wrong, float64", wide.Value(metrics.LogLoss), 52*math.Ln2)
	near(t, "log loss of certain and wrong, float32", narrow.Value(metrics.LogLoss), 23*math.Ln2)
}

// The same samples in the same order give the same bits, whatever the batches. Merged
// meters give the same to rounding.
func TestBatchesAndMerging(t *testing.T) {
	for _, c := range referenceCases(t) {
		ms := metrics.For(c.task)
		n := len(c.outputs)
		whole := newMeter[float64](t, c.task, ms...)
		fill(t, whole, &c, 0, n, n)
		single := newMeter[float64](t, c.task, ms...)
		fill(t, single, &c, 0, n, 1)
		for _, x := range ms {
			if a, b := whole.Value(x), single.Value(x); math.Float64bits(a) != math.Float64bits(b) && (a == a || b == b) {
				t.Errorf("%s: %s is %v of one batch, %v of single rows", c.name, x, a, b)
			}
		}
		for _, cut := range []int{0, 1, n / 3, n} {
			merged, rest := newMeter[float64](t, c.task, ms...), newMeter[float64](t, c.task, ms...)
			fill(t, merged, &c, 0, cut, 4)
			fill(t, rest, &c, cut, n, 4)
			rest.Results() // sorts
			if err := merged.Merge(rest); err != nil {
				t.Fatal(err)
			}
			if merged.Totals().Rows() != whole.Totals().Rows() {
				t.Errorf("%s: %d rows, want %d", c.name, merged.Totals().Rows(), whole.Totals().Rows())
			}
			for _, x := range ms {
				want := whole.Value(x)
				got := merged.Value(x)
				exact := cut == 0 || c.weights == nil && x.For&metrics.AnyClasses != 0 && x != metrics.LogLoss || x.Needs&metrics.Scores != 0 && !isWeightedMean(x)
				switch {
				case want != want:
					if got == got {
						t.Errorf("%s: merged %s is %v, want NaN", c.name, x, got)
					}
				case exact && got != want:
					t.Errorf("%s: merged %s is %v, want %v exactly", c.name, x, got, want)
				default:
					if !(math.Abs(got-want) <= 1e-11*math.Abs(want)) {
						t.Errorf("%s: merged %s is %v, want %v", c.name, x, got, want)
					}
				}
			}
		}
	}
}

// Every bit is the same on every machine.
func TestBits(t *testing.T) {
	h := sha256.New()
	for _, c := range referenceCases(t) {
		ms := metrics.For(c.task)
		m, narrow := newMeter[float64](t, c.task, ms...), newMeter[float32](t, c.task, ms...)
		fill(t, m, &c, 0, len(c.outputs), 10)
		fill(t, narrow, &c, 0, len(c.outputs), 10)
		for _, x := range ms {
			for _, v := range []float64{m.Value(x), narrow.Value(x)} {
				if v != v {
					v = 12345 // any NaN is any other
				}
				binary.Write(h, binary.LittleEndian, v)
			}
		}
	}
	const want = "a4ebbf1aa41f6586"
	if got := hex.EncodeToString(h.Sum(nil)[:8]); got != want {
		t.Errorf("the values have the fingerprint %s, want %s", got, want)
	}
}

// isWeightedMean tells the metrics that also depend on sums of weights.
func isWeightedMean(x *metrics.Metric) bool {
	return x == metrics.ROCAUCWeighted || x == metrics.AveragePrecisionWeighted
}
