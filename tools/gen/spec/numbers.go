package spec

import (
	"fmt"
	"math"
	"reflect"
	"strings"

	"github.com/nabla-go/nabla/internal/scalar"
)

// Numbers are the bits of the constants that kernels use, by name. Those of the
// elementary functions are package scalar's, so that there is one source of them.
type Numbers struct {
	MantBits int // bits of the significand behind the point
	size     int // of a number in bits
	bits     map[string]uint64
	tables   map[string][8]uint32 // of float32 only
}

var (
	numbers32 = withTables(newNumbers(&scalar.Float32, func(x float32) uint64 { return uint64(math.Float32bits(x)) }, 32))
	numbers64 = newNumbers(&scalar.Float64, math.Float64bits, 64)
)

// NumbersOf returns the constants of float32 or float64.
func NumbersOf(f64 bool) Numbers {
	if f64 {
		return numbers64
	}
	return numbers32
}

// Bits returns the bits of a constant. It panics if there is none of that name.
func (n Numbers) Bits(name string) uint64 {
	b, ok := n.bits[name]
	if !ok {
		panic("no constant " + name)
	}
	return b
}

// IsTable reports whether the constant is a table: eight numbers of 32 bits, one behind the
// other.
func (n Numbers) IsTable(name string) bool {
	_, ok := n.tables[name]
	return ok
}

// Word returns bytes 8i to 8i+8 of a vector of a constant: the same bits in all lanes, but
// for tables, which are repeated, and for "counts", which has i·HashStep in lane i of 32
// bits. It panics if there is none of that name.
func (n Numbers) Word(name string, i int) uint64 {
	if table, ok := n.tables[name]; ok {
		return uint64(table[2*i%8]) | uint64(table[2*i%8+1])<<32
	}
	step := uint64(scalar.HashStep)
	if name == "counts" {
		even := 2 * uint64(i) * step & math.MaxUint32
		return (even+step)<<32 | even
	}
	b := n.Bits(name)
	if n.size == 32 {
		b |= b << 32
	}
	return b
}

// Degree returns the degree of the polynomial whose coefficients are called
// name0, name1, ….
func (n Numbers) Degree(name string) int {
	degree := -1
	for {
		if _, ok := n.bits[fmt.Sprint(name, degree+1)]; !ok {
			break
		}
		degree++
	}
	if degree < 0 {
		panic("no polynomial " + name)
	}
	return degree
}

// Coefficients returns the names of the polynomial's coefficients, lowest degree first.
func (n Numbers) Coefficients(name string) []string {
	var names []string
	for i := range n.Degree(name) + 1 {
		names = append(names, fmt.Sprint(name, i))
	}
	return names
}

// withTables returns n with tables of what tanh is made of on its intervals, and with the
// numbers of the lanes' lowest bytes.
func withTables(n Numbers) Numbers {
	n.tables = map[string][8]uint32{"lowBytes": {0, 0x04040404, 0x08080808, 0x0c0c0c0c, 0, 0x04040404, 0x08080808, 0x0c0c0c0c}}
	for i, piece := range scalar.TanhPieces {
		set := func(name string, x float32) {
			table := n.tables[name]
			table[i] = math.Float32bits(x)
			n.tables[name] = table
		}
		set("tanhCentre", piece.Centre)
		set("tanhValue", piece.Value)
		for k, x := range piece.P {
			set(fmt.Sprint("tanhP", k), x)
		}
	}
	return n
}

// newNumbers names the coefficients after their fields: x is field X, minusX is −X, and
// x0, x1, … are the coefficients of the polynomial X. What is made of them follows.
func newNumbers[T float32 | float64](c *scalar.Coefficients[T], bits func(T) uint64, size int) Numbers {
	inf := T(math.Inf(1))
	sign := uint64(1) << (size - 1)
	n := map[string]uint64{
		"zero": 0, "one": bits(1), "minusOne": bits(-1), "two": bits(2), "three": bits(3), "four": bits(4), "half": bits(0.5), "quarter": bits(0.25), "sixteenth": bits(0.0625), "minusHalf": bits(-0.5), "inf": bits(inf), "minusInf": bits(-inf), "nan": bits(T(math.NaN())),
		"sign": sign, "magnitude": sign - 1, "significand": 1<<c.MantBits - 1,
		"log2e": bits(c.Log2E), "expRest": bits(c.Exp[0] - 0.5), "intOne": 1, "oneLessSqrtHalf": bits(1) - bits(c.SqrtHalf),
		"logBias":          bits(c.Pow2Mant + T(c.Bias)),
		"logBiasSubnormal": bits(c.Pow2Mant + T(c.Bias) + T(c.Bias-1+c.MantBits)),
		// What VFIXUPIMM makes of quiet and signalling NaN (2, a NaN), 0, 1, −∞, ∞, other
		// negative and positive numbers (8, 0, or A, 1), from the lowest four bits on.
		"stepTable": 0xA8A8A822,
		// Positive, normal and finite x: bits(x) + normalOffset ≤ normalLimit, signed.
		"normalOffset": sign - bits(c.MinNormal), "normalLimit": (bits(inf) - bits(c.MinNormal) - 1) ^ sign,
		// What is above these, taken as an integer, is not flushed.
		"belowLeastFactor": bits(c.LeastFactor) - 1, "belowLeastRoot": bits(c.LeastRoot) - 1,
		"belowProduct": bits(c.LeastFactor) + bits(1) - 1,
		// LeastFactor has one of the exponent's bits, so that larger numbers have that or the next.
		"fromLeastFactor": bits(c.LeastFactor) | bits(c.LeastFactor)<<1,
	}
	for name, word := range map[string]uint32{
		"lessThanHalf16": 0x7fff, "quiet16": 0x40, // of bfloat16: less than half of its last bit, and what tells NaN
		"quiet32":     0x400000,
		"byteNumbers": 0x03020100, "tablePlace": 0x1c1c1c1c, // of bytes: numbers in a lane, and the bits of a lane's place in a table times 4
		"factor1": scalar.HashFactor1, "factor2": scalar.HashFactor2,
		"step2": 2 * scalar.HashStep & math.MaxUint32, "step4": 4 * scalar.HashStep & math.MaxUint32,
		"step8": 8 * scalar.HashStep & math.MaxUint32, "step16": 16 * scalar.HashStep & math.MaxUint32,
	} {
		n[name] = uint64(word) // in lanes of 32 bits, with float64 as well
		if size == 64 {
			n[name] |= n[name] << 32
		}
	}
	fields := reflect.ValueOf(*c)
	for i := range fields.NumField() {
		field := fields.Type().Field(i).Name
		name := strings.ToLower(field[:1]) + field[1:]
		switch v := fields.Field(i).Interface().(type) {
		case T:
			n[name], n["minus"+field] = bits(v), bits(-v)
		case []T:
			for i, x := range v {
				n[fmt.Sprint(name, i)] = bits(x)
			}
		}
	}
	return Numbers{MantBits: c.MantBits, size: size, bits: n}
}
