package bench

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/nabla-go/nabla/internal/cores"
	"github.com/nabla-go/nabla/internal/isa"
)

// A Tuned is how the numbers of one kind of core do on this machine, beside those of
// the kind in use.
type Tuned struct {
	Core   string    `json:"core"`
	InUse  bool      `json:"in_use"`
	SameAs string    `json:"same_as,omitempty"` // the kind before it that has the same numbers
	Gain   float64   `json:"gain"`              // geometric mean over the cases of time with the kind in use / time
	Cases  []TunedIn `json:"cases"`
}

// A TunedIn is one case of a Tuned.
type TunedIn struct {
	Kernel string  `json:"kernel"`
	Shape  string  `json:"shape"`
	NS     float64 `json:"ns"`
	Gain   float64 `json:"gain"` // time in use / time
}

// Least returns the case that gains least.
func (t Tuned) Least() TunedIn {
	return slices.MinFunc(t.Cases, func(a, b TunedIn) int { return cmp.Compare(a.Gain, b.Gain) })
}

// TuneCases returns the cases of float32 whose time depends on the kind of core: products
// that take long enough for work to be cut, and not so long that few rounds fit, and some
// others whose vectors may be of several widths.
func TuneCases() []Case {
	others := []string{"Ger 30x784", "Ger 512x512", "RMSProp 4096", "Adam 4096"}
	return slices.DeleteFunc(Cases(), func(c Case) bool {
		product := strings.HasPrefix(c.Kernel, "Gemm") && c.Kernel != "Gemm+Gemm" && c.Kernel != "GemmTT" &&
			c.Work.MulAdds >= 1<<20 && c.Work.MulAdds <= 1<<28
		return c.Type != "f32" || c.Layout.Name != "" || !product && !slices.Contains(others, c.Kernel+" "+c.Shape)
	})
}

// Tune times cases with the numbers of each kind in turn, in at most so many rounds,
// with the instruction set in use.
func Tune(cases []Case, kinds []*cores.Kind, rounds int) []Tuned {
	found := make([]Tuned, len(kinds))
	var own []int // kinds that don't have the numbers of one before
	for i, k := range kinds {
		found[i] = Tuned{Core: k.Name, InUse: k == cores.InUse()}
		if same := slices.IndexFunc(kinds[:i], func(o *cores.Kind) bool { return numbers(o) == numbers(k) }); same >= 0 {
			found[i].SameAs = kinds[same].Name
			continue
		}
		own = append(own, i)
	}
	for _, c := range cases {
		run := c.Setup()
		var tasks []*Task
		base := math.NaN()
		for _, i := range own {
			t := NewTask(isa.Active, run)
			t.Core = kinds[i]
			tasks = append(tasks, t)
		}
		Measure(rounds, tasks)
		for n, i := range own {
			if numbers(kinds[i]) == numbers(cores.InUse()) {
				base = tasks[n].Best
			}
		}
		for n, i := range own {
			found[i].Cases = append(found[i].Cases, TunedIn{c.Kernel, c.Shape, tasks[n].Best, base / tasks[n].Best})
		}
	}
	for i := range found {
		t := &found[i]
		if t.SameAs != "" {
			t.Cases = found[slices.IndexFunc(found, func(o Tuned) bool { return o.Core == t.SameAs })].Cases
		}
		sum := 0.0
		for _, c := range t.Cases {
			sum += math.Log(c.Gain)
		}
		t.Gain = math.Exp(sum / float64(len(t.Cases)))
	}
	return found
}

// numbers returns what k is tuned to with the instruction set in use.
func numbers(k *cores.Kind) cores.Tuning {
	if isa.Active == isa.AVX512 {
		return k.Wide
	}
	return k.Tuned
}
