package model

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

const animals = `legs,colour,born,wild,name,kind
4,brown,2020-01-01,True,a,dog
4,white,2020-02-01,False,b,dog
2,,2020-03-01,True,c,hen
2,white,2021-03-01,True,d,hen
8,black,2020-03-05,True,e,spider
8,black,2020-03-09,False,f,spider
`

// trained returns a model of a table that went through a file.
func trained(t *testing.T, text string, opt dataset.TableOptions) *Model[float64] {
	t.Helper()
	opt.Drop = []string{"name"}
	table, err := dataset.DecodeTable[float64](strings.NewReader(text), "f", opt)
	require.NoError(t, err)
	e, d, err := dataset.FitEncoder(table, table.Rows(), dataset.EncoderOptions{})
	require.NoError(t, err)
	c := net.Config{Inputs: e.Inputs(), Seed: 1, Cost: net.SoftmaxCrossEntropy, Layers: []net.Layer{net.Dense(8, net.ReLU), net.Dense(e.Outputs(), net.Softmax)}}
	switch e.Task {
	case dataset.Regression:
		c.Cost, c.Layers[1].Activation = net.Quadratic, net.Identity
	case dataset.Labels:
		c.Cost, c.Layers[1].Activation = net.CrossEntropy, net.Sigmoid
	}
	n, err := net.New[float64](c)
	require.NoError(t, err)
	_, err = train.Fit(context.Background(), n, d, nil, train.Options{Epochs: 200, Rate: 0.01, Optimizer: train.Adam(), Batch: 2, Seed: 1})
	require.NoError(t, err)
	m := &Model[float64]{Net: n, Classes: d.Classes, Features: d.Features, Scaler: d.Scaler, Encoder: e}
	var file bytes.Buffer
	require.NoError(t, m.Write(&file))
	f, err := Parse(file.Bytes())
	require.NoError(t, err)
	back, err := Decode[float64](f)
	require.NoError(t, err)
	return back
}

// Rows of all kinds have the same answer, which is that of the encoded table.
func TestPredict(t *testing.T) {
	m := trained(t, animals, dataset.TableOptions{})
	type animal struct {
		Legs   int       `nabla:"legs"`
		Colour *string   `nabla:"colour"`
		Born   time.Time `nabla:"born"`
		Wild   bool      `nabla:"wild"`
		Note   string    `nabla:"-"`
	}
	white := "white"
	rows := [][]string{{"2", "", "2020-03-01", "True"}, {"4", "white", "2020-02-01", "False"}}
	want, err := m.Predict(rows)
	require.NoError(t, err)
	require.Equal(t, "hen", want[0].Class)
	require.Equal(t, "dog", want[1].Class)
	require.Len(t, want[0].Probabilities, 3)
	require.Greater(t, want[0].Probabilities["hen"], 0.5)
	for _, same := range []any{
		[][]string{{"2", "NA", "2020-03-01", "True", "x"}, {"4.0", " white", "2020-02-01", "False", "y"}}[:0],
		[]map[string]any{{"legs": 2.0, "colour": nil, "born": "2020-03-01", "wild": true}, {"legs": uint8(4), "colour": "white", "born": "2020-02-01", "wild": false}},
		[]map[string]string{{"legs": "2", "colour": "NA", "born": "2020-03-01", "wild": "True", "name": "z"}, {"legs": "4", "colour": "white", "born": "2020-02-01", "wild": "False"}},
		[]*animal{{2, nil, time.Date(2020, 3, 1, 0, 0, 0, 0, time.UTC), true, ""}, {4, &white, time.Date(2020, 2, 1, 0, 0, 0, 0, time.UTC), false, ""}},
	} {
		got, err := m.Predict(same)
		require.NoError(t, err)
		if len(got) > 0 {
			require.Equal(t, want, got)
		}
	}
	table, err := dataset.DecodeTable[float64](strings.NewReader(animals), "f", dataset.TableOptions{Encoder: m.Encoder})
	require.NoError(t, err)
	d, _, err := dataset.Encode(m.Encoder, table, []int{2, 1})
	require.NoError(t, err)
	require.Equal(t, m.Net.Predict(d.X).Row(0)[1], want[0].Probabilities["hen"])
	require.Equal(t, m.Net.Predict(d.X).Row(1)[0], want[1].Probabilities["dog"])
}

func TestPredictNumbersAndLabels(t *testing.T) {
	m := trained(t, "a,name,y\n1,x,10\n2,y,21.5\n3,z,30\n4,u,41\n", dataset.TableOptions{})
	got, err := m.Predict([]map[string]any{{"a": 3}})
	require.NoError(t, err)
	require.InDelta(t, 30, got[0].Values["y"], 5)
	require.Empty(t, got[0].Class)

	m = trained(t, "a,name,big,odd\n1,x,no,yes\n2,y,no,no\n9,z,yes,yes\n8,u,yes,no\n", dataset.TableOptions{Targets: []string{"big", "odd"}})
	got, err = m.Predict([][]string{{"9"}})
	require.NoError(t, err)
	require.Equal(t, "yes", got[0].Labels["big"])
	require.Contains(t, got[0].Labels, "odd")
}

func TestPredictRefuses(t *testing.T) {
	m := trained(t, animals, dataset.TableOptions{})
	for want, rows := range map[string]any{
		"rows are a int":                                3,
		`row 1: column "born" is missing`:               []map[string]any{{"legs": 2, "colour": "white"}},
		`row 1: "kind" is what the model predicts`:      []map[string]any{{"kind": "dog"}},
		`row 1: "size" is no column of the model`:       []map[string]any{{"size": 3}},
		`row 2: 3 values: want 4`:                       [][]string{{"2", "white", "2020-03-01", "True"}, {"2", "white", "True"}},
		`row 1: column 1 (legs): "two" is not a number`: [][]string{{"two", "white", "2020-03-01", "True"}},
		`row 1: column 3 (born): "March" is not a date`: [][]string{{"2", "white", "March", "True"}},
		`row 1: a []int is no value of a column`:        []map[string]any{{"legs": []int{1}, "colour": "", "born": "2020-03-01", "wild": true}},
		`row 1: it is a int: want []string`:             []int{1},
	} {
		_, err := m.Predict(rows)
		require.ErrorContains(t, err, want)
	}
}

// Metadata whose encoder doesn't fit is refused.
func TestEncoderRefused(t *testing.T) {
	for want, spoil := range map[string]func(e *dataset.Encoder){
		"unknown type of column":      func(e *dataset.Encoder) { e.Columns[0].Type = "float" },
		"unknown role":                func(e *dataset.Encoder) { e.Columns[0].Role = "in" },
		"unknown policy":              func(e *dataset.Encoder) { e.Missing = "zero" },
		"unknown scaling":             func(e *dataset.Encoder) { e.Scale = "big" },
		"belongs to no target column": func(e *dataset.Encoder) { e.Targets[0].Column = 0 },
		"inputs that levels share":    func(e *dataset.Encoder) { e.Columns[1].Hashed = 1 << 30 },
		"occurs twice":                func(e *dataset.Encoder) { e.Columns[1].Levels = []string{"a", "a"} },
		"makes 11 inputs":             func(e *dataset.Encoder) { e.Columns[0].Role = "dropped" },
	} {
		m := trained(t, animals, dataset.TableOptions{})
		spoil(m.Encoder)
		require.ErrorContains(t, m.Write(&bytes.Buffer{}), want)
	}
}
