package ranks

import (
	"fmt"
	"sync"
)

// Goroutines connects size goroutines of one program. Element r is for rank r.
func Goroutines(size int) []Comm {
	w := &world{bufs: make([][]byte, size), letters: make(map[[2]int][][]byte)}
	w.changed.L = &w.mu
	comms := make([]Comm, size)
	for r := range comms {
		comms[r] = &goroutine{world: w, rank: r}
	}
	return comms
}

// A world is the memory that all ranks of [Goroutines] share.
type world struct {
	mu      sync.Mutex
	changed sync.Cond           // something below has
	waiting int                 // ranks that have come to the barrier
	passed  int                 // barriers that all have come to
	bufs    [][]byte            // the buffer of each rank, from one barrier to the next
	letters map[[2]int][][]byte // by sender and receiver
	err     error
}

type goroutine struct {
	*world
	rank int
}

func (g *goroutine) Rank() int { return g.rank }
func (g *goroutine) Size() int { return len(g.bufs) }

func (g *goroutine) Abort(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err == nil {
		g.err = fmt.Errorf("ranks: %w: rank %d: %w", ErrAborted, g.rank, err)
	}
	g.changed.Broadcast()
}

// barrier waits until all ranks have come to it.
func (g *goroutine) barrier() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	number := g.passed
	if g.waiting++; g.waiting == g.Size() {
		g.waiting = 0
		g.passed++
		g.changed.Broadcast()
	}
	for g.passed == number && g.err == nil {
		g.changed.Wait()
	}
	if g.passed != number { // whatever has happened since
		return nil
	}
	return g.err
}

// exchange has take called when the buffers of all ranks may be read, and returns when they may be
// written again.
func (g *goroutine) exchange(buf []byte, take func()) error {
	g.bufs[g.rank] = buf
	if err := g.barrier(); err != nil {
		return err
	}
	take()
	return g.barrier()
}

func (g *goroutine) Broadcast(root int, buf []byte) error {
	return g.exchange(buf, func() {
		if g.rank != root {
			copy(buf, g.bufs[root])
		}
	})
}

func (g *goroutine) AllGather(buf []byte, bounds []int) error {
	return g.exchange(buf, func() {
		for r, other := range g.bufs {
			if r != g.rank {
				copy(buf[bounds[r]:bounds[r+1]], other[bounds[r]:bounds[r+1]])
			}
		}
	})
}

func (g *goroutine) Send(to int, buf []byte) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	way := [2]int{g.rank, to}
	g.letters[way] = append(g.letters[way], append([]byte(nil), buf...))
	g.changed.Broadcast()
	return g.err
}

func (g *goroutine) Receive(from int, buf []byte) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	way := [2]int{from, g.rank}
	for len(g.letters[way]) == 0 {
		if g.err != nil {
			return g.err
		}
		g.changed.Wait()
	}
	letter := g.letters[way][0]
	g.letters[way] = g.letters[way][1:]
	if len(letter) != len(buf) {
		return fmt.Errorf("ranks: rank %d has sent %d bytes to rank %d: want %d", from, len(letter), g.rank, len(buf))
	}
	copy(buf, letter)
	return nil
}
