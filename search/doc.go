// Package search chooses the options of a training by trying them: a grid or random draws
// of values, cross-validation over folds, and successive halving, which gives many trials a
// few epochs and the best of them more.
//
//	space     []Parameter            options, and the values that each may have
//	trials    Grid, Random           combinations of values, numbered from 1
//	rungs     Once, Halving          how many trials are run for how many epochs
//	run       Plan.Run               several at once; a ranking of the trials
//	record    Record                 the scores in a file, to go on from after a stop
//
// The result doesn't depend on how many trials run at once, nor on the machine: the values
// of a random trial follow from a seed and the number of the trial, and of two equal scores
// that of the smaller number comes first.
//
// What a trial is, the caller's function says, with train.Fit or anything else that returns
// one number for a trial and a fold. Folds of samples are made by train.Data.Folds.
package search
