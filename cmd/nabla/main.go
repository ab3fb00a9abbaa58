// Command nabla trains small neural networks, tests them and predicts with them.
//
//	nabla train              learn the built-in handwritten digits, write a model
//	nabla search FILE       try options of a training, train with the best
//	nabla audit LOG          check a training by its log
//	nabla eval MODEL         accuracy, cost and confusion matrix
//	nabla predict MODEL      rows or pictures in, predictions out
//	nabla serve MODEL        predictions over HTTP and JSON
//	nabla show MODEL         what a model is and how it was made
//	nabla import FILE        a model of another program's file
//	nabla export MODEL FILE  ONNX, C, NPZ or a state dict
//	nabla bench              how fast this machine is, and how fast it could be
//	nabla doctor             what this machine runs, and whether it computes right
//
// Results go to standard output, everything else to standard error. With --json,
// results are JSON objects, one a line. The exit code is 0 if all was done, 1 if
// something failed, 2 if the command was used wrongly.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nabla-go/nabla/kernels"
)

const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	os.Exit(runRanks(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// A usageError is about what the user typed.
type usageError struct{ error }

func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// run executes one command line and returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	results, messages := &plainWriter{w: stdout}, &plainWriter{w: stderr, width: widthOf(stderr)}
	defer results.flush()
	defer messages.flush()
	started := false // whether cobra was content with the command line
	root := newRoot()
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if crewOf(ctx) != nil && cmd.Name() != "train" {
			return errors.New("only train runs on several ranks: start one process")
		}
		started = true
		if !wantsJSON(cmd) && cmd.Name() != "predict" { // whose results are data
			results.width = widthOf(stdout)
		}
		for _, err := range []error{kernels.ISAError(), kernels.CoreError()} {
			if err != nil {
				fmt.Fprintf(messages, "nabla: %v\n", err)
			}
		}
		return nil
	}
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(results)
	root.SetErr(messages)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		err = results.err
	}
	err = crewOf(ctx).end(err)
	if err == nil {
		return exitDone
	}
	err = optionErrors(err)
	if usage := (usageError{}); !started || errors.As(err, &usage) {
		err = suggest(cmd, err)
		fmt.Fprintf(messages, "%s: %s (see %s --help)\n", cmd.CommandPath(), inWords(err), cmd.CommandPath())
		return exitUsage
	}
	// Errors of package train name it; the command has the same name.
	fmt.Fprintf(messages, "%s: %s\n", cmd.CommandPath(), strings.TrimPrefix(inWords(err), cmd.Name()+": "))
	return exitFailed
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:                "nabla",
		Short:              "Train small neural networks on the CPU, with one answer on every machine",
		SilenceErrors:      true,
		SilenceUsage:       true,
		DisableSuggestions: true,
	}
	root.SetHelpCommand(&cobra.Command{
		Use:   "help [command]",
		Short: "Show what a command does and its flags",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, _, err := root.Find(args)
			if err != nil {
				return usageError{err}
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	})
	root.Version = fmt.Sprintf("%s, numeric version %s, %s %s/%s", program(), kernels.NumericVersion, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	root.SetVersionTemplate("{{.Version}}\n")
	root.PersistentFlags().Bool("json", false, "print results as JSON objects, one a line")
	root.AddCommand(newTrain(), newSearch(), newAudit(), newData(), newEval(), newPredict(), newServe(), newShow(), newImport(), newExport(), newBench(), newDoctor())
	return root
}

// wantArgs accepts from least to most arguments.
func wantArgs(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < least || len(args) > most {
			return fmt.Errorf("wrong number of arguments, %d: want %s", len(args), cmd.UseLine())
		}
		return nil
	}
}

// wantsJSON reports whether --json was given.
func wantsJSON(cmd *cobra.Command) bool {
	v, _ := cmd.Flags().GetBool("json")
	return v
}

// printJSON writes v, one of this package's reports, as one line of results.
func printJSON(w io.Writer, v any) {
	if err := json.NewEncoder(w).Encode(v); err != nil {
		panic(err)
	}
}

// number is a float that is null in JSON if it is NaN or infinite.
type number float64

func (x number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(x))
}
