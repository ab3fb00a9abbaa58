package search

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func space(t *testing.T, texts ...string) (all []Parameter) {
	t.Helper()
	for _, text := range texts {
		p, err := Parse(text)
		require.NoError(t, err)
		all = append(all, p)
	}
	return all
}

func TestParse(t *testing.T) {
	for text, want := range map[string]Parameter{
		"hidden=50/100/100,50":      {Name: "hidden", Values: []string{"50", "100", "100,50"}},
		"hidden=":                   {Name: "hidden", Values: []string{""}},
		" lr = 0.1 / 0.2":           {Name: "lr", Values: []string{"0.1", "0.2"}},
		"schedule=step:every=3":     {Name: "schedule", Values: []string{"step:every=3"}},
		"lr=log:1e-4:1e-1":          {Name: "lr", Range: Range{Min: 1e-4, Max: 0.1, Log: true}},
		"lr=log:1e-4:1e-1:4":        {Name: "lr", Range: Range{Min: 1e-4, Max: 0.1, Log: true}, Values: []string{"0.0001", "0.001", "0.01", "0.1"}},
		"batch=lin:10:20":           {Name: "batch", Range: Range{Min: 10, Max: 20, Whole: true}},
		"batch=log:1:1000:4":        {Name: "batch", Range: Range{Min: 1, Max: 1000, Log: true, Whole: true}, Values: []string{"1", "10", "100", "1000"}},
		"patience=lin:1:3:9":        {Name: "patience", Range: Range{Min: 1, Max: 3, Whole: true}, Values: []string{"1", "2", "3"}},
		"dropout=lin:0:0.5:3":       {Name: "dropout", Range: Range{Max: 0.5}, Values: []string{"0", "0.25", "0.5"}},
		"decay=lin:-1.0:1":          {Name: "decay", Range: Range{Min: -1, Max: 1}},
		"x=log:0.123456789:1.0:2":   {Name: "x", Range: Range{Min: 0.123456789, Max: 1, Log: true}, Values: []string{"0.123456789", "1"}},
		"x=lin:1.00001:1.00002:3":   {Name: "x", Range: Range{Min: 1.00001, Max: 1.00002}, Values: []string{"1.00001", "1.00002"}},
		"class-weight=a=1,b=2/a=2":  {Name: "class-weight", Values: []string{"a=1,b=2", "a=2"}},
		"big=lin:0:1000000000000:2": {Name: "big", Range: Range{Max: 1e12, Whole: true}, Values: []string{"0", "1000000000000"}},
	} {
		got, err := Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
		again, err := Parse(got.String())
		require.NoError(t, err, got.String())
		if again.Range = got.Range; got.Values == nil {
			again, err = Parse(got.String())
			require.NoError(t, err)
		}
		require.Equal(t, got, again, text)
	}
	for text, want := range map[string]string{
		"hidden":                  `"hidden": want name=value/value, or name=log:from:to or name=lin:from:to`,
		"=3":                      "want name=value",
		"lr=1/2/1":                `"lr=1/2/1": the value "1" is there twice`,
		"lr=log:1":                `"lr=log:1": want log:from:to or log:from:to:number`,
		"lr=log:1:a":              `"a" is no end of a range: want a number`,
		"lr=log:0:1":              "a range from 0 has no logarithms: want one above 0, or lin",
		"lr=lin:2:1":              "a range from 2 to 1: want the smaller number first",
		"lr=lin:1:1":              "want the smaller number first",
		"lr=lin:NaN:1":            "want a number",
		"lr=lin:1:Inf":            "want a number",
		"lr=lin:1:2:1":            `"1" values: want a number from 2 to 100000`,
		"lr=lin:1:2:3:":           "want log:from:to",
		"lr=lin:-1.7e308:1.7e308": "want the smaller number first",
	} {
		_, err := Parse(text)
		require.ErrorContains(t, err, want, text)
	}
}

func TestGrid(t *testing.T) {
	trials, err := Grid(space(t, "hidden=50/100,50", "lr=0.1/0.2/0.3"))
	require.NoError(t, err)
	var words []string
	for i, trial := range trials {
		require.Equal(t, i+1, trial.Number)
		words = append(words, trial.String())
	}
	require.Equal(t, []string{
		"hidden=50 lr=0.1", "hidden=50 lr=0.2", "hidden=50 lr=0.3",
		"hidden=100,50 lr=0.1", "hidden=100,50 lr=0.2", "hidden=100,50 lr=0.3",
	}, words)
	require.Equal(t, 0.2, trials[1].Float("lr"))
	require.Equal(t, 50, trials[1].Int("hidden"))
	require.Equal(t, "100,50", trials[3].Text("hidden"))
	require.True(t, math.IsNaN(trials[3].Float("hidden")))

	_, err = Grid(space(t, "lr=log:1e-4:1e-1"))
	require.EqualError(t, err, "search: lr=log:0.0001:0.1 is a range, which a grid can't go through: want a number of values, as in lr=log:0.0001:0.1:4, or trials at random")
	_, err = Grid(space(t, "a=1", "a=2"))
	require.EqualError(t, err, "search: a is there twice: want all of its values in one place")
	_, err = Grid(nil)
	require.EqualError(t, err, "search: no parameter to try: want at least one")
	_, err = Grid(space(t, "a=lin:1:1000:1000", "b=lin:1:1000:1000"))
	require.ErrorContains(t, err, "more than 100000 combinations")
}

// Trials at random are in range, different, and the same whatever their number.
func TestRandom(t *testing.T) {
	s := space(t, "lr=log:1e-4:1e-1", "hidden=lin:10:12", "dropout=lin:0:0.5", "optimizer=adam/sgd")
	trials, err := Random(s, 200, 7)
	require.NoError(t, err)
	seen := make(map[string]bool)
	small, counts := 0, make(map[string]int)
	for _, trial := range trials {
		require.False(t, seen[trial.String()])
		seen[trial.String()] = true
		lr, dropout := trial.Float("lr"), trial.Float("dropout")
		require.True(t, lr >= 1e-4 && lr <= 0.1)
		require.True(t, dropout >= 0 && dropout <= 0.5)
		require.LessOrEqual(t, len(trial.Text("lr")), len("0.0001234"))
		if lr < 0.00316227766 { // half of the logarithms
			small++
		}
		counts[trial.Text("hidden")]++
		counts[trial.Text("optimizer")]++
	}
	require.InDelta(t, 100, small, 25)
	require.Len(t, counts, 5)
	require.InDelta(t, 100, counts["sgd"], 25)
	few, err := Random(s, 20, 7)
	require.NoError(t, err)
	require.Equal(t, trials[:20], few)
	require.Equal(t, "lr=0.007141 hidden=12 dropout=0.02045 optimizer=adam", few[0].String())
	other, err := Random(s, 20, 8)
	require.NoError(t, err)
	require.NotEqual(t, few, other)

	all, err := Random(space(t, "a=1/2/3", "b=1/2"), 6, 1)
	require.NoError(t, err)
	seen = make(map[string]bool)
	for _, trial := range all {
		seen[trial.String()] = true
	}
	require.Len(t, seen, 6)
	_, err = Random(space(t, "a=1/2/3"), 4, 1)
	require.EqualError(t, err, "search: 4 trials at random, but there are 3 combinations: want at most that many, or the grid")
	_, err = Random(s, 0, 1)
	require.ErrorContains(t, err, "0 trials at random: want 1 to")
}

// The rungs are those of the table in the paper on Hyperband, R = 81 and η = 3, and the
// halves of Jamieson and Talwalkar.
func TestHalving(t *testing.T) {
	for _, c := range []struct {
		trials, epochs, factor, least int
		want                          []Rung
	}{
		{81, 81, 3, 1, []Rung{{81, 1}, {27, 3}, {9, 9}, {3, 27}, {1, 81}}},
		{27, 81, 3, 1, []Rung{{27, 3}, {9, 9}, {3, 27}, {1, 81}}},
		{9, 81, 3, 1, []Rung{{9, 9}, {3, 27}, {1, 81}}},
		{6, 81, 3, 1, []Rung{{6, 27}, {2, 81}}},
		{2, 81, 3, 1, []Rung{{2, 81}}},
		{16, 64, 2, 1, []Rung{{16, 4}, {8, 8}, {4, 16}, {2, 32}, {1, 64}}},
		{11, 100, 2, 1, []Rung{{11, 12}, {5, 25}, {2, 50}, {1, 100}}},
		{81, 81, 3, 5, []Rung{{81, 9}, {27, 27}, {9, 81}}},
		{1000, 5, 3, 1, []Rung{{1000, 1}, {333, 5}}},
		{4, 1, 2, 1, []Rung{{4, 1}}},
	} {
		got, err := Halving(c.trials, c.epochs, c.factor, c.least)
		require.NoError(t, err)
		require.Equal(t, c.want, got)
	}
	for _, c := range [][4]int{{0, 1, 2, 1}, {1, 0, 2, 1}, {1, 1, 1, 1}, {1, 1, 2, 0}, {1, 1, 2, 2}} {
		_, err := Halving(c[0], c[1], c[2], c[3])
		require.ErrorContains(t, err, "want", c)
	}
}

// quadratic is a score that is best at x = 3 and gets clearer with more epochs.
func quadratic(_ context.Context, t Trial, r Run) (float64, error) {
	x := t.Float("x")
	if x == 5 {
		return 0, &Failure{errors.New("the cost is +Inf")}
	}
	return (x-3)*(x-3) + float64(r.Fold)/float64(r.Epochs), nil
}

func TestRunRanks(t *testing.T) {
	trials, err := Grid(space(t, "x=0/5/1/2/3/4/6/NaN"))
	require.NoError(t, err)
	rungs, err := Halving(len(trials), 8, 2, 2)
	require.NoError(t, err)
	require.Equal(t, []Rung{{8, 2}, {4, 4}, {2, 8}}, rungs)
	for _, jobs := range []int{0, 1, 2, 5, 100} {
		p := Plan{Trials: trials, Rungs: rungs, Folds: 3, Jobs: jobs}
		var mu sync.Mutex
		runs := 0
		table, err := p.Run(t.Context(), nil, func(ctx context.Context, trial Trial, r Run) (float64, error) {
			mu.Lock()
			runs++
			mu.Unlock()
			return quadratic(ctx, trial, r)
		}, nil)
		require.NoError(t, err)
		require.Equal(t, 3*(8+4+2), runs)
		var order []string
		for _, s := range table {
			order = append(order, fmt.Sprintf("%s@%d", s.Text("x"), s.Epochs))
		}
		// 2 and 4 are equally good: the smaller number, which 2 has, comes first.
		require.Equal(t, "3@8 2@8 4@4 1@4 0@2 6@2 5@2 NaN@2", strings.Join(order, " "))
		require.Equal(t, []float64{0, 0.125, 0.25}, table[0].Scores)
		require.Equal(t, 0.125, table[0].Mean)
		require.Equal(t, 0.125, table[0].Deviation)
		require.Equal(t, "the cost is +Inf", table[6].Failure)
		require.True(t, math.IsNaN(table[6].Mean))
		require.Equal(t, "the score is NaN", table[7].Failure)
	}
	p := Plan{Trials: trials, Rungs: Once(len(trials), 4), Folds: 1, Larger: true}
	table, err := p.Run(t.Context(), nil, quadratic, nil)
	require.NoError(t, err)
	require.Equal(t, "x=0", table[0].Trial.String()) // 9, as has 6 with a larger number
	require.Equal(t, "x=6", table[1].Trial.String())
	require.Equal(t, "x=5", table[6].Trial.String())
}

// An error that is no failure ends the search, and what was run before is known.
func TestRunEnds(t *testing.T) {
	trials, err := Grid(space(t, "x=0/1/2/3"))
	require.NoError(t, err)
	p := Plan{Trials: trials, Rungs: Once(4, 1), Folds: 2, Jobs: 2}
	disk := errors.New("disk full")
	var known []Score
	_, err = p.Run(t.Context(), nil, quadratic, func(s Score) error {
		if len(known) == 3 {
			return disk
		}
		known = append(known, s)
		return nil
	})
	require.Equal(t, disk, err)
	require.Len(t, known, 3)
	_, err = p.Run(t.Context(), nil, func(context.Context, Trial, Run) (float64, error) { return 0, disk }, nil)
	require.Equal(t, disk, err)
	ctx, cancel := context.WithCancel(t.Context())
	_, err = p.Run(ctx, known, quadratic, func(s Score) error {
		known = append(known, s)
		cancel()
		return nil
	})
	require.Equal(t, context.Canceled, err)
	more := 0
	got, err := p.Run(t.Context(), known, quadratic, func(Score) error { more++; return nil })
	require.NoError(t, err)
	require.Equal(t, 8-len(known), more)
	want, err := p.Run(t.Context(), nil, quadratic, nil)
	require.NoError(t, err)
	require.Equal(t, want, got)

	for _, bad := range []Plan{
		{}, {Trials: trials}, {Trials: trials, Rungs: Once(3, 1), Folds: 1}, {Trials: trials, Rungs: Once(4, 1)},
		{Trials: trials, Rungs: Once(4, 1), Folds: 1, Jobs: -1}, {Trials: trials, Rungs: []Rung{{4, 2}, {2, 2}}, Folds: 1},
		{Trials: trials, Rungs: []Rung{{4, 2}, {5, 3}}, Folds: 1}, {Trials: trials, Rungs: []Rung{{4, 2}, {0, 3}}, Folds: 1},
	} {
		_, err := bad.Run(t.Context(), nil, quadratic, nil)
		require.ErrorContains(t, err, "want", bad)
	}
}

func TestRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r")
	key := map[string]string{"data": "a", "seed": "1"}
	r, err := Resume(path, key) // there is none: it is begun
	require.NoError(t, err)
	scores := []Score{
		{Run{1, 0, 5}, 0.1 + 0.2, ""}, {Run{3, 0, 5}, -1e-300, ""}, {Run{2, 1, 5}, 0, "diverged: \u00b1Inf\n"},
	}
	for _, s := range scores {
		require.NoError(t, r.Add(s))
	}
	require.Equal(t, scores, r.Scores())
	_, err = Resume(path, key)
	require.ErrorContains(t, err, "another search uses "+path)
	_, err = Create(path, key)
	require.ErrorContains(t, err, "is there already: want another file")
	require.NoError(t, r.Close())

	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	resume := func(b []byte) ([]Score, error) {
		require.NoError(t, os.WriteFile(path, b, 0o600))
		r, err := Resume(path, key)
		if err != nil {
			now, readErr := os.ReadFile(path)
			require.NoError(t, readErr)
			require.Equal(t, b, now) // as it was
			return nil, err
		}
		defer r.Close()
		return r.Scores(), nil
	}
	got, err := resume(whole)
	require.NoError(t, err)
	require.Equal(t, scores, got)
	// Every truncation is refused or loses scores, and no changed byte goes unnoticed.
	header := strings.IndexByte(string(whole), '\n') + 1
	for n := range whole {
		got, err := resume(whole[:n])
		if n < header {
			require.ErrorContains(t, err, "is no record of a search")
			continue
		}
		require.NoError(t, err)
		require.Equal(t, scores[:strings.Count(string(whole[header:n]), "\n")], append(make([]Score, 0), got...))
	}
	for n := range whole {
		b := []byte(string(whole))
		b[n] ^= 1
		got, err := resume(b)
		if n == len(whole)-1 { // the end of the last line, which then isn't complete
			require.Len(t, got, len(scores)-1)
			continue
		}
		require.Error(t, err, n)
	}
	require.NoError(t, os.WriteFile(path, whole, 0o600))
	_, err = Resume(path, map[string]string{"data": "b", "option": "x"})
	require.EqualError(t, err, "search: "+path+` is of another search: its data is "a", and this search's is "b"; it has no option, and this search's is "x"; its seed is "1", and this search has none`)
}
