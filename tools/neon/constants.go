package main

import (
	"bytes"
	"fmt"
	"math"

	"github.com/nabla-go/nabla/internal/scalar"
)

// numbers are the bits of the constants that kernels use, by name. Those of the
// elementary functions are package scalar's, so that there is one source of them.
type numbers map[string]uint64

var (
	numbers32 = newNumbers(&scalar.Float32, func(x float32) uint64 { return uint64(math.Float32bits(x)) }, 32)
	numbers64 = newNumbers(&scalar.Float64, math.Float64bits, 64)
)

func newNumbers[T float32 | float64](c *scalar.Coefficients[T], bits func(T) uint64, size int) numbers {
	inf := T(math.Inf(1))
	n := numbers{
		"zero": 0, "one": bits(1), "two": bits(2), "half": bits(0.5), "inf": bits(inf), "minusInf": bits(-inf), "nan": bits(T(math.NaN())),
		"sign":  1 << (size - 1),
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
		"tanhTiny":         bits(c.TanhTiny), "minusTanhLarge": bits(-c.TanhLarge), "minusTanhLeast": bits(-c.TanhLeast),
	}
	for i, v := range c.Exp {
		n[fmt.Sprint("exp", i)] = bits(v)
	}
	for i, v := range c.Log {
		n[fmt.Sprint("log", i)] = bits(v)
	}
	return n
}

// pool is the table of constants that one file uses for one element type: a
// vector of each, in order of first use.
type pool struct {
	f64   bool
	names []string
}

func (p *pool) symbol() string {
	if p.f64 {
		return "constantsF64<>"
	}
	return "constantsF32<>"
}

// offset returns where in the table the named constant stands.
func (p *pool) offset(name string) int {
	if _, ok := numbers64[name]; !ok {
		if _, ok := numbers32[name]; !ok {
			panic("no constant " + name)
		}
	}
	for i, n := range p.names {
		if n == name {
			return 16 * i
		}
	}
	p.names = append(p.names, name)
	return 16 * (len(p.names) - 1)
}

func (p *pool) emit(b *bytes.Buffer) {
	for i, name := range p.names {
		bits := numbers64[name]
		if !p.f64 {
			bits = numbers32[name] | numbers32[name]<<32
		}
		fmt.Fprintf(b, "\n// %s\n", name)
		for j := range 2 {
			fmt.Fprintf(b, "DATA %s+%d(SB)/8, $0x%016x\n", p.symbol(), 16*i+8*j, bits)
		}
	}
	if len(p.names) > 0 {
		fmt.Fprintf(b, "\nGLOBL %s(SB), RODATA|NOPTR, $%d\n", p.symbol(), 16*len(p.names))
	}
}
