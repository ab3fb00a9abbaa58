// Package serve answers predictions of a model over HTTP and JSON, for a service of one's
// own or as nabla serve.
//
//	POST /predict   {"rows": [[5.1, 3.5, "red"], …]} or {"rows": [{"width": 5.1, …}, …]}
//	                → {"answers": [{"class": "a", "outputs": [0.9, 0.1]}, …]}
//	GET /model      what the model takes and gives
//	GET /health     200 while the server takes requests
//	GET /metrics    counters in the text format of Prometheus
//
// A row has the columns that the model was trained with, in their order or by their names,
// and no target; null is a gap. The answers are those of nabla predict, bit for bit,
// whatever other requests come at the same time: what is there at once is predicted
// together, which makes no difference to a row.
//
// What goes wrong is told as {"error": "…"}: 400 for a body or a row that isn't right, 413
// for too much of it, 422 where the network's outputs are not finite, 503 while there is
// too much to do, or the server is about to end.
package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nabla-go/nabla/model"
)

// Options are limits of a [Server]. Zeros stand for the defaults.
type Options struct {
	MaxBody     int64         // bytes of a request; 1 MiB
	MaxRows     int           // rows of a request; 10,000
	MaxBatch    int           // rows that are predicted together; 256
	MaxRequests int           // requests that are answered at the same time; 512
	Timeout     time.Duration // for the answer to a request that was read; 10 s
	Workers     int           // goroutines that predict; GOMAXPROCS
}

func (o Options) withDefaults() Options {
	set := func(v *int, byDefault int) {
		if *v == 0 {
			*v = byDefault
		}
	}
	if o.MaxBody == 0 {
		o.MaxBody = 1 << 20
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	set(&o.MaxRows, 10_000)
	set(&o.MaxBatch, 256)
	set(&o.MaxRequests, 512)
	set(&o.Workers, runtime.GOMAXPROCS(0))
	return o
}

// check returns an error if a limit is below 1.
func (o Options) check() error {
	for name, v := range map[string]int64{
		"MaxBody": o.MaxBody, "MaxRows": int64(o.MaxRows), "MaxBatch": int64(o.MaxBatch), "MaxRequests": int64(o.MaxRequests),
		"Timeout": int64(o.Timeout), "Workers": int64(o.Workers),
	} {
		if v < 1 {
			return fmt.Errorf("serve: %s is %d: want at least 1, or 0 for the default", name, v)
		}
	}
	return nil
}

// A Server is an http.Handler. Its methods may be called by any number of goroutines.
type Server struct {
	o        Options
	mux      *http.ServeMux
	engine   engine
	metrics  metrics
	slots    chan struct{}
	draining atomic.Bool
	close    sync.Once
}

// engine is what a Server does with a model of either precision.
type engine interface {
	predict(ctx context.Context, rows []json.RawMessage) ([]byte, error)
	describe() description
	start(workers, batch int, m *metrics)
	stop()
}

// New returns a server of the model in f. Close it when it is no longer needed.
func New(f *model.File, o Options) (*Server, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	s := &Server{o: o, mux: http.NewServeMux(), slots: make(chan struct{}, o.MaxRequests)}
	var err error
	if f.DType() == "F64" {
		s.engine, err = newBatcher[float64](f)
	} else {
		s.engine, err = newBatcher[float32](f)
	}
	if err != nil {
		return nil, err
	}
	s.engine.start(o.Workers, o.MaxBatch, &s.metrics)
	s.mux.HandleFunc("POST /predict", s.predict)
	s.mux.HandleFunc("GET /model", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, s.engine.describe()) })
	s.mux.HandleFunc("GET /metrics", s.metrics.write)
	s.mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		if s.draining.Load() {
			writeError(w, http.StatusServiceUnavailable, errors.New("the server is about to end"))
			return
		}
		writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	return s, nil
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.draining.Load() {
		w.Header().Set("Connection", "close") // so that the client's next request goes elsewhere
	}
	s.mux.ServeHTTP(w, r)
}

// Drain says that the server is about to end: /health tells so, and connections are closed
// behind their next answer. Requests are answered as before.
func (s *Server) Drain() { s.draining.Store(true) }

// Close waits until all requests that were taken are answered, and ends the server's
// goroutines. No request may come after it.
func (s *Server) Close() {
	s.close.Do(func() {
		for range cap(s.slots) {
			s.slots <- struct{}{}
		}
		s.engine.stop()
	})
}

// predict answers POST /predict.
func (s *Server) predict(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	code, err := s.answer(w, r)
	s.metrics.request(code, time.Since(began))
	if err != nil {
		if code == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", "1")
		}
		writeError(w, code, err)
	}
}

// A request is the body of POST /predict.
type request struct {
	Rows []json.RawMessage `json:"rows"`
}

// answer writes the answer to a request, or returns what is wrong with it.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) (code int, err error) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	default:
		return http.StatusServiceUnavailable, fmt.Errorf("%d requests are being answered: try again", cap(s.slots))
	}
	s.metrics.inFlight.Add(1)
	defer s.metrics.inFlight.Add(-1)
	var body request
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, s.o.MaxBody))
	d.DisallowUnknownFields()
	err = d.Decode(&body)
	if err == nil && d.More() {
		err = errors.New("something follows the JSON object")
	}
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return http.StatusRequestEntityTooLarge, fmt.Errorf("the body has more than %d bytes", s.o.MaxBody)
	}
	switch {
	case err != nil:
		return http.StatusBadRequest, fmt.Errorf(`the body is not {"rows": [[…], …]}: %w`, err)
	case len(body.Rows) == 0:
		return http.StatusBadRequest, errors.New(`want {"rows": [[…], …]} with at least one row`)
	case len(body.Rows) > s.o.MaxRows:
		return http.StatusRequestEntityTooLarge, fmt.Errorf("%d rows are more than %d", len(body.Rows), s.o.MaxRows)
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.o.Timeout)
	defer cancel()
	text, err := s.engine.predict(ctx, body.Rows)
	switch infinite := (infiniteError{}); {
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled):
		return http.StatusServiceUnavailable, fmt.Errorf("there was no answer within %v", s.o.Timeout)
	case errors.As(err, &infinite):
		return http.StatusUnprocessableEntity, err
	case err != nil:
		return http.StatusBadRequest, err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(text) // a client that is gone needs no answer
	return http.StatusOK, nil
}

func writeJSON(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(v)
}

func writeError(w http.ResponseWriter, code int, err error) {
	writeJSON(w, code, map[string]string{"error": err.Error()})
}

// description is the answer to GET /model.
type description struct {
	Columns     []columnDescription `json:"columns"`
	Task        string              `json:"task"`
	Classes     []string            `json:"classes,omitempty"`
	Outputs     int                 `json:"outputs"`
	Threshold   float64             `json:"threshold,omitempty"` // of a single output or labels, if it isn't the middle
	Fingerprint string              `json:"fingerprint"`
	Numeric     string              `json:"numeric_version"`
}

// columnDescription is a column of a row.
type columnDescription struct {
	Name string `json:"name,omitempty"`
	Type string `json:"type"`
	Used bool   `json:"used"` // false if the model leaves it out
}
