package main

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// A training is a choice: a level of each factor.
type training [factors]int

// The factors of a training.
const (
	hidden    = iota // activation of two hidden layers, if there are any
	output           // activation of the output layer
	cost             // what is minimised
	method           // the optimizer
	regime           // which samples make a step
	initial          // how weights start
	precision        // the type of all numbers
	factors
)

// levels are the names of the levels of each factor.
var levels = [factors][]string{
	hidden:    append([]string{"none"}, namesOf(net.Activations())...),
	output:    namesOf(net.Activations()),
	cost:      namesOf(net.Costs()),
	method:    namesOf(train.Methods()),
	regime:    {"online", "mini-batch", "full-batch", "two-level"},
	initial:   {"normal", "zero"},
	precision: {"float32", "float64"},
}

// inits are the levels of initial.
var inits = []*net.Init{net.ScaledNormal, net.Zero}

// namesOf returns the names of rows of a table.
func namesOf[R fmt.Stringer](rows []R) []string {
	var list []string
	for _, r := range rows {
		list = append(list, r.String())
	}
	return list
}

// String returns the names of the levels of t.
func (t training) String() string {
	var list [factors]string
	for f, level := range t {
		list[f] = levels[f][level]
	}
	return strings.Join(list[:], " ")
}

// valid reports whether the levels of t go together: package net refuses a cost that is
// for another output, and hidden layers that start at zero learn nothing.
func (t training) valid() bool {
	c := net.Costs()[t[cost]]
	return (!c.OutputOnly || net.Activations()[t[output]] == c.Output) &&
		(inits[t[initial]] != net.Zero || t[hidden] == 0)
}

// all returns every valid training, in lexical order of its levels.
func all() []training {
	var list []training
	var t training
	for {
		if t.valid() {
			list = append(list, t)
		}
		f := factors - 1
		for ; f >= 0; f-- {
			if t[f]++; t[f] < len(levels[f]) {
				break
			}
			t[f] = 0
		}
		if f < 0 {
			return list
		}
	}
}

// pairs is a set of pairs of levels: element [f][g][i][j] tells whether level i of factor f has been
// seen together with level j of factor g < f.
type pairs [factors][factors][maxLevels][maxLevels]bool

// maxLevels is the largest number of levels that a factor may have.
const maxLevels = 64

// missing returns the number of pairs of t that are not in p.
func (p *pairs) missing(t *training) int {
	count := 0
	for f := range t {
		for g := range f {
			if !p[f][g][t[f]][t[g]] {
				count++
			}
		}
	}
	return count
}

// add adds the pairs of t to p.
func (p *pairs) add(t *training) {
	for f := range t {
		for g := range f {
			p[f][g][t[f]][t[g]] = true
		}
	}
}

// pairwise returns some of the candidates that together have every pair of levels
// of two factors that any candidate has. It takes the one with most new pairs each
// time, the first of equals. What a candidate would add never grows, so that one is looked at again
// only if what it had before would be the most.
func pairwise(candidates []training) []training {
	var covered pairs
	var list []training
	atMost := make([]int, len(candidates)) // what a candidate had when it was last looked at
	for k := range atMost {
		atMost[k] = math.MaxInt
	}
	for {
		var best *training
		most := 0
		for k := range candidates {
			if atMost[k] <= most {
				continue
			}
			atMost[k] = covered.missing(&candidates[k])
			if atMost[k] > most {
				best, most = &candidates[k], atMost[k]
			}
		}
		if best == nil {
			return list
		}
		list = append(list, *best)
		covered.add(best)
	}
}

// steps takes 20 steps on digits and prints the line of t.
func steps[T kernels.Float](w io.Writer, digits *train.Data[T], t training, workers int) {
	σ, c := net.Activations()[t[output]], net.Costs()[t[cost]]
	var layers []net.Layer
	if t[hidden] > 0 {
		h := net.Activations()[t[hidden]-1]
		layers = append(layers, net.Dense(27, h), net.Dense(13, h))
	}
	n := newNetwork[T](net.Config{
		Inputs: digits.X.Cols, Layers: append(layers, net.Dense(len(digits.Classes), σ)),
		Cost: c, Init: inits[t[initial]], Seed: 1,
	})
	d := &train.Data[T]{X: digits.X.Slice(0, 200), T: digits.T.Slice(0, 200)}
	bounded := σ.Range != nil && σ.Range.Min >= 0 && σ.Range.Max <= 1
	if !bounded {
		center(n)
	}
	if !c.Targets.Contains(0) || !bounded {
		d.T = soft(d.T)
	}
	m := train.Methods()[t[method]]
	o := train.Options{Epochs: 1, Rate: rate(m), Batch: 10, Seed: 1, Workers: workers, Optimizer: m.Optimizer()}
	switch levels[regime][t[regime]] {
	case "online":
		o.Batch = 1
		d.X, d.T = d.X.Slice(0, 20), d.T.Slice(0, 20)
	case "full-batch":
		o.Batch, o.Epochs, o.Schedule = train.All, 20, train.CosineDecay(0.1)
	case "two-level":
		o.Batch, o.Draw = 12, 50 // the last of 5 steps has 2 samples
	}
	fit(w, t.String(), n, d, o)
}

// rate returns a learning rate at which no output leaves the domain of a cost.
func rate(m *train.Method) float64 {
	switch m.Name {
	case "sgd":
		return 0.001
	case "momentum", "nesterov":
		return 0.0002
	}
	return 0.0005
}

// soft returns targets of 0.9 and 0.1 for those of 1 and 0, inside the domain of
// every cost and the range of every activation.
func soft[T kernels.Float](oneHot kernels.Matrix[T]) kernels.Matrix[T] {
	t := kernels.NewMatrix[T](oneHot.Rows, oneHot.Cols)
	for k, v := range oneHot.Data {
		t.Data[k] = T(0.1 + float64(0.8*float64(v)))
	}
	return t
}

// center makes an output layer whose activation is not bounded by 0 and 1 start
// between them, where every cost is defined.
func center[T kernels.Float](n *net.Network[T]) {
	kernels.Scal(0.125, n.Weights(n.Depth()).Data)
	bias := T(0.5)
	if σ := n.Layer(n.Depth()).Activation; σ == net.Exp || σ == net.Softplus {
		bias = -0.5
	}
	for j := range n.Biases(n.Depth()) {
		n.Biases(n.Depth())[j] = bias
	}
}
