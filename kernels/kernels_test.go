package kernels_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/internal/isa"
	. "github.com/nabla-go/nabla/internal/kerneltest"
	"github.com/nabla-go/nabla/internal/race"
	"github.com/nabla-go/nabla/kernels"
)

// named is an element type that isn't built in.
type named float32

// forms are the four of Gemm.
var forms = [][2]kernels.Transpose{
	{kernels.NoTrans, kernels.NoTrans}, {kernels.NoTrans, kernels.Trans}, {kernels.Trans, kernels.NoTrans}, {kernels.Trans, kernels.Trans},
}

func at(m, n, k int) Size { return Size{M: m, N: n, K: k} }

// hurried reports whether tests should leave out part of their sizes: with
// -short, which suits emulators, and under the race detector.
func hurried() bool { return race.Enabled || testing.Short() }

// eachKernel runs test on every row of the table, or on those of some families,
// on every instruction set.
func eachKernel[T Float](t *testing.T, test func(t *testing.T, k Kernel[T], mem *Arena[T]), families ...Family) {
	Each(t, func(t *testing.T, _ isa.Level) {
		var mem Arena[T]
		defer mem.Free()
		for _, k := range Table[T]() {
			if len(families) > 0 && !slices.Contains(families, k.Family) {
				continue
			}
			t.Run(fmt.Sprintf("%s %T", k.Name, T(0)), func(t *testing.T) { test(t, k, &mem) })
		}
	})
}

func TestSizes(t *testing.T) {
	eachKernel(t, testSizes[float32])
	eachKernel(t, testSizes[float64])
	eachKernel(t, func(t *testing.T, k Kernel[named], mem *Arena[named]) { require.NoError(t, k.Quick(mem)) })
}

// testSizes compares one kernel with its definition at all sizes of its family,
// between inaccessible pages and in poison. Vectors meet every kind of value in
// every place; matrices, of which there are many, a choice.
func testSizes[T Float](t *testing.T, k Kernel[T], mem *Arena[T]) {
	composed := len(k.Covers) == 0 // of kernels with rows of their own
	if hurried() && composed {
		require.NoError(t, k.Quick(mem))
		return
	}
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(list []float64) T { return T(list[r.IntN(len(list))]) }
	every := 5 * int(unsafe.Sizeof(T(0))) / 4 // vectors of float64 have half the lanes, so half the sizes reach all tails
	for i, size := range k.Family.Sizes() {
		if hurried() && i%every > 0 || composed && i%3 > 0 {
			continue
		}
		// Plain Go of vectors is the definition itself, in blocks.
		if isa.Active == isa.Generic && !hurried() && !k.Family.HasMatrices() && i%3 > 0 {
			continue
		}
		fills := []Fill{Plain, Fills[r.IntN(len(Fills))]}
		long := !k.Family.HasMatrices() && size.N > 1000
		if !k.Family.HasMatrices() {
			fills = size.Fills()
		} else if k.Family == MatrixMatrix {
			fills = fills[i%2 : i%2+1]
		}
		for j, fill := range fills {
			for _, place := range []Place{End, Begin} {
				if k.Family == MatrixMatrix && int(place) == i/2%2 || long && int(place) == (i+j)%2 {
					continue
				}
				require.NoError(t, k.Try(mem, Case[T]{
					Size: size, Place: place, Pad: r.IntN(2) * r.IntN(20), Next: Values[T](fill, uint64(100*i+j)),
					Alpha: pick(Alphas), Beta: pick(Betas),
				}))
			}
		}
	}
}

func TestLong(t *testing.T) {
	eachKernel(t, testLong[float32])
	eachKernel(t, testLong[float64])
}

// testLong tries the sizes at which package kernels cuts a product in another
// way, with and without an output that is read.
func testLong[T Float](t *testing.T, k Kernel[T], mem *Arena[T]) {
	for i, size := range k.Long {
		for j, beta := range []T{0, 0.7} {
			require.NoError(t, k.Try(mem, Case[T]{Size: size, Alpha: 1.1, Beta: beta, Place: Place(j), Pad: 3 * i, Next: Values[T](Plain, uint64(i))}))
		}
	}
}

// TestScratch cuts both the chains of a product and its rows.
func TestScratch(t *testing.T) {
	if hurried() {
		t.Skip("takes long")
	}
	Each(t, func(t *testing.T, _ isa.Level) {
		var mem Arena[float64]
		defer mem.Free()
		for _, k := range Table[float64]() {
			if k.Name == "GemvT" {
				require.NoError(t, k.Try(&mem, Case[float64]{Size: at(1, 8200, 2050), Alpha: 1, Beta: -1, Next: Values[float64](Plain, 1)}))
			}
		}
	})
}

func TestPlaces(t *testing.T) {
	eachKernel(t, testPlaces[float32])
	eachKernel(t, testPlaces[float64])
}

// testPlaces moves operands through all distances from a 64-byte boundary: the
// bits of the result must stay.
func testPlaces[T Float](t *testing.T, k Kernel[T], mem *Arena[T]) {
	for i, size := range []Size{at(1, 1, 1), at(3, 17, 5), at(5, 7, 17), at(6, 100, 35), at(3, 35, 100)} {
		for offset := range Place(16) {
			require.NoError(t, k.Try(mem, Case[T]{Size: size, Alpha: 1.7, Beta: T(i % 2), Place: Inside + offset, Pad: i, Next: Values[T](Plain, uint64(i))}))
		}
	}
}

func TestOverlay(t *testing.T) {
	eachKernel(t, testOverlay[float32], Elementwise, Rows)
	eachKernel(t, testOverlay[float64], Elementwise, Rows)
}

// testOverlay lets the output be exactly an input, or all of them. Sums must not
// lie where their operands are: rules_test.go.
func testOverlay[T Float](t *testing.T, k Kernel[T], mem *Arena[T]) {
	inputs := len(k.Shapes(Size{})) - 1
	for i, size := range []Size{at(1, 1, 1), at(1, 5, 1), at(2, 16, 1), at(2, 67, 1), at(3, 200, 1), at(1, 8201, 1)} {
		for overlay := range 1 << inputs {
			for _, fill := range size.Fills() {
				require.NoError(t, k.Try(mem, Case[T]{Size: size, Alpha: 1.7, Place: Place(i % 2), Pad: i, Overlay: overlay, Next: Values[T](fill, uint64(i))}))
			}
		}
	}
}

func TestSpecials(t *testing.T) {
	eachKernel(t, testSpecials[float32], Elementwise, Update)
	eachKernel(t, testSpecials[float64], Elementwise, Update)
}

// testSpecials gives elementwise kernels every special value, with two inputs
// every pair of them, and a sample of all numbers. (Of a sum nothing but NaN
// would be left.)
func testSpecials[T Float](t *testing.T, k Kernel[T], mem *Arena[T]) {
	specials := Specials[T]()
	inputs := 0
	for _, s := range k.Shapes(Size{}) {
		if s.Role != Out {
			inputs++
		}
	}
	shifts := 1
	if inputs > 1 {
		shifts = len(specials)
	}
	for shift := 0; shift < shifts; shift += someSpecials() {
		i := -1
		next := func() T { i++; return specials[i%len(specials)] }
		require.NoError(t, k.Try(mem, Case[T]{Size: at(1, len(specials)+shift, 1), Alpha: T(Alphas[shift%len(Alphas)]), Next: next}))
	}
	n := 50_000
	if isa.Active == isa.Generic {
		n = 5000
	}
	for _, fill := range []Fill{Range, AnyBits} {
		require.NoError(t, k.Try(mem, Case[T]{Size: at(1, n, 1), Alpha: -0.7, Next: Values[T](fill, 3)}))
	}
}

// someSpecials returns the distance of the special values that meet: 1 or, of plain Go,
// which is the definition, and where tests are hurried, 7. Neighbours of a threshold are
// ten, so that something of each threshold meets something of every other.
func someSpecials() int {
	if hurried() || isa.Active == isa.Generic {
		return 7
	}
	return 1
}

// TestEveryKernelHasARow reads the lists of kernels from the sources of
// packages generic and kernels and looks for each in the table.
func TestEveryKernelHasARow(t *testing.T) {
	covered, rows, names := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, k := range Table[float32]() {
		rows[k.Public()], names[k.Name] = true, true
		for _, name := range k.Covers {
			covered[name+"F32"], covered[name+"F64"] = true, true
		}
	}
	for _, f := range functions(t, "generic") {
		if name := f.Name.Name; f.Type.TypeParams == nil && (strings.HasSuffix(name, "F32") || strings.HasSuffix(name, "F64")) {
			assert.True(t, covered[name], "generic.%s is in no row of kerneltest.Table", name)
			delete(covered, name)
		}
	}
	assert.Empty(t, covered, "kerneltest.Table names kernels that don't exist")
	for _, a := range []string{"A", "Aᵀ"} {
		for _, b := range []string{"B", "Bᵀ"} {
			assert.True(t, names["Gemm "+a+"·"+b], "Gemm %s·%s has no row in kerneltest.Table", a, b)
		}
	}
	for _, f := range functions(t, ".") {
		if name := f.Name.Name; f.Type.TypeParams != nil && !strings.Contains(name, "Matrix") {
			assert.True(t, rows[name], "kernels.%s has no row in kerneltest.Table", name)
			delete(rows, name)
		}
	}
	assert.Empty(t, rows, "kerneltest.Table has rows for functions that don't exist")
}

// TestEveryLevel: every kernel of package generic has assembly for every level, and
// dispatch calls it, unless its comment says //nabla:without that level.
func TestEveryLevel(t *testing.T) {
	for arch, levels := range map[string][]string{"amd64": {"AVX2", "AVX512"}, "arm64": {"NEON"}} {
		dispatch, err := os.ReadFile("dispatch_" + arch + ".go")
		require.NoError(t, err)
		files, err := filepath.Glob(filepath.Join(arch, "*.s"))
		require.NoError(t, err)
		has, calls := map[string]bool{}, map[string]bool{}
		for _, file := range files {
			src, err := os.ReadFile(file)
			require.NoError(t, err)
			for line := range strings.Lines(string(src)) {
				if name, ok := strings.CutPrefix(line, "TEXT ·"); ok {
					name, _, _ = strings.Cut(name, "(SB)")
					has[name] = true
				}
			}
		}
		for _, call := range regexp.MustCompile(`\b`+arch+`\.(\w+)\(`).FindAllStringSubmatch(string(dispatch), -1) {
			calls[call[1]] = true
		}
		for _, f := range functions(t, "generic") {
			name := f.Name.Name
			if f.Type.TypeParams != nil || !strings.HasSuffix(name, "F32") {
				continue
			}
			without := ""
			for _, c := range f.Doc.List {
				if list, ok := strings.CutPrefix(c.Text, "//nabla:without"); ok {
					without += list
				}
			}
			for _, level := range levels {
				if slices.Contains(strings.Fields(without), level) {
					continue
				}
				for _, name := range []string{name + level, strings.TrimSuffix(name, "F32") + "F64" + level} {
					assert.True(t, has[name], "kernels/%s has no %s", arch, name)
					assert.True(t, calls[name], "dispatch_%s.go doesn't call %s", arch, name)
				}
			}
		}
	}
}

// functions returns all exported functions of the package in a directory.
func functions(t *testing.T, dir string) []*ast.FuncDecl {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	var all []*ast.FuncDecl
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution|parser.ParseComments)
		require.NoError(t, err)
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.IsExported() {
				all = append(all, f)
			}
		}
	}
	require.NotEmpty(t, all)
	return all
}

// firstCalls holds the results of the first kernel calls of this process, made
// by many goroutines at once: nothing may be set up lazily.
var firstCalls [200]float32

func TestMain(m *testing.M) {
	var wg sync.WaitGroup
	for i := range firstCalls {
		wg.Go(func() { firstCalls[i] = kernels.Dot([]float32{1, 2, 3}, []float32{4, 5, 6}) })
	}
	wg.Wait()
	os.Exit(m.Run())
}

func TestFirstCalls(t *testing.T) {
	assert.False(t, slices.ContainsFunc(firstCalls[:], func(x float32) bool { return x != 32 }))
}
