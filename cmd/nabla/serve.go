package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/nabla-go/nabla/model/serve"
)

// servePlan is a command line of nabla serve.
type servePlan struct {
	listen  string
	options serve.Options
	drain   time.Duration
}

func newServe() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve MODEL",
		Short: "Answer predictions over HTTP and JSON",
		Long: `Answer predictions over HTTP and JSON, those that come at the same time together.

  curl -d '{"rows": [[20, 20000], [31, 53000]]}' localhost:8080/predict
  {"answers":[{"class":"0","outputs":[0.9,0.1]},{"class":"1","outputs":[0,1]}]}

GET /model tells the columns of a row, GET /metrics has counters for Prometheus, and GET
/health is 200 until the server is about to end. ctrl-C or SIGTERM end it: for the time of
--drain it goes on and tells clients to connect elsewhere, and then it answers what it
has taken and ends.

There is no encryption and nobody is asked who they are: put a proxy before it that
does that, and keep --listen to addresses that only the proxy reaches.`,
		Args: wantArgs(1, 1),
	}
	var p servePlan
	use := addFlags(cmd, p.flags())
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := use(); err != nil {
			return err
		}
		return runServe(cmd, args[0], &p)
	}
	return cmd
}

func (p *servePlan) flags() []flag {
	count := func(name string, byDefault int, usage string, to *int) flag {
		return newFlag(name, byDefault, usage, func(v int) error {
			*to = v
			return want(v >= 1, "at least 1")
		})
	}
	seconds := func(name string, byDefault, least float64, usage string, to *time.Duration) flag {
		return newFlag(name, byDefault, usage, func(v float64) error {
			*to = time.Duration(v * float64(time.Second))
			return want(v >= least && v <= 3600, "%v to 3600 seconds", least)
		})
	}
	o := &p.options
	return append(grouped("Server",
		newFlag("listen", "127.0.0.1:8080", "address and port", func(v string) error {
			p.listen = v
			_, _, err := net.SplitHostPort(v)
			return err
		}),
		seconds("drain", 0.5, 0, "seconds between a signal to end and the end of new connections", &p.drain),
	), grouped("Limits",
		newFlag("max-body", 1<<20, "bytes of a request", func(v int) error {
			o.MaxBody = int64(v)
			return want(v >= 1, "at least 1")
		}),
		count("max-rows", 10_000, "rows of a request", &o.MaxRows),
		count("max-batch", 256, "rows that are predicted together", &o.MaxBatch),
		count("max-requests", 512, "requests that are answered at the same time", &o.MaxRequests),
		seconds("timeout", 10, 0.001, "seconds that a request may take to come, and to be answered", &o.Timeout),
	)...)
}

func runServe(cmd *cobra.Command, path string, p *servePlan) error {
	file, err := openModel(cmd, path)
	if err != nil {
		return err
	}
	s, err := serve.New(file, p.options)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	tcp, err := net.Listen("tcp", p.listen)
	if err != nil {
		return err
	}
	l := &listener{TCPListener: tcp.(*net.TCPListener)}
	server := &http.Server{
		Handler: s, ReadHeaderTimeout: p.options.Timeout, ReadTimeout: p.options.Timeout, WriteTimeout: 2 * p.options.Timeout,
		IdleTimeout: time.Minute, MaxHeaderBytes: 1 << 16,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	fmt.Fprintf(cmd.ErrOrStderr(), "serving %s on http://%s\n", path, l.Addr())
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stop() // a second signal ends the program at once
	s.Drain()
	time.Sleep(p.drain)
	l.end()
	if err := <-failed; !errors.Is(err, net.ErrClosed) {
		return err
	}
	end, cancel := context.WithTimeout(context.Background(), 3*p.options.Timeout)
	defer cancel()
	if err := server.Shutdown(end); err != nil {
		server.Close()
		return fmt.Errorf("not all requests were answered: %w", err)
	}
	s.Close()
	fmt.Fprintln(cmd.ErrOrStderr(), "all requests are answered")
	return nil
}

// A listener can end without losing those who have come already.
type listener struct {
	*net.TCPListener
	ending atomic.Bool
}

// Accept returns those who have come, and net.ErrClosed once end was called and nobody waits.
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.TCPListener.Accept()
	if err != nil && l.ending.Load() {
		return nil, net.ErrClosed
	}
	return c, err
}

// end has Accept return all that wait, and nobody after a moment. Where that can be, the
// system lets nobody wait from now on: who comes later is refused, and not cut off.
func (l *listener) end() {
	if c, err := l.SyscallConn(); err == nil {
		c.Control(letNobodyWait)
	}
	l.ending.Store(true)
	l.SetDeadline(time.Now().Add(100 * time.Millisecond))
}
