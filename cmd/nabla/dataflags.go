package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/nabla-go/nabla/dataset"
)

// flags are those that choose the data, and say how tables are read. given tells which
// flags were given.
func (d *dataSource) flags(given func(name string) bool) []flag {
	data := newFlag("data", builtIn, "digits (built in), a CSV, NPY or NPZ file, - for standard input, a folder with the four MNIST files, or one with a folder of pictures for each class", d.setPath)
	data.files = true
	flags := append([]flag{
		data,
		newFlag("target", []string(nil), "column to predict, or several, by name or number from 1 (default the last)", func(v []string) error {
			d.table.Targets = v
			return nil
		}),
	}, d.formFlags()...)
	for i := range flags[1:] {
		flags[i+1] = d.forTable(given, flags[i+1])
	}
	flags = append(flags, d.forDivided(given, newFlag("test-share", 0.2, "share of a table or of the pictures of a folder that is kept for testing", func(v float64) error {
		d.testShare = v
		return want(v >= 0 && v < 1, "a number of at least 0 and less than 1")
	})))
	return append(flags, limitFlags(&d.table.Limits)...)
}

// forTable makes a flag wrong usage if it is given and the data are no table.
func (d *dataSource) forTable(given func(name string) bool, f flag) flag {
	return d.only(given, f, "CSV files", func() bool { return d.isTable })
}

// forDivided does so if the data are neither a table nor a folder of pictures, or come divided
// into parts.
func (d *dataSource) forDivided(given func(name string) bool, f flag) flag {
	return d.only(given, f, "CSV files and for pictures without a part for testing", d.undivided)
}

// forPictures does so if the data are no folder of pictures.
func (d *dataSource) forPictures(given func(name string) bool, f flag) flag {
	return d.only(given, f, "folders of pictures", func() bool { return d.pictures })
}

// only makes a flag wrong usage if it is given and the data aren't what it is for.
func (d *dataSource) only(given func(name string) bool, f flag, what string, right func() bool) flag {
	use := f.use
	f.use = func() error {
		if err := use(); err != nil {
			return err
		}
		if given(f.name) && !right() {
			return usagef("--%s is for %s, --data is %s", f.name, what, d.path)
		}
		return nil
	}
	return f
}

var headers = map[string]dataset.Header{"auto": dataset.DetectHeader, "yes": dataset.WithHeader, "no": dataset.NoHeader}

var separators = map[string]byte{"auto": 0, "comma": ',', "semicolon": ';', "tab": '\t', "bar": '|', "blanks": ' ', ",": ',', ";": ';', "\t": '\t', "|": '|', " ": ' '}

var points = map[string]byte{"auto": 0, "point": '.', "comma": ',', ".": '.', ",": ','}

// formFlags say how a table is written.
func (d *dataSource) formFlags() []flag {
	o := &d.table
	return []flag{
		newNameFlag("header", "auto", "whether a CSV file begins with column names", []string{"auto", "yes", "no"}, func(v string) error {
			o.Header = headers[v]
			return nil
		}),
		newFlag("sep", "auto", "what separates cells: auto, comma, semicolon, tab, bar, blanks, or another sign, as in :", func(v string) error {
			s, ok := separators[v]
			if !ok && len(v) == 1 && strings.Contains(dataset.OtherSeparators, v) {
				s, ok = v[0], true
			}
			o.Separator = s
			return want(ok, "auto, comma, semicolon, tab, bar or blanks, or one of %s", dataset.OtherSeparators)
		}),
		newFlag("decimal", "auto", "decimal sign: auto, point or comma", func(v string) error {
			p, ok := points[v]
			o.Point = p
			return want(ok, "auto, point or comma")
		}),
		newFlag("comment", "auto", "character that lines begin with which are no rows, as in '%'; none; or auto: # where such a line can't be a row", func(v string) error {
			switch v {
			case "auto":
				o.Comment = 0
			case "none":
				o.Comment = dataset.NoComments
			default:
				if err := want(len(v) == 1 && strings.Contains("!#$%&'()*,/:;<=>?@[\\]^_`{|}~", v), "one character that no number or quoted cell begins with, auto or none"); err != nil {
					return err
				}
				o.Comment = v[0]
			}
			return nil
		}),
		newFlag("na", []string(nil), "what marks a gap, besides an empty cell, NA, N/A, null and ?, as in unknown,-999", func(v []string) error {
			o.Missing = commaList(v)
			return nil
		}),
	}
}

// columnFlags say what columns of a table are.
func (d *dataSource) columnFlags(given func(name string) bool) []flag {
	o := &d.table
	flags := []flag{
		newFlag("columns", []string(nil), "types of columns, as in zip=category,born=date:02.01.2006; types: "+strings.Join(dataset.ColumnTypes(), ", "), func(v []string) error {
			for _, s := range typeList(v) {
				name, kind, ok := strings.Cut(s, "=")
				if !ok {
					return fmt.Errorf("%q names no type: want column=type", s)
				}
				o.Types = append(o.Types, dataset.ColumnType{Column: name, Type: kind})
			}
			return nil
		}),
		newFlag("drop", []string(nil), "columns to leave out, as in name,ticket", func(v []string) error {
			o.Drop = commaList(v)
			return nil
		}),
		newFlag("keep", []string(nil), "columns to keep that would be left out as index or text", func(v []string) error {
			o.Keep = commaList(v)
			return nil
		}),
		newNameFlag("task", "auto", "what is predicted", []string{"auto", "classify", "regress"}, func(v string) (err error) {
			o.Task, err = dataset.ParseTask(v)
			return err
		}),
		newNameFlag("missing", "auto", "what becomes of gaps", dataset.MissingPolicies(), func(v string) error {
			d.encoding.Missing = v
			return nil
		}),
		newFlag("test", "", "a CSV file to test with, in place of a part of the data", func(v string) error {
			d.test = v
			return nil
		}),
		newFlag("group", "", "a column of which all rows with one value stay together, in training or testing", func(v string) error {
			o.Group = v
			return nil
		}),
		newFlag("order", "", "a column of numbers or dates: the last rows in its order are for testing", func(v string) error {
			o.Order = v
			return nil
		}),
	}
	flags = append(flags, newFlag("weight", "", "a column of numbers that say how much each row counts in training", func(v string) error {
		o.Weight = v
		return nil
	}))
	for i := range flags {
		if flags[i].name == "test" {
			flags[i].files = true
		}
		flags[i] = d.forTable(given, flags[i])
	}
	return append(flags, d.scaleFlags(given)...)
}

// scaleFlags are for tables and images.
func (d *dataSource) scaleFlags(given func(name string) bool) []flag {
	return []flag{
		newNameFlag("scale", "auto", "scaling of numbers or pixels", dataset.Scalings(), func(v string) error {
			d.encoding.Scale = v
			return nil
		}),
		newFlag("raw", false, "the same as --scale none", func(v bool) error {
			if v {
				d.encoding.Scale = "none"
			}
			return nil
		}),
		d.forPictures(given, newFlag("image-size", "", "size that the pictures of a folder are brought to, as in 28x28", func(v string) error {
			if v == "" {
				return nil
			}
			o := &d.images
			n, err := fmt.Sscanf(v, "%dx%d", &o.Width, &o.Height)
			return want(err == nil && n == 2 && fmt.Sprintf("%dx%d", o.Width, o.Height) == v && o.Width > 0 && o.Height > 0 && o.Width <= maxImageSide && o.Height <= maxImageSide,
				"WIDTHxHEIGHT, each at most %d", maxImageSide)
		})),
		d.forPictures(given, newNameFlag("colours", "auto", "what is taken of the pictures of a folder", []string{"auto", "grey", "rgb"}, func(v string) error {
			d.images.Channels = map[string]int{"auto": 0, "grey": 1, "rgb": 3}[v]
			return nil
		})),
	}
}

// maxImageSide bounds the size that pictures are brought to.
const maxImageSide = 4096

// targetIsLabel makes --label another name of --target.
func targetIsLabel(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	if name == "label" {
		name = "target"
	}
	return pflag.NormalizedName(name)
}

// positional takes the data from the arguments, if they are there.
func (d *dataSource) positional(cmd *cobra.Command, args []string) error {
	d.stdin = cmd.InOrStdin()
	if len(args) == 0 {
		return nil
	}
	if cmd.Flags().Changed("data") {
		return usagef("the data are given twice, by --data and as %q", args[0])
	}
	return cmd.Flags().Set("data", args[0])
}

// typeList takes lists of column=type apart. A comma may be part of the form of a date.
func typeList(lists []string) (all []string) {
	for _, l := range lists {
		for i, s := range strings.Split(l, ",") {
			switch {
			case i > 0 && s != "" && !strings.Contains(s, "="):
				all[len(all)-1] += "," + s
			case i == 0 || s != "":
				all = append(all, strings.TrimLeft(s, " "))
			}
		}
	}
	return all
}

// commaList takes lists with commas between their parts apart.
func commaList(lists []string) (all []string) {
	for _, l := range lists {
		for s := range strings.SplitSeq(l, ",") {
			if s = strings.TrimSpace(s); s != "" {
				all = append(all, s)
			}
		}
	}
	return all
}

// optionErrors makes of an error about the options of a table one about flags.
func optionErrors(err error) error {
	var o *dataset.OptionError
	if !errors.As(err, &o) {
		return err
	}
	text := o.Say(func(o dataset.Option) string { return fmt.Sprintf("--%s %s", o.Name, shellWord(o.Value)) })
	text = strings.Replace(err.Error(), o.Error(), text, 1) + didYouMean(o.Unknown, o.Names)
	if o.Question {
		return usageError{errors.New(text)}
	}
	return errors.New(text)
}

// shellWord quotes a word for the shell if it must be.
func shellWord(s string) string {
	if s != "" && !strings.ContainsAny(s, " \t\n'\"\\$&;|<>()*?[]#~!`{}") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
