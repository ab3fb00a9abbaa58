package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
)

// Every flag about the training changes what is learned, and --like repeats it.
func TestFlagsOfTraining(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "m")
	plain := strings.Fields("train --json --hidden 8,6 --epochs 3 --batch 64 --model " + path)
	seen := map[any]string{}
	for _, flags := range []string{
		"", "--layer-norm", "--dropout 0.3", "--input-dropout 0.2", "--init orthogonal", "--init he-normal,lecun-uniform,scaled-normal",
		"--schedule constant", "--schedule step:every=1,factor=0.5", "--schedule exponential", "--schedule inverse-scaling", "--schedule polynomial",
		"--schedule cosine", "--schedule cosine-restarts:period=2", "--schedule one-cycle --schedule-by step", "--warmup 2", "--warmup 2 --warmup-from 0.1",
		"--layer-rates 0.1,1,1", "--freeze 1", "--l1 0.001", "--l2 0.01", "--l2 0.01 --decay-biases", "--decay 0.01",
		"--clip-value 0.001", "--clip-norm 0.01", "--max-norm 0.5", "--noise 0.2", "--label-smoothing 0.1",
		"--class-weight 3=2,7=0.5", "--class-weight balanced", "--patience 1", "--validation-share 0.3", "--optimizer lion",
	} {
		r := nabla(t, append(plain, strings.Fields(flags)...)...)
		require.Equal(t, exitDone, r.code, "%s: %s", flags, r.stderr)
		last := r.last(t)
		if was, ok := seen[last["fingerprint"]]; ok {
			t.Errorf("%q and %q give one result", flags, was)
		}
		seen[last["fingerprint"]] = flags
		if strings.Contains(flags, "class-weight 3") || strings.Contains(flags, "patience") {
			again := nabla(t, "train", "--json", "--like", path, "--model", filepath.Join(dir, "again"))
			require.Equal(t, exitDone, again.code, again.stderr)
			require.Equal(t, last["fingerprint"], again.last(t)["fingerprint"], flags)
		}
	}
}

// What a training measures stands in its lines, under the data that it is of.
func TestValidationAndMetrics(t *testing.T) {
	r := nabla(t, strings.Fields("train --json --hidden 8 --epochs 40 --schedule constant --patience 3 --watch f1_macro --metrics f1_macro,top_2_accuracy --model "+filepath.Join(t.TempDir(), "m"))...)
	require.Equal(t, exitDone, r.code, r.stderr)
	require.Contains(t, r.stderr, "1293 samples, 145 for validation and 359 for testing")
	best, epochs := math.Inf(-1), 0
	number := 0.0
	for line := range strings.Lines(r.stdout) {
		var e map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &e))
		if e["epoch"] == nil {
			continue
		}
		epochs++
		require.Nil(t, e["test_accuracy"])
		require.Less(t, e["validation_accuracy"], 1.0)
		f1 := e["metrics"].(map[string]any)["f1_macro"].(float64)
		if f1 > best {
			best, number = f1, e["epoch"].(float64)
		}
	}
	last := r.last(t)
	require.Equal(t, number, last["best_epoch"])
	require.Equal(t, true, last["stopped_early"])
	require.Equal(t, number+3, float64(epochs))
	// The model is that of the best epoch.
	again := nabla(t, "train", "--json", "--hidden", "8", "--epochs", fmt.Sprint(number), "--validation-share", "0.1", "--schedule", "constant", "--model", filepath.Join(t.TempDir(), "m"))
	require.Equal(t, exitDone, again.code, again.stderr)
	require.Equal(t, last["fingerprint"], again.last(t)["fingerprint"])
	require.Greater(t, last["metrics"].(map[string]any)["top_2_accuracy"], last["test_accuracy"])

	csv := func(name string, rows int) string {
		var b strings.Builder
		fmt.Fprintln(&b, "x,y")
		for k := range rows {
			fmt.Fprintf(&b, "%.3f,%.3f\n", float64(k%37)/10, float64(k%37)/5+1)
		}
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o600))
		return path
	}
	r = nabla(t, "train", csv("a.csv", 200), "--validation", csv("b.csv", 50), "--epochs", "30", "--metrics", "r2,mae", "--model", filepath.Join(t.TempDir(), "m"))
	require.Equal(t, exitDone, r.code, r.stderr)
	require.Contains(t, r.stderr, "160 samples, 50 for validation and 40 for testing")
	require.Regexp(t, `epoch 30/30  cost \S+ +validation \S+ +r2 \S+  mae `, r.stderr)
	require.Regexp(t, `(?m)^r2 +0\.9`, r.stdout)
}

// A model is trained on: frozen layers stay, and what goes in is what it was trained on.
func TestFineTuning(t *testing.T) {
	dir := t.TempDir()
	path, tuned := filepath.Join(dir, "m"), filepath.Join(dir, "tuned")
	for _, data := range []string{"digits", "../../dataset/testdata/iris.csv"} {
		if _, err := os.Stat(data); data != "digits" && err != nil {
			continue
		}
		r := nabla(t, "train", data, "--json", "--hidden", "8", "--epochs", "3", "--model", path)
		require.Equal(t, exitDone, r.code, r.stderr)
		first := r.last(t)
		r = nabla(t, "train", data, "--json", "--from", path, "--epochs", "3", "--freeze", "1", "--model", tuned)
		require.Equal(t, exitDone, r.code, r.stderr)
		require.Less(t, r.last(t)["train_cost"], first["train_cost"])
		a, err := model.Load[float32](path)
		require.NoError(t, err)
		b, err := model.Load[float32](tuned)
		require.NoError(t, err)
		require.Equal(t, a.Net.Weights(1).Data, b.Net.Weights(1).Data)
		require.NotEqual(t, a.Net.Weights(2).Data, b.Net.Weights(2).Data)
		require.Equal(t, a.Scaler, b.Scaler)
		again := nabla(t, "train", "--json", "--like", tuned, "--model", filepath.Join(dir, "again"))
		require.Equal(t, exitDone, again.code, again.stderr)
		require.Equal(t, r.last(t)["fingerprint"], again.last(t)["fingerprint"])
	}
}

func TestTrainingFlagsRefuse(t *testing.T) {
	path := modelIn(t, "--epochs", "1")
	for flags, says := range map[string]string{
		"--schedule step:evry=3":                `--schedule "step:evry=3": "evry=3": want name=value, the name being every or factor`,
		"--schedule step:every=x":               `want a number behind every=`,
		"--schedule step:every=0":               `every of schedule step is 0: want a whole number of at least 1`,
		"--schedule constant:a=1":               `constant has no parameters`,
		"--schedule auto:a=1":                   `want auto without parameters`,
		"--schedule plateau --schedule-by step": `follows the cost of epochs`,
		"--warmup -1":                           `want at least 0`,
		"--layer-rates 1,2,3":                   `--layer-rates: 3 factors for 2 layers: want one for each`,
		"--layer-rates 1,x":                     `want numbers of at least 0`,
		"--freeze 3":                            `--freeze 3: the network has 2 layers`,
		"--freeze 0":                            `want numbers of layers from 1`,
		"--init he-normal,he-normal,he-normal":  `want one initialisation, or one for each of the 2 layers`,
		"--dropout 1":                           `--dropout 1: want a number of at least 0 and less than 1`,
		"--l2 -1":                               `--l2 -1: want a finite number of at least 0`,
		"--class-weight 11=2":                   `there is no class "11"`,
		"--class-weight 1=x":                    `want balanced, or name=weight`,
		"--validation x.csv":                    `--validation is for CSV files`,
		"--patience 2 --validation-share 0":     `--patience needs data to judge by`,
		"--metrics nonsense":                    `want some of accuracy`,
		"--watch nonsense":                      `want cost, accuracy`,
		"--metrics r2":                          `r2`,
		"--from " + path + " --hidden 3":        `--hidden goes without --from`,
	} {
		r := nabla(t, append([]string{"train", "--model", filepath.Join(t.TempDir(), "m")}, strings.Fields(flags)...)...)
		assert.NotEqual(t, exitDone, r.code, flags)
		if flags != "--metrics r2" {
			assert.Equal(t, exitUsage, r.code, "%s: %s", flags, r.stderr)
		}
		assert.Contains(t, r.stderr, says, flags)
	}
}

// balanced is what train.BalancedWeights says, and unnamed classes count 1.
func TestClassWeights(t *testing.T) {
	p := &trainPlan{classWeight: "balanced"}
	require.NoError(t, p.setClassWeights([]int{0, 0, 0, 1}, []string{"a", "b"}))
	require.Equal(t, []float64{4.0 / 6, 2}, p.options.ClassWeights)
	p.classWeight = "x=y=3, c=0"
	require.NoError(t, p.setClassWeights([]int{0}, []string{"b", "x=y", "c"}))
	require.Equal(t, []float64{1, 3, 0}, p.options.ClassWeights)
	require.EqualError(t, p.setClassWeights(nil, nil), "--class-weight is for classes: the target has none")
}

// A validation part of a table is cut out before anything is fitted to the rest.
func TestValidationShareOfTable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.csv")
	text := "x,c\n"
	for k := range 100 {
		text += fmt.Sprintf("%d,%c\n", k*k, 'a'+k%2)
	}
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	load := func(share float64) samples[float64] {
		d := dataSource{testShare: 0.2, validationShare: share}
		require.NoError(t, d.setPath(path))
		s, err := loadTraining[float64](&d)
		require.NoError(t, err)
		return s
	}
	all, rest := load(0), load(0.25)
	require.Nil(t, all.validation)
	require.Equal(t, []int{60, 20, 20}, []int{rest.training.Len(), rest.validation.Len(), rest.test.Len()})
	sum := kernels.Sum(rest.training.X.Data)
	require.Less(t, math.Abs(sum), 1e-9, "the mean is that of the 60")
	require.NotEqual(t, all.encoder.Scaler, rest.encoder.Scaler)
}

// --weight: rows of weight 0 teach nothing, and the column is no input.
func TestWeightColumn(t *testing.T) {
	var whole, weighted strings.Builder
	whole.WriteString("x,c\n")
	weighted.WriteString("x,w,c\n")
	for k := range 60 {
		fmt.Fprintf(&whole, "%d,%c\n", k%7, 'a'+k%2)
		fmt.Fprintf(&weighted, "%d,%d,%c\n", k%7, k%3, 'a'+k%2)
	}
	path := filepath.Join(t.TempDir(), "m")
	for flags, fails := range map[string]string{"--weight w": "", "--weight c": "c", "--weight nothing": "nothing"} {
		args := append([]string{"train", "--json", "--epochs", "3", "--model", path, write(t, "w.csv", weighted.String())}, strings.Fields(flags)...)
		r := nabla(t, args...)
		if fails != "" {
			require.NotEqual(t, exitDone, r.code)
			require.Contains(t, r.stderr, fails)
			continue
		}
		require.Equal(t, exitDone, r.code, r.stderr)
		m, err := model.Load[float32](path)
		require.NoError(t, err)
		require.Equal(t, 1, m.Net.Inputs())
		plain := nabla(t, append(args[:len(args)-3:len(args)-3], write(t, "p.csv", whole.String()))...)
		require.Equal(t, exitDone, plain.code, plain.stderr)
		require.NotEqual(t, plain.last(t)["fingerprint"], r.last(t)["fingerprint"])
	}
	r := nabla(t, "train", "--model", path, write(t, "w.csv", strings.Replace(weighted.String(), "1,1,b", "1,-1,b", 1)), "--weight", "w")
	require.Equal(t, exitFailed, r.code)
	require.Contains(t, r.stderr, "row 2: column 2 (w): want a weight of at least 0")

	d := dataSource{testShare: 0}
	require.NoError(t, d.setPath(write(t, "w.csv", weighted.String())))
	d.table.Weight = "w"
	s, err := loadTraining[float64](&d)
	require.NoError(t, err)
	require.Equal(t, []float64{0, 1, 2, 0}, s.training.Weights[:4])
}

// Folds go with what needs validation data.
func TestFoldsWithFlags(t *testing.T) {
	for _, flags := range []string{"--patience 2", "--metrics f1_macro --watch accuracy --class-weight balanced --freeze 1"} {
		r := nabla(t, append(strings.Fields("train --folds 2 --hidden 8 --epochs 4 --model "+filepath.Join(t.TempDir(), "m")), strings.Fields(flags)...)...)
		require.Equal(t, exitDone, r.code, r.stderr)
		require.Contains(t, r.stdout, "over the folds     accuracy 0.")
	}
}

// The form of a date may have commas.
func TestTypeList(t *testing.T) {
	require.Equal(t, []string{"a=date:Jan 2, 2006", "b=category", "c=text"}, typeList([]string{"a=date:Jan 2, 2006,b=category", " c=text,"}))
	require.Equal(t, []string{"a"}, typeList([]string{"a"}))
	require.Equal(t, []string{""}, typeList([]string{""}))
}
