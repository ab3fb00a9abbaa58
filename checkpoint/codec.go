package checkpoint

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"math"
	"slices"
	"time"
	"unsafe"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/train"
)

// mark begins every checkpoint; its last number is the version of the format.
const mark = "nabla checkpoint 1\n"

// errDamaged is what is wrong with a file that isn't a whole checkpoint.
var errDamaged = errors.New("not a whole checkpoint")

// A coder writes or reads values, each in 8 bytes, little-endian, but texts and numbers of
// float32. One function goes through a state for both, so that they can't differ.
type coder struct {
	w    io.Writer // nil when reading
	hash hash.Hash
	rest []byte // what is still to be read
	buf  []byte
	err  error
}

func (c *coder) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// bytes writes b, or fills it.
func (c *coder) bytes(b []byte) {
	switch {
	case c.err != nil:
	case c.w != nil:
		c.hash.Write(b)
		if _, err := c.w.Write(b); err != nil {
			c.fail(err)
		}
	case len(c.rest) < len(b):
		c.fail(errDamaged)
	default:
		copy(b, c.rest)
		c.rest = c.rest[len(b):]
	}
}

func (c *coder) word(x *uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], *x)
	c.bytes(b[:])
	*x = binary.LittleEndian.Uint64(b[:])
}

func (c *coder) int(x *int) {
	v := uint64(*x)
	c.word(&v)
	if *x = int(v); uint64(int64(*x)) != v {
		c.fail(fmt.Errorf("the number %d is too large for this machine", v))
	}
}

func (c *coder) float(x *float64) {
	v := math.Float64bits(*x)
	c.word(&v)
	*x = math.Float64frombits(v)
}

func (c *coder) bool(x *bool) {
	v := uint64(0)
	if *x {
		v = 1
	}
	c.word(&v)
	if *x = v == 1; v > 1 {
		c.fail(errDamaged)
	}
}

func (c *coder) text(s *string) {
	b := []byte(*s)
	n := c.length(len(b), 1, false)
	if c.w == nil {
		b = make([]byte, n)
	}
	c.bytes(b)
	*s = string(b)
}

// length writes the length of a slice, or reads one whose elements of so many bytes can be
// there. A nil slice is −1.
func (c *coder) length(n, size int, isNil bool) int {
	if isNil {
		n = -1
	}
	c.int(&n)
	if c.w == nil && (n < -1 || n > len(c.rest)/size) {
		c.fail(errDamaged)
	}
	if c.err != nil {
		return 0
	}
	return n
}

// list writes x or reads it, with item for each element of at least size bytes.
func list[E any](c *coder, x *[]E, size int, item func(*E)) {
	n := c.length(len(*x), size, *x == nil)
	if c.w == nil {
		*x = nil
		if n >= 0 {
			*x = make([]E, n)
		}
	}
	for i := range *x {
		item(&(*x)[i])
	}
}

// floats writes numbers as they are, or reads them.
func floats[T kernels.Float](c *coder, x *[]T) {
	size := int(unsafe.Sizeof(T(0)))
	n := c.length(len(*x), size, *x == nil)
	if c.w == nil {
		*x = nil
		if n >= 0 {
			*x = make([]T, n)
		}
	}
	const most = 4096
	if c.buf == nil {
		c.buf = make([]byte, 8*most)
	}
	for part := range slices.Chunk(*x, most) {
		b := c.buf[:size*len(part)]
		for i, v := range part {
			if size == 4 {
				binary.LittleEndian.PutUint32(b[4*i:], math.Float32bits(float32(v)))
			} else {
				binary.LittleEndian.PutUint64(b[8*i:], math.Float64bits(float64(v)))
			}
		}
		if c.bytes(b); c.w != nil {
			continue
		}
		for i := range part {
			if size == 4 {
				part[i] = T(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:])))
			} else {
				part[i] = T(math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:])))
			}
		}
	}
}

// codeKey goes through a key, by name.
func codeKey(c *coder, k *Key) {
	names := slices.Sorted(maps.Keys(*k))
	key := make(Key)
	list(c, &names, 16, func(name *string) {
		c.text(name)
		value := (*k)[*name]
		c.text(&value)
		key[*name] = value
	})
	*k = key
}

// codeState goes through a state.
func codeState[T kernels.Float](c *coder, s *train.State[T]) {
	floats(c, &s.Params)
	list(c, &s.Slots, 8, func(x *[]T) { floats(c, x) })
	c.int(&s.Steps)
	c.int(&s.Epochs)
	c.int(&s.EpochSteps)
	c.int(&s.EpochSamples)
	c.float(&s.EpochCost)
	list(c, &s.Order, 8, c.int)
	c.word(&s.Generator[0])
	c.word(&s.Generator[1])
	floats(c, &s.Last)
	floats(c, &s.Best)
	c.int(&s.BestEpoch)
	c.float(&s.BestScore)
	c.bool(&s.Stopped)
	floats(c, &s.Schedule)
	list(c, &s.History, 72, func(e *train.Epoch) {
		c.int(&e.Number)
		c.int(&e.Steps)
		for _, x := range []*float64{&e.Rate, &e.Cost, &e.ValidationCost, &e.ValidationAccuracy} {
			c.float(x)
		}
		floats(c, &e.Metrics)
		list(c, &e.Layers, 16, func(l *train.LayerReport) {
			c.float(&l.Flat)
			c.float(&l.Dead)
		})
		codeTime(c, &e.Elapsed)
	})
	codeTime(c, &s.Elapsed)
}

func codeTime(c *coder, d *time.Duration) {
	v := uint64(*d)
	c.word(&v)
	*d = time.Duration(v)
}

// Write writes a checkpoint: the key and state of a training, and the SHA-256 of both.
func Write[T kernels.Float](w io.Writer, key Key, s *train.State[T]) error {
	c := &coder{w: w, hash: sha256.New()}
	c.bytes([]byte(mark))
	k, size := key, uint64(unsafe.Sizeof(T(0)))
	codeKey(c, &k)
	c.word(&size)
	codeState(c, s)
	if c.err == nil {
		_, c.err = w.Write(c.hash.Sum(nil))
	}
	return c.err
}

// Read reads a checkpoint from memory, whole, for a training that key describes. An error
// says that the bytes are no whole checkpoint, or names what differs from key.
func Read[T kernels.Float](b []byte, key Key) (*train.State[T], error) {
	if len(b) < len(mark)+sha256.Size || string(b[:len(mark)]) != mark {
		return nil, errDamaged
	}
	body := b[:len(b)-sha256.Size]
	if sha256.Sum256(body) != [sha256.Size]byte(b[len(body):]) {
		return nil, errDamaged
	}
	c := &coder{rest: body[len(mark):]}
	var k Key
	codeKey(c, &k)
	var size uint64
	c.word(&size)
	if c.err != nil {
		return nil, c.err
	}
	if err := key.check(k); err != nil {
		return nil, err
	}
	if size != uint64(unsafe.Sizeof(T(0))) {
		return nil, fmt.Errorf("its numbers have %d bits: this training's have %d", 8*size, 8*unsafe.Sizeof(T(0)))
	}
	s := new(train.State[T])
	codeState(c, s)
	if c.err == nil && len(c.rest) > 0 {
		c.err = errDamaged
	}
	if c.err != nil {
		return nil, c.err
	}
	return s, nil
}
