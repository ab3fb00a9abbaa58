package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A file of flags is the same training as the flags, and flags come before the file.
func TestConfig(t *testing.T) {
	dir := t.TempDir()
	path := write(t, "train.toml", `# a training
hidden = [20, 10]
epochs = 2
lr = 0.01
optimizer = "momentum"
layer-norm = true
class-weight = ["1=2", "3=0.5"]
`)
	one := nabla(t, "train", "--json", "--config", path, "--model", filepath.Join(dir, "a"))
	require.Equal(t, exitDone, one.code, one.stderr)
	flags := []string{"train", "--json", "--hidden", "20,10", "--lr", "0.01", "--optimizer", "momentum", "--layer-norm", "--class-weight", "1=2,3=0.5"}
	two := nabla(t, append(flags, "--epochs", "2", "--model", filepath.Join(dir, "b"))...)
	require.Equal(t, exitDone, two.code, two.stderr)
	require.Equal(t, two.last(t)["fingerprint"], one.last(t)["fingerprint"])
	three := nabla(t, "train", "--json", "--config", path, "--epochs", "3", "--model", filepath.Join(dir, "c"))
	require.Equal(t, exitDone, three.code, three.stderr)
	require.Equal(t, 3.0, three.last(t)["epochs"])
	again := nabla(t, "train", "--json", "--like", filepath.Join(dir, "a"), "--model", filepath.Join(dir, "d"))
	require.Equal(t, exitDone, again.code, again.stderr)
	require.Equal(t, one.last(t)["fingerprint"], again.last(t)["fingerprint"])

	for text, says := range map[string]string{
		"epoch = 3":      "epoch is no flag that it can have: did you mean epochs?",
		"epochs = \"x\"": `epochs = "x": `,
		"[data]\na = 1":  "want a word, a number, true, false or a list of such",
		"epochs = ":      "train.toml: toml: line 1",
		"config = \"x\"": "config is no flag that it can have",
	} {
		r := nabla(t, "train", "--config", write(t, "train.toml", text), "--model", filepath.Join(dir, "x"))
		require.NotEqual(t, exitDone, r.code, text)
		require.Contains(t, r.stderr, says)
	}
}
