package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDidYouMean(t *testing.T) {
	file := filepath.Join(t.TempDir(), "iris.csv")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"trian"}, `nabla: unknown command "trian" for "nabla": did you mean train? (`},
		{[]string{"xyz"}, `nabla: unknown command "xyz" for "nabla" (`},
		{[]string{file}, `: did you mean nabla train ` + file + `? (`},
		{[]string{"train", "--epoch", "3"}, `nabla train: unknown flag: --epoch: did you mean --epochs? (`},
		{[]string{"train", "--learning-rate", "3"}, `nabla train: unknown flag: --learning-rate (`},
		{[]string{"train", "--activation", "rleu"}, `: did you mean relu? (`},
		{[]string{"train", "--optimizer", "adma"}, `: did you mean adam? (`},
		{[]string{"help", "lern"}, `unknown command "lern" for "nabla" (`},
		{[]string{"help", "evl"}, `unknown command "evl" for "nabla": did you mean eval? (`},
	} {
		r := nabla(t, c.args...)
		require.Equal(t, exitUsage, r.code)
		require.Contains(t, r.stderr, c.want)
	}
	require.Equal(t, 1, distance("ab", "ba"))
	require.Equal(t, 3, distance("", "abc"))
	require.Equal(t, 2, distance("kitten", "mitte"))
}

func TestVersion(t *testing.T) {
	r := nabla(t, "--version")
	require.Equal(t, exitDone, r.code)
	require.Regexp(t, `^nabla \S+, numeric version 2, go\S+ \w+/\w+\n$`, r.stdout)
}
