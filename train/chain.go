package train

import (
	"crypto/sha256"
	"encoding/binary"
	"math"

	"github.com/nabla-go/nabla/kernels"
)

// Ended reports whether so many epochs are completed, or Options.Patience has ended the
// training before.
func (t *Trainer[T]) Ended(epochs int) bool { return t.state.Stopped || t.state.Epochs >= epochs }

// Steps returns the number of steps taken in all.
func (t *Trainer[T]) Steps() int { return t.state.Steps }

// Epochs returns the number of completed epochs.
func (t *Trainer[T]) Epochs() int { return t.state.Epochs }

// Failed returns the error after which there is nothing to go on with, or nil.
func (t *Trainer[T]) Failed() error { return t.failed }

// Chain returns the next link of a chain of hashes over a training: the SHA-256 of the
// link before, the number of steps, the two words of the generator that orders samples (0
// without one, and for a [Stream], whose order follows from the position), the parameters and each slice of the optimizer's state. Integers have 8
// bytes and everything is little-endian; numbers stand in the order W¹, b¹, …, Wᴸ, bᴸ, with
// γ and β behind b, and without padding. The link is the same on every machine.
// If the trainer is [Trainer.Collective], all ranks call Chain after the same step.
func (t *Trainer[T]) Chain(before [sha256.Size]byte) (link [sha256.Size]byte) {
	var generator [2]uint64
	if t.batches != nil {
		generator = t.batches.generator()
	}
	h := sha256.New()
	buf := append(make([]byte, 0, 1<<16), before[:]...)
	for _, x := range []uint64{uint64(t.state.Steps), generator[0], generator[1]} {
		buf = binary.LittleEndian.AppendUint64(buf, x)
	}
	for _, numbers := range append([][]T{t.state.Params}, t.slots()...) {
		for _, r := range t.stepper.tensors {
			for _, v := range numbers[r.lo:r.hi] {
				if buf = appendBits(buf, v); len(buf) > 1<<16-8 {
					h.Write(buf)
					buf = buf[:0]
				}
			}
		}
	}
	h.Write(buf)
	h.Sum(link[:0])
	return link
}

// appendBits appends the little-endian bits of v.
func appendBits[T kernels.Float](buf []byte, v T) []byte {
	if smallest[T]() > math.SmallestNonzeroFloat64 {
		return binary.LittleEndian.AppendUint32(buf, math.Float32bits(float32(v)))
	}
	return binary.LittleEndian.AppendUint64(buf, math.Float64bits(float64(v)))
}
