package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/bench"
	"github.com/nabla-go/nabla/internal/cores"
)

// The commands measure something, and every line of JSON says what.
func TestBench(t *testing.T) {
	for line, key := range map[string]string{
		"bench kernels --rounds 1 --filter /f32/.*/10x30$":                           "ns",
		"bench train --rounds 1 --layers 20,10,5 --batch 1,10 --mode step,forward":   "samples_per_second",
		"bench train --rounds 1 --layers 20,5 --batch 10 --precision f64 --mode fit": "limit_samples_per_second",
		"bench train --rounds 1 --layers 20,10,5 --batch 10 --mode step --with all":  "of_plain",
		"bench train --rounds 1 --layers 9,4,1 --batch 4 --mode step --with dropout": "of_plain",
	} {
		r := nabla(t, append(strings.Fields(line), "--json")...)
		require.Equal(t, exitDone, r.code, r.stderr)
		lines := strings.Split(strings.TrimSpace(r.stdout), "\n")
		var machine map[string]any
		require.NoError(t, json.Unmarshal([]byte(lines[0]), &machine))
		assert.NotEmpty(t, machine["cpu"])
		last := r.last(t)
		assert.Greater(t, last[key], 0.0, line)
		assert.Greater(t, last["percent"], 0.0, line)
		assert.Equal(t, last["percent"].(float64) > 103, last["beyond_limit"], line)

		r = nabla(t, strings.Fields(line)...)
		require.Equal(t, exitDone, r.code, r.stderr)
		assert.Contains(t, r.stdout, "% limit")
	}
}

// --with has a row for each variant that is asked for, beside plain steps.
func TestBenchWith(t *testing.T) {
	for with, want := range map[string][]string{"none": {""}, "adam,dropout": {"", "sgd", "adam", "dropout"}, "all": append([]string{""}, bench.VariantNames()...)} {
		r := nabla(t, append(strings.Fields("bench train --json --rounds 1 --layers 9,4,3 --batch 4 --mode step --with"), with)...)
		require.Equal(t, exitDone, r.code, r.stderr)
		var got []string
		for i, line := range strings.Split(strings.TrimSpace(r.stdout), "\n") {
			var row bench.StepResult
			require.NoError(t, json.Unmarshal([]byte(line), &row))
			if i > 0 {
				got = append(got, row.With)
				require.Equal(t, row.With != "", row.OfPlain > 0)
			}
		}
		require.Equal(t, want, got)
	}
}

// bench tune has a line for every kind of core, says which is in use, and advises one.
func TestBenchTune(t *testing.T) {
	line := strings.Fields("bench tune --rounds 1 --filter GemmNT/f32/.*/10x256x512$")
	r := nabla(t, append(line, "--json")...)
	require.Equal(t, exitDone, r.code, r.stderr)
	lines := strings.Split(strings.TrimSpace(r.stdout), "\n")[1:]
	require.Len(t, lines, len(cores.Kinds()))
	inUse := 0
	for i, k := range cores.Kinds() {
		var tuned bench.Tuned
		require.NoError(t, json.Unmarshal([]byte(lines[i]), &tuned))
		assert.Equal(t, k.Name, tuned.Core)
		assert.Positive(t, tuned.Gain, k.Name)
		if tuned.InUse {
			inUse++
			assert.Equal(t, 1.0, tuned.Gain)
			assert.Equal(t, k, cores.InUse())
		}
	}
	assert.Equal(t, 1, inUse)
	r = nabla(t, line...)
	require.Equal(t, exitDone, r.code, r.stderr)
	assert.Contains(t, r.stdout, "which is in use")
}

// The advice is to change where that gains enough.
func TestTuned(t *testing.T) {
	kinds := []bench.Tuned{
		{Core: "a", Gain: 1, InUse: true, Cases: []bench.TunedIn{{Kernel: "GemmNN", Shape: "1x2x3", Gain: 1}}},
		{Core: "b", Gain: 1.02, Cases: []bench.TunedIn{{Kernel: "GemmNN", Shape: "1x2x3", Gain: 1.02}}},
		{Core: "c", Gain: 1.02, SameAs: "b"},
	}
	var text bytes.Buffer
	printTuned(&text, kinds)
	assert.Contains(t, text.String(), "a, which is in use, fits")
	assert.Contains(t, text.String(), "the numbers of b")
	kinds[1].Gain = 1.25
	text.Reset()
	printTuned(&text, kinds)
	assert.Contains(t, text.String(), "b fits best: NABLA_CORE=b would gain 25 % over a")
}

func TestBenchUsage(t *testing.T) {
	for line, want := range map[string]string{
		"bench":                                "nabla bench kernels, nabla bench train or nabla bench tune",
		"bench kernels --filter (":             "--filter",
		"bench kernels --filter nosuch":        "matches no kernel",
		"bench kernels --isa mmx":              "unknown instruction set",
		"bench tune --filter nosuch":           "matches no kernel",
		"bench kernels --rounds 0":             "at least 1",
		"bench kernels --small --filter x":     "small",
		"bench train --activation tanh":        "what the network of --layers has",
		"bench train --layers 784":             "at least inputs and outputs",
		"bench train --layers 1000000,1000000": "1e+12 weights",
		"bench train --layers 1000000,1":       "6e+10 numbers in samples",
		"bench train --layers 784,x":           `"x" is not a number`,
		"bench train --batch 0":                "not a number from 1",
		"bench train --batch 5000":             "at most 4096",
		"bench train --mode jog":               "want step, forward or fit",
		"bench train --precision f16":          "want f32 or f64",
		"bench train --layers 2,1 --cost x":    "--cost",
	} {
		r := nabla(t, strings.Fields(line)...)
		assert.Equal(t, exitUsage, r.code, line)
		assert.Contains(t, r.stderr, want, line)
	}
}
