package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/nabla-go/nabla/audit"
	"github.com/nabla-go/nabla/checkpoint"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/train"
)

// auditPlan is a command line of nabla audit.
type auditPlan struct {
	from, to        int
	checkpoint      string
	data            string
	log             *audit.Log
	checked, differ int // lines that agree; the step of the first that doesn't, or 0
}

// auditReport is the result of an audit.
type auditReport struct {
	Agree  bool `json:"agree"`
	Lines  int  `json:"lines"`             // that agree
	Last   int  `json:"last_agreed_step"`  // 0 for none
	Differ int  `json:"first_differ_step"` // 0 for none
}

func newAudit() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit LOG [LOG2]",
		Short: "Check the log of a training, or find where two logs part",
		Long: `Check a log that nabla train --log wrote. With one log, the training is repeated on the
same data, from the last checkpoint before --from if --checkpoint names a folder, else
from the beginning, and the first line that differs is named. This works on any machine.
With two logs, the first line is named in which they differ. The exit code is 1 if
something differs.`,
		Args: wantArgs(1, 2),
	}
	p := new(auditPlan)
	given := cmd.Flags().Changed
	dir := newFlag("checkpoint", "", "folder of checkpoints to begin from", func(v string) error {
		p.checkpoint = v
		return nil
	})
	data := newFlag("data", "", "where the data are, if not where they were", func(v string) error {
		p.data = v
		return nil
	})
	dir.files, data.files = true, true
	use := addFlags(cmd, grouped("Audit",
		newFlag("from", 1, "the first step that is checked", func(v int) error {
			p.from = v
			return want(v >= 1, "at least 1")
		}),
		newFlag("to", 0, "the last step that is checked (default that of the last line)", func(v int) error {
			p.to = v
			return want(!given("to") || v >= p.from, "at least --from, %d", p.from)
		}), dir, data))
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if err = use(); err != nil {
			return err
		}
		if p.log, err = audit.Read(args[0]); err != nil {
			return err
		}
		if len(args) == 2 {
			return compareLogs(cmd, p.log, args)
		}
		return p.run(cmd)
	}
	return cmd
}

// compareLogs says where two logs part.
func compareLogs(cmd *cobra.Command, a *audit.Log, paths []string) error {
	b, err := audit.Read(paths[1])
	if err != nil {
		return err
	}
	for _, d := range a.Header.Differences(&b.Header) {
		fmt.Fprintf(cmd.ErrOrStderr(), "note: the trainings differ in %s\n", d)
	}
	differ, agree, err := audit.Part(a, b)
	if err != nil {
		return err
	}
	return printAudit(cmd, auditReport{Agree: differ == 0, Lines: agree / a.Header.Every, Last: agree, Differ: differ}, a.Header.Every)
}

// printAudit prints r. What differs is an error.
func printAudit(cmd *cobra.Command, r auditReport, every int) error {
	if wantsJSON(cmd) {
		printJSON(cmd.OutOrStdout(), r)
	} else if r.Lines > 0 {
		fmt.Fprintf(cmd.OutOrStdout(), "%d lines agree, to step %d\n", r.Lines, r.Last)
	}
	if r.Differ > 0 {
		return fmt.Errorf("the first line that differs is that of step %d: they part after step %d, at step %d or before", r.Differ, r.Differ-every, r.Differ)
	}
	if r.Lines == 0 {
		return fmt.Errorf("there is no line to check: a line stands after every %d steps (nabla train --log-every has it in other steps)", every)
	}
	return nil
}

// run repeats the training of the log.
func (p *auditPlan) run(cmd *cobra.Command) error {
	if p.to == 0 {
		p.to = len(p.log.Lines) * p.log.Header.Every
	}
	plan, use, again := newTrainPlan()
	again.SetErr(cmd.ErrOrStderr())
	for name, values := range p.log.Header.Flags {
		for _, v := range values {
			if err := again.Flags().Set(name, v); err != nil {
				return fmt.Errorf("the log's training had --%s %q: %w", name, v, err)
			}
		}
	}
	if p.data != "" {
		if err := again.Flags().Set("data", p.data); err != nil {
			return err
		}
	}
	if err := use(); err != nil {
		return err
	}
	if err := plan.openOrigin(again); err != nil {
		return err
	}
	replay := replay[float32]
	if plan.precision == "f64" {
		replay = replay64
	}
	if err := replay(cmd, again, plan, p); err != nil {
		return err
	}
	last := 0
	if p.checked > 0 {
		last = p.to / p.log.Header.Every * p.log.Header.Every
		if p.differ > 0 {
			last = p.differ - p.log.Header.Every
		}
	}
	return printAudit(cmd, auditReport{Agree: p.differ == 0, Lines: p.checked, Last: last, Differ: p.differ}, p.log.Header.Every)
}

func replay64(cmd, again *cobra.Command, plan *trainPlan, p *auditPlan) error {
	return replay[float64](cmd, again, plan, p)
}

// replay trains to p.to and compares each line from p.from on.
func replay[T kernels.Float](cmd, again *cobra.Command, plan *trainPlan, p *auditPlan) error {
	t := &training[T]{trainPlan: plan, stdout: cmd.OutOrStdout(), stderr: cmd.ErrOrStderr(), json: true}
	if err := t.load(); err != nil {
		return err
	}
	files, err := plan.dataFiles()
	if err != nil {
		return err
	}
	if err := t.makeNetwork(); err != nil {
		return err
	}
	key := t.keyOf(again.Flags(), files)
	if d := p.log.Header.Differences(&audit.Header{Key: key}); d != nil {
		return fmt.Errorf("the training of the log and this one differ in %s", d[0])
	}
	trainer, err := t.newTrainer(t.net, t.options)
	if err != nil {
		return err
	}
	defer trainer.Close()
	if p.checkpoint != "" {
		dir, err := checkpoint.Open(p.checkpoint, key, 1)
		if err != nil {
			return err
		}
		defer dir.Close()
		state, _, err := checkpoint.Latest[T](dir, p.from-1)
		if err == nil && state != nil {
			err = trainer.Restore(state)
		}
		if err != nil {
			return err
		}
	}
	fmt.Fprintf(t.stderr, "training again from step %d to %d\n", trainer.Steps()+1, p.to)
	return check(cmd, trainer, p, t.options.Epochs)
}

// check takes steps to p.to and compares each line from p.from on.
func check[T kernels.Float](cmd *cobra.Command, trainer *train.Trainer[T], p *auditPlan, epochs int) error {
	for trainer.Steps() < p.to && !trainer.Ended(epochs) {
		r, err := trainer.Step(cmd.Context())
		if err != nil {
			return err
		}
		i := r.Number/p.log.Header.Every - 1
		if r.Number%p.log.Header.Every != 0 || i >= len(p.log.Lines) || r.Number < p.from {
			continue
		}
		link := trainer.Chain(p.log.Link(i))
		line := audit.NewLine(r, link)
		if line != p.log.Lines[i] {
			p.differ = r.Number
			return nil
		}
		p.checked++
	}
	return nil
}
