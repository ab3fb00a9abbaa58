// Command gen writes what is made from the list of kernels in kernels/generic: the
// assembly of kernels/amd64 and kernels/arm64 with its declarations, the dispatch in
// kernels, and calls of the public kernels for a test there. Run it in this directory; `go generate ./kernels` does so.
package main

import (
	"log"
	"maps"
	"os"
	"path/filepath"

	"github.com/nabla-go/nabla/tools/gen/amd64"
	"github.com/nabla-go/nabla/tools/gen/arm64"
	"github.com/nabla-go/nabla/tools/gen/calls"
	"github.com/nabla-go/nabla/tools/gen/dispatch"
	"github.com/nabla-go/nabla/tools/gen/spec"
)

// dir is package kernels relative to this module.
const dir = "../../kernels"

func main() {
	log.SetFlags(0)
	files, err := generate()
	if err != nil {
		log.Fatal(err)
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			log.Fatal(err)
		}
	}
	stale, err := staleFiles(files)
	if err != nil {
		log.Fatal(err)
	}
	for _, name := range stale {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			log.Fatal(err)
		}
	}
}

// generate returns all files by their names in dir.
func generate() (map[string][]byte, error) {
	kernels, err := spec.Read(filepath.Join(dir, "generic"))
	if err != nil {
		return nil, err
	}
	files, have := map[string][]byte{}, map[string]bool{}
	add := func(arch string, written map[string][]byte, functions map[string]bool) {
		for name, data := range written {
			files[filepath.Join(arch, name)] = data
		}
		maps.Copy(have, functions)
	}
	written, functions, err := amd64.Generate(kernels)
	if err != nil {
		return nil, err
	}
	add("amd64", written, functions)
	written, functions = arm64.Generate(kernels)
	add("arm64", written, functions)
	if err := kernels.Missing(have); err != nil {
		return nil, err
	}
	if written, err = dispatch.Generate(kernels, have); err != nil {
		return nil, err
	}
	add("", written, nil)
	files[calls.File], err = calls.Generate(dir)
	return files, err
}

// staleFiles returns the generated files in dir that are not among files.
func staleFiles(files map[string][]byte) ([]string, error) {
	var stale []string
	for _, pattern := range []string{"dispatch_*.go", "amd64/*_amd64.*", "arm64/*_arm64.go", "arm64/*_arm64.s"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return nil, err
		}
		for _, path := range found {
			name, err := filepath.Rel(dir, path)
			if err != nil {
				return nil, err
			}
			if files[name] == nil {
				stale = append(stale, name)
			}
		}
	}
	return stale, nil
}
