// Package kernels offers vector and matrix operations on float32 and float64
// with assembly for AVX2, AVX-512 and NEON, and plain Go everywhere else. It is
// the part of nabla that other programs import on its own: dot products, the
// matrix products of neural networks, activations and their derivatives. It
// knows nothing of networks; those live in package net. Every function runs on the
// goroutine that calls it, and any number of goroutines may call functions at the same
// time, as long as none writes what another reads or writes.
//
// # Shapes
//
// Vectors are slices, matrices are row-major [Matrix] values. Every function
// checks all lengths and strides (len, not cap) before it touches memory and
// panics with a constant string if something is wrong. Lengths of 0 and nil are
// allowed everywhere, except where an extreme is asked for ([Max], [Min], [MinMax],
// [ArgMax], [ArgMin], [Iamax]). Functions read and write exactly their operands, need no
// alignment and allocate nothing, unless they make a matrix; large products pack blocks of
// their operands into memory that a pool keeps. A [Vector] has an increment, as in BLAS, such
// as a column of a matrix; functions of such vectors are called [DotStrided], [AxpyStrided]
// and so on, and give the bits of [Dot], [Axpy] and so on.
//
// Outputs must not overlap inputs, unless both are exactly the same: dst of elementwise
// functions, [Softmax], [LogSoftmax], [CumSum], [Copy] and [Convert] may be an input, and x of
// Axpy and [Swap] may be y. Numbers of 16 bits, float16 and bfloat16, are for storage:
// [FromFloat16] and its kin make float32 or float64 of them to compute with.
//
// [GemmBatch] and [GemvBatch] make one product after the other, so that one may read what
// one before has written.
//
// Elementwise functions write dst, their first argument; all slices have one length. The
// steps of optimizers ([Momentum], [Nesterov], [Adagrad], [RMSProp], [Adam], [AdamW],
// [AMSGrad], [Lion]) update the parameters w from their gradient g and keep their state in
// the slices between, which start as zeros; all slices have one length and none overlaps
// another. Hyperparameters are float64, because 1−β₂ in float32 has three digits less; each
// constant of a step is computed in float64 and rounded once. The step of plain gradient
// descent is Axpy(−lr, g, w).
//
// # Instruction sets
//
// The best instruction set of the machine is chosen once, at start: avx512 (F, BW, DQ and VL
// on top of avx2; never on darwin), avx2 (AVX2, FMA and F16C), neon, or generic. [ISA] tells
// which. NABLA_ISA=generic|avx2|avx512|neon asks for another, GODEBUG=cpu.avx512f=off hides a
// CPU feature and with it what needs it, and the build tag purego leaves the assembly out. If
// the machine cannot run what NABLA_ISA asks for, the best one stays in use and [ISAError]
// says why. The README says what plain Go costs.
//
// How the work is cut and what is packed is tuned to a kind of core, which is chosen at
// start as well and changes no bit. [Core] tells which, NABLA_CORE asks for another, and
// [CoreError] says why that was refused.
//
// # One answer
//
// The same inputs give the same bits on every instruction set, at every
// alignment and position, for every GOMAXPROCS. Each result is defined as an
// exact sequence of IEEE 754 operations, rounded to nearest even; package
// generic is that definition in plain Go, and tests hold the assembly to it bit
// for bit. The one freedom: a NaN is a NaN, whatever its payload. In detail:
//
//   - Multiply-add is fused: one rounding. Where a product is rounded on its
//     own, the text says so.
//   - Dot-product form ([Gemv], [Gemm] with B transposed): every element is a sum in 64
//     bytes of virtual lanes, 16 float32 or 8 float64. Term k goes to lane k mod lanes by
//     FMA in ascending order. Then a tree reduction adds the lanes by halves: lane i +=
//     lane i+8 (float32), +4, +2, +1.
//   - Outer-product form ([GemvT], [Ger], Gemm with B not transposed): every element is
//     one chain of FMAs along k, in ascending order.
//   - [Dot] and [Sum] use four times the lanes of Gemv, 64 or 32, and the same tree
//     reduction, from halves of 32 or 16 on. So Dot of a row does not have the bits of
//     that row's Gemv.
//   - Every accumulator starts at +0. A product's result is alpha·acc, rounded,
//     if beta = 0 (then C or y is not read: NaN there does no harm), else
//     fma(alpha, acc, beta·c) with beta·c rounded. If alpha = 0 or there is
//     nothing to sum, A, B and x are not read and the result is +0 or beta·c
//     (c itself if beta = 1). [Ger] is this with one term and beta = 1.
//   - [GemmResume] begins a chain at what C holds instead of +0, with alpha = 1: a product
//     in outer-product form is a C of zeros and the parts of it in order.
//   - So a row of a Gemm is, bit for bit, the Gemv or GemvT of that row, and
//     blocking, tiles, threads and batches change nothing.
//   - [Axpy] is fma(alpha, x, y) and [Scal] alpha·x for every alpha, also 0.
//   - [Max], [Min], [Maximum] and [Minimum] are those of IEEE 754-2019: a NaN wins, and +0
//     is larger than −0. [ArgMax], [ArgMin] and [Iamax] return the first of equals, and
//     take −0 for equal to +0. So do [ReLU] and [Clamp], which leave them as they are.
//   - [Asum], [SquaredDistance], [Mean], [Variance], [Nrm2] and [LogSumExp] have the lanes
//     of Dot and Sum, [CosineSimilarity] half as many. [CumSum] adds in groups of four and
//     the sums of groups in one chain. What [ScatterAddRows] adds to one element is one
//     chain of additions, in ascending order.
//   - [Convert], [ToFloat16] and [ToBFloat16] round once, to nearest even; conversions to
//     a larger type are exact.
//   - NaN propagates through every function, but for what [Dropout] drops, and [Pow] is 1
//     where y is 0 or x is 1. No term is skipped because a factor is zero: 0·NaN is NaN.
//   - Elementary functions are one polynomial scheme in FMA steps with real
//     divisions; Tanh of float32 has a polynomial for each of eight intervals and no
//     division. Errors: [Exp], [Exp2], [Expm1], [Log], [Log2], [Log1p], [Sin], [Cos],
//     [Pow], [Erf], [Sigmoid], [Tanh] and [Softplus] at most 1 ulp, [SigmoidPrime],
//     [TanhPrime], [GELU] and [GELUPrime] at most 2 ulp, an ulp being the spacing of floats
//     at the exact value; ACCURACY.md has
//     the maxima that were measured.
//   - Subnormal numbers are kept, but for what training keeps; see below. Neither MXCSR
//     nor FPCR is ever changed; both are assumed at their defaults. On some x86 CPUs an
//     operation that meets a subnormal takes some 150 cycles.
//
// [NumericVersion] changes whenever any of these bits may.
//
// # Small numbers in training
//
// Gradients and means that decay would become subnormal in the end and stay so, and
// every later step would be slow. So the kernels of training count small numbers as
// zero, before an operation makes a subnormal of them. This is part of their
// definitions: +0 takes the place of
//
//	                                          float32   float64
//	g, v of Momentum and Nesterov    below    2⁻⁶³      2⁻⁵¹¹    in magnitude
//	g, m and w of Lion               below    2⁻⁶³      2⁻⁵¹¹    in magnitude
//	g of Adagrad, RMSProp, Adam,
//	AdamW and AMSGrad                below    2⁻⁵⁰      2⁻⁴⁹⁸    in magnitude
//	s of RMSProp,
//	v of Adam, AdamW and AMSGrad     below    2⁻¹¹¹     2⁻¹⁰⁰⁷   and of negative numbers
//	m of Adam, AdamW and AMSGrad     below    2⁻⁶³      2⁻⁵¹¹    in magnitude
//	w of AdamW, every 8th step       below    2⁻⁶³      2⁻⁵¹¹    in magnitude
//	d of MulReLUPrime, x of Flush    below    2⁻⁶³      2⁻⁵¹¹    in magnitude
//	d of MulSigmoidPrime,
//	MulTanhPrime, MulSoftplusPrime,
//	MulGELUPrime                     if its product with the derivative would be below
//	                                 2⁻⁶³ or 2⁻⁵¹¹ in magnitude, to an eighth
//
// The last of these is decided before the product is: it is small if the bits of |d| and
// those of the derivative without its sign, taken as integers, sum up to less than those of 2⁻⁶³ (2⁻⁵¹¹)
// and 1. Such integers are logarithms, but for a factor and an error of an eighth (Mitchell,
// "Computer Multiplication and Division Using Binary Logarithms", 1962).
//
// Why these numbers: 2⁻⁶³ and 2⁻⁵¹¹ are roots of the least normal number, so that the
// product of two numbers that remain is normal: a velocity times a rate of at least 2⁻⁶³,
// δ times an activation or a weight. The square of 2⁻⁵⁰ or 2⁻⁴⁹⁸, times 1−β₂ of at least
// 2⁻²⁶, is normal, and so is 2⁻¹¹¹ or 2⁻¹⁰⁰⁷ times β₂ of at least 2⁻¹⁵. Thresholds compare
// the new s, v and m, rounded, the w that AdamW has made, and an input before it is used.
// Where s becomes 0, so does the quotient of that step, and where v becomes 0, so does m;
// otherwise m/√v, which is about 1, would turn into m/ε. Eight steps of decay by less than
// a factor of 200 don't make a subnormal number of 2⁻⁶³.
//
// For ε this means: a gradient below 2⁻⁵⁰, about 9e-16, moves no parameter of float32, even
// if ε is smaller than it. With ε = 1e-8 such steps would be at most 1e-7 of a usual one.
// A rate that rounds to a subnormal number counts as 0, and so does an ε of RMSProp; for
// the others an ε that rounds to 0 or to a subnormal number counts as the least normal
// one. ε = 0 is allowed: where s or v is 0, the step is 0, not 0/0.
//
// NaN is never small: a gradient of NaN makes NaN of state and parameter. Only a NaN that a
// caller puts into m is lost where v is 0.
//
// # Masks of dropout
//
// [Dropout] keeps no mask and draws no random numbers. Whether element i of its slices is
// 0 is a function of i and 64 bits that its caller chooses, the key, in arithmetic of
// unsigned integers of 32 bits. k₀ is the key's low word, k₁ its high word and j is
// first + i:
//
//	x = j·0x9E3779B9 + k₀
//	x = mix(x) + k₁
//	x = mix(x)
//
// where mix(x) is
//
//	x = (x xor x>>16)·0x21F0AAAD
//	x = (x xor x>>15)·0x735A2D97
//	x =  x xor x>>15
//
// The result is +0, also in place of a NaN, if x is below ⌊p·2³²⌋. Otherwise it is the
// product of the element with 1/(1−p), which is computed in float64 and rounded once to the
// type of the elements.
//
// Package net makes the key from the seed, the layer (0 is the inputs), the number of the
// step and the position of the sample in its batch; j is the number of the neuron, and the
// gradient gets the same mask. With 64-bit integers, beginning from k = 0, it does for each
// of these four words w
//
//	k = k + w + 0x9E3779B97F4A7C15
//	k = (k xor k>>30)·0xBF58476D1CE4E5B9
//	k = (k xor k>>27)·0x94D049BB133111EB
//	k =  k xor k>>31
//
// So a mask is the same on any machine, for any number of workers and however a batch is
// cut. mix is Wellons' (hash-prospector, 2018), the chain of k is SplitMix64's finaliser
// (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
//
// # Which function for which shape
//
// Gemv, GemvT and Ger read the matrix once and are bound by the speed of the cache it
// lies in. Gemm reuses what it loads and is bound by arithmetic from a batch of about 8
// rows on; for one row it is Gemv or GemvT, for one term with beta = 1 Ger, with the same
// bits and speed. [GemmUpdate] is for a step of a layer, which would read W twice, and
// decides itself whether reading it once pays. Dot is right for one pair of vectors, Gemv
// for many rows against one vector, Gemm for many against many.
//
// Matrices whose rows start on 64-byte boundaries are fastest. Gemm copies operands only
// where they are large, where both are transposed and where rows are a multiple of 4 KiB
// apart (4 KiB aliasing). The folders of bench/tables have the times of all shapes.
//
// # In a service
//
// Go cannot preempt assembly, and a garbage collection waits until it has stopped every
// goroutine. So one call into assembly lasts about 50 µs, longer work is cut into blocks,
// and between any two calls Go can preempt: no function of this package, at any shape,
// delays a stop of the world by more than 100 µs (BenchmarkStop measures it).
//
// [Gemm], like all the others, uses the goroutine that calls it and starts none. To use
// several cores, call it from several goroutines, each with rows of C of its own.
package kernels
