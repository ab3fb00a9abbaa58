// Package tcp connects ranks over TCP, between machines of any kind and without a library of
// MPI. All messages pass through rank 0, which is slower than MPI with many ranks.
package tcp

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/nabla-go/nabla/ranks"
)

// Connect connects rank of size processes over TCP. Rank 0 listens at address, to which the
// others connect. There is no encryption, and whoever reaches the address may
// pretend to be a rank: it has to be one that only the ranks reach. Connect returns when all
// have come, or with an error when ctx ends.
func Connect(ctx context.Context, address string, rank, size int) (*Comm, error) {
	if rank < 0 || rank >= size {
		return nil, fmt.Errorf("tcp: rank %d of %d: want 0 to %d", rank, size, size-1)
	}
	if rank > 0 {
		s := newComm(rank, size)
		return s, s.join(ctx, address)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("tcp: %w", err)
	}
	return Accept(ctx, l, size)
}

// Accept is Connect for rank 0, which listens already. It closes l.
func Accept(ctx context.Context, l net.Listener, size int) (*Comm, error) {
	s := newComm(0, size)
	defer l.Close()
	defer context.AfterFunc(ctx, func() { l.Close() })()
	for missing := size - 1; missing > 0; missing-- {
		conn, err := l.Accept()
		if err != nil {
			s.Close()
			return nil, fmt.Errorf("tcp: %d of %d ranks have not come: %w", missing, size, errors.Join(ctx.Err(), err))
		}
		conn.SetReadDeadline(time.Now().Add(helloTime))
		var h header
		if h, err = readHeader(conn); err != nil || h.kind != hello || h.length != uint64(size) || h.from == 0 || int(h.from) >= size || s.conns[h.from] != nil {
			conn.Close() // none of the ranks
			missing++
			continue
		}
		conn.SetReadDeadline(time.Time{})
		s.conns[h.from] = conn
	}
	for r := 1; r < size; r++ {
		s.write(r, header{kind: hello, to: uint32(r)}, nil)
		go s.read(r)
	}
	return s, s.failed()
}

// A Comm is the connection of one rank.
type Comm struct {
	rank, size int
	conns      []net.Conn // by rank; those of others than rank 0 have that of rank 0 only
	writing    []sync.Mutex

	mu      sync.Mutex
	arrived sync.Cond
	letters [][][]byte // by sender
	left    []bool     // ranks that have called Close
	err     error
}

var _ ranks.Comm = (*Comm)(nil)

// Kinds of frames.
const (
	hello  = iota // the first of each connection, in both directions
	letter        // bytes for a rank
	abort         // the text of an error, for all
	bye           // the rank sends no more
)

// A header stands in front of the bytes of a frame.
type header struct {
	kind, from, to uint32
	length         uint64
}

const headerSize = 20

// helloTime is how long rank 0 waits for the first words of a connection.
const helloTime = 5 * time.Second

// longest bounds a frame. Beyond firstBytes memory is taken only as bytes come.
const (
	longest    = 1 << 40
	firstBytes = 1 << 24
)

func readHeader(r io.Reader) (h header, err error) {
	var b [headerSize]byte
	if _, err = io.ReadFull(r, b[:]); err != nil {
		return h, err
	}
	order := binary.LittleEndian
	h = header{order.Uint32(b[:]), order.Uint32(b[4:]), order.Uint32(b[8:]), order.Uint64(b[12:])}
	if h.kind > bye || h.length > longest {
		return h, errors.New("not a message of a rank")
	}
	return h, nil
}

func readBytes(r io.Reader, n uint64) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(int(min(n, firstBytes)) + bytes.MinRead)
	_, err := io.CopyN(&b, r, int64(n))
	return b.Bytes(), err
}

func newComm(rank, size int) *Comm {
	s := &Comm{rank: rank, size: size, conns: make([]net.Conn, size), writing: make([]sync.Mutex, size), letters: make([][][]byte, size), left: make([]bool, size)}
	s.arrived.L = &s.mu
	return s
}

// join connects to rank 0, which may not be there yet.
func (s *Comm) join(ctx context.Context, address string) error {
	for wait := time.Millisecond; ; wait = min(2*wait, time.Second) {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err == nil {
			s.conns[0] = conn
			break
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("tcp: rank 0 isn't there: %w", err)
		case <-time.After(wait):
		}
	}
	defer context.AfterFunc(ctx, func() { s.conns[0].Close() })()
	s.write(0, header{kind: hello, from: uint32(s.rank), length: uint64(s.size)}, nil)
	if _, err := readHeader(s.conns[0]); err != nil {
		return fmt.Errorf("tcp: rank 0 doesn't want rank %d of %d: %w", s.rank, s.size, err)
	}
	go s.read(0)
	return s.failed()
}

func (s *Comm) Rank() int { return s.rank }
func (s *Comm) Size() int { return s.size }

// write writes a frame to a rank that is connected.
func (s *Comm) write(to int, h header, buf []byte) {
	order, b := binary.LittleEndian, make([]byte, 0, headerSize)
	b = order.AppendUint64(order.AppendUint32(order.AppendUint32(order.AppendUint32(b, h.kind), h.from), h.to), h.length)
	s.writing[to].Lock()
	defer s.writing[to].Unlock()
	if _, err := (&net.Buffers{b, buf}).WriteTo(s.conns[to]); err != nil {
		s.fail(fmt.Errorf("tcp: %w: %w", ranks.ErrAborted, err))
	}
}

// read takes what comes from a connection until it ends.
func (s *Comm) read(peer int) {
	for {
		h, err := readHeader(s.conns[peer])
		var buf []byte
		if err == nil && (h.from >= uint32(s.size) || h.to >= uint32(s.size)) {
			err = errors.New("not a message of a rank")
		}
		if err == nil {
			buf, err = readBytes(s.conns[peer], h.length)
		}
		switch {
		case err != nil:
			s.mu.Lock()
			left := s.left[peer]
			s.mu.Unlock()
			if !left {
				s.spread(fmt.Sprintf("rank %d is gone", peer))
			}
			return
		case h.kind == abort:
			s.spread(string(buf))
			return
		case h.kind == bye:
			s.mu.Lock()
			s.left[peer] = true
			s.arrived.Broadcast()
			s.mu.Unlock()
		case int(h.to) != s.rank: // rank 0 passes it on
			s.write(int(h.to), h, buf)
		default:
			s.mu.Lock()
			s.letters[h.from] = append(s.letters[h.from], buf)
			s.arrived.Broadcast()
			s.mu.Unlock()
		}
	}
}

// fail ends all calls with err.
func (s *Comm) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
	s.arrived.Broadcast()
}

func (s *Comm) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// spread ends all calls, and those of the ranks that are connected, because of what text says.
func (s *Comm) spread(text string) {
	s.fail(fmt.Errorf("tcp: %w: %s", ranks.ErrAborted, text))
	for r, conn := range s.conns {
		if conn != nil {
			s.write(r, header{kind: abort, from: uint32(s.rank), to: uint32(r), length: uint64(len(text))}, []byte(text))
		}
	}
}

// Abort ends the calls of all ranks with an error.
func (s *Comm) Abort(err error) { s.spread(fmt.Sprintf("rank %d: %v", s.rank, err)) }

// Send gives buf to rank to.
func (s *Comm) Send(to int, buf []byte) error {
	via := 0
	if s.rank == 0 {
		via = to
	}
	s.write(via, header{kind: letter, from: uint32(s.rank), to: uint32(to), length: uint64(len(buf))}, buf)
	return s.failed()
}

// Receive fills buf with what rank from has sent.
func (s *Comm) Receive(from int, buf []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.letters[from]) == 0 {
		if s.err != nil {
			return s.err
		}
		if s.left[from] || s.left[0] {
			return fmt.Errorf("tcp: %w: rank %d has left", ranks.ErrAborted, from)
		}
		s.arrived.Wait()
	}
	got := s.letters[from][0]
	s.letters[from] = s.letters[from][1:]
	if len(got) != len(buf) {
		return fmt.Errorf("tcp: rank %d has sent %d bytes to rank %d: want %d", from, len(got), s.rank, len(buf))
	}
	copy(buf, got)
	return nil
}

// Broadcast gives all ranks the bytes of root.
func (s *Comm) Broadcast(root int, buf []byte) error {
	if s.rank != root {
		return s.Receive(root, buf)
	}
	for r := range s.size {
		if r != root {
			if err := s.Send(r, buf); err != nil {
				return err
			}
		}
	}
	return nil
}

// AllGather gives all ranks the parts of all.
func (s *Comm) AllGather(buf []byte, bounds []int) error {
	part := func(r int) []byte { return buf[bounds[r]:bounds[r+1]] }
	if s.rank > 0 {
		if err := s.Send(0, part(s.rank)); err != nil {
			return err
		}
	} else {
		for r := 1; r < s.size; r++ {
			if err := s.Receive(r, part(r)); err != nil {
				return err
			}
		}
	}
	return s.Broadcast(0, buf[:bounds[s.size]])
}

// Close ends the connection without ending those of others; rank 0 waits for all of them.
func (s *Comm) Close() error {
	for r, conn := range s.conns {
		if conn != nil {
			s.write(r, header{kind: bye, from: uint32(s.rank), to: uint32(r)}, nil)
		}
	}
	s.mu.Lock()
	for r, conn := range s.conns {
		for conn != nil && !s.left[r] && s.err == nil {
			s.arrived.Wait()
		}
	}
	err := s.err
	s.mu.Unlock()
	for _, conn := range s.conns {
		if conn != nil {
			conn.Close()
		}
	}
	return err
}
