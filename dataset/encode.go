package dataset

import (
	"fmt"

	"github.com/nabla-go/nabla/internal/memory"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/train"
)

// at calls f with the given rows: k counts them, i is the row's number.
func (t *Table[T]) at(rows []int, f func(k, i int, row []T)) {
	s := &t.store
	if s.width == 0 {
		return
	}
	b := 0
	for k, i := range rows {
		if i < s.starts[b] {
			b = 0
		}
		for b+1 < len(s.starts) && i >= s.starts[b+1] {
			b++
		}
		at := (i - s.starts[b]) * s.width
		f(k, i, s.blocks[b][at:at+s.width:at+s.width])
	}
}

// Encode encodes the given rows of a table that was read for e.
func Encode[T kernels.Float](e *Encoder, t *Table[T], rows []int) (*train.Data[T], Counts, error) {
	d, counts, err := raw(e, t, rows)
	if err != nil {
		return nil, counts, named(t.Name+": ", err)
	}
	if e.Scaler != nil {
		d.Scale(e.Scaler)
	}
	return d, counts, nil
}

// plan is how a column of a table becomes inputs.
type plan[T kernels.Float] struct {
	from      *column
	to        *Column
	at        int     // the first input
	fill      T       // for a number
	positions []int32 // for a category: the input of each level, from at; −1 for none
	gap       int32   // that of a gap
	unknown   []bool  // levels that training didn't have
	buf       []float64
}

// raw encodes rows without scaling.
func raw[T kernels.Float](e *Encoder, t *Table[T], rows []int) (*train.Data[T], Counts, error) {
	var counts Counts
	d := &train.Data[T]{Name: t.Name, Classes: e.Classes(), X: kernels.NewMatrix[T](len(rows), e.inputs)}
	memory.LargePages(d.X.Data)
	if e.headed() {
		d.Features = e.Names()
	}
	at := make([]int, len(e.Columns)+1)
	for i := range e.Columns {
		at[i+1] = at[i] + e.Columns[i].width()
	}
	var plans []*plan[T]
	policy, err := missingPolicies.find(e.Missing)
	if err != nil {
		return nil, counts, err
	}
	for _, c := range t.columns {
		if c.role == input && c.kind.parts != nil && e.Columns[c.encoded].isInput() {
			plans = append(plans, newPlan[T](c, &e.Columns[c.encoded], at[c.encoded]))
		}
	}
	t.at(rows, func(k, i int, row []T) {
		x := d.X.Row(k)
		for _, p := range plans {
			missing, known := p.encode(x, i, row)
			if !known {
				counts.Unknown++
			}
			switch {
			case !missing:
			case policy.refuse && err == nil:
				err = &OptionError{Text: fmt.Sprintf("row %d: %s: the value is missing", t.rowNumber(i)+1, p.from.called()), Options: []Option{{"missing", "auto"}}}
			case p.to.Mark:
				x[p.at+p.to.parts] = 1
			default:
				counts.Filled++
			}
		}
	})
	if err != nil {
		return nil, counts, err
	}
	setTargets(e, t, rows, d)
	return d, counts, setWeights(t, rows, d)
}

// setWeights sets the weights of samples, if the table has a column of them.
func setWeights[T kernels.Float](t *Table[T], rows []int, d *train.Data[T]) (err error) {
	for _, c := range t.columns {
		if c.role != weight {
			continue
		}
		if c.kind != numberColumn {
			return fmt.Errorf("%s is to give weights and holds no numbers", c.called())
		}
		d.Weights = make([]T, len(rows))
		t.at(rows, func(k, i int, row []T) {
			if w := row[c.slot]; w >= 0 && w-w == 0 {
				d.Weights[k] = w
			} else if err == nil {
				err = fmt.Errorf("row %d: %s: want a weight of at least 0", t.rowNumber(i)+1, c.called())
			}
		})
	}
	return err
}

func newPlan[T kernels.Float](from *column, to *Column, at int) *plan[T] {
	p := &plan[T]{from: from, to: to, at: at, fill: T(to.Fill), buf: make([]float64, to.parts)}
	if to.kind != categoryColumn {
		return p
	}
	position := func(word string) (at int32, known bool) {
		known = encodeCategory(to, value{word: word}, p.buf)
		for i, v := range p.buf {
			if v != 0 {
				return int32(i), known
			}
		}
		return -1, known
	}
	for _, name := range from.levels.names {
		i, known := position(name)
		p.positions, p.unknown = append(p.positions, i), append(p.unknown, !known)
	}
	p.gap, _ = position(to.FillWord)
	return p
}

// encode sets the inputs of one row. It reports whether the value is missing and whether
// training knew it.
func (p *plan[T]) encode(x []T, i int, row []T) (missing, known bool) {
	switch p.to.kind {
	case numberColumn:
		v := row[p.from.slot]
		if v != v {
			x[p.at] = p.fill
			return true, true
		}
		x[p.at] = v
	case categoryColumn:
		v := row[p.from.slot]
		at := p.gap
		if v >= 0 {
			at, known = p.positions[int(v)], !p.unknown[int(v)]
		}
		if at >= 0 {
			x[p.at+int(at)] = 1
		}
		return v < 0, known || v < 0
	default:
		s := p.from.times[i]
		if missing = s == noTime; missing {
			s = int64(p.to.Fill)
		}
		p.to.kind.encode(p.to, value{s: s}, p.buf)
		for j, v := range p.buf {
			x[p.at+j] = T(v)
		}
		return missing, true
	}
	return false, true
}

// setTargets sets the targets of rows: labels for one of several classes.
func setTargets[T kernels.Float](e *Encoder, t *Table[T], rows []int, d *train.Data[T]) {
	columns := t.targets()
	if len(columns) == 0 {
		return
	}
	outputs := len(e.Targets)
	if e.Task == Classification {
		d.Labels = make([]int, len(rows))
	} else {
		d.T = kernels.NewMatrix[T](len(rows), outputs)
	}
	for o, target := range e.Targets {
		c := columns[o]
		classes := make([]int, len(c.levels.names)) // of each level of the table
		for l, name := range c.levels.names {
			classes[l], _ = e.Columns[target.Column].index(name)
		}
		t.at(rows, func(k, i int, row []T) {
			switch e.Task {
			case Classification:
				d.Labels[k] = classes[c.codes[i]]
			case Labels:
				d.T.Row(k)[o] = T(classes[c.codes[i]])
			default:
				d.T.Row(k)[o] = T((float64(row[c.slot]) - target.Mean) / target.SD)
			}
		})
	}
}

// scaleRow applies the scaler to the inputs of one row.
func scaleRow[T kernels.Float](e *Encoder, x []T) {
	train.Scale(e.Scaler, kernels.Matrix[T]{Rows: 1, Cols: len(x), Stride: len(x), Data: x})
}

// Restore turns outputs of a network, or targets that [Encode] made, into numbers of the
// scale that the targets of a regression have, in place. For other tasks it does nothing.
func Restore[T kernels.Float](e *Encoder, y kernels.Matrix[T]) {
	if e.Task != Regression {
		return
	}
	for k := range y.Rows {
		row := y.Row(k)
		for o, t := range e.Targets {
			row[o] = T(float64(float64(row[o])*t.SD) + t.Mean)
		}
	}
}
