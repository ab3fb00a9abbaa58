package main

// rules make the mutants. What each of them leaves out or changes decides a result, a
// message or a file, so the tests named must fail.
var rules = []rule{
	// A kernel: definition, directive, public function, generators, row of the table,
	// and what is generated.
	{what: "kernel", files: []string{"kernels/generic/softplus.go", "kernels/softplus.go", "kernels/amd64/softplus_amd64.*"}, test: "./kernels -run TestEvery", deleted: true},
	{what: "kernel", files: []string{"kernels/generic/softplus.go"}, test: "-C tools/gen ./...", find: "func SoftplusF64(dst, z []float64) { softplus(dst, z) }"},
	{what: "directive", files: []string{"kernels/generic/softplus.go"}, test: "-C tools/gen ./...", find: "NaN for NaN.\n//\n//nabla:blocks\n"},
	{what: "wrong directive", files: []string{"kernels/generic/max.go"}, test: "-C tools/gen ./...", find: "nothing it is −Inf.\n//\n//nabla:whole", replace: "nothing it is −Inf.\n//\n//nabla:blocks"},
	{what: "generator", files: []string{"tools/gen/amd64/softplus.go", "tools/gen/arm64/softplus.go"}, test: "-C tools/gen ./...", deleted: true},
	{what: "assembly for arm64", files: []string{"kernels/arm64/softplus_arm64.*"}, test: "-C tools/gen ./...", deleted: true},
	{what: "rows of kernels", files: []string{"internal/kerneltest/table.go"}, test: "./kernels -run TestEvery", elementsOf: "Table"},
	{what: "row of a kernel", files: []string{"internal/kerneltest/table.go"}, test: "./kernels -run TestEvery", find: `Covers: []string{"Max"}, `},
	{what: "row of a kernel", files: []string{"internal/kerneltest/table.go"}, test: "./kernels -run TestSizes/generic", find: "o[0].Data[0] = kernels.Max(o[1].Data)"},
	{what: "blocks of a mask", files: []string{"kernels/dropout.go"}, test: "./kernels -run TestSizes/generic/Dropout", find: "\t\tk0 += vectorBlock * scalar.HashStep & math.MaxUint32\n"},
	{what: "share of a mask", files: []string{"net/dropout.go"}, test: "./net -run OnWorkers", find: "kernels.Dropout(d, d, p, ws.masks.key(i, k), uint32(lo))", replace: "kernels.Dropout(d, d, p, ws.masks.key(i, k), 0)"},

	// Costs and activations.
	{what: "costs", files: []string{"net/costs.go"}, test: "./net", elementsOf: "costs"},
	{what: "cost", files: []string{"net/costs.go"}, test: "./net", fieldsOf: "Cost"},
	{what: "cost's fast form", files: []string{"net/costs.go"}, test: "./net", fieldsOf: "fast"},
	{what: "parameter of a cost", files: []string{"net/costs.go"}, test: "./net", fieldsOf: "Param"},
	{what: "activations", files: []string{"net/activations.go"}, test: "./net", elementsOf: "activations"},
	{what: "activation", files: []string{"net/activations.go"}, test: "./net", fieldsOf: "Activation"},
	{what: "parameter of an activation", files: []string{"net/activations.go"}, test: "./net", fieldsOf: "Param"},
	{what: "activation's logits", files: []string{"net/activations.go"}, test: "./net", fieldsOf: "logits"},

	// Instruction sets and kinds of core.
	{what: "need of a level", files: []string{"internal/isa/isa_amd64.go"}, test: "./internal/isa", elementsOf: "need"},
	{what: "kinds of core", files: []string{"internal/cores/cores.go"}, test: "./internal/cores", elementsOf: "kinds"},
	{what: "kind of core", files: []string{"internal/cores/cores.go"}, test: "./internal/cores", fieldsOf: "Kind"},
	{what: "tuning", files: []string{"internal/cores/tuning.go"}, test: "./internal/cores", fieldsOf: "Tuning"},
	{
		what: "products of sizes that overflow", files: []string{"kernels/blocks.go"}, test: "./kernels",
		find:    "int64(m)*int64(n) <= gemmWork && int64(m)*int64(n)*terms <= gemmWork && int64(m+n)*terms <= int64(2*sweep[T]())",
		replace: "int32(m)*int32(n)*int32(terms) <= gemmWork && int32(m+n)*int32(terms) <= int32(2*sweep[T]())",
	},
	{
		what: "sums of a cut chain", files: []string{"kernels/pack.go"}, test: "./kernels",
		find: "cut := k > kb && beta != 0", replace: "cut := false && beta != 0",
	},
	{
		what: "one sweep over W", files: []string{"kernels/update.go"}, test: "./kernels",
		find: "d.Stride, x.Data, x.Stride, 1, from(w, i), w.Stride)", replace: "d.Stride, x.Data, x.Stride, 1, from(w, 0), w.Stride)",
	},

	// Model files.
	{what: "model", files: []string{"model/metadata.go"}, find: "if m.Classes != nil && len(m.Classes) != outputs && ", replace: "if false && ", test: "./model"},
	{what: "model", files: []string{"model/metadata.go"}, find: "if m.Features != nil && len(m.Features) != m.Inputs {", replace: "if false {", test: "./model"},
	{what: "model", files: []string{"model/metadata.go"}, find: "for name := range tensors {", replace: "for name := range map[string]bool{} {", test: "./model"},
	{what: "model", files: []string{"model/file.go"}, find: "got != d.want", replace: "false", test: "./model"},
	{what: "safetensors", files: []string{"internal/safetensors/header.go"}, find: "t.Begin != end", replace: "false", test: "./internal/safetensors"},
	{what: "safetensors", files: []string{"internal/safetensors/header.go"}, find: "hi != 0 || lo > math.MaxInt", replace: "hi > lo", test: "./internal/safetensors"},
	{what: "atomicfile", files: []string{"internal/atomicfile/owner_unix.go"}, find: "os.Rename(f.Name(), path)", replace: "nil", test: "./internal/atomicfile"},
	{what: "atomicfile", files: []string{"internal/atomicfile/owner_unix.go"}, find: "return f.Chmod(mode)", replace: "return nil", test: "./internal/atomicfile"},

	// Metrics.
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

	{what: "optimizer", files: []string{"train/methods.go"}, test: "./train", fieldsOf: "Method"},
	{what: "optimizer", files: []string{"train/methods.go"}, test: "./train", elementsOf: "methods"},
	{what: "hyperparameter", files: []string{"train/methods.go"}, test: "./train", fieldsOf: "Hyperparameter"},
	{what: "hyperparameter", files: []string{"train/methods.go"}, test: "./train", elementsOf: "hyperparameters"},
	{what: "schedule", files: []string{"train/rules.go"}, test: "./train", fieldsOf: "Rule"},
	{what: "schedule", files: []string{"train/rules.go"}, test: "./train", fieldsOf: "Parameter"},
	{what: "schedule", files: []string{"train/rules.go"}, test: "./train", elementsOf: "rules"},
	{
		what: "order of samples", files: []string{"train/batch.go"}, test: "./train",
		find: "\t\tb.shuffle()\n",
	},
	{
		what: "scaling by nothing", files: []string{"train/scaler.go"}, test: "./train",
		find: "if s == nil {\n", replace: "if false {\n",
	},
	{
		what: "samples without labels", files: []string{"train/data.go"}, test: "./train",
		find: "for k := range d.Len() {\n\t\tclass := 0", replace: "for k := range d.Labels {\n\t\tclass := 0",
	},
	{
		what: "one-hot targets", files: []string{"train/data.go"}, test: "./train",
		find:    "\tm := kernels.NewMatrix[T](len(labels), classes)\n",
		replace: "\twidth := 0\n\tfor _, c := range labels {\n\t\twidth = max(width, c+1)\n\t}\n\tm := kernels.NewMatrix[T](len(labels), width)\n",
	},
	{what: "layer that is frozen", files: []string{"cmd/nabla/moreflags.go"}, test: "./cmd/nabla -run Fine", find: "o.LayerRates[l-1] = 0", replace: "o.LayerRates[l-1] = 1"},
	{what: "weights of classes", files: []string{"cmd/nabla/moreflags.go"}, test: "./cmd/nabla -run TestClassWeights", find: "weights[c] = w", replace: "weights[c] = 1"},
	{what: "best epoch", files: []string{"cmd/nabla/training.go"}, test: "./cmd/nabla -run TestValidation", find: "\t\ttrainer.TakeBest()\n"},
	{what: "validation part", files: []string{"cmd/nabla/data.go"}, test: "./cmd/nabla -run TestValidation", find: "t.Divide(rows, d.validationShare", replace: "t.Divide(rows, 0*d.validationShare"},
	{what: "parameters to begin with", files: []string{"cmd/nabla/from.go"}, test: "./cmd/nabla -run Fine", find: "copy(t.net.Params(), t.begin.Net.Params())"},
	{what: "blocks of a norm", files: []string{"train/norm.go"}, test: "./train -run Clipping", find: "min(lo+normBlock, t.hi)", replace: "min(lo+normBlock-1, t.hi)"},
	{what: "clipping by value", files: []string{"train/stepper.go"}, test: "./train -run Clip", find: "\t\ts.clipValue(p.G)\n"},
	{
		what: "best parameters", files: []string{"train/fit.go"}, test: "./train",
		find: "\t\tt.TakeBest()\n",
	},
}
