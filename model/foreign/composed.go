package foreign

import (
	"math"
	"strconv"
	"strings"

	"github.com/nabla-go/nabla/internal/onnx"
	"github.com/nabla-go/nabla/net"
)

// Exporters write some activations as several operators. This file has their formulas.

// A formula is an operator with its arguments, the data x, a parameter a, or a number.
type formula struct {
	op        string
	arguments []formula
	number    float64
}

// A composition is a formula, and what puts its activation on the stack.
type composition struct {
	formula
	apply func(s *stack, a float64) error
}

var compositions = composed()

func composed() (all []composition) {
	add := func(apply func(*stack, float64) error, texts ...string) {
		for _, text := range texts {
			f, rest := parseFormula(text)
			if rest != "" {
				panic("foreign: a formula goes on with " + rest)
			}
			all = append(all, composition{f, apply})
		}
	}
	plain := func(a *net.Activation) func(*stack, float64) error {
		return func(s *stack, _ float64) error { return s.activate("the activation", a) }
	}
	with := func(p *net.Param[net.Activation]) func(*stack, float64) error {
		return func(s *stack, a float64) error { return withParameter(s, p, a) }
	}
	add(plain(net.SiLU), "Mul(x,Sigmoid(x))")
	add(plain(net.Softplus),
		"Where(Greater(x,20),x,Softplus(x))", // above 20 the difference is below 3e-9
		"Add(Relu(x),Log(Add(Exp(Neg(Abs(x))),1)))")
	gelu := func(a *net.Activation, twice string) { // twice what z is multiplied by
		add(plain(a), "Mul(Mul(x,"+twice+"),0.5)", "Mul(Mul(x,0.5),"+twice+")", "Mul(x,Mul("+twice+",0.5))")
	}
	for _, u := range []string{"Div(x,1.4142135623730951)", "Mul(x,0.7071067811865476)"} {
		gelu(net.GELU, "Add(Erf("+u+"),1)")
	}
	for _, cube := range []string{"Pow(x,3)", "Mul(Mul(x,x),x)"} {
		gelu(net.GELUTanh, "Add(Tanh(Mul(Add(x,Mul("+cube+",0.044715)),0.7978845608028654)),1)")
	}
	add(plain(net.GELUTanh), "Mul(x,Sigmoid(Mul(Add(Mul(Mul(x,x),0.07135481627159986),1.5957691216057308),x)))")
	add(with(net.LeakyReLU(1).Param), "Add(Relu(x),Mul(Min(x,0),a))")
	add(with(net.ELU(1).Param), "Add(Relu(x),Mul(Sub(Exp(Min(x,0)),1),a))")
	add(plain(net.SELU), "Add(Mul(Relu(x),1.0507009873554805),Mul(Sub(Exp(Min(x,0)),1),1.7580993408473766))")
	return all
}

// parseFormula reads a formula without blanks from the beginning of text.
func parseFormula(text string) (f formula, rest string) {
	end := strings.IndexAny(text, "(),")
	if end < 0 {
		end = len(text)
	}
	f.op, rest = text[:end], text[end:]
	if v, err := strconv.ParseFloat(f.op, 64); err == nil {
		f.op, f.number = "", v
	}
	if !strings.HasPrefix(rest, "(") {
		return f, rest
	}
	for !strings.HasPrefix(rest, ")") {
		var argument formula
		argument, rest = parseFormula(rest[1:])
		f.arguments = append(f.arguments, argument)
	}
	return f, rest[1:]
}

// compose returns the step whose result is called name, if several nodes make it that are an
// activation together.
func (g *graph) compose(name string) (step, bool) {
	for i := range compositions {
		c := &compositions[i]
		m := matcher{graph: g}
		if m.match(&c.formula, name, func() bool { return true }) {
			return step{node: g.makers[name], data: m.x, activate: func(s *stack) error { return c.apply(s, m.a) }}, true
		}
	}
	return step{}, false
}

// A matcher compares a formula with the nodes of a graph.
type matcher struct {
	*graph
	x string  // the name of the data, once known
	a float64 // the parameter
}

// match tells whether the value called name is what f says and then, with the x and a
// that this takes, next is true.
func (m *matcher) match(f *formula, name string, next func() bool) bool {
	constant := m.constants[name]
	switch {
	case f.op == "":
		return constant != nil && isAbout(constant, f.number) && next()
	case f.op == "a":
		if constant == nil || len(constant.Numbers) != 1 {
			return false
		}
		m.a = constant.Numbers[0]
		return next()
	case f.op == "x":
		if constant != nil || m.x != "" && m.x != name {
			return false
		}
		before := m.x
		m.x = name
		if next() {
			return true
		}
		m.x = before
		return false
	}
	n := m.makers[name]
	if n == nil || n.Domain != "" || n.Op != f.op || len(n.Inputs) != len(f.arguments) || len(n.Outputs) != 1 || len(n.Attributes) != 0 {
		return false
	}
	if m.matchAll(f.arguments, n.Inputs, next) {
		return true
	}
	commutes := n.Op == "Add" || n.Op == "Mul"
	return commutes && m.matchAll(f.arguments, []string{n.Inputs[1], n.Inputs[0]}, next)
}

func (m *matcher) matchAll(arguments []formula, names []string, next func() bool) bool {
	if len(arguments) == 0 {
		return next()
	}
	return m.match(&arguments[0], names[0], func() bool { return m.matchAll(arguments[1:], names[1:], next) })
}

// isAbout tells whether t is one number, v but for the rounding of float32.
func isAbout(t *onnx.Tensor, v float64) bool {
	return len(t.Numbers) == 1 && math.Abs(t.Numbers[0]-v) <= 1e-7*math.Abs(v)
}
