package bench

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/nabla-go/nabla/internal/isa"
)

// A Result is the time of one case at one level.
type Result struct {
	Kernel  string  `json:"kernel"`
	Type    string  `json:"type"`
	Shape   string  `json:"shape"`
	Layout  string  `json:"layout"` // "", off=16 or stride=+3
	ISA     string  `json:"isa"`
	NS      float64 `json:"ns"` // a call
	GFLOPs  float64 `json:"gflops,omitempty"`
	GBs     float64 `json:"gbs,omitempty"` // loads and stores of the operands that matter
	NSEach  float64 `json:"ns_per_element,omitempty"`
	LimitNS float64 `json:"limit_ns,omitempty"`
	Percent float64 `json:"percent,omitempty"` // of the limit
	Bound   Bound   `json:"bound,omitempty"`   // what sets the limit
	Beyond  bool    `json:"beyond_limit"`      // faster than the limit, which is thus wrong
}

// Run measures cases at levels, group by group, in at most so many rounds, and
// calls report with the results of each group. Plain Go is left out where it
// would take long.
func Run(cases []Case, levels []isa.Level, rounds int, report func([]Result)) {
	levelsOfLimit := vectorLevels()
	chains := newLimits().chains
	for len(cases) > 0 {
		var group []Case
		group, cases = takeGroup(cases)
		l := newLimits(levelsOfLimit...)
		l.chains = chains
		var entries []entry
		for _, c := range group {
			run := c.Setup()
			for _, level := range levels {
				if level == isa.Generic && c.Heavy() {
					continue
				}
				l.add(c.Work, c.is32())
				entries = append(entries, entry{c, NewTask(level, run)})
			}
		}
		tasks := l.tasks()
		for _, r := range entries {
			tasks = append(tasks, r.task)
		}
		Measure(rounds, tasks)
		report(l.results(entries))
	}
}

// entry is a case at one level.
type entry struct {
	Case
	task *Task
}

// takeGroup splits off the cases of the first group.
func takeGroup(cases []Case) (group, rest []Case) {
	for _, c := range cases {
		if c.Group == cases[0].Group {
			group = append(group, c)
		} else {
			rest = append(rest, c)
		}
	}
	return group, rest
}

// beyond is how many per cent of a limit are more than noise: a result with more is
// marked.
const beyond = 103

// results turns times into per cent of the limits.
func (l *limits) results(entries []entry) []Result {
	results := make([]Result, len(entries))
	for i, r := range entries {
		ns := r.task.Best
		x := Result{Kernel: r.Kernel, Type: r.Type, Shape: r.Shape, Layout: r.Layout.Name, ISA: r.task.Level.String(), NS: ns}
		if r.Work != (Work{}) {
			limit, bound := l.of(r.Work, r.is32())
			x.LimitNS, x.Bound, x.Percent = limit, bound, 100*limit/ns
			x.Beyond = x.Percent > beyond
			x.GFLOPs = 2 * float64(r.Work.MulAdds) / ns
			x.GBs = float64(r.Work.Bytes*r.Work.Sweep.Moves()) / ns
		}
		if r.Elements > 0 {
			x.NSEach = ns / float64(r.Elements)
		}
		results[i] = x
	}
	slices.SortStableFunc(results, func(a, b Result) int {
		return cmp.Or(cmp.Compare(a.Kernel, b.Kernel), cmp.Compare(a.Type, b.Type))
	})
	return results
}

// PercentText formats per cent of a limit, with a mark where the limit is wrong; nothing
// if there is no limit.
func PercentText(percent float64) string {
	switch {
	case percent == 0:
		return ""
	case percent > beyond:
		return fmt.Sprintf("%.0f!", percent)
	}
	return fmt.Sprintf("%.0f", percent)
}
