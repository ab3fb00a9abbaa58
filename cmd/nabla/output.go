package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/nabla-go/nabla/internal/atomicfile"
)

// plainWriter is where all text of the command goes. Characters that steer a terminal are
// written as \uXXXX, whoever brought them there: names of classes and columns come from
// files. In JSON, whose strings they stand in, that is the same character.
type plainWriter struct {
	mu   sync.Mutex // a word about a signal may come at any time
	w    io.Writer
	rest []byte // the beginning of a character that isn't complete yet
	err  error  // the first error of w
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
	if p.err == nil {
		_, p.err = p.w.Write(out)
	}
	return len(b), nil
}

// raw writes what steers the terminal, and is no text of a file.
func (p *plainWriter) raw(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	io.WriteString(p.w, text)
}

// flush writes what is left of a character that was never completed.
func (p *plainWriter) flush() {
	rest := p.rest
	p.rest = nil
	for _, c := range rest {
		fmt.Fprintf(p, "%s", fmt.Sprintf(`\x%02x`, c))
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
