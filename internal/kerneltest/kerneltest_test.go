package kerneltest

import (
	"slices"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/internal/isa"
	"github.com/nabla-go/nabla/kernels"
)

func TestCheck(t *testing.T) {
	Each(t, func(t *testing.T, level isa.Level) {
		results := Check(level)
		assert.Len(t, results, len(Table[float32]())+len(Table[float64]()))
		for _, r := range results {
			assert.NoError(t, r.Err, r.Kernel)
		}
	})
}

// TestTryFails breaks a kernel in every way that Try has to notice.
func TestTryFails(t *testing.T) {
	table := Table[float32]()
	add := table[slices.IndexFunc(table, func(k Kernel[float32]) bool { return k.Name == "Add" })]
	beyond := func(x []float32, i int) *float32 {
		return (*float32)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(x)), 4*i))
	}
	right := add.Call
	var sink float32
	for name, wrong := range map[string]func(o []kernels.Matrix[float32]){
		"last bit":          func(o []kernels.Matrix[float32]) { o[0].Data[8] = FromBits[float32](Bits(o[0].Data[8]) ^ 1) },
		"NaN":               func(o []kernels.Matrix[float32]) { o[0].Data[0] = FromBits[float32](0x7fc00000) },
		"input changed":     func(o []kernels.Matrix[float32]) { o[2].Data[3]++ },
		"written behind":    func(o []kernels.Matrix[float32]) { *beyond(o[0].Data, 9) = 0 },
		"written in front":  func(o []kernels.Matrix[float32]) { *beyond(o[0].Data, -1) = 0 },
		"read behind":       func(o []kernels.Matrix[float32]) { sink = *beyond(o[1].Data, 9); o[0].Data[8] = sink },
		"output not zeroed": func(o []kernels.Matrix[float32]) { o[0].Data[8] = poison[float32]() },
	} {
		for _, place := range []Place{End, Begin, Inside + 3} {
			var mem Arena[float32]
			defer mem.Free()
			c := Case[float32]{Size: Size{1, 9, 1}, Place: place, Next: Values[float32](Plain, 1)}
			add.Call = right
			assert.NoError(t, add.Try(&mem, c))
			add.Call = func(alpha, beta float32, o []kernels.Matrix[float32]) {
				right(alpha, beta, o)
				wrong(o)
			}
			assert.Error(t, add.Try(&mem, c), "%s, place %d", name, place)
		}
	}
}

func TestPadding(t *testing.T) {
	var mem Arena[float64]
	defer mem.Free()
	o := mem.operand(0, Shape{3, 2, Out}, 4, Begin)
	assert.Len(t, o.Data, 14)
	assert.Equal(t, 14+margin, cap(o.Data))
	fill(o.Matrix, func() float64 { return 5 })
	want := clone(o.Matrix)
	require.NoError(t, o.differs(want, true))
	for i := range o.window {
		old := o.window[i]
		o.window[i] = 6
		assert.Error(t, o.differs(want, true), "window[%d]", i)
		o.window[i] = old
	}
}

func TestValues(t *testing.T) {
	for _, fill := range Fills {
		a, b := Values[float32](fill, 7), Values[float32](fill, 7)
		for range 100 {
			assert.Equal(t, Bits(a()), Bits(b()))
		}
	}
	for _, x := range Specials[float64]() {
		assert.True(t, Equal(x, FromBits[float64](Bits(x))))
	}
	assert.False(t, Equal(0.0, FromBits[float64](1<<63)), "zeros of different sign")
	assert.False(t, Equal(poison[float32](), 0))
}
