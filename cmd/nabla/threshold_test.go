package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/model"
)

// overlapping returns a table of two classes that no network can tell apart.
func overlapping(t *testing.T) string {
	var b strings.Builder
	b.WriteString("x,ill\n")
	for i := range 200 {
		answer := "no"
		if i%5 == 0 || i > 150 {
			answer = "yes"
		}
		fmt.Fprintf(&b, "%d,%s\n", i, answer)
	}
	return write(t, "overlapping.csv", b.String())
}

// A threshold is stored, and all that classify decide by it.
func TestThreshold(t *testing.T) {
	file := overlapping(t)
	path := filepath.Join(t.TempDir(), "m")
	r := nabla(t, "train", file, "--json", "--epochs", "20", "--model", path, "--threshold", "0.15")
	require.Equal(t, exitDone, r.code, r.stderr)
	trained := r.last(t)
	require.Contains(t, r.stderr, `note: threshold 0.15: "yes" is predicted if its probability is above that, else "no"`)
	require.Contains(t, nabla(t, "show", path).stdout, `threshold        0.15: "yes" is predicted`)
	require.Equal(t, 0.15, nabla(t, "show", path, "--json").last(t)["threshold"])
	for part, key := range map[string]string{"train": "train_accuracy", "test": "test_accuracy"} {
		require.Equal(t, trained[key], nabla(t, "eval", path, "--json", "--data", file, "--part", part).last(t)["accuracy"])
	}

	rows := write(t, "rows.csv", "x\n0\n20\n40\n60\n80\n100\n120\n140\n160\n180\n199\n")
	counts := make(map[string]int)
	for _, threshold := range []string{"", "0.5", "0.9"} {
		args, p := []string{"predict", path, rows, "--outputs"}, 0.15
		if threshold != "" {
			args = append(args, "--threshold", threshold)
			p, _ = strconv.ParseFloat(threshold, 64)
		}
		answers := nabla(t, args...).stdout
		for line := range strings.Lines(answers) {
			class, output, _ := strings.Cut(strings.TrimSpace(line), ",")
			y, err := strconv.ParseFloat(output, 32)
			require.NoError(t, err)
			require.Equal(t, map[bool]string{true: "yes", false: "no"}[y > p], class, line)
			if class == "yes" {
				counts[threshold]++
			}
		}
	}
	require.Greater(t, counts[""], counts["0.5"])
	require.Greater(t, counts["0.5"], counts["0.9"])

	m, err := model.Load[float32](path)
	require.NoError(t, err)
	answers, err := m.Predict([]map[string]any{{"x": 0}, {"x": 20}, {"x": 40}, {"x": 60}, {"x": 80}, {"x": 100}, {"x": 120}, {"x": 140}, {"x": 160}, {"x": 180}, {"x": 199}})
	require.NoError(t, err)
	yes := 0
	for _, a := range answers {
		if a.Class == "yes" {
			yes++
		}
	}
	require.Equal(t, counts[""], yes)

	// A training that goes on from the model has its threshold, or another one.
	on := filepath.Join(t.TempDir(), "on")
	require.Equal(t, exitDone, nabla(t, "train", file, "--from", path, "--epochs", "1", "--model", on).code)
	require.Equal(t, 0.15, nabla(t, "show", on, "--json").last(t)["threshold"])
	require.Equal(t, exitDone, nabla(t, "train", file, "--from", path, "--epochs", "1", "--model", on, "--threshold", "0.5").code)
	require.Equal(t, 0.5, nabla(t, "show", on, "--json").last(t)["threshold"])

	c := filepath.Join(t.TempDir(), "m.c")
	r = nabla(t, "export", path, c)
	require.Contains(t, r.stderr, "note: the threshold is not part of the file, which gives probabilities: 0.15")
	program, err := os.ReadFile(c)
	require.NoError(t, err)
	require.Contains(t, string(program), "if it is above the threshold 0.15.")
}

// Labels have one, too: with a high one fewer of them are said.
func TestThresholdOfLabels(t *testing.T) {
	file := write(t, "labels.csv", "x,a,b\n"+strings.Repeat("1,yes,0\n1,no,1\n2,yes,1\n3,no,0\n3,yes,0\n4,no,1\n", 5))
	path := modelIn(t, "--data", file, "--target", "a", "--target", "b", "--threshold", "0.01", "--epochs", "2")
	rows := write(t, "rows.csv", "x\n1\n2\n3\n4\n")
	require.Equal(t, "yes,1\nyes,1\nyes,1\nyes,1\n", nabla(t, "predict", path, rows).stdout)
	require.Equal(t, "no,0\nno,0\nno,0\nno,0\n", nabla(t, "predict", path, rows, "--threshold", "0.999").stdout)
	require.Contains(t, nabla(t, "show", path).stdout, "0.01: a label has its second value if")
	require.Contains(t, nabla(t, "eval", path, "--data", file, "--threshold", "0.999").stdout, "accuracy  50.00 % of 30 samples for a")
}

func TestThresholdFails(t *testing.T) {
	two := overlapping(t)
	pair := modelIn(t, "--data", two, "--cost", "quadratic", "--epochs", "1")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"train", "digits", "--threshold", "0.5"}, "it is for two classes, there are 10"},
		{[]string{"train", two, "--threshold", "0.3", "--cost", "quadratic"}, "an output for each class, of which the larger one wins"},
		{[]string{"train", two, "--threshold", "0.3", "--target", "x", "--task", "regress"}, "what is predicted are numbers"},
		{[]string{"train", two, "--threshold", "1"}, "want a number above 0 and below 1"},
		{[]string{"train", two, "--threshold", "0"}, "want a number above 0 and below 1"},
		{[]string{"train", two, "--threshold", "nan"}, "want a number above 0 and below 1"},
		{[]string{"eval", pair, "--data", two, "--threshold", "0.4"}, "an output for each class"},
		{[]string{"predict", pair, two, "--threshold", "0.4"}, "an output for each class"},
	} {
		r := nabla(t, append(c.args, "--json")...)
		require.Equal(t, exitUsage, r.code, r.stderr)
		require.Contains(t, r.stderr, c.want)
	}
}

// The accuracy after an epoch is that of all labels, and the last one that of the result.
func TestAccuracyOfLabels(t *testing.T) {
	file := write(t, "labels.csv", "x,a,b\n"+strings.Repeat("1,yes,0\n1,no,0\n2,yes,1\n3,yes,1\n3,yes,0\n4,no,0\n", 20))
	path := filepath.Join(t.TempDir(), "m")
	r := nabla(t, "train", file, "--json", "--target", "a", "--target", "b", "--epochs", "3", "--model", path)
	require.Equal(t, exitDone, r.code, r.stderr)
	var epochs []float64
	for line := range strings.Lines(r.stdout) {
		var e struct {
			Epoch    int     `json:"epoch"`
			Accuracy float64 `json:"test_accuracy"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &e))
		if e.Epoch > 0 {
			epochs = append(epochs, e.Accuracy)
		}
	}
	require.Len(t, epochs, 3)
	require.NotContains(t, r.stderr, "warning: No sample to learn from is of class")
	require.Equal(t, r.last(t)["test_accuracy"], epochs[2])
	var each struct{ Accuracy []float64 }
	require.NoError(t, json.Unmarshal([]byte(nabla(t, "eval", path, "--data", file, "--part", "test", "--json").stdout), &each))
	require.InDelta(t, epochs[2], (each.Accuracy[0]+each.Accuracy[1])/2, 1e-12)
	require.Contains(t, nabla(t, "show", path).stdout, fmt.Sprintf("accuracy %.6g", epochs[2]))

	r = nabla(t, "train", file, "--target", "a", "--target", "b", "--metrics", "f1_macro", "--model", path)
	require.Equal(t, exitUsage, r.code, r.stderr)
	require.Contains(t, r.stderr, "of several labels at once there are the cost and the accuracy")
}
