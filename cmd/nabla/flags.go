package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A flag is a row of a command's table of flags. All that there is to a flag stands
// in its row: name, default, help text, what it takes, and how its value is checked
// and used.
type flag struct {
	name, usage string
	group       string   // the heading that it stands under in the help text
	takes       []string // the names that it takes; nil if it takes something else
	list        bool     // it takes several of the names, with commas between
	files       bool     // it takes the name of a file
	fixed       bool     // it says what the data are, the same for all trials of a search
	declare     func(*pflag.FlagSet)
	use         func() error // checks the value and sets what it is for
}

// newFlag returns a flag. use gets its value once all flags of the command line are
// known; flags are used in the order of their table. An error of use says what would
// be right; the name of the flag and its value are put in front of it, unless it is a
// usageError or a failure.
func newFlag[V string | bool | int | uint64 | float64 | []string](name string, byDefault V, usage string, use func(V) error) flag {
	v := byDefault
	f := flag{name: name, usage: usage}
	f.declare = func(fs *pflag.FlagSet) {
		switch p := any(&v).(type) {
		case *string:
			fs.StringVar(p, name, *p, usage)
		case *bool:
			fs.BoolVar(p, name, *p, usage)
		case *int:
			fs.IntVar(p, name, *p, usage)
		case *uint64:
			fs.Uint64Var(p, name, *p, usage)
		case *float64:
			fs.Float64Var(p, name, *p, usage)
		case *[]string:
			fs.StringArrayVar(p, name, *p, usage)
		}
	}
	f.use = func() error {
		err := use(v)
		if usage, failed := (usageError{}), (failure{}); err == nil || errors.As(err, &usage) || errors.As(err, &failed) {
			return err
		}
		if s, ok := any(v).(string); ok {
			return usagef("--%s %q: %w", name, s, err)
		}
		return usagef("--%s %v: %w", name, v, err)
	}
	return f
}

// newNameFlag returns a flag that takes one of names, which its help text lists.
func newNameFlag(name, byDefault, usage string, names []string, use func(string) error) flag {
	f := newFlag(name, byDefault, usage+": "+oneOf(names), func(v string) error {
		if err := wantName(v, names); err != nil {
			return err
		}
		return use(v)
	})
	f.takes = names
	return f
}

// newNamesFlag returns a flag that takes some of names, with commas between.
func newNamesFlag(name, byDefault, usage string, names []string, use func([]string) error) flag {
	f := newFlag(name, byDefault, usage+": "+strings.Join(names, ", "), func(v string) error {
		var list []string
		for s := range strings.SplitSeq(v, ",") {
			s = strings.TrimSpace(s)
			if err := wantName(s, names); err != nil {
				return err
			}
			list = append(list, s)
		}
		return use(list)
	})
	f.takes, f.list = names, true
	return f
}

// grouped puts all flags under one heading.
func grouped(group string, flags ...flag) []flag {
	for i := range flags {
		flags[i].group = group
	}
	return flags
}

// want returns an error that says what would be right, unless ok.
func want(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf("want "+format, args...)
}

func wantName(name string, names []string) error {
	for _, n := range names {
		if n == name {
			return nil
		}
	}
	return want(false, "%s%s", oneOf(names), didYouMean(name, names))
}

// oneOf lists names as in "a, b or c".
func oneOf(names []string) string { return enumerate(names, "or") }

// enumerate lists names with a word before the last one.
func enumerate(names []string, word string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " " + word + " " + names[last]
}

// A failure is what went wrong with a flag although it was used rightly.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

// Annotations of a declared flag: its group, and the names that it takes.
const (
	groupAnnotation = "nabla_group"
	takesAnnotation = "nabla_takes"
)

// addFlags declares the flags of a command and makes its help text and its completion
// from them. The function that it returns uses all of them.
func addFlags(cmd *cobra.Command, flags []flag) (use func() error) {
	for _, f := range flags {
		f.declare(cmd.Flags())
		cmd.Flags().SetAnnotation(f.name, groupAnnotation, []string{f.group})
		cmd.Flags().SetAnnotation(f.name, takesAnnotation, f.takes)
		if !f.files {
			cmd.RegisterFlagCompletionFunc(f.name, f.complete)
		}
	}
	cmd.Long = fill(cmd.Long)
	cmd.SetUsageFunc(func(c *cobra.Command) error {
		printUsage(c, flags)
		return nil
	})
	return useAll(flags)
}

// useAll returns what uses all flags.
func useAll(flags []flag) func() error {
	return func() error {
		for _, f := range flags {
			if err := f.use(); err != nil {
				return err
			}
		}
		return nil
	}
}

// complete returns the values that the shell may offer for a flag.
func (f flag) complete(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	before := ""
	if i := strings.LastIndexByte(typed, ','); f.list && i >= 0 {
		before = typed[:i+1]
	}
	var values []string
	for _, name := range f.takes {
		if value := before + name; strings.HasPrefix(value, typed) {
			values = append(values, value)
		}
	}
	directive := cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	if f.list {
		directive |= cobra.ShellCompDirectiveNoSpace
	}
	return values, directive
}
