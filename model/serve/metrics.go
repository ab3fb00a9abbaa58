package serve

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// bounds of the histogram of times, in seconds.
var bounds = [...]float64{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}

// metrics counts what a server does.
type metrics struct {
	inFlight               atomic.Int64
	batches, batched, rows atomic.Uint64
	mu                     sync.Mutex
	codes                  [600]uint64 // requests by status
	buckets                [len(bounds) + 1]uint64
	seconds                float64
}

// request counts a request that was answered.
func (m *metrics) request(code int, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.codes[code]++
	i := 0
	for i < len(bounds) && took.Seconds() > bounds[i] {
		i++
	}
	m.buckets[i]++
	m.seconds += took.Seconds()
}

// batch counts requests that were predicted together.
func (m *metrics) batch(requests, rows int) {
	m.batches.Add(1)
	m.batched.Add(uint64(requests))
	m.rows.Add(uint64(rows))
}

// write answers GET /metrics.
func (m *metrics) write(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	m.mu.Lock()
	defer m.mu.Unlock()
	head := func(name, kind, help string) { fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind) }
	head("nabla_requests_total", "counter", "Requests to predict, by status.")
	total := uint64(0)
	for code, n := range m.codes {
		if n > 0 {
			fmt.Fprintf(w, "nabla_requests_total{code=\"%d\"} %d\n", code, n)
			total += n
		}
	}
	head("nabla_request_seconds", "histogram", "Time of a request, from its first byte to its answer.")
	sum := uint64(0)
	for i, bound := range bounds {
		sum += m.buckets[i]
		fmt.Fprintf(w, "nabla_request_seconds_bucket{le=\"%v\"} %d\n", bound, sum)
	}
	fmt.Fprintf(w, "nabla_request_seconds_bucket{le=\"+Inf\"} %d\nnabla_request_seconds_sum %v\nnabla_request_seconds_count %d\n", total, m.seconds, total)
	for _, c := range []struct {
		name, kind, help string
		value            any
	}{
		{"nabla_requests_in_flight", "gauge", "Requests that are being answered.", m.inFlight.Load()},
		{"nabla_rows_total", "counter", "Rows that were predicted.", m.rows.Load()},
		{"nabla_batches_total", "counter", "Batches of requests that were predicted together.", m.batches.Load()},
		{"nabla_batched_requests_total", "counter", "Requests in those batches.", m.batched.Load()},
	} {
		head(c.name, c.kind, c.help)
		fmt.Fprintf(w, "%s %d\n", c.name, c.value)
	}
}
