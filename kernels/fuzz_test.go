package kernels_test

import (
	"encoding/binary"
	"testing"

	"github.com/nabla-go/nabla/internal/isa"
	. "github.com/nabla-go/nabla/internal/kerneltest"
)

// Fuzz targets compare every kernel of a family, on every instruction set, with
// its definition. A case is 16 bytes of sizes, places and factors; the bytes
// after that are the operands' bits, over and over.

func FuzzReduction(f *testing.F)    { fuzz(f, Reduction) }
func FuzzElementwise(f *testing.F)  { fuzz(f, Elementwise) }
func FuzzUpdate(f *testing.F)       { fuzz(f, Update) }
func FuzzSoftmax(f *testing.F)      { fuzz(f, Rows) }
func FuzzMatrixVector(f *testing.F) { fuzz(f, MatrixVector) }
func FuzzGemm(f *testing.F)         { fuzz(f, MatrixMatrix) }
func FuzzConversion(f *testing.F)   { fuzz(f, Conversion) }
func FuzzStrided(f *testing.F)      { fuzz(f, Strided) }

func fuzz(f *testing.F, family Family) {
	for i, size := range family.Sizes() {
		if i%29 > 0 || size.N > 300 {
			continue
		}
		seed := []byte{byte(size.M), byte(size.N), byte(size.N >> 8), byte(size.K), byte(i % 18), byte(i % 7), byte(i % 4), byte(i % 11), byte(i % 13), 0, 0, 0, 0, 0, 0, 0}
		next := Values[float32](Fills[i%len(Fills)], uint64(i))
		for range 40 {
			seed = binary.LittleEndian.AppendUint32(seed, uint32(Bits(next())))
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 24 {
			return
		}
		fuzzCase[float32](t, family, data[:16], data[16:])
		fuzzCase[float64](t, family, data[:16], data[16:])
	})
}

func fuzzCase[T Float](t *testing.T, family Family, head, bits []byte) {
	var mem Arena[T]
	defer mem.Free()
	i := 0
	c := Case[T]{
		Size:  at(int(head[0]%40), int(head[1]), int(head[3]%70)),
		Place: Place(head[4] % 18),
		Pad:   int(head[5] % 20),
		Alpha: T(Alphas[int(head[7])%len(Alphas)]),
		Beta:  T(Betas[int(head[8])%len(Betas)]),
	}
	switch family {
	case Reduction, Elementwise, Update, Conversion:
		c.N |= int(head[2]%3) << 8
	case MatrixVector:
		c.K = int(head[3])
	case MatrixMatrix:
		c.N %= 110
	}
	if x := FromBits[T](binary.LittleEndian.Uint64(head[8:])); head[6] > 127 {
		c.Alpha, c.Beta = x, -x
	}
	for _, level := range isa.Available() {
		restore := isa.Force(level)
		for _, k := range Table[T]() {
			if k.Family != family {
				continue
			}
			if family == Elementwise || family == Rows {
				c.Overlay = int(head[6]) & (1<<(len(k.Shapes(c.Size))-1) - 1)
			}
			i = 0
			c.Next = func() T {
				var b [8]byte
				for j := range b {
					b[j] = bits[(i+j)%len(bits)]
				}
				i += len(b)
				return FromBits[T](binary.LittleEndian.Uint64(b[:]))
			}
			if err := k.Try(&mem, c); err != nil {
				t.Errorf("%s, %T: %v", level, T(0), err)
			}
		}
		restore()
	}
}
