package search

import "fmt"

// A Rung is a stage of a search: so many trials are run for so many epochs.
type Rung struct{ Trials, Epochs int }

// Once returns the one rung of a search without halving: all trials for all epochs.
func Once(trials, epochs int) []Rung { return []Rung{{trials, epochs}} }

// Halving returns the rungs of successive halving. With η = factor, n trials and R epochs,
// rung i = 0, …, s has ⌊n η⁻ⁱ⌋ trials and ⌊R ηⁱ⁻ˢ⌋ epochs; s is the largest number with
// which each rung has a trial and at least so many epochs as least. The best of a rung go on
// to the next one, and the last one has all epochs. It is an error unless all arguments are at
// least 1, factor at least 2, and least at most epochs.
//
// Jamieson and Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter
// Optimization" (2016); in this form it is the inner loop of Hyperband (Li, Jamieson,
// DeSalvo, Rostamizadeh and Talwalkar, 2018, algorithm 1).
func Halving(trials, epochs, factor, least int) ([]Rung, error) {
	switch {
	case trials < 1 || epochs < 1:
		return nil, fmt.Errorf("search: %d trials of %d epochs: want at least 1 of each", trials, epochs)
	case factor < 2:
		return nil, fmt.Errorf("search: halving by %d: want at least 2", factor)
	case least < 1 || least > epochs:
		return nil, fmt.Errorf("search: at least %d epochs in the first rung: want 1 to %d, the epochs of the last", least, epochs)
	}
	last, top := 0, 1 // s and ηˢ
	for top <= trials/factor && epochs/factor/top >= least {
		last, top = last+1, top*factor
	}
	rungs := make([]Rung, last+1)
	for i, power := 0, 1; i <= last; i, power = i+1, power*factor {
		rungs[i].Trials = trials / power
		rungs[last-i].Epochs = epochs / power
	}
	return rungs, nil
}
