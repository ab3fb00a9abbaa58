// Package scalar has the elementary functions of one number in plain Go: exp, log,
// sigmoid, tanh and their derivatives for float32 and float64, and a few more for
// float64. They give the same bits on every machine, which those of package math
// do not, so the whole module takes them wherever a parameter, a cost or a random
// number depends on the result.
//
// They are made of +, −, ×, ÷, FMA and operations on bits. What they return is the
// definition of the elementwise kernels: package generic has the loops over
// slices, and assembly returns the same bits with the same [Coefficients].
//
// Square roots are exact everywhere; take them from package math.
package scalar
