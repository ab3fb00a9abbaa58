// Package audit writes and compares logs of trainings: a chain of hashes over parameters
// and the optimizer's state, the same on every machine, by which anybody can check a
// training, or a stretch of it, and find where two part.
//
// A log has one JSON object a line. The first is a [Header], which says what the training
// is; each of the others is a [Line]. To train a stretch again is not this package's affair.
package audit

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/nabla-go/nabla/internal/atomicfile"
	"github.com/nabla-go/nabla/internal/strictjson"
	"github.com/nabla-go/nabla/train"
)

// A Header is the first line of a log.
type Header struct {
	Format int                 `json:"nabla_log"` // 1
	Key    map[string]string   `json:"training"`  // all that decides the bits, by name
	Flags  map[string][]string `json:"options"`   // how the command was called
	Every  int                 `json:"every"`     // steps from one line to the next
}

// A Line is a moment of a training.
type Line struct {
	Step  int     `json:"step"`
	Epoch int     `json:"epoch"`
	Cost  float64 `json:"cost"`  // of the step, before it
	Chain string  `json:"chain"` // see train.Trainer.Chain; the link before the first is 32 zero bytes
}

// NewLine returns the line of the step of r, after which the chain ends with link.
func NewLine(r train.StepReport, link [32]byte) Line {
	return Line{Step: r.Number, Epoch: r.Epoch, Cost: r.Cost, Chain: hex.EncodeToString(link[:])}
}

// Interval returns the number of steps from one line to the next that lets hashing cost at
// most about 2 % of a training on a CPU with SHA instructions: a power of two that follows
// from the optimizer and the batch alone. A step is reckoned to take 0.3 ns a parameter and
// 0.06 ns a parameter and sample, hashing 0.65 ns a byte.
func Interval(m *train.Method, batch int) int {
	slots := 0
	if m != nil {
		slots = m.Slots
	}
	least := 13000 * (1 + slots) / (30 + 6*min(batch, 1<<20))
	every := 1
	for every < least {
		every *= 2
	}
	return every
}

// A Log is what a file says.
type Log struct {
	Header Header
	Lines  []Line
	Torn   bool // the last line is not whole, as after a kill
}

// Read reads a log. A last line that isn't complete is left out.
func Read(path string) (*Log, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	l := new(Log)
	if i := bytes.LastIndexByte(b, '\n') + 1; i < len(b) {
		l.Torn, b = true, b[:i]
	}
	number := 0
	for line := range bytes.Lines(b) {
		number++
		if number == 1 {
			err = strictjson.Unmarshal(line, &l.Header)
			if err == nil && (l.Header.Format != 1 || l.Header.Every < 1) {
				err = errors.New("not the first line of a log")
			}
		} else {
			var x Line
			if err = strictjson.Unmarshal(line, &x); err == nil {
				err = l.add(x)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("audit: %s, line %d: %w", path, number, err)
		}
	}
	if number == 0 {
		return nil, fmt.Errorf("audit: %s has no whole line: want a log that nabla train --log wrote", path)
	}
	return l, nil
}

// add appends a line that follows the others.
func (l *Log) add(x Line) error {
	if want := (len(l.Lines) + 1) * l.Header.Every; x.Step != want {
		return fmt.Errorf("step %d: want %d", x.Step, want)
	}
	if b, err := hex.DecodeString(x.Chain); err != nil || len(b) != 32 {
		return fmt.Errorf("%q is no SHA-256", x.Chain)
	}
	l.Lines = append(l.Lines, x)
	return nil
}

// Link returns the link of the chain after so many lines.
func (l *Log) Link(lines int) (link [32]byte) {
	if lines > 0 {
		hex.Decode(link[:], []byte(l.Lines[lines-1].Chain))
	}
	return link
}

// Differences names what two trainings differ in, in the order of the names.
func (h *Header) Differences(o *Header) (names []string) {
	all := maps.Clone(h.Key)
	maps.Copy(all, o.Key)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if a, b := h.Key[name], o.Key[name]; a != b {
			names = append(names, fmt.Sprintf("%s: %q and %q", name, a, b))
		}
	}
	return names
}

// Part returns the first step at which both logs have a line and the lines differ, or 0, and
// the last step before it at which they agree, or 0. It is an error if their lines are of
// different steps.
func Part(a, b *Log) (differ, agree int, err error) {
	if a.Header.Every != b.Header.Every {
		return 0, 0, fmt.Errorf("audit: one log has a line every %d steps, the other every %d: their chains can't be compared; want one --log-every", a.Header.Every, b.Header.Every)
	}
	for i := range min(len(a.Lines), len(b.Lines)) {
		if a.Lines[i] != b.Lines[i] {
			return a.Lines[i].Step, agree, nil
		}
		agree = a.Lines[i].Step
	}
	return 0, agree, nil
}

// A Writer appends lines to a log.
type Writer struct {
	file  *os.File
	every int
	link  [32]byte
}

// Create begins a log at path, which must not exist or be empty.
func Create(path string, h Header) (*Writer, error) {
	h.Format = 1
	if info, err := os.Stat(path); err == nil && info.Size() > 0 {
		return nil, fmt.Errorf("audit: %s is there already: want another file, or --resume to go on with it", path)
	}
	return begin(path, &Log{Header: h})
}

// Resume goes on with the log at path after so many steps: later lines, which a training
// that was killed has written, are dropped, to be written again.
func Resume(path string, h Header, steps int) (*Writer, error) {
	h.Format = 1
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) && steps < h.Every {
		return Create(path, h)
	}
	l, err := Read(path)
	if err != nil {
		return nil, err
	}
	if l.Header.Every != h.Every {
		return nil, fmt.Errorf("audit: %s has a line every %d steps, not every %d", path, l.Header.Every, h.Every)
	}
	if d := l.Header.Differences(&h); d != nil {
		return nil, fmt.Errorf("audit: %s is the log of another training: %s", path, d[0])
	}
	n := steps / h.Every
	if len(l.Lines) < n {
		return nil, fmt.Errorf("audit: %s ends at step %d, before the checkpoint, which is of step %d", path, len(l.Lines)*h.Every, steps)
	}
	l.Lines = l.Lines[:n]
	return begin(path, l)
}

// begin writes l and opens it for more lines.
func begin(path string, l *Log) (*Writer, error) {
	err := atomicfile.Write(path, func(w io.Writer) error {
		b := bufio.NewWriter(w)
		e := json.NewEncoder(b)
		err := e.Encode(l.Header)
		for _, x := range l.Lines {
			if err == nil {
				err = e.Encode(x)
			}
		}
		if err == nil {
			err = b.Flush()
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	return &Writer{file: f, every: l.Header.Every, link: l.Link(len(l.Lines))}, nil
}

// A Chainer is a training whose state can be hashed.
type Chainer interface {
	Chain(before [32]byte) [32]byte
}

// Step writes a line if one is due after the step of r.
func (w *Writer) Step(t Chainer, r train.StepReport) error {
	if !w.Due(r) {
		return nil
	}
	w.link = t.Chain(w.link)
	b, err := json.Marshal(NewLine(r, w.link))
	if err == nil {
		_, err = w.file.Write(append(b, '\n'))
	}
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// Due reports whether the log takes a line after the step.
func (w *Writer) Due(r train.StepReport) bool { return r.Number%w.every == 0 }

// Sync hands what was written to the disk.
func (w *Writer) Sync() error { return w.file.Sync() }

// Close ends the log.
func (w *Writer) Close() error { return w.file.Close() }
