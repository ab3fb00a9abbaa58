// Command mutants shows that the tests notice what is missing or wrong.
//
// It copies the repository to a temporary directory, takes one piece away or
// changes it (a field of a row, a file, a line), runs the tests that should fail, and
// puts the piece back. A mutant that no test notices is an error; so is one whose
// text is not in its file any more. list.go has the mutants.
//
//	go run ./tools/mutants               all of them
//	go run ./tools/mutants -short        a sample, for CI
//	go run ./tools/mutants -list         only their names
//	go run ./tools/mutants -run cost     those whose name matches a regular expression
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

func main() {
	short := flag.Bool("short", false, "try a sample only")
	list := flag.Bool("list", false, "print the names and try nothing")
	match := flag.String("run", "", "try only mutants whose name matches this regular expression")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *match, *short, *list); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, match string, short, list bool) error {
	re, err := regexp.Compile(match)
	if err != nil {
		return err
	}
	root, err := rootOf(".")
	if err != nil {
		return err
	}
	all, err := mutants(root, rules)
	if err != nil {
		return err
	}
	if short {
		all = sample(all)
	}
	var chosen []mutant
	for _, m := range all {
		if re.MatchString(m.name) {
			chosen = append(chosen, m)
		}
	}
	if list {
		for _, m := range chosen {
			fmt.Fprintln(out, m.name)
		}
		return nil
	}
	return try(ctx, out, root, chosen)
}

// sampleSize is about how many mutants -short tries.
const sampleSize = 10

// sample returns some of all mutants, in even distances.
func sample(all []mutant) (some []mutant) {
	for i := 0; i < len(all); i += max(1, len(all)/sampleSize) {
		some = append(some, all[i])
	}
	return some
}

// try tries mutants of the repository at root one after another and prints a line
// for each.
func try(ctx context.Context, out io.Writer, root string, all []mutant) error {
	scratch, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	if err := copyRepository(ctx, root, scratch); err != nil {
		return err
	}
	// Tests that fail without a mutant would notice nothing.
	passes := make(map[string]bool)
	for _, m := range all {
		if !passes[m.test] {
			if how, log := goTest(ctx, scratch, m.test); how != "" {
				return fmt.Errorf("go test %s fails without any mutant: %s\n%s", m.test, how, log)
			}
			passes[m.test] = true
		}
	}
	var unnoticed []string
	for _, m := range all {
		if err := m.apply(scratch); err != nil {
			return err
		}
		start := time.Now()
		how, _ := goTest(ctx, scratch, m.test)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := m.undo(scratch); err != nil {
			return err
		}
		switch {
		case how == "":
			how = "NOT NOTICED"
			unnoticed = append(unnoticed, m.name)
		case how == noBuild && m.builds:
			how = "DOES NOT BUILD"
			unnoticed = append(unnoticed, m.name+" (it does not build, so that no test runs)")
		}
		fmt.Fprintf(out, "%-64s %-28s %s (%.0f s)\n", m.name, m.test, how, time.Since(start).Seconds())
	}
	fmt.Fprintf(out, "%d of %d mutants were noticed\n", len(all)-len(unnoticed), len(all))
	if unnoticed != nil {
		return fmt.Errorf("not noticed by any test: %s", strings.Join(unnoticed, "; "))
	}
	return nil
}

// copyRepository copies all files that git knows, or would add, from root to scratch.
func copyRepository(ctx context.Context, root, scratch string) error {
	cmd := exec.CommandContext(ctx, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root
	names, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("git ls-files: %w", err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(names), "\x00"), "\x00") {
		content, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) {
			continue // deleted, but not yet in git
		}
		if err != nil {
			return err
		}
		to := filepath.Join(scratch, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(to, content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// failure matches the lines of go test's output that say how a test failed.
var failure = regexp.MustCompile(`(?m)^(?:--- FAIL: (\S+)|(panic: .*)|.*(\[build failed\]|\[setup failed\]).*)`)

// noBuild is how tests fail that don't run.
const noBuild = "does not build"

// goTest runs go test with args in dir and tells how it failed, or "" if it passed.
func goTest(ctx context.Context, dir, args string) (how, log string) {
	// Without go's cache, which doesn't know the files that tests of the generators read.
	cmd := exec.CommandContext(ctx, "go", append([]string{"test"}, strings.Fields(args+" -count=1 -vet=off -failfast -timeout 10m")...)...)
	cmd.Dir = dir
	output, err := cmd.CombinedOutput()
	if err == nil {
		return "", ""
	}
	how = err.Error()
	if m := failure.FindSubmatch(output); m != nil {
		switch {
		case m[1] != nil:
			how = string(m[1])
		case m[2] != nil:
			how = string(m[2])
		default:
			how = noBuild
		}
	}
	return how, string(output)
}

// rootOf returns the root of the repository that dir is in.
func rootOf(dir string) (string, error) {
	cmd := exec.Command("git", "rev-parse", "--show-toplevel")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("git rev-parse: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}
