package train

import (
	"math"

	"github.com/nabla-go/nabla/kernels/generic"
)

// A Schedule returns the factor, at least 0, by which the learning rate is
// multiplied in an epoch, which is one of 0 … epochs−1.
type Schedule func(epoch, epochs int) float64

// StepDecay multiplies the learning rate by factor after every so many epochs. It
// panics unless every is at least 1.
func StepDecay(every int, factor float64) Schedule {
	if every < 1 {
		panic(stepDecayEvery)
	}
	return func(epoch, _ int) float64 { return generic.Pow(factor, float64(epoch/every)) }
}

// ExponentialDecay multiplies the learning rate by factor after every epoch.
func ExponentialDecay(factor float64) Schedule { return StepDecay(1, factor) }

// CosineDecay lets the learning rate fall along half a wave from its full value in
// the first epoch to the share last of it in the last one (Loshchilov and
// Hutter, "SGDR", 2017, without restarts).
func CosineDecay(last float64) Schedule {
	return func(epoch, epochs int) float64 {
		if epochs < 2 {
			return 1
		}
		wave := generic.Cos(float64(math.Pi * float64(epoch) / float64(epochs-1)))
		return last + float64((1-last)*0.5*(1+wave))
	}
}
