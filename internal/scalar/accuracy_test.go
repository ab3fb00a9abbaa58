package scalar

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/nabla-go/nabla/internal/reference"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// elementary has every reference function.
var elementary = map[string]struct {
	f32 func(z float32) float32
	f64 func(z float64) float64
}{
	"Erf":          {Erf[float32], Erf[float64]},
	"GELU":         {GELU[float32], GELU[float64]},
	"GELUPrime":    {GELUPrime[float32], GELUPrime[float64]},
	"Exp":          {Exp[float32], Exp[float64]},
	"Log":          {Log[float32], Log[float64]},
	"Exp2":         {Exp2[float32], Exp2[float64]},
	"Log2":         {Log2[float32], Log2[float64]},
	"Expm1":        {Expm1[float32], Expm1[float64]},
	"Log1p":        {Log1p[float32], Log1p[float64]},
	"Sin":          {Sin[float32], Sin[float64]},
	"Cos":          {Cos[float32], Cos[float64]},
	"Sigmoid":      {Sigmoid[float32], Sigmoid[float64]},
	"SigmoidPrime": {SigmoidPrime[float32], SigmoidPrime[float64]},
	"Softplus":     {Softplus[float32], Softplus[float64]},
	"Tanh":         {Tanh[float32], Tanh[float64]},
	"TanhPrime":    {TanhPrime[float32], TanhPrime[float64]},
}

// same compares bit by bit, but any NaN equals any NaN.
func same[T Float](x, y T) bool { return toBits(x) == toBits(y) || x != x && y != y }

// thresholds are the numbers at which a function changes its ways or its result
// becomes subnormal, infinite, 0 or 1.
var thresholds = []float64{0, 0x1p-149, 0x1p-126, 0x1p-75, 0x1p-63, 0x1p-40, 0x1p-27, 0x1p-25, 0x1p-13, 0x1p-12, 1. / 3, 0.5, 2. / 3, math.Sqrt2 / 2, 1, 4. / 3, math.Sqrt2, 2, 10. / 3, 14. / 3, 22. / 3,
	8.3177, 8.6643, 9.0109, 9.125, 10, 16.6355, 17.3287, 18.7150, 19.0615, 20, 36.0437, 36.7368, 44.3614, 51.9930, 53,
	0.7517915246935645, 3.9375, 5.921, 13.1, 14.17, 14.5, 34, 37.5, 38.44, 38.6,
	86, 87.33654, 88.02969, 88.37626, 88.72284, 89, 103.27893, 103.97208, 104, 105.3, 106,
	354.2, 372.22, 373.0, 700, 708.39642, 708.78271, 709.43614, 709.78271, 710, 744.44007, 745.13322, 746, 748,
	math.MaxFloat32, math.Inf(1)}

// inputs32 is a sample of all float32: every step-th by its bits, the thresholds
// and the hardest points of the range reduction, with their neighbours.
func inputs32(step uint64) []float32 {
	var x []float32
	for b := uint64(0); b < 1<<32; b += step {
		x = append(x, math.Float32frombits(uint32(b)))
	}
	around := func(c float32) {
		for d := -3; d <= 3; d++ {
			v := math.Float32frombits(math.Float32bits(c) + uint32(d))
			x = append(x, v, -v)
		}
	}
	for _, c := range thresholds {
		around(float32(c))
	}
	for k := range 300 {
		around(float32(k) * math.Ln2 / 2)
	}
	return append(x, float32(math.NaN()))
}

// inputs64 is inputs32 for float64, with n random numbers.
func inputs64(n int) []float64 {
	r := rand.New(rand.NewPCG(3, 4))
	var x []float64
	for range n {
		x = append(x, math.Float64frombits(r.Uint64()), (2*r.Float64()-1)*750, r.NormFloat64())
	}
	around := func(c float64) {
		for d := -3; d <= 3; d++ {
			v := math.Float64frombits(math.Float64bits(c) + uint64(d))
			x = append(x, v, -v)
		}
	}
	for _, c := range append(thresholds, 0x1p-1074, 0x1p-1022, math.MaxFloat64) {
		around(c)
	}
	for k := range 2200 {
		around(float64(k) * math.Ln2 / 2)
	}
	return append(x, math.NaN())
}

// Cases A-E03, A-E04 and A-E11 are among the inputs.
func TestAccuracy(t *testing.T) {
	x32 := inputs32(40009)
	for i := -30 * 1024; i <= 30*1024; i++ {
		x32 = append(x32, float32(i)/1024)
	}
	for x := float32(-103.98); x < -87.3; x += 1.0 / 256 {
		x32 = append(x32, x)
	}
	x64 := inputs64(3000)
	for i := -30 * 64; i <= 30*64; i++ {
		x64 = append(x64, float64(i)/64)
	}
	for _, f := range reference.Functions {
		k, ok := elementary[f.Name]
		require.True(t, ok, f.Name)
		limit := 1.0
		if f.Name == "GELU" || f.Name == "GELUPrime" {
			limit = f.Bound
		}
		t.Run(f.Name+"F32", func(t *testing.T) {
			for _, x := range x32 {
				y := k.f32(x)
				want := f.Approx(float64(x))
				if err := reference.Error32(y, want); !(err <= limit) {
					t.Fatalf("f(%v) = %v, want %v: off by %v ulp", x, y, want, err)
				}
				if want == want && !(float64(y) >= f.Min && float64(y) <= f.Max) {
					t.Fatalf("f(%v) = %v is outside [%v, %v]", x, y, f.Min, f.Max)
				}
			}
		})
		t.Run(f.Name+"F64", func(t *testing.T) {
			for _, x := range x64 {
				y := k.f64(x)
				if want := f.Approx(x); want != want || math.IsInf(x, 0) {
					if !same(want, y) {
						t.Fatalf("f(%v) = %v, want %v", x, y, want)
					}
					continue
				}
				if err := f.Exact(x).Error64(y); !(err <= limit) {
					t.Fatalf("f(%v) = %v: off by %v ulp", x, y, err)
				}
				if !(y >= f.Min && y <= f.Max) {
					t.Fatalf("f(%v) = %v is outside [%v, %v]", x, y, f.Min, f.Max)
				}
			}
		})
	}
}

// Neighbouring arguments give results in order, or one ulp out of order. The
// derivatives rise up to 0 and fall from there.
func TestMonotone(t *testing.T) {
	for name, k := range elementary {
		if name == "Sin" || name == "Cos" || name == "GELU" || name == "GELUPrime" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			falls := name == "SigmoidPrime" || name == "TanhPrime"
			for _, start := range []float32{-104, -87.34, -20, -9, -1, -0.1735, -0.1, 0x1p-149, 1e-4, 0.1, 0.3333, 0.6666, 0.7, 1, 1.333, 1.9999, 3.333, 4.666, 7.333, 8.6, 9.124, 17, 88.3} {
				n := 3000
				x, y := make([]float32, n), make([]float32, n)
				for i := range x {
					x[i], y[i] = start, k.f32(start)
					start = math.Nextafter32(start, float32(math.Inf(1)))
				}
				for i := 1; i < n; i++ {
					a, b := y[i-1], y[i]
					if falls && x[i] > 0 {
						a, b = b, a
					}
					if b < a && b != math.Nextafter32(a, b) {
						t.Fatalf("f(%v) = %v, f(%v) = %v", x[i-1], y[i-1], x[i], y[i])
					}
				}
			}
		})
	}
}

func TestSpecialValues(t *testing.T) {
	inf, nan, zero := math.Inf(1), math.NaN(), math.Copysign(0, -1)
	const tiny32, tiny64 = 0x1p-149, 0x1p-1074
	for _, c := range []struct {
		name    string
		x, want float64
	}{
		{"Exp", nan, nan}, {"Exp", inf, inf}, {"Exp", -inf, 0}, {"Exp", 0, 1}, {"Exp", zero, 1}, {"Exp", tiny32, 1}, {"Exp", -tiny64, 1},
		{"Exp", 1e4, inf}, {"Exp", -1e4, 0}, {"Exp", math.MaxFloat32, inf}, {"Exp", -math.MaxFloat32, 0},
		{"Log", nan, nan}, {"Log", inf, inf}, {"Log", -inf, nan}, {"Log", 0, -inf}, {"Log", zero, -inf}, {"Log", 1, 0},
		{"Log", -1, nan}, {"Log", -tiny32, nan}, {"Log", -math.MaxFloat32, nan},
		{"Exp2", nan, nan}, {"Exp2", inf, inf}, {"Exp2", -inf, 0}, {"Exp2", 0, 1}, {"Exp2", zero, 1}, {"Exp2", tiny32, 1}, {"Exp2", -tiny64, 1},
		{"Exp2", 10, 1024}, {"Exp2", -149, 0x1p-149}, {"Exp2", 127, 0x1p127}, {"Exp2", 1e4, inf}, {"Exp2", -1e4, 0}, {"Exp2", math.MaxFloat32, inf},
		{"Log2", nan, nan}, {"Log2", inf, inf}, {"Log2", -inf, nan}, {"Log2", 0, -inf}, {"Log2", zero, -inf}, {"Log2", 1, 0},
		{"Log2", -1, nan}, {"Log2", 8, 3}, {"Log2", tiny32, -149}, {"Log2", 0x1p127, 127}, {"Log2", -math.MaxFloat32, nan},
		{"Expm1", nan, nan}, {"Expm1", inf, inf}, {"Expm1", -inf, -1}, {"Expm1", 0, 0}, {"Expm1", zero, zero}, {"Expm1", tiny32, tiny32}, {"Expm1", -tiny32, -tiny32},
		{"Expm1", 1e4, inf}, {"Expm1", -1e4, -1}, {"Expm1", -math.MaxFloat32, -1},
		{"Log1p", nan, nan}, {"Log1p", inf, inf}, {"Log1p", -inf, nan}, {"Log1p", 0, 0}, {"Log1p", zero, zero}, {"Log1p", tiny32, tiny32}, {"Log1p", -tiny32, -tiny32},
		{"Log1p", -1, -inf}, {"Log1p", -1.5, nan}, {"Log1p", -math.MaxFloat32, nan},
		{"Sin", nan, nan}, {"Sin", inf, nan}, {"Sin", -inf, nan}, {"Sin", 0, 0}, {"Sin", zero, zero}, {"Sin", tiny32, tiny32}, {"Sin", -tiny32, -tiny32},
		{"Cos", nan, nan}, {"Cos", inf, nan}, {"Cos", -inf, nan}, {"Cos", 0, 1}, {"Cos", zero, 1}, {"Cos", tiny32, 1}, {"Cos", -tiny32, 1},
		{"Sigmoid", nan, nan}, {"Sigmoid", inf, 1}, {"Sigmoid", -inf, 0}, {"Sigmoid", 0, 0.5}, {"Sigmoid", zero, 0.5}, {"Sigmoid", tiny32, 0.5},
		{"Sigmoid", 1e4, 1}, {"Sigmoid", -1e4, 0},
		{"SigmoidPrime", nan, nan}, {"SigmoidPrime", inf, 0}, {"SigmoidPrime", -inf, 0}, {"SigmoidPrime", 0, 0.25}, {"SigmoidPrime", zero, 0.25},
		{"SigmoidPrime", 1e4, 0}, {"SigmoidPrime", -1e4, 0},
		{"Erf", nan, nan}, {"Erf", inf, 1}, {"Erf", -inf, -1}, {"Erf", 0, 0}, {"Erf", zero, zero}, {"Erf", tiny64, tiny64}, {"Erf", -tiny64, -tiny64},
		{"Erf", 6, 1}, {"Erf", -1e4, -1}, {"Erf", math.MaxFloat32, 1},
		{"GELU", nan, nan}, {"GELU", inf, inf}, {"GELU", -inf, zero}, {"GELU", 0, 0}, {"GELU", zero, zero}, {"GELU", 40, 40}, {"GELU", -40, zero},
		{"GELU", math.MaxFloat32, math.MaxFloat32}, {"GELU", -math.MaxFloat32, zero},
		{"GELUPrime", nan, nan}, {"GELUPrime", inf, 1}, {"GELUPrime", -inf, zero}, {"GELUPrime", 0, 0.5}, {"GELUPrime", zero, 0.5},
		{"GELUPrime", 40, 1}, {"GELUPrime", -40, zero}, {"GELUPrime", math.MaxFloat32, 1}, {"GELUPrime", -math.MaxFloat32, zero},
		{"Softplus", nan, nan}, {"Softplus", inf, inf}, {"Softplus", -inf, 0}, {"Softplus", 0, math.Ln2}, {"Softplus", zero, math.Ln2},
		{"Softplus", tiny32, math.Ln2}, {"Softplus", 1e4, 1e4}, {"Softplus", -1e4, 0}, {"Softplus", math.MaxFloat32, math.MaxFloat32}, {"Softplus", -math.MaxFloat32, 0},
		{"Tanh", nan, nan}, {"Tanh", inf, 1}, {"Tanh", -inf, -1}, {"Tanh", 0, 0}, {"Tanh", zero, zero}, {"Tanh", tiny32, tiny32}, {"Tanh", -tiny32, -tiny32},
		{"Tanh", 1e4, 1}, {"Tanh", -1e4, -1},
		{"TanhPrime", nan, nan}, {"TanhPrime", inf, 0}, {"TanhPrime", -inf, 0}, {"TanhPrime", 0, 1}, {"TanhPrime", zero, 1}, {"TanhPrime", tiny32, 1},
		{"TanhPrime", 1e4, 0}, {"TanhPrime", -1e4, 0},
	} {
		k := elementary[c.name]
		if got := k.f32(float32(c.x)); !same(got, float32(c.want)) {
			t.Errorf("%s(float32 %v) = %v, want %v", c.name, float32(c.x), got, float32(c.want))
		}
		if got := k.f64(c.x); !same(got, c.want) {
			t.Errorf("%s(%v) = %v, want %v", c.name, c.x, got, c.want)
		}
	}
}

// Where the results of exp begin and end.
func TestExpLimits(t *testing.T) {
	up32, up64 := float32(math.Inf(1)), math.Inf(1)
	over32, over64 := float32(0x1.62e43p+6), 0x1.62e42fefa39fp+9 // the least whose exp overflows
	assert.Equal(t, up32, Exp(over32))
	assert.Less(t, Exp(math.Nextafter32(over32, 0)), up32)
	assert.Equal(t, up64, Exp(over64))
	assert.Less(t, Exp(math.Nextafter(over64, 0)), up64)

	under32, under64 := float32(-0x1.9fe36ap+6), -0x1.74910d52d3052p+9 // the greatest whose exp is less than half the least float
	assert.Equal(t, float32(0), Exp(under32))
	assert.Equal(t, float32(0x1p-149), Exp(math.Nextafter32(under32, 0)))
	assert.Equal(t, 0.0, Exp(under64))
	assert.Equal(t, 0x1p-1074, Exp(math.Nextafter(under64, 0)))
}

// Case A-E01.
func TestSigmoidOfLargeInputs(t *testing.T) {
	for _, c := range []struct{ x, sigmoid, prime float64 }{
		{-1700.5, 0, 0}, {3000.25, 1, 0}, {-1100.75, 0, 0}, {2050.5, 1, 0}, {91.5, 1, 1.8283313490492594e-40},
		{-1470.125, 0, 0}, {0, 0.5, 0.25}, {-0.5, 0.37754066879814546, 0.2350037122015945},
		{37, 1, 8.533047625744066e-17}, {-37, 8.533047625744066e-17, 8.533047625744066e-17},
	} {
		assert.InEpsilon(t, 1+c.sigmoid, 1+Sigmoid(c.x), 0)
		if c.sigmoid != 0 {
			assert.InEpsilon(t, c.sigmoid, Sigmoid(c.x), 0x1p-52, "σ(%v)", c.x)
		}
		if c.prime != 0 {
			assert.InEpsilon(t, c.prime, SigmoidPrime(c.x), 0x1p-52, "σ'(%v)", c.x)
		} else {
			assert.Equal(t, 0.0, SigmoidPrime(c.x), "σ'(%v)", c.x)
		}
	}
}

// Cases A-E02, A-E03 and A-E05.
func TestSigmoidValues(t *testing.T) {
	assert.Equal(t, float32(8.194009e-40), Sigmoid[float32](-90))
	assert.Equal(t, float32(2.2273635617957438e-39), Sigmoid[float32](-89))
	assert.Equal(t, float32(0), Sigmoid[float32](-104))
	assert.Equal(t, float32(0.7310586), Sigmoid[float32](1))
	assert.Equal(t, 0.7310585786300049, Sigmoid(1.0))
	assert.InEpsilon(t, 1.9287498479639178e-22, SigmoidPrime(50.0), 0x1p-52)
}
