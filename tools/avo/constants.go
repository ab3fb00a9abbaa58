package main

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/nabla-go/nabla/internal/scalar"
)

// numbers are the bits of the constants that elementary functions are made of,
// by name: those of package scalar, so that there is one source of them.
type numbers map[string]uint64

var (
	numbers32 = newNumbers(&scalar.Float32, func(x float32) uint64 { return uint64(math.Float32bits(x)) }, 32)
	numbers64 = newNumbers(&scalar.Float64, math.Float64bits, 64)
)

func newNumbers[T float32 | float64](c *scalar.Coefficients[T], bits func(T) uint64, size int) numbers {
	inf := T(math.Inf(1))
	sign := uint64(1) << (size - 1)
	n := numbers{
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
	}
	for i, v := range c.Exp {
		n[fmt.Sprint("exp", i)] = bits(v)
	}
	for i, v := range c.Log {
		n[fmt.Sprint("log", i)] = bits(v)
	}
	return n
}

// pool is the set of constants that a file uses: 64 bytes each, so that they
// are operands of instructions of any width.
type pool map[string]bool

// constant returns the address of a vector of the named constant.
func (t *target) constant(name string) operand.Mem {
	if _, ok := numbers32[name]; !ok && !t.f64 {
		panic("no constant " + name)
	}
	name += map[bool]string{false: "F32", true: "F64"}[t.f64]
	t.pool[name] = true
	return t.NewStatic(name)
}

func (p pool) emit(ctx *build.Context) {
	for _, symbol := range slices.Sorted(maps.Keys(p)) {
		name, elem := symbol[:len(symbol)-3], symbol[len(symbol)-3:]
		bits := numbers64[name]
		if elem == "F32" {
			bits = numbers32[name] | numbers32[name]<<32
		}
		ctx.StaticGlobal(symbol)
		ctx.DataAttributes(attr.RODATA | attr.NOPTR)
		for range 8 {
			ctx.AppendDatum(operand.U64(bits))
		}
	}
}
