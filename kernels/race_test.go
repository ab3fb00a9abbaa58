//go:build race

package kernels_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "github.com/nabla-go/nabla/internal/kerneltest"
	"github.com/nabla-go/nabla/kernels"
)

// TestRaceDetector lets a child process race with every kernel: while one
// goroutine calls it, another writes an element of one operand, or reads an
// element of an output. The detector has to see each of these races, although
// assembly is hidden from it, and none where a goroutine only reads an input.
func TestRaceDetector(t *testing.T) {
	if os.Getenv("NABLA_TEST_CHILD") != "" {
		raceWithEveryKernel()
		return
	}
	program, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(program, "-test.run=^TestRaceDetector$")
	cmd.Env = append(os.Environ(), "NABLA_TEST_CHILD=1", "GORACE=suppress_equal_stacks=0 suppress_equal_addresses=0")
	out, _ := cmd.CombinedOutput() // fails because of the races
	sections := strings.Split(string(out), "case: ")[1:]
	require.Greater(t, len(sections), 100)
	for _, s := range sections {
		name, output, _ := strings.Cut(s, "\n")
		assert.Equal(t, !strings.HasSuffix(name, "no race"), strings.Contains(output, "DATA RACE"), "%s\n%s", name, output)
	}
}

var raceSink float32

func raceWithEveryKernel() {
	for _, k := range Table[float32]() {
		size := Size{M: 3, N: 40, K: 5}
		for operand, s := range k.Shapes(size) {
			if operand == 0 && (k.Family == Reduction || s == Shape{Rows: 1, Cols: 1, Role: Out}) || s.Role == Length {
				continue // a result, or nothing
			}
			for _, write := range []bool{true, false} {
				o := make([]kernels.Matrix[float32], len(k.Shapes(size)))
				for i, s := range k.Shapes(size) {
					o[i] = kernels.NewMatrix[float32](s.Rows, s.Cols)
				}
				last := &o[operand].Data[len(o[operand].Data)-1]
				verdict := "race"
				if !write && s.Role == In {
					verdict = "no race"
				}
				fmt.Fprintf(os.Stderr, "case: %s, operand %d, write %v: %s\n", k.Name, operand, write, verdict)
				var wg sync.WaitGroup
				wg.Go(func() { k.Call(1, 1, o) })
				wg.Go(func() {
					if write {
						*last = 1
					} else {
						raceSink = *last
					}
				})
				wg.Wait()
			}
		}
	}
}
