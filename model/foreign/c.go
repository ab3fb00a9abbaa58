package foreign

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"math"
	"reflect"
	"strconv"
	"strings"
	"text/template"
	"unsafe"

	"github.com/nabla-go/nabla/internal/scalar"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/net"
)

//go:embed elementary.c.tmpl
var elementaryC string

// maxCWidth bounds the layers of a C program, which keeps them on its stack.
const maxCWidth = 1 << 16

// WriteC writes a C program without a main: one function of the given name that computes
// the outputs for the raw inputs of a sample, and needs nothing but C's standard library.
// The inputs are scaled as the model scales them; names of classes are left out. Its
// outputs have the bits of those of the model if fma and fmaf round once, which they do
// on every system of today, and the compiler keeps to IEEE 754: with -ffast-math and its
// like the program doesn't compile.
//
// It is an error if the model has an activation that isn't built in, parameters that
// aren't finite, or layers of more than 65,536 neurons.
func WriteC[T kernels.Float](w io.Writer, m *model.Model[T], name string) error {
	if err := m.Check(); err != nil {
		return err
	}
	if !isIdentifier(name) {
		return fmt.Errorf("%q is no name of a C function", name)
	}
	c := &cWriter[T]{Writer: bufio.NewWriter(w), m: m, name: name, lang: newLang[T]()}
	if err := c.check(); err != nil {
		return err
	}
	c.head()
	c.functions()
	c.parameters()
	c.predict()
	return c.Flush()
}

func isIdentifier(s string) bool {
	for i, r := range s {
		if !(r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || i > 0 && r >= '0' && r <= '9') {
			return false
		}
	}
	return s != ""
}

// A lang is what C calls the things of one float type, and fills the templates.
type lang struct {
	T, S, B, FMA, Abs, CopySign string // type, suffix of names, type of the bits, functions
	coefficients                reflect.Value
	bitSize                     int
}

func newLang[T kernels.Float]() *lang {
	if unsafe.Sizeof(T(0)) == 4 {
		return &lang{"float", "_f", "uint32_t", "fmaf", "fabsf", "copysignf", reflect.ValueOf(scalar.Float32), 32}
	}
	return &lang{"double", "_d", "uint64_t", "fma", "fabs", "copysign", reflect.ValueOf(scalar.Float64), 64}
}

// number writes a finite number exactly.
func (l *lang) number(v float64) string {
	s := strconv.FormatFloat(v, 'x', -1, l.bitSize)
	if v == math.Trunc(v) && math.Abs(v) < 1e6 && (v != 0 || !math.Signbit(v)) {
		s = strconv.FormatFloat(v, 'f', 1, 64)
	}
	if l.bitSize == 32 {
		s += "f"
	}
	return s
}

// C returns a coefficient.
func (l *lang) C(name string) string { return l.number(l.coefficients.FieldByName(name).Float()) }

// List returns the coefficients of a polynomial.
func (l *lang) List(name string) string {
	var words []string
	for v := l.coefficients.FieldByName(name); len(words) < v.Len(); {
		words = append(words, l.number(v.Index(len(words)).Float()))
	}
	return strings.Join(words, ", ")
}

// TanhPieces returns the rows of scalar.TanhPieces.
func (l *lang) TanhPieces() string {
	var b strings.Builder
	for _, piece := range scalar.TanhPieces {
		b.WriteString("\n\t{ ")
		for _, x := range append([]float32{piece.Centre, piece.Value}, piece.P[:]...) {
			b.WriteString(l.number(float64(x)) + ", ")
		}
		b.WriteString("},")
	}
	return b.String()
}

// Len returns their number.
func (l *lang) Len(name string) int { return l.coefficients.FieldByName(name).Len() }

func (l *lang) MantBits() int64 { return l.coefficients.FieldByName("MantBits").Int() }

func (l *lang) Bias() string { return l.number(float64(l.coefficients.FieldByName("Bias").Int())) }

// Gelu returns a coefficient of the polynomial 2 √(2/π) (1 + 0.044715 z²).
func (l *lang) Gelu(k int) string {
	const c = 2 * 0.7978845608028653558798921198687637
	return l.number([]float64{c, c * 0.044715}[k])
}

var templates = template.Must(template.New("").Parse(elementaryC))

// cActivations says, by the name of an activation, which functions it needs, in order, some
// of double only, and what it makes of z[j]. A parameter stands in place of the %.
var cActivations = map[string]struct{ needs, call string }{
	"identity":     {"", "z[j]"},
	"sigmoid":      {"bits mul max min horner reduce expWords twoWordExp sigmoid", "sigmoid@(z[j])"},
	"tanh":         {"double:bits double:mul double:max min horner double:reduce tanh", "tanh@(z[j])"},
	"relu":         {"relu", "relu@(z[j])"},
	"softmax":      {"bits mul max min horner reduce expWords twoWordExp exp", ""},
	"exp":          {"bits mul max min horner reduce expWords twoWordExp exp", "exp@(z[j])"},
	"leaky-relu":   {"relu leaky-relu", "leaky_relu@(z[j], %)"},
	"elu":          {"bits mul max min horner reduce expWords twoWordExp exp tanh relu elu", "elu@(z[j], 1, %)"},
	"selu":         {"bits mul max min horner reduce expWords twoWordExp exp tanh relu elu", "elu@(z[j], %)"},
	"softplus":     {"bits mul max min horner reduce expWords twoWordExp softplus", "softplus@(z[j])"},
	"gelu":         {"bits mul max min horner reduce expWords gelu", "gelu@(z[j])"},
	"gelu-tanh":    {"bits mul max min horner reduce expWords twoWordExp sigmoid gelu-tanh", "gelu_tanh@(z[j])"},
	"silu":         {"bits mul max min horner reduce expWords twoWordExp sigmoid silu", "silu@(z[j])"},
	"hard-sigmoid": {"max min hard-sigmoid", "hard_sigmoid@(z[j])"},
	"clipped-relu": {"max min clipped-relu", "clipped_relu@(z[j], %)"},
}

// cOrder has the functions in an order in which each stands behind those that it calls.
var cOrder = strings.Fields("bits mul max min horner reduce expWords twoWordExp exp sigmoid tanh softplus relu leaky-relu elu silu gelu-tanh hard-sigmoid clipped-relu gelu")

// A cWriter writes a program.
type cWriter[T kernels.Float] struct {
	*bufio.Writer
	m    *model.Model[T]
	name string
	lang *lang
}

// isBuiltIn reports whether σ is a built-in activation, and not one of that name.
func isBuiltIn(σ *net.Activation) bool {
	built, err := net.ParseActivation(σ.Name)
	return err == nil && (built == σ || built.Param != nil && σ.Param != nil)
}

func (c *cWriter[T]) check() error {
	n := c.m.Net
	if n.Inputs() > maxCWidth {
		return fmt.Errorf("the model has %d inputs: a C program may have %d", n.Inputs(), maxCWidth)
	}
	for i := 1; i <= n.Depth(); i++ {
		l := n.Layer(i)
		if _, ok := cActivations[l.Activation.Name]; !ok || !isBuiltIn(l.Activation) {
			return fmt.Errorf("layer %d has the activation %q, which can't be said in C: want a built-in one", i, l.Activation)
		}
		if l.Out > maxCWidth {
			return fmt.Errorf("layer %d has %d neurons: a C program may have %d", i, l.Out, maxCWidth)
		}
		for _, tensor := range [][]T{n.Weights(i).Data, n.Biases(i), n.Gamma(i), n.Beta(i)} {
			for _, v := range tensor {
				if v-v != 0 {
					return fmt.Errorf("layer %d has a parameter that is %v: want finite ones", i, v)
				}
			}
		}
	}
	return nil
}

func (c *cWriter[T]) printf(format string, args ...any) { fmt.Fprintf(c, format, args...) }

func (c *cWriter[T]) head() {
	n := c.m.Net
	threshold := ""
	if t := n.Config().Threshold; t != 0 {
		threshold = fmt.Sprintf(" * An output stands for yes if it is above the threshold %v.\n", t)
	}
	c.printf(`/* Written by nabla: a network of %d inputs and %d outputs.
 * Fingerprint of its parameters: %s
%s *
 * The outputs have the bits that nabla computes. That needs IEEE 754 arithmetic, and fma
 * and fmaf that round once; link with -lm.
 */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "compile this without -ffast-math: it changes the bits of results"
#endif
#if FLT_EVAL_METHOD != 0
#error "compile this with -msse2 -mfpmath=sse or the like: results must be rounded to their types"
#endif
`, n.Inputs(), n.Outputs(), n.Fingerprint(), threshold)
}

// functions writes those that the network needs.
func (c *cWriter[T]) functions() {
	needs := make(map[string]bool)
	for i := 1; i <= c.m.Net.Depth(); i++ {
		l := c.m.Net.Layer(i)
		for _, name := range strings.Fields(cActivations[l.Activation.Name].needs) {
			if double, ok := strings.CutPrefix(name, "double:"); ok {
				needs[double] = needs[double] || c.lang.T == "double"
			} else {
				needs[name] = true
			}
		}
		if l.LayerNorm {
			needs["mul"] = true
		}
	}
	for _, name := range cOrder {
		if needs[name] {
			templates.ExecuteTemplate(c, name, c.lang)
		}
	}
}

// array writes a constant array.
func (c *cWriter[T]) array(t, name string, values []string) {
	c.printf("static const %s %s[%d] = {", t, name, len(values))
	for i, v := range values {
		if i%8 == 0 {
			c.printf("\n\t")
		}
		c.printf("%s, ", v)
	}
	c.printf("\n};\n")
}

func (c *cWriter[T]) parameters() {
	c.printf("\n")
	words := func(l *lang, values []float64) (words []string) {
		for _, v := range values {
			words = append(words, l.number(v))
		}
		return words
	}
	if s := c.m.Scaler; s != nil {
		c.array("double", "scaler_mean", words(newLang[float64](), s.Mean))
		c.array("double", "scaler_sd", words(newLang[float64](), s.SD))
	}
	n := c.m.Net
	for i := 1; i <= n.Depth(); i++ {
		for j, tensor := range [][]T{n.Weights(i).Data, n.Biases(i), n.Gamma(i), n.Beta(i)} {
			if tensor == nil {
				continue
			}
			c.printf("static const %s %s%d[%d] = {", c.lang.T, []string{"w", "b", "gamma", "beta"}[j], i, len(tensor))
			for k, v := range tensor {
				if k%8 == 0 {
					c.printf("\n\t")
				}
				c.printf("%s, ", c.lang.number(float64(v)))
			}
			c.printf("\n};\n")
		}
	}
}

func (c *cWriter[T]) predict() {
	n, l := c.m.Net, c.lang
	lanes := 64 / (l.bitSize / 8)
	c.printf(`
/* z = W x + b: each sum in %[1]d lanes, which are then added by halves. */
static void linear(int out, int in, const %[2]s *w, const %[2]s *b, const %[2]s *x, %[2]s *z)
{
	for (int i = 0; i < out; i++) {
		%[2]s acc[%[1]d] = { 0 };
		for (int k = 0; k < in; k++)
			acc[k %% %[1]d] = %[3]s(w[(size_t)i * in + k], x[k], acc[k %% %[1]d]);
		for (int h = %[1]d / 2; h > 0; h /= 2)
			for (int j = 0; j < h; j++)
				acc[j] += acc[j + h];
		z[i] = acc[0] + b[i];
	}
}
`, lanes, l.T, l.FMA)
	softmax, norm, widest := false, false, n.Inputs()
	for i := 1; i <= n.Depth(); i++ {
		softmax = softmax || n.Layer(i).Activation == net.Softmax
		norm = norm || n.Layer(i).LayerNorm
		widest = max(widest, n.Layer(i).Out)
	}
	if softmax || norm {
		c.sums(4*lanes, norm)
	}
	if softmax {
		c.printf(`
static void softmax(int n, %[1]s *z)
{
	%[1]s top = -INFINITY, s;
	for (int j = 0; j < n; j++)
		if (z[j] > top)
			top = z[j];
	for (int j = 0; j < n; j++)
		z[j] = exp%[2]s(z[j] - top);
	s = sum(n, z);
	for (int j = 0; j < n; j++)
		z[j] /= s;
}
`, l.T, l.S)
	}
	c.printf("\n/* Sets y to the %d outputs for the %d raw inputs x of a sample. */\n", n.Outputs(), n.Inputs())
	c.printf("void %s(const %s *x, %s *y)\n{\n\t%s a[%d], z[%d];\n", c.name, l.T, l.T, l.T, widest, widest)
	if c.m.Scaler != nil {
		c.printf("\tfor (int j = 0; j < %d; j++)\n\t\ta[j] = scaler_sd[j] == 0 ? 0 : (%s)(((double)x[j] - scaler_mean[j]) / scaler_sd[j]);\n", n.Inputs(), l.T)
	} else {
		c.printf("\tmemcpy(a, x, %d * sizeof *x);\n", n.Inputs())
	}
	in := n.Inputs()
	for i := 1; i <= n.Depth(); i++ {
		layer := n.Layer(i)
		c.printf("\tlinear(%d, %d, w%d, b%d, a, z);\n", layer.Out, in, i, i)
		if layer.LayerNorm {
			c.printf("\tnormalise(%d, gamma%d, beta%d, z);\n", layer.Out, i, i)
		}
		if layer.Activation == net.Softmax {
			c.printf("\tsoftmax(%d, z);\n\tmemcpy(a, z, %d * sizeof *z);\n", layer.Out, layer.Out)
		} else {
			c.printf("\tfor (int j = 0; j < %d; j++)\n\t\ta[j] = %s;\n", layer.Out, c.call(layer.Activation))
		}
		in = layer.Out
	}
	c.printf("\tmemcpy(y, a, %d * sizeof *a);\n}\n", in)
}

// call returns what an activation makes of z[j].
func (c *cWriter[T]) call(σ *net.Activation) string {
	param := ""
	switch {
	case σ == net.SELU:
		scale, alpha := 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
		param = c.lang.number(float64(T(scale))) + ", " + c.lang.number(float64(T(float64(scale*alpha))))
	case σ.Param != nil:
		param = c.lang.number(float64(T(σ.Param.Value)))
	}
	return strings.NewReplacer("@", c.lang.S, "%", param).Replace(cActivations[σ.Name].call)
}

// sums writes the sum of a row in wide lanes, and layer normalisation.
func (c *cWriter[T]) sums(lanes int, norm bool) {
	l := c.lang
	sum := func(name, comment, args, add string) {
		c.printf(`
/* %[5]s in %[1]d lanes, which are then added by halves. */
static %[2]s %[3]s(int n, %[4]s)
{
	%[2]s acc[%[1]d] = { 0 };
	for (int k = 0; k < n; k++)
		%[6]s;
	for (int h = %[1]d / 2; h > 0; h /= 2)
		for (int j = 0; j < h; j++)
			acc[j] += acc[j + h];
	return acc[0];
}
`, lanes, l.T, name, args, comment, add)
	}
	sum("sum", "The sum of x", "const "+l.T+" *x", fmt.Sprintf("acc[k %% %d] += x[k]", lanes))
	if !norm {
		return
	}
	sum("squares", "The sum of the squares of x", "const "+l.T+" *x", fmt.Sprintf("acc[k %% %d] = %s(x[k], x[k], acc[k %% %d])", lanes, l.FMA, lanes))
	c.printf(`
static void normalise(int n, const %[1]s *gamma, const %[1]s *beta, %[1]s *z)
{
	%[1]s mean = (%[1]s)((double)sum(n, z) / n), inverse;
	for (int j = 0; j < n; j++)
		z[j] -= mean;
	inverse = (%[1]s)(1 / sqrt((double)squares(n, z) / n + 1e-5));
	for (int j = 0; j < n; j++)
		z[j] = mul%[2]s(mul%[2]s(inverse, z[j]), gamma[j]) + beta[j];
}
`, l.T, l.S)
}
