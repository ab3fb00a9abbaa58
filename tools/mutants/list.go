package main

// rules make the mutants. What each of them leaves out or changes decides a result, a
// message or a file, so the tests named must fail without it.
var rules = []rule{
	{
		what: "model files", files: []string{"model/metadata.go"}, test: "./model",
		find: "if m.Classes != nil && len(m.Classes) != outputs {", replace: "if false {",
	},
	{what: "the table of metrics", files: []string{"metrics/metric.go"}, test: "./metrics", elementsOf: "table"},
	{what: "metrics", files: []string{"metrics/metric.go"}, test: "./metrics", fieldsOf: "Metric"},
	{
		what: "classes that occur", files: []string{"metrics/metric.go"}, test: "./metrics",
		find: "return t.Samples(c) > 0 || t.Predicted(c) > 0", replace: "return t.Samples(c) > 0",
	},
	{
		what: "ROC AUC in spite of NaN", files: []string{"metrics/totals.go"}, test: "./metrics",
		find: "if t.nans > 0 || !hasBoth(t, c) {", replace: "if !hasBoth(t, c) {",
	},
	{
		what: "ties of ranks", files: []string{"metrics/meter.go"}, test: "./metrics",
		find: "if v > row[c] || v == row[c] && j > c {", replace: "if v > row[c] || v == row[c] && j < c {",
	},
	{
		what: "order of equal scores", files: []string{"metrics/scores.go"}, test: "./metrics",
		find: " || p.values[i] == p.values[j] && p.weights[i] < p.weights[j]", replace: "",
	},
	{
		what: "targets far from 0", files: []string{"metrics/totals.go"}, test: "./metrics",
		find: "	x -= t.first[j]\n", replace: "",
	},
}
