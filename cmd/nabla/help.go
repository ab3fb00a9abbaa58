package main

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const (
	helpWidth  = 80 // columns of a help text
	flagColumn = 30 // where the words about a flag begin
)

// wrap breaks a text at blanks into lines of at most width characters.
func wrap(text string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// tableRow is a line of a table in a text: a name, and words about it.
var tableRow = regexp.MustCompile(`^  (\S+)( +)(\S.*)$`)

// fill breaks the paragraphs of a text anew. Lines that begin with a blank stay, but long
// rows of a table go on below their second column.
func fill(text string) string {
	var lines, paragraph []string
	end := func() {
		if paragraph != nil {
			lines = append(lines, wrap(strings.Join(paragraph, " "), helpWidth)...)
		}
		paragraph = nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		if line != "" && line[0] != ' ' {
			paragraph = append(paragraph, line)
			continue
		}
		end()
		if row := tableRow.FindStringSubmatch(line); row != nil && utf8.RuneCountInString(line) > helpWidth {
			var b strings.Builder
			printTable(&b, utf8.RuneCountInString("  "+row[1]+row[2]), [][2]string{{row[1], row[3]}})
			line = strings.TrimSuffix(b.String(), "\n")
		}
		lines = append(lines, line)
	}
	end()
	return strings.Join(lines, "\n")
}

// printTable prints rows of a name and a text, the text in a column of its own.
func printTable(w io.Writer, column int, rows [][2]string) {
	for _, row := range rows {
		name, text := "  "+row[0], wrap(row[1], helpWidth-column)
		if utf8.RuneCountInString(name) >= column {
			fmt.Fprintln(w, name)
			name = ""
		}
		for _, line := range text {
			fmt.Fprintf(w, "%s%s\n", name+strings.Repeat(" ", column-utf8.RuneCountInString(name)), line)
			name = ""
		}
	}
}

// valueWords says what a flag takes, by the type of its value.
var valueWords = map[string]string{"bool": "", "string": "WORD", "int": "N", "uint": "N", "uint64": "N", "float64": "X", "stringArray": "LIST"}

// flagRow returns what the help text says of a flag.
func flagRow(f *pflag.Flag, files bool) [2]string {
	name := "    --" + f.Name
	if f.Shorthand != "" {
		name = "-" + f.Shorthand + ", --" + f.Name
	}
	word := valueWords[f.Value.Type()]
	if files {
		word = "FILE"
	}
	if word != "" {
		name += " " + word
	}
	text := f.Usage
	if d := f.DefValue; d != "" && d != "[]" && d != "0" && d != "false" {
		text += " (default " + d + ")"
	}
	return [2]string{name, text}
}

// printUsage prints how a command is used: examples, and its flags under the headings of
// their groups.
func printUsage(c *cobra.Command, flags []flag) {
	out := c.OutOrStderr()
	fmt.Fprintf(out, "Usage:\n  %s\n", c.UseLine())
	if c.Example != "" {
		fmt.Fprintf(out, "\nExamples:\n%s\n", c.Example)
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprint(out, "\nCommands:\n")
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() {
				fmt.Fprintf(out, "  %-*s %s\n", sub.NamePadding(), sub.Name(), sub.Short)
			}
		}
	}
	var groups []string
	rows := make(map[string][][2]string)
	for _, f := range flags {
		if rows[f.group] == nil {
			groups = append(groups, f.group)
		}
		rows[f.group] = append(rows[f.group], flagRow(c.Flags().Lookup(f.name), f.files))
	}
	const general = "General"
	groups = append(groups, general)
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if _, ok := f.Annotations[groupAnnotation]; !ok {
			rows[general] = append(rows[general], flagRow(f, false))
		}
	})
	for _, g := range groups {
		fmt.Fprintf(out, "\n%s:\n", g)
		printTable(out, flagColumn, rows[g])
	}
}
