package kerneltest

import (
	"math"

	"github.com/nabla-go/nabla/internal/scalar"
	"github.com/nabla-go/nabla/kernels"
)

// statistics returns the functions that package kernels makes of its kernels: numbers
// that say something about one vector or two.
func statistics[T Float]() []Kernel[T] {
	return []Kernel[T]{
		ofSome("ArgMax", func(x []T) T { return T(kernels.ArgMax(x)) }, func(x []T) T { return index(x, func(a, b T) bool { return a > b }) }).covering("ArgMax"),
		ofSome("ArgMin", func(x []T) T { return T(kernels.ArgMin(x)) }, func(x []T) T { return index(x, func(a, b T) bool { return a < b }) }).covering("ArgMin"),
		ofSome("Iamax", func(x []T) T { return T(kernels.Iamax(x)) }, func(x []T) T {
			return index(x, func(a, b T) bool { return abs(a) > abs(b) })
		}).covering("Iamax"),
		{
			Name: "MinMax", Family: Reduction,
			Shapes: func(s Size) []Shape { return []Shape{{1, 2, Out}, {1, max(s.N, 1), In}} },
			Call: func(_, _ T, o []kernels.Matrix[T]) {
				o[0].Data[0], o[0].Data[1] = kernels.MinMax(o[1].Data)
			},
			Define: func(_, _ T, o []kernels.Matrix[T]) {
				least, top := o[1].Data[0], o[1].Data[0]
				for _, x := range o[1].Data {
					least, top = min(least, x), max(top, x)
				}
				o[0].Data[0], o[0].Data[1] = least, top
			},
		},
		ofAny("Mean", kernels.Mean[T], mean[T]),
		ofAny("Variance", kernels.Variance[T], func(x []T) T {
			m := mean(x)
			return laneSum(len(x), 4*lanes[T](), func(acc T, i int) T { d := x[i] - m; return fma(d, d, acc) }) / T(len(x))
		}).covering("Variance", "DeviationWide"),
		ofAny("Nrm2", kernels.Nrm2[T], norm[T]).covering("Nrm2"),
		{
			Name: "CosineSimilarity", Covers: []string{"CosineSimilarity", "CosineWide"}, Family: Reduction, Shapes: result(In, In), Work: Work{MulAdds: 3},
			Call: func(_, _ T, o []kernels.Matrix[T]) {
				o[0].Data[0] = kernels.CosineSimilarity(o[1].Data, o[2].Data)
			},
			Define: func(_, _ T, o []kernels.Matrix[T]) { o[0].Data[0] = cosine(o[1].Data, o[2].Data) },
		},
		ofAny("LogSumExp", kernels.LogSumExp[T], func(x []T) T {
			top := T(math.Inf(-1))
			for _, v := range x {
				top = max(top, v)
			}
			if top != top || math.IsInf(float64(top), 0) {
				return top
			}
			return top + builtin(scalar.Log[float32], scalar.Log[float64], laneSum(len(x), 4*lanes[T](), func(acc T, i int) T {
				return acc + builtin(scalar.Exp[float32], scalar.Exp[float64], x[i]-top)
			}))
		}),
		{
			Name: "CumSum", Covers: []string{"CumSum"}, Family: Reduction, Shapes: vectors(Out, In),
			Call: func(_, _ T, o []kernels.Matrix[T]) { kernels.CumSum(o[0].Data, o[1].Data) },
			Define: func(_, _ T, o []kernels.Matrix[T]) {
				var before, pair, group T // sums of the groups before, of the first two of this one, of all of it
				for i, x := range o[1].Data {
					switch i % 4 {
					case 0:
						group = x
					case 1:
						group += x
						pair = group
					case 2:
						group += x
					default:
						group = pair + (o[1].Data[i-1] + x)
					}
					o[0].Data[i] = before + group
					if i%4 == 3 {
						before = o[0].Data[i]
					}
				}
			},
		},
	}
}

// ofAny is a number that a function makes of a vector, ofSome one of a vector that isn't empty.
func ofAny[T Float](name string, call, define func(x []T) T) Kernel[T] {
	return Kernel[T]{
		Name: name, Family: Reduction, Shapes: result(In),
		Call:   func(_, _ T, o []kernels.Matrix[T]) { o[0].Data[0] = call(o[1].Data) },
		Define: func(_, _ T, o []kernels.Matrix[T]) { o[0].Data[0] = define(o[1].Data) },
	}
}

// covering returns k with kernels that it leads to.
func (k Kernel[T]) covering(names ...string) Kernel[T] {
	k.Covers = names
	return k
}

func ofSome[T Float](name string, call, define func(x []T) T) Kernel[T] {
	k := ofAny(name, call, define)
	k.Shapes = func(s Size) []Shape { s.N = max(s.N, 1); return result(In)(s) }
	return k
}

// index returns the index of the first element that no other is better than, or of the
// first NaN.
func index[T Float](x []T, better func(a, b T) bool) T {
	best := 0
	for i, v := range x {
		if v != v {
			return T(i)
		}
		if better(v, x[best]) {
			best = i
		}
	}
	return T(best)
}

// builtin calls the function for the built-in type that has T's size.
func builtin[T Float](f32 func(float32) float32, f64 func(float64) float64, x T) T {
	if is32[T]() {
		return T(f32(float32(x)))
	}
	return T(f64(float64(x)))
}

func abs[T Float](x T) T { return T(math.Abs(float64(x))) }

func mean[T Float](x []T) T {
	return laneSum(len(x), 4*lanes[T](), func(acc T, i int) T { return acc + x[i] }) / T(len(x))
}

// norm is Nrm2 by its documentation.
func norm[T Float](x []T) T {
	if s := laneDot(x, x, 4*lanes[T]()); s != s || normal(s) {
		return T(math.Sqrt(float64(s)))
	}
	e, ok := exponent(x)
	if !ok {
		return magnitude(x)
	}
	scaled := times2(x, -e)
	root := T(math.Sqrt(float64(laneDot(scaled, scaled, 4*lanes[T]()))))
	return T(math.Ldexp(float64(root), e))
}

// cosine is CosineSimilarity by its documentation.
func cosine[T Float](x, y []T) T {
	xx, yy := laneDot(x, x, 2*lanes[T]()), laneDot(y, y, 2*lanes[T]())
	if !normal(xx) || !normal(yy) {
		ex, okX := exponent(x)
		ey, okY := exponent(y)
		if !okX || !okY {
			return T(math.NaN())
		}
		x, y = times2(x, -ex), times2(y, -ey)
		xx, yy = laneDot(x, x, 2*lanes[T]()), laneDot(y, y, 2*lanes[T]())
	}
	return laneDot(x, y, 2*lanes[T]()) / (T(math.Sqrt(float64(xx))) * T(math.Sqrt(float64(yy))))
}

// magnitude is the largest |x[i]|, or NaN.
func magnitude[T Float](x []T) (top T) {
	for _, v := range x {
		top = max(top, abs(v))
	}
	return top
}

// exponent returns e if the largest |x[i]| is between 2^e and 2^(e+1), and not ok if it is 0,
// infinite or NaN.
func exponent[T Float](x []T) (e int, ok bool) {
	top := float64(magnitude(x))
	if top == 0 || top-top != 0 {
		return 0, false
	}
	return math.Ilogb(top), true
}

// times2 returns x times 2^e.
func times2[T Float](x []T, e int) []T {
	y := make([]T, len(x))
	for i, v := range x {
		y[i] = T(math.Ldexp(float64(v), e))
	}
	return y
}

// normal reports whether Nrm2 needs no scaling for that sum of squares.
func normal[T Float](s T) bool {
	least, most := 0x1p-60, 0x1p120
	if !is32[T]() {
		least, most = 0x1p-500, 0x1p1000
	}
	return float64(s) >= least && float64(s) <= most
}
