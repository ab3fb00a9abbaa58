package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// configFlag takes the name of a file with values of flags.
func configFlag() flag {
	f := newFlag("config", "", "a TOML file with values of these flags, as in epochs = 20; what is given here as well counts", func(string) error { return nil })
	f.files = true
	return f
}

// configure gives the flags that are not given the values in the file that --config names. It
// must be called before flags are used.
func configure(cmd *cobra.Command) error {
	path, err := cmd.Flags().GetString("config")
	if err != nil || path == "" {
		return err
	}
	values := make(map[string]any)
	if _, err := toml.DecodeFile(path, &values); err != nil {
		return fmt.Errorf("--config %s: %w", path, err)
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	for _, name := range slices.Sorted(maps.Keys(values)) {
		f := cmd.Flags().Lookup(name)
		if f == nil || name == "config" || name == "help" {
			return usagef("--config %s: %s is no flag that it can have%s", path, name, didYouMean(name, names))
		}
		list, err := configValues(values[name])
		if err != nil {
			return usagef("--config %s: %s: %w", path, name, err)
		}
		if f.Changed {
			continue
		}
		if _, several := f.Value.(pflag.SliceValue); !several {
			list = []string{strings.Join(list, ",")}
		}
		for _, v := range list {
			if err := cmd.Flags().Set(name, v); err != nil {
				return usagef("--config %s: %s = %q: %w", path, name, v, err)
			}
		}
	}
	return nil
}

// configValues returns a value of a configuration as a flag would take it, or several.
func configValues(value any) ([]string, error) {
	switch v := value.(type) {
	case []any:
		var all []string
		for _, item := range v {
			if _, nested := item.([]any); nested {
				return nil, fmt.Errorf("a list in a list: want words or numbers")
			}
			one, err := configValues(item)
			if err != nil {
				return nil, err
			}
			all = append(all, one...)
		}
		return all, nil
	case string, bool, int64, float64:
		return []string{fmt.Sprint(v)}, nil
	}
	return nil, fmt.Errorf("want a word, a number, true, false or a list of such")
}
