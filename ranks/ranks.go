// Package ranks connects the processes, or ranks, that work on one training: what they
// say to each other and nothing else. There is no reduction, because nothing is ever added
// up on the way: ranks gather what each has computed, and every one adds up in the same
// order. That is why a training has the same bits with any number of them.
//
// [Goroutines] connects goroutines of one program. What is done with ranks is in package
// train.
package ranks

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Comm is one rank's connection to all others. All ranks make the same calls in the same
// order, from one goroutine each; only Abort may be called at any time. A call may return
// before others have made theirs. After an error a Comm is of no more use.
type Comm interface {
	Rank() int // 0 … Size−1
	Size() int
	// Broadcast gives all ranks the bytes that root has in buf, which is as long everywhere.
	Broadcast(root int, buf []byte) error
	// AllGather gives all ranks the parts of all: rank r brings buf[bounds[r]:bounds[r+1]]. buf
	// and bounds, which has Size+1 elements, are as long everywhere, and bounds the same.
	AllGather(buf []byte, bounds []int) error
	// Send gives buf to rank to, which calls Receive with as many bytes. What one rank sends
	// another arrives in order.
	Send(to int, buf []byte) error
	Receive(from int, buf []byte) error
	// Abort ends the calls of all ranks with an error. Their processes may end with it.
	Abort(err error)
}

// ErrAborted is what the error of a call wraps when another rank has called Abort or is gone.
var ErrAborted = errors.New("another rank has ended the work")

// Cut returns part r of total things that are divided among size ranks as evenly as can be:
// lo up to, but not including, hi.
func Cut(total, r, size int) (lo, hi int) {
	share, rest := total/size, total%size
	lo = share*r + min(r, rest)
	hi = lo + share
	if r < rest {
		hi++
	}
	return lo, hi
}

// An Item is something that has to be the same for all ranks.
type Item struct{ Name, Value string }

// Agree compares the items of all ranks. If they differ, every rank gets the same error, which
// names the items and, of the first rank that differs from rank 0, the values.
func Agree(c Comm, items []Item) error {
	var text strings.Builder
	for _, i := range items {
		fmt.Fprintf(&text, "%s\x00%s\x00", i.Name, i.Value)
	}
	all, err := GatherText(c, text.String())
	if err != nil {
		return err
	}
	for r := 1; r < len(all); r++ {
		if all[r] != all[0] {
			return fmt.Errorf("rank %d has not the same as rank 0: %s", r, difference(parse(all[0]), parse(all[r])))
		}
	}
	return nil
}

// GatherText gives every rank the texts of all, rank 0's first.
func GatherText(c Comm, text string) ([]string, error) {
	size := c.Size()
	lengths, bounds := make([]byte, 8*size), make([]int, size+1)
	for r := range bounds {
		bounds[r] = 8 * r
	}
	binary.LittleEndian.PutUint64(lengths[8*c.Rank():], uint64(len(text)))
	if err := c.AllGather(lengths, bounds); err != nil {
		return nil, err
	}
	for r := range size {
		bounds[r+1] = bounds[r] + int(binary.LittleEndian.Uint64(lengths[8*r:]))
	}
	buf := make([]byte, bounds[size])
	copy(buf[bounds[c.Rank()]:], text)
	if err := c.AllGather(buf, bounds); err != nil {
		return nil, err
	}
	all := make([]string, size)
	for r := range all {
		all[r] = string(buf[bounds[r]:bounds[r+1]])
	}
	return all, nil
}

// parse undoes what Agree makes of items.
func parse(text string) (items []Item) {
	words := strings.Split(text, "\x00")
	for i := 0; i+1 < len(words); i += 2 {
		items = append(items, Item{words[i], words[i+1]})
	}
	return items
}

// difference says in which items two lists differ.
func difference(first, other []Item) string {
	var found []string
	value := func(items []Item, name string) string {
		if i := slices.IndexFunc(items, func(i Item) bool { return i.Name == name }); i >= 0 {
			return items[i].Value
		}
		return "nothing"
	}
	for _, i := range first {
		if v := value(other, i.Name); v != i.Value {
			found = append(found, fmt.Sprintf("%s (%s, and rank 0 has %s)", i.Name, v, i.Value))
		}
	}
	for _, i := range other {
		if value(first, i.Name) == "nothing" && i.Value != "nothing" {
			found = append(found, fmt.Sprintf("%s (%s, and rank 0 has nothing)", i.Name, i.Value))
		}
	}
	if len(found) == 0 {
		return "the order of what is compared"
	}
	return strings.Join(found, ", ")
}
