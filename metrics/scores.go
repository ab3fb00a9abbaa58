package metrics

import (
	"slices"
	"sort"

	"github.com/nabla-go/nabla/kernels"
)

// scores are the outputs of a column for all rows. Those of the class's own samples
// fill the slice from the front, all others from the back.
type scores[T kernels.Float] struct {
	values   []T
	weights  []T // of the same places; nil while all are 1
	own      int // at the front
	others   int // at the back
	unsorted bool
}

func (s *scores[T]) add(v, weight T, own bool) {
	if weight != 1 && s.weights == nil {
		s.weigh()
	}
	n := s.own + s.others
	if n == len(s.values) {
		s.grow(n + max(n/2, 64))
	}
	at := s.own
	if own {
		s.own++
	} else {
		s.others++
		at = len(s.values) - s.others
	}
	s.values[at] = v
	if s.weights != nil {
		s.weights[at] = weight
	}
	s.unsorted = true
}

// weigh makes room for weights and gives 1 to those who are there.
func (s *scores[T]) weigh() {
	s.weights = make([]T, len(s.values))
	for i := range s.weights {
		s.weights[i] = 1
	}
}

// grow makes room for n rows in all.
func (s *scores[T]) grow(n int) {
	if n <= len(s.values) {
		return
	}
	move := func(old []T) []T {
		moved := make([]T, n)
		copy(moved, old[:s.own])
		copy(moved[n-s.others:], old[len(old)-s.others:])
		return moved
	}
	s.values = move(s.values)
	if s.weights != nil {
		s.weights = move(s.weights)
	}
}

func (s *scores[T]) merge(o *scores[T]) {
	s.grow(s.own + s.others + o.own + o.others)
	if o.weights != nil && s.weights == nil {
		s.weigh()
	}
	for i := range o.values {
		if i < o.own || i >= len(o.values)-o.others {
			s.add(o.values[i], o.weight(i), i < o.own)
		}
	}
}

func (s *scores[T]) weight(i int) T {
	if s.weights == nil {
		return 1
	}
	return s.weights[i]
}

func (s *scores[T]) reset() {
	s.own, s.others = 0, 0
}

// sort sorts either part by score and, so that sums don't depend on the order of the
// samples, equal scores by weight.
func (s *scores[T]) sort() {
	if !s.unsorted {
		return
	}
	s.unsorted = false
	for _, part := range [...]byWeight[T]{s.ownPart(), s.otherPart()} {
		if part.weights == nil {
			slices.Sort(part.values)
		} else {
			sort.Sort(part)
		}
	}
}

// byWeight orders scores, and equal ones by weight.
type byWeight[T kernels.Float] struct{ values, weights []T }

func (p byWeight[T]) Len() int { return len(p.values) }
func (p byWeight[T]) Less(i, j int) bool {
	return p.values[i] < p.values[j] || p.values[i] == p.values[j] && p.weights[i] < p.weights[j]
}
func (p byWeight[T]) Swap(i, j int) {
	p.values[i], p.values[j] = p.values[j], p.values[i]
	p.weights[i], p.weights[j] = p.weights[j], p.weights[i]
}

func (s *scores[T]) ownPart() byWeight[T] { return s.part(0, s.own) }
func (s *scores[T]) otherPart() byWeight[T] {
	return s.part(len(s.values)-s.others, len(s.values))
}

func (s *scores[T]) part(i, j int) byWeight[T] {
	p := byWeight[T]{values: s.values[i:j]}
	if s.weights != nil {
		p.weights = s.weights[i:j]
	}
	return p
}

// A cursor goes through a sorted part, from the largest score down or from the
// smallest up.
type cursor[T kernels.Float] struct {
	byWeight[T]
	up    bool
	taken int
}

func (c *cursor[T]) done() bool { return c.taken == len(c.values) }

// at returns where the next score is.
func (c *cursor[T]) at() int {
	if c.up {
		return c.taken
	}
	return len(c.values) - 1 - c.taken
}

// take passes all scores that equal v and returns the sum of their weights.
func (c *cursor[T]) take(v T) float64 {
	sum := 0.0
	for ; !c.done() && c.values[c.at()] == v; c.taken++ {
		if c.weights == nil {
			sum++
		} else {
			sum += float64(c.weights[c.at()])
		}
	}
	return sum
}

// eachScore calls visit for each distinct score in descending order, with the numbers
// of the class's own samples and of the others that have it. In reverse, the others
// are the class, and scores ascend.
func (s *scores[T]) eachScore(reverse bool, visit func(own, others float64)) {
	s.sort()
	own, others := cursor[T]{byWeight: s.ownPart(), up: reverse}, cursor[T]{byWeight: s.otherPart(), up: reverse}
	if reverse {
		own, others = others, own
	}
	for !own.done() || !others.done() {
		var v T
		switch {
		case own.done():
			v = others.values[others.at()]
		case others.done():
			v = own.values[own.at()]
		default:
			v = own.values[own.at()]
			if w := others.values[others.at()]; (w > v) != reverse {
				v = w
			}
		}
		visit(own.take(v), others.take(v))
	}
}

func (s *scores[T]) roc(reverse bool) float64 {
	area, tp, fp := 0.0, 0.0, 0.0
	s.eachScore(reverse, func(own, others float64) {
		area += float64(others * (tp + float64(own/2)))
		tp += own
		fp += others
	})
	return area / float64(tp*fp)
}

func (s *scores[T]) averagePrecision(reverse bool) float64 {
	sum, tp, fp := 0.0, 0.0, 0.0
	s.eachScore(reverse, func(own, others float64) {
		tp += own
		fp += others
		sum += float64(own * (tp / (tp + fp)))
	})
	return sum / tp
}
