// Package delimited takes delimited text (CSV and its relatives) apart: into records, and
// records into cells. It finds out which character separates the cells. What cells mean
// is none of its business.
//
// A cell in double quotes (RFC 4180) may hold separators, line ends and, doubled, quotes.
// Lines end with LF or CRLF; empty lines are left out. Blanks around a cell are no part of
// it.
//
// A line that begins with a given character is a comment. Unless one is given that is #, but
// not where the line may be a record: something other than a blank or another # follows, and
// the line has as many cells as the first record or, if it would be that, the next line.
package delimited

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Limits bound the memory that a text can take, whatever it was unpacked from.
type Limits struct {
	Cell int // bytes of a cell; 0 stands for 1 MiB
	Line int // bytes of a record; 0 stands for 64 MiB
}

// The limits unless others are given.
const (
	DefaultCell = 1 << 20
	DefaultLine = 64 << 20
)

// Reader reads the records of a text one by one.
type Reader struct {
	r          io.Reader
	limits     Limits
	buf        []byte
	start, end int   // the part of buf that has been read and not been used
	err        error // of r; io.EOF at the end
	next       int   // the number of the line that begins at start
	line       int   // that of the record that was returned last
	width      int   // cells of the first record; 0 before it
	Comments   int   // comment lines so far
}

// NewReader returns a reader of the text that r holds.
func NewReader(r io.Reader, limits Limits) *Reader {
	if limits.Cell == 0 {
		limits.Cell = DefaultCell
	}
	if limits.Line == 0 {
		limits.Line = DefaultLine
	}
	return &Reader{r: r, limits: limits, buf: make([]byte, 64<<10), next: 1}
}

// Line returns the number, from 1, of the line on which the last record began.
func (r *Reader) Line() int { return r.line }

// fill reads once more and reports whether there was anything.
func (r *Reader) fill() bool {
	if r.err != nil {
		return false
	}
	if r.start > 0 {
		copy(r.buf, r.buf[r.start:r.end])
		r.start, r.end = 0, r.end-r.start
	}
	if r.end == len(r.buf) {
		r.buf = append(r.buf, make([]byte, len(r.buf))...)
	}
	for range 100 {
		n, err := r.r.Read(r.buf[r.end:])
		r.end += n
		if r.err = err; n > 0 || err != nil {
			return n > 0
		}
	}
	r.err = io.ErrNoProgress
	return false
}

// Peek returns the text up to most bytes from where the next record begins, without using
// it up: all that one Read gave, and at least a whole line unless the text is shorter. If
// patient, it reads until there are most bytes.
func (r *Reader) Peek(most int, patient bool) []byte {
	for r.end-r.start < most && (patient || bytes.IndexByte(r.buf[r.start:r.end], '\n') < 0) && r.fill() {
	}
	return r.buf[r.start:min(r.end, r.start+most)]
}

// Ready reports whether the next line is there without reading on.
func (r *Reader) Ready() bool {
	return r.err != nil || bytes.IndexByte(r.buf[r.start:r.end], '\n') >= 0
}

// Err returns the error that ended the text, or nil at its regular end.
func (r *Reader) Err() error {
	if r.err == io.EOF {
		return nil
	}
	return r.err
}

// Next returns the next record without its line end, or nil at the end of the text and
// if there is an error. The record is valid until the next call.
func (r *Reader) Next(f Form) ([]byte, error) {
	for {
		for r.start < r.end && r.buf[r.start] == '\n' { // a small gzip may hold a thousand million blank lines
			r.start++
			r.next++
		}
		record, err := r.record(f)
		if record == nil || err != nil {
			return nil, err
		}
		if f.isMarked(record) {
			if r.width == 0 {
				record = bytes.Clone(record) // reading on may move it
			}
			if r.isComment(f, record) {
				r.Comments++
				continue
			}
		}
		if len(record) <= 8 && len(bytes.TrimSpace(record)) == 0 && (f.Separator != '\t' || len(record) == 0) {
			continue
		}
		if r.width == 0 {
			if r.width, err = f.Count(record); err != nil {
				return nil, err
			}
		}
		return record, nil
	}
}

// isComment reports whether a line that begins as a comment does is one.
func (r *Reader) isComment(f Form, line []byte) bool {
	line = bytes.TrimLeft(line, " \t")
	if f.Comment != 0 || len(line) == 1 || line[1] == ' ' || line[1] == '#' || line[1] == '\t' {
		return true
	}
	width := r.width
	if width == 0 {
		for r.end-r.start <= r.limits.Line && bytes.IndexByte(r.buf[r.start:r.end], '\n') < 0 && r.fill() {
		}
		next, _, _ := bytes.Cut(r.buf[r.start:r.end], []byte("\n"))
		width, _ = f.Count(next)
	}
	n, err := f.Count(line)
	return err != nil || n != width || width < 2
}

// record returns the next record or comment, nil at the end.
func (r *Reader) record(f Form) ([]byte, error) {
	r.line = r.next
	line, seen := 0, 0         // where the last line begins, and how far it has been searched, from start
	quotes, opened := 0, false // quotes so far, and whether one of them opens a cell
	for {
		i := bytes.IndexByte(r.buf[r.start+seen:r.end], '\n')
		last := i < 0
		if last {
			i = r.end - r.start - seen
		}
		seen += i
		if seen > r.limits.Line {
			return nil, fmt.Errorf("the line is longer than %d bytes", r.limits.Line)
		}
		if last {
			if r.fill() {
				continue
			}
			if err := r.Err(); err != nil || r.start == r.end {
				return nil, err
			}
		}
		part := r.buf[r.start+line : r.start+seen]
		if bytes.IndexByte(part, '"') >= 0 && !f.isMarked(r.buf[r.start:r.end]) {
			quotes += bytes.Count(part, []byte{'"'})
			opened = opened || f.quoteOpens(part)
		}
		r.next++
		if quotes%2 == 0 || !opened || last {
			return r.take(seen, last), nil
		}
		seen++
		line = seen
	}
}

// take uses n bytes and their line end up.
func (r *Reader) take(n int, last bool) []byte {
	record := r.buf[r.start : r.start+n]
	r.start += n
	if !last {
		r.start++
	}
	if last {
		record = bytes.TrimSuffix(record, []byte{endOfText})
	}
	return bytes.TrimSuffix(record, []byte("\r"))
}

// endOfText is the character, Ctrl-Z, that ends texts of MS-DOS.
const endOfText = 0x1a

// Skip uses up the next line, which is no record.
func (r *Reader) Skip(f Form) error {
	_, err := r.record(f)
	return err
}

// quoteOpens reports whether a quote stands at the beginning of some cell: behind a
// separator of any kind, so that inches and minutes within words open nothing.
func (f Form) quoteOpens(line []byte) bool {
	for i, c := range line {
		if c == '"' && (i == 0 || line[i-1] == f.Separator || bytes.IndexByte([]byte(Separators), line[i-1]) >= 0) {
			return true
		}
	}
	return false
}

var (
	errQuote = errors.New("a quote opens and doesn't close")
	errAfter = errors.New("something follows the closing quote of a cell (a quote within a cell is written twice)")
)

// Check returns an error if a cell is longer than the limits allow.
func (r *Reader) Check(cell []byte) error {
	if len(cell) > r.limits.Cell {
		return fmt.Errorf("the cell has %d bytes: want at most %d", len(cell), r.limits.Cell)
	}
	return nil
}
