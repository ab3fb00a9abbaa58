// Package rng makes random numbers that are the same on every machine and with every
// version of Go.
//
// The random bits are those of math/rand/v2's PCG, whose sequence is fixed. Uniform
// numbers, integers, permutations and normal numbers are made from them here, because
// math/rand/v2 does not promise that its own stay the same, and its normal numbers
// depend on package math.
package rng

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"

	"github.com/nabla-go/nabla/internal/scalar"
)

// Rand is a source of random numbers. It belongs to one goroutine.
type Rand struct{ src rand.PCG }

// New returns the generator that seed and stream name; they are the two words
// of PCG's initial state. Use one stream per purpose.
func New(seed, stream uint64) *Rand {
	r := new(Rand)
	r.src.Seed(seed, stream)
	return r
}

// State returns the two words of PCG's present state.
func (r *Rand) State() [2]uint64 {
	b, err := r.src.MarshalBinary()
	if err != nil || len(b) != len(pcgMark)+16 {
		panic(fmt.Sprintf("rng: State: %d bytes, %v", len(b), err))
	}
	b = b[len(pcgMark):]
	return [2]uint64{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}
}

// SetState makes r continue from a state that [Rand.State] has returned.
func (r *Rand) SetState(state [2]uint64) { r.src.Seed(state[0], state[1]) }

// pcgMark is what math/rand/v2 writes before the state of a PCG.
const pcgMark = "pcg:"

// Uint64 returns 64 random bits.
func (r *Rand) Uint64() uint64 { return r.src.Uint64() }

// Float64 returns a multiple of 2⁻⁵³, uniform in [0, 1).
func (r *Rand) Float64() float64 { return float64(r.Uint64()>>11) * 0x1p-53 }

// IntN returns an integer, uniform in [0, n). It panics unless n > 0.
//
// Lemire, "Fast Random Integer Generation in an Interval" (2019).
func (r *Rand) IntN(n int) int {
	if n <= 0 {
		panic("rng: IntN: n <= 0")
	}
	m := uint64(n)
	hi, lo := bits.Mul64(r.Uint64(), m)
	if lo < m {
		for reject := -m % m; lo < reject; {
			hi, lo = bits.Mul64(r.Uint64(), m)
		}
	}
	return int(hi)
}

// Shuffle puts p in random order (Fisher and Yates).
func (r *Rand) Shuffle(p []int) {
	for i := len(p) - 1; i > 0; i-- {
		j := r.IntN(i + 1)
		p[i], p[j] = p[j], p[i]
	}
}

// Perm sets p to a random permutation of 0, …, len(p)−1.
func (r *Rand) Perm(p []int) {
	for i := range p {
		p[i] = i
	}
	r.Shuffle(p)
}

// Normal returns a standard normal number, made from two uniform ones (Box and
// Muller, "A Note on the Generation of Random Normal Deviates", 1958). Its
// absolute value is at most 8.58.
func (r *Rand) Normal() float64 {
	radius := math.Sqrt(-2 * scalar.Log(1-r.Float64()))
	return float64(radius * scalar.Cos(2*math.Pi*r.Float64()))
}

// Key returns 64 bits that name a sequence of [Bits]: those of one sample in one step. It
// is k₄ of the chain k₀ = 0, kᵢ = f(kᵢ₋₁ + word i + 0x9E3779B97F4A7C15) over the four
// words, f being the finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
func Key(seed, layer, step, position uint64) uint64 {
	k := uint64(0)
	for _, word := range [...]uint64{seed, layer, step, position} {
		k += word + 0x9E3779B97F4A7C15
		k = (k ^ k>>30) * 0xBF58476D1CE4E5B9
		k = (k ^ k>>27) * 0x94D049BB133111EB
		k ^= k >> 31
	}
	return k
}

// Bits returns number i of the sequence that key names, 32 bits: those that
// kernels.Dropout decides by.
func Bits(key uint64, i uint32) uint32 {
	return scalar.Hash(i*scalar.HashStep+uint32(key), uint32(key>>32))
}

// NormalAt returns standard normal number i of the sequence that key names, made from
// numbers 2i and 2i+1 of its bits (Box and Muller). Its absolute value is at most 6.67.
func NormalAt(key uint64, i uint32) float64 {
	radius := math.Sqrt(-2 * scalar.Log(float64(float64(Bits(key, 2*i))+1)*0x1p-32))
	return float64(radius * scalar.Cos(2*math.Pi*float64(float64(Bits(key, 2*i+1))*0x1p-32)))
}
