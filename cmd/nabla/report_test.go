package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// reportOf trains with a report and returns it.
func reportOf(t *testing.T, args ...string) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "r.html")
	r := nabla(t, append([]string{"train", "--model", filepath.Join(dir, "m"), "--report", path}, args...)...)
	require.Equal(t, exitDone, r.code, r.stderr)
	require.Contains(t, r.stdout, "\nreport             "+path+"\n")
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	text := string(b)
	// It needs nothing but itself, and no script.
	for _, m := range regexp.MustCompile(`(?i)(src|href)="([^"]*)"`).FindAllStringSubmatch(text, -1) {
		require.True(t, strings.HasPrefix(m[2], "data:image/png;base64,") || strings.HasPrefix(m[2], "#"), m[2][:min(len(m[2]), 60)])
	}
	require.NotContains(t, text, "<script")
	require.NotContains(t, text, "NaN")
	return text
}

// headings returns the sections of a report.
func headings(text string) (all []string) {
	for _, m := range regexp.MustCompile(`<h2>(.*)</h2>`).FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}

func TestReportOfImages(t *testing.T) {
	text := reportOf(t, "--epochs", "3", "--hidden", "9")
	require.Equal(t, []string{"Learning curves", "Confusion matrix", "ROC and calibration", "Worst mistakes", "Weights of the first layer", "∂C/∂x", "How it was made"}, headings(text))
	require.Equal(t, 4, strings.Count(text, "<svg"), "cost, accuracy, ROC, calibration")
	require.Contains(t, text, "<h1>64-9-10 on digits</h1>")
	require.Regexp(t, `test accuracy</th><td>\d\d\.\d\d % of 359 samples`, text)
	require.GreaterOrEqual(t, strings.Count(text, "<img"), 10)
	require.Contains(t, text, "--epochs")
}

// Pictures with colours are drawn in shades of grey, whatever their sides are.
func TestReportOfColours(t *testing.T) {
	dir := t.TempDir()
	for k := range 8 {
		drawBar(t, filepath.Join(dir, "lies", fmt.Sprint(k, ".png")), true, k%4, uint8(200+k), 0)
		drawBar(t, filepath.Join(dir, "stands", fmt.Sprint(k, ".png")), false, k%4, uint8(200+k), 0)
	}
	text := reportOf(t, dir, "--colours", "rgb", "--image-size", "8x4", "--epochs", "1", "--hidden", "5")
	require.Contains(t, headings(text), "Weights of the first layer")
	n := 0
	for _, m := range regexp.MustCompile(`data:image/png;base64,([^"]*)"`).FindAllStringSubmatch(text, -1) {
		data, err := base64.StdEncoding.DecodeString(html.UnescapeString(m[1]))
		require.NoError(t, err)
		size, err := png.DecodeConfig(bytes.NewReader(data))
		require.NoError(t, err)
		require.Equal(t, [2]int{8, 4}, [2]int{size.Width, size.Height})
		n++
	}
	require.GreaterOrEqual(t, n, 6)
}

func TestReportOfTables(t *testing.T) {
	var classes, numbers strings.Builder
	classes.WriteString("<b>size</b>,noise,kind\n")
	numbers.WriteString("x,y\n")
	for k := range 90 {
		fmt.Fprintf(&classes, "%d.5,%d,%s\n", k%9, k*7%10, []string{"a<i>", "b"}[k%9/5])
		fmt.Fprintf(&numbers, "%d.5,%d\n", k%9, k%9*k%9+3)
	}
	text := reportOf(t, write(t, "c.csv", classes.String()), "--epochs", "40")
	require.Equal(t, []string{"Learning curves", "Confusion matrix", "ROC and calibration", "Worst mistakes", "∂C/∂x", "Columns", "How it was made"}, headings(text))
	require.NotContains(t, text, "<b>size")
	require.NotContains(t, text, "a<i>")
	require.Contains(t, text[strings.Index(text, "∂C/∂x by column"):], "noise")

	text = reportOf(t, write(t, "n.csv", numbers.String()), "--epochs", "40", "--task", "regress")
	require.Equal(t, []string{"Learning curves", "Predictions of y", "∂C/∂x", "Columns", "How it was made"}, headings(text))
	require.Contains(t, text, "Residuals")

	reportOf(t, write(t, "c.csv", classes.String()), "--epochs", "2", "--test-share", "0")
}

// The ROC curve and the calibration of a few scores, by hand.
func TestCurvesOfScores(t *testing.T) {
	r := scored(t, []float32{0.95, 0.8, 0.8, 0.3}, []int{1, 0, 1, 0})
	x, y := r.roc(1)
	require.Equal(t, []float64{0, 0, 0.5, 1}, x)
	require.Equal(t, []float64{0, 0.5, 1, 1}, y)
	p, share := r.calibration()
	require.InDeltaSlice(t, []float64{0.7, 0.8, 0.95}, p, 1e-6)
	require.Equal(t, []float64{1, 0.5, 1}, share)
}

func TestReportGoesNowhereElse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m")
	for name, want := range map[string]string{path: "want another file", filepath.Join(path, "x", "r.html"): "--report"} {
		r := nabla(t, "train", "--epochs", "1", "--model", path, "--report", name)
		require.NotEqual(t, exitDone, r.code)
		require.Contains(t, r.stderr, want)
		require.NoFileExists(t, path)
	}
}

// scored returns a reporter of a network with one output, with these scores for class 1.
func scored(t *testing.T, scores []float32, labels []int) *reporter[float32] {
	t.Helper()
	n, err := net.New[float32](net.Config{Inputs: 1, Layers: []net.Layer{net.Dense(1, net.Sigmoid)}, Cost: net.CrossEntropy})
	require.NoError(t, err)
	return &reporter[float32]{
		t:   &training[float32]{net: n},
		set: &train.Data[float32]{Labels: labels},
		y:   kernels.MatrixOf(len(scores), 1, scores),
	}
}

// A report shows the first samples if outputs of all would be too many.
func TestReportIsBounded(t *testing.T) {
	n, err := net.New[float32](net.Config{Inputs: 1, Layers: []net.Layer{net.Dense(10, net.Softmax)}})
	require.NoError(t, err)
	r := reporter[float32]{t: &training[float32]{net: n}, set: &train.Data[float32]{X: kernels.NewMatrix[float32](7, 1), Labels: make([]int, 7)}, what: "test data"}
	r.bound(70)
	require.Equal(t, "test data", r.what)
	r.bound(69)
	require.Equal(t, "first 6 samples of the test data", r.what)
	require.Equal(t, 6, r.set.Len())
}
