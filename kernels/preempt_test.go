package kernels_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/internal/cores"
	"github.com/nabla-go/nabla/internal/isa"
	"github.com/nabla-go/nabla/internal/kerneltest"
	"github.com/nabla-go/nabla/internal/race"
	"github.com/nabla-go/nabla/kernels"
)

// What one call of a kernel may do at most, some 50 µs of work: multiply-adds, and
// bytes of matrices.
const (
	mostWork  = 3 << 19
	mostBytes = 3 << 19
)

// longSizes has M, N and K that are long in one direction or in several.
var longSizes = [][3]int{
	{1, 1 << 22, 1}, {1, 1 << 22, 8}, {8, 1 << 20, 1}, {1, 1, 1 << 22}, {1, 8, 1 << 20}, {1, 1 << 20, 1}, {1, 1000, 3000}, {1, 3000, 1000},
	{1 << 17, 1, 1}, {1 << 15, 7, 3}, {300, 300, 300}, {2, 3, 1 << 18}, {5, 4, 70000}, {9, 11, 30000}, {64, 1, 1 << 14},
	{2, 1000, 2000}, {4, 300, 5000}, {30, 5000, 100}, {2000, 700, 600}, {400, 2000, 1}, {17, 129, 20000}, {200, 1024, 1024},
}

// TestCalls: whatever the shape, no call of a kernel does more than Go may wait for, and
// each is made by a function that begins with a check of the stack, where Go can preempt.
func TestCalls(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector looks at every element of large matrices; the calls are the same")
	}
	t.Run("float32", testCalls[float32])
	t.Run("float64", testCalls[float64])
}

func testCalls[T kernels.Float](t *testing.T) {
	defer isa.Force(isa.Generic)()
	mem := make([]T, 1<<25+1<<24)
	callers := map[uintptr]bool{} // by the return address of their call
	seen := map[cores.Tuning]bool{}
	for _, kind := range cores.Kinds() {
		for _, tuned := range []cores.Tuning{kind.Tuned, kind.Wide} {
			if seen[tuned] {
				continue
			}
			first := len(seen) == 0
			seen[tuned] = true
			restore := cores.Force(&cores.Kind{Tuned: tuned, Wide: tuned})
			for _, k := range kerneltest.Table[T]() {
				if (k.Family < kerneltest.MatrixVector || len(k.Covers) == 0) && !first {
					continue // vectors are cut alike for every core; what is made of other kernels is seen once
				}
				for _, s := range longSizes {
					longCall(t, k, kerneltest.Size{M: s[0], N: s[1], K: s[2]}, mem, callers)
				}
			}
			restore()
		}
	}
	assert.Greater(t, len(callers), 25)
	for pc := range callers {
		frame, _ := runtime.CallersFrames([]uintptr{pc}).Next()
		if assert.NotNil(t, frame.Func, "%s is inlined", frame.Function) {
			assert.True(t, checksStack(frame.Entry), "%s begins without a check of the stack", frame.Function)
		}
	}
}

// longCall counts the work of all calls that one call of k leads to.
func longCall[T kernels.Float](t *testing.T, k kerneltest.Kernel[T], size kerneltest.Size, mem []T, callers map[uintptr]bool) {
	elem := int64(unsafe.Sizeof(T(0)))
	var operands []kernels.Matrix[T]
	rest := mem
	for _, s := range k.Shapes(size) {
		n := s.Rows * s.Cols
		if n > len(rest) {
			return // too long in too many directions for this kernel
		}
		operands = append(operands, kernels.Matrix[T]{Rows: s.Rows, Cols: s.Cols, Stride: s.Cols, Data: rest[:n:n]})
		rest = rest[n:]
	}
	betas := []T{0, 2}
	if k.Family < kerneltest.MatrixVector {
		betas = betas[:1] // nothing is scaled
	}
	for _, beta := range betas {
		calls, last := 0, kerneltest.Size{}
		restore := kernels.OnCall(func(m, n, k int) {
			calls++
			call := kerneltest.Size{M: m, N: n, K: k}
			if call == last {
				return // the same loop as before
			}
			last = call
			m64, n64, k64 := int64(m), int64(n), int64(k)
			fits := m64*n64*k64 <= mostWork && elem*(m64*n64+(m64+n64)*k64) <= mostBytes
			if !fits {
				t.Errorf("call of %d × %d × %d", m, n, k)
			}
			callers[caller()] = true
		})
		failed := t.Failed()
		k.Call(2, beta, operands)
		restore()
		if !failed && t.Failed() {
			t.Errorf("%s, %v, beta = %v", k.Name, size, beta)
		}
		if calls == 0 && size.N > 16 && len(k.Covers) > 0 {
			t.Errorf("%s, %v, beta = %v: no calls", k.Name, size, beta)
		}
	}
}

// TestCopies: Go's copy and clear, which are assembly too, are called only where what they
// move is short: at most copyBlock elements.
func TestCopies(t *testing.T) {
	short := map[string]bool{"copyRows": true, "clearAll": true, "Copy": true, "LogSumExp": true, "powFew": true}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	found := map[string]bool{}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok {
					if name, ok := call.Fun.(*ast.Ident); ok && (name.Name == "copy" || name.Name == "clear") {
						found[f.Name.Name] = true
					}
				}
				return true
			})
		}
	}
	assert.Equal(t, short, found)
}

// caller returns the address to which the function of kernels.OnCall returns.
func caller() uintptr {
	var pcs [1]uintptr
	runtime.Callers(3, pcs[:])
	return pcs[0]
}

// checksStack reports whether the function at entry begins with a comparison of the
// stack pointer and the limit in g, which Go changes to preempt. Elsewhere than on amd64
// and arm64 it says yes.
func checksStack(entry uintptr) bool {
	code := fmt.Sprintf("%x", unsafe.Slice(*(**byte)(unsafe.Pointer(&entry)), 24))
	switch runtime.GOARCH {
	case "amd64": // CMPQ SP, 16(R14), or CMPQ R12, 16(R14) behind the subtraction of a large frame
		return strings.HasPrefix(code, "493b6610") || strings.Contains(code, "4d3b6610")
	case "arm64": // MOVD 16(g), R16
		return strings.HasPrefix(code, "900b40f9")
	}
	return true
}
