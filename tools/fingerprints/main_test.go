package main

import (
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/nabla-go/nabla/internal/isa"
	"github.com/nabla-go/nabla/internal/kerneltest"
)

// Every instruction set comes to the same bits, on one processor and on two. No
// training fails on the way, or the rest of it would go untested.
func TestOneAnswer(t *testing.T) {
	trainings := pairwise(all())
	if testing.Short() {
		trainings = trainings[:5]
	}
	lines := func(workers int) []string {
		var b strings.Builder
		onDigits(&b, trainings, 1, workers)
		return strings.Split(strings.TrimSpace(b.String()), "\n")
	}
	want := lines(1)
	if len(want) != len(trainings)+2 {
		t.Fatalf("%d lines of %d trainings and 2 with defaults", len(want), len(trainings))
	}
	for _, line := range want {
		if strings.Contains(line, "train: ") {
			t.Errorf("failed: %s", line)
		}
	}
	kerneltest.Each(t, func(t *testing.T, _ isa.Level) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
		for procs := 1; procs <= 2; procs++ {
			runtime.GOMAXPROCS(procs)
			for k, line := range lines(2) {
				if line != want[k] {
					t.Errorf("GOMAXPROCS %d, 2 workers:\n%s, want\n%s", procs, line, want[k])
				}
			}
		}
	})
}

// The trainings by default have every level, and every pair of levels that goes
// together.
func TestPairwise(t *testing.T) {
	chosen, candidates := pairwise(all()), all()
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
