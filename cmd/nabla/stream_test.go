package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/dataset"
)

// circles writes a table of n points, within a circle or not.
func circles(t *testing.T, n int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("x,y,hue,where\n")
	for k := range n {
		x, y := float64(k*k%997)/997-0.5, float64(k*71%509)/509-0.5
		where := "out"
		if float64(x*x)+float64(y*y) < 0.16 {
			where = "in"
		}
		fmt.Fprintf(&b, "%.3f,%.3f,%s,%s\n", x, y, []string{"red", "blue", "green"}[k%3], where)
	}
	path := filepath.Join(t.TempDir(), "circles.csv")
	require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o600))
	return path
}

// digitFiles writes the built-in digits as the four files of MNIST.
func digitFiles(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	training, test := dataset.Digits[float64]()
	for name, d := range map[string]struct {
		x      []float64
		labels []int
	}{"train": {training.X.Data, training.Labels}, "t10k": {test.X.Data, test.Labels}} {
		images := binary.BigEndian.AppendUint32(nil, 0x0803)
		labels := binary.BigEndian.AppendUint32(nil, 0x0801)
		for _, n := range []int{len(d.labels), 8, 8} {
			images = binary.BigEndian.AppendUint32(images, uint32(n))
		}
		labels = binary.BigEndian.AppendUint32(labels, uint32(len(d.labels)))
		for _, v := range d.x {
			images = append(images, byte(255*v))
		}
		for _, l := range d.labels {
			labels = append(labels, byte(l))
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+"-images-idx3-ubyte"), images, 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+"-labels-idx1-ubyte"), labels, 0o600))
	}
	return dir
}

// circleArray writes the points of circles as an NPY array.
func circleArray(t *testing.T, n int) string {
	t.Helper()
	a := dataset.Array[float32]{Shape: []int{n, 3}}
	for k := range n {
		x, y := float64(k*k%997)/997-0.5, float64(k*71%509)/509-0.5
		where := float32(0)
		if float64(x*x)+float64(y*y) < 0.16 {
			where = 1
		}
		a.Data = append(a.Data, float32(x), float32(y), where)
	}
	var b bytes.Buffer
	require.NoError(t, dataset.WriteNPY(&b, a))
	path := filepath.Join(t.TempDir(), "circles.npy")
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
	return path
}

// A window that holds the file gives the fingerprint of data in memory. In a smaller one
// samples have another order, which doesn't depend on threads; the network learns.
func TestStreamOfCommand(t *testing.T) {
	model := filepath.Join(t.TempDir(), "m")
	for _, data := range []string{circles(t, 3000), circleArray(t, 3000), digitFiles(t)} {
		args := []string{"train", data, "--model", model, "--epochs", "4", "--validation-share", "0.1"}
		whole := nabla(t, args...)
		require.Zero(t, whole.code, whole.stderr)
		held := nabla(t, append(args, "--stream")...)
		require.Zero(t, held.code, held.stderr)
		require.Equal(t, fingerprintOf(t, whole.stdout), fingerprintOf(t, held.stdout))
		small := nabla(t, append(args, "--stream", "--window", "200", "--threads", "1")...)
		require.Zero(t, small.code, small.stderr)
		require.NotEqual(t, fingerprintOf(t, whole.stdout), fingerprintOf(t, small.stdout))
		again := nabla(t, append(args, "--stream", "--window", "200", "--threads", "2")...)
		require.Equal(t, fingerprintOf(t, small.stdout), fingerprintOf(t, again.stdout))
		require.Regexp(t, `test accuracy +[89][0-9]`, small.stdout)
		like := nabla(t, "train", "--like", model, "--model", model+"2")
		require.Zero(t, like.code, like.stderr)
		require.Contains(t, like.stderr, "the fingerprint is that of the model that was repeated")
	}
}

// Costs that can't take targets of 0, and models that are trained on, take streams as well.
func TestStreamForms(t *testing.T) {
	model := filepath.Join(t.TempDir(), "m")
	for _, data := range []string{circles(t, 2000), digitFiles(t)} {
		for _, more := range [][]string{{"--cost", "kullback-leibler"}, {"--cost", "itakura-saito", "--lr", "0.0001"}, {"--from", model}} {
			args := append([]string{"train", data, "--model", model + "2", "--epochs", "2"}, more...)
			if more[0] != "--from" {
				args[3] = model
			}
			whole := nabla(t, args...)
			require.Zero(t, whole.code, whole.stderr)
			held := nabla(t, append(args, "--stream")...)
			require.Zero(t, held.code, held.stderr)
			require.Equal(t, fingerprintOf(t, whole.stdout), fingerprintOf(t, held.stdout), "%q", more)
			small := nabla(t, append(args, "--stream", "--window", "10")...)
			require.Zero(t, small.code, small.stderr)
		}
	}
}

// An error in the middle says where; the checkpoint of the step before is there, and the log
// of a stream can be checked.
func TestStreamBreaks(t *testing.T) {
	dir := t.TempDir()
	folder, log := filepath.Join(dir, "c"), filepath.Join(dir, "log")
	data := circles(t, 12000)
	args := []string{"train", data, "--stream", "--window", "500", "--epochs", "1", "--model", filepath.Join(dir, "m")}
	good := nabla(t, append(args, "--log", log, "--log-every", "16")...)
	require.Zero(t, good.code, good.stderr)
	require.Contains(t, good.stderr, "note: the columns are those of a sample of 10000 of the 12000 rows")
	require.Contains(t, good.stderr, "10000 samples and 2000 for testing")
	require.Regexp(t, `training accuracy +[0-9.]+ % of 8000 of 10000 samples`, good.stdout)
	audited := nabla(t, "audit", log)
	require.Zero(t, audited.code, audited.stderr)
	require.Contains(t, audited.stdout, "4 lines agree, to step 64")

	// Some row from 9000 on is not in the sample, so that it is met in the training only.
	lines := strings.SplitAfter(readFile(t, data), "\n")
	for k := 9001; ; k++ {
		require.Less(t, k, 9100)
		bad := strings.Join(lines[:k], "") + "many,0,red,in\n" + strings.Join(lines[k+1:], "")
		require.NoError(t, os.WriteFile(data, []byte(bad), 0o600))
		first := nabla(t, append(args, "--checkpoint", folder)...)
		require.Equal(t, exitFailed, first.code)
		want := fmt.Sprintf("circles.csv:%d: column 1 (x): \"many\" is not a number", k+1)
		require.Contains(t, first.stderr, want)
		if !strings.Contains(first.stderr, "after sample") {
			continue // the sample has it
		}
		require.Regexp(t, `train: epoch 1, after sample \d+ of 10000: `, first.stderr)
		require.Contains(t, first.stderr, "no model was written")
		saved, err := filepath.Glob(filepath.Join(folder, "step-*"))
		require.NoError(t, err)
		require.Len(t, saved, 1)
		again := nabla(t, append(args, "--checkpoint", folder, "--resume")...)
		require.Equal(t, exitFailed, again.code)
		require.Regexp(t, `going on after step [1-9]`, again.stderr)
		require.Contains(t, again.stderr, want)
		return
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(b)
}

func TestStreamUsage(t *testing.T) {
	data := circles(t, 500)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--stream"}, "--stream is for files that can be read again and again, --data is digits"},
		{[]string{"-", "--stream"}, "--data is -"},
		{[]string{data, "--window", "5"}, "want --stream, too"},
		{[]string{data, "--stream", "--window", "-5"}, "--window -5: want 0 to"},
		{[]string{data, "--stream", "--folds", "3"}, "--folds goes without --stream"},
		{[]string{data, "--stream", "--group", "hue"}, "--group goes without --stream"},
		{[]string{data, "--stream", "--missing", "drop"}, "--missing drop goes without --stream"},
		{[]string{data, "--stream", "--window", "10", "--batch", "full"}, "--batch: a step on all 400 samples"},
	} {
		r := nabla(t, append([]string{"train"}, c.args...)...)
		require.Equal(t, exitUsage, r.code, r.stderr)
		require.Contains(t, r.stderr, c.want)
	}
}
