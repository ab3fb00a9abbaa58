package train

import "github.com/nabla-go/nabla/kernels"

// methods are the built-in methods, in the order in which help texts name them.
var methods = []*Method{sgd, momentum, nesterov, adagrad, rmsProp, adam, adamW, amsGrad, lion}

// hyperparameters are those of the built-in methods, one for each number of an
// [Optimizer].
var hyperparameters = []*Hyperparameter{Mu, Beta1, Beta2, Epsilon, Decay}

// The hyperparameters of the built-in methods, which a method of your own may use as
// well. ε is above 0, because a gradient that has always been 0 would give 0/0.
var (
	Mu      = &Hyperparameter{Name: "momentum", Symbol: "μ", High: 1, Field: func(o *Optimizer) *float64 { return &o.Mu }}
	Beta1   = &Hyperparameter{Name: "beta1", Symbol: "β₁", High: 1, Field: func(o *Optimizer) *float64 { return &o.Beta1 }}
	Beta2   = &Hyperparameter{Name: "beta2", Symbol: "β₂", High: 1, Field: func(o *Optimizer) *float64 { return &o.Beta2 }}
	Epsilon = &Hyperparameter{Name: "eps", Symbol: "ε", Above: true, High: 1, Field: func(o *Optimizer) *float64 { return &o.Epsilon }}
	Decay   = &Hyperparameter{Name: "weight-decay", Symbol: "λ", High: 1e6, Field: func(o *Optimizer) *float64 { return &o.Decay }}
)

var sgd = &Method{
	Name: "sgd", Rate: 0.5,
	Formula:  "w −= η g",
	descends: true,
}

// SGD returns plain gradient descent: w −= η g. It is the fastest method, because it
// stores no gradient.
func SGD() Optimizer { return sgd.Optimizer() }

var momentum = &Method{
	Name: "momentum", Rate: 0.05,
	Formula:         "v = μ v + g, w −= η v",
	Hyperparameters: []Default{{Mu, 0.9}},
	Slots:           1,
	Step32:          momentumStep[float32],
	Step64:          momentumStep[float64],
}

// Momentum returns the heavy-ball method (Polyak, 1964): v = μ v + g, w −= η v. μ is
// 0.9 unless changed.
func Momentum() Optimizer { return momentum.Optimizer() }

func momentumStep[T kernels.Float](s Step[T]) {
	kernels.Momentum(s.W, s.State[0], s.G, kernels.MomentumParams{LR: s.Rate, Mu: s.Mu})
}

var nesterov = &Method{
	Name: "nesterov", Rate: 0.05,
	Formula:         "v = μ v + g, w −= η (g + μ v)",
	Hyperparameters: []Default{{Mu, 0.9}},
	Slots:           1,
	Step32:          nesterovStep[float32],
	Step64:          nesterovStep[float64],
}

// Nesterov returns Nesterov's accelerated gradient in the form of Sutskever et al.
// (2013): v = μ v + g, w −= η (g + μ v). μ is 0.9 unless changed.
func Nesterov() Optimizer { return nesterov.Optimizer() }

func nesterovStep[T kernels.Float](s Step[T]) {
	kernels.Nesterov(s.W, s.State[0], s.G, kernels.MomentumParams{LR: s.Rate, Mu: s.Mu})
}

var adagrad = &Method{
	Name: "adagrad", Rate: 0.01,
	Formula:         "s = s + g², w −= η g / (√s + ε)",
	Hyperparameters: []Default{{Epsilon, 1e-10}},
	Slots:           1,
	Step32:          adagradStep[float32],
	Step64:          adagradStep[float64],
}

// Adagrad returns the method of Duchi, Hazan and Singer (2011): s = s + g²,
// w −= η g / (√s + ε). ε is 1e-10 unless changed.
func Adagrad() Optimizer { return adagrad.Optimizer() }

func adagradStep[T kernels.Float](s Step[T]) {
	kernels.Adagrad(s.W, s.State[0], s.G, kernels.AdagradParams{LR: s.Rate, Epsilon: s.Epsilon})
}

var rmsProp = &Method{
	Name: "rmsprop", Rate: 0.003,
	Formula:         "s = β₂ s + (1−β₂) g², w −= η g / (√s + ε)",
	Hyperparameters: []Default{{Beta2, 0.9}, {Epsilon, 1e-8}},
	Slots:           1,
	Step32:          rmsPropStep[float32],
	Step64:          rmsPropStep[float64],
}

// RMSProp returns Hinton's method (lecture 6e of "Neural Networks for Machine
// Learning", 2012): s = β₂ s + (1−β₂) g², w −= η g / (√s + ε). β₂ is 0.9 and ε 1e-8
// unless changed.
func RMSProp() Optimizer { return rmsProp.Optimizer() }

func rmsPropStep[T kernels.Float](s Step[T]) {
	kernels.RMSProp(s.W, s.State[0], s.G, kernels.RMSPropParams{LR: s.Rate, Rho: s.Beta2, Epsilon: s.Epsilon})
}

var adam = &Method{
	Name: "adam", Rate: 0.003,
	Formula:         "m = β₁ m + (1−β₁) g, v = β₂ v + (1−β₂) g², w −= η (m / (1−β₁ᵗ)) / (√(v / (1−β₂ᵗ)) + ε)",
	Hyperparameters: []Default{{Beta1, 0.9}, {Beta2, 0.999}, {Epsilon, 1e-8}},
	Slots:           2,
	Step32:          adamStep[float32],
	Step64:          adamStep[float64],
}

// Adam returns the method of Kingma and Ba (2015) for step t = 1, 2, …:
// m = β₁ m + (1−β₁) g, v = β₂ v + (1−β₂) g²,
// w −= η (m / (1−β₁ᵗ)) / (√(v / (1−β₂ᵗ)) + ε). β₁ is 0.9, β₂ 0.999 and ε 1e-8 unless
// changed.
func Adam() Optimizer { return adam.Optimizer() }

func adamStep[T kernels.Float](s Step[T]) {
	kernels.Adam(s.W, s.State[0], s.State[1], s.G, s.Number, kernels.AdamParams{LR: s.Rate, Beta1: s.Beta1, Beta2: s.Beta2, Epsilon: s.Epsilon})
}

var adamW = &Method{
	Name: "adamw", Rate: 0.003,
	Formula:         "w −= η λ w, then a step of Adam",
	Hyperparameters: []Default{{Beta1, 0.9}, {Beta2, 0.999}, {Epsilon, 1e-8}, {Decay, 0.01}},
	Slots:           2,
	Step32:          adamWStep[float32],
	Step64:          adamWStep[float64],
}

// AdamW returns Adam with decoupled weight decay (Loshchilov and Hutter, 2019):
// w −= η λ w, then a step of Adam. β₁ is 0.9, β₂ 0.999, ε 1e-8 and λ 0.01 unless
// changed.
func AdamW() Optimizer { return adamW.Optimizer() }

func adamWStep[T kernels.Float](s Step[T]) {
	kernels.AdamW(s.W, s.State[0], s.State[1], s.G, s.Number, kernels.AdamWParams{LR: s.Rate, Beta1: s.Beta1, Beta2: s.Beta2, Epsilon: s.Epsilon, Decay: s.Decay})
}

var amsGrad = &Method{
	Name: "amsgrad", Rate: 0.003,
	Formula:         "Adam with the largest v so far in place of v",
	Hyperparameters: []Default{{Beta1, 0.9}, {Beta2, 0.999}, {Epsilon, 1e-8}},
	Slots:           3,
	Step32:          amsGradStep[float32],
	Step64:          amsGradStep[float64],
}

// AMSGrad returns Adam with the largest v so far in place of v (Reddi, Kale and Kumar,
// 2018), v being taken before its correction by 1−β₂ᵗ. β₁ is 0.9, β₂ 0.999 and ε 1e-8
// unless changed.
func AMSGrad() Optimizer { return amsGrad.Optimizer() }

func amsGradStep[T kernels.Float](s Step[T]) {
	kernels.AMSGrad(s.W, s.State[0], s.State[1], s.State[2], s.G, s.Number, kernels.AdamParams{LR: s.Rate, Beta1: s.Beta1, Beta2: s.Beta2, Epsilon: s.Epsilon})
}

var lion = &Method{
	Name: "lion", Rate: 0.001,
	Formula:         "w −= η λ w + η sign(β₁ m + (1−β₁) g), then m = β₂ m + (1−β₂) g",
	Hyperparameters: []Default{{Beta1, 0.9}, {Beta2, 0.99}, {Decay, 0}},
	Slots:           1,
	Step32:          lionStep[float32],
	Step64:          lionStep[float64],
}

// Lion returns the method of Chen et al. ("Symbolic Discovery of Optimization
// Algorithms", 2023): w −= η λ w + η sign(β₁ m + (1−β₁) g), then m = β₂ m + (1−β₂) g. β₁ is
// 0.9, β₂ 0.99 and λ 0 unless changed. η is usually a third to a tenth of Adam's.
func Lion() Optimizer { return lion.Optimizer() }

func lionStep[T kernels.Float](s Step[T]) {
	kernels.Lion(s.W, s.State[0], s.G, kernels.LionParams{LR: s.Rate, Beta1: s.Beta1, Beta2: s.Beta2, Decay: s.Decay})
}

// Like every method, the built-in ones must be complete.
func init() {
	for _, m := range methods {
		if err := m.check(); err != nil {
			panic("train: " + err.Error())
		}
	}
}
