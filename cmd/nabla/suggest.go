package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// nearest returns the name that word most likely stands for, or "" if none is near.
func nearest(word string, names []string) string {
	best, most := "", max(len(word)/3, 1)+1
	for _, name := range names {
		if d := distance(word, name); d < most {
			best, most = name, d
		}
	}
	if best == "" && len(word) >= 3 {
		for _, name := range names {
			if strings.HasPrefix(name, word) {
				return name
			}
		}
	}
	return best
}

// distance returns how many characters must be put in, taken out, changed, or swapped with
// their neighbours to make b of a.
func distance(a, b string) int {
	x, y := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			same := 1
			if x[i-1] == y[j-1] {
				same = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+same)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}

// didYouMean returns words that offer another spelling, or "".
func didYouMean(word string, names []string) string {
	if name := nearest(strings.TrimLeft(word, "-"), names); name != "" {
		if strings.HasPrefix(word, "--") {
			name = "--" + name
		}
		return fmt.Sprintf(": did you mean %s?", name)
	}
	return ""
}

var (
	unknownCommand = regexp.MustCompile(`^unknown command "(.*)" for "[^"]*"$`)
	unknownFlag    = regexp.MustCompile(`^unknown flag: (--.*)$`)
	badNumber      = regexp.MustCompile(`invalid argument ("(?s:.*)") for "(?:-\w, )?(--[^"]*)" flag: strconv\.Parse(\w+): .*`)
)

// numberWords are the numbers that package strconv reads, by the function that does it.
var numberWords = map[string]string{
	"Int": "a whole number", "Uint": "a whole number of at least 0", "Float": "a number, with a decimal point if it has a fraction", "Bool": "true or false",
}

// inWords returns the text of an error without the names of Go's functions.
func inWords(err error) string {
	text := err.Error()
	if m := badNumber.FindStringSubmatch(text); m != nil && numberWords[m[3]] != "" {
		return strings.Replace(text, m[0], fmt.Sprintf("%s %s: want %s", m[2], m[1], numberWords[m[3]]), 1)
	}
	if e := (*os.PathError)(nil); errors.As(err, &e) && (e.Op == "open" || e.Op == "stat") {
		text = strings.Replace(text, e.Error(), e.Path+": "+e.Err.Error(), 1)
		text = strings.Replace(text, e.Path+": "+e.Path+": ", e.Path+": ", 1)
	}
	return text
}

// suggest adds what was probably meant to an error about an unknown command or flag.
func suggest(cmd *cobra.Command, err error) error {
	text := err.Error()
	if m := unknownCommand.FindStringSubmatch(text); m != nil {
		var names []string
		for _, c := range cmd.Root().Commands() {
			if c.IsAvailableCommand() {
				names = append(names, c.Name())
			}
		}
		hint := didYouMean(m[1], names)
		if _, missing := os.Stat(m[1]); missing == nil && hint == "" {
			hint = fmt.Sprintf(": did you mean nabla train %s?", m[1])
		}
		return errors.New(text + hint)
	}
	if m := unknownFlag.FindStringSubmatch(text); m != nil {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				names = append(names, f.Name)
			}
		})
		return errors.New(text + didYouMean(m[1], names))
	}
	return err
}
