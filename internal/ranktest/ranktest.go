// Package ranktest tests what connects ranks.
package ranktest

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/nabla-go/nabla/ranks"
)

// Each runs f for every rank, and fails on an error.
func Each(t testing.TB, comms []ranks.Comm, f func(c ranks.Comm) error) {
	t.Helper()
	var all sync.WaitGroup
	for _, c := range comms {
		all.Go(func() {
			if err := f(c); err != nil {
				t.Errorf("rank %d of %d: %v", c.Rank(), c.Size(), err)
			}
		})
	}
	all.Wait()
}

// Comms tests what every Comm must do, whatever connects it.
func Comms(t testing.TB, connect func(size int) []ranks.Comm) {
	for _, size := range []int{1, 2, 3, 5} {
		comms := connect(size)
		Each(t, comms, func(c ranks.Comm) error {
			if c.Size() != size || comms[c.Rank()] != c {
				return errors.New("wrong rank or size")
			}
			for root := range size {
				buf := []byte{byte(c.Rank()), 1, 2}
				if err := c.Broadcast(root, buf); err != nil {
					return err
				}
				if buf[0] != byte(root) {
					return fmt.Errorf("broadcast from %d gives %v", root, buf)
				}
			}
			bounds, want := []int{0}, []byte(nil)
			for r := range size { // unequal parts, that of rank 1 is empty
				for range (r + 2) % 3 * 40000 {
					want = append(want, byte(r+1))
				}
				bounds = append(bounds, len(want))
			}
			buf := make([]byte, len(want))
			copy(buf[bounds[c.Rank()]:bounds[c.Rank()+1]], want[bounds[c.Rank()]:])
			if err := c.AllGather(buf, bounds); err != nil {
				return err
			}
			if !bytes.Equal(buf, want) {
				return errors.New("gathered something else")
			}
			if c.Rank() > 0 { // a chain, in order
				for i := range 3 {
					one := make([]byte, 1)
					if err := c.Receive(c.Rank()-1, one); err != nil {
						return err
					}
					if int(one[0]) != i {
						return fmt.Errorf("message %d is %d", i, one[0])
					}
				}
			}
			for i := range 3 {
				if c.Rank()+1 < size {
					if err := c.Send(c.Rank()+1, []byte{byte(i)}); err != nil {
						return err
					}
				}
			}
			all, err := ranks.GatherText(c, strings.Repeat("x", c.Rank()))
			if err != nil {
				return err
			}
			for r, text := range all {
				if len(text) != r {
					return fmt.Errorf("text of rank %d is %q", r, text)
				}
			}
			return nil
		})
	}
}

// Abort tests that the Abort of one ends the calls of the others.
func Abort(t testing.TB, connect func(size int) []ranks.Comm) {
	Each(t, connect(3), func(c ranks.Comm) error {
		if c.Rank() == 1 {
			c.Abort(errors.New("no more"))
			return nil
		}
		var err error
		if c.Rank() == 0 {
			err = c.AllGather(make([]byte, 3), []int{0, 1, 2, 3})
		} else {
			err = c.Receive(1, make([]byte, 1))
		}
		if !errors.Is(err, ranks.ErrAborted) {
			return fmt.Errorf("error %v", err)
		}
		return nil
	})
}
