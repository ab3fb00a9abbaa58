// Package spec reads what there is to know about kernels from the sources of
// package kernels/generic: their names, signatures, comments and directives. The
// backends write assembly and dispatch from it. It also has the numbers that
// elementary functions are made of, which are those of internal/scalar.
//
// A kernel is a pair of exported functions NameF32 and NameF64. The comment of the
// first ends with directives, which hold for both:
//
//	//nabla:blocks             may be called on parts of its slices: dispatch cuts long ones
//	//nabla:whole              must not: package kernels cuts its work, if need be
//	//nabla:few EXPR           up to EXPR elements plain Go is faster than a call into assembly
//	//nabla:else FUNC          where the result is NaN, FUNC of package kernels takes over
//	//nabla:if LEVEL EXPR      is used at LEVEL only where EXPR, of its arguments, holds
//	//nabla:variant LEVEL NAME EXPR
//	                           has another implementation at LEVEL, used where EXPR holds
//	//nabla:without LEVEL …    has no assembly for these levels
//
// One of the first two is obligatory.
package spec

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Arch is an architecture with its levels, best first.
type Arch struct {
	Name   string // GOARCH
	Levels []string
}

// Arches has all architectures with assembly.
var Arches = []Arch{{"amd64", []string{"AVX512", "AVX2"}}, {"arm64", []string{"NEON"}}}

// Kernel is a kernel of package generic.
type Kernel struct {
	Name     string
	F32, F64 *Func
	Blocks   bool              // may be called on parts of its slices
	Checks   bool              // its dispatch checks lengths and overlaps
	Few      string            // number of elements up to which plain Go is used, or ""
	Long     string            // function of package kernels that takes over beyond a block, or ""
	Else     string            // function of package kernels that takes over where the result is NaN, or ""
	If       map[string]string // conditions by level
	Variants []Variant         // other implementations
	Without  []string          // levels without assembly
}

// A Variant is another implementation of a kernel at a level: the same bits in another
// way, which some cores take less time for.
type Variant struct {
	Level, Name string // NAME of KernelNAMEF32LEVEL
	If          string // where it is used
}

// Function returns the name of the variant's function of k for an element type.
func (v Variant) Function(k *Kernel, f *Func) string {
	return k.Name + v.Name + f.Name[len(k.Name):] + v.Level
}

// Func is a kernel for one element type.
type Func struct {
	Name    string // with F32 or F64
	Elem    string // float32 or float64
	Params  []Param
	Result  string // type, or ""
	Type    *ast.FuncType
	purpose string // first sentence of the comment, without the name
}

// Param is a parameter of a kernel.
type Param struct{ Name, Type string }

// Slices returns the names of the parameters that are slices of elements.
func (f *Func) Slices() []string { return f.named("[]" + f.Elem) }

// Vectors returns the names of all parameters that are slices.
func (f *Func) Vectors() []string {
	var names []string
	for _, p := range f.Params {
		if strings.HasPrefix(p.Type, "[]") {
			names = append(names, p.Name)
		}
	}
	return names
}

// Scalars returns the names of the parameters that are elements.
func (f *Func) Scalars() []string { return f.named(f.Elem) }

// Operands returns the names of all parameters that point to elements.
func (f *Func) Operands() []string {
	var names []string
	for _, p := range f.Params {
		if strings.HasPrefix(p.Type, "[]") || strings.HasPrefix(p.Type, "*") {
			names = append(names, p.Name)
		}
	}
	return names
}

func (f *Func) named(typ string) []string {
	var names []string
	for _, p := range f.Params {
		if p.Type == typ {
			names = append(names, p.Name)
		}
	}
	return names
}

// Kernels are all kernels by name.
type Kernels map[string]*Kernel

// Sorted returns all kernels in order of name.
func (ks Kernels) Sorted() []*Kernel {
	var list []*Kernel
	for _, name := range slices.Sorted(maps.Keys(ks)) {
		list = append(list, ks[name])
	}
	return list
}

// Func returns a function by its name, such as ExpF32.
func (ks Kernels) Func(name string) (*Func, error) {
	base, elem := name[:len(name)-3], name[len(name)-3:]
	k := ks[base]
	if k == nil {
		return nil, fmt.Errorf("package generic has no %s", name)
	}
	if elem == "F64" {
		return k.F64, nil
	}
	return k.F32, nil
}

// Missing compares the functions that backends wrote, such as ExpF32AVX2, with what
// there should be, and returns an error that names what is missing or too much.
func (ks Kernels) Missing(have map[string]bool) error {
	var errs []error
	for _, k := range ks.Sorted() {
		for _, a := range Arches {
			for _, level := range a.Levels {
				without := slices.Contains(k.Without, level)
				for _, f := range []*Func{k.F32, k.F64} {
					switch name := f.Name + level; {
					case !have[name] && !without:
						errs = append(errs, fmt.Errorf("tools/gen/%s writes no %s: write it, or say //nabla:without %s in the comment of generic.%s", a.Name, name, level, k.F32.Name))
					case have[name] && without:
						errs = append(errs, fmt.Errorf("tools/gen/%s writes %s, but the comment of generic.%s says //nabla:without %s", a.Name, name, k.F32.Name, level))
					}
				}
			}
		}
		for _, v := range k.Variants {
			for _, f := range []*Func{k.F32, k.F64} {
				if name := v.Function(k, f); !have[name] {
					errs = append(errs, fmt.Errorf("there is no %s, but the comment of generic.%s says //nabla:variant %s %s", name, k.F32.Name, v.Level, v.Name))
				}
			}
		}
	}
	return errors.Join(errs...)
}

var kernelName = regexp.MustCompile(`^[A-Z]\w*F(32|64)$`)

// Read reads the kernels from the sources in dir.
func Read(dir string) (Kernels, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	fset, ks := token.NewFileSet(), Kernels{}
	var errs []error
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				if err := ks.add(f); err != nil {
					errs = append(errs, fmt.Errorf("%s: %w", fset.Position(f.Pos()), err))
				}
			}
		}
	}
	for _, k := range ks.Sorted() {
		if k.F32 == nil || k.F64 == nil {
			errs = append(errs, fmt.Errorf("%s: kernel %s wants both %[2]sF32 and %[2]sF64", dir, k.Name))
		} else if strings.HasPrefix(k.F64.purpose, "is "+k.F32.Name) {
			k.F64.purpose = strings.ReplaceAll(k.F32.purpose, "F32", "F64")
		}
	}
	if len(ks) == 0 {
		errs = append(errs, fmt.Errorf("%s: no kernels there", dir))
	}
	return ks, errors.Join(errs...)
}

// add adds a function, if it is a kernel.
func (ks Kernels) add(d *ast.FuncDecl) error {
	name := d.Name.Name
	if d.Recv != nil || d.Type.TypeParams != nil || !kernelName.MatchString(name) {
		if len(directives(d)) > 0 {
			return fmt.Errorf("%s has a directive //nabla:, but isn't a kernel", name)
		}
		return nil
	}
	f := &Func{Name: name, Elem: "float" + name[len(name)-2:], Type: d.Type}
	for _, p := range d.Type.Params.List {
		for _, n := range p.Names {
			f.Params = append(f.Params, Param{n.Name, types.ExprString(p.Type)})
		}
	}
	if d.Type.Results != nil {
		f.Result = types.ExprString(d.Type.Results.List[0].Type)
	}
	var err error
	if f.purpose, err = purpose(d); err != nil {
		return err
	}
	if !slices.ContainsFunc(d.Doc.List, func(c *ast.Comment) bool { return c.Text == "//go:noinline" }) {
		return fmt.Errorf("%s wants //go:noinline: inlined, it would move its callers' arrays to the heap", name)
	}
	base := name[:len(name)-3]
	if ks[base] == nil {
		ks[base] = &Kernel{Name: base, If: map[string]string{}}
	}
	k := ks[base]
	if strings.HasSuffix(name, "F64") {
		k.F64 = f
		if len(directives(d)) > 0 {
			return fmt.Errorf("%s has a directive //nabla:, which belongs to the comment of %sF32", name, base)
		}
		return nil
	}
	k.F32 = f
	return k.direct(directives(d))
}

// purpose returns the first sentence of a comment, which begins with the name, as
// one line without it.
func purpose(d *ast.FuncDecl) (string, error) {
	text := strings.Join(strings.Fields(d.Doc.Text()), " ")
	rest, ok := strings.CutPrefix(text, d.Name.Name+" ")
	if !ok {
		return "", fmt.Errorf("the comment of %s must begin with its name", d.Name.Name)
	}
	if i := strings.Index(rest, ". "); i >= 0 {
		rest = rest[:i]
	}
	return strings.TrimSuffix(rest, "."), nil
}

// directives returns the lines //nabla: of a comment, without that.
func directives(d *ast.FuncDecl) []string {
	var list []string
	if d.Doc != nil {
		for _, c := range d.Doc.List {
			if text, ok := strings.CutPrefix(c.Text, "//nabla:"); ok {
				list = append(list, text)
			}
		}
	}
	return list
}

// direct sets what directives say.
func (k *Kernel) direct(list []string) error {
	cuts := 0
	for _, text := range list {
		word, rest, _ := strings.Cut(text, " ")
		rest = strings.TrimSpace(rest)
		switch word {
		case "blocks", "whole":
			cuts++
			k.Blocks = word == "blocks"
			if rest != "" {
				return fmt.Errorf("//nabla:%s takes no argument", word)
			}
		case "checks":
			k.Checks = true
			if rest != "" || len(k.F32.Slices()) == 0 || len(k.F32.Slices()) < len(k.F32.Operands()) {
				return fmt.Errorf("%s: //nabla:checks is for functions of slices of elements, and takes no argument", k.F32.Name)
			}
		case "few":
			k.Few = rest
			if _, err := parser.ParseExpr(rest); err != nil {
				return fmt.Errorf("//nabla:few %s: want a number of elements", rest)
			}
		case "long":
			k.Long = rest
			if !token.IsIdentifier(rest) {
				return fmt.Errorf("//nabla:long %s: want the name of a function of package kernels", rest)
			}
		case "else":
			k.Else = rest
			if !token.IsIdentifier(rest) || k.F32.Result != k.F32.Elem {
				return fmt.Errorf("//nabla:else %s: want the name of a function of package kernels, for a function that returns an element", rest)
			}
		case "if":
			level, condition, _ := strings.Cut(rest, " ")
			if !isLevel(level) || condition == "" {
				return fmt.Errorf("//nabla:if %s: want a level and a condition", rest)
			}
			k.If[level] = condition
		case "variant":
			v, condition, _ := strings.Cut(rest, " ")
			name, condition, _ := strings.Cut(condition, " ")
			if !isLevel(v) || condition == "" {
				return fmt.Errorf("//nabla:variant %s: want a level, a name and a condition", rest)
			}
			k.Variants = append(k.Variants, Variant{v, name, condition})
		case "without":
			k.Without = strings.Fields(rest)
			if i := slices.IndexFunc(k.Without, func(s string) bool { return !isLevel(s) }); i >= 0 || len(k.Without) == 0 {
				return fmt.Errorf("//nabla:without %s: want names of levels", rest)
			}
		default:
			return fmt.Errorf("unknown directive //nabla:%s: want blocks, whole, checks, few, long, else, if, variant or without", word)
		}
	}
	if cuts != 1 {
		return fmt.Errorf("%s wants one of the directives //nabla:blocks (it may be called on parts of its slices) and //nabla:whole (it must not)", k.F32.Name)
	}
	if k.Blocks && k.Long != "" {
		return fmt.Errorf("%s: //nabla:long is for kernels that are //nabla:whole", k.F32.Name)
	}
	if k.Blocks && (k.F32.Result != "" || len(k.F32.Vectors()) == 0 || len(k.F32.Vectors())+len(k.F32.Scalars()) < len(k.F32.Params)) {
		return fmt.Errorf("%s: //nabla:blocks is for functions of slices and factors that return nothing", k.F32.Name)
	}
	return nil
}

func isLevel(name string) bool {
	return slices.ContainsFunc(Arches, func(a Arch) bool { return slices.Contains(a.Levels, name) })
}
