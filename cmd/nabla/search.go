package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/nabla-go/nabla/search"
)

// searchPlan is a command line of nabla search.
type searchPlan struct {
	cmd   *cobra.Command
	train []flag // of nabla train, that all trials share

	space   []search.Parameter
	random  int // trials at random; 0 for the grid
	seed    uint64
	halving int // 0 for none
	least   int // epochs of the first rung
	folds   int // 0 for the validation data
	by      string
	jobs    int
	results string
	resume  bool
	table   string
}

func newSearch() *cobra.Command {
	p := new(searchPlan)
	p.cmd = &cobra.Command{
		Use:   "search [DATA]",
		Short: "Try options of a training, and train with the best",
		Example: `  nabla search iris.csv --try hidden=10/50/50,20 --try lr=0.001/0.01
  nabla search --try lr=log:1e-4:1e-1 --random 30 --results lr.jsonl
  nabla search houses.csv --try hidden=lin:20:200 --random 27 --halving 3`,
		Long: `Try options of a training, and train with the best of them.

Each --try names an option of nabla train that says how to train, and its values:

  hidden=50/100/100,50   these values, with / between
  lr=log:1e-4:1e-1       a range, spread evenly in the logarithm, for --random
  dropout=lin:0:0.5      a range, spread evenly, for --random
  lr=log:1e-4:1e-1:4     four values of a range, its ends included

A range of an option that takes words, such as hidden or batch, is of whole numbers if both
of its ends are.

A trial is a combination of values: each one there is, or as many as --random says. All
have one --seed. A trial is trained and judged on folds of the training part, each class
by itself or whole groups with --group, and ranked by the mean of its scores. Columns are
encoded and scaled as for the whole training part.

No trial sees the test part. In the end the winner is trained on all but the test part, as
nabla train would, and tested. That test is the figure to quote. The winner's own mean is the
best of many, so it promises too much.

With --halving 3, all trials are trained for a few epochs, the best third of them for three
times as many, and so on; the last ones get all epochs. A training that is cut short is the
beginning of the whole one, with its learning rates.

The result depends neither on --jobs nor on --threads. With --results, a search that was stopped
or killed goes on with --resume, and what is finished isn't run again. A search at random may
then have more trials than before.`,
		Args: wantArgs(0, 1),
	}
	plan := &trainPlan{given: p.cmd.Flags().Changed}
	for _, f := range plan.flags() {
		if f.group != "Record" && f.group != "Test" && !slices.Contains(notSearched, f.name) {
			p.train = append(p.train, f)
		}
	}
	own := grouped("Search", p.flags(p.cmd.Flags().Changed)...)
	addFlags(p.cmd, slices.Concat(own, p.train))
	p.cmd.Flags().SetNormalizeFunc(targetIsLabel)
	p.cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := plan.data.positional(cmd, args); err != nil {
			return err
		}
		if err := configure(cmd); err != nil {
			return err
		}
		for _, f := range own {
			if err := f.use(); err != nil {
				return err
			}
		}
		return p.run()
	}
	return p.cmd
}

// notSearched are flags of train that a search has not: it runs in one process, divides
// samples that are in memory, and what it repeats is its own.
var notSearched = []string{"like", "stream", "window", "send-data"}

// flags returns the flags that train has not. They are used in this order.
func (p *searchPlan) flags(given func(string) bool) []flag {
	results := newFlag("results", "", "file that takes the score of each fold as it comes, for --resume", func(v string) error {
		p.results = v
		return want(v != "" || !given("results"), "the name of a file")
	})
	table := newFlag("table", "", "file that takes the table of all trials, as its ending says: .csv, .json or .txt", func(v string) error {
		p.table = v
		return want(v == "" || tableWriters[ending(v)] != nil, "a name that ends in .csv, .json or .txt")
	})
	results.files, table.files = true, true
	return []flag{
		newFlag("try", []string(nil), "an option of train and its values, as in hidden=50/100,50; may be repeated", func(v []string) error {
			for _, text := range v {
				if err := p.addTry(text); err != nil {
					return err
				}
			}
			return nil
		}),
		newFlag("random", 0, "number of trials, drawn at random; 0 for all combinations", func(v int) error {
			p.random = v
			return want(v >= 1 && v <= search.MaxTrials || v == 0 && !given("random"), "1 to %d", search.MaxTrials)
		}),
		newFlag("random-seed", uint64(1), "decides what --random draws", func(v uint64) error {
			p.seed = v
			return nil
		}),
		newFlag("halving", 0, "begin with few epochs; one trial in so many goes on, with so many times the epochs, again and again; 0 for all epochs at once", func(v int) error {
			p.halving = v
			return want(v >= 2 || v == 0 && !given("halving"), "at least 2; 3 is usual")
		}),
		newFlag("halving-from", 1, "least number of epochs that a trial begins with", func(v int) error {
			if p.least = v; given("halving-from") && p.halving == 0 {
				return usagef("--halving-from is for --halving: want --halving 3, too")
			}
			return want(v >= 1, "at least 1")
		}),
		newFlag("folds", 5, "folds of the training part that judge a trial; 0 to judge by the validation data", func(v int) error {
			p.folds = v
			return want(v == 0 || v >= 2 && v <= 1000, "2 to 1000, or 0 for the validation data")
		}),
		newNameFlag("by", "auto", "what makes a trial better; auto is accuracy, or R² of numbers", append([]string{"auto", "cost"}, metricNames()...), func(v string) error {
			p.by = v
			return nil
		}),
		newFlag("jobs", runtime.GOMAXPROCS(0), "folds that are trained at the same time, each with its own network in memory", func(v int) error {
			p.jobs = v
			return want(v >= 1 && v <= 10_000, "1 to 10000")
		}),
		results,
		newFlag("resume", false, "go on with the search of --results", func(v bool) error {
			if p.resume = v; v && p.results == "" {
				return usagef("--resume is for --results: want --results FILE, too")
			}
			return nil
		}),
		table,
	}
}

// tried reports whether a flag of train can be tried: it says how to train, not on what data
// or where the result goes.
func tried(f flag) bool { return !f.fixed && !f.files && !slices.Contains(unrecorded, f.name) }

// addTry takes a value of --try.
func (p *searchPlan) addTry(text string) error {
	parameter, err := search.Parse(text)
	if err != nil {
		return usagef("--try %w", err)
	}
	var names []string
	for _, f := range p.train {
		if tried(f) {
			names = append(names, f.name)
		}
	}
	name := strings.TrimPrefix(parameter.Name, "--")
	parameter.Name = name
	if !slices.Contains(names, name) {
		if p.cmd.Flags().Lookup(name) != nil {
			return usagef("--try %q: %s doesn't say how to train: all trials have the same data", text, name)
		}
		return usagef("--try %q: there is no option %s%s", text, name, didYouMean(name, names))
	}
	if p.cmd.Flags().Changed(name) {
		return usagef("--try %q: --%s is given, too: want one of them", text, name)
	}
	if p.cmd.Flags().Lookup(name).Value.Type() == "float64" {
		parameter.Range.Whole = false
	}
	p.space = append(p.space, parameter)
	return nil
}

// trials returns the trials. A search without any --try has one, to check its options.
func (p *searchPlan) trials() (trials []search.Trial, err error) {
	switch {
	case p.space == nil:
		trials = []search.Trial{{Number: 1}}
	case p.random > 0:
		trials, err = search.Random(p.space, p.random, p.seed)
	default:
		trials, err = search.Grid(p.space)
	}
	if err != nil {
		return nil, usagef("--try: %s", strings.TrimPrefix(err.Error(), "search: "))
	}
	return trials, nil
}

// A candidate is a trial as a command line of nabla train.
type candidate struct {
	search.Trial
	cmd    *cobra.Command
	plan   *trainPlan
	data   string // in words
	epochs int    // of the whole training
	by     scoring
	try    func(ctx context.Context, fold, epochs int) (score float64, err error)
}

// cost returns the cost, and its parameter if it has one.
func (c *candidate) cost() string {
	words := fmt.Sprint(c.plan.cost)
	if p := c.plan.cost.Param; p != nil {
		words += fmt.Sprintf(" (%s %v)", p.Name, p.Value)
	}
	return words
}

// commandOf makes the command line of a trial.
func (p *searchPlan) commandOf(t search.Trial) (c *candidate, err error) {
	cmd := &cobra.Command{Use: "train"}
	plan := &trainPlan{given: cmd.Flags().Changed}
	c = &candidate{Trial: t, cmd: cmd, plan: plan}
	flags := plan.flags()
	for _, f := range flags {
		f.declare(cmd.Flags())
	}
	cmd.Flags().Bool("json", wantsJSON(p.cmd), "")
	cmd.SetContext(p.cmd.Context())
	cmd.SetOut(p.cmd.OutOrStdout())
	cmd.SetErr(p.cmd.ErrOrStderr())
	if err := p.give(cmd.Flags()); err != nil {
		return nil, err
	}
	for _, s := range t.Settings {
		if err := cmd.Flags().Set(s.Name, s.Value); err != nil {
			return nil, usagef("--try: %w", c.in(err))
		}
	}
	if err := useAll(flags)(); err != nil {
		return nil, c.in(err)
	}
	return c, c.in(plan.openOrigin(cmd))
}

// candidate makes a trial that can be tried. Samples are read if shared has none yet.
func (p *searchPlan) candidate(t search.Trial, shared map[string]any) (*candidate, error) {
	c, err := p.commandOf(t)
	if err != nil {
		return nil, err
	}
	return c, c.in(p.prepare(c, shared))
}

// in says which trial an error is about.
func (c *candidate) in(err error) error {
	if err == nil || c.Settings == nil {
		return err
	}
	return fmt.Errorf("trial %d, %v: %w", c.Number, c.Trial, err)
}

// give sets the flags that all trials share.
func (p *searchPlan) give(flags *pflag.FlagSet) error {
	for _, f := range p.train {
		given := p.cmd.Flags().Lookup(f.name)
		if !given.Changed || f.name == "config" {
			continue
		}
		values := []string{given.Value.String()}
		if list, ok := given.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		for _, v := range values {
			if err := flags.Set(f.name, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkOutputs tells, before long work, whether all files can be written, each to a place of its
// own that isn't the data's.
func (p *searchPlan) checkOutputs(plan *trainPlan) error {
	outputs := [][2]string{{"--model", plan.model}, {"--report", plan.reportPath}, {"--table", p.table}, {"--results", p.results}}
	for i, o := range outputs {
		if o[1] == "" {
			continue
		}
		for _, other := range outputs[:i] {
			if o[1] == other[1] || sameFile(o[1], other[1]) {
				return usagef("%s %q: it is the file of %s: want another one", o[0], o[1], other[0])
			}
		}
		if plan.data.holds(o[1]) {
			return usagef("%s %q: it would overwrite the data: want another file", o[0], o[1])
		}
		if o[0] == "--results" { // is refused if it is there, or goes on
			continue
		}
		if err := checkOutput(p.cmd, o[0], o[1]); err != nil {
			return err
		}
	}
	return nil
}

// run searches, prints the table and trains the winner.
func (p *searchPlan) run() error {
	trials, err := p.trials()
	if err != nil {
		return err
	}
	// Whatever can be wrong with a trial is found before the first one is trained.
	r := &searchRun{searchPlan: p, shared: make(map[string]any), epochs: make([]int, len(trials))}
	for i, t := range trials {
		c, err := p.candidate(t, r.shared)
		if err != nil {
			return err
		}
		if i == 0 {
			r.first = c
		}
		r.epochs[i] = c.epochs
		if a, b := r.first.cost(), c.cost(); p.by == "cost" && a != b {
			return usagef("--by cost: the cost %s of trial 1 can't be compared with %s of trial %d: want --by accuracy, or another metric", a, b, t.Number)
		}
	}
	if p.space == nil {
		return usagef("there is nothing to try: want --try, as in --try hidden=50/100,50")
	}
	if err := p.checkOutputs(r.first.plan); err != nil {
		return err
	}
	r.plan = search.Plan{Trials: trials, Folds: max(p.folds, 1), Larger: r.first.by.larger, Jobs: p.jobs}
	if r.plan.Rungs, err = r.rungs(); err != nil {
		return err
	}
	table, err := r.search()
	if err != nil {
		return err
	}
	best := table[0]
	winner, err := p.commandOf(best.Trial)
	if err != nil {
		return err
	}
	if err := r.print(table, p.commandLine("train", winner.cmd)); err != nil {
		return err
	}
	if best.Failure != "" {
		return fmt.Errorf("no trial came to an end: trial %d, %v: %s", best.Number, best.Trial, best.Failure)
	}
	if winner.plan.precision == "f64" {
		return runTrain[float64](winner.cmd, winner.plan)
	}
	return runTrain[float32](winner.cmd, winner.plan)
}
