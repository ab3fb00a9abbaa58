package spec

import (
	"fmt"
	"math"

	"github.com/nabla-go/nabla/internal/scalar"
)

// Numbers are the bits of the constants that kernels use, by name. Those of the
// elementary functions are package scalar's, so that there is one source of them.
type Numbers struct {
	MantBits int // bits of the significand behind the point
	bits     map[string]uint64
}

var (
	numbers32 = newNumbers(&scalar.Float32, func(x float32) uint64 { return uint64(math.Float32bits(x)) }, 32)
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

func newNumbers[T float32 | float64](c *scalar.Coefficients[T], bits func(T) uint64, size int) Numbers {
	inf := T(math.Inf(1))
	sign := uint64(1) << (size - 1)
	n := map[string]uint64{
		"zero": 0, "one": bits(1), "two": bits(2), "half": bits(0.5), "inf": bits(inf), "minusInf": bits(-inf), "nan": bits(T(math.NaN())),
		"sign": sign, "magnitude": sign - 1,
		"round": bits(c.Round), "log2e": bits(c.Log2E), "ln2Hi": bits(c.Ln2Hi), "minusLn2Lo": bits(-c.Ln2Lo),
		"expMin": bits(c.ExpMin), "expMax": bits(c.ExpMax),
		"safe": bits(c.Safe), "minusSafe": bits(-c.Safe), "safeRound": bits(c.SafeRound),
		"up": bits(c.Up), "down": bits(c.Down), "upLog": bits(c.UpLog), "lowLimit": bits(c.LowLimit),
		"sqrtHalf": bits(c.SqrtHalf), "oneLessSqrtHalf": bits(1) - bits(c.SqrtHalf),
		"significand": 1<<c.MantBits - 1,
		"logHi":       bits(c.LogHi), "logLo": bits(c.LogLo),
		"minNormal": bits(c.MinNormal), "pow2Mant": bits(c.Pow2Mant),
		"logBias":          bits(c.Pow2Mant + T(c.Bias)),
		"logBiasSubnormal": bits(c.Pow2Mant + T(c.Bias) + T(c.Bias-1+c.MantBits)),
		// Positive, normal and finite x: bits(x) + normalOffset ≤ normalLimit, signed.
		"normalOffset": sign - bits(c.MinNormal), "normalLimit": (bits(inf) - bits(c.MinNormal) - 1) ^ sign,
		"tanhTiny": bits(c.TanhTiny), "tanhLarge": bits(c.TanhLarge), "tanhLeast": bits(c.TanhLeast),
		"minusTanhLarge": bits(-c.TanhLarge), "minusTanhLeast": bits(-c.TanhLeast),
	}
	for name, coefficients := range map[string][]T{"exp": c.Exp, "log": c.Log} {
		for i, v := range coefficients {
			n[fmt.Sprint(name, i)] = bits(v)
		}
	}
	return Numbers{MantBits: c.MantBits, bits: n}
}
