package main

import (
	"fmt"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/net"
)

// A threshold is the probability above which yes is said; 0 stands for that of the model,
// which is ½ unless its training was told another one.
type threshold float64

// flag sets t.
func (t *threshold) flag(given func(name string) bool, byDefault string) flag {
	return newFlag("threshold", 0.0, "probability above which the second of two classes is predicted, or the second value of each label "+byDefault, func(v float64) error {
		*t = threshold(v)
		return want(v > 0 && v < 1 || !given("threshold"), "a number above 0 and below 1")
	})
}

// setThreshold gives a network of a task its threshold, unless t is 0.
func setThreshold[T kernels.Float](t threshold, n *net.Network[T], task dataset.Task, classes int) error {
	if t == 0 {
		return nil
	}
	σ := n.Layer(n.Depth()).Activation
	switch {
	case task == dataset.Regression:
		return usagef("--threshold %v: it is for two classes and for labels, what is predicted are numbers", t)
	case task == dataset.Classification && classes != 2:
		return usagef("--threshold %v: it is for two classes, there are %d", t, classes)
	case task == dataset.Classification && n.Outputs() > 1:
		return usagef("--threshold %v: the network has an output for each class, of which the larger one wins: want one output, as without --cost", t)
	case σ != net.Sigmoid:
		return usagef("--threshold %v: outputs are %v, no probabilities", t, σ)
	}
	return n.SetThreshold(float64(t))
}

// useThreshold gives a model that was read the threshold, unless it is 0.
func useThreshold[T kernels.Float](t threshold, m *model.Model[T]) error {
	task := dataset.Classification
	if m.Encoder != nil {
		task = m.Encoder.Task
	} else if m.Classes == nil {
		task = dataset.Regression
	}
	return setThreshold(t, m.Net, task, len(m.Classes))
}

// thresholdWords says in words what a network decides, "" if it has no threshold of its own.
func thresholdWords[T kernels.Float](n *net.Network[T], classes []string) string {
	t := n.Config().Threshold
	switch {
	case t == 0:
		return ""
	case len(classes) == 2:
		return fmt.Sprintf("%v: %q is predicted if its probability is above that, else %q", t, classes[1], classes[0])
	}
	return fmt.Sprintf("%v: a label has its second value if the probability of that is above it", t)
}
