package bench

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/klauspost/cpuid/v2"

	"github.com/nabla-go/nabla/internal/cores"
	"github.com/nabla-go/nabla/internal/isa"
)

// A Machine says where numbers were measured.
type Machine struct {
	CPU        string `json:"cpu"`
	Go         string `json:"go"` // version, system and architecture
	ISA        string `json:"isa"`
	Core       string `json:"core"` // the kind of core
	GOMAXPROCS int    `json:"gomaxprocs"`
	L1, L2, L3 int    `json:"-"` // bytes of the caches, ≤ 0 where that is unknown
}

// ThisMachine describes the machine that the program runs on.
func ThisMachine() Machine {
	c := cpuid.CPU
	m := Machine{
		CPU: c.BrandName, ISA: isa.Active.String(), Core: cores.InUse().Name, GOMAXPROCS: runtime.GOMAXPROCS(0),
		Go: runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH,
		L1: c.Cache.L1D, L2: c.Cache.L2, L3: c.Cache.L3,
	}
	if m.CPU == "" {
		m.CPU = "unknown CPU"
	} else if c.Family != 0 {
		m.CPU = fmt.Sprintf("%s (family %d, model %d)", strings.TrimSpace(m.CPU), c.Family, c.Model)
	}
	return m
}

// String returns one line for the head of a table.
func (m Machine) String() string {
	s := fmt.Sprintf("%s, %s, GOMAXPROCS %d", m.CPU, m.Go, m.GOMAXPROCS)
	var caches []string
	for i, size := range []int{m.L1, m.L2, m.L3} {
		if size > 0 {
			caches = append(caches, fmt.Sprintf("L%d %d KiB", i+1, size>>10))
		}
	}
	if caches != nil {
		s += ", " + strings.Join(caches, ", ")
	}
	return s
}

// Folder is the name of the folder for the tables of this machine, such as
// amd-epyc-zen4-avx512: those of other machines stand beside it.
func (m Machine) Folder() string {
	brand, _, _ := strings.Cut(m.CPU, "(family")
	words := strings.FieldsFunc(strings.ToLower(brand+" "+m.Core+" "+m.ISA), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	return strings.Join(words, "-")
}
