package search

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nabla-go/nabla/internal/rng"
	"github.com/nabla-go/nabla/internal/scalar"
)

// A Parameter is an option and the values that it may have: a list, or a range.
type Parameter struct {
	Name   string
	Values []string // nil for a range
	Range  Range    // if there are no Values
}

// A Range is the numbers from Min to Max.
type Range struct {
	Min, Max float64
	Log      bool // their logarithms are spread evenly, not they themselves
	Whole    bool // whole numbers only
}

// digits is the number of significant digits of a number that is made of a range.
const digits = 4

// MaxTrials is the largest number of trials.
const MaxTrials = 100_000

// Parse reads a parameter: its name, =, and values with / between, or a range.
//
//	hidden=50/100/100,50    these values
//	lr=log:1e-4:1e-1        a range whose logarithms are spread evenly, for Random
//	dropout=lin:0:0.5       a range whose numbers are
//	lr=log:1e-4:1e-1:4      four values at equal distances, the ends included: 0.0001/0.001/0.01/0.1
//
// A range has whole numbers only if both of its ends are written as whole numbers, 1 and not
// 1.0. A value with a / in it can't be written like this.
func Parse(text string) (Parameter, error) {
	name, values, ok := strings.Cut(text, "=")
	p := Parameter{Name: strings.TrimSpace(name)}
	if !ok || p.Name == "" {
		return p, fmt.Errorf("%q: want name=value/value, or name=log:from:to or name=lin:from:to", text)
	}
	kind, numbers, _ := strings.Cut(values, ":")
	if kind == "lin" || kind == "log" {
		if err := p.parseRange(kind == "log", strings.Split(numbers, ":")); err != nil {
			return p, fmt.Errorf("%q: %w", text, err)
		}
		return p, nil
	}
	for v := range strings.SplitSeq(values, "/") {
		v = strings.TrimSpace(v)
		if slices.Contains(p.Values, v) {
			return p, fmt.Errorf("%q: the value %q is there twice: want each once", text, v)
		}
		p.Values = append(p.Values, v)
	}
	return p, nil
}

// parseRange takes the ends of a range and, if it is there, the number of values between.
func (p *Parameter) parseRange(log bool, parts []string) error {
	if len(parts) != 2 && len(parts) != 3 {
		return fmt.Errorf("want log:from:to or log:from:to:number, and the same with lin")
	}
	r := Range{Log: log, Whole: true}
	for i, x := range []*float64{&r.Min, &r.Max} {
		v, err := strconv.ParseFloat(parts[i], 64)
		if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
			return fmt.Errorf("%q is no end of a range: want a number", parts[i])
		}
		_, err = strconv.ParseInt(parts[i], 10, 53)
		r.Whole = r.Whole && err == nil
		*x = v
	}
	if !(r.Min < r.Max) || math.IsInf(r.Max-r.Min, 0) {
		return fmt.Errorf("a range from %v to %v: want the smaller number first", r.Min, r.Max)
	}
	if log && r.Min <= 0 {
		return fmt.Errorf("a range from %v has no logarithms: want one above 0, or lin", r.Min)
	}
	if p.Range = r; len(parts) == 2 {
		return nil
	}
	n, err := strconv.Atoi(parts[2])
	if err != nil || n < 2 || n > MaxTrials {
		return fmt.Errorf("%q values: want a number from 2 to %d", parts[2], MaxTrials)
	}
	for i := range n {
		if v := r.at(float64(i) / float64(n-1)); !slices.Contains(p.Values, v) {
			p.Values = append(p.Values, v)
		}
	}
	return nil
}

// at returns the number of the range at a share of the way, with few digits.
func (r Range) at(share float64) string {
	var x float64
	switch {
	case share == 0:
		x = r.Min
	case share == 1:
		x = r.Max
	case r.Log:
		low := scalar.Log(r.Min)
		x = scalar.Exp(low + float64(share*(scalar.Log(r.Max)-low)))
	default:
		x = r.Min + float64(share*(r.Max-r.Min))
	}
	if r.Whole {
		return strconv.FormatFloat(math.Floor(x+0.5), 'f', 0, 64)
	}
	if share > 0 && share < 1 {
		x, _ = strconv.ParseFloat(strconv.FormatFloat(x, 'g', digits, 64), 64)
	}
	return strconv.FormatFloat(min(max(x, r.Min), r.Max), 'g', -1, 64)
}

// String writes p as Parse reads it.
func (p Parameter) String() string {
	if p.Values != nil {
		return p.Name + "=" + strings.Join(p.Values, "/")
	}
	kind := "lin"
	if p.Range.Log {
		kind = "log"
	}
	end := func(x float64) string {
		text := strconv.FormatFloat(x, 'g', -1, 64)
		if p.Range.Whole {
			text = strconv.FormatFloat(x, 'f', 0, 64)
		} else if _, err := strconv.ParseInt(text, 10, 53); err == nil {
			text += ".0"
		}
		return text
	}
	return fmt.Sprintf("%s=%s:%s:%s", p.Name, kind, end(p.Range.Min), end(p.Range.Max))
}

// A Trial is a value for each parameter.
type Trial struct {
	Number   int       // from 1
	Settings []Setting // in the order of the parameters
}

// A Setting is a parameter's name and its value in a trial.
type Setting struct{ Name, Value string }

// Text returns the value of a parameter, or "" if there is none of that name.
func (t Trial) Text(name string) string {
	for _, s := range t.Settings {
		if s.Name == name {
			return s.Value
		}
	}
	return ""
}

// Float returns the value of a parameter as a number. It is NaN if it is none.
func (t Trial) Float(name string) float64 {
	x, err := strconv.ParseFloat(t.Text(name), 64)
	if err != nil {
		return math.NaN()
	}
	return x
}

// Int returns the value of a parameter as a whole number, 0 if it is none.
func (t Trial) Int(name string) int {
	n, err := strconv.Atoi(t.Text(name))
	if err != nil {
		return 0
	}
	return n
}

// String writes the settings as in "hidden=100,50 lr=0.01".
func (t Trial) String() string {
	var words []string
	for _, s := range t.Settings {
		words = append(words, s.Name+"="+s.Value)
	}
	return strings.Join(words, " ")
}

// checkSpace returns an error if two parameters have one name, or one has no values.
func checkSpace(space []Parameter) error {
	if len(space) == 0 {
		return fmt.Errorf("search: no parameter to try: want at least one")
	}
	for i, p := range space {
		if p.Values == nil && !(p.Range.Min < p.Range.Max) {
			return fmt.Errorf("search: %s has no values: want a list or a range", p.Name)
		}
		for _, o := range space[:i] {
			if o.Name == p.Name {
				return fmt.Errorf("search: %s is there twice: want all of its values in one place", p.Name)
			}
		}
	}
	return nil
}

// combinations returns the number of combinations of lists of values, at most MaxTrials+1,
// and the first parameter that is a range, or nil.
func combinations(space []Parameter) (n int, continuous *Parameter) {
	n = 1
	for i := range space {
		if space[i].Values == nil {
			return MaxTrials + 1, &space[i]
		}
		n = min(n*len(space[i].Values), MaxTrials+1)
	}
	return n, nil
}

// Grid returns all combinations of the values; the last parameter changes first. It is an
// error if a parameter is a range, or if there are more than MaxTrials.
func Grid(space []Parameter) ([]Trial, error) {
	if err := checkSpace(space); err != nil {
		return nil, err
	}
	n, continuous := combinations(space)
	if continuous != nil {
		return nil, fmt.Errorf("search: %v is a range, which a grid can't go through: want a number of values, as in %v:4, or trials at random", continuous, continuous)
	}
	if n > MaxTrials {
		return nil, fmt.Errorf("search: more than %d combinations: want fewer values, or trials at random", MaxTrials)
	}
	trials := make([]Trial, n)
	for k := range trials {
		settings, rest := make([]Setting, len(space)), k
		for i, p := range slices.Backward(space) {
			settings[i] = Setting{p.Name, p.Values[rest%len(p.Values)]}
			rest /= len(p.Values)
		}
		trials[k] = Trial{Number: k + 1, Settings: settings}
	}
	return trials, nil
}

// redraws is how often a trial is drawn that was there before.
const redraws = 1000

// Random returns n combinations at random, none twice if that can be helped. Each parameter
// is drawn by itself, uniformly from its list or its range. Of two calls that differ in n
// alone, one returns the beginning of what the other does. It is an error if lists have
// fewer combinations than n.
func Random(space []Parameter, n int, seed uint64) ([]Trial, error) {
	if err := checkSpace(space); err != nil {
		return nil, err
	}
	if n < 1 || n > MaxTrials {
		return nil, fmt.Errorf("search: %d trials at random: want 1 to %d", n, MaxTrials)
	}
	if all, _ := combinations(space); n > all {
		return nil, fmt.Errorf("search: %d trials at random, but there are %d combinations: want at most that many, or the grid", n, all)
	}
	trials, seen := make([]Trial, n), make(map[string]bool)
	for k := range trials {
		source := rng.New(seed, uint64(k+1))
		for range redraws {
			trials[k] = draw(space, source)
			if !seen[trials[k].String()] {
				break
			}
		}
		trials[k].Number = k + 1
		seen[trials[k].String()] = true
	}
	return trials, nil
}

func draw(space []Parameter, source *rng.Rand) (t Trial) {
	for _, p := range space {
		value := ""
		if p.Values != nil {
			value = p.Values[source.IntN(len(p.Values))]
		} else {
			value = p.Range.at(source.Float64())
		}
		t.Settings = append(t.Settings, Setting{p.Name, value})
	}
	return t
}
