package serve

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// fileOf returns a model as it is read.
func fileOf[T kernels.Float](t testing.TB, m *model.Model[T]) *model.File {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, m.Write(&b))
	f, err := model.Parse(b.Bytes())
	require.NoError(t, err)
	return f
}

func numbers[T kernels.Float](t testing.TB, inputs, outputs int) *model.Model[T] {
	t.Helper()
	n, err := net.New[T](net.Config{Inputs: inputs, Layers: []net.Layer{net.Dense(16, net.Tanh), net.Dense(outputs, net.Softmax)}, Seed: 1})
	require.NoError(t, err)
	m := &model.Model[T]{Net: n, Scaler: &train.Scaler{Mean: make([]float64, inputs), SD: make([]float64, inputs)}}
	for j := range inputs {
		m.Scaler.Mean[j], m.Scaler.SD[j] = float64(j), 2
	}
	for c := range outputs {
		m.Classes = append(m.Classes, fmt.Sprint("class ", c))
	}
	return m
}

// table is a model of a table with a category, a date, and a column that is left out.
func table(t testing.TB) *model.Model[float32] {
	t.Helper()
	e := &dataset.Encoder{
		Columns: []dataset.Column{
			{Name: "age", Type: "number", Role: "input", Fill: 30, Mark: true},
			{Name: "name", Type: "text", Role: "dropped"},
			{Name: "port", Type: "category", Role: "input", Levels: []string{"C", "S"}, FillWord: "S"},
			{Name: "price", Type: "number", Role: "target"},
		},
		Targets: []dataset.Target{{Column: 3, Mean: 10, SD: 2}}, Task: dataset.Regression, Missing: "auto", Scale: "auto",
	}
	require.NoError(t, e.Check())
	n, err := net.New[float32](net.Config{Inputs: e.Inputs(), Layers: []net.Layer{net.Dense(1, net.Identity)}, Seed: 1})
	require.NoError(t, err)
	return &model.Model[float32]{Net: n, Features: e.Names(), Encoder: e}
}

func serverOf(t testing.TB, f *model.File, o Options) (*Server, *httptest.Server) {
	t.Helper()
	s, err := New(f, o)
	require.NoError(t, err)
	h := httptest.NewServer(s)
	t.Cleanup(func() {
		h.Close()
		s.Close()
	})
	return s, h
}

func post(t testing.TB, url, body string) (int, string) {
	t.Helper()
	r, err := http.Post(url+"/predict", "application/json", strings.NewReader(body))
	require.NoError(t, err)
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return r.StatusCode, string(b)
}

type answer struct {
	Class   string
	Outputs []float64
}

func answersOf(t testing.TB, body string) []answer {
	t.Helper()
	var v struct{ Answers []answer }
	require.NoError(t, json.Unmarshal([]byte(body), &v), body)
	return v.Answers
}

// The answers have the bits of the model, in whatever company they are computed.
func TestAnswers(t *testing.T) {
	t.Run("f32", testAnswers[float32])
	t.Run("f64", testAnswers[float64])
}

func testAnswers[T kernels.Float](t *testing.T) {
	m := numbers[T](t, 3, 2)
	_, h := serverOf(t, fileOf(t, m), Options{Workers: 2})
	var clients sync.WaitGroup
	for c := range 8 {
		clients.Go(func() {
			for k := range 20 {
				rows := 1 + (c*k)%7
				x := kernels.NewMatrix[T](rows, 3)
				for i := range x.Data {
					x.Data[i] = T(c) + T(k)/8 + T(i)
				}
				body, _ := json.Marshal(map[string]any{"rows": toRows(x)})
				code, text := post(t, h.URL, string(body))
				if code != http.StatusOK {
					t.Errorf("%d: %s", code, text)
					return
				}
				train.Scale(m.Scaler, x)
				y := m.Net.Predict(x)
				for i, a := range answersOf(t, text) {
					for o, v := range a.Outputs {
						if T(v) != y.Row(i)[o] {
							t.Errorf("%v, want %v", a.Outputs, y.Row(i))
						}
					}
					if want := m.Classes[train.Class(m.Net, y.Row(i))]; a.Class != want {
						t.Errorf("%q, want %q", a.Class, want)
					}
				}
			}
		})
	}
	clients.Wait()
}

// Rows of numbers alone take a shorter way, to the same inputs.
func TestPlainRows(t *testing.T) {
	b, err := newBatcher[float32](fileOf(t, numbers[float32](t, 3, 2)))
	require.NoError(t, err)
	require.True(t, b.plain)
	for _, row := range []string{"[1,2,3]", "[ 1e-3 ,\n-0.1,123456789.123456789]", "[1e-50,3.4e38,0]"} {
		rows := []json.RawMessage{json.RawMessage("[4,5,6]"), json.RawMessage(row)}
		short, ok := b.numbers(rows)
		require.True(t, ok, row)
		b.plain = false
		long, err := b.encode(rows)
		require.NoError(t, err)
		b.plain = true
		require.Equal(t, long, short)
	}
	for _, row := range []string{"[]", "[1,2]", "[1,2,3,4]", "[1,2,null]", "[1,2,true]", `[1,2,"3"]`, `{"a":1}`, "[1,2,1e39]", "[1,2,[3]]", "[[1,2,3]]", "1"} {
		_, ok := b.numbers([]json.RawMessage{json.RawMessage(row)})
		require.False(t, ok, row)
	}
}

func toRows[T kernels.Float](x kernels.Matrix[T]) (rows [][]T) {
	for k := range x.Rows {
		rows = append(rows, x.Row(k))
	}
	return rows
}

// Rows of a table come by order or by name, with gaps, words and columns that are left out.
func TestTableRows(t *testing.T) {
	m := table(t)
	_, h := serverOf(t, fileOf(t, m), Options{})
	x := kernels.MatrixOf(2, 4, []float32{20, 0, 1, 0, 30, 1, 0, 1})
	y := m.Net.Predict(x)
	dataset.Restore(m.Encoder, y)
	for _, body := range []string{
		`{"rows": [[20, "Ann, \"A\"\n", "C"], [null, null, "S"]]}`,
		`{"rows": [["20", "", "C"], ["", false, null]]}`,
		`{"rows": [{"port": "C", "age": 20}, {"age": null, "port": null, "name": "Bob"}]}`,
	} {
		code, text := post(t, h.URL, body)
		require.Equal(t, http.StatusOK, code, text)
		a := answersOf(t, text)
		require.Len(t, a, 2)
		for k := range a {
			require.Empty(t, a[k].Class)
			require.Equal(t, []float64{float64(y.Row(k)[0])}, []float64{float64(float32(a[k].Outputs[0]))}, body)
		}
	}
	var d description
	r, err := http.Get(h.URL + "/model")
	require.NoError(t, err)
	defer r.Body.Close()
	require.NoError(t, json.NewDecoder(r.Body).Decode(&d))
	require.Equal(t, []columnDescription{{"age", "number", true}, {"name", "text", false}, {"port", "category", true}}, d.Columns)
}

// No row is a comment, whatever its first value begins with.
func TestNoComments(t *testing.T) {
	m := table(t)
	m.Encoder.Columns[0], m.Encoder.Columns[2] = m.Encoder.Columns[2], m.Encoder.Columns[0]
	require.NoError(t, m.Encoder.Check())
	_, h := serverOf(t, fileOf(t, m), Options{})
	code, text := post(t, h.URL, `{"rows": [["# S", "", 1], ["#", "", 2], ["##", "", 3]]}`)
	require.Equal(t, http.StatusOK, code, text)
	require.Len(t, answersOf(t, text), 3)
}

// Whatever comes, the answer says what is wrong, and the server goes on.
func TestRefuses(t *testing.T) {
	_, h := serverOf(t, fileOf(t, table(t)), Options{MaxBody: 1000, MaxRows: 3})
	for _, c := range []struct {
		body string
		code int
		want string
	}{
		{"", 400, "the body is not"},
		{"\x00\xff\x16\x03\x01", 400, "the body is not"},
		{`{"rows": [[1,"a","C"]]} {}`, 400, "something follows"},
		{`{"rows": [[1,"a","C"]], "row": 1}`, 400, `unknown field \"row\"`},
		{`{"rows": []}`, 400, "at least one row"},
		{`{}`, 400, "at least one row"},
		{`[]`, 400, "the body is not"},
		{`{"rows": [5]}`, 400, "row 1: want an array of values, or an object"},
		{`{"rows": [null]}`, 400, "row 1: 0 values: the model takes 3"},
		{`{"rows": [[1,2]]}`, 400, "row 1: 2 values: the model takes 3"},
		{`{"rows": [[1,"a","C"],["x","a","C"]]}`, 400, `\"x\" is not a number`},
		{`{"rows": [[[1],"a","C"]]}`, 400, "row 1: value 1: want a number, a string, true, false or null"},
		{`{"rows": [[1e999,"a","C"]]}`, 400, "too large"},
		{`{"rows": [{"age": 1}]}`, 400, `row 1: column 3, \"port\", is missing: null is a gap`},
		{`{"rows": [{"age": 1, "port": "C", "fare": 2}]}`, 400, `row 1: the model has no column \"fare\"`},
		{`{"rows": [{"age": 1, "age": 2, "port": "C"}]}`, 400, "given twice"},
		{`{"rows": [[1,"a","C"],[1,"a","C"],[1,"a","C"],[1,"a","C"]]}`, 413, "4 rows are more than 3"},
		{`{"rows": [["` + strings.Repeat("a", 2000) + `"]]}`, 413, "more than 1000 bytes"},
		{strings.Repeat("[", 900), 400, "the body is not"},
	} {
		code, text := post(t, h.URL, c.body)
		require.Equal(t, c.code, code, "%s: %s", c.body, text)
		require.Contains(t, text, c.want, c.body)
		require.Equal(t, 1, strings.Count(text, "\n"))
	}
	for path, want := range map[string]int{"/": 404, "/predict": 405, "/health": 200} {
		r, err := http.Get(h.URL + path)
		require.NoError(t, err)
		r.Body.Close()
		require.Equal(t, want, r.StatusCode)
	}
	code, _ := post(t, h.URL, `{"rows": [[1,"a","C"]]}`)
	require.Equal(t, 200, code)

	r, err := http.Get(h.URL + "/metrics")
	require.NoError(t, err)
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	require.Contains(t, string(b), "nabla_requests_total{code=\"200\"} 1\nnabla_requests_total{code=\"400\"} 17\nnabla_requests_total{code=\"413\"} 2\n")
	require.Contains(t, string(b), "nabla_request_seconds_count 20\n")
	require.Contains(t, string(b), "nabla_rows_total 1\n")
}

// Outputs that are no numbers are an error and no JSON that nobody can read.
func TestInfiniteOutputs(t *testing.T) {
	m := table(t)
	m.Net.Biases(1)[0] = float32(math.Inf(1))
	_, h := serverOf(t, fileOf(t, m), Options{})
	code, text := post(t, h.URL, `{"rows": [[1,"a","C"]]}`)
	require.Equal(t, http.StatusUnprocessableEntity, code)
	require.Contains(t, text, "row 1: output 1 of the network is +Inf")
}

// Requests beyond the limit are refused at once; those that were taken are answered before
// Close returns, and none after it.
func TestShutdown(t *testing.T) {
	s, h := serverOf(t, fileOf(t, numbers[float32](t, 2, 2)), Options{MaxRequests: 1})
	body, w := io.Pipe()
	answered := make(chan int, 1)
	go func() {
		r, err := http.Post(h.URL+"/predict", "application/json", body)
		if err != nil {
			answered <- 0
			return
		}
		r.Body.Close()
		answered <- r.StatusCode
	}()
	io.WriteString(w, `{"rows": [[1,`)
	require.Eventually(t, func() bool { return s.metrics.inFlight.Load() == 1 }, time.Minute, time.Millisecond)
	code, text := post(t, h.URL, `{"rows": [[1,2]]}`)
	require.Equal(t, http.StatusServiceUnavailable, code)
	require.Contains(t, text, "1 requests are being answered: try again")

	s.Drain()
	r, err := http.Get(h.URL + "/health")
	require.NoError(t, err)
	r.Body.Close()
	require.Equal(t, http.StatusServiceUnavailable, r.StatusCode)
	require.True(t, r.Close)
	closed := make(chan struct{})
	go func() {
		s.Close()
		close(closed)
	}()
	io.WriteString(w, `2]]}`)
	w.Close()
	require.Equal(t, http.StatusOK, <-answered)
	<-closed
	code, _ = post(t, h.URL, `{"rows": [[1,2]]}`)
	require.Equal(t, http.StatusServiceUnavailable, code)
}

func TestOptions(t *testing.T) {
	_, err := New(fileOf(t, numbers[float32](t, 2, 2)), Options{MaxRows: -1})
	require.ErrorContains(t, err, "serve: MaxRows is -1: want at least 1")
}

// Whatever a body holds, there is an answer, and it is JSON.
func FuzzBody(f *testing.F) {
	for _, body := range []string{
		`{"rows": [[20, "Ann", "C"], [null, null, "S"]]}`, `{"rows": [{"port": "C", "age": 20}]}`, `{"rows": [5]}`, `{"rows": [[1e999,"a\n\"","C"]]}`, "",
	} {
		f.Add(body)
	}
	file := fileOf(f, table(f))
	s, err := New(file, Options{Workers: 1})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, body string) {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("POST", "/predict", strings.NewReader(body)))
		require.Contains(t, []int{200, 400, 413, 422}, w.Code)
		require.True(t, json.Valid(w.Body.Bytes()), w.Body)
	})
}
