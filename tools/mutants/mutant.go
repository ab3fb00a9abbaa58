package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// A mutant is a change of one file that a test must notice.
type mutant struct {
	name   string
	file   string // relative to the root of the repository, with slashes
	old    []byte // the whole file
	new    []byte // nil to delete it
	test   string // arguments of go test
	builds bool   // a test must notice it; otherwise the compiler may
}

func (m mutant) apply(root string) error {
	path := filepath.Join(root, m.file)
	if m.new == nil {
		return os.Remove(path)
	}
	return os.WriteFile(path, m.new, 0o600)
}

func (m mutant) undo(root string) error {
	return os.WriteFile(filepath.Join(root, m.file), m.old, 0o600)
}

// A rule makes mutants of files. Exactly one of its kinds is set.
type rule struct {
	what  string   // begins the name of each mutant
	files []string // glob patterns relative to the root
	test  string   // arguments of go test; the tests that must fail

	fieldsOf   string // a type: each field of each literal of it is left out in turn
	elementsOf string // a table, in a package-level variable or in a function: each element is left out in turn
	deleted    bool   // each file is deleted
	find       string // text that stands once in the file and is left out
	replace    string // what stands in its place; with that, the file must still compile

	except map[string]string // names of mutants that nothing can notice, with the reason
}

// mutants expands rules for the repository at root. A rule that makes no mutant, text
// that isn't found once and exceptions that don't exist are errors.
func mutants(root string, rules []rule) ([]mutant, error) {
	var all []mutant
	var problems []error
	for _, r := range rules {
		made, err := r.mutants(root)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", r.what, err))
		}
		excepted := make(map[string]bool)
		for _, m := range made {
			m.name, m.builds = r.what+": "+m.name, r.replace != ""
			if _, ok := r.except[m.name]; ok {
				excepted[m.name] = true
				continue
			}
			all = append(all, m)
		}
		for name := range r.except {
			if !excepted[name] {
				problems = append(problems, fmt.Errorf("%s: no mutant is called %q, which is excepted", r.what, name))
			}
		}
	}
	return all, errors.Join(problems...)
}

func (r rule) mutants(root string) (all []mutant, err error) {
	for _, pattern := range r.files {
		paths, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			return nil, err
		}
		if paths == nil {
			return nil, fmt.Errorf("there is no file %s", pattern)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			content, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			file, _ := filepath.Rel(root, path)
			file = filepath.ToSlash(file)
			pieces, err := r.pieces(path, content)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			for _, p := range pieces {
				m := mutant{name: p.name, file: file, old: content, test: r.test}
				if r.deleted {
					m.name = file
				} else {
					m.new = bytes.Join([][]byte{content[:p.from], []byte(r.replace), content[p.to:]}, nil)
				}
				all = append(all, m)
			}
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no mutants in %v", r.files)
	}
	return all, nil
}

// A piece is a part of a file, which a mutant leaves out or replaces.
type piece struct {
	name     string
	from, to int // in bytes
}

func (r rule) pieces(path string, content []byte) ([]piece, error) {
	switch {
	case r.deleted:
		return []piece{{}}, nil
	case r.find != "":
		if n := bytes.Count(content, []byte(r.find)); n != 1 {
			return nil, fmt.Errorf("found %d times, want once: %s", n, r.find)
		}
		from := bytes.Index(content, []byte(r.find))
		line, _, _ := strings.Cut(strings.TrimSpace(r.find), "\n")
		return []piece{{line, from, from + len(r.find)}}, nil
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, content, 0)
	if err != nil {
		return nil, err
	}
	at := func(p token.Pos) int { return files.Position(p).Offset }
	var found []piece
	for _, l := range literals(file) {
		isType, isVariable := l.typ == r.fieldsOf, l.outermost && l.variable == r.elementsOf
		if r.fieldsOf != "" && !isType || r.elementsOf != "" && !isVariable {
			continue
		}
		for i, e := range l.literal.Elts {
			name := string(content[at(e.Pos()):at(e.End())])
			if field, ok := e.(*ast.KeyValueExpr); ok {
				name = string(content[at(field.Key.Pos()):at(field.Key.End())])
			} else if row := rowName.FindStringSubmatch(name); row != nil {
				name = row[1]
			} else {
				name, _, _ = strings.Cut(name, "\n")
			}
			to := at(e.End())
			if rest := bytes.TrimLeft(content[to:], " \t\n"); i < len(l.literal.Elts)-1 || bytes.HasPrefix(rest, []byte(",")) {
				to += bytes.IndexByte(content[to:], ',') + 1
			}
			found = append(found, piece{l.variable + " without " + name, at(e.Pos()), to})
		}
	}
	return found, nil
}

// rowName finds the name of a row of a table, or of a call that makes one.
var rowName = regexp.MustCompile(`^(?:[\w.\[\]]+\(|[^\n]*\n?[^\n]*\bName:\s*)"([^"]+)"`)

// literal is a composite literal.
type literal struct {
	variable string // the package-level variable or the function that it is in, or "table[0]" and "row.Field" for one in another
	typ      string // "Cost" for Cost{…} and &Cost{…}, also as rows of a table; "" for a table
	literal  *ast.CompositeLit

	outermost bool // it is in no other
}

// literals returns all composite literals of the file.
func literals(file *ast.File) (all []literal) {
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
			all = append(all, literalsIn(f.Name.Name, f.Body)...)
		}
		decl, ok := d.(*ast.GenDecl)
		if !ok || decl.Tok != token.VAR {
			continue
		}
		for _, s := range decl.Specs {
			spec := s.(*ast.ValueSpec)
			for i, v := range spec.Values {
				all = append(all, literalsIn(spec.Names[i].Name, v)...)
			}
		}
	}
	return all
}

func literalsIn(variable string, v ast.Node) (all []literal) {
	inner := make(map[*ast.CompositeLit]literal) // names of literals in others, and types where they are left out
	name := func(e ast.Expr, name, typ string) {
		if u, ok := e.(*ast.UnaryExpr); ok {
			e = u.X
		}
		if c, ok := e.(*ast.CompositeLit); ok {
			inner[c] = literal{variable: name, typ: typ}
		}
	}
	var outer ast.Node
	ast.Inspect(v, func(n ast.Node) bool {
		c, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		l, isInner := inner[c]
		if !isInner {
			l.variable = variable
		}
		if c.Type != nil {
			l.typ = typeName(c.Type)
		}
		l.literal = c
		if l.outermost = outer == nil || c.Pos() > outer.End(); l.outermost {
			outer = c
		}
		all = append(all, l)
		elements := ""
		if a, ok := c.Type.(*ast.ArrayType); ok {
			elements = typeName(a.Elt)
		}
		for i, e := range c.Elts {
			if field, ok := e.(*ast.KeyValueExpr); ok {
				if key, ok := field.Key.(*ast.Ident); ok {
					name(field.Value, l.variable+"."+key.Name, "")
				}
			} else {
				name(e, fmt.Sprintf("%s[%d]", l.variable, i), elements)
			}
		}
		return true
	})
	return all
}

// typeName returns Cost for Cost, *Cost, net.Cost and Cost[float32].
func typeName(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.Ident:
		return t.Name
	case *ast.StarExpr:
		return typeName(t.X)
	case *ast.SelectorExpr:
		return t.Sel.Name
	case *ast.IndexExpr:
		return typeName(t.X)
	}
	return ""
}
