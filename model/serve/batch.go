package serve

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"sync"
	"unsafe"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/internal/decimal"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/train"
)

// A batcher predicts what comes at the same time together.
type batcher[T kernels.Float] struct {
	m       *model.Model[T]
	e       *dataset.Encoder
	columns []int // of the table, those that a row has
	plain   bool  // all of them are numbers
	names   map[string]int
	jobs    chan *job[T]
	workers sync.WaitGroup
}

// A job is the rows of a request.
type job[T kernels.Float] struct {
	x, y kernels.Matrix[T]
	done chan struct{}
}

// infiniteError is about outputs that are not finite.
type infiniteError struct{ error }

func newBatcher[T kernels.Float](f *model.File) (*batcher[T], error) {
	m, err := model.Decode[T](f)
	if err != nil {
		return nil, err
	}
	b := &batcher[T]{m: m, e: m.Encoder, names: make(map[string]int), jobs: make(chan *job[T], 1024)}
	if b.e == nil {
		b.e = dataset.NumberEncoder(m.Net.Inputs(), m.Features, m.Classes, m.Scaler)
	}
	for i, c := range b.e.Columns {
		if c.Role == "target" {
			continue
		}
		if c.Name != "" {
			b.names[c.Name] = len(b.columns)
		}
		b.columns = append(b.columns, i)
	}
	b.plain = b.e.Inputs() == len(b.columns) && len(b.e.Gaps) == 0 && !slices.ContainsFunc(b.columns, func(i int) bool {
		return b.e.Columns[i].Role != "input" || b.e.Columns[i].Type != "number"
	})
	return b, nil
}

func (b *batcher[T]) describe() description {
	d := description{Task: b.e.Task.String(), Classes: b.m.Classes, Outputs: b.m.Net.Outputs(), Threshold: b.m.Net.Config().Threshold, Fingerprint: b.m.Net.Fingerprint(), Numeric: kernels.NumericVersion}
	for _, i := range b.columns {
		c := b.e.Columns[i]
		d.Columns = append(d.Columns, columnDescription{c.Name, c.Type, c.Role == "input"})
	}
	return d
}

func (b *batcher[T]) start(workers, batch int, m *metrics) {
	for range workers {
		b.workers.Go(func() { b.work(batch, m) })
	}
}

func (b *batcher[T]) stop() {
	close(b.jobs)
	b.workers.Wait()
}

// work takes jobs until there are no more, each with those that wait behind it.
func (b *batcher[T]) work(batch int, m *metrics) {
	n := b.m.Net
	ws := n.NewWorkspace(batch)
	x, y := kernels.NewMatrix[T](batch, n.Inputs()), kernels.NewMatrix[T](batch, n.Outputs())
	var jobs []*job[T]
	for first := range b.jobs {
		jobs = append(jobs[:0], first)
		rows := first.x.Rows
		for more := true; more && rows < batch; {
			select {
			case j, ok := <-b.jobs:
				if more = ok; ok {
					jobs = append(jobs, j)
					rows += j.x.Rows
				}
			default:
				more = false
			}
		}
		m.batch(len(jobs), rows)
		if len(jobs) == 1 || rows > batch {
			for _, j := range jobs {
				n.PredictInto(ws, j.y, j.x)
			}
		} else {
			at := 0
			for _, j := range jobs {
				copy(x.Data[at*x.Cols:], j.x.Data)
				at += j.x.Rows
			}
			n.PredictInto(ws, y.Slice(0, rows), x.Slice(0, rows))
			at = 0
			for _, j := range jobs {
				copy(j.y.Data, y.Data[at*y.Cols:])
				at += j.x.Rows
			}
		}
		for _, j := range jobs {
			close(j.done)
		}
	}
}

// predict returns the answers to rows, in JSON.
func (b *batcher[T]) predict(ctx context.Context, rows []json.RawMessage) ([]byte, error) {
	x, err := b.encode(rows)
	if err != nil {
		return nil, err
	}
	j := &job[T]{x: x, y: kernels.NewMatrix[T](x.Rows, b.m.Net.Outputs()), done: make(chan struct{})}
	select {
	case b.jobs <- j:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case <-j.done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	for k := range j.y.Rows {
		for o, v := range j.y.Row(k) {
			if v-v != 0 {
				return nil, infiniteError{fmt.Errorf("row %d: output %d of the network is %v", k+1, o+1, v)}
			}
		}
	}
	dataset.Restore(b.e, j.y)
	return b.answers(j.y), nil
}

// encode returns the inputs that rows make. They are read as the rows of a table are.
func (b *batcher[T]) encode(rows []json.RawMessage) (x kernels.Matrix[T], err error) {
	if b.plain {
		if x, ok := b.numbers(rows); ok {
			return x, nil
		}
	}
	var table bytes.Buffer
	w := csv.NewWriter(&table)
	for k, row := range rows {
		cells, err := b.cells(row)
		if err != nil {
			return x, fmt.Errorf("row %d: %w", k+1, err)
		}
		w.Write(cells)
	}
	w.Flush()
	r, err := dataset.NewRows[T](&table, "rows", b.e, dataset.TableOptions{Separator: ',', Point: '.', Comment: dataset.NoComments, Header: dataset.NoHeader})
	if err != nil {
		return x, err
	}
	x = kernels.NewMatrix[T](len(rows), b.m.Net.Inputs())
	for k := range x.Rows {
		if err := r.Next(x.Row(k)); err == io.EOF {
			return x, fmt.Errorf("row %d: there are no values", k+1)
		} else if err != nil {
			return x, err
		}
		for i, v := range x.Row(k) {
			if v-v != 0 {
				return x, fmt.Errorf("row %d: input %d is so far from what the model was trained with that its scaling makes it %v", k+1, i+1, v)
			}
		}
	}
	return x, nil
}

// numbers is encode for arrays of numbers, which need no table. It is not ok with anything
// else, and with what isn't right.
func (b *batcher[T]) numbers(rows []json.RawMessage) (x kernels.Matrix[T], ok bool) {
	x = kernels.NewMatrix[T](len(rows), len(b.columns))
	for k, row := range rows {
		if len(row) < 2 || row[0] != '[' {
			return x, false
		}
		list, to := row[1:len(row)-1], x.Row(k)
		for i := range to {
			end := bytes.IndexByte(list, ',')
			if last := i == len(to)-1; last != (end < 0) {
				return x, false
			} else if last {
				end = len(list)
			}
			var err error
			if to[i], ok, err = decimal.Parse[T](bytes.TrimSpace(list[:end]), '.'); !ok || err != nil {
				return x, false
			}
			list = list[min(end+1, len(list)):]
		}
	}
	train.Scale(b.e.Scaler, x)
	for _, v := range x.Data {
		if v-v != 0 {
			return x, false
		}
	}
	return x, true
}

// cells returns the cells of a row, in the order of the table.
func (b *batcher[T]) cells(row json.RawMessage) ([]string, error) {
	cells := make([]string, len(b.columns))
	if len(row) > 0 && row[0] == '{' {
		return cells, b.named(row, cells)
	}
	var list []json.RawMessage
	if err := json.Unmarshal(row, &list); err != nil {
		return nil, errors.New("want an array of values, or an object of values by the names of their columns")
	}
	if len(list) != len(cells) {
		return nil, fmt.Errorf("%d values: the model takes %d", len(list), len(cells))
	}
	for i, v := range list {
		var err error
		if cells[i], err = cell(v); err != nil {
			return nil, fmt.Errorf("value %d: %w", i+1, err)
		}
	}
	return cells, nil
}

// named sets cells from an object.
func (b *batcher[T]) named(row json.RawMessage, cells []string) error {
	d := json.NewDecoder(bytes.NewReader(row))
	d.Token() // {
	seen := make(map[string]bool)
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		name := key.(string)
		i, ok := b.names[name]
		if !ok || seen[name] {
			return fmt.Errorf("the model has no column %q, or it is given twice", name)
		}
		seen[name] = true
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return err
		}
		if cells[i], err = cell(v); err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
	}
	for i, at := range b.columns {
		c := b.e.Columns[at]
		if c.Role == "input" && !seen[c.Name] {
			return fmt.Errorf("column %d, %q, is missing: null is a gap", i+1, c.Name)
		}
	}
	return nil
}

// cell returns a JSON value as it stands in a table.
func cell(v json.RawMessage) (string, error) {
	switch {
	case len(v) == 0 || v[0] == '[' || v[0] == '{':
		return "", errors.New("want a number, a string, true, false or null")
	case string(v) == "null":
		return "", nil
	case v[0] == '"':
		var s string
		err := json.Unmarshal(v, &s)
		return s, err
	}
	return string(v), nil
}

// answers returns what outputs stand for, in JSON.
func (b *batcher[T]) answers(y kernels.Matrix[T]) []byte {
	text := make([]byte, 0, 32*len(y.Data)+32)
	text = append(text, `{"answers":[`...)
	for k := range y.Rows {
		if k > 0 {
			text = append(text, ',')
		}
		out := y.Row(k)
		text = append(text, '{')
		switch {
		case b.e.Task == dataset.Labels:
			var labels []string
			for o, t := range b.e.Targets {
				labels = append(labels, t.Classes[train.Class(b.m.Net, out[o:o+1])])
			}
			text = append(append(append(text, `"labels":`...), quote(labels)...), ',')
		case len(b.m.Classes) > 1:
			text = append(append(append(text, `"class":`...), quote(b.m.Classes[train.Class(b.m.Net, out)])...), ',')
		}
		text = append(text, `"outputs":[`...)
		for o, v := range out {
			if o > 0 {
				text = append(text, ',')
			}
			text = strconv.AppendFloat(text, float64(v), 'g', -1, 8*int(unsafe.Sizeof(v)))
		}
		text = append(text, "]}"...)
	}
	return append(text, "]}\n"...)
}

// quote writes strings as JSON.
func quote(v any) []byte {
	b, _ := json.Marshal(v) // strings always can be
	return b
}
