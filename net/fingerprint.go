package net

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"slices"
	"unsafe"

	"github.com/nabla-go/nabla/kernels"
)

// Fingerprint returns, in hexadecimal, the SHA-256 of kernels.NumericVersion
// followed by the parameters W^1, b^1, …, W^L, b^L in little-endian order, without
// padding; γ^i and β^i stand behind b^i where there are any. Every NaN is hashed as 0x7fc00000 or 0x7ff8000000000000.
// The same training has the same fingerprint on every machine.
func (n *Network[T]) Fingerprint() string {
	buf := []byte(kernels.NumericVersion)
	h := sha256.New()
	for i := 1; i <= n.Depth(); i++ {
		for _, tensor := range n.params.tensors(i) {
			for part := range slices.Chunk(tensor, 4096) {
				for _, v := range part {
					buf = appendCanonical(buf, v)
				}
				h.Write(buf)
				buf = buf[:0]
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// appendCanonical appends the little-endian bits of v, of a NaN always the same ones.
func appendCanonical[T kernels.Float](buf []byte, v T) []byte {
	if is32[T]() {
		b := math.Float32bits(float32(v))
		if v != v {
			b = 0x7fc00000
		}
		return binary.LittleEndian.AppendUint32(buf, b)
	}
	b := math.Float64bits(float64(v))
	if v != v {
		b = 0x7ff8000000000000
	}
	return binary.LittleEndian.AppendUint64(buf, b)
}

// is32 reports whether T is a float32; the compiler decides it per instance.
func is32[T kernels.Float]() bool { return unsafe.Sizeof(T(0)) == 4 }
