// Package cores is the one place that says what the kernels are tuned to: a table with
// a row for each kind of core. The numbers decide time and never bits, so any kind may
// be in use on any machine.
//
// The kind is chosen at start by the features of the CPU, its vendor, its family and
// the sizes of its caches, never by a model number, which virtual machines mask.
// NABLA_CORE names another; a name that isn't in the table leaves the kind in use and
// is reported by [Err].
//
// What limits one call of assembly, whatever the core, and how the kernels cut their
// work stands in package kernels; which instructions they use, in package isa.
package cores

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/klauspost/cpuid/v2"

	"github.com/nabla-go/nabla/internal/isa"
)

// A Kind is a kind of core.
type Kind struct {
	Name  string // what NABLA_CORE takes
	About string // which CPUs it stands for
	Tuned Tuning // for vectors of up to 32 bytes and plain Go
	Wide  Tuning // for AVX-512

	is func(c *CPU) bool // reports whether c is of this kind
}

// kinds is the table. The first kind that fits is chosen.
var kinds = []*Kind{
	{
		Name: "zen4", About: "AMD Zen 4: 64-byte vectors by halves, L2 of 1 MiB",
		Tuned: zen4, Wide: zen4.wide(),
		is: func(c *CPU) bool { // family 25 is Zen 3 as well, with half the L2 and no AVX-512
			return c.Vendor == "AuthenticAMD" && c.Family == 25 && (c.Best == isa.AVX512 || c.L2 >= 1<<20)
		},
	},
	{
		Name: "arm64", About: "any arm64: the numbers of zen4, not measured",
		Tuned: zen4, Wide: zen4.wide(),
		is: func(c *CPU) bool { return c.Arch == "arm64" },
	},
	{
		Name: "unknown", About: "any other CPU: the numbers of zen4",
		Tuned: zen4, Wide: zen4.wide(),
		is: func(*CPU) bool { return true },
	},
}

// A CPU is what kinds are told apart by.
type CPU struct {
	Arch       string    // GOARCH
	Vendor     string    // as CPUID gives it, such as AuthenticAMD, or ""
	Family     int       // as CPUID gives it, or 0
	Best       isa.Level // the best instruction set that it can run
	L1, L2, L3 int       // bytes of the caches, those of a common server where a virtual machine masks them
}

// String returns one line for a user.
func (c *CPU) String() string {
	s := c.Arch
	if c.Vendor != "" {
		s = fmt.Sprintf("%s family %d", c.Vendor, c.Family)
	}
	return fmt.Sprintf("%s, L1 %d KiB, L2 %d KiB, L3 %d KiB", s, c.L1>>10, c.L2>>10, c.L3>>10)
}

// Active is the tuning in use. It is set during package initialisation and written
// afterwards only by tests, through Force and isa.Force.
var Active Tuning

var (
	cpu    CPU
	inUse  *Kind
	reason error
)

func init() {
	cpu = thisCPU(cpuid.CPU, isa.Available()[0])
	inUse, reason = choose(&cpu, os.Getenv("NABLA_CORE"))
	isa.Watch(apply)
}

// apply makes the numbers for an instruction set of the kind in use the active ones.
func apply(level isa.Level) {
	Active = inUse.Tuned
	if level == isa.AVX512 {
		Active = inUse.Wide
	}
}

// InUse returns the kind whose numbers are in use.
func InUse() *Kind { return inUse }

// Kinds returns the table.
func Kinds() []*Kind { return slices.Clone(kinds) }

// ThisCPU describes the CPU that the kind was chosen for.
func ThisCPU() CPU { return cpu }

// Err tells why NABLA_CORE was not followed, or is nil.
func Err() error { return reason }

// Force puts the numbers of k to use until the returned function is called. It is meant
// for tests and benchmarks and must not run beside kernels.
func Force(k *Kind) (restore func()) {
	old := inUse
	inUse = k
	apply(isa.Active)
	return func() {
		inUse = old
		apply(isa.Active)
	}
}

// choose returns the kind of c or, if there is one of that name, the one that the user
// wishes.
func choose(c *CPU, wish string) (*Kind, error) {
	own := kinds[slices.IndexFunc(kinds, func(k *Kind) bool { return k.is(c) })]
	if wish == "" {
		return own, nil
	}
	names := make([]string, len(kinds))
	for i, k := range kinds {
		if k.Name == wish {
			return k, nil
		}
		names[i] = k.Name
	}
	return own, fmt.Errorf("NABLA_CORE: unknown kind of core %q: want one of %s; using %s", wish, strings.Join(names, ", "), own.Name)
}

// The sizes of caches where a CPU doesn't tell: those of the smaller server cores.
const (
	defaultL1 = 32 << 10
	defaultL2 = 1 << 20
	defaultL3 = 32 << 20
)

// thisCPU returns what info says, with defaults for what virtual machines mask.
func thisCPU(info cpuid.CPUInfo, best isa.Level) CPU {
	known := func(size, otherwise int) int {
		if size <= 0 {
			return otherwise
		}
		return size
	}
	return CPU{
		Arch: runtime.GOARCH, Vendor: info.VendorString, Family: info.Family, Best: best,
		L1: known(info.Cache.L1D, defaultL1), L2: known(info.Cache.L2, defaultL2), L3: known(info.Cache.L3, defaultL3),
	}
}
