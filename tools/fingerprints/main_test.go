package main

import (
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/nabla-go/nabla/internal/isa"
	"github.com/nabla-go/nabla/internal/kerneltest"
)

// chosen are the trainings by default.
var chosen = sync.OnceValue(func() []training { return pairwise(all()) })

// Every instruction set comes to the same bits, on one processor and on two. No
// training fails on the way, or the rest of it would go untested. Each takes a part
// of the trainings; .ci/run's step kinds compares all.
func TestOneAnswer(t *testing.T) {
	trainings := chosen()
	if testing.Short() {
		trainings = trainings[:5]
	}
	const defaults = 2 // lines in front of the trainings
	lines := func(trainings []training, workers int) []string {
		var b strings.Builder
		onDigits(&b, trainings, 1, workers)
		return strings.Split(strings.TrimSpace(b.String()), "\n")
	}
	want := lines(trainings, 1)
	if len(want) != len(trainings)+defaults {
		t.Fatalf("%d lines of %d trainings and %d with defaults", len(want), len(trainings), defaults)
	}
	for _, line := range want {
		if strings.Contains(line, "train: ") {
			t.Errorf("failed: %s", line)
		}
	}
	const parts = 4
	part := 0
	kerneltest.Each(t, func(t *testing.T, _ isa.Level) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
		for procs := 1; procs <= 2; procs++ {
			runtime.GOMAXPROCS(procs)
			var some []training
			expected := want[:defaults:defaults]
			for i := part % parts; i < len(trainings); i += parts {
				some, expected = append(some, trainings[i]), append(expected, want[defaults+i])
			}
			part++
			for k, line := range lines(some, 2) {
				if line != expected[k] {
					t.Errorf("GOMAXPROCS %d, 2 workers:\n%s, want\n%s", procs, line, expected[k])
				}
			}
		}
	})
}

// The trainings by default have every level, and every pair of levels that goes
// together.
func TestPairwise(t *testing.T) {
	chosen, candidates := chosen(), all()
	with := func(list []training, f, i, g, j int) bool {
		return slices.ContainsFunc(list, func(t training) bool { return t[f] == i && t[g] == j })
	}
	for f := range factors {
		for g := range f + 1 {
			for i := range levels[f] {
				for j := range levels[g] {
					if with(candidates, f, i, g, j) && !with(chosen, f, i, g, j) {
						t.Errorf("no training with %s and %s", levels[f][i], levels[g][j])
					}
				}
				if !with(chosen, f, i, f, i) {
					t.Errorf("no training with %s", levels[f][i])
				}
			}
		}
	}
	// Two factors with m and n levels need m·n trainings; so many more do for all pairs.
	least := len(levels[hidden]) * len(levels[cost])
	if len(chosen) > 2*least {
		t.Errorf("%d trainings are more than a pairwise design should take", len(chosen))
	}
	if !slices.Equal(chosen, pairwise(candidates)) {
		t.Error("another choice the second time")
	}
}
