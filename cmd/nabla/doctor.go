package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/klauspost/cpuid/v2"
	"github.com/spf13/cobra"

	"github.com/nabla-go/nabla/internal/cores"
	"github.com/nabla-go/nabla/internal/isa"
	"github.com/nabla-go/nabla/internal/kerneltest"
	"github.com/nabla-go/nabla/kernels"
)

func newDoctor() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Show CPU and instruction set, and test every kernel",
		Long: `Show the CPU, the instruction set and the kind of core in use and why they are in
use, and test every kernel of every instruction set that this machine has against
plain Go, bit for bit. The exit code is 1 if any differs.

The environment variable NABLA_ISA (generic, avx2, avx512, neon) chooses another
instruction set, GODEBUG=cpu.avx512f=off hides one. NABLA_CORE chooses another kind
of core, which changes how fast the kernels are and no result:
` + coreHelp(),
		Args:              wantArgs(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r := newDoctorReport()
			if wantsJSON(cmd) {
				printJSON(cmd.OutOrStdout(), r)
			} else {
				r.print(cmd.OutOrStdout())
			}
			return r.err()
		},
	}
	addFlags(cmd, nil)
	return cmd
}

type doctorReport struct {
	CPU            string     `json:"cpu"`
	ISA            string     `json:"isa"`
	Why            string     `json:"why"`
	ISAs           []string   `json:"isas"` // best first
	Core           string     `json:"core"`
	CoreWhy        string     `json:"core_why"`
	GOMAXPROCS     int        `json:"gomaxprocs"`
	CPUs           int        `json:"cpus"`
	Go             string     `json:"go"`
	Tags           string     `json:"tags"` // build tags and GOAMD64 or its like
	NumericVersion string     `json:"numeric_version"`
	SelfTest       []isaCheck `json:"self_test"`
}

// isaCheck is the self-test of one instruction set.
type isaCheck struct {
	ISA         string   `json:"isa"`
	Kernels     int      `json:"kernels"`
	Differences []string `json:"differences"` // from plain Go, at most one a kernel
}

// selfTest checks every kernel of every instruction set of this machine.
func selfTest() []isaCheck {
	var checks []isaCheck
	for _, level := range isa.Available() {
		results := kerneltest.Check(level)
		c := isaCheck{ISA: level.String(), Kernels: len(results), Differences: []string{}}
		for _, r := range results {
			if r.Err != nil {
				c.Differences = append(c.Differences, r.Err.Error())
			}
		}
		checks = append(checks, c)
	}
	return checks
}

func newDoctorReport() doctorReport {
	r := doctorReport{
		CPU: cpuid.CPU.BrandName, ISA: kernels.ISA(), Why: whyISA(os.Getenv("NABLA_ISA"), kernels.ISAs(), kernels.ISAError()), ISAs: kernels.ISAs(),
		Core: kernels.Core(), CoreWhy: whyCore(os.Getenv("NABLA_CORE"), cores.ThisCPU(), kernels.CoreError()),
		GOMAXPROCS: runtime.GOMAXPROCS(0), CPUs: runtime.NumCPU(),
		Go: runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH, Tags: buildTags(),
		NumericVersion: kernels.NumericVersion, SelfTest: selfTest(),
	}
	if r.CPU == "" {
		r.CPU = "unknown"
	}
	return r
}

// err tells what is wrong with this machine or this program, or is nil.
func (r doctorReport) err() error {
	for _, t := range r.SelfTest {
		if n := len(t.Differences); n > 0 {
			return fmt.Errorf("%d of %d kernels on %s differ from plain Go, the first: %s", n, t.Kernels, t.ISA, t.Differences[0])
		}
	}
	return nil
}

// whyISA tells why the instruction set in use is in use, given the value of
// NABLA_ISA, what there is to choose from, and why the value was not followed.
func whyISA(wish string, available []string, err error) string {
	switch {
	case err != nil:
		return err.Error()
	case wish != "":
		return "NABLA_ISA=" + wish
	case len(available) == 1:
		return "nothing else in this build or on this machine"
	}
	return "the best of " + strings.Join(available, ", ")
}

// whyCore tells why the kind of core in use is in use, given the value of NABLA_CORE,
// the CPU, and why the value was not followed.
func whyCore(wish string, c cores.CPU, err error) string {
	switch {
	case err != nil:
		return err.Error()
	case wish != "":
		return "NABLA_CORE=" + wish
	}
	return c.String()
}

// coreHelp lists the kinds of core, one a line.
func coreHelp() string {
	var lines []string
	for _, k := range cores.Kinds() {
		lines = append(lines, fmt.Sprintf("  %-12s %s", k.Name, k.About))
	}
	return strings.Join(lines, "\n")
}

// buildTags returns what the program was built with that bears on the kernels.
func buildTags() string {
	info, _ := debug.ReadBuildInfo()
	if info == nil {
		return "unknown"
	}
	var tags []string
	for _, s := range info.Settings {
		if s.Key == "-tags" || s.Key == "GO"+strings.ToUpper(runtime.GOARCH) {
			tags = append(tags, s.Key+"="+s.Value)
		}
	}
	if tags == nil {
		return "none"
	}
	return strings.Join(tags, " ")
}

func (r doctorReport) print(w io.Writer) {
	fmt.Fprintf(w, "CPU              %s\n", r.CPU)
	fmt.Fprintf(w, "instruction set  %s (%s)\n", r.ISA, r.Why)
	fmt.Fprintf(w, "available        %s\n", strings.Join(r.ISAs, ", "))
	fmt.Fprintf(w, "core             %s (%s)\n", r.Core, r.CoreWhy)
	fmt.Fprintf(w, "GOMAXPROCS       %d of %d CPUs\n", r.GOMAXPROCS, r.CPUs)
	fmt.Fprintf(w, "Go               %s\n", r.Go)
	fmt.Fprintf(w, "build tags       %s\n", r.Tags)
	fmt.Fprintf(w, "numeric version  %s\n", r.NumericVersion)
	for _, t := range r.SelfTest {
		verdict := "the same bits as plain Go"
		if n := len(t.Differences); n > 0 {
			verdict = fmt.Sprintf("%d DIFFER FROM PLAIN GO", n)
		}
		fmt.Fprintf(w, "self-test        %s: %d kernels, %s\n", t.ISA, t.Kernels, verdict)
	}
}
