package race

import (
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDetector lets a child process race on a slice that only this package's
// functions tell the detector about.
func TestDetector(t *testing.T) {
	if !Enabled {
		Read([]float32{1})
		Write([]float32{1})
		assert.Zero(t, testing.AllocsPerRun(10, func() { var x [8]float64; Read(x[:]); Write(x[:]) }))
		return
	}
	if how := os.Getenv("NABLA_TEST_CHILD"); how != "" {
		x := make([]float32, 10)
		var wg sync.WaitGroup
		wg.Go(func() { Write(x[2:6]) })
		wg.Go(func() {
			switch how {
			case "read":
				Read(x[5:])
			case "write":
				Write(x[:3])
			case "apart":
				Read(x[:2])
				Write(x[6:])
			}
		})
		wg.Wait()
		return
	}
	program, err := os.Executable()
	require.NoError(t, err)
	for how, races := range map[string]bool{"read": true, "write": true, "apart": false} {
		cmd := exec.Command(program, "-test.run=^TestDetector$")
		cmd.Env = append(os.Environ(), "NABLA_TEST_CHILD="+how)
		out, err := cmd.CombinedOutput()
		if races {
			assert.Error(t, err, how)
			assert.Contains(t, string(out), "DATA RACE", how)
		} else {
			assert.NoError(t, err, "%s: %s", how, out)
		}
	}
}
