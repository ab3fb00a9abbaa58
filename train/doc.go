// Package train fits networks by stochastic gradient descent.
//
// [Data] are samples, wherever they are from: package dataset reads them from files,
// and a literal of two matrices is enough. [Data.Split] and [FitScaler] prepare them,
// [Fit] trains a network on them, [Evaluate] tests it. Networks and their gradients
// are in package net, files in packages dataset and model.
//
// Fit goes through the training data once an epoch, in one of these regimes:
//
//	online       Batch: 1      a step for every sample
//	mini-batch   Batch: 10     a step for every 10 samples
//	full batch   Batch: All    a step for all samples
//	two-level    Draw: 1000    draws 1000 samples at random, goes through them in
//	             Batch: 10     mini-batches, and draws anew
//
// A step uses the mean gradient over the samples of its batch. The last batch of an
// epoch may be short; it is used, and its sum divided by its own size. Reported costs
// are means over samples as well, summed in float64.
//
// [Options] say the rest: the optimizer, from plain gradient descent to [AdamW]; the
// schedule of the learning rate, by epoch or by step; decay, clipping and max-norm; early
// stopping; the number of workers. A [Method] or
// [Rule] of your own is used like the built-in ones.
//
// [FitStream] trains on a [Stream]: samples that are read once an epoch, by a goroutine that
// reads ahead, and need not fit into memory.
//
// A training that fails without an error says so: [Result].Warnings name what is wrong in
// plain words, and what to try.
//
// Fit is a loop over a [Trainer], which takes a training in pieces: epochs, single steps,
// or samples that come one by one. All that a training is at one moment is a [State],
// which can be copied, compared and restored. A network that has been trained, or read
// from a file, is trained on by giving it to Fit or New again; [Options].LayerRates
// freezes layers or slows them down.
//
// A training has one result: the same network, data and options give the same
// parameters, bit for bit, on every CPU, with any number of workers and, see
// [Options].Ranks, of processes.
package train
