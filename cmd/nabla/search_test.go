package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/search"
)

// The table is the same for any number of jobs, the winner's model is that of the line that
// repeats it, and the record is complete in the end.
func TestSearch(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "m")
	args := []string{"search", "--try", "hidden=5/20,10", "--try", "lr=0.01/0.001/1e30", "--epochs", "2", "--folds", "3", "--model", path}
	var tables []string
	for _, jobs := range []string{"1", "2", "5"} {
		r := nabla(t, append(args, "--jobs", jobs, "--threads", "3", "--table", filepath.Join(dir, jobs+".csv"))...)
		require.Zero(t, r.code, r.stderr)
		b, err := os.ReadFile(filepath.Join(dir, jobs+".csv"))
		require.NoError(t, err)
		tables = append(tables, r.stdout[:strings.Index(r.stdout, "repeat with")]+string(b))
		require.Contains(t, r.stderr, "searching among 6 trials on digits: 1438 samples, and 359 for testing that no trial sees\n")
		require.Equal(t, 6, strings.Count(r.stderr, " of 6, epochs 2: accuracy "))

		line := winnersLine(t, r.stdout)
		require.Contains(t, strings.Join(line, " "), "--hidden 20,10 --lr 0.01")
		again := nabla(t, line...)
		require.Zero(t, again.code, again.stderr)
		require.Equal(t, fingerprintOf(t, again.stdout), fingerprintOf(t, r.stdout))
		require.Contains(t, r.stdout, "test accuracy")
	}
	require.Equal(t, tables[0], tables[1])
	require.Equal(t, tables[0], tables[2])

	rows, err := csv.NewReader(strings.NewReader(tables[0][strings.Index(tables[0], "rank,trial"):])).ReadAll()
	require.NoError(t, err)
	require.Equal(t, "rank trial hidden lr epochs accuracy deviation fold 1 fold 2 fold 3 failure", strings.Join(rows[0], " "))
	require.Len(t, rows, 7)
	require.Equal(t, []string{"1", "4", "20,10", "0.01", "2"}, rows[1][:5])
	require.Contains(t, rows[6][10], "diverged in epoch 1, step 2: the cost is NaN") // of 1e30
	require.Equal(t, "", rows[6][5])
	require.Equal(t, "3", rows[5][1]) // the other one that failed, with the smaller number

	m, err := model.Open(path)
	require.NoError(t, err)
	require.Equal(t, []string{"20,10"}, m.Made().Options["hidden"])
}

// winnersLine returns the arguments of the line that repeats the winner's training.
func winnersLine(t *testing.T, out string) []string {
	t.Helper()
	for line := range strings.Lines(out) {
		if rest, ok := strings.CutPrefix(line, "repeat with "); ok {
			return strings.Fields(rest)[1:]
		}
	}
	t.Fatalf("no line that repeats in %q", out)
	return nil
}

// A fold's score is that of a training on the other folds.
func TestSearchScores(t *testing.T) {
	options := []string{"--epochs", "2", "--folds", "3", "--model", filepath.Join(t.TempDir(), "m"), "--json", "--hidden", "20"}
	folds := nabla(t, append([]string{"train", "--lr", "0.01"}, options...)...)
	require.Zero(t, folds.code, folds.stderr)
	var want []float64
	for line := range strings.Lines(folds.stdout) {
		var r struct {
			Fold     int     `json:"fold"`
			Accuracy float64 `json:"accuracy"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		if r.Fold > 0 {
			want = append(want, r.Accuracy)
		}
	}
	require.Len(t, want, 3)
	got := nabla(t, append([]string{"search", "--try", "lr=0.01"}, options...)...)
	require.Zero(t, got.code, got.stderr)
	var row struct {
		Rank      int       `json:"rank"`
		Folds     []float64 `json:"folds"`
		Mean      float64   `json:"mean"`
		Deviation float64   `json:"deviation"`
	}
	line, rest, _ := strings.Cut(got.stdout, "\n")
	require.NoError(t, json.Unmarshal([]byte(line), &row))
	require.Equal(t, want, row.Folds)
	require.Equal(t, 1, row.Rank)
	require.Contains(t, rest, `"winner":1,"by":"accuracy"`)
	require.Contains(t, got.last(t), "fingerprint")
	require.Equal(t, nablaLast(t, folds), nablaLast(t, got))
}

func nablaLast(t *testing.T, r result) any { return r.last(t)["fingerprint"] }

// With halving, trials go on as in the paper, and the last rung is a whole training.
func TestSearchHalving(t *testing.T) {
	args := []string{"search", "--try", "lr=log:1e-4:1e-1", "--try", "dropout=lin:0:0.5", "--random", "9", "--epochs", "9", "--folds", "2",
		"--hidden", "10", "--model", filepath.Join(t.TempDir(), "m")}
	r := nabla(t, append(args, "--halving", "3", "--json")...)
	require.Zero(t, r.code, r.stderr)
	epochs := make(map[float64]int)
	var winner map[string]any
	for line := range strings.Lines(r.stdout) {
		var row map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &row))
		if row["rank"] != nil {
			epochs[row["epochs"].(float64)]++
		}
		if row["rank"] == 1.0 {
			winner = row
		}
	}
	require.Equal(t, map[float64]int{1: 6, 3: 2, 9: 1}, epochs)
	options := winner["options"].(map[string]any)
	whole := nabla(t, "search", "--try", "lr="+options["lr"].(string), "--dropout", options["dropout"].(string), "--epochs", "9", "--folds", "2",
		"--hidden", "10", "--model", filepath.Join(t.TempDir(), "m"), "--json")
	require.Zero(t, whole.code, whole.stderr)
	var row map[string]any
	line, _, _ := strings.Cut(whole.stdout, "\n")
	require.NoError(t, json.Unmarshal([]byte(line), &row))
	require.Equal(t, winner["folds"], row["folds"])
}

// A search that is killed goes on with --resume to the table of one that nobody killed, and
// runs nothing again.
func TestSearchKilled(t *testing.T) {
	dir := t.TempDir()
	record := filepath.Join(dir, "r.jsonl")
	args := []string{"search", "--try", "hidden=20/30", "--try", "lr=0.01/0.001/0.003", "--epochs", "4", "--folds", "2", "--model", filepath.Join(dir, "m")}
	whole := nabla(t, args...)
	require.Zero(t, whole.code, whole.stderr)
	args = append(args, "--results", record)
	lines := func() int {
		b, _ := os.ReadFile(record)
		return strings.Count(string(b), "\n")
	}
	resumed := args
	for range 3 {
		before := lines()
		cmd := command(t, nil, append(resumed, "--jobs", "2")...)
		require.NoError(t, cmd.Start())
		for end := time.Now().Add(time.Minute); lines() < before+2 && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		cmd.Process.Kill()
		cmd.Wait()
		resumed = append(args, "--resume")
	}
	before := lines() - 1
	require.Positive(t, before)
	got := nabla(t, resumed...)
	require.Zero(t, got.code, got.stderr)
	require.Equal(t, whole.stdout[:strings.Index(whole.stdout, "repeat with")], got.stdout[:strings.Index(got.stdout, "repeat with")])
	require.Equal(t, fingerprintOf(t, whole.stdout), fingerprintOf(t, got.stdout))
	require.Contains(t, got.stderr, fmt.Sprintf("%d folds are in %s already\n", before, record))
	require.Equal(t, 1+6*2, lines())

	again := nabla(t, args...)
	require.Equal(t, exitFailed, again.code)
	require.Contains(t, again.stderr, record+" is there already")
	other := nabla(t, append(resumed, "--batch", "7", "--random-seed", "3")...)
	require.Equal(t, exitFailed, other.code)
	require.Contains(t, other.stderr, `is of another search: its --batch is "auto", and this search's is "7"`)
	require.NotContains(t, other.stderr, "seed")
	space := nabla(t, slices.Concat(resumed, []string{"--try", "dropout=0/0.1"})...)
	require.Contains(t, space.stderr, `it has no --try dropout, and this search's is "0/0.1"`)
	more := nabla(t, "search", "--try", "lr=0.01/0.02/0.03/0.04", "--random", "2", "--epochs", "1", "--folds", "2", "--model", filepath.Join(dir, "m"), "--results", record+"2")
	require.Zero(t, more.code, more.stderr)
	more = nabla(t, "search", "--try", "lr=0.01/0.02/0.03/0.04", "--random", "3", "--epochs", "1", "--folds", "2", "--model", filepath.Join(dir, "m"), "--results", record+"2", "--resume")
	require.Zero(t, more.code, more.stderr)
	require.Contains(t, more.stderr, "4 folds are in ")
	require.Equal(t, 1, strings.Count(more.stderr, " of 3, epochs 1: "))
	data := nabla(t, slices.Concat(resumed, []string{data("csv_two_units.csv")})...)
	require.Contains(t, data.stderr, `its SHA-256 of data file 1 is "`)
}

// A signal ends a search, which says how to go on.
func TestSearchStopped(t *testing.T) {
	args := []string{"search", "--try", "hidden=5/6", "--epochs", "100000", "--folds", "2", "--model", filepath.Join(t.TempDir(), "m x")}
	record := filepath.Join(t.TempDir(), "r")
	for _, c := range []struct {
		args []string
		want string
	}{
		{args, "stopped after 0 folds, and nothing is kept: with --results FILE a search can go on where it was stopped"},
		{append(args, "--results", record), "stopped after 0 folds, which " + record + " has; go on with: nabla search --epochs 100000 --folds 2 --model '"},
		{append(args, "--results", record, "--resume"), " --resume --try hidden=5/6\n"},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		time.AfterFunc(100*time.Millisecond, cancel)
		r := nablaWith(t, ctx, strings.NewReader(""), c.args...)
		require.Equal(t, exitFailed, r.code)
		require.Contains(t, r.stderr, c.want)
		require.Equal(t, len(c.args) == len(args)+3, strings.Contains(r.stderr, "--resume --try"))
	}
	if runtime.GOOS == "windows" {
		return // no signal can be sent here
	}
	cmd := command(t, nil, append(args, "--results", record, "--resume")...)
	pipe, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	messages := bufio.NewReader(pipe)
	_, err = messages.ReadString('\n') // once it searches, it listens to signals
	require.NoError(t, err)
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	rest, err := io.ReadAll(messages)
	require.NoError(t, err)
	require.EqualError(t, cmd.Wait(), "exit status 1")
	require.Contains(t, string(rest), "go on with: nabla search")
}

// Trials are judged by any metric, by cost, or by validation data, and of regressions too.
func TestSearchBy(t *testing.T) {
	iris := data("csv_two_units.csv")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--by", "f1_macro"}, "f1_macro"},
		{[]string{"--by", "cost"}, "cost"},
		{[]string{"--folds", "0", "--validation-share", "0.3"}, "accuracy"},
		{[]string{"--patience", "1", "--precision", "f64"}, "accuracy"},
		{[]string{iris, "--task", "regress", "--report", filepath.Join(t.TempDir(), "r.html")}, "r2"},
	} {
		args := append([]string{"search", "--try", "lr=0.01/0.001", "--epochs", "3", "--folds", "2", "--model", filepath.Join(t.TempDir(), "m")}, c.args...)
		r := nabla(t, args...)
		require.Zero(t, r.code, r.stderr)
		head, _, _ := strings.Cut(r.stdout, "\n")
		require.Equal(t, "rank trial lr epochs "+c.want+" deviation", strings.Join(strings.Fields(head), " "))
		again := nabla(t, winnersLine(t, r.stdout)...)
		require.Zero(t, again.code, again.stderr)
		require.Equal(t, fingerprintOf(t, again.stdout), fingerprintOf(t, r.stdout))
	}
}

// Every option of train that says how to train can be tried.
func TestSearchTries(t *testing.T) {
	p := &searchPlan{cmd: newSearch()}
	plan := &trainPlan{given: p.cmd.Flags().Changed}
	p.train = plan.flags()
	names := 0
	for _, f := range p.train {
		err := p.addTry(f.name + "=1/2")
		if tried(f) {
			names++
			require.NoError(t, err)
			continue
		}
		require.Error(t, err, f.name)
	}
	require.Len(t, p.space, names)
	require.Greater(t, names, 40)
	for _, name := range []string{"hidden", "lr", "seed", "dropout", "schedule", "patience", "precision", "class-weight", "scale"} {
		require.True(t, slices.ContainsFunc(p.space, func(p search.Parameter) bool { return p.Name == name }), name)
	}
}

func TestSearchUsage(t *testing.T) {
	csv := data("csv_two_units.csv")
	for _, c := range []struct {
		args string
		want string
	}{
		{"", "there is nothing to try: want --try, as in --try hidden=50/100,50"},
		{"--try hidden", `--try "hidden": want name=value/value, or name=log:from:to or name=lin:from:to`},
		{"--try hiden=5/6", `--try "hiden=5/6": there is no option hiden: did you mean hidden?`},
		{"--try stream=true", "there is no option stream"},
		{"--try data=a/b", `--try "data=a/b": data doesn't say how to train: all trials have the same data`},
		{"--try threads=1/2", `threads doesn't say how to train`},
		{"--try model=a/b", `model doesn't say how to train`},
		{"--try hidden=5/6 --hidden 7", `--try "hidden=5/6": --hidden is given, too: want one of them`},
		{"--try hidden=5/6 --try hidden=7", "--try: hidden is there twice: want all of its values in one place"},
		{"--try hidden=5/x", `trial 2, hidden=x: --hidden "x": "x" is no number of neurons`},
		{"--try epochs=5/x", `--try: trial 2, epochs=x: --epochs "x": want a whole number`},
		{"--try lr=0.1/0", "trial 2, lr=0: --lr 0: want a positive number"},
		{"--try lr=log:1:2", "--try: lr=log:1.0:2.0 is a range, which a grid can't go through: want a number of values, as in lr=log:1.0:2.0:4, or trials at random"},
		{"--try optimizer=adam/sgd --try momentum=0.9", "trial 1, optimizer=adam momentum=0.9: --momentum: optimizer adam has no μ"},
		{"--try lr=0.1/0.2 --random 3", "--try: 3 trials at random, but there are 2 combinations"},
		{"--try lr=0.1 --random 0", "--random 0: want 1 to 100000"},
		{"--try lr=0.1 --halving 1", "--halving 1: want at least 2; 3 is usual"},
		{"--try lr=0.1 --halving-from 2", "--halving-from is for --halving"},
		{"--try lr=0.1/0.2 --halving 2 --halving-from 9 --epochs 8", "--halving: at least 9 epochs in the first rung: want 1 to 8, the epochs of the last"},
		{"--try lr=0.1 --folds 1", "--folds 1: want 2 to 1000, or 0 for the validation data"},
		{"--try lr=0.1 --folds 0", "--folds 0: there are no validation data to judge by"},
		{"--try lr=0.1 --by r2", "--by: metrics: "},
		{"--try lr=0.1 --by best", `--by "best": want auto, cost, accuracy, `},
		{"--try cost=hellinger/quadratic --by cost", "--by cost: the cost hellinger of trial 1 can't be compared with quadratic of trial 2: want --by accuracy, or another metric"},
		{"--try lr=0.1 --jobs 0", "--jobs 0: want 1 to"},
		{"--try lr=0.1 --resume", "--resume is for --results: want --results FILE, too"},
		{"--try lr=0.1 --table x.xls", `--table "x.xls": want a name that ends in .csv, .json or .txt`},
		{"- --try lr=0.1", "standard input can be read once"},
		{"--try lr=0.1 --table x.csv --results x.csv", `--results "x.csv": it is the file of --table: want another one`},
		{csv + " --try lr=0.1 --table " + csv, "it would overwrite the data: want another file"},
	} {
		r := nabla(t, append([]string{"search"}, strings.Fields(c.args)...)...)
		require.Equal(t, exitUsage, r.code, "%s: %s", c.args, r.stderr)
		require.Contains(t, r.stderr, c.want, c.args)
		require.Empty(t, r.stdout)
	}
}

// Rows of a group are in one fold, and rows in order aren't divided at random.
func TestFoldsOfGroups(t *testing.T) {
	var csv strings.Builder
	csv.WriteString("who,x,y\n")
	for i := range 60 {
		fmt.Fprintf(&csv, "p%d,%d,%d\n", i%6, i%6, i%2) // y follows from who
	}
	path, model := write(t, "g.csv", csv.String()), filepath.Join(t.TempDir(), "m")
	tr := &training[float32]{trainPlan: new(trainPlan)}
	tr.trainPlan.data = dataSource{path: path, isTable: true, testShare: 0.2}
	tr.trainPlan.data.table.Group = "who"
	var err error
	tr.samples, err = loadTraining[float32](&tr.trainPlan.data)
	require.NoError(t, err)
	tr.data = tr.samples.training
	require.Len(t, tr.groups, tr.data.Len())
	folds, err := tr.divide(3)
	require.NoError(t, err)
	where := make(map[int]int)
	for i, f := range folds {
		for _, k := range f {
			g := tr.groups[k]
			if was, ok := where[g]; ok {
				require.Equal(t, was, i)
			}
			where[g] = i
		}
	}
	require.Len(t, where, 5)
	groups := tr.groups
	tr.foldShare = 0.2
	tr.splitFold()
	require.Equal(t, 10, tr.validation.Len())
	require.Len(t, tr.groups, 40)
	require.Equal(t, 4, distinct(tr.groups))
	require.Len(t, groups, 50)

	for _, c := range []struct{ args, want string }{
		{"train FILE --group who --folds 6", "--folds 6: want at most 5, the number of groups"},
		{"search FILE --group who --folds 6 --try lr=0.1", "--folds 6: want at most 5, the number of groups"},
		{"train FILE --order x --folds 2", "--folds goes without --order"},
		{"search FILE --order x --try lr=0.1", "want --folds 0, and --validation-share to judge by the last rows before the test part"},
	} {
		r := nabla(t, strings.Fields(strings.Replace(c.args, "FILE", path, 1)+" --epochs 1 --model "+model)...)
		require.Equal(t, exitUsage, r.code, c.args)
		require.Contains(t, r.stderr, c.want)
	}
	for _, more := range []string{"--group who --folds 2 --patience 1", "--order x --folds 0 --validation-share 0.2"} {
		r := nabla(t, strings.Fields("search "+path+" --try lr=0.1/0.01 --epochs 2 --model "+model+" "+more)...)
		require.Zero(t, r.code, r.stderr)
	}
}

// If no trial comes to an end, that is said, and no model is written.
func TestSearchWithoutWinner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m")
	for _, json := range []string{"--json=false", "--json"} {
		r := nabla(t, "search", "--try", "lr=1e29/1e30", "--epochs", "2", "--folds", "2", "--model", path, json)
		require.Equal(t, exitFailed, r.code)
		require.Contains(t, r.stderr, "no trial came to an end: trial 1, lr=1e29: diverged in epoch 1, step ")
		require.NotContains(t, r.stdout, "winner")
		require.NoFileExists(t, path)
	}
	r := nabla(t, "search", "--try", "lr=0.1", "--table", filepath.Join(path, "no", "t.csv"))
	require.Equal(t, exitFailed, r.code)
	require.Contains(t, r.stderr, "--table: ")
}
