package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// asCommand makes the test binary behave as the command.
const asCommand = "NABLA_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		connectAsTest()
		main()
	}
	os.Exit(m.Run())
}

// command returns the command as a process of its own, run in an empty directory
// unless Dir is changed, with env added to the environment.
func command(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self, args...)
	cmd.Env = append(append(os.Environ(), asCommand+"=1"), env...)
	cmd.Dir = t.TempDir()
	return cmd
}

// result is what a command line came to.
type result struct {
	code           int
	stdout, stderr string
}

// nabla runs a command line in this process.
func nabla(t *testing.T, args ...string) result {
	t.Helper()
	return nablaWith(t, context.Background(), strings.NewReader(""), args...)
}

func nablaWith(t *testing.T, ctx context.Context, stdin io.Reader, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(ctx, args, stdin, &stdout, &stderr)
	return result{code, stdout.String(), stderr.String()}
}

// last decodes the last line of results.
func (r result) last(t *testing.T) map[string]any {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(r.stdout), "\n")
	var v map[string]any
	require.NoError(t, json.Unmarshal([]byte(lines[len(lines)-1]), &v), r.stderr)
	return v
}

// data returns the path of one of package dataset's test files.
func data(name string) string {
	path, err := filepath.Abs(filepath.Join("..", "..", "dataset", "testdata", name))
	if err != nil {
		panic(err)
	}
	return path
}

// modelIn trains a model quickly with the given flags and returns its path.
func modelIn(t *testing.T, flags ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "m.safetensors")
	r := nabla(t, append([]string{"train", "--model", path}, flags...)...)
	require.Equal(t, exitDone, r.code, r.stderr)
	return path
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// Wrong usage: exit code 2, one line that says what would be right, no results,
// no files.
func TestUsageErrors(t *testing.T) {
	csv := data("csv_two_units.csv")
	flowers := write(t, "flowers", "size,species\n1,a\n2,b\n3,a\n")
	for _, c := range []struct {
		args string
		want string
	}{
		{"learn", `unknown command "learn"`},
		{"--fast", "unknown flag: --fast"},
		{"help learn", `unknown command "learn"`},
		{"train --fast", "unknown flag: --fast"},
		{"train a b", "wrong number of arguments, 2: want nabla train [DATA]"},
		{"train --data digits digits", "the data are given twice"},
		{"train --lr", "flag needs an argument: --lr"},
		{"train --lr fast", `--lr "fast": want a number, with a decimal point if it has a fraction (see`},
		{"train --lr 0", "--lr 0: want a positive number"},
		{"train --lr NaN", "--lr NaN: want a positive number"},
		{"train --lr Inf", "--lr +Inf"},
		{"train --lr 1e-320", "--lr 1e-320 is 0 as a float32: want a larger one, or --precision f64"},
		{"train --epochs 0", "--epochs 0: want at least 1"},
		{"train --epochs 1.5", `--epochs "1.5": want a whole number (see`},
		{"train --batch 0", `--batch "0": want a positive number, full or auto`},
		{"train --batch all", `--batch "all"`},
		{"train --draw -1", "--draw -1"},
		{"train --seed -1", `--seed "-1": want a whole number of at least 0 (see`},
		{"train --threads 0", "--threads 0: want at least 1"},
		{"train --hidden 30,", `--hidden "30,": "" is no number`},
		{"train --hidden 0", `--hidden "0"`},
		{"train --hidden 5x3", `--hidden "5x3"`},
		{"train --hidden 1000001", "want 1 to 1000000"},
		{"train --hidden 1000000,1000000", `--hidden: with 64 inputs and 10 classes, that is 1e+12 weights: want at most 1e+09`},
		{"train --activation softmax", `--activation "softmax": want identity, sigmoid, tanh, relu`},
		{"train --activation Sigmoid", `--activation "Sigmoid"`},
		{"train --cost mse", `--cost "mse": want auto, quadratic, cross-entropy, `},
		{"train --tau 0", "--tau 0"},
		{"train --tau 3", "--tau is for --cost exponential, not auto"},
		{"train --optimizer Adam", `--optimizer "Adam": want sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw, amsgrad or lion`},
		{"train --momentum 0.9", "--momentum: optimizer adam has no μ"},
		{"train --momentum 0", "--momentum: optimizer adam has no μ"},
		{"train --optimizer adam --beta2 1", "--beta2 1: β₂ (beta2) of adam is 1: want at least 0 and less than 1"},
		{"train --optimizer adam --eps 0", "ε (eps) of adam is 0: want more than 0 and less than 1"},
		{"train --precision f16", `--precision "f16": want f32 or f64`},
		{"train --header maybe --data " + csv, `--header "maybe": want auto, yes or no`},
		{"train --test-share 1 --data " + csv, "--test-share 1: want"},
		{"train --label y", "--target is for CSV files, --data is digits"},
		{"train --hidden 1000000 --batch full --max-memory 1GiB", "--hidden, --batch: a network of 7.4e+07 weights in steps of 1438 samples takes some"},
		{"train --cost itakura-saito --max-memory 10K", "--cost itakura-saito: targets for 1797 samples of 10 classes take"},
		{"train --max-memory 1X", `--max-memory "1X": want a size such as 4GiB`},
		{"train --image-size 28", `--image-size "28": want WIDTHxHEIGHT`},
		{"train --columns x --data " + csv, `"x" names no type: want column=type`},
		{"train --sep dot --data " + csv, `--sep "dot": want auto, comma, semicolon, tab, bar or blanks`},
		{"train --missing zero --data " + csv, `--missing "zero": want auto, error, drop, mean, median or mode`},
		{"train --model= --epochs 1", `--model "": want the name of a file`},
		{"train --data " + csv + " --model " + csv, "would overwrite the data"},
		{"eval", "wrong number of arguments, 0: want nabla eval MODEL"},
		{"eval a b c", "wrong number of arguments, 3"},
		{"train --lr 1,5", `--lr "1,5": want a number, with a decimal point if it has a fraction (see`},
		{"train --max-memory 9kB", "takes some 631.4 KiB of memory: want at most 8.8 KiB (--max-memory)"},
		{"eval a b --data c", "the data are given twice"},
		{"eval m --part dev", `--part "dev": want all, train or test`},
		{"eval m --part test", "--part is for CSV files"},
		{"predict", "wrong number of arguments, 0: want nabla predict MODEL [FILE|FOLDER|-] …"},
		{"predict m --header x", `--header "x"`},
		{"train " + flowers + " --target Spezies", `no column is called "Spezies" (target): the first record is size, species: did you mean species?`},
		{"train " + flowers + " --target 3", "target column 3 is out of range: want 1…2"},
		{"train " + flowers + " --drop species --target species", "column 2 (species) is to be dropped, and the target as well"},
		{"train " + flowers + " --drop species", "the target column is dropped: want another one"},
		{"train " + flowers + " --weight species", "the target column is used as weight: want another one"},
		{"train " + flowers + " --drop size", "no column is left to learn from: of 2 columns, all but the target are dropped or have another purpose"},
		{"train " + flowers + " --sep ;", `one column only, "size,species", with semicolons as separator: try --sep auto`},
		{"train " + flowers + " --columns species=text", "column 2 (species) is the target, which can't be a text: want number or category"},
		{"train " + flowers + " --columns size=nummer", `column 1 (size): unknown type "nummer": want number, category, date or text`},
		{"doctor now", "wrong number of arguments, 1: want nabla doctor"},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Chdir(t.TempDir())
			r := nabla(t, strings.Fields(c.args)...)
			require.Equal(t, exitUsage, r.code, r.stderr)
			require.Contains(t, r.stderr, c.want)
			require.Equal(t, 1, strings.Count(r.stderr, "\n"), r.stderr)
			require.Empty(t, r.stdout)
			files, err := os.ReadDir(".")
			require.NoError(t, err)
			require.Empty(t, files)
		})
	}
}

func TestHelp(t *testing.T) {
	r := nabla(t, "train", "--help")
	require.Equal(t, exitDone, r.code)
	require.Equal(t, r, nabla(t, "help", "train"))
	require.Contains(t, r.stdout, "--json")
	for _, σ := range net.Activations() {
		require.Regexp(t, `(?m)^  `+σ.Name+` +`+regexp.QuoteMeta(σ.Formula)+`$`, r.stdout)
	}
	for _, c := range net.Costs() {
		require.Regexp(t, `(?m)^  `+c.Name+` +`+regexp.QuoteMeta(c.Formula)+` +`+c.Output.Name+`$`, r.stdout)
	}
	for _, m := range train.Methods() {
		require.Regexp(t, `(?m)^  `+m.Name+` +`+strings.ReplaceAll(regexp.QuoteMeta(m.Formula), " ", `\s+`)+`$`, r.stdout)
	}
	for _, rule := range train.Rules() {
		require.Regexp(t, `(?m)^  `+rule.Name+` +`+strings.ReplaceAll(regexp.QuoteMeta(rule.Formula), " ", `\s+`), r.stdout)
	}
}

func TestFill(t *testing.T) {
	word := strings.Repeat("x", 39)
	require.Equal(t, word+" "+word+"\n"+word+"\n\n  a  "+word+"\n     "+word+"\n     "+word+"\nb c", fill(word+"\n"+word+" "+word+"\n\n  a  "+word+" "+word+" "+word+"\nb\nc"))
}

// The exit codes of a real process, and its warning about NABLA_ISA.
func TestProcess(t *testing.T) {
	for _, c := range []struct {
		args string
		code int
	}{
		{"train --epochs 1 --model m", exitDone},
		{"train --epochs 1 --model none/m", exitFailed},
		{"train --epochs x", exitUsage},
	} {
		cmd := command(t, []string{"NABLA_ISA=mmx", "NABLA_CORE=486"}, strings.Fields(c.args)...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		_ = cmd.Run() // the exit code tells
		require.Equal(t, c.code, cmd.ProcessState.ExitCode(), stderr.String())
		if c.code != exitUsage {
			require.Contains(t, stderr.String(), `nabla: NABLA_ISA: unknown instruction set "mmx"`)
			require.Contains(t, stderr.String(), `nabla: NABLA_CORE: unknown kind of core "486"`)
		}
	}
}

// Results that can't be written are a failure.
func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Logf("no /dev/full here: %v", err)
		return
	}
	defer full.Close()
	var stderr bytes.Buffer
	digits := modelIn(t, "--epochs", "1")
	require.Equal(t, exitFailed, run(context.Background(), []string{"eval", digits}, nil, full, &stderr))
	require.Contains(t, stderr.String(), "no space left")

	r := nabla(t, "train", "--epochs", "1", "--model", "/dev/full")
	require.Equal(t, exitFailed, r.code)
	require.Contains(t, r.stderr, "no space left")
}
