package dataset

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/train"
)

// An Encoder turns the columns of a table into inputs of a network, and a network's
// outputs into answers. It is fitted to training data, is stored with the model, and
// applies to training, test and new rows alike.
type Encoder struct {
	Columns []Column      `json:"columns"` // of the table, in its order
	Targets []Target      `json:"targets"`
	Task    Task          `json:"task"`
	Gaps    []string      `json:"gaps,omitempty"` // what marks a gap, besides the usual
	Missing string        `json:"missing"`        // the name of the policy for gaps
	Scale   string        `json:"scale"`          // the name of the scaling
	Scaler  *train.Scaler `json:"-"`              // of the inputs; nil for nothing
	inputs  int
}

// Column is a column of a table, as an [Encoder] knows it.
type Column struct {
	Name     string   `json:"name,omitempty"`
	Type     string   `json:"type"`
	Role     string   `json:"role"` // input, target, group, order, weight or dropped
	Layout   string   `json:"layout,omitempty"`
	Fill     float64  `json:"fill,omitempty"`      // what stands for a gap: a number, or seconds of a date
	FillWord string   `json:"fill_word,omitempty"` // that of a category
	Mark     bool     `json:"mark,omitempty"`      // one more input says that there was a gap
	Levels   []string `json:"levels,omitempty"`    // of a category; each has an input
	Rare     []string `json:"rare,omitempty"`      // levels that training had, but not often enough for an input
	Other    bool     `json:"other,omitempty"`     // an input for rare and unknown levels
	Hashed   int      `json:"hashed,omitempty"`    // so many inputs, which levels share by a hash
	Calendar bool     `json:"calendar,omitempty"`  // dates that are more than times of the day
	Clock    bool     `json:"clock,omitempty"`     // dates with a time of the day

	kind   *kind
	levels map[string]int // of a category, or the classes of a target
	rare   map[string]bool
	parts  int
}

// Target is what is predicted of a column.
type Target struct {
	Column  int      `json:"column"`            // index in Columns
	Classes []string `json:"classes,omitempty"` // of a classification; of labels no and yes
	Mean    float64  `json:"mean,omitempty"`    // of a regression: the network's output is (t−Mean)/SD
	SD      float64  `json:"sd,omitempty"`
}

// EncoderOptions say how an [Encoder] is fitted. The zero value is the default.
type EncoderOptions struct {
	Missing string // policy for gaps, one of [MissingPolicies]; "" is auto
	Scale   string // scaling of numbers, one of [Scalings]; "" is auto
	Amounts bool   // targets of a regression stay as they are, in place of being standardised
}

func (c *Column) index(word string) (int, bool) { i, ok := c.levels[word]; return i, ok }

func (c *Column) isRare(word string) bool { return c.rare[word] }

// isInput reports whether a column makes inputs.
func (c *Column) isInput() bool { return c.Role == string(input) && c.kind.parts != nil }

// width returns the number of inputs that a column makes.
func (c *Column) width() int {
	if !c.isInput() {
		return 0
	}
	if c.Mark {
		return c.parts + 1
	}
	return c.parts
}

// prepare sets what follows from the exported fields.
func (e *Encoder) prepare() error {
	e.inputs = 0
	for i := range e.Columns {
		c := &e.Columns[i]
		var err error
		if c.kind, err = kindNamed(c.Type); err != nil {
			return err
		}
		c.levels, c.rare = make(map[string]int), make(map[string]bool)
		for j, l := range c.Levels {
			c.levels[l] = j
		}
		for _, l := range c.Rare {
			c.rare[l] = true
		}
		if c.isInput() {
			c.parts = len(c.kind.parts(c))
			e.inputs += c.width()
		}
	}
	for _, t := range e.Targets {
		if t.Column < 0 || t.Column >= len(e.Columns) {
			return fmt.Errorf("target column %d doesn't exist", t.Column+1)
		}
		for k, class := range t.Classes {
			e.Columns[t.Column].levels[class] = k
		}
	}
	return nil
}

// checkClass returns an error if name is none of the classes of a target.
func (e *Encoder) checkClass(c *column, name string) error {
	if _, ok := e.Columns[c.encoded].index(name); ok {
		return nil
	}
	for _, t := range e.Targets {
		if t.Column == c.encoded {
			return fmt.Errorf("label %s is unknown: want one of %s", quoted(name), abbreviate(t.Classes))
		}
	}
	return nil
}

// Inputs returns the number of inputs that a row makes.
func (e *Encoder) Inputs() int { return e.inputs }

// Names returns the names of the inputs: that of the column for a number, column=level for
// a level. A column without a name has its number.
func (e *Encoder) Names() (names []string) {
	for i := range e.Columns {
		c := &e.Columns[i]
		if !c.isInput() {
			continue
		}
		name := e.columnName(i)
		for _, p := range c.kind.parts(c) {
			names = append(names, name+p)
		}
		if c.Mark {
			names = append(names, name+" missing")
		}
	}
	return names
}

func (e *Encoder) columnName(i int) string {
	if e.Columns[i].Name == "" {
		return fmt.Sprint(i + 1)
	}
	return e.Columns[i].Name
}

// headed reports whether the columns have names.
func (e *Encoder) headed() bool {
	return slices.ContainsFunc(e.Columns, func(c Column) bool { return c.Name != "" })
}

// Outputs returns the number of outputs that a network for the targets has.
func (e *Encoder) Outputs() int {
	if e.Task == Classification && len(e.Targets) == 1 {
		return len(e.Targets[0].Classes)
	}
	return len(e.Targets)
}

// Classes returns the names of the classes, nil if what is predicted isn't one of several.
func (e *Encoder) Classes() []string {
	if e.Task != Classification || len(e.Targets) != 1 {
		return nil
	}
	return e.Targets[0].Classes
}

// TargetNames returns the names of the target columns.
func (e *Encoder) TargetNames() (names []string) {
	for _, t := range e.Targets {
		names = append(names, e.columnName(t.Column))
	}
	return names
}

// Counts tell what was unusual about encoded rows.
type Counts struct {
	Filled  int // gaps in columns that had none in training
	Unknown int // levels that training didn't have
}

// FitEncoder fits an encoder to the given rows of a table, the training part, and returns
// them encoded.
func FitEncoder[T kernels.Float](t *Table[T], rows []int, opt EncoderOptions) (*Encoder, *train.Data[T], error) {
	e, data, err := fitEncoder(t, rows, opt)
	if o := (*OptionError)(nil); errors.As(err, &o) {
		return nil, nil, named(t.Name, err)
	} else if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", t.Name, err)
	}
	return e, data, nil
}

func fitEncoder[T kernels.Float](t *Table[T], rows []int, opt EncoderOptions) (*Encoder, *train.Data[T], error) {
	if len(rows) == 0 {
		return nil, nil, fmt.Errorf("no samples to learn from")
	}
	policy, err := missingPolicies.find(orAuto(opt.Missing))
	if err != nil {
		return nil, nil, err
	}
	scaling, err := scalings.find(orAuto(opt.Scale))
	if err != nil {
		return nil, nil, err
	}
	e := &Encoder{Task: t.task, Gaps: t.gaps, Missing: policy.name, Scale: scaling.name}
	f := fitting[T]{t, rows, make([]float64, 0, len(rows)), opt.Amounts}
	var refused []complaint
	var drop []string
	for i, c := range t.columns {
		k := c.kind
		if c.role == target {
			k = numberColumn
			if t.task != Regression {
				k = categoryColumn
			}
			target, err := f.target(c, i)
			if err != nil {
				return nil, nil, err
			}
			e.Targets = append(e.Targets, target)
		}
		column := Column{Name: c.name, Type: k.name, Role: string(c.role), Layout: c.layout, kind: k}
		if column.isInput() {
			if n := f.column(&column, c, policy); n > 0 && policy.refuse {
				refused = append(refused, complaint{text: fmt.Sprintf("%s: the value is missing in %d of %d rows", c.called(), n, len(rows))})
				drop = append(drop, t.nameOf(c))
			}
		}
		c.encoded = i
		e.Columns = append(e.Columns, column)
	}
	if len(refused) > 0 {
		return nil, nil, &OptionError{
			Text:    listed(refused),
			Options: []Option{{"missing", "auto"}, {"missing", "drop"}, {"drop", strings.Join(drop, ",")}},
		}
	}
	if err := e.prepare(); err != nil {
		return nil, nil, err
	}
	data, _, err := raw(e, t, rows)
	if err != nil {
		return nil, nil, err
	}
	if e.Scaler, err = fitScaler(e, data.X, scaling, t.largest); err != nil {
		return nil, nil, err
	}
	if e.Scaler != nil {
		data.Scale(e.Scaler)
	}
	return e, data, nil
}

func orAuto(name string) string {
	if name == "" {
		return "auto"
	}
	return name
}

// fitting is a table and those of its rows that an encoder is fitted to.
type fitting[T kernels.Float] struct {
	t       *Table[T]
	rows    []int
	buf     []float64
	amounts bool
}

// target fits the target of a column.
func (f *fitting[T]) target(c *column, i int) (Target, error) {
	t := Target{Column: i}
	if f.t.task != Regression {
		for _, l := range sortedLevels(c.levels.names) {
			t.Classes = append(t.Classes, c.levels.names[l])
		}
		if f.t.task == Labels && len(t.Classes) < 2 {
			return t, fmt.Errorf("%s is %s in all rows: want two values", c.called(), quoted(strings.Join(t.Classes, "")))
		}
		return t, nil
	}
	f.buf = f.buf[:0]
	f.t.at(f.rows, func(_, _ int, row []T) { f.buf = append(f.buf, float64(row[c.slot])) })
	s, err := train.FitScaler(kernels.Matrix[float64]{Rows: len(f.buf), Cols: 1, Stride: 1, Data: f.buf})
	if err != nil {
		return t, fmt.Errorf("target %s: %w", c.called(), err)
	}
	if t.Mean, t.SD = s.Mean[0], s.SD[0]; t.SD == 0 {
		return t, fmt.Errorf("target %s is %v in all rows to learn from", c.called(), t.Mean)
	}
	if f.amounts {
		t.Mean, t.SD = 0, 1
	}
	return t, nil
}

// column fits what stands for gaps, and the levels.
// It returns the number of gaps.
func (f *fitting[T]) column(to *Column, c *column, policy *missingPolicy) (gaps int) {
	switch c.kind {
	case numberColumn:
		gaps = f.number(to, c, policy)
	case categoryColumn:
		gaps = f.category(to, c)
	case dateColumn:
		gaps = f.date(to, c)
	}
	to.Mark = policy.mark && gaps > 0
	return gaps
}

// nameOf returns what options call a column.
func (t *Table[T]) nameOf(c *column) string {
	if c.name == "" || strings.ContainsAny(c.name, ",=\n\r") {
		return fmt.Sprint(c.number)
	}
	return c.name
}

// number fits what stands for a gap among numbers.
func (f *fitting[T]) number(to *Column, c *column, policy *missingPolicy) (gaps int) {
	f.buf = f.buf[:0]
	f.t.at(f.rows, func(_, _ int, row []T) {
		if v := row[c.slot]; v == v {
			f.buf = append(f.buf, float64(v))
		}
	})
	if len(f.buf) > 0 {
		to.Fill = policy.fill(f.buf)
	}
	return len(f.rows) - len(f.buf)
}

// date fits what stands for a gap among dates, and what their parts are.
func (f *fitting[T]) date(to *Column, c *column) (gaps int) {
	var all []float64
	for _, i := range f.rows {
		if s := c.times[i]; s != noTime {
			all = append(all, float64(s))
		}
	}
	if len(all) > 0 {
		to.Fill = math.Floor(median(all))
	}
	to.Calendar, to.Clock = c.info.calendar, c.info.clock
	return len(f.rows) - len(all)
}

// A level is rare if it has fewer samples than fewSamples and rareShare of them.
const (
	fewSamples = 5
	rareShare  = 0.001
	maxRare    = 1000 // rare levels that are remembered
)

// category fits the levels of a category: each has an input, rare ones one for all of them.
// Very many share a fixed number of inputs.
func (f *fitting[T]) category(to *Column, c *column) (gaps int) {
	counts := make([]int, len(c.levels.names))
	f.t.at(f.rows, func(_, _ int, row []T) {
		if v := row[c.slot]; v < 0 {
			gaps++
		} else {
			counts[int(v)]++
		}
	})
	few := max(fewSamples, rareShare*float64(len(f.rows)))
	if len(counts) > 0 && float64(slices.Max(counts)) < few {
		few = 1 // none is more than the others
	}
	most := 0
	for _, i := range sortedLevels(c.levels.names) {
		name := c.levels.names[i]
		if counts[i] > most {
			to.FillWord, most = name, counts[i]
		}
		switch n := counts[i]; {
		case n == 0:
		case float64(n) < few:
			to.Rare = append(to.Rare, name)
		default:
			to.Levels = append(to.Levels, name)
		}
	}
	to.Other = len(to.Rare) > 0
	if len(to.Levels) > maxOneHot {
		to.Hashed, to.Levels, to.Rare, to.Other = maxOneHot, nil, nil, false
	}
	if len(to.Rare) > maxRare {
		to.Rare = nil
	}
	return gaps
}
