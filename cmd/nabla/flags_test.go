package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// commands returns all commands that are ours.
func commands(root *cobra.Command) (all []*cobra.Command) {
	for _, c := range root.Commands() {
		if c.Name() != "help" && c.Name() != "completion" {
			all = append(append(all, c), commands(c)...)
		}
	}
	return all
}

// complete returns what the shell would offer, and whether also the names of files.
func complete(t *testing.T, args ...string) (values []string, files bool) {
	t.Helper()
	r := nabla(t, append([]string{"__complete"}, args...)...)
	require.Equal(t, exitDone, r.code, r.stderr)
	lines := strings.Split(strings.TrimSpace(r.stdout), "\n")
	var directive cobra.ShellCompDirective
	_, err := fmt.Sscanf(lines[len(lines)-1], ":%d", &directive)
	require.NoError(t, err)
	return lines[:len(lines)-1], directive&cobra.ShellCompDirectiveNoFileComp == 0
}

// Every flag of every command comes from a table: it has a group and a help text, which
// names the names that it takes; they are completed, and others are refused.
func TestEveryFlag(t *testing.T) {
	visited := 0
	narrow := func(path, help string) {
		for _, line := range strings.Split(help, "\n") {
			assert.LessOrEqual(t, utf8.RuneCountInString(line), 80, "%s: %s", path, line)
		}
	}
	narrow("nabla", nabla(t, "--help").stdout)
	for _, c := range commands(newRoot()) {
		path := strings.Fields(c.CommandPath())[1:]
		help := nabla(t, append(path, "--help")...).stdout
		narrow(c.CommandPath(), help)
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name == "help" || f.Name == "json" {
				return
			}
			visited++
			name := c.CommandPath() + " --" + f.Name
			if !assert.Len(t, f.Annotations[groupAnnotation], 1, "%s is in no table", name) {
				return
			}
			assert.Contains(t, help, "\n"+f.Annotations[groupAnnotation][0]+":\n", name)
			assert.Contains(t, help, "--"+f.Name+" ", name)
			assert.Contains(t, strings.Join(strings.Fields(help), " "), strings.Join(strings.Fields(f.Usage), " "), name)
			assert.NotEmpty(t, f.Usage, name)
			assert.False(t, strings.HasSuffix(f.Usage, "."), name)

			takes := f.Annotations[takesAnnotation]
			values, files := complete(t, append(path, "--"+f.Name, "")...)
			if f.Value.Type() == "bool" {
				return // takes no value
			}
			assert.Equal(t, strings.Join(takes, " "), strings.Join(values, " "), name)
			assert.Equal(t, slices.Contains([]string{"data", "test", "model", "like", "checkpoint", "log", "validation", "config", "report", "results", "table"}, f.Name) || f.Name == "from" && c.Name() != "audit", files, name)
			if takes == nil {
				return
			}
			args := append(path, "--"+f.Name, "no such name")
			if c.Name() == "info" {
				args = append(args, builtIn)
			} else if strings.Contains(c.Use, "MODEL") || strings.Contains(c.Use, "FILE") {
				args = append(args, "m")
			}
			if strings.Contains(c.Use, "MODEL FILE") {
				args = append(args, "m")
			}
			if f.Name == "activation" || f.Name == "cost" {
				args = append(args, "--layers", "2,1")[:len(args)+2*strings.Count(c.CommandPath(), "bench")]
			}
			r := nabla(t, args...)
			assert.Equal(t, exitUsage, r.code, name)
			assert.Contains(t, r.stderr, "--"+f.Name+` "no such name": `, name)
			if f.Name != "isa" { // says that there is no such instruction set
				assert.Contains(t, r.stderr, "want "+oneOf(takes), name)
			}
		})
	}
	assert.Greater(t, visited, 30)
}

// A list is completed name by name.
func TestCompleteList(t *testing.T) {
	values, files := complete(t, "bench", "train", "--mode", "step,f")
	require.Equal(t, []string{"step,forward", "step,fit"}, values)
	require.False(t, files)
}

func TestFlagErrors(t *testing.T) {
	cmd := &cobra.Command{Use: "x"}
	order := ""
	use := addFlags(cmd, grouped("Group",
		newFlag("number", 3, "a number", func(v int) error {
			order += "n"
			return want(v < 5, "less than %d", 5)
		}),
		newFlag("word", "w", "a word", func(v string) error {
			order += "w"
			switch v {
			case "usage":
				return usagef("all wrong")
			case "failure":
				return failure{errors.New("out of order")}
			}
			return want(v == "w", "w")
		}),
	))
	require.NoError(t, use())
	require.Equal(t, "nw", order)
	for _, c := range []struct {
		number, word, want string
		usage              bool
	}{
		{"5", "w", "--number 5: want less than 5", true},
		{"4", "v", `--word "v": want w`, true},
		{"4", "usage", "all wrong", true},
		{"4", "failure", "out of order", false},
	} {
		require.NoError(t, cmd.Flags().Set("number", c.number))
		require.NoError(t, cmd.Flags().Set("word", c.word))
		err := use()
		require.EqualError(t, err, c.want)
		require.Equal(t, c.usage, errors.As(err, &usageError{}))
	}
}

func TestOneOf(t *testing.T) {
	require.Equal(t, "", oneOf(nil))
	require.Equal(t, "a", oneOf([]string{"a"}))
	require.Equal(t, "a or b", oneOf([]string{"a", "b"}))
	require.Equal(t, "a, b or c", oneOf([]string{"a", "b", "c"}))
}
