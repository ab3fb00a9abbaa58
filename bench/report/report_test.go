package main

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A machine's block is replaced; that of a new machine stands behind the others; a file
// without a block is refused.
func TestReplaceBlock(t *testing.T) {
	block := func(machine, text string) string { return readmeBegin(machine) + text + readmeEnd }
	one := "head\n" + block("a", "old\n") + "tail\n"
	got, err := replaceBlock(one, "a", "new\n")
	require.NoError(t, err)
	assert.Equal(t, "head\n"+block("a", "new\n")+"tail\n", got)
	got, err = replaceBlock(one, "b", "more\n")
	require.NoError(t, err)
	assert.Equal(t, "head\n"+block("a", "old\n")+"\n"+block("b", "more\n")+"tail\n", got)
	for _, bad := range []string{"", "head\n" + readmeBegin("a")} {
		_, err = replaceBlock(bad, "a", "new\n")
		assert.ErrorContains(t, err, "end")
	}
}

// The README of this module has a block for each folder of tables.
func TestReadmeHasMachines(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	entries, err := os.ReadDir("../tables")
	require.NoError(t, err)
	machines := 0
	for _, e := range entries {
		if _, err := os.Stat("../tables/" + e.Name() + "/KERNELS.md"); err != nil {
			continue
		}
		machines++
		assert.Contains(t, string(text), readmeBegin(e.Name()))
	}
	assert.Equal(t, machines, strings.Count(string(text), "report kernels on "))
	assert.Positive(t, machines)
}
