package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// long skips a whole training with -short: it has the same bits in plain Go, in an emulator
// and under the race detector, where it takes minutes.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("a whole training")
	}
}

// The promise of the defaults, here for three of the twenty seeds: a median of at
// least 97 %, none below 96 %.
func TestDefaultsLearnDigits(t *testing.T) {
	long(t)
	path := filepath.Join(t.TempDir(), "m")
	var accuracies []float64
	for seed := 1; seed <= 3; seed++ {
		r := nabla(t, "train", "--json", "--model", path, "--seed", fmt.Sprint(seed))
		require.Equal(t, exitDone, r.code, r.stderr)
		require.Equal(t, 35, strings.Count(r.stdout, "\n"), "an object an epoch, and the result")
		last := r.last(t)
		accuracies = append(accuracies, last["test_accuracy"].(float64))
		require.Equal(t, 359.0, last["test_samples"])
		require.Equal(t, 1438.0, last["train_samples"])
		m, err := model.Load[float32](path)
		require.NoError(t, err)
		require.Equal(t, last["fingerprint"], m.Net.Fingerprint())
	}
	slices.Sort(accuracies)
	require.GreaterOrEqual(t, accuracies[0], 0.96)
	require.GreaterOrEqual(t, accuracies[1], 0.97)
}

// The changelog's flags for what the defaults were, with the fingerprint that they had.
func TestOldDefaults(t *testing.T) {
	r := nabla(t, append([]string{"train", "--json", "--model", filepath.Join(t.TempDir(), "m")},
		strings.Fields("--hidden 30 --activation sigmoid --cost cross-entropy --optimizer sgd --batch 10 --epochs 30 --scale unit")...)...)
	require.Equal(t, exitDone, r.code, r.stderr)
	require.Equal(t, "dbbaa432945d00e78aabbb8de8f826ddaed1ac25ab173eeefaf47098b675b694", r.last(t)["fingerprint"])
}

// D2: images on a bright ground are learned as well as those on a dark one.
func TestDefaultsLearnBrightImages(t *testing.T) {
	long(t)
	training, test := dataset.Digits[float32]()
	for _, bright := range []bool{false, true} {
		dir := t.TempDir()
		for name, d := range map[string]*train.Data[float32]{"train": training, "t10k": test} {
			images, labels := binary.BigEndian.AppendUint32([]byte("\x00\x00\x08\x03"), uint32(d.Len())), binary.BigEndian.AppendUint32([]byte("\x00\x00\x08\x01"), uint32(d.Len()))
			images = append(images, "\x00\x00\x00\x08\x00\x00\x00\x08"...)
			for k := range d.Len() {
				labels = append(labels, byte(d.Labels[k]))
				for _, v := range d.X.Row(k) {
					pixel := byte(v * 255)
					if bright {
						pixel = 255 - pixel
					}
					images = append(images, pixel)
				}
			}
			require.NoError(t, os.WriteFile(filepath.Join(dir, name+"-images-idx3-ubyte"), images, 0o600))
			require.NoError(t, os.WriteFile(filepath.Join(dir, name+"-labels-idx1-ubyte"), labels, 0o600))
		}
		r := nabla(t, "train", dir, "--json", "--model", filepath.Join(t.TempDir(), "m"))
		require.Equal(t, exitDone, r.code, r.stderr)
		require.Greater(t, r.last(t)["test_accuracy"], 0.965)
	}
}

// T6: deep networks learn.
func TestDefaultsLearnDeep(t *testing.T) {
	long(t)
	r := nabla(t, "train", "--json", "--hidden", "100,100,100,100", "--model", filepath.Join(t.TempDir(), "m"))
	require.Equal(t, exitDone, r.code, r.stderr)
	require.Greater(t, r.last(t)["test_accuracy"], 0.97)
}

// One answer: the same fingerprint on every instruction set and with any number
// of cores and threads.
func TestFingerprintIsTheSameEverywhere(t *testing.T) {
	for _, precision := range []string{"f32", "f64"} {
		var first any
		for _, env := range [][]string{{"GOMAXPROCS=1"}, {"GOMAXPROCS=2"}} {
			for _, isa := range kernels.ISAs() {
				cmd := command(t, append(env, "NABLA_ISA="+isa),
					"train", "--json", "--epochs", "1", "--hidden", "17,9", "--precision", precision, "--threads", "2", "--model", "m")
				out, err := cmd.Output()
				require.NoError(t, err)
				got := result{stdout: string(out)}.last(t)["fingerprint"]
				if first == nil {
					first = got
				}
				require.Equal(t, first, got, "%s %v %s", isa, env, precision)
			}
		}
	}
}

func TestTrainText(t *testing.T) {
	t.Chdir(t.TempDir())
	r := nabla(t, "train", "--epochs", "10")
	require.Equal(t, exitDone, r.code)
	require.Contains(t, r.stdout, "test accuracy      9")
	require.Contains(t, r.stdout, "fingerprint        ")
	require.Contains(t, r.stdout, "model              nabla.safetensors\n")
	require.Equal(t, 10, strings.Count(r.stderr, "\nepoch "))
	require.Contains(t, r.stderr, "\nepoch  9/10  cost 0.")
	_, err := model.Load[float32]("nabla.safetensors")
	require.NoError(t, err)
}

// A training that learns nothing says so; one that learns says nothing of the kind.
func TestTrainWarns(t *testing.T) {
	model := filepath.Join(t.TempDir(), "model")
	r := nabla(t, "train", "--epochs", "2", "--lr", "1e-9", "--model", model)
	require.Equal(t, 0, r.code, r.stderr)
	require.Contains(t, r.stderr, "warning: The cost has not moved")
	require.NotContains(t, nabla(t, "train", "--epochs", "2", "--model", model).stderr, "warning")
}

// learns trains on a simple file with the given flags, wants all samples right and
// returns the network that the model file holds (nil if that is of float64).
func learns(t *testing.T, flags string) *net.Network[float32] {
	t.Helper()
	path := filepath.Join(t.TempDir(), "m")
	args := []string{"train", "--json", "--data", data("csv_sorted_labels.csv"), "--hidden", "4", "--activation", "sigmoid", "--optimizer", "sgd", "--batch", "10", "--epochs", "30", "--lr", "3", "--model", path}
	r := nabla(t, append(args, strings.Fields(flags)...)...)
	require.Equal(t, exitDone, r.code, r.stderr)
	require.Equal(t, 1.0, r.last(t)["train_accuracy"])
	r = nabla(t, "eval", path, "--json", "--data", data("csv_sorted_labels.csv"))
	require.Equal(t, exitDone, r.code, r.stderr)
	require.Equal(t, 1.0, r.last(t)["accuracy"])
	if strings.Contains(flags, "f64") {
		return nil
	}
	m, err := model.Load[float32](path)
	require.NoError(t, err)
	return m.Net
}

// Every cost, activation and optimizer of the tables learns, and the model says which
// it was.
func TestTrainRows(t *testing.T) {
	slow := map[string]string{"itakura-saito": " --lr 0.2"} // its gradients are large
	for _, c := range net.Costs() {
		t.Run(c.Name, func(t *testing.T) {
			n := learns(t, "--cost "+c.Name+slow[c.Name])
			require.Equal(t, c.Name, n.Config().Cost.Name)
			require.Equal(t, c.Output.Name, n.Layer(2).Activation.Name)
		})
	}
	for _, σ := range net.Activations() {
		t.Run(σ.Name, func(t *testing.T) {
			if σ.ByRows {
				require.Equal(t, exitUsage, nabla(t, "train", "--activation", σ.Name).code)
				return
			}
			require.Equal(t, σ.Name, learns(t, "--lr 0.3 --activation "+σ.Name).Layer(1).Activation.Name)
		})
	}
	for _, m := range train.Methods() {
		t.Run(m.Name, func(t *testing.T) {
			flags := fmt.Sprintf("--epochs 300 --lr %v --optimizer %s", m.Rate, m.Name)
			for _, h := range m.Hyperparameters {
				flags += fmt.Sprintf(" --%s %v", h.Name, h.Value)
			}
			learns(t, flags)
		})
	}
}

// So does every way of taking steps.
func TestTrainFlags(t *testing.T) {
	for _, flags := range []string{
		"--hidden 5,4",
		"--hidden=",
		"--batch full --epochs 200",
		"--batch 1",
		"--draw 20 --batch 5",
		"--precision f64",
	} {
		t.Run(flags, func(t *testing.T) { learns(t, flags) })
	}
}

func TestSeedsDiffer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m")
	one := nabla(t, "train", "--json", "--epochs", "1", "--model", path).last(t)["fingerprint"]
	two := nabla(t, "train", "--json", "--epochs", "1", "--model", path, "--seed", "2").last(t)["fingerprint"]
	require.NotEqual(t, one, two)
}

func TestOutputActivation(t *testing.T) {
	path := modelIn(t, "--cost", "kullback-leibler", "--epochs", "1", "--hidden", "3", "--activation", "relu")
	m, err := model.Load[float32](path)
	require.NoError(t, err)
	require.Equal(t, net.Dense(3, net.ReLU), m.Net.Layer(1))
	require.Equal(t, net.Dense(10, net.Softmax), m.Net.Layer(2))
}

// CSV files as the case log has them.
func TestTrainCSV(t *testing.T) {
	for _, c := range []struct {
		name, flags string
		file        string
		accuracy    float64
	}{
		{"A-T12: sorted labels", "--hidden 4 --lr 3 --epochs 10", "csv_sorted_labels.csv", 1},
		{"A-T15: values of 0 and 255", "--hidden 4 --lr 3 --epochs 1000 --seed 2", "csv_big_scale.csv", 1},
		{"A-T19: nine to one", "--hidden= --lr 3", "csv_imbalanced_9to1.csv", 1},
		{"A-T20: two units", "--hidden= --lr 3", "csv_two_units.csv", 1},
		{"A-T01: XOR needs a hidden layer", "--hidden= --lr 3 --cost cross-entropy --optimizer sgd --batch 10 --epochs 30", "xor.csv", 0.5},
		{"XOR", "--hidden 4 --lr 3 --epochs 1000", "xor.csv", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "m")
			args := append([]string{"train", "--json", "--model", path, "--data", data(c.file)}, strings.Fields(c.flags)...)
			r := nabla(t, args...)
			require.Equal(t, exitDone, r.code, r.stderr)
			require.Equal(t, c.accuracy, r.last(t)["train_accuracy"])
			if r.last(t)["test_samples"] == 0.0 {
				require.Nil(t, r.last(t)["test_accuracy"])
				require.Contains(t, r.stderr, "no samples are kept for testing")
			}
		})
	}
}

// Columns of one value are named, also if only float32 makes it one.
func TestConstantColumns(t *testing.T) {
	file := write(t, "f.csv", "a,b,c,y\n1,16777216,5,0\n2,16777217,5,1\n")
	for precision, want := range map[string]string{
		"f32": "note: 2 inputs are constant in the training data and ignored: b, c (what varies very little may do so in f64)\n",
		"f64": "note: 1 input is constant in the training data and ignored: c\n",
	} {
		r := nabla(t, "train", "--data", file, "--test-share", "0", "--epochs", "1", "--precision", precision, "--model", filepath.Join(t.TempDir(), "m"))
		require.Equal(t, exitDone, r.code, r.stderr)
		require.Contains(t, r.stderr, want)
	}
	r := nabla(t, "train", "--data", data("xor.csv"), "--epochs", "1", "--model", filepath.Join(t.TempDir(), "m"))
	require.NotContains(t, r.stderr, "constant")
}

// The delta rule: AND and OR without a hidden layer.
func TestDeltaRule(t *testing.T) {
	for name, text := range map[string]string{
		"and": "0,0,0\n0,1,0\n1,0,0\n1,1,1\n",
		"or":  "0,0,0\n0,1,1\n1,0,1\n1,1,1\n",
	} {
		r := nabla(t, "train", "--json", "--hidden=", "--lr", "3", "--epochs", "100", "--test-share", "0", "--raw",
			"--model", filepath.Join(t.TempDir(), "m"), "--data", write(t, name, text))
		require.Equal(t, exitDone, r.code, r.stderr)
		require.Equal(t, 1.0, r.last(t)["train_accuracy"])
	}
}

// mnist makes a directory with the four files of MNIST. A file is given as text,
// or by the name of one of package dataset's test files.
func mnist(t *testing.T, replace map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, source := range map[string]string{
		"train-images-idx3-ubyte": "idx3_2images.idx", "train-labels-idx1-ubyte": "idx1_ok_2.idx",
		"t10k-images-idx3-ubyte": "idx3_gz_without_gz_name.idx", "t10k-labels-idx1-ubyte": "idx1_ok_2.idx",
	} {
		if r, ok := replace[name]; ok {
			source = r
		}
		b, err := os.ReadFile(data(source))
		if err != nil {
			b = []byte(source)
		}
		if source != "" {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), b, 0o600))
		}
	}
	return dir
}

// A model does not replace what it learns from.
func TestModelOverMNIST(t *testing.T) {
	dir := mnist(t, nil)
	path := filepath.Join(dir, "t10k-labels-idx1-ubyte")
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	r := nabla(t, "train", "--data", dir, "--model", path)
	require.Equal(t, exitUsage, r.code)
	require.Contains(t, r.stderr, "would overwrite the data")
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after)
	require.Equal(t, exitDone, nabla(t, "train", "--data", dir, "--model", filepath.Join(dir, "m"), "--epochs", "1").code)
}

func TestTrainMNIST(t *testing.T) {
	r := nabla(t, "train", "--json", "--hidden", "5", "--lr", "2", "--epochs", "100", "--data", mnist(t, nil), "--model", filepath.Join(t.TempDir(), "m"))
	require.Equal(t, exitDone, r.code, r.stderr)
	require.Equal(t, 1.0, r.last(t)["test_accuracy"])
}

// numberedRows is a CSV file with a label of its own in each row.
func numberedRows(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "1,%d\n", i)
	}
	return b.String()
}

// What goes wrong has exit code 1 and one clear line, and leaves the model that
// is there.
func TestTrainFails(t *testing.T) {
	file := write(t, "file", "")
	for _, c := range []struct {
		name  string
		flags []string
		want  string
	}{
		{"missing IDX", []string{"--data", mnist(t, map[string]string{"t10k-labels-idx1-ubyte": ""})}, "no file t10k-labels-idx1-ubyte"},
		{"truncated IDX", []string{"--data", mnist(t, map[string]string{"train-images-idx3-ubyte": "idx3_truncated_header_says_2.idx"})}, "train-images-idx3-ubyte: truncated: the header promises 18 bytes, found 13"},
		{"truncated gzip", []string{"--data", mnist(t, map[string]string{"train-images-idx3-ubyte": "idx3_truncated.idx.gz"})}, "truncated"},
		{"labels as images", []string{"--data", mnist(t, map[string]string{"t10k-images-idx3-ubyte": "idx1_given_as_images.idx"})}, "t10k-images-idx3-ubyte: wrong kind of file"},
		{"too many labels", []string{"--data", mnist(t, map[string]string{"train-labels-idx1-ubyte": "idx1_3labels_for_2images.idx"})}, "holds 3 labels"},
		{"empty IDX", []string{"--data", mnist(t, map[string]string{
			"train-images-idx3-ubyte": "\x00\x00\x08\x03\x00\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x03",
			"train-labels-idx1-ubyte": "\x00\x00\x08\x01\x00\x00\x00\x00",
		})}, "train-images-idx3-ubyte: no samples"},
		{"labels that are no classes", []string{"--data", write(t, "f", numberedRows(2000)), "--task", "classify"}, "more than 1000 different labels"},
		{"a directory without data", []string{"--data", t.TempDir()}, "no file train-images-idx3-ubyte"},
		{"no such data", []string{"--data", "none.csv"}, "want digits, a directory or a CSV file"},
		{"missing cells", []string{"--data", data("csv_missing.csv"), "--missing", "error"}, "csv_missing.csv: column 1 (f1): the value is missing in"},
		{"one class", []string{"--data", data("csv_single_class.csv")}, `all samples are of the one class "1"`},
		{"constant inputs", []string{"--data", write(t, "f", "1,5,a\n1,5,b\n1,5,a\n")}, "f: no input varies in the training data: there is nothing to learn from"},
		{"no such column", []string{"--data", data("xor.csv"), "--label", "z"}, `no column is called "z"`},
		{"diverging to NaN", []string{"--lr", "1e38"}, "diverged in epoch 1"},
		{"diverging", []string{"--lr", "1e20", "--epochs", "1", "--optimizer", "sgd", "--activation", "sigmoid", "--cost", "cross-entropy"}, "the training diverged: its cost is"},
		{"diverging by τ", []string{"--cost", "exponential", "--tau", "0.001"}, "diverged in epoch 1, step 1: the cost is +Inf: raise τ of the exponential cost, which is 0.001"},
		{"no directory", []string{"--model", filepath.Join(file, "none", "m")}, "--model: cannot write"},
		{"a directory as the model", []string{"--model", t.TempDir()}, "it is a directory"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := write(t, "m", "an old model")
			r := nabla(t, append([]string{"train", "--json", "--model", path}, c.flags...)...)
			code := exitFailed
			if slices.Contains([]string{"labels that are no classes", "no such column"}, c.name) { // other flags would do
				code = exitUsage
			}
			require.Equal(t, code, r.code, r.stderr)
			require.Contains(t, r.stderr, c.want)
			lines := strings.Split(strings.TrimSpace(r.stderr), "\n")
			require.Contains(t, lines[len(lines)-1], c.want)
			if !strings.HasPrefix(c.name, "diverging") {
				require.Len(t, lines, 1)
				require.Empty(t, r.stdout)
			}
			b, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, "an old model", string(b))
			files, err := os.ReadDir(filepath.Dir(path))
			require.NoError(t, err)
			require.Len(t, files, 1)
		})
	}
}

// cancelAfter calls cancel when so many lines have been written to it.
type cancelAfter struct {
	bytes.Buffer
	lines  int
	cancel func()
}

func (w *cancelAfter) Write(b []byte) (int, error) {
	n, err := w.Buffer.Write(b)
	if bytes.Count(w.Bytes(), []byte("\n")) >= w.lines {
		w.cancel()
	}
	return n, err
}

// ctrl-C keeps what was learned beside the model that was there, unless that is nothing yet.
func TestInterrupt(t *testing.T) {
	path := write(t, "m.safetensors", "an old model")
	other := strings.TrimSuffix(path, ".safetensors") + ".interrupted.safetensors"
	for _, epochs := range []int{0, 3} {
		ctx, cancel := context.WithCancel(context.Background())
		stderr := &cancelAfter{lines: 1 + epochs, cancel: cancel} // the first line announces the training
		var stdout bytes.Buffer
		code := run(ctx, []string{"train", "--epochs", "1000000", "--model", path}, nil, &stdout, stderr)
		require.Equal(t, exitFailed, code)
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, "an old model", string(b))
		if epochs == 0 {
			require.Contains(t, stderr.String(), "no model was written")
			require.Empty(t, stdout.String())
			require.NoFileExists(t, other)
			continue
		}
		require.Contains(t, stderr.String(), "stopping after this step")
		require.Contains(t, stderr.String(), "stopped in epoch 3 of 1000000, after step 135; "+other+" has what was learned by then, and "+path+" is as it was")
		m, err := model.Load[float32](other)
		require.NoError(t, err)
		require.True(t, m.Made.Interrupted)
		require.Equal(t, 135, m.Made.Steps)
		require.Contains(t, nabla(t, "show", other).stdout, "3, stopped after step 135")
	}
}

// What is interrupted at a cost that nobody wants is not written, but may have been
// about to learn.
func TestInterruptAtAHighCost(t *testing.T) {
	path := write(t, "m", "an old model")
	ctx, cancel := context.WithCancel(context.Background())
	stderr := &cancelAfter{lines: 2, cancel: cancel}
	code := run(ctx, []string{"train", "--lr", "1e20", "--optimizer", "sgd", "--activation", "sigmoid", "--cost", "cross-entropy", "--epochs", "1000000", "--model", path}, nil, io.Discard, stderr)
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr.String(), "stopped in epoch 1 of 1000000, after step 45; no model was written: its cost is ")
	require.NotContains(t, stderr.String(), "diverged")
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "an old model", string(b))
}

func TestAdvice(t *testing.T) {
	require.Equal(t, "lower --lr", (&trainPlan{cost: net.Quadratic}).advice())
	require.Equal(t, "lower --lr or raise --tau, which is 0.25", (&trainPlan{cost: net.Exponential(0.25)}).advice())
}

func TestInterruptSignal(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("no signal can be sent here")
		return
	}
	cmd := command(t, nil, "train", "--json", "--epochs", "1000000", "--model", "m")
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	_, err = io.ReadFull(stdout, make([]byte, 1)) // the first epoch is over
	require.NoError(t, err)
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	rest, err := io.ReadAll(stdout)
	require.NoError(t, err)
	require.Error(t, cmd.Wait())
	require.Equal(t, exitFailed, cmd.ProcessState.ExitCode())
	require.Equal(t, true, result{stdout: string(rest)}.last(t)["interrupted"])
	_, err = model.Load[float32](filepath.Join(cmd.Dir, "m.interrupted.safetensors"))
	require.NoError(t, err)
}
