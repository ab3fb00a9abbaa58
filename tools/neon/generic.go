package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"log"
	"path/filepath"
	"regexp"
	"strings"
)

// signatures are the declarations of package generic's kernels by name.
type signatures map[string]*ast.FuncType

func readGeneric() signatures {
	files, err := filepath.Glob(filepath.Join(dir, "generic", "*.go"))
	if err != nil {
		log.Fatal(err)
	}
	kernel := regexp.MustCompile(`^[A-Z]\w*F(32|64)$`)
	s := signatures{}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			log.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && kernel.MatchString(f.Name.Name) {
				s[f.Name.Name] = f.Type
			}
		}
	}
	return s
}

// frame is where arguments and result of a function stand.
type frame struct {
	offset map[string]int // by the assembly's names: m, a_base, a_len, ret
	size   int
}

// layout lays out a function's frame by ABI0's rules.
func layout(f *ast.FuncType) frame {
	fr := frame{offset: map[string]int{}}
	place := func(name, typ string) {
		size, parts := 8, []string{""}
		switch {
		case typ == "float32":
			size = 4
		case typ == "bool":
			size = 1
		case strings.HasPrefix(typ, "[]"):
			parts = []string{"_base", "_len", "_cap"}
		}
		fr.size = (fr.size + size - 1) / size * size
		for _, p := range parts {
			fr.offset[name+p] = fr.size
			fr.size += size
		}
	}
	for _, p := range f.Params.List {
		for _, n := range p.Names {
			place(n.Name, types.ExprString(p.Type))
		}
	}
	if f.Results != nil {
		fr.size = (fr.size + 7) / 8 * 8
		place("ret", types.ExprString(f.Results.List[0].Type))
	}
	return fr
}

// address returns the operand of an argument.
func (f frame) address(name string) string {
	off, ok := f.offset[name]
	if !ok {
		log.Panicf("no argument %q", name)
	}
	return fmt.Sprintf("%s+%d(FP)", name, off)
}

// signatureText returns parameters and result as in Go.
func signatureText(f *ast.FuncType) string {
	return strings.TrimPrefix(types.ExprString(f), "func")
}
