package scalar

// Coefficients holds the numbers that the elementary functions of one float
// type are made of. The polynomials are minimax (Sollya's fpminimax: best with
// coefficients of the type itself), lowest degree first.
type Coefficients[T Float] struct {
	MantBits int // bits of the significand behind the point
	Bias     int // of the exponent

	// Round is 1.5·2^MantBits + Bias. Adding it to |x| < 2^(MantBits−1) rounds x to
	// the nearest integer k; the low bits of the sum are k + Bias, so that the sum
	// shifted left by MantBits is 2^k, where that is normal.
	Round T

	// e^x = 2^k·e^r with r = x − k·ln 2; Ln2Hi + Ln2Lo is ln 2, each rounded to
	// nearest. x − k·Ln2Hi is exact by FMA, since |r| < ½ is a multiple of an ulp of ½
	// or of x's.
	Log2E, Ln2Hi, Ln2Lo T
	Log2ELo             T   // Log2E + Log2ELo is 1/ln 2
	Exp                 []T // (e^r − 1 − r)/r² on |r| ≤ ½ ln 2

	ExpMin, ExpMax   T // 4e^x rounds to +0 below, e^x to +Inf above
	Exp2Min, Exp2Max T // 4·2^x rounds to +0 below, 2^x to +Inf above
	Exp2Safe         T // for |x| up to this, 2^x is normal
	Tiny             T // for |x| below, e^x − 1 and ln(1 + x) are x to half an ulp

	// Safe is an integer such that e^{±Safe} and everything on the way to it is far
	// from overflow and normal. SafeRound is Round plus the k of −Safe.
	Safe, SafeRound T

	// Results that may be subnormal are computed times Up and lowered at the end.
	Up, Down T // 2^±UpLog
	UpLog    T
	LowLimit T // the least normal number times Up

	// ln x = k·ln 2 + ln(1 + f) with 1 + f in [√½, √2); k·LogHi is exact.
	SqrtHalf, LogHi, LogLo T
	PowLog                 []T // (ln((2 + s)/(2 − s)) − s)/s³ in s² on |s| ≤ 6 − 4√2, the first 1/12 rounded; of float64 only
	PowLog2, PowExp2       []T // log₂((1 + s)/(1 − s))/s in s² on |s| ≤ 3 − 2√2, and 2^r on |r| ≤ ½; of float64, for float32's Pow
	Log                    []T // (ln(1 + f) − f)/f² on √½ − 1 ≤ f ≤ √2 − 1
	MinNormal              T
	Pow2Mant               T // 2^MantBits

	SoftplusFar T // |x| from where on e^−|x| is nothing beside 1

	// |x| = n·π/2 + r with |r| ≤ π/4: π/2 is the sum of three numbers, and Integer rounds
	// n, as Round does. Near is how large |x| may be; see nearestQuarter.
	TwoOverPi, Integer, Near T
	Pio2Hi, Pio2Mid, Pio2Lo  T
	Sin                      []T // (sin r − r)/r³ in r²
	Cos                      []T // (cos r − 1 + r²/2)/r⁴ in r²

	TanhLarge T // above, tanh x is 1
	TanhTiny  T // below, tanh x is x to half an ulp; of float64 only, like TanhLeast
	TanhLeast T // what the computation takes in place of anything less, against subnormal squares

	// With u = a/(a + 4) for 0 ≤ a ≤ TailFar, Φ(−a)·e^(a²/2)·(a + 4) is
	// TailHi + TailLo + (u − ½)·Tail(u − ½). GELU'(−a)·e^(a²/2)/(TailRoot + TailRootLo − a)
	// is the same with TailPrime.
	Tail, TailPrime                          []T
	TailHi, TailLo, TailPrimeHi, TailPrimeLo T
	TailRoot, TailRootLo                     T // GELU'(−a) is 0 for their sum
	TailFar                                  T // beyond, GELU(−a) and GELU'(−a) round to 0
	TailSafe                                 T // up to here, what they are made of is normal
	TailLeast                                T // what a takes in place of anything less, against subnormal squares

	ErfNear  []T // erf(√s)/√s − 1 on 0 ≤ s ≤ 1
	ErfFar   []T // −ln(1 − erf(1 + y)), best where times 1 − erf(1 + y), on 0 ≤ y ≤ ErfLarge − 1
	ErfLarge T   // above, erf x is 1

	NormLeast, NormMost T // sums of squares between them have lost nothing to underflow, nor are near overflow

	// Kernels of training count smaller numbers as 0, so that they meet no subnormal ones;
	// the documentation of package kernels says which and why.
	LeastFactor T // the root of the least normal number
	LeastRoot   T // 2¹³ times LeastFactor
	LeastSquare T // 2¹⁵ times the least normal number
	Huge        T // 1 over the least normal number
}

// Float32 holds the coefficients for float32.
var Float32 = Coefficients[float32]{
	MantBits: 23,
	Bias:     127,
	Round:    0x1.8p23 + 127,

	Log2E: 0x1.715476p0,
	Ln2Hi: 0x1.62e43p-1,
	Ln2Lo: -0x1.05c61p-29,
	Exp:   []float32{0x1p-1, 0x1.5554bp-3, 0x1.5554ep-5, 0x1.12279ap-7, 0x1.6d5686p-10},

	Log2ELo: 0x1.4ae0cp-26,

	Exp2Min:  -153,
	Exp2Max:  129,
	Exp2Safe: 126,
	Tiny:     0x1p-25,

	ExpMin:    -106,
	ExpMax:    89,
	Safe:      86,
	SafeRound: 0x1.8p23 + 127 - 124,

	Up:       0x1p64,
	Down:     0x1p-64,
	UpLog:    64,
	LowLimit: 0x1p-62,

	SqrtHalf: 0x1.6a09e6p-1,
	LogHi:    0x1.62e4p-1,
	LogLo:    0x1.7f7d1cp-20,
	Log: []float32{-0x1p-1, 0x1.55554ap-2, -0x1.00022p-2, 0x1.99a5aap-3, -0x1.54789p-3,
		0x1.226dp-3, -0x1.0cdf28p-3, 0x1.07d7dp-3, -0x1.4203eep-4},
	MinNormal: 0x1p-126,
	Pow2Mant:  0x1p23,

	SoftplusFar: 40,

	TwoOverPi: 0x1.45f306p-1,
	Integer:   0x1.8p23,
	Near:      0x1p17,
	Pio2Hi:    0x1.921fb6p0,
	Pio2Mid:   -0x1.777a5cp-25,
	Pio2Lo:    -0x1.ee59dap-50,
	Sin:       []float32{-0x1.555544p-3, 0x1.1106aep-7, -0x1.990f92p-13},
	Cos:       []float32{0x1.555548p-5, -0x1.6c0b08p-10, 0x1.999a6cp-16},

	TanhLarge: 9.125,

	Tail: []float32{-0x1.373e3ap0, 0x1.8c6dbap0, -0x1.7dff3ep0, 0x1.eec818p-1, -0x1.ee295cp-3,
		-0x1.c98e38p-3, 0x1.ab77fp-3, 0x1.610f3cp-5, -0x1.c58134p-4, -0x1.653f5ep-5},
	TailHi: 0x1.82b4bcp-1,
	TailLo: -0x1.cdac8cp-27,
	TailPrime: []float32{-0x1.a763p-3, 0x1.ef4ffp-3, -0x1.cc1e26p-3, 0x1.37778ap-3, -0x1.d4c8bep-5,
		-0x1.4784f6p-7, 0x1.84fea6p-6, -0x1.ca741p-9, -0x1.134aecp-7},
	TailPrimeHi: 0x1.d94de8p-2,
	TailPrimeLo: -0x1.ef6ae8p-28,
	TailRoot:    0x1.80ead2p-1,
	TailRootLo:  -0x1.a03fd4p-27,
	TailFar:     14.625,
	TailSafe:    10,
	TailLeast:   0x1p-30,

	ErfNear: []float32{0x1.06eba8p-3, -0x1.81274p-2, 0x1.ce2d52p-4, -0x1.b7fec4p-6, 0x1.542fecp-8,
		-0x1.a5197ap-11, 0x1.4c5cb4p-14},
	ErfFar: []float32{0x1.d97fcp0, 0x1.51c9aap1, 0x1.afad34p-1, 0x1.53f95ap-5, -0x1.441b8cp-7,
		0x1.debc6cp-10, -0x1.8537dap-13},
	ErfLarge: 3.9375,

	NormLeast: 0x1p-60,
	NormMost:  0x1p120,

	LeastFactor: 0x1p-63,
	LeastRoot:   0x1p-50,
	LeastSquare: 0x1p-111,
	Huge:        0x1p126,
}

// Float64 holds the coefficients for float64.
var Float64 = Coefficients[float64]{
	MantBits: 52,
	Bias:     1023,
	Round:    0x1.8p52 + 1023,

	Log2E: 0x1.71547652b82fep0,
	Ln2Hi: 0x1.62e42fefa39efp-1,
	Ln2Lo: 0x1.abc9e3b39803fp-56,
	Exp: []float64{0x1.0000000000005p-1, 0x1.555555555555cp-3, 0x1.55555555520f3p-5, 0x1.111111110e81bp-7,
		0x1.6c16c17f37a73p-10, 0x1.a01a01b566bccp-13, 0x1.a019a68544e59p-16, 0x1.71ddeb0744738p-19,
		0x1.28a2ac0a41951p-22, 0x1.af750ed4c34dbp-26},

	Log2ELo: 0x1.777d0ffda0d24p-56,

	Exp2Min:  -1078,
	Exp2Max:  1025,
	Exp2Safe: 1022,
	Tiny:     0x1p-54,

	ExpMin:    -748,
	ExpMax:    710,
	Safe:      700,
	SafeRound: 0x1.8p52 + 1023 - 1010,

	Up:       0x1p128,
	Down:     0x1p-128,
	UpLog:    128,
	LowLimit: 0x1p-894,

	SqrtHalf: 0x1.6a09e667f3bcdp-1,
	LogHi:    0x1.62e42fefa38p-1,
	LogLo:    0x1.ef35793c7673p-45,
	PowLog: []float64{0x1.5555555555555p-4, 0x1.9999999999d1p-7, 0x1.24924924399ddp-9, 0x1.c71c724b3c6cfp-12,
		0x1.745ce1d7561dep-14, 0x1.3b2021e1bd037p-16, 0x1.0f67812fcce2p-18, 0x1.0f0b9dd85183bp-20},
	PowLog2: []float64{0x1.71547652bede5p1, 0x1.ec709d12e14e6p-1, 0x1.27777fda6e353p-1, 0x1.a58d8fbc90521p-2,
		0x1.5ce7cde58e941p-2},
	PowExp2: []float64{1, 0x1.62e42ff0e2148p-1, 0x1.ebfbe077ae039p-3, 0x1.c6b08abf98202p-5, 0x1.3b29f3757b6d1p-7,
		0x1.5d8a86839661ep-10, 0x1.445ca6a8f64a5p-13, 0x1.fde5cc10af74fp-17},
	Log: []float64{-0x1p-1, 0x1.5555555555546p-2, -0x1.fffffffffee88p-3, 0x1.999999999bf56p-3,
		-0x1.55555556713ddp-3, 0x1.2492492453cafp-3, -0x1.ffffff2a4957fp-4, 0x1.c71c7119fe2d9p-4,
		-0x1.9999c219195e6p-4, 0x1.745d5804bdb45p-4, -0x1.55510b59a1191p-4, 0x1.3b09bcbf97e2ep-4,
		-0x1.24d4055a0c59cp-4, 0x1.11df8f548ce01p-4, -0x1.fc0000ff20307p-5, 0x1.cfa55c6e2d986p-5,
		-0x1.ce7da30bc5c51p-5, 0x1.0a93d154d1edap-4, -0x1.f18962e89ca69p-5, 0x1.b907db511159bp-6},
	MinNormal: 0x1p-1022,
	Pow2Mant:  0x1p52,

	SoftplusFar: 40,

	TwoOverPi: 0x1.45f306dc9c883p-1,
	Integer:   0x1.8p52,
	Near:      0x1p30,
	Pio2Hi:    0x1.921fb54442d18p0,
	Pio2Mid:   0x1.1a62633145c07p-54,
	Pio2Lo:    -0x1.f1976b7ed8fbcp-110,
	Sin: []float64{-0x1.5555555555549p-3, 0x1.111111110f8a7p-7, -0x1.a01a019c16448p-13,
		0x1.71de357b44278p-19, -0x1.ae5e68bf38bcdp-26, 0x1.5d93adc67ee66p-33},
	Cos: []float64{0x1.555555555554cp-5, -0x1.6c16c16c15222p-10, 0x1.a01a019cbfd3p-16,
		-0x1.27e4f81315bccp-22, 0x1.1ee9f198517d2p-29, -0x1.8fb15657ba499p-37},

	TanhLarge: 20,
	TanhTiny:  0x1p-27,
	TanhLeast: 0x1p-60,

	Tail: []float64{-0x1.373e3a893c28ap0, 0x1.8c6dbf2cfc2b1p0, -0x1.7dff2bff683bbp0, 0x1.eec4cc3e4d76p-1,
		-0x1.ee27610478b49p-3, -0x1.c81719d5ab373p-3, 0x1.ab825fbfbdd64p-3, 0x1.17a4ae7248e64p-5,
		-0x1.e4a4252613138p-4, -0x1.001eba1752398p-9, 0x1.26d0940791f1p-4, 0x1.80b86fa852d2ap-9,
		-0x1.8d4a8d4e6bfa7p-5, -0x1.51f61e19b7ebcp-7, 0x1.12315324279b7p-5, 0x1.2377bb1e4ba08p-6,
		-0x1.4ca56cad48097p-6, -0x1.6d1ae34947a2cp-6, 0x1.c98a8e529a278p-8, 0x1.4ca7f823b5b7cp-6,
		0x1.fab558b4d8bedp-9, -0x1.50e4627dc7bccp-7, -0x1.7dcb61763e1edp-8},
	TailHi: 0x1.82b4bb8c94dcep-1,
	TailLo: -0x1.990ea270aca77p-56,
	TailPrime: []float64{-0x1.a763001ac67ddp-3, 0x1.ef4ff8013799ap-3, -0x1.cc1e2623d923ap-3, 0x1.37754d816bafbp-3,
		-0x1.d4c8222aa3f27p-5, -0x1.443f63e12304ap-7, 0x1.85999c2ee2e8bp-6, -0x1.2538127c2ab9p-8,
		-0x1.2e9380ce04b22p-7, 0x1.dafc018b07ac6p-9, 0x1.298780838ade9p-8, -0x1.083e3a1be43afp-9,
		-0x1.7733f53debcd9p-9, 0x1.c2564c8688fafp-11, 0x1.101d58f37e51ep-9, -0x1.a1c167fdb23dap-15,
		-0x1.888de32b636fep-10, -0x1.e6705d519c6aep-12, 0x1.d501db8c55944p-11, 0x1.33c5dbd07d819p-11,
		-0x1.4413b02896b48p-12, -0x1.3cbc9904eb3ffp-12},
	TailPrimeHi: 0x1.d94de78425463p-2,
	TailPrimeLo: -0x1.a1e37a9e2acfdp-58,
	TailRoot:    0x1.80ead197f00b4p-1,
	TailRootLo:  -0x1.13e74c58cada8p-56,
	TailFar:     38.75,
	TailSafe:    34,
	TailLeast:   0x1p-30,

	ErfNear: []float64{0x1.06eba8214db69p-3, -0x1.812746b0379fdp-2, 0x1.ce2f21a04362dp-4,
		-0x1.b82ce312abf08p-6, 0x1.565bcd12991cp-8, -0x1.c02db49b09506p-11, 0x1.f9a335388d2f5p-14,
		-0x1.f4d333884b5cbp-17, 0x1.b9ee95850f728p-20, -0x1.5f9828c55de49p-23, 0x1.fc78cbccfb13dp-27,
		-0x1.46794feb2faap-30, 0x1.29783042c7bbap-34},
	ErfFar: []float64{0x1.d97fbf27aa2a1p0, 0x1.51c9b0006c21ap1, 0x1.afabc11a2afep-1,
		0x1.5477f099b6612p-5, -0x1.48c9d37fb26dfp-7, 0x1.033f5a117c924p-9, -0x1.f1b04a2f8d34dp-13,
		-0x1.b92de180307a8p-16, 0x1.c852b9149342dp-16, -0x1.44848c83e6b3bp-17, 0x1.1e250fcd5b413p-19,
		-0x1.b7d61174bac58p-23, -0x1.f24e6997ddad5p-25, 0x1.1ed381923c3a4p-25, -0x1.24b383ed03572p-27,
		0x1.6a977b592a07ap-30, -0x1.0666c32c16429p-33, 0x1.56596a7aabbdfp-38},
	ErfLarge: 6,

	NormLeast: 0x1p-500,
	NormMost:  0x1p1000,

	LeastFactor: 0x1p-511,
	LeastRoot:   0x1p-498,
	LeastSquare: 0x1p-1007,
	Huge:        0x1p1022,
}

func coefficients[T Float]() *Coefficients[T] {
	if is32[T]() {
		return any(&Float32).(*Coefficients[T])
	}
	return any(&Float64).(*Coefficients[T])
}

// SafeSquares reports whether a sum of squares is neither so small that some have underflowed
// nor so large that a bit more would overflow.
func SafeSquares[T Float](s T) bool {
	if is32[T]() {
		return s >= T(Float32.NormLeast) && s <= T(Float32.NormMost)
	}
	return s >= T(Float64.NormLeast) && s <= T(Float64.NormMost)
}
