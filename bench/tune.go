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
	Core    string    `json:"core"`
	Gain    float64   `json:"gain"` // geometric mean over the cases of time in use / time
	Cases   []TunedIn `json:"cases"`
	SameAs  string    `json:"same_as,omitempty"` // the kind before it that has the same numbers
	InUse   bool      `json:"in_use"`
	Chooses bool      `json:"best"` // no other gains more
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

// TuneCases returns the cases of float32 whose time depends on the kind of core: what
// takes long enough for work to be cut, and not so long that few rounds fit.
func TuneCases() []Case {
	return slices.DeleteFunc(Cases(), func(c Case) bool {
		product := strings.HasPrefix(c.Kernel, "Gemm") && c.Kernel != "Gemm+Gemm" && c.Kernel != "GemmTT"
		return c.Type != "f32" || c.Layout.Name != "" || !product || c.Work.MulAdds < 1<<20 || c.Work.MulAdds > 1<<28
	})
}

// Tune times cases with the numbers of each kind, interleaved, in at most so many
// rounds, with the instruction set in use.
func Tune(cases []Case, kinds []*cores.Kind, rounds int, progress func(done, of int)) []Tuned {
	inUse := cores.InUse()
	numbers := func(k *cores.Kind) cores.Tuning {
		if isa.Active == isa.AVX512 {
			return k.Wide
		}
		return k.Tuned
	}
	found := make([]Tuned, len(kinds))
	var own []int // of kinds with numbers that no other before has
	for i, k := range kinds {
		found[i] = Tuned{Core: k.Name, InUse: k == inUse}
		same := slices.IndexFunc(kinds[:i], func(o *cores.Kind) bool { return numbers(o) == numbers(k) })
		if same >= 0 {
			found[i].SameAs = kinds[same].Name
			continue
		}
		own = append(own, i)
	}
	for i, c := range cases {
		progress(i, len(cases))
		run := c.Setup()
		base := NewTask(isa.Active, run)
		tasks := []*Task{base}
		base.Core = inUse
		for _, k := range own {
			t := NewTask(isa.Active, run)
			t.Core = kinds[k]
			tasks = append(tasks, t)
		}
		Measure(rounds, tasks)
		for n, k := range own {
			ns := tasks[n+1].Best
			if numbers(kinds[k]) == numbers(inUse) {
				ns = base.Best
			}
			found[k].Cases = append(found[k].Cases, TunedIn{c.Kernel, c.Shape, ns, base.Best / ns})
		}
	}
	return rank(found)
}

// rank fills in what follows from the cases.
func rank(found []Tuned) []Tuned {
	best := 0.0
	for i := range found {
		t := &found[i]
		if t.SameAs != "" {
			same := slices.IndexFunc(found, func(o Tuned) bool { return o.Core == t.SameAs })
			t.Cases, t.Gain = found[same].Cases, found[same].Gain
			continue
		}
		sum := 0.0
		for _, c := range t.Cases {
			sum += math.Log(c.Gain)
		}
		t.Gain = math.Exp(sum / float64(len(t.Cases)))
		best = max(best, t.Gain)
	}
	for i := range found {
		found[i].Chooses = found[i].Gain == best
	}
	return found
}
