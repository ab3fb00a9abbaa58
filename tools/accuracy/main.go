// Command accuracy measures the errors of the elementary kernels on the active
// instruction set (NABLA_ISA chooses another): of float32 over all 2^32 inputs,
// of float64 over random and edge inputs. Pow, which takes two numbers, gets as many random
// pairs and a grid of edges, for both types.
//
//	go run ./tools/accuracy [-kernel all] [-step 1] [-from 0] [-f64 1000000] [-seed 0]
//
// With -step n, the runs with -from 0, 1, … n−1 take all inputs together; runs with other
// seeds take other random ones.
//
// It exits with 1 if a kernel leaves its bound or its range.
package main

import (
	"flag"
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"
	"sync"

	"github.com/nabla-go/nabla/internal/kerneltest"
	"github.com/nabla-go/nabla/internal/reference"
	"github.com/nabla-go/nabla/internal/rng"
	"github.com/nabla-go/nabla/kernels"
)

// block is the number of inputs that a worker takes at a time.
const block = 1 << 13

// kernelOf returns the kernel of a reference function: the row of that name in the
// table of kernels.
func kernelOf[T kernels.Float](name string) func(dst, z []T) {
	for _, k := range kerneltest.Table[T]() {
		if k.Name == name {
			return func(dst, z []T) {
				vector := func(x []T) kernels.Matrix[T] {
					return kernels.Matrix[T]{Rows: 1, Cols: len(x), Stride: len(x), Data: x}
				}
				k.Call(1, 0, []kernels.Matrix[T]{vector(dst), vector(z)})
			}
		}
	}
	panic("kerneltest.Table has no " + name)
}

func main() {
	kernel := flag.String("kernel", "all", "kernel to measure, such as SigmoidPrime")
	step := flag.Uint64("step", 1, "take every `n`th float32, by its bits")
	from := flag.Uint64("from", 0, "begin with the `n`th float32, by its bits")
	random := flag.Uint64("f64", 1_000_000, "number of random float64 inputs, and of pairs for Pow")
	seed := flag.Uint64("seed", 0, "seed of the random inputs")
	flag.Parse()
	switch {
	case flag.NArg() > 0:
		usage("unexpected argument %q", flag.Arg(0))
	case *step == 0:
		usage("-step 0: want at least 1")
	case *from >= *step:
		usage("-from %d: want less than -step, which is %d", *from, *step)
	case kernels.ISAError() != nil:
		usage("%v", kernels.ISAError())
	}
	fmt.Printf("%s\n%-13s %-8s %12s %8s  %s\n", kernels.ISA(), "kernel", "type", "inputs", "max ulp", "at")
	found, failed := false, false
	for _, f := range reference.Functions {
		if *kernel != "all" && !strings.EqualFold(*kernel, f.Name) {
			continue
		}
		found = true
		n := (1<<32-1-*from) / *step + 1
		w := sweep(n, func(first, count uint64, w *worst) {
			check32(f, kernelOf[float32](f.Name), *from+first**step, count, *step, w)
		})
		failed = report(f, "float32", n, w) || failed
		n = *random + uint64(len(edges))
		w = sweep(n, func(first, count uint64, w *worst) { check64(f, kernelOf[float64](f.Name), first, count, *seed, w) })
		failed = report(f, "float64", n, w) || failed
	}
	if *kernel == "all" || strings.EqualFold(*kernel, "Pow") {
		found = true
		failed = measurePow(*random, *seed) || failed
	}
	if !found {
		usage("-kernel %s: there is no such kernel", *kernel)
	}
	if failed {
		os.Exit(1)
	}
}

// usage prints what is wrong with the arguments and ends the program.
func usage(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "accuracy: "+format+"\n", args...)
	os.Exit(2)
}

// worst is the largest error met, and an input at which the result leaves the
// function's range, if there is one.
type worst struct {
	ulp, at      float64
	second       float64 // the other number, for Pow
	outside      bool
	outsideInput float64
}

func (w *worst) note(ulp, at float64, inside bool) {
	if !(ulp <= w.ulp) {
		w.ulp, w.at = ulp, at
	}
	if !inside {
		w.outside, w.outsideInput = true, at
	}
}

// sweep has check look at inputs 0 … n−1 in blocks, in parallel. What it returns
// does not depend on the number of processors.
func sweep(n uint64, check func(first, count uint64, w *worst)) worst {
	blocks := make(chan uint64)
	results := make([]worst, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() {
			for b := range blocks {
				check(b, min(block, n-b), &results[i])
			}
		})
	}
	for b := uint64(0); b < n; b += block {
		blocks <- b
	}
	close(blocks)
	wg.Wait()
	var all worst
	for _, w := range results {
		if w.ulp > all.ulp || w.ulp == all.ulp && w.at < all.at {
			all.ulp, all.at, all.second = w.ulp, w.at, w.second
		}
		if w.outside {
			all.outside, all.outsideInput = true, w.outsideInput
		}
	}
	return all
}

// report prints a line and tells whether the kernel failed.
func report(f reference.Function, elem string, n uint64, w worst) bool {
	fmt.Printf("%-13s %-8s %12d %8.4f  %v (%x)\n", f.Name, elem, n, w.ulp, w.at, w.at)
	if w.outside {
		fmt.Printf("%s %s: result outside [%v, %v] at %v\n", f.Name, elem, f.Min, f.Max, w.outsideInput)
	}
	if !(w.ulp <= f.Bound) {
		fmt.Printf("%s %s: error above %v ulp\n", f.Name, elem, f.Bound)
	}
	return w.outside || !(w.ulp <= f.Bound)
}

// check32 measures count float32 whose bits are step apart, from first on.
func check32(f reference.Function, kernel func(dst, z []float32), first, count, step uint64, w *worst) {
	var buf [2][block]float32
	z, y := buf[0][:count], buf[1][:count]
	for i := range z {
		z[i] = math.Float32frombits(uint32(first + uint64(i)*step))
	}
	kernel(y, z)
	for i, x := range z {
		exact := f.Approx(float64(x))
		w.note(reference.Error32(y[i], exact), float64(x), exact != exact || float64(y[i]) >= f.Min && float64(y[i]) <= f.Max)
	}
}

func check64(f reference.Function, kernel func(dst, z []float64), first, count, seed uint64, w *worst) {
	var buf [2][block]float64
	z, y := buf[0][:count], buf[1][:count]
	r := rng.New(first, seed)
	for i := range z {
		if n := first + uint64(i); n < uint64(len(edges)) {
			z[i] = edges[n]
		} else {
			z[i] = input(r)
		}
	}
	kernel(y, z)
	for i, x := range z {
		if approx := f.Approx(x); approx != approx || math.IsInf(x, 0) {
			w.note(reference.Error32(float32(y[i]), approx), x, true)
			continue
		}
		w.note(f.Exact(x).Error64(y[i]), x, y[i] >= f.Min && y[i] <= f.Max)
	}
}

// input returns a random float64: a third of any bits, a third uniform over
// what an exponential can take, a third of usual sizes.
func input(r *rng.Rand) float64 {
	switch r.IntN(3) {
	case 0:
		return math.Float64frombits(r.Uint64())
	case 1:
		return (2*r.Float64() - 1) * 750
	}
	return math.Ldexp(2*r.Float64()-1, r.IntN(40)-34)
}

// edges are numbers around which functions change their ways, with 10
// neighbours on either side and both signs.
var edges = func() []float64 {
	centers := []float64{0, 1, 2, 0.5, math.Sqrt2, math.Sqrt2 / 2, 0x1p-1022, math.MaxFloat64, math.Inf(1),
		0x1p-27, 0x1p-54, 0x1p-60, 0x1p17, 0x1p30, 0x1.6ac5b262ca1ffp849, 126, 149, 150, 1022, 1074, 1075, 18.714973875118524, 19.061547465398498, 20, 36.04365338911715, 36.7368005696771, 37.42994775023705,
		350, 354.1982093, 372.5, 373.9, 700, 708.3964185322641, 708.782712893384, 709.782712893384, 710, 744.4400719213812, 745.1332191019412, 746, 746.5, 748}
	for k := range 2200 {
		centers = append(centers, (float64(k)+0.5)*math.Ln2/2, float64(k)*math.Ln2/2) // hardest for the range reduction
	}
	for k := range 300 {
		centers = append(centers, float64(k)*math.Pi/2, float64(k)*math.Pi*0x1p27)
	}
	var e []float64
	for _, c := range centers {
		b := int64(math.Float64bits(c))
		for d := int64(-10); d <= 10; d++ {
			if b+d >= 0 {
				x := math.Float64frombits(uint64(b + d))
				e = append(e, x, -x)
			}
		}
	}
	return append(e, math.NaN())
}()
