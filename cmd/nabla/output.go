package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/nabla-go/nabla/internal/atomicfile"
)

// plainWriter is where all text of the command goes. Characters that steer a terminal are
// written as \uXXXX, whoever brought them there: names of classes and columns come from
// files. In JSON, whose strings they stand in, that is the same character.
type plainWriter struct {
	mu    sync.Mutex // a word about a signal may come at any time
	w     io.Writer
	rest  []byte     // the beginning of a character that isn't complete yet
	err   error      // the first error of w
	width func() int // of the terminal that lines are broken for; nil for lines as they are
	line  []byte     // the beginning of a line that is broken once it is complete
}

// Write writes b to w. It never fails; err becomes the exit code of the command.
func (p *plainWriter) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	text := append(p.rest, b...)
	out := make([]byte, 0, len(text))
	for len(text) > 0 && (utf8.FullRune(text) || len(text) >= utf8.UTFMax) {
		r, size := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && size == 1:
			out = fmt.Appendf(out, `\x%02x`, text[0])
		case steers(r):
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			out = append(out, text[:size]...)
		}
		text = text[size:]
	}
	p.rest = append([]byte(nil), text...)
	if p.width != nil {
		out = p.broken(out)
	}
	if p.err == nil {
		_, p.err = p.w.Write(out)
	}
	return len(b), nil
}

// broken returns the lines that text completes, none wider than the terminal where blanks
// allow that.
func (p *plainWriter) broken(text []byte) (out []byte) {
	p.line = append(p.line, text...)
	for {
		end := bytes.IndexByte(p.line, '\n')
		if end < 0 {
			return out
		}
		out = append(append(out, breakLine(string(p.line[:end]), p.width())...), '\n')
		p.line = p.line[end+1:]
	}
}

// breakLine breaks a line at blanks, so that none of its parts is wider than width. They go
// on below the text that follows the name at its beginning, or two blanks further right.
func breakLine(line string, width int) string {
	if utf8.RuneCountInString(line) <= width {
		return line
	}
	column := 2
	if gap := gapAfterName.FindStringIndex(line); gap != nil {
		column = utf8.RuneCountInString(line[:gap[1]])
	}
	runes := []rune(line)
	head, rest := string(runes[:column]), string(runes[column:])
	if lines := wrap(rest, width-column); utf8.RuneCountInString(longest(lines)) <= width-column {
		return head + strings.Join(lines, "\n"+strings.Repeat(" ", column))
	}
	return strings.Join(wrap(line, width-2), "\n  ") // a word is wider than the column
}

// gapAfterName is the beginning of a line that is a name and the gap behind it.
var gapAfterName = regexp.MustCompile(`^(\S+ ?){0,3} {2,20}`)

// longest returns the longest of some texts.
func longest(texts []string) (most string) {
	for _, s := range texts {
		if utf8.RuneCountInString(s) > utf8.RuneCountInString(most) {
			most = s
		}
	}
	return most
}

// widthOf returns how wide the terminal is that w leads to, nil if it leads to none.
func widthOf(w io.Writer) func() int {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) || os.Getenv("TERM") == "dumb" {
		return nil
	}
	return func() int {
		w, _, err := term.GetSize(int(f.Fd()))
		if err != nil || w < 20 {
			return helpWidth
		}
		return w
	}
}

// raw writes what steers the terminal, and is no text of a file.
func (p *plainWriter) raw(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	io.WriteString(p.w, text)
}

// flush writes what is left of a character, or a line, that was never completed.
func (p *plainWriter) flush() {
	rest := p.rest
	p.rest = nil
	for _, c := range rest {
		fmt.Fprintf(p, "%s", fmt.Sprintf(`\x%02x`, c))
	}
	if len(p.line) > 0 {
		p.raw(breakLine(string(p.line), p.width()))
		p.line = nil
	}
}

// steers reports whether a terminal obeys r in place of showing it: control characters but
// tab and line feed, and those that turn the direction of text.
func steers(r rune) bool {
	return unicode.IsControl(r) && r != '\t' && r != '\n' || unicode.Is(unicode.Bidi_Control, r)
}

// checkOutput tells, before long work, whether a file can be written to path, the value of
// what, and that it isn't where results or messages go.
func checkOutput(cmd *cobra.Command, what, path string) error {
	if goesTo(cmd.OutOrStdout(), path) || goesTo(cmd.ErrOrStderr(), path) {
		return usagef("%s %q: results or messages go there: want another file", what, path)
	}
	note, err := atomicfile.Check(path)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if note != "" {
		fmt.Fprintf(cmd.ErrOrStderr(), "note: %s\n", note)
	}
	return nil
}

// goesTo reports whether what is written to w ends in the file at path, and isn't thrown
// away there.
func goesTo(w io.Writer, path string) bool {
	p, ok := w.(*plainWriter)
	if !ok {
		return false
	}
	file, ok := p.w.(*os.File)
	if !ok || sameFile(path, os.DevNull) {
		return false
	}
	a, errA := file.Stat()
	b, errB := os.Stat(path)
	return errA == nil && errB == nil && os.SameFile(a, b)
}
