package model

import (
	"fmt"
	"strconv"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/metrics"
)

// Prediction is a model's answer to one row.
type Prediction struct {
	Class         string             // of a classification: the most probable one, or of two the one that the model's threshold says
	Probabilities map[string]float64 // of each class, or of yes for each of several labels
	Labels        map[string]string  // of several labels: the value of each target
	Values        map[string]float64 // of a regression: the number for each target
}

// Predict answers raw rows as the model's training had them, without targets. rows are
//
//   - a [][]string, each row with a cell for each column, in the order of the table;
//   - a []map[string]any, each with a value for each column by its name;
//   - a slice of structs, whose fields are columns by the name in the tag `nabla:"name"`
//     or, without one, by their own.
//
// Values are strings, numbers, truth values, or nil or a missing pointer for a gap. It is
// an error if a column is missing or not one of the model's, or if a value can't be one
// of its column. A model without an encoder takes numbers only.
func (m *Model[T]) Predict(rows any) ([]Prediction, error) {
	e := m.encoder()
	x, err := dataset.EncodeRows[T](e, rows)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	y := m.Net.Predict(x)
	dataset.Restore(e, y)
	answers := make([]Prediction, y.Rows)
	for k := range answers {
		answers[k] = m.answer(e, y.Row(k))
	}
	return answers, nil
}

// encoder returns the model's encoder, or one for numbers if it has none.
func (m *Model[T]) encoder() *dataset.Encoder {
	if m.Encoder != nil {
		return m.Encoder
	}
	return dataset.NumberEncoder(m.Net.Inputs(), m.Features, m.Classes, m.Scaler)
}

// answer makes a prediction of the outputs of one row.
func (m *Model[T]) answer(e *dataset.Encoder, y []T) (p Prediction) {
	names := e.TargetNames()
	switch {
	case e.Task == dataset.Labels:
		p.Labels, p.Probabilities = make(map[string]string), make(map[string]float64)
		for o, t := range e.Targets {
			p.Labels[names[o]] = t.Classes[metrics.Class(y[o:o+1], m.Net.Threshold())]
			p.Probabilities[names[o]] = float64(y[o])
		}
	case len(m.Classes) > 0:
		p.Class, p.Probabilities = m.Classes[metrics.Class(y, m.Net.Threshold())], make(map[string]float64)
		if len(y) == 1 {
			p.Probabilities[m.Classes[0]], p.Probabilities[m.Classes[1]] = 1-float64(y[0]), float64(y[0])
			break
		}
		for c, name := range m.Classes {
			p.Probabilities[name] = float64(y[c])
		}
	default:
		p.Values = make(map[string]float64)
		for o, v := range y {
			name := strconv.Itoa(o + 1)
			if o < len(names) {
				name = names[o]
			}
			p.Values[name] = float64(v)
		}
	}
	return p
}
