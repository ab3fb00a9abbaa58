package tcp_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nabla-go/nabla/internal/ranktest"
	"github.com/nabla-go/nabla/ranks"
	"github.com/nabla-go/nabla/ranks/tcp"
)

// sockets connects ranks of this process over TCP.
func sockets(t *testing.T) func(size int) []ranks.Comm {
	return func(size int) []ranks.Comm {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		comms, errs := make([]ranks.Comm, size), make([]error, size)
		var all sync.WaitGroup
		for r := range size {
			all.Go(func() {
				if r == 0 {
					comms[r], errs[r] = tcp.Accept(ctx, l, size)
				} else {
					comms[r], errs[r] = tcp.Connect(ctx, l.Addr().String(), r, size)
				}
			})
		}
		all.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		return comms
	}
}

func TestComm(t *testing.T) {
	ranktest.Comms(t, sockets(t))
	ranktest.Abort(t, sockets(t))
	ranktest.Each(t, sockets(t)(3), func(c ranks.Comm) error { return c.(*tcp.Comm).Close() })
}

// A rank whose connection ends without a word ends the others.
func TestGone(t *testing.T) {
	ranktest.Each(t, sockets(t)(3), func(c ranks.Comm) error {
		if c.Rank() == 2 {
			tcp.Drop(c.(*tcp.Comm))
			return nil
		}
		if err := c.Broadcast(2, make([]byte, 1)); !errors.Is(err, ranks.ErrAborted) || !strings.Contains(err.Error(), "rank 2 is gone") {
			return fmt.Errorf("error %v", err)
		}
		return nil
	})
}

// Nobody waits for ranks that don't come, and strangers are none of them.
func TestStrangers(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if _, err := tcp.Connect(ctx, "127.0.0.1:0", 0, 2); err == nil || !strings.Contains(err.Error(), "1 of 2 ranks have not come") {
		t.Errorf("error %v", err)
	}
	if _, err := tcp.Connect(ctx, "127.0.0.1:1", 1, 2); err == nil || !strings.Contains(err.Error(), "rank 0 isn't there") {
		t.Errorf("error %v", err)
	}
	if _, err := tcp.Connect(ctx, "127.0.0.1:0", 2, 2); err == nil {
		t.Error("rank 2 of 2 is one")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	fmt.Fprint(stranger, "GET / HTTP/1.1\r\nHost: here\r\n\r\n")
	ranktest.Each(t, []ranks.Comm{rank(0), rank(1)}, func(c ranks.Comm) error {
		var s *tcp.Comm
		var err error
		if c.Rank() == 0 {
			s, err = tcp.Accept(context.Background(), l, 2)
		} else {
			s, err = tcp.Connect(context.Background(), l.Addr().String(), 1, 2)
		}
		if err != nil {
			return err
		}
		return s.Close()
	})
}

// A rank is a Comm that knows its rank only.
type onlyRank struct {
	ranks.Comm
	r int
}

func rank(r int) ranks.Comm  { return onlyRank{r: r} }
func (o onlyRank) Rank() int { return o.r }
func (o onlyRank) Size() int { return 2 }
