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
	sys "golang.org/x/sys/cpu"

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

// kinds is the table. The first kind that fits is chosen. Only the numbers of zen4 are
// measured; the sizes of other caches are those of the vendors' manuals.
var kinds = []*Kind{
	{
		Name: "zen4", About: "AMD Zen 4: 64-byte vectors by halves, L2 of 1 MiB",
		Tuned: zen4, Wide: zen4Wide,
		is: func(c *CPU) bool { // family 25 is Zen 3 as well, with half the L2 and no AVX-512
			return c.Vendor == amd && c.Family == 25 && (c.Best == isa.AVX512 || c.L2 >= 1<<20)
		},
	},
	{
		Name: "zen5", About: "AMD Zen 5: 64-byte vectors, L1 of 48 KiB, L2 of 1 MiB",
		Tuned: zen4, Wide: zen5Wide,
		is: func(c *CPU) bool { return c.Vendor == amd && c.Family >= 26 },
	},
	{
		Name: "intel-avx512", About: "Intel server cores with two 64-byte FMA units, L2 of 2 MiB",
		Tuned: intelAVX512, Wide: intelAVX512.with(func(t *Tuning) { t.PackTTerms, t.StripBytes, t.FirstRows = Never, 128, 12 }),
		is: func(c *CPU) bool { return c.Vendor == intel && c.Best == isa.AVX512 && c.TwoUnits },
	},
	{
		Name: "intel-skylake", About: "Intel Skylake-SP to Cooper Lake: two 64-byte FMA units, L2 of 1 MiB",
		Tuned: zen4, Wide: skylakeWide,
		is: func(c *CPU) bool { return c.Vendor == intel && c.Best == isa.AVX512 && !c.IFMA },
	},
	{
		Name: "amd-avx2", About: "AMD Zen to Zen 3: L2 of 512 KiB",
		Tuned: small(512 << 10), Wide: zen4Wide,
		is: func(c *CPU) bool { return c.Vendor == amd && c.Best == isa.AVX2 },
	},
	{
		Name: "intel-avx2", About: "Intel cores with AVX2 only, from Haswell on: L2 of 256 KiB and more",
		Tuned: small(256 << 10), Wide: zen4Wide,
		is: func(c *CPU) bool { return c.Vendor == intel && c.Best == isa.AVX2 },
	},
	{
		Name: "apple", About: "Apple M1 and later: L1 of 128 KiB",
		Tuned: large(128 << 10), Wide: zen4Wide,
		is: func(c *CPU) bool { return c.Arch == "arm64" && (c.OS == "darwin" || c.OS == "ios") },
	},
	{
		Name: "neoverse-v2", About: "Arm Neoverse V2 and N2, and other arm64 with SVE2: L1 of 64 KiB",
		Tuned: large(64 << 10), Wide: zen4Wide,
		is: func(c *CPU) bool { return c.Arch == "arm64" && c.SVE == 2 },
	},
	{
		Name: "neoverse-v1", About: "Arm Neoverse V1, and other arm64 with SVE: L1 of 64 KiB",
		Tuned: large(64 << 10), Wide: zen4Wide,
		is: func(c *CPU) bool { return c.Arch == "arm64" && c.SVE == 1 },
	},
	{
		Name: "neoverse-n1", About: "Arm Neoverse N1, and any other arm64: L1 of 64 KiB",
		Tuned: large(64 << 10), Wide: zen4Wide,
		is: func(c *CPU) bool { return c.Arch == "arm64" },
	},
	{
		Name: "unknown", About: "any other CPU",
		Tuned: zen4, Wide: zen4Wide,
		is: func(*CPU) bool { return true },
	},
}

// The vendors as CPUID names them.
const (
	amd   = "AuthenticAMD"
	intel = "GenuineIntel"
)

// A CPU is what kinds are told apart by.
type CPU struct {
	Arch, OS   string    // GOARCH and GOOS
	Vendor     string    // as CPUID gives it, such as AuthenticAMD, or ""
	Family     int       // as CPUID gives it, or 0
	Best       isa.Level // the best instruction set that it can run
	TwoUnits   bool      // has features that only cores with two 64-byte FMA units have: AVX512_FP16, AMX or WBNOINVD
	IFMA       bool      // has AVX512_IFMA, as all Intel cores with AVX-512 after Cooper Lake
	SVE        int       // the version of the Scalable Vector Extension of an arm64, or 0
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
		Arch: runtime.GOARCH, OS: runtime.GOOS, Vendor: info.VendorString, Family: info.Family, Best: best,
		TwoUnits: info.AnyOf(cpuid.AVX512FP16, cpuid.AMXTILE, cpuid.WBNOINVD), IFMA: info.Has(cpuid.AVX512IFMA), SVE: sve(),
		L1: known(info.Cache.L1D, defaultL1), L2: known(info.Cache.L2, defaultL2), L3: known(info.Cache.L3, defaultL3),
	}
}

// sve returns the version of the Scalable Vector Extension that this CPU has.
func sve() int {
	switch {
	case sys.ARM64.HasSVE2:
		return 2
	case sys.ARM64.HasSVE:
		return 1
	}
	return 0
}
