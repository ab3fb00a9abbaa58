package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/train"
)

// Every training goes on for at least 21 epochs, with finite parameters.
func TestEveryKind(t *testing.T) {
	if testing.Short() {
		t.Skip("some seconds, minutes in plain Go")
	}
	for _, k := range kinds {
		r, err := k.run(train.Adam().Method, 0)
		require.NoError(t, err, k.name)
		require.GreaterOrEqual(t, r.epochs, 21)
		require.Positive(t, r.first)
		require.Positive(t, r.last)
	}
}
