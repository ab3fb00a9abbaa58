package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The commands measure something, and every line of JSON says what.
func TestBench(t *testing.T) {
	for line, key := range map[string]string{
		"bench kernels --rounds 1 --filter /f32/.*/10x30$":                           "ns",
		"bench train --rounds 1 --layers 20,10,5 --batch 1,10 --mode step,forward":   "samples_per_second",
		"bench train --rounds 1 --layers 20,5 --batch 10 --precision f64 --mode fit": "limit_samples_per_second",
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
		assert.LessOrEqual(t, last["percent"], 100.0, line)

		r = nabla(t, strings.Fields(line)...)
		require.Equal(t, exitDone, r.code, r.stderr)
		assert.Contains(t, r.stdout, "% limit")
	}
}

func TestBenchUsage(t *testing.T) {
	for line, want := range map[string]string{
		"bench":                                "nabla bench kernels or nabla bench train",
		"bench kernels --filter (":             "--filter",
		"bench kernels --filter nosuch":        "matches no kernel",
		"bench kernels --isa mmx":              "unknown instruction set",
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
