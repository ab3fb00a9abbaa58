package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/train"
)

// builtIn is the name of the embedded digits.
const builtIn = "digits"

// tableSplitSeed decides which rows of a table are for testing. No training seed has to do
// with it.
const tableSplitSeed = 1

// validationSplitSeed does the same for --validation-share.
const validationSplitSeed = 2

// dataSource says which samples to read, and how.
type dataSource struct {
	path      string
	isTable   bool
	pictures  bool // a folder with a folder of pictures for each class
	divided   bool // there are pictures to train with, and others to test with
	table     dataset.TableOptions
	encoding  dataset.EncoderOptions
	images    dataset.ImageOptions
	testShare float64

	validation      string           // a table by which epochs are judged
	validationShare float64          // of the training data
	encoder         *dataset.Encoder // of a model that is trained on, else nil
	test            string           // a table to test with; "" for a part of path
	stdin           io.Reader
	piped           *piped // what was read of it; nil if path is another
	stream          bool   // the training data are read in every epoch
	sample          int    // rows of a stream that an encoder is fitted to
}

// stdinPath is the path of standard input.
const stdinPath = "-"

// piped is standard input as it was read.
type piped struct {
	digest hash.Hash
	size   int64
}

func (p *piped) Write(b []byte) (int, error) {
	p.size += int64(len(b))
	return p.digest.Write(b)
}

// readTable reads a table from a file or standard input.
func readTable[T kernels.Float](d *dataSource, path string, opt dataset.TableOptions) (*dataset.Table[T], error) {
	if path != stdinPath {
		return dataset.ReadTable[T](path, opt)
	}
	d.piped = &piped{digest: sha256.New()}
	return dataset.DecodeTable[T](io.TeeReader(d.stdin, d.piped), "standard input", opt)
}

// samples are what a training learns from and is tested with.
type samples[T kernels.Float] struct {
	training, test *train.Data[T]
	stream         *train.Stream[T] // nil if training is all there is to learn from, else it is some of that
	validation     *train.Data[T]   // nil if epochs are judged by test
	groups         []int            // of each sample of training, with --group
	encoder        *dataset.Encoder // of a table, else nil
	notes          []string         // what a user should know
	columns        []dataset.ColumnSummary
}

// holds reports whether path leads to a file that the data are read from.
func (d *dataSource) holds(path string) bool {
	files, _ := os.ReadDir(d.path) // none if it is no directory
	return sameFile(path, d.path) || d.test != "" && sameFile(path, d.test) || slices.ContainsFunc(files, func(e os.DirEntry) bool {
		return strings.Contains(e.Name(), "-ubyte") && sameFile(path, filepath.Join(d.path, e.Name()))
	})
}

// sameFile reports whether two names lead to one existing file.
func sameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// setPath takes the name of the data.
func (d *dataSource) setPath(path string) error {
	d.path = path
	if path == builtIn {
		return nil
	}
	if path == stdinPath {
		d.isTable = true
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		if e := (*os.PathError)(nil); errors.As(err, &e) {
			err = e.Err
		}
		return failure{fmt.Errorf("%s: %w (want %s, a directory or a CSV file)", path, err, builtIn)}
	}
	d.isTable = !info.IsDir()
	if !d.isTable {
		d.pictures, d.divided = dataset.PictureFolder(path)
	}
	return nil
}

// loadTraining reads what a training needs.
func loadTraining[T kernels.Float](d *dataSource) (s samples[T], err error) {
	defer func() {
		if err == nil && s.validation == nil && d.validationShare > 0 {
			s.training, s.validation = s.training.Split(d.validationShare, validationSplitSeed)
		}
	}()
	switch {
	case d.path == builtIn:
		s.training, s.test, err = dataset.DigitImages[T](d.encoding.Scale)
	case d.isTable:
		return loadTable[T](d)
	case d.stream:
		return loadImageStream[T](d)
	default:
		s.training, s.test, err = dataset.ReadImages[T](d.path, d.imageOptions())
		if err == nil && d.pictures {
			_, others, err := dataset.Pictures(d.path)
			s.notes = noPictures(others)
			return s, err
		}
	}
	return s, err
}

// imageOptions returns how images are read.
func (d *dataSource) imageOptions() dataset.ImageOptions {
	o := d.images
	o.Scale, o.TestShare, o.Seed, o.Limits = d.encoding.Scale, d.testShare, tableSplitSeed, d.table.Limits
	return o
}

// loadTable reads a table, divides it and fits an encoder to the training part.
func loadTable[T kernels.Float](d *dataSource) (s samples[T], err error) {
	opt := d.table
	opt.Encoder = d.encoder
	file, t, err := s.openStream(d, opt)
	if err != nil {
		return s, err
	}
	if d.encoding.Missing == "drop" {
		dropGaps(t)
	}
	rows, testRows := t.Rows(), []int(nil)
	if d.test == "" && !t.HasTest {
		if rows, testRows, err = t.Split(d.testShare, tableSplitSeed); err != nil {
			return s, err
		}
	}
	var validationRows []int
	if d.validationShare > 0 {
		if rows, validationRows, err = t.Divide(rows, d.validationShare, validationSplitSeed); err != nil {
			return s, err
		}
	}
	if err := s.encode(d, t, rows); err != nil {
		return s, err
	}
	s.groups = t.Groups(rows)
	if file != nil {
		s.stream = file.Stream(s.encoder, slices.Concat(testRows, validationRows))
	}
	var validationNotes []string
	if d.validationShare > 0 {
		s.validation, _, err = dataset.Encode(s.encoder, t, validationRows)
	} else if d.validation != "" {
		s.validation, validationNotes, err = loadFor[T](d, s.encoder, d.validation, "all", "the validation data")
	}
	if err != nil {
		return s, err
	}
	if file != nil && t.Len() < file.Rows {
		s.notes = append(s.notes, fmt.Sprintf("the columns are those of a sample of %d of the %d rows", t.Len(), file.Rows))
	}
	s.columns = t.Summary(s.encoder)
	s.notes = append(append(s.notes, t.Notes...), t.Warnings(rows)...)
	if task, why := t.Task(); why != "" {
		s.notes = append(s.notes, fmt.Sprintf("%s: %s", taskWords[task], why))
	}
	const of = "the test data"
	var notes []string
	switch {
	case d.test != "":
		s.test, notes, err = loadFor[T](d, s.encoder, d.test, "all", of)
	case t.HasTest:
		own := *d
		own.table.TestPart = true
		s.test, notes, err = loadFor[T](&own, s.encoder, d.path, "all", of)
	default:
		var counts dataset.Counts
		s.test, counts, err = dataset.Encode(s.encoder, t, testRows)
		notes = countNotes(of, counts)
	}
	s.notes = append(append(s.notes, validationNotes...), notes...)
	s.notes = optionNotes(s.notes)
	return s, err
}

// optionNotes returns notes of package dataset in which options are flags.
func optionNotes(notes []string) (all []string) {
	for _, note := range notes {
		all = append(all, optionInNote.ReplaceAllString(note, "(--$1 $2"))
	}
	return all
}

// optionInNote is an option that a note of package dataset names, as in (header=no if …).
var optionInNote = regexp.MustCompile(`\((task|target|drop|header|comment|columns|na)=([^ )]+)`)

// encode makes samples of some rows of a table, with the encoder of the model that is
// trained on, or with one that is fitted to them.
func (s *samples[T]) encode(d *dataSource, t *dataset.Table[T], rows []int) (err error) {
	if d.encoder == nil {
		s.encoder, s.training, err = dataset.FitEncoder(t, rows, d.encoding)
		return err
	}
	s.encoder = d.encoder
	var counts dataset.Counts
	s.training, counts, err = dataset.Encode(s.encoder, t, rows)
	s.notes = countNotes("the data", counts)
	return err
}

// taskWords says what a task is.
var taskWords = map[dataset.Task]string{
	dataset.Classification: "classification", dataset.Regression: "regression", dataset.Labels: "several labels at once",
}

// countNotes tells what was unusual about rows.
func countNotes(of string, c dataset.Counts) (notes []string) {
	if c.Filled > 0 {
		notes = append(notes, fmt.Sprintf("%s: %s filled in columns that have none in the training data", of, counted(c.Filled, "gap was", "gaps were")))
	}
	if c.Unknown > 0 {
		notes = append(notes, fmt.Sprintf("%s: %s not in the training data", of, counted(c.Unknown, "value was", "values were")))
	}
	return notes
}

// loadFor reads a table for an encoder: all of it, or the part that training with the same
// flags made. The notes are about what is called of.
func loadFor[T kernels.Float](d *dataSource, e *dataset.Encoder, path, part, of string) (set *train.Data[T], notes []string, err error) {
	opt := d.table
	opt.Encoder = e
	t, err := readTable[T](d, path, opt)
	if err != nil {
		return nil, nil, err
	}
	if e.Missing == "drop" {
		dropGaps(t)
	}
	rows := t.Rows()
	if part != "all" {
		training, test, err := t.Split(d.testShare, tableSplitSeed)
		if err != nil {
			return nil, nil, err
		}
		if rows = training; part == "test" {
			rows = test
		}
	}
	set, counts, err := dataset.Encode(e, t, rows)
	for _, note := range t.Notes {
		notes = append(notes, of+": "+note)
	}
	return set, append(notes, countNotes(of, counts)...), err
}

// dropGaps drops rows with gaps, and notes how many.
func dropGaps[T kernels.Float](t *dataset.Table[T]) {
	if n := t.DropGaps(); n > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%d rows with gaps were left out", n))
	}
}

// loadEval reads the samples that a model is tested with.
func loadEval[T kernels.Float](d *dataSource, m *model.Model[T], part string) (*train.Data[T], []string, error) {
	if d.isTable {
		e := m.Encoder
		if e == nil {
			e = dataset.NumberEncoder(m.Net.Inputs(), m.Features, m.Classes, m.Scaler)
		}
		set, notes, err := loadFor[T](d, e, d.path, part, d.path)
		return set, optionNotes(notes), err
	}
	d.useModelsForm(m.Image, m.Classes)
	all := d.pictures && d.undivided() && part == "all"
	if all {
		d.testShare = 0
	}
	s, err := loadTraining[T](d)
	if all || part == "train" {
		return s.training, s.notes, err
	}
	return s.test, s.notes, err
}

// undivided reports whether the data come without a division into training and test data.
func (d *dataSource) undivided() bool { return d.isTable || d.pictures && !d.divided }

// useModelsForm has images read in the form that a model takes, and left for its scaling.
func (d *dataSource) useModelsForm(form *train.Image, classes []string) {
	d.encoding.Scale = "none"
	if form != nil && d.pictures {
		d.images.Width, d.images.Height, d.images.Channels = form.Width, form.Height, form.Channels
		d.images.Classes = classes
	}
}

// prepare makes sure that s holds what m was trained on, and brings raw inputs
// to the form that m's network takes.
func prepare[T kernels.Float](m *model.Model[T], s *train.Data[T]) error {
	if s.X.Cols != m.Net.Inputs() {
		return fmt.Errorf("%s has %d input columns, the model takes %d", s.Name, s.X.Cols, m.Net.Inputs())
	}
	if s.Image != nil && m.Image != nil && *s.Image != *m.Image {
		return fmt.Errorf("%s has images of %s, the model takes %s", s.Name, imageWords(s.Image), imageWords(m.Image))
	}
	if s.Classes != nil && !slices.Equal(s.Classes, m.Classes) {
		return fmt.Errorf("%s has the classes %q, the model has %q", s.Name, s.Classes, m.Classes)
	}
	if s.Scaler == nil && m.Scaler != nil {
		s.Scale(m.Scaler)
	}
	return checkScaled(s.Name, 0, s.X)
}

// imageWords describes images.
func imageWords(i *train.Image) string {
	colours := map[int]string{1: "grey", 3: "coloured"}[i.Channels]
	return fmt.Sprintf("%d×%d %s pixels of at most %v", i.Width, i.Height, colours, i.Largest)
}

// checkScaled returns an error if scaling made an input infinite. before counts
// samples that came before those of x.
func checkScaled[T kernels.Float](name string, before int, x kernels.Matrix[T]) error {
	for k := range x.Rows {
		for j, v := range x.Row(k) {
			if v-v != 0 {
				return fmt.Errorf("%s: row %d: input column %d is so far from what the model was trained with that its scaling makes it %v", name, before+k+1, j+1, v)
			}
		}
	}
	return nil
}

// counted writes a number and what there are so many of.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", many)
}
