package train

import (
	"math"

	"github.com/nabla-go/nabla/internal/scalar"
)

// rules are the built-in rules.
var rules = []*Rule{constant, stepDecay, exponentialDecay, inverseScaling, polynomialDecay, cosineDecay, cosineRestarts, oneCycle, plateau}

var infinity = math.Inf(1)

var constant = &Rule{
	Name:    "constant",
	Formula: "1",
	Factor:  func(Position, []float64) float64 { return 1 },
}

// Constant keeps the learning rate as it is: the factor is always 1.
func Constant() Schedule { return Schedule{Rule: constant} }

var stepDecay = &Rule{
	Name:       "step",
	Formula:    "factor^⌊e / every⌋",
	Parameters: []Parameter{{Name: "every", Low: 1, High: math.MaxInt32, Whole: true, Value: 10}, {Name: "factor", High: infinity, Value: 0.1}},
	Factor:     func(at Position, v []float64) float64 { return scalar.Pow(v[1], math.Floor(float64(at.Done)/v[0])) },
}

// StepDecay multiplies the learning rate by factor after every so many epochs:
// factor^⌊e / every⌋.
func StepDecay(every int, factor float64) Schedule {
	return Schedule{Rule: stepDecay, Values: []float64{float64(every), factor}}
}

var exponentialDecay = &Rule{
	Name:       "exponential",
	Formula:    "factor^e",
	Parameters: []Parameter{{Name: "factor", High: infinity, Value: 0.95}},
	Factor:     func(at Position, v []float64) float64 { return scalar.Pow(v[0], float64(at.Done)) },
}

// ExponentialDecay multiplies the learning rate by factor after every epoch: factor^e.
func ExponentialDecay(factor float64) Schedule {
	return Schedule{Rule: exponentialDecay, Values: []float64{factor}}
}

var inverseScaling = &Rule{
	Name:       "inverse-scaling",
	Formula:    "1 / (e+1)^power",
	Parameters: []Parameter{{Name: "power", High: infinity, Value: 0.5}},
	Factor:     func(at Position, v []float64) float64 { return 1 / scalar.Pow(float64(at.Done+1), v[0]) },
}

// InverseScaling divides the learning rate by a power of the number of the epoch:
// 1 / (e+1)^power.
func InverseScaling(power float64) Schedule {
	return Schedule{Rule: inverseScaling, Values: []float64{power}}
}

var polynomialDecay = &Rule{
	Name:       "polynomial",
	Formula:    "(1 − e/E)^power",
	Parameters: []Parameter{{Name: "power", High: infinity, Value: 1}},
	Factor: func(at Position, v []float64) float64 {
		if at.Done >= at.Total {
			return 0
		}
		return scalar.Pow(1-float64(at.Done)/float64(at.Total), v[0])
	},
}

// PolynomialDecay lets the learning rate fall to 0 at the end of the training, on a
// straight line if power is 1: (1 − e/E)^power.
func PolynomialDecay(power float64) Schedule {
	return Schedule{Rule: polynomialDecay, Values: []float64{power}}
}

// wave returns a number between 1 at angle 0 and last at angle π, along half a cosine.
func wave(last, angle float64) float64 {
	return last + float64((1-last)*0.5*(1+scalar.Cos(angle)))
}

var cosineDecay = &Rule{
	Name:       "cosine",
	Formula:    "last + (1 − last) (1 + cos(π e / (E−1))) / 2",
	Parameters: []Parameter{{Name: "last", High: infinity}},
	Factor: func(at Position, v []float64) float64 {
		if at.Total < 2 {
			return 1
		}
		return wave(v[0], float64(math.Pi*float64(at.Done)/float64(at.Total-1)))
	},
}

// CosineDecay lets the learning rate fall along half a wave from its full value in
// the first epoch to the share last of it in the last one (Loshchilov and
// Hutter, "SGDR", 2017, without restarts):
// last + (1 − last) (1 + cos(π e / (E−1))) / 2.
func CosineDecay(last float64) Schedule { return Schedule{Rule: cosineDecay, Values: []float64{last}} }

var cosineRestarts = &Rule{
	Name:    "cosine-restarts",
	Formula: "last + (1 − last) (1 + cos(π e′ / P)) / 2 in epoch e′ of a period of P = period, period·times, period·times², …",
	Parameters: []Parameter{
		{Name: "period", Low: 1, High: math.MaxInt32, Whole: true, Value: 10},
		{Name: "times", Low: 1, High: math.MaxInt32, Whole: true, Value: 2},
		{Name: "last", High: infinity},
	},
	Factor: func(at Position, v []float64) float64 {
		e, period := float64(at.Done), v[0]
		if v[1] == 1 {
			e = math.Mod(e, period)
		}
		for e >= period {
			e -= period
			period = float64(period * v[1])
		}
		return wave(v[2], float64(math.Pi*e/period))
	},
}

// CosineRestarts lets the learning rate fall along half a wave again and again, in
// periods each of which is so many times as long as the one before (Loshchilov and
// Hutter, "SGDR", 2017):
// last + (1 − last) (1 + cos(π e′ / P)) / 2 in epoch e′ of a period of P = period, period·times, period·times², ….
func CosineRestarts(period, times int, last float64) Schedule {
	return Schedule{Rule: cosineRestarts, Values: []float64{float64(period), float64(times), last}}
}

var oneCycle = &Rule{
	Name:    "one-cycle",
	Formula: "along half a wave from 1/start to 1 at e = rise·E − 1, and along another to 1/(start·end) at e = E−1",
	Parameters: []Parameter{
		{Name: "rise", High: 1, Value: 0.3},
		{Name: "start", Low: 1, High: infinity, Value: 25},
		{Name: "end", Low: 1, High: infinity, Value: 1e4},
	},
	Factor: func(at Position, v []float64) float64 {
		e, last, top := float64(at.Done), float64(at.Total-1), float64(v[0]*float64(at.Total))-1
		first := 1 / v[1]
		switch {
		case top > 0 && e <= top:
			return float64(first * wave(v[1], float64(math.Pi*e/top)))
		case e >= last:
			return first / v[2]
		}
		return wave(first/v[2], float64(math.Pi*(e-max(top, 0))/(last-max(top, 0))))
	},
}

// OneCycle lets the learning rate rise to its full value in the share rise of the
// training, and fall in the rest (Smith and Topin, "Super-Convergence", 2018, in PyTorch's
// form with cosines, where rise is 0.3, start 25 and end 10,000):
// along half a wave from 1/start to 1 at e = rise·E − 1, and along another to 1/(start·end) at e = E−1.
// It is meant to go by steps; see [Schedule.PerStep].
func OneCycle(rise, start, end float64) Schedule {
	return Schedule{Rule: oneCycle, Values: []float64{rise, start, end}}
}

var plateau = &Rule{
	Name:    "plateau",
	Formula: "max(factor^r, least) after r reductions, each after more than patience epochs in a row without a cost below (1−threshold)·best − margin, not counting the cooldown epochs after a reduction",
	Parameters: []Parameter{
		{Name: "factor", High: 1, Value: 0.1},
		{Name: "patience", High: math.MaxInt32, Whole: true, Value: 10},
		{Name: "threshold", High: 1, Value: 1e-4},
		{Name: "margin", High: infinity},
		{Name: "cooldown", High: math.MaxInt32, Whole: true},
		{Name: "least", High: 1},
	},
	Factor:  func(at Position, _ []float64) float64 { return at.State[plateauFactor] },
	State:   []float64{plateauBest: infinity, plateauFactor: 1},
	Observe: observePlateau,
}

// The state of plateau.
const (
	plateauBest    = iota // the least cost
	plateauWorse          // epochs in a row that were no better
	plateauCooling        // epochs of the cooldown that remain
	plateauFactor         // of the learning rate
)

func observePlateau(state, v []float64, cost float64) {
	factor, patience, threshold, margin, cooldown, least := v[0], v[1], v[2], v[3], v[4], v[5]
	if best := state[plateauBest]; cost < float64((1-math.Copysign(threshold, best))*best)-margin {
		state[plateauBest], state[plateauWorse] = cost, 0
	} else {
		state[plateauWorse]++
	}
	if state[plateauCooling] > 0 {
		state[plateauCooling]--
		state[plateauWorse] = 0
	}
	if state[plateauWorse] > patience {
		state[plateauFactor] = max(float64(state[plateauFactor]*factor), least)
		state[plateauCooling], state[plateauWorse] = cooldown, 0
	}
}

// ReduceOnPlateau multiplies the learning rate by factor when the cost no longer falls:
// max(factor^r, least) after r reductions, each after more than patience epochs in a row without a cost below (1−threshold)·best − margin, not counting the cooldown epochs after a reduction.
// The cost is that of the validation data, or of the training if there are none; or it is
// the metric that [Options].Watch names, times −1 if larger is better, with
// (1+threshold)·best where best is below 0.
// threshold is 1e-4, margin, cooldown and least 0; [Schedule.With] changes them.
func ReduceOnPlateau(factor float64, patience int) Schedule {
	return Schedule{Rule: plateau, Values: []float64{factor, float64(patience), 1e-4, 0, 0, 0}}
}

// Like every rule, the built-in ones must be complete.
func init() {
	for _, r := range rules {
		if err := r.check(); err != nil {
			panic("train: " + err.Error())
		}
	}
}
