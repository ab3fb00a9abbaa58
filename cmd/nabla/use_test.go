package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/internal/cores"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/net"
)

// eval of the digits finds the accuracy that train reported.
func TestEvalDigits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m")
	trained := nabla(t, "train", "--json", "--epochs", "3", "--model", path).last(t)
	r := nabla(t, "eval", path, "--json")
	require.Equal(t, exitDone, r.code, r.stderr)
	var report evalReport
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &report))
	require.Equal(t, trained["test_accuracy"], report.Accuracy)
	require.Equal(t, 359, report.Samples)
	right, total := 0, 0
	for c, row := range report.Confusion {
		n := 0
		for _, v := range row {
			n += v
		}
		require.InDelta(t, float64(row[c])/float64(n), float64(report.Recall[c]), 1e-15)
		right += row[c]
		total += n
	}
	require.Equal(t, 359, total)
	require.InDelta(t, report.Accuracy, float64(right)/359, 1e-15)

	text := nabla(t, "eval", path).stdout
	require.Contains(t, text, "accuracy  ")
	require.Contains(t, text, "recall")
	require.Equal(t, 14, strings.Count(text, "\n"))
}

// Whatever classes are called, the table has a line for each.
func TestEvalNames(t *testing.T) {
	var text bytes.Buffer
	evalReport{Classes: []string{"a\tb", "c\nd"}, Recall: []number{1, 0}, Confusion: [][]int{{1, 2}, {3, 4}}}.print(&text)
	require.Contains(t, text.String(), `
  true \ predicted  a b  c d    recall
               a b    1    2  100.00 %
               c d    3    4    0.00 %
`)
}

// A-T19: the recall of each class. A class without samples has none.
func TestEvalRecall(t *testing.T) {
	path := modelIn(t, "--data", data("csv_imbalanced_9to1.csv"), "--hidden=", "--lr", "3")
	r := nabla(t, "eval", path, "--json", "--data", write(t, "f.csv", "x,label\n0.1,0\n0.2,0\n0.3,0\n2.5,0\n"))
	require.Equal(t, exitDone, r.code, r.stderr)
	require.Equal(t, 0.75, r.last(t)["accuracy"])
	require.Equal(t, []any{0.75, nil}, r.last(t)["recall"])
	require.Equal(t, []any{[]any{3.0, 1.0}, []any{0.0, 0.0}}, r.last(t)["confusion"])
}

// --part repeats the division that training made.
func TestEvalPart(t *testing.T) {
	file := data("csv_sorted_labels.csv")
	path := filepath.Join(t.TempDir(), "m")
	trained := nabla(t, "train", "--json", "--epochs", "1", "--data", file, "--model", path).last(t)
	for part, key := range map[string]string{"train": "train_samples", "test": "test_samples"} {
		r := nabla(t, "eval", path, "--json", "--data", file, "--part", part)
		require.Equal(t, exitDone, r.code, r.stderr)
		require.Equal(t, trained[key], r.last(t)["samples"])
		require.Equal(t, trained[part+"_accuracy"], r.last(t)["accuracy"])
	}
	all := nabla(t, "eval", path, file, "--json")
	require.Equal(t, trained["train_samples"].(float64)+trained["test_samples"].(float64), all.last(t)["samples"])
	require.Contains(t, all.stderr, fmt.Sprintf("note: the model has learned from %v of these samples: --part test --test-share 0.2 tests it with the others\n", trained["train_samples"]))
	require.NotContains(t, nabla(t, "eval", path, file, "--part", "test").stderr, "learned")
	require.NotContains(t, nabla(t, "eval", path, data("csv_sorted_labels.csv"), "--part", "test").stderr, "learned")
}

// A regression's lines are as aligned as those of classes.
func TestEvalNumbers(t *testing.T) {
	file := write(t, "f.csv", "x,y\n1,1.5\n2,2.5\n3,3.5\n4,4.5\n5,5.5\n6,6.5\n")
	r := nabla(t, "eval", modelIn(t, "--data", file, "--epochs", "3"), file)
	require.Equal(t, exitDone, r.code, r.stderr)
	require.Regexp(t, `^R²        -?[\d.]+ of 6 samples\nerror     [\d.]+ in the mean \(absolute\)\ncost      [\d.]+\n$`, r.stdout)
}

// Models and data that don't belong together.
func TestEvalFails(t *testing.T) {
	digits := modelIn(t, "--epochs", "1")
	units := modelIn(t, "--data", data("csv_two_units.csv"), "--epochs", "1")
	flower := modelIn(t, "--data", write(t, "f.csv", "1,2,a\n3,4,b\n"), "--test-share", "0", "--epochs", "1")
	pixels := modelIn(t, "--data", mnist(t, nil), "--epochs", "1")
	nine := strings.Repeat("1,", 9)
	raw := modelIn(t, "--data", write(t, "f.csv", nine+"0\n"+strings.Repeat("2,", 9)+"1\n"), "--test-share", "0", "--epochs", "1", "--raw")
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"width", []string{digits, "--data", mnist(t, nil)}, "has 9 input columns, the model takes 64"},
		{"width of a CSV file", []string{digits, "--data", data("csv_two_units.csv")}, "csv_two_units.csv has 2 input columns, the model takes 64"},
		{"no data", []string{units}, "digits has 64 input columns, the model takes 2: name the data to test with (nabla eval MODEL DATA)"},
		{"unknown label", []string{units, "--data", write(t, "g.csv", "age_years,income,label\n20,20000,2\n")}, `g.csv:2: label "2" is unknown: want one of 0, 1`},
		{"column order", []string{units, "--data", write(t, "g.csv", "income,age_years,label\n20000,20,0\n")}, `input column 1 is "income", the model was trained with "age_years" there`},
		{"words for numbers", []string{flower, "--data", data("xor.csv")}, `label "0" is unknown: want one of a, b`},
		{"classes", []string{raw, "--data", mnist(t, nil)}, `has the classes ["0" "1" "2"`},
		{"empty part", []string{flower, "--data", write(t, "g.csv", "1,2,a\n3,4,b\n"), "--part", "test"}, "g.csv: no samples in part test"},
		{"no such model", []string{"none", "--data", "digits"}, "nabla eval: none: "},
		{"not a model", []string{data("xor.csv")}, "xor.csv: not a safetensors file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := nabla(t, append([]string{"eval"}, c.args...)...)
			require.Equal(t, exitFailed, r.code, r.stderr)
			require.Contains(t, r.stderr, c.want)
			require.Equal(t, 1, strings.Count(r.stderr, "\n"), r.stderr)
			require.Empty(t, r.stdout)
		})
	}
	require.Equal(t, exitDone, nabla(t, "eval", pixels, "--data", mnist(t, nil)).code)
}

// A-T20: a single raw row is predicted with the scaler of the training data.
func TestPredictRawRows(t *testing.T) {
	path := modelIn(t, "--data", data("csv_two_units.csv"), "--hidden=", "--lr", "3")
	for row, want := range map[string]string{"20,20000": "0\n", "31,53000": "1\n", "age_years,income\n22,26000\n30,50000": "0\n1\n"} {
		file := write(t, "rows.csv", row)
		require.Equal(t, want, nabla(t, "predict", path, file).stdout)
		for _, args := range [][]string{{"predict", path}, {"predict", path, "-"}} {
			r := nablaWith(t, context.Background(), strings.NewReader(row), args...)
			require.Equal(t, exitDone, r.code, r.stderr)
			require.Equal(t, want, r.stdout)
		}
	}
}

// A-I06: the label map is in the model.
func TestPredictNames(t *testing.T) {
	path := modelIn(t, "--data", write(t, "f.csv", "1,low\n2,low\n8,\"high, very\"\n9,\"high, very\"\n"), "--hidden=", "--lr", "3", "--test-share", "0")
	r := nablaWith(t, context.Background(), strings.NewReader("9\n1\n"), "predict", path)
	require.Equal(t, "\"high, very\"\nlow\n", r.stdout)
}

// A-T23: outputs printed are the network's to the last bit, in text and JSON,
// and don't depend on the other rows.
func TestPredictOutputs(t *testing.T) {
	for _, precision := range []string{"f32", "f64"} {
		path := modelIn(t, "--data", data("csv_labels_1_to_3.csv"), "--precision", precision, "--raw")
		const rows = "0.1,0.9\n0.7,0.3\n"
		text := nablaWith(t, context.Background(), strings.NewReader(rows), "predict", path, "--outputs").stdout
		lines := strings.Split(strings.TrimSpace(text), "\n")
		require.Len(t, lines, 2)
		require.Equal(t, lines[1]+"\n", nablaWith(t, context.Background(), strings.NewReader("0.7,0.3\n"), "predict", path, "--outputs").stdout)

		objects := strings.Split(nablaWith(t, context.Background(), strings.NewReader(rows), "predict", path, "--json").stdout, "\n")
		for i, line := range lines {
			cells := strings.Split(line, ",")
			require.Len(t, cells, 4)
			var p predictReport
			require.NoError(t, json.Unmarshal([]byte(objects[i]), &p))
			require.Equal(t, i+1, p.Row)
			require.Equal(t, cells[0], p.Class)
			for j, v := range p.Outputs {
				require.Equal(t, cells[j+1], string(v))
			}
		}
		if precision == "f64" {
			m, err := model.Load[float64](path)
			require.NoError(t, err)
			y := m.Net.Predict(kernels.Matrix[float64]{Rows: 1, Cols: 2, Stride: 2, Data: []float64{0.1, 0.9}})
			for j, cell := range strings.Split(lines[0], ",")[1:] {
				require.Equal(t, exactly(y.Data[j]), cell)
			}
		}
	}
}

// A model with one output has no classes: its output is the prediction.
func TestSingleOutput(t *testing.T) {
	n, err := net.New[float64](net.Config{Inputs: 2, Layers: []net.Layer{net.Dense(1, net.Identity)}})
	require.NoError(t, err)
	copy(n.Weights(1).Row(0), []float64{1, 2})
	path := filepath.Join(t.TempDir(), "m")
	require.NoError(t, (&model.Model[float64]{Net: n}).Save(path))
	r := nablaWith(t, context.Background(), strings.NewReader("3,4\n0.5,0\n"), "predict", path)
	require.Equal(t, "11\n0.5\n", r.stdout, r.stderr)
	r = nablaWith(t, context.Background(), strings.NewReader("3,4\n"), "predict", path, "--json")
	require.Equal(t, "{\"row\":1,\"outputs\":[11]}\n", r.stdout)
	r = nabla(t, "eval", path, "--data", data("xor.csv"))
	require.Equal(t, exitFailed, r.code)
	require.Contains(t, r.stderr, "single output")

	n.Biases(1)[0] = math.NaN()
	require.NoError(t, (&model.Model[float64]{Net: n}).Save(path))
	r = nablaWith(t, context.Background(), strings.NewReader("3,4\n"), "predict", path)
	require.Equal(t, exitFailed, r.code)
	require.Contains(t, r.stderr, "row 1: output 1 of the network is NaN")
}

func TestPredictFails(t *testing.T) {
	path := modelIn(t, "--data", data("csv_two_units.csv"), "--epochs", "1")
	for _, c := range []struct{ rows, want string }{
		{"1,2,0\n", "standard input has 3 columns, the model takes 2 inputs: leave the label out"},
		{"1\n", "standard input has 1 input columns, the model takes 2"},
		{"1,2\n1,x\n", `standard input:2: column 2: "x" is not a number (a row is the model's 2 inputs, without the label)`},
		{"", "standard input: no samples"},
		{"income,age_years\n1,2\n", `input column 1 is "income"`},
	} {
		r := nablaWith(t, context.Background(), strings.NewReader(c.rows), "predict", path)
		require.Equal(t, exitFailed, r.code, r.stderr)
		require.Contains(t, r.stderr, c.want)
		require.Empty(t, r.stdout)
	}
	// Rows that the scaling makes infinite.
	near := modelIn(t, "--data", write(t, "near.csv", "x,y\n1e-30,0\n2e-30,1\n"), "--test-share", "0", "--epochs", "1")
	far := nablaWith(t, context.Background(), strings.NewReader("x\n0\n1e20\n"), "predict", near)
	require.Equal(t, exitFailed, far.code)
	require.Contains(t, far.stderr, "standard input: row 2: input column 1 is so far from what the model was trained with that its scaling makes it +Inf")
	require.Empty(t, far.stdout)

	r := nabla(t, "predict", path, filepath.Join(t.TempDir(), "none"))
	require.Equal(t, exitFailed, r.code)
	require.Contains(t, r.stderr, "none")
}

func TestDoctor(t *testing.T) {
	r := nabla(t, "doctor", "--json")
	require.Equal(t, exitDone, r.code, r.stderr)
	var report doctorReport
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &report))
	require.Equal(t, kernels.ISA(), report.ISA)
	require.Equal(t, kernels.Core(), report.Core)
	require.NotEmpty(t, report.CoreWhy)
	require.Len(t, report.SelfTest, len(kernels.ISAs()))
	for i, check := range report.SelfTest {
		require.Equal(t, kernels.ISAs()[i], check.ISA)
		require.Empty(t, check.Differences)
		require.Greater(t, check.Kernels, 40)
	}
	require.NotEmpty(t, report.CPU)
	require.Equal(t, kernels.NumericVersion, report.NumericVersion)

	var text bytes.Buffer
	report.print(&text)
	require.Contains(t, text.String(), "instruction set  "+kernels.ISA())
	require.Contains(t, text.String(), "core             "+kernels.Core()+" (")
	require.Contains(t, text.String(), "self-test        generic: ")
}

// doctor says why it runs what it runs.
func TestWhy(t *testing.T) {
	all := []string{"avx512", "avx2", "generic"}
	require.Equal(t, "the best of avx512, avx2, generic", whyISA("", all, nil))
	require.Equal(t, "NABLA_ISA=avx2", whyISA("avx2", all, nil))
	require.Equal(t, "no such thing", whyISA("mmx", all, errors.New("no such thing")))
	require.Contains(t, whyISA("", all[2:], nil), "nothing else")

	cpu := cores.CPU{Arch: "amd64", Vendor: "GenuineIntel", Family: 6, L1: 48 << 10, L2: 2 << 20, L3: 60 << 20}
	require.Equal(t, "GenuineIntel family 6, L1 48 KiB, L2 2048 KiB, L3 61440 KiB", whyCore("", cpu, nil))
	require.Equal(t, "NABLA_CORE=zen4", whyCore("zen4", cpu, nil))
	require.Equal(t, "no such thing", whyCore("486", cpu, errors.New("no such thing")))
}

// A kernel that differs is named, and a failure.
func TestDoctorFails(t *testing.T) {
	r := doctorReport{SelfTest: []isaCheck{
		{ISA: "avx512", Kernels: 40},
		{ISA: "avx2", Kernels: 40, Differences: []string{"Exp, m=1 n=7: element (0, 3) is 2, want 3", "Sum"}},
	}}
	require.EqualError(t, r.err(), "2 of 40 kernels on avx2 differ from plain Go, the first: Exp, m=1 n=7: element (0, 3) is 2, want 3")
	var text bytes.Buffer
	r.print(&text)
	require.Contains(t, text.String(), "avx512: 40 kernels, the same bits as plain Go")
	require.Contains(t, text.String(), "avx2: 40 kernels, 2 DIFFER FROM PLAIN GO")
}
