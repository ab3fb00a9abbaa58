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

// A referenceCase is a case of testdata/metrics.json, which reference.py beside it
// has made with scikit-learn.
type referenceCase struct {
	Name, Kind string
	Threshold  float64
	Outputs    [][]float64
	Labels     []int
	Targets    [][]float64
	Weights    []float64
	Value      map[string]float64
	Each       map[string][]*float64
	Matrix     [][]float64
}

func (c *referenceCase) task() metrics.Task {
	switch c.Kind {
	case "binary":
		return metrics.Binary(c.Threshold)
	case "classes":
		return metrics.Classes(len(c.Outputs[0]))
	}
	return metrics.Regression(len(c.Outputs[0]))
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
		y, weights := matrix[T](c.Outputs[i:j]), []T(nil)
		if c.Weights != nil {
			weights = vector[T](c.Weights[i:j])
		}
		var err error
		if c.Targets != nil {
			err = m.Add(y, matrix[T](c.Targets[i:j]), weights)
		} else {
			err = m.AddLabels(y, c.Labels[i:j], weights)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func referenceCases(t *testing.T) []referenceCase {
	t.Helper()
	data, err := os.ReadFile("testdata/metrics.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []referenceCase }
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	return file.Cases
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
	t.Run("float64", testReference[float64])
	t.Run("float32", testReference[float32])
}

func testReference[T kernels.Float](t *testing.T) {
	seen := map[string]bool{}
	for _, c := range referenceCases(t) {
		t.Run(c.Name, func(t *testing.T) {
			ms := metrics.For(c.task())
			if c.task().Kind() == metrics.ManyClasses {
				ms = append(ms, metrics.TopK(1)) // for ranks, also where there are less than six classes
			}
			m := newMeter[T](t, c.task(), ms...)
			fill(t, m, &c, 0, len(c.Outputs), 7)
			if T(0x1p-52)+1 == 1 {
				if want, ok := c.Value["log_loss of float32"]; ok {
					c.Value["log_loss"] = want
				}
			}
			delete(c.Value, "log_loss of float32")
			for name, want := range c.Value {
				x, err := metrics.Parse(name)
				if err != nil {
					t.Fatal(err)
				}
				near(t, name, m.Value(x), want)
				seen[name] = true
			}
			for name, want := range c.Each {
				x, err := metrics.Parse(name)
				if err != nil {
					t.Fatal(err)
				}
				got := m.Result(x).Each
				if len(got) != len(want) {
					t.Fatalf("%s has %d parts, want %d", name, len(got), len(want))
				}
				for i, v := range got {
					if want[i] == nil {
						if v == v {
							t.Errorf("%s of %d is %v, want NaN", name, i, v)
						}
						continue
					}
					near(t, name, v, *want[i])
				}
			}
			if c.Matrix == nil {
				return
			}
			for i, row := range m.Result(metrics.Confusion).Matrix {
				if want := append(slices.Clone(c.Matrix[i]), 0); !slices.Equal(row, want) {
					t.Errorf("row %d of the confusion matrix is %v, want %v", i, row, want)
				}
			}
			seen[metrics.Confusion.Name] = true
		})
	}
	for _, x := range metrics.All() {
		if !seen[x.Name] {
			t.Errorf("%s has no value of scikit-learn's", x)
		}
	}
}

// The same samples in the same order give the same bits, whatever the batches. Merged
// meters give the same to rounding.
func TestBatchesAndMerging(t *testing.T) {
	for _, c := range referenceCases(t) {
		ms := metrics.For(c.task())
		n := len(c.Outputs)
		whole := newMeter[float64](t, c.task(), ms...)
		fill(t, whole, &c, 0, n, n)
		single := newMeter[float64](t, c.task(), ms...)
		fill(t, single, &c, 0, n, 1)
		for _, x := range ms {
			if a, b := whole.Value(x), single.Value(x); math.Float64bits(a) != math.Float64bits(b) && (a == a || b == b) {
				t.Errorf("%s: %s is %v of one batch, %v of single rows", c.Name, x, a, b)
			}
		}
		for _, cut := range []int{0, 1, n / 3, n} {
			merged, rest := newMeter[float64](t, c.task(), ms...), newMeter[float64](t, c.task(), ms...)
			fill(t, merged, &c, 0, cut, 4)
			fill(t, rest, &c, cut, n, 4)
			rest.Results() // sorts
			if err := merged.Merge(rest); err != nil {
				t.Fatal(err)
			}
			if merged.Totals().Rows() != whole.Totals().Rows() {
				t.Errorf("%s: %d rows, want %d", c.Name, merged.Totals().Rows(), whole.Totals().Rows())
			}
			for _, x := range ms {
				want := whole.Value(x)
				got := merged.Value(x)
				exact := cut == 0 || c.Weights == nil && x.For&metrics.AnyClasses != 0 && x != metrics.LogLoss || x.Needs&metrics.Scores != 0 && !isWeightedMean(x)
				switch {
				case want != want:
					if got == got {
						t.Errorf("%s: merged %s is %v, want NaN", c.Name, x, got)
					}
				case exact && got != want:
					t.Errorf("%s: merged %s is %v, want %v exactly", c.Name, x, got, want)
				default:
					if !(math.Abs(got-want) <= 1e-11*math.Abs(want)) {
						t.Errorf("%s: merged %s is %v, want %v", c.Name, x, got, want)
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
		ms := metrics.For(c.task())
		m, narrow := newMeter[float64](t, c.task(), ms...), newMeter[float32](t, c.task(), ms...)
		fill(t, m, &c, 0, len(c.Outputs), 10)
		fill(t, narrow, &c, 0, len(c.Outputs), 10)
		for _, x := range ms {
			for _, v := range []float64{m.Value(x), narrow.Value(x)} {
				if v != v {
					v = 12345 // any NaN is any other
				}
				binary.Write(h, binary.LittleEndian, v)
			}
		}
	}
	const want = "6a1e5af6a0cc386b"
	if got := hex.EncodeToString(h.Sum(nil)[:8]); got != want {
		t.Errorf("the values have the fingerprint %s, want %s", got, want)
	}
}

// isWeightedMean tells the metrics that also depend on sums of weights.
func isWeightedMean(x *metrics.Metric) bool {
	return x == metrics.ROCAUCWeighted || x == metrics.AveragePrecisionWeighted
}
