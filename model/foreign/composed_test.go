package foreign

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/internal/onnx"
)

// nodes appends the nodes of a formula to g and returns the name of its value. Each x is
// the value that leaf returns.
func (f *formula) nodes(g *graph, leaf func() string) string {
	if f.op == "x" {
		return leaf()
	}
	name := strconv.Itoa(len(g.constants) + len(g.makers))
	if f.arguments == nil {
		number := f.number
		if f.op == "a" {
			number = 0.25
		}
		g.constants[name] = &onnx.Tensor{Type: onnx.Float64, Numbers: []float64{number}}
		return name
	}
	n := &onnx.Node{Op: f.op, Outputs: []string{name}}
	g.makers[name] = n
	for i := range f.arguments {
		n.Inputs = append(n.Inputs, f.arguments[i].nodes(g, leaf))
	}
	return name
}

// Every formula is recognised, also with its products and sums turned round, and none that
// differs in a number, an operator or one of its data.
func TestCompositions(t *testing.T) {
	for _, c := range compositions {
		build := func(f formula, leaf func() string) (*graph, string) {
			g := &graph{constants: make(map[string]*onnx.Tensor), makers: make(map[string]*onnx.Node)}
			return g, f.nodes(g, leaf)
		}
		x := func() string { return "x" }
		g, name := build(c.formula, x)
		s, ok := g.compose(name)
		require.True(t, ok, c.formula)
		require.Equal(t, "x", s.data)
		require.NoError(t, s.activate(&stack{width: 3}))

		for _, n := range g.makers {
			if n.Op == "Add" || n.Op == "Mul" {
				n.Inputs[0], n.Inputs[1] = n.Inputs[1], n.Inputs[0]
			}
		}
		_, ok = g.compose(name)
		require.True(t, ok, c.formula)

		parameter := false
		for _, constant := range g.constants {
			if constant.Numbers[0] == 0.25 {
				parameter = true
				continue
			}
			constant.Numbers[0] += 1e-5
			_, ok = g.compose(name)
			require.False(t, ok, c.formula)
			constant.Numbers[0] -= 1e-5
		}
		if parameter {
			for _, constant := range g.constants {
				if constant.Numbers[0] == 0.25 {
					constant.Numbers[0] = -1
				}
			}
			s, ok = g.compose(name)
			require.True(t, ok)
			require.ErrorContains(t, s.activate(&stack{width: 3}), "want a number above 0")
		}

		for _, n := range g.makers {
			op := n.Op
			n.Op = "Sin"
			_, ok = g.compose(name)
			require.False(t, ok, "%v without %s", c.formula, op)
			n.Op = op
		}

		leaves := 0
		g, name = build(c.formula, func() string { leaves++; return "x" + strconv.Itoa(leaves) })
		_, ok = g.compose(name)
		require.False(t, ok, "%v of several data", c.formula)
	}
}
