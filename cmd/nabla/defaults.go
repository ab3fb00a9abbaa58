package main

import (
	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// What a training does unless flags say otherwise. docs/TABLES.md shows what that comes to
// on sixteen tables.
const (
	smallBatch, largeBatch = 32, 128
	manySamples            = 10_000 // from here on batches are large
	leastSteps             = 1500   // in small batches
	leastEpochs            = 20
	mostEpochs             = 200
	mostDecay              = 0.1
	doubleDecay            = 500 // samples up to which weights decay twice as much
	leastToDecay           = 16  // fewer samples are a truth table, to be learned as it is
	leastDecay             = 0.001
)

// setDefaults sets what flags have left open and depends on the data. With the default
// optimizer, the learning rate falls to a hundredth along a cosine, and weights decay, the
// less the more samples there are.
func (t *training[T]) setDefaults() {
	o, samples := &t.options, t.length()
	if t.foldShare > 0 { // what a training outside of a search has
		rest, _ := t.data.SplitRows(t.foldShare, validationSplitSeed)
		samples = len(rest)
	}
	t.byDefault = t.cost == nil
	if t.cost == nil {
		t.cost = defaultCost(t.task(), len(t.data.Classes))
	}
	if o.Batch == 0 {
		if o.Batch = smallBatch; samples >= manySamples {
			o.Batch = largeBatch
		}
	}
	if o.Epochs == 0 {
		o.Epochs = max(leastEpochs, min(mostEpochs, (leastSteps*smallBatch+samples-1)/samples))
	}
	if !t.given("optimizer") {
		if !t.given("schedule") {
			o.Schedule.Rule, o.Schedule.Values = train.CosineDecay(0.01).Rule, train.CosineDecay(0.01).Values
		}
		if !t.given("l1") && !t.given("l2") && !t.given("decay") {
			o.Decay.L2 = decayFor(samples)
		}
	}
}

// decayFor returns how much weights decay by default: 1/samples, and twice that where there
// are few.
func decayFor(samples int) float64 {
	if samples < leastToDecay {
		return leastDecay
	}
	n := float64(samples)
	return min(mostDecay, max(1, min(2*doubleDecay/n, 2))/n)
}

// defaultCost returns the cost of a task whose outputs are then probabilities or numbers.
func defaultCost(task dataset.Task, classes int) *net.Cost {
	switch {
	case task == dataset.Regression:
		return net.Quadratic
	case task == dataset.Classification && classes > 2:
		return net.SoftmaxCrossEntropy
	}
	return net.CrossEntropy
}

// outputs returns the number of outputs and their activation: that of the cost, unless it
// is a cost of numbers with a sigmoid, which would bound them. With the default cost, one
// output tells two classes apart.
func (t *training[T]) outputs() (n int, σ *net.Activation) {
	n, σ = max(t.data.T.Cols, len(t.data.Classes)), t.cost.Output
	switch t.task() {
	case dataset.Regression:
		if σ == net.Sigmoid {
			σ = net.Identity
		}
	case dataset.Classification:
		if n == 2 && t.byDefault {
			n = 1
		}
	}
	return n, σ
}
