package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever stands in a file, train, eval, predict and data info end with one of their exit
// codes, and a training that failed leaves no model.
func FuzzCommands(f *testing.F) {
	for _, text := range []string{
		"a,b,y\n1,2,p\n3,4,q\n5,6,p\n", "1;2,5;x\n2;3,5;y\n", "id,day,name,y\n1,2020-01-01,x,1.5\n2,2020-01-02,y,2.5\n3,2020-01-03,x,?\n",
		"# c\n#a,b\n1,2\n2,1\n", "x y\n1 2\n3 4\n5 6\n", "\xff\xfe1\x00,\x002\x00\n\x003\x00,\x004\x00\n\x00", "a,a,y\n1,?,0\n,2,1\n", "1,0\n2,1\n\"3\",0\n",
	} {
		f.Add(text, uint8(0))
		f.Add(text, uint8(7))
	}
	dir := f.TempDir()
	file, model := filepath.Join(dir, "f.csv"), filepath.Join(dir, "m")
	f.Fuzz(func(t *testing.T, text string, how uint8) {
		os.Remove(model)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		do := func(args ...string) int {
			code := run(context.Background(), args, strings.NewReader(text), io.Discard, io.Discard)
			require.Contains(t, []int{exitDone, exitFailed, exitUsage}, code)
			return code
		}
		var flags []string
		for i, flag := range [][]string{{"--header", "no"}, {"--test-share", "0.5"}, {"--task", "regress"}, {"--missing", "drop"}, {"--target", "1"}, {"--precision", "f64"}} {
			if how>>i&1 == 1 {
				flags = append(flags, flag...)
			}
		}
		limits := []string{"--max-memory", "64MiB", "--max-line", "1MiB"}
		info := do(append(append([]string{"data", "info", file}, flags...), limits...)...)
		trained := do(append(append([]string{"train", file, "--epochs", "1", "--hidden", "2", "--model", model, "--threads", "1"}, flags...), limits...)...)
		_, err := os.Stat(model)
		require.Equal(t, trained == exitDone, err == nil)
		if trained != exitDone {
			return
		}
		if how>>5&1 == 0 { // info reads float32
			require.Equal(t, exitDone, info)
		}
		require.Equal(t, exitDone, do("show", model))
		do(append([]string{"eval", model, "--data", file}, limits...)...)
		do(append([]string{"predict", model, file}, limits...)...)
		do(append([]string{"predict", model}, limits...)...)
	})
}
