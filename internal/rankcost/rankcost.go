// Package rankcost is a model of what a training step costs on several ranks. It decides how
// ranks divide an update and writes the table of docs/ranks.md; it decides no bit of a result.
package rankcost

import (
	"fmt"
	"math"
)

// A Way is how ranks that have a part of the samples each update the parameters of a layer.
type Way uint8

// The ways.
const (
	Whole Way = iota // all gather the factors of all samples, and each updates the whole
	Rows             // all gather the factors, each updates its rows of W, and all gather the rows
	Sums             // sums pass through the ranks in order, and the last gives them to all
	ways
)

// ParseWay returns the way that a user calls whole, rows or sums.
func ParseWay(name string) (Way, error) {
	for way, n := range [ways]string{"whole", "rows", "sums"} {
		if n == name {
			return Way(way), nil
		}
	}
	return Whole, fmt.Errorf("%q is no way to update a layer: want whole, rows or sums", name)
}

// A Machine is what the model knows of ranks and of what lies between them.
type Machine struct {
	Rate    float64 // multiply-adds a second of one rank, all its threads together
	Step    float64 // seconds that the optimizer takes for one parameter
	Latency float64 // seconds of the shortest message
	// Bytes a second: that a rank receives where all gather, that pass through a rank which
	// receives them from one and sends them to another, and that one rank gives to all.
	Bandwidth, Pass, Spread float64
}

// A Layer is what the model knows of a layer: the numbers of the rows of W and of its weights
// and, of one sample, that of the floats which its gradient is made of and a rank doesn't have
// by itself.
type Layer struct{ Rows, Weights, Factors int }

// A Step is a step on a batch that so many ranks divide, with numbers of so many bytes.
type Step struct{ Batch, Ranks, Width int }

// Gather returns the seconds in which size ranks gather so many bytes, of which each brings
// its part.
func (m Machine) Gather(bytes float64, size int) float64 {
	if size == 1 {
		return 0
	}
	return float64(m.Latency*math.Ceil(math.Log2(float64(size)))) + bytes*float64(size-1)/float64(size)/m.Bandwidth
}

// Update returns the seconds of a layer's update in each of the ways, with what it takes to
// gather factors.
func (m Machine) Update(l Layer, s Step) (seconds [ways]float64) {
	w, size := float64(l.Weights), float64(s.Ranks)
	sums, step := w*float64(s.Batch)/m.Rate, float64(w*m.Step)
	if s.Ranks == 1 {
		return [ways]float64{sums + step, sums + step, sums + step}
	}
	bytes := float64(w * float64(s.Width))
	factors := float64(s.Batch) * float64(l.Factors*s.Width) * (size - 1) / size / m.Bandwidth
	seconds[Whole] = factors + sums + step
	seconds[Rows] = factors + (sums+step)/size + m.Gather(bytes, s.Ranks)
	seconds[Sums] = m.chain(bytes, sums/size, l.Rows, s.Ranks) + float64(m.Latency*math.Ceil(math.Log2(size))) + bytes/m.Spread + step
	return seconds
}

// chain returns the seconds in which sums of so many bytes, in so many rows, pass through all
// ranks, each of which takes so long to add its own.
func (m Machine) chain(bytes, adding float64, rows, size int) float64 {
	pieces := float64(m.Pieces(bytes, adding, rows, size))
	each := m.Latency + (bytes/m.Pass+adding)/pieces + adding*more/float64(rows)
	return float64((pieces + float64(size-1)) * each)
}

// more is how many rows more each piece of a product takes the time of, because it reads the
// other operand anew.
const more = 24

// Pieces returns the number of pieces in which the sums of chain pass soonest.
func (m Machine) Pieces(bytes, adding float64, rows, size int) int {
	best := math.Sqrt(float64(size-1) * (bytes/m.Pass + adding) / (m.Latency + adding*more/float64(rows)))
	return int(max(1, min(best, bytes/float64(LeastPiece), 1<<12)))
}

// Numbers of bytes: the least of a piece, and of a message by which bandwidths are measured.
var (
	LeastPiece = 1 << 12
	Message    = 1 << 19
)

// Few is the number of a layer's weights below which rows aren't divided. If the floats of the
// factors are fewer as well, in all layers, each rank updates the whole and nothing is measured.
var Few = 1 << 16

// Choose returns the way that takes the least time, Rows only if that may be.
var Choose = func(m Machine, l Layer, s Step, rows bool) Way {
	seconds, best := m.Update(l, s), Whole
	if rows && l.Weights >= Few && seconds[Rows] < seconds[best] {
		best = Rows
	}
	if seconds[Sums] < seconds[best] {
		best = Sums
	}
	return best
}

// Only is a [Choose] that takes one way, where it may be.
func Only(way Way) func(m Machine, l Layer, s Step, rows bool) Way {
	return func(_ Machine, _ Layer, _ Step, rows bool) Way {
		if way == Rows && !rows {
			return Whole
		}
		return way
	}
}

// Force has updates done in the given ways, where they may be, and sums pass in many pieces,
// until the function that it returns is called. It is for tests.
func Force(way func(Layer) Way) func() {
	choose, few, least, message := Choose, Few, LeastPiece, Message
	Few, LeastPiece, Message = 0, 100, 1<<10
	Choose = func(m Machine, l Layer, s Step, rows bool) Way { return Only(way(l))(m, l, s, rows) }
	return func() { Choose, Few, LeastPiece, Message = choose, few, least, message }
}

// Always is for [Force].
func Always(way Way) func(Layer) Way { return func(Layer) Way { return way } }

// Network returns the seconds of a step of a network with the given widths, inputs first, and
// the ways of its layers.
func (m Machine) Network(widths []int, s Step) (total float64, chosen []Way) {
	share := float64((s.Batch + s.Ranks - 1) / s.Ranks)
	for i := 1; i < len(widths); i++ {
		l := LayerOf(widths, i)
		passes := 1.0 // forward
		if i > 1 {
			passes = 2 // and back
		}
		way := Choose(m, l, s, true)
		total += float64(passes*share)*float64(l.Weights)/m.Rate + m.Update(l, s)[way]
		chosen = append(chosen, way)
	}
	return total + m.Gather(float64(s.Batch*8), s.Ranks), chosen // costs
}

// LayerOf returns layer i of a network with the given widths, inputs first, which every rank
// has.
func LayerOf(widths []int, i int) Layer {
	l := Layer{Rows: widths[i], Weights: widths[i] * widths[i-1], Factors: widths[i]}
	if i > 1 {
		l.Factors += widths[i-1]
	}
	return l
}
