package kernels

import (
	"github.com/nabla-go/nabla/internal/cores"
	"github.com/nabla-go/nabla/internal/isa"
)

// NumericVersion names the bits that kernels compute. It changes whenever any
// bit of any kernel may, and stands in model metadata, checkpoints and
// fingerprints.
const NumericVersion = "2"

// ISA returns the instruction set in use: "avx512", "avx2", "neon" or "generic".
func ISA() string { return isa.Active.String() }

// ISAs returns all instruction sets that this machine can run, best first.
func ISAs() []string {
	levels := isa.Available()
	names := make([]string, len(levels))
	for i, l := range levels {
		names[i] = l.String()
	}
	return names
}

// ISAError tells why the environment variable NABLA_ISA was not followed, or is nil.
func ISAError() error { return isa.Err() }

// Core returns the kind of core that the kernels are tuned to, such as "zen4". It bears on
// the time that they take and on no bit of a result.
func Core() string { return cores.InUse().Name }

// CoreError tells why the environment variable NABLA_CORE was not followed, or is nil.
func CoreError() error { return cores.Err() }

//go:generate go -C ../tools/gen run .
