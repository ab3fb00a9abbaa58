// Command serve puts nabla serve under load on this machine's loopback and writes what it
// measured to bench/SERVE.md.
//
//	go run ./bench/serve [-seconds 5] [-clients 64]
//
// Clients send requests of mixed sizes as fast as they are answered. Beside them, some send
// their bodies a byte at a time, some read their answers so, and some send garbage. At the
// end the server is told to end in the middle of it all, and every request that it took
// must be answered.
package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/nabla-go/nabla/bench"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	nn "github.com/nabla-go/nabla/net"
)

const inputs, hidden, outputs = 64, 128, 10

func main() {
	seconds := flag.Float64("seconds", 5, "how long the load lasts")
	clients := flag.Int("clients", 64, "connections that ask as fast as they are answered")
	to := flag.String("o", "bench/SERVE.md", "file to write")
	flag.Parse()
	dir, err := os.MkdirTemp("", "nabla-serve")
	check(err)
	defer os.RemoveAll(dir)
	l := start(dir)
	l.run(*clients, time.Duration(*seconds*float64(time.Second)))
	text := l.report(*clients, *seconds)
	fmt.Print(text)
	check(os.WriteFile(*to, []byte(text), 0o644))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// A load is a server and what was measured of it.
type load struct {
	cmd  *exec.Cmd
	log  *bufio.Scanner
	url  string
	addr string

	ending           atomic.Bool
	mu               sync.Mutex
	latencies        map[int][]time.Duration // by rows
	rows             int
	lost             int // requests on connections that had been answered before, without an answer
	cut              int // new connections that ended without an answer
	refused          int // connections after the end began
	busy             int // answers 503
	slow             int // bodies and answers a byte at a time that got through
	garbage, rebuked int // requests of garbage, and those that were told so
	ended            time.Duration
	peak, peakBefore string // memory
}

// start builds the command and a model, and starts the server.
func start(dir string) *load {
	n, err := nn.New[float32](nn.Config{Inputs: inputs, Layers: []nn.Layer{nn.Dense(hidden, nn.ReLU), nn.Dense(outputs, nn.Softmax)}, Seed: 1})
	check(err)
	path := filepath.Join(dir, "m.safetensors")
	check((&model.Model[float32]{Net: n}).Save(path))
	program := filepath.Join(dir, "nabla")
	build := exec.Command("go", "build", "-o", program, "./cmd/nabla")
	build.Stderr = os.Stderr
	check(build.Run())
	l := &load{cmd: exec.Command(program, "serve", path, "--listen", "127.0.0.1:0", "--timeout", "3"), latencies: make(map[int][]time.Duration)}
	stderr, err := l.cmd.StderrPipe()
	check(err)
	check(l.cmd.Start())
	l.log = bufio.NewScanner(stderr)
	l.log.Scan()
	_, l.url, _ = strings.Cut(l.log.Text(), " on ")
	l.addr = strings.TrimPrefix(l.url, "http://")
	return l
}

// body is a request of so many rows.
func body(rows int, r *rand.Rand) []byte {
	b := []byte(`{"rows":[`)
	for k := range rows {
		if k > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		for i := range inputs {
			if i > 0 {
				b = append(b, ',')
			}
			b = fmt.Appendf(b, "%.3f", r.NormFloat64())
		}
		b = append(b, ']')
	}
	return append(b, "]}"...)
}

var sizes = []int{1, 1, 1, 8, 64}

// run puts the server under load, and ends it in the middle.
func (l *load) run(clients int, how time.Duration) {
	ctx, stop := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for c := range clients {
		all.Go(func() { l.client(ctx, c) })
	}
	for c := range 4 {
		all.Go(func() { l.slowSender(ctx, c) })
		all.Go(func() { l.slowReader(ctx, c) })
		all.Go(func() { l.garbager(ctx, c) })
	}
	time.Sleep(how / 4)
	l.peakBefore = memory(l.cmd.Process.Pid)
	time.Sleep(how - how/4)
	l.peak = memory(l.cmd.Process.Pid)
	began := time.Now()
	l.ending.Store(true)
	check(l.cmd.Process.Signal(syscall.SIGTERM))
	l.log.Scan()
	if text := l.log.Text(); text != "all requests are answered" {
		log.Fatalf("the server ended with %q", text)
	}
	check(l.cmd.Wait())
	l.ended = time.Since(began)
	stop()
	all.Wait()
}

// client asks as fast as it is answered, on a connection of its own.
func (l *load) client(ctx context.Context, id int) {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	r := rand.New(rand.NewPCG(uint64(id), 0))
	bodies := make(map[int][]byte)
	for _, n := range sizes {
		bodies[n] = body(n, r)
	}
	for ctx.Err() == nil {
		n := sizes[r.IntN(len(sizes))]
		reused := false
		trace := &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { reused = i.Reused }}
		request, err := http.NewRequestWithContext(httptrace.WithClientTrace(context.Background(), trace), "POST", l.url+"/predict", bytes.NewReader(bodies[n]))
		check(err)
		began := time.Now()
		response, err := client.Do(request)
		var answer []byte
		if err == nil {
			answer, err = io.ReadAll(response.Body)
			response.Body.Close()
		}
		took := time.Since(began)
		l.mu.Lock()
		switch {
		case errors.Is(err, syscall.ECONNREFUSED):
			l.refused++
		case err != nil && !reused && l.ending.Load():
			l.cut++
		case err != nil:
			l.lost++
			fmt.Fprintln(os.Stderr, err)
		case response.StatusCode == http.StatusServiceUnavailable:
			l.busy++
		case response.StatusCode != http.StatusOK || bytes.Count(answer, []byte("outputs")) != n:
			log.Fatalf("%d rows: %s: %.200s", n, response.Status, answer)
		default:
			l.latencies[n] = append(l.latencies[n], took)
			l.rows += n
		}
		l.mu.Unlock()
		if err != nil {
			time.Sleep(10 * time.Millisecond)
		}
	}
}

// slowSender sends a body of 20 ms for each byte, of which the server reads 3 s at most.
func (l *load) slowSender(ctx context.Context, id int) {
	text := body(1, rand.New(rand.NewPCG(uint64(id), 1)))
	for ctx.Err() == nil && !l.ending.Load() {
		c, err := net.Dial("tcp", l.addr)
		if err != nil {
			return
		}
		fmt.Fprintf(c, "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", len(text))
		for i := range text {
			if _, err := c.Write(text[i : i+1]); err != nil || l.ending.Load() {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		c.Close()
	}
}

// slowReader asks for much and reads it 4 KiB at a time, with pauses.
func (l *load) slowReader(ctx context.Context, id int) {
	text := body(64, rand.New(rand.NewPCG(uint64(id), 2)))
	for ctx.Err() == nil && !l.ending.Load() {
		c, err := net.Dial("tcp", l.addr)
		if err != nil {
			return
		}
		fmt.Fprintf(c, "POST /predict HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", len(text), text)
		buf, total := make([]byte, 4096), 0
		for {
			n, err := c.Read(buf)
			total += n
			if err != nil {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		c.Close()
		l.mu.Lock()
		if total > 5000 {
			l.slow++
		}
		l.mu.Unlock()
	}
}

// garbager sends what is no request, and requests that aren't right.
func (l *load) garbager(ctx context.Context, id int) {
	r := rand.New(rand.NewPCG(uint64(id), 3))
	for ctx.Err() == nil && !l.ending.Load() {
		c, err := net.Dial("tcp", l.addr)
		if err != nil {
			return
		}
		noise := make([]byte, r.IntN(2000))
		for i := range noise {
			noise[i] = byte(r.Uint32())
		}
		if r.IntN(2) == 0 {
			fmt.Fprintf(c, "POST /predict HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n", len(noise))
		}
		c.Write(append(noise, "\r\n\r\n"...))
		c.SetReadDeadline(time.Now().Add(time.Second))
		answer, _ := io.ReadAll(c)
		c.Close()
		l.mu.Lock()
		l.garbage++
		if bytes.HasPrefix(answer, []byte("HTTP/1.1 4")) {
			l.rebuked++
		}
		l.mu.Unlock()
		time.Sleep(time.Millisecond)
	}
}

// memory returns the most that a process had resident.
func memory(pid int) string {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(b)) {
		if name, value, _ := strings.Cut(line, ":"); name == "VmHWM" {
			return strings.Join(strings.Fields(value), " ")
		}
	}
	return "unknown"
}

// loadAverage returns that of the last minute.
func loadAverage() string {
	b, _ := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(b)+" unknown", " ")
	return first
}

func (l *load) report(clients int, seconds float64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# nabla serve under load\n\n`go run ./bench/serve -seconds %v -clients %d`, on %s, %s.\n\n", seconds, clients, bench.ThisMachine(), time.Now().Format("2 January 2006"))
	fmt.Fprintf(&b, "A network of %d-%d-%d (float32, %s). %d clients ask as fast as they are answered; beside them four send a byte\nof a request every 20 ms, four read answers of 64 rows with pauses, and four send garbage. Clients and\nserver share the cores; the load average of the machine was %s, other programs included.\n\n", inputs, hidden, outputs, kernels.ISA(), clients, loadAverage())
	fmt.Fprint(&b, "| rows a request | requests | median | 90 % | 99 % | most |\n|--:|--:|--:|--:|--:|--:|\n")
	total := 0
	for _, n := range slices.Compact(slices.Clone(sizes)) {
		t := l.latencies[n]
		slices.Sort(t)
		total += len(t)
		if len(t) == 0 {
			continue
		}
		at := func(q float64) time.Duration {
			return t[min(int(q*float64(len(t))), len(t)-1)].Round(10 * time.Microsecond)
		}
		fmt.Fprintf(&b, "| %d | %d | %v | %v | %v | %v |\n", n, len(t), at(0.5), at(0.9), at(0.99), at(1))
	}
	fmt.Fprintf(&b, "\n%.0f requests and %.0f rows a second. %d answers were \"too much to do\". %d slow readers got their whole\nanswers; of %d pieces of garbage %d were told so.\n\n", float64(total)/seconds, float64(l.rows)/seconds, l.busy, l.slow, l.garbage, l.rebuked)
	fmt.Fprintf(&b, "Memory at most: %s after a quarter of the time, %s at the end. Told to end in the middle of the load, the\nserver ended after %v and lost %d requests. %d new connections were refused; %d were cut off before the server had\naccepted them, which no system can exclude.\n", l.peakBefore, l.peak, l.ended.Round(time.Millisecond), l.lost, l.refused, l.cut)
	return b.String()
}
