// Package kerneltest compares kernels with their definitions, bit for bit. Its
// table of kernels is what the tests of package kernels run over, what their
// fuzz targets run on, and what `nabla doctor` checks a machine with; so it
// does not import testing.
package kerneltest

import (
	"os"
	"slices"
	"strings"

	"github.com/nabla-go/nabla/internal/isa"
)

// tester is the part of *testing.T and *testing.B that Each needs.
type tester[T any] interface {
	Helper()
	Fatalf(format string, args ...any)
	Run(name string, f func(T)) bool
}

// Each runs f as a subtest for every level that this machine can run, plain Go
// included, while that level is active. A level that NABLA_REQUIRE_ISA (a list
// of names with commas) names and this machine cannot run fails the test.
func Each[T tester[T]](t T, f func(t T, level isa.Level)) {
	t.Helper()
	levels := isa.Available()
	for name := range strings.FieldsFuncSeq(os.Getenv("NABLA_REQUIRE_ISA"), func(r rune) bool { return r == ',' }) {
		level, err := isa.Parse(name)
		if err != nil {
			t.Fatalf("NABLA_REQUIRE_ISA: %v", err)
		}
		if !slices.Contains(levels, level) {
			t.Fatalf("NABLA_REQUIRE_ISA: this machine or build cannot run %s", level)
		}
	}
	for _, level := range levels {
		t.Run(level.String(), func(t T) {
			defer isa.Force(level)()
			f(t, level)
		})
	}
}

// Result is the outcome of the self-test of one kernel.
type Result struct {
	Kernel string // the public function, for Gemm with its form, and the element type
	Err    error  // the first difference from the definition, or nil
}

// Check tests every kernel at a level against its definition, in a fraction of a
// second. It must not run beside other kernels. It panics if this machine
// cannot run the level.
func Check(level isa.Level) []Result {
	defer isa.Force(level)()
	return append(check[float32]("float32"), check[float64]("float64")...)
}

func check[T Float](elem string) []Result {
	var mem Arena[T]
	defer mem.Free()
	var results []Result
	for _, k := range Table[T]() {
		results = append(results, Result{k.Name + " " + elem, k.Quick(&mem)})
	}
	return results
}

// Quick tries a few sizes that reach all loops and tails, with all kinds of
// operands, and returns the first difference from the definition.
func (k *Kernel[T]) Quick(mem *Arena[T]) error {
	seed := 0
	try := func(size Size, fill Fill) error {
		c := Case[T]{Size: size, Place: Place(seed % 3), Pad: seed % 4, Next: Values[T](fill, uint64(seed))}
		c.Alpha, c.Beta = T(Alphas[seed%len(Alphas)]), T(Betas[seed%len(Betas)])
		seed++
		return k.Try(mem, c)
	}
	for _, size := range k.Family.quick() {
		for _, fill := range size.Fills() {
			if err := try(size, fill); err != nil {
				return err
			}
		}
	}
	for _, size := range k.Long {
		if err := try(size, Plain); err != nil {
			return err
		}
	}
	return nil
}
