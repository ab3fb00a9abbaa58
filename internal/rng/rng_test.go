package rng

import (
	"math"
	"math/bits"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// These sequences are the same on every machine and must never change:
// fingerprints of trained models depend on them.
func TestGolden(t *testing.T) {
	r := New(1, 2)
	assert.Equal(t, []uint64{0xc4f5a58656eef510, 0x9dcec3ad077dec6c, 0xc8d04605312f8088}, []uint64{r.Uint64(), r.Uint64(), r.Uint64()})

	r = New(1, 2)
	assert.Equal(t, []float64{0.7693732693650721, 0.6164362237391213, 0.7844280016590215}, []float64{r.Float64(), r.Float64(), r.Float64()})

	r = New(1, 2)
	assert.Equal(t, []int{7, 616, 0, 1710678125}, []int{r.IntN(10), r.IntN(1000), r.IntN(1), r.IntN(math.MaxInt32)})

	r = New(1, 2)
	var normal []uint64
	for range 4 {
		normal = append(normal, math.Float64bits(r.Normal()))
	}
	assert.Equal(t, []uint64{0xbff4649ee0ecefd5, 0x3fe02dd9c17e0c78, 0x3fe69a19a6554a13, 0xbff1e43f1214dc67}, normal, "%#x", normal)

	p := make([]int, 10)
	New(1, 2).Perm(p)
	assert.Equal(t, []int{2, 4, 3, 9, 0, 1, 8, 6, 5, 7}, p)
}

func TestStreamsDiffer(t *testing.T) {
	assert.NotEqual(t, New(1, 2).Uint64(), New(1, 3).Uint64())
	assert.NotEqual(t, New(1, 2).Uint64(), New(2, 2).Uint64())
}

// The counts of k equally likely outcomes in n draws have a χ² near k−1.
func assertUniform(t *testing.T, counts []int, what string) {
	t.Helper()
	n := 0
	for _, c := range counts {
		n += c
	}
	want, chi2 := float64(n)/float64(len(counts)), 0.0
	for _, c := range counts {
		chi2 += (float64(c) - want) * (float64(c) - want) / want
	}
	df := float64(len(counts) - 1)
	assert.InDelta(t, df, chi2, 4.5*math.Sqrt(2*df), what)
}

func TestFloat64(t *testing.T) {
	r := New(3, 0)
	counts := make([]int, 100)
	for range 200_000 {
		x := r.Float64()
		if !(x >= 0 && x < 1) {
			t.Fatalf("%v is outside [0, 1)", x)
		}
		counts[int(x*100)]++
	}
	assertUniform(t, counts, "Float64")
}

func TestIntN(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 100} {
		r := New(uint64(n), 1)
		counts := make([]int, n)
		for range 100_000 {
			counts[r.IntN(n)]++
		}
		if n > 1 {
			assertUniform(t, counts, "IntN")
		}
	}
	for _, n := range []int{0, -1} {
		assert.PanicsWithValue(t, "rng: IntN: n <= 0", func() { New(1, 1).IntN(n) })
	}
}

// With n = ⅜·2⁶⁴, a product without rejections would draw two of any three
// neighbours half again as often as the third.
func TestIntNRejects(t *testing.T) {
	if bits.UintSize == 32 {
		t.Skip("an int has too few bits for rejections to show")
	}
	words := uint64(3) << 61 // exactly: close to it the bias moves from one residue to the next
	n := int(words)
	r := New(9, 9)
	counts := make([]int, 3)
	for range 60_000 {
		counts[r.IntN(n)%3]++
	}
	assertUniform(t, counts, "IntN mod 3")
}

func TestPerm(t *testing.T) {
	r := New(5, 5)
	counts := make([]int, 24)
	p := make([]int, 4)
	for range 48_000 {
		r.Perm(p)
		s := slices.Clone(p)
		slices.Sort(s)
		if !slices.Equal(s, []int{0, 1, 2, 3}) {
			t.Fatalf("%v is no permutation", p)
		}
		index := 0 // in the factorial number system
		for i, x := range p {
			less := 0
			for _, y := range p[i+1:] {
				if y < x {
					less++
				}
			}
			index = index*(4-i) + less
		}
		counts[index]++
	}
	assertUniform(t, counts, "Perm")
	r.Perm(nil)
	r.Shuffle([]int{1})
}

func TestNormal(t *testing.T) {
	r := New(6, 6)
	const n = 200_000
	counts := make([]int, 50)
	var sum, sum2, sum3, sum4 float64
	for range n {
		x := r.Normal()
		sum, sum2, sum3, sum4 = sum+x, sum2+x*x, sum3+x*x*x, sum4+x*x*x*x
		counts[min(49, int(50*(0.5*math.Erfc(-x/math.Sqrt2))))]++ // Φ(x) is uniform
	}
	assertUniform(t, counts, "Φ(Normal)")
	sd := math.Sqrt(n)
	assert.InDelta(t, 0, sum/n, 4.5/sd)
	assert.InDelta(t, 1, sum2/n, 4.5*math.Sqrt2/sd)
	assert.InDelta(t, 0, sum3/n, 4.5*math.Sqrt(15)/sd)
	assert.InDelta(t, 3, sum4/n, 4.5*math.Sqrt(96)/sd)
}

func TestNoAllocations(t *testing.T) {
	r, p := New(1, 1), make([]int, 100)
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		r.Perm(p)
		p[0] = int(r.Normal() + r.Float64())
	}))
}

// A generator goes on from its state, and reading the state changes nothing.
func TestState(t *testing.T) {
	a, b := New(3, 4), New(5, 6)
	for range 10 {
		a.Uint64()
	}
	b.SetState(a.State())
	for k := range 100 {
		if x, y := a.Uint64(), b.Uint64(); x != y {
			t.Fatalf("number %d: %x after SetState, want %x", k, y, x)
		}
	}
	if fresh := New(3, 4).State(); fresh != [2]uint64{3, 4} {
		t.Errorf("the state at first is %v", fresh)
	}
}

// The hash is that of its written rule, and its bits are even.
func TestBits(t *testing.T) {
	key := Key(1, 2, 3, 4)
	if want := uint64(0x336c3255cbcc01fe); key != want {
		t.Errorf("Key(1, 2, 3, 4) = %#x, want %#x", key, want)
	}
	ones := [32]int{}
	const n = 1 << 14
	for i := range uint32(n) {
		x := i*0x9E3779B9 + uint32(key)
		for round := range 2 {
			x ^= x >> 16
			x *= 0x21F0AAAD
			x ^= x >> 15
			x *= 0x735A2D97
			x ^= x >> 15
			if round == 0 {
				x += uint32(key >> 32)
			}
		}
		if got := Bits(key, i); got != x {
			t.Fatalf("Bits(%#x, %d) = %#x, want %#x", key, i, got, x)
		}
		for b := range ones {
			ones[b] += int(x >> b & 1)
		}
	}
	for b, count := range ones {
		if count < n/2-400 || count > n/2+400 { // six standard deviations
			t.Errorf("bit %d is 1 in %d of %d", b, count, n)
		}
	}
	seen := map[uint64]bool{}
	for w := range uint64(64) {
		for _, k := range []uint64{Key(w+9, 0, 0, 0), Key(0, w+9, 0, 0), Key(0, 0, w+9, 0), Key(0, 0, 0, w+9)} {
			if seen[k] {
				t.Fatalf("two keys are %#x", k)
			}
			seen[k] = true
		}
	}
}

func TestNormalAt(t *testing.T) {
	const n = 1 << 15
	sum, squares, fourth := 0.0, 0.0, 0.0
	for i := range uint32(n) {
		x := NormalAt(Key(7, 0, 0, 0), i)
		if !(x*x < 6.67*6.67) {
			t.Fatalf("number %d is %v", i, x)
		}
		sum, squares, fourth = sum+x, squares+x*x, fourth+x*x*x*x
	}
	if m, v, k := sum/n, squares/n, fourth/n; !(m*m < 0.03*0.03) || !(v > 0.96 && v < 1.04) || !(k > 2.7 && k < 3.3) {
		t.Errorf("mean %v, variance %v, fourth moment %v", m, v, k)
	}
}
