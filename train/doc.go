// Package train fits networks by stochastic gradient descent.
//
// [Fit] goes through the training data once an epoch, in one of these regimes:
//
//	online       Batch: 1      a step for every sample
//	mini-batch   Batch: 10     a step for every 10 samples
//	full batch   Batch: All    a step for the whole training set
//	two-level    Draw: 1000    draws 1000 samples at random, goes through them in
//	             Batch: 10     mini-batches, and draws anew
//
// A step uses the mean gradient over the samples that are really in its batch: a
// last batch that is short is used, and divided by its own size. The costs that
// are reported are means over samples as well, summed in float64.
//
// Options.Optimizer is plain gradient descent or one of its relatives, from momentum
// to AdamW. Options.Workers lets steps that are long enough use several cores.
//
// A training has one result: the same network, data and options give the same
// parameters, bit for bit, on every CPU and with any number of workers.
package train
