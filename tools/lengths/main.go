// Command lengths finds functions and files that are too long to be read in one go.
//
//	go run ./tools/lengths
//
// A Go function outside tests may have 80 lines, a file written by hand 600. It looks
// at all files that git knows; generated ones say so in the first lines
// ("DO NOT EDIT", or "Written by `go run …`"). Exceptions stand below, each with its reason.
package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
)

const (
	maxFunction = 80
	maxFile     = 600
)

// exceptions maps a file, or a file and a function in it, to the reason why it may
// be longer.
var exceptions = map[string]string{
	"internal/kerneltest/table.go Table": "a table, one row a kernel",
}

func main() {
	log.SetFlags(0)
	names, err := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		log.Fatalf("lengths: git ls-files: %v", err)
	}
	found, err := check(strings.Split(strings.TrimSuffix(string(names), "\x00"), "\x00"), exceptions)
	if err != nil {
		log.Fatal("lengths: ", err)
	}
	for _, f := range found {
		fmt.Println(f)
	}
	if found != nil {
		os.Exit(1)
	}
}

// check returns a message for each thing in the named files that is too long and no
// exception, and for each exception that nothing needs.
func check(names []string, exceptions map[string]string) (found []string, err error) {
	excepted := make(map[string]bool)
	for _, name := range names {
		content, err := os.ReadFile(name)
		if os.IsNotExist(err) {
			continue // deleted, but not yet in git
		}
		if err != nil {
			return nil, err
		}
		long, err := tooLong(name, content)
		if err != nil {
			return nil, err
		}
		for what, message := range long {
			if _, ok := exceptions[what]; ok {
				excepted[what] = true
			} else {
				found = append(found, message)
			}
		}
	}
	for what := range exceptions {
		if !excepted[what] {
			found = append(found, what+": an exception that isn't needed any more")
		}
	}
	slices.Sort(found)
	return found, nil
}

// tooLong returns what is too long in a file, with a message for each: the file
// itself by its name, a function as "name function".
func tooLong(name string, content []byte) (map[string]string, error) {
	found := make(map[string]string)
	if written := byHand(name, content); !written || strings.HasSuffix(name, "_test.go") {
		return found, nil
	}
	if n := bytes.Count(content, []byte("\n")); n > maxFile {
		found[name] = fmt.Sprintf("%s: %d lines: want at most %d", name, n, maxFile)
	}
	if path.Ext(name) != ".go" {
		return found, nil
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, content, 0)
	if err != nil {
		return nil, err
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		from, to := files.Position(f.Pos()), files.Position(f.End())
		if n := to.Line - from.Line + 1; n > maxFunction {
			found[name+" "+f.Name.Name] = fmt.Sprintf("%s:%d: %s has %d lines: want at most %d", name, from.Line, f.Name.Name, n, maxFunction)
		}
	}
	return found, nil
}

// byHand reports whether a file is text that people write.
func byHand(name string, content []byte) bool {
	const head = 600 // bytes; the note of a generated file stands there
	start := string(content[:min(head, len(content))])
	return !strings.ContainsAny(start, "\x00") && !strings.Contains(start, "DO NOT EDIT") && !strings.Contains(start, "ritten by `go run") &&
		!slices.Contains([]string{".sum", ".svg", ".gz", ".csv"}, path.Ext(name)) && !strings.Contains(name, "testdata/")
}
