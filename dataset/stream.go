package dataset

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"

	"github.com/nabla-go/nabla/internal/rng"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/train"
)

// A TableStream is a table whose rows are read once an epoch, for training data that need
// not fit into memory: delimited text or an NPY array.
type TableStream[T kernels.Float] struct {
	// Sample has rows that were drawn at random from all of them, in their order, for
	// [FitEncoder] and for testing.
	Sample *Table[T]
	Rows   int // of the file, without those that have no target

	path string
	opt  TableOptions
}

// sampleStream is the stream of the seed that draws rows.
const sampleStream = 1 << 40

// OpenStream reads the table at path once and draws a sample of at most the given number of
// rows. If what is predicted may be classes, there is also a row of each class, so that no
// class comes as a surprise later. A file with no more rows than that is in the sample
// whole, and the sample is what [ReadTable] reads.
//
// Every pass opens the file anew, so it must be one that stays. NPZ files, NPY arrays in
// column-major order or of texts, and the options Group and Order are errors.
func OpenStream[T kernels.Float](path string, opt TableOptions, sample int, seed uint64) (*TableStream[T], error) {
	switch info, err := os.Stat(path); {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: a stream is read once an epoch: want a file, not a pipe", path)
	case sample < 1:
		return nil, fmt.Errorf("%s: a sample of %d rows: want at least 1", path, sample)
	case opt.Group != "" || opt.Order != "":
		return nil, fmt.Errorf("%s: the options group and order need all rows in memory: want a file to test with", path)
	}
	s := &TableStream[T]{path: path, opt: opt}
	draw := &drawing{most: sample, random: rng.New(seed, sampleStream)}
	if opt.Task != Regression {
		draw.classes = make(map[string]int)
	}
	var err error
	if isArrays(path) {
		s.Sample, err = sampleArray[T](path, opt, draw)
	} else {
		s.Sample, err = sampleText[T](path, opt, draw)
	}
	if err != nil {
		return nil, err
	}
	s.Rows = draw.rows
	s.opt.Header = NoHeader
	if s.Sample.headed {
		s.opt.Header = WithHeader
	}
	s.opt.Separator, s.opt.Point = s.Sample.form.Separator, s.Sample.form.Point
	if opt.Encoder == nil {
		s.opt.Targets = nil // they stand where the encoder's columns say
	}
	return s, nil
}

// A drawing chooses rows at random as they come.
//
// J. S. Vitter, "Random Sampling with a Reservoir", algorithm R (1985).
type drawing struct {
	most    int
	random  *rng.Rand
	rows    int            // that came
	kept    []drawn        // chosen so far
	classes map[string]int // their numbers; nil if there are none or too many
	firsts  []drawn        // the first row of each class
}

// drawn is a row that was chosen.
type drawn struct {
	number int    // from 0
	line   int    // of a text
	class  int    // its number
	record []byte // a copy
}

// next looks at a row whose targets are classes, if they are any.
func (w *drawing) next(line int, record, class []byte) {
	row := drawn{number: w.rows, line: line}
	at := w.rows
	if w.rows++; at >= w.most {
		at = w.random.IntN(w.rows)
	}
	if w.classes != nil {
		c, ok := w.classes[string(class)]
		if row.class = c; !ok {
			row.class = len(w.firsts)
			w.classes[string(class)] = row.class
			row.record = bytes.Clone(record)
			w.firsts = append(w.firsts, row)
		}
		if len(w.firsts) > maxClasses {
			w.classes, w.firsts = nil, nil
		}
	}
	switch {
	case at >= w.most:
	case at == len(w.kept):
		row.record = bytes.Clone(record)
		w.kept = append(w.kept, row)
	default:
		row.record = append(w.kept[at].record[:0], record...)
		w.kept[at] = row
	}
}

// chosen returns the rows in their order, with the first row of each class that none of
// those drawn is of.
func (w *drawing) chosen() []drawn {
	there := make([]bool, len(w.firsts))
	for _, r := range w.kept {
		if w.classes != nil {
			there[r.class] = true
		}
	}
	all := slices.Clone(w.kept)
	for c, r := range w.firsts {
		if !there[c] {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b drawn) int { return cmp.Compare(a.number, b.number) })
	return all
}

// sampleText draws rows of a text.
func sampleText[T kernels.Float](path string, opt TableOptions, draw *drawing) (*Table[T], error) {
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	d, err := newDecoder[T](f, path, opt)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := d.draw(draw); err != nil {
		return nil, named(path, err)
	}
	for _, row := range draw.chosen() {
		d.line, d.numbers = row.line, append(d.numbers, row.number)
		if err := d.row(row.record); err != nil {
			return nil, named(path, d.at(err))
		}
	}
	if err := d.finish(); err != nil {
		return nil, named(path, err)
	}
	return d.Table, nil
}

// draw goes through all records.
func (d *decoder[T]) draw(to *drawing) error {
	record, err := d.begin(true)
	if err != nil {
		return err
	}
	if record == nil {
		record, err = d.r.Next(d.form)
	}
	var class []byte
	for ; record != nil && err == nil; record, err = d.r.Next(d.form) {
		told := true
		class = class[:0]
		for at, j := 0, 0; j < len(d.columns) && at <= len(record); j++ {
			var cell []byte
			if cell, at, err = d.form.Cell(record, at); err != nil {
				return d.at(err)
			}
			if d.columns[j].role == target {
				told = told && !d.isGap(cell)
				class = append(append(class, cell...), 0)
			}
		}
		if told {
			to.next(d.r.Line(), record, class)
		} else {
			d.untold++
		}
	}
	if err != nil {
		return d.at(err)
	}
	if err := d.r.Err(); err != nil {
		return fmt.Errorf(": %w", err)
	}
	if to.rows == 0 {
		return d.noRows()
	}
	return nil
}

// Stream returns the rows of the file, encoded for e, as training data. It leaves out the
// given rows of the sample, which are for testing.
func (s *TableStream[T]) Stream(e *Encoder, without []int) *train.Stream[T] {
	left := make(map[int]bool)
	for _, i := range without {
		left[s.Sample.rowNumber(i)] = true
	}
	d := &train.Stream[T]{Name: s.path, Len: s.Rows - len(left), Classes: e.Classes(), Scaler: e.Scaler}
	if e.headed() {
		d.Features = e.Names()
	}
	d.Pass = func() iter.Seq2[*train.Data[T], error] {
		return func(yield func(*train.Data[T], error) bool) {
			err := s.pass(e, left, yield)
			if err != nil && err != errStopped {
				yield(nil, err)
			}
		}
	}
	return d
}

// errStopped ends a pass that nobody reads on.
var errStopped = errors.New("dataset: the pass is stopped")

// blockSize is about how many numbers a block has.
const blockSize = 1 << 17

// pass reads the file once.
func (s *TableStream[T]) pass(e *Encoder, without map[int]bool, yield func(*train.Data[T], error) bool) error {
	opt := s.opt
	opt.Encoder = e
	rows := min(max(blockSize/max(e.inputs, 1), 16), 1<<13)
	part := func(t *Table[T]) error {
		var some []int
		for i := range t.store.rows {
			if !without[t.before+i] {
				some = append(some, i)
			}
		}
		if len(some) == 0 {
			return nil
		}
		d, _, err := Encode(e, t, some)
		if err == nil && !yield(d, nil) {
			err = errStopped
		}
		return err
	}
	if isArrays(s.path) {
		return eachArray(s.path, opt, rows, newPlainRows[T](&opt, without, yield), part)
	}
	return eachText(s.path, opt, rows, part)
}

// eachText reads a text in tables of so many rows. The table is only valid during the call.
func eachText[T kernels.Float](path string, opt TableOptions, rows int, part func(*Table[T]) error) error {
	f, err := open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	d, err := newDecoder[T](f, path, opt)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	record, err := d.begin(true)
	if err != nil {
		return named(path, err)
	}
	if record == nil {
		record, err = d.r.Next(d.form)
	}
	memory := make([]T, rows*d.store.width)
	for end := false; !end; {
		d.reset(memory)
		for ; record != nil && err == nil && d.store.rows < rows && d.bad == 0; record, err = d.r.Next(d.form) {
			if err := d.row(record); err != nil {
				return named(path, d.at(err))
			}
		}
		if err == nil && record == nil {
			err, end = d.r.Err(), true
		}
		if err != nil {
			return named(path, d.at(err))
		}
		if d.store.rows == 0 && d.bad == 0 {
			break
		}
		if err = d.finish(); err != nil {
			return named(path, err)
		}
		if err = part(d.Table); err != nil {
			return err
		}
	}
	return nil
}

// reset forgets the rows, which the next ones follow.
func (d *decoder[T]) reset(memory []T) {
	d.before += d.store.rows
	d.store = store[T]{width: d.store.width}
	if len(memory) > 0 {
		d.store.blocks, d.store.starts, d.store.free = [][]T{memory}, []int{0}, memory
	}
	d.rows, d.Notes = nil, nil
	for _, c := range d.columns {
		c.gaps, c.filled, c.levels, c.times, c.codes, c.marks = 0, 0, levels{}, c.times[:0], c.codes[:0], nil
		c.overflow, c.whole = false, true
	}
}
