package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDecayFor(t *testing.T) {
	for samples, want := range map[int]float64{
		4: 0.001, 15: 0.001, 16: 0.1, 20: 0.1, 25: 0.08, 100: 0.02, 500: 0.004, 800: 1.25 / 800, 1000: 0.001, 1437: 1. / 1437, 1e6: 1e-6,
	} {
		assert.InDelta(t, want, decayFor(samples), 1e-12*want, samples)
	}
	assert.Equal(t, 1./1437, decayFor(1437), "what the fingerprint of the README hangs on")
}
