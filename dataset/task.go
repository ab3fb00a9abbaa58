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
		return Classification, fmt.Sprintf("the target has %d different words", different), nil
	case !c.whole:
		return Regression, "the target has numbers with a fraction", nil
	case c.overflow || different > fewNumbers && !c.even():
		n := fmt.Sprint(different)
		if c.overflow {
			n = fmt.Sprintf("more than %d", maxClasses)
		}
		return Regression, fmt.Sprintf("the target has %s different whole numbers (task=classify if they are classes)", n), nil
	}
	return Classification, fmt.Sprintf("the target has %d different whole numbers (task=regress if they are amounts)", different), nil
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
			return fmt.Errorf(": %s has more than %d different labels (%s): want at most as many classes: is this the target?", c.called(), maxClasses, abbreviate(c.levels.names))
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
		return fmt.Errorf(": several targets are either all numbers or have two values each: want such ones, or a single target")
	}
	return nil
}
