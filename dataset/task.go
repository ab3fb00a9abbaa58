package dataset

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// A Task is what is predicted from the inputs.
type Task int

const (
	AnyTask        Task = iota // what the targets suggest
	Classification             // one of several classes
	Regression                 // numbers
	Labels                     // for each of several targets, yes or no
)

var taskNames = []string{"auto", "classify", "regress", "labels"}

func (t Task) String() string { return taskNames[t] }

// ParseTask returns the task of that name: auto, classify or regress.
func ParseTask(name string) (Task, error) {
	if i := slices.Index(taskNames, name); i >= 0 {
		return Task(i), nil
	}
	return 0, fmt.Errorf("unknown task %q: want one of %s", name, strings.Join(taskNames, ", "))
}

// targets returns the target columns.
func (t *Table[T]) targets() (all []*column) {
	for _, c := range t.columns {
		if c.role == target {
			all = append(all, c)
		}
	}
	return all
}

// setTask decides what is predicted.
func (d *decoder[T]) setTask() error {
	targets := d.targets()
	asked := d.opt.Task
	if e := d.opt.Encoder; e != nil {
		asked = e.Task
	}
	if len(targets) == 0 {
		d.task = asked
		return nil
	}
	if len(targets) > 1 {
		return d.setTasks(targets, asked)
	}
	c := targets[0]
	if asked == AnyTask && c.given {
		asked = map[*kind]Task{numberColumn: Regression, categoryColumn: Classification}[c.kind]
	}
	if asked == AnyTask {
		var err error
		if d.task, d.why, err = d.chooseTask(c); err != nil {
			return err
		}
	} else {
		d.task = asked
	}
	if d.opt.Encoder == nil {
		return d.checkTarget(c)
	}
	return nil
}

// words returns how many cells of a target are no numbers.
func (c *column) words() (n int) {
	for _, m := range c.marks {
		n += m.count
	}
	return n
}

// chooseTask decides what a single target asks for.
func (d *decoder[T]) chooseTask(c *column) (Task, string, error) {
	different := len(c.levels.names)
	switch {
	case c.words() > 0:
		if different > fewNumbers && len(c.marks) < maxMarks && c.filled > c.words() {
			what, help := d.mixed(c, c.filled)
			return 0, "", &OptionError{Text: listed([]complaint{what}), Options: help[:1]}
		}
		if (different > fewNumbers && 2*different > d.store.rows || different > 5 && different == d.store.rows) && !c.overflow {
			return 0, "", d.noClasses(c)
		}
		if different == 1 {
			return Classification, fmt.Sprintf("the target is %s in all rows, so there is nothing to learn", quoted(c.levels.names[0])), nil
		}
		return Classification, fmt.Sprintf("the target has %d different words", different), nil
	case !c.whole:
		return Regression, "the target has numbers with a fraction", nil
	case different == 1:
		return Classification, fmt.Sprintf("the target is %s in all rows, so there is nothing to learn", quoted(c.levels.names[0])), nil
	case c.overflow || different > fewNumbers && !c.even() || c.sparse(d.store.rows):
		n := fmt.Sprint(different)
		if c.overflow {
			n = fmt.Sprintf("more than %d", maxClasses)
		}
		return Regression, fmt.Sprintf("the target has %s different whole numbers (task=classify if they are classes)", n), nil
	}
	return Classification, fmt.Sprintf("the target has %d different whole numbers (task=regress if they are amounts)", different), nil
}

// sparse reports whether whole numbers are so many, in so few rows, that they can't be
// classes to learn. Ten numbered ones, such as digits, can.
func (c *column) sparse(rows int) bool {
	different := len(c.levels.names)
	if c.even() {
		return different > 10 && rows < 2*different
	}
	return different > 5 && rows < 3*different
}

// noClasses says that the words of a target nearly all differ.
func (d *decoder[T]) noClasses(c *column) error {
	what := "words"
	if c.looksLikeDates() != "" || !slices.ContainsFunc(c.levels.names, func(name string) bool { _, ok := parseTime("", name); return !ok }) {
		what = "dates"
	}
	return &OptionError{
		Text:     fmt.Sprintf(": %s has %d different %s in %d rows, too many to be classes: is it the target?", c.called(), len(c.levels.names), what, d.store.rows),
		Question: true, Options: []Option{{"target", d.otherTarget(c)}, {"task", "classify"}},
	}
}

// otherTarget returns the name of a column that may be the target in place of c, or what
// stands for one.
func (d *decoder[T]) otherTarget(c *column) string {
	for _, o := range d.columns {
		if o != c && o.role == input && isTargetName(o.name) {
			return d.nameOf(o)
		}
	}
	return "NAME"
}

// noteTarget tells what may be wrong with the target: another column is called so, or labels
// differ in case only.
func (d *decoder[T]) noteTarget() {
	targets := d.targets()
	if len(targets) != 1 || d.opt.Encoder != nil {
		return
	}
	c := targets[0]
	if other := d.otherTarget(c); d.opt.Targets == nil && other != "NAME" && !isTargetName(c.name) {
		d.Notes = append(d.Notes, fmt.Sprintf("%s is predicted because it is the last, but another is called %s (target=%s if that is the target)", c.called(), other, other))
	}
	if d.task != Classification {
		return
	}
	first := make(map[string]string)
	for _, i := range sortedLevels(c.levels.names) {
		name := c.levels.names[i]
		if other, ok := first[strings.ToLower(name)]; ok {
			d.Notes = append(d.Notes, fmt.Sprintf("labels that differ in case only, such as %s and %s, are different classes", other, name))
			return
		}
		first[strings.ToLower(name)] = name
	}
}

// even reports whether whole numbers are like numbered classes: all from 0 or 1 on, each
// with at least half as many samples as the mean.
func (c *column) even() bool {
	lowest, highest := c.info.min, c.info.max
	n := float64(len(c.levels.names))
	if lowest != 0 && lowest != 1 || highest-lowest != n-1 {
		return false
	}
	rows := 0
	for _, k := range c.levels.counts {
		rows += k
	}
	for _, k := range c.levels.counts {
		if float64(2*k)*n < float64(rows) {
			return false
		}
	}
	return true
}

// checkTarget returns an error if a target doesn't go with the task.
func (d *decoder[T]) checkTarget(c *column) error {
	switch d.task {
	case Classification:
		if c.overflow || len(c.levels.names) > maxClasses {
			return &OptionError{
				Text:     fmt.Sprintf(": %s has more than %d different labels (%s), too many to be classes: is it the target?", c.called(), maxClasses, abbreviate(c.levels.names[:3])),
				Question: true, Options: []Option{{"target", d.otherTarget(c)}},
			}
		}
		for _, name := range c.levels.names {
			if v, ok := parseLevel(name); ok && v != math.Floor(v) {
				return fmt.Errorf(": %s: label %s is no class: want a whole number or a word", c.called(), name)
			}
		}
	case Regression:
		if c.words() > 0 {
			what, help := d.mixed(c, c.filled)
			return &OptionError{Text: listed([]complaint{what}), Options: append(help[:1], Option{"task", "classify"})}
		}
		if what, _ := d.mixedSigns(c); what.text != "" {
			return &OptionError{Text: listed([]complaint{what}), Options: []Option{{"task", "classify"}}}
		}
	}
	return nil
}

// setTasks decides what several targets ask for.
func (d *decoder[T]) setTasks(targets []*column, asked Task) error {
	labels, numeric := true, true
	for _, c := range targets {
		labels = labels && len(c.levels.names) <= 2
		numeric = numeric && c.words() == 0
	}
	if d.opt.Encoder != nil {
		d.task = asked
		return nil
	}
	switch {
	case asked == Regression && numeric, asked == AnyTask && numeric && !labels:
		d.task, d.why = Regression, "all targets are numbers"
	case asked != Regression && labels:
		d.task, d.why = Labels, "each target has two values"
	default:
		return wrongOption(": several targets are either all numbers or have two values each: want such ones, or a single target")
	}
	return nil
}
