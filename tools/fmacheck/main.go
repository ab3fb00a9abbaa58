// Command fmacheck finds fused multiply-adds that nobody asked for. Go may fuse
// x*y + z on arm64, s390x, ppc64le, riscv64, loong64 and, under GOAMD64=v3, on
// amd64, and then results differ between machines. An explicit conversion of the
// product forbids it: float32(x*y) + z.
//
//	go run ./tools/fmacheck [package …]
//
// It compiles the packages of this module (./… if none is named) for arm64 and for
// amd64 with GOAMD64=v3, and lists each scalar fused multiply-add that comes from
// a source line without a call of an FMA, or from one on which a product is added
// to something besides. It exits with 1 if there is any. A line whose comment is
// "may fuse" is passed over: it measures time or draws, and no result depends on it.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// targets are environments in which Go fuses.
var targets = [][]string{{"GOARCH=arm64"}, {"GOARCH=amd64", "GOAMD64=v3"}}

// fused matches a line of the compiler's listing: offset, (file:line), instruction.
var fused = regexp.MustCompile(`\((\S+\.go):(\d+)\)\t(V?FN?M(?:ADD|SUB)\w*)\t`)

func main() {
	log.SetFlags(0)
	packages := os.Args[1:]
	if len(packages) == 0 {
		packages = []string{"./..."}
	}
	found := map[position][]string{}
	for _, env := range targets {
		for _, p := range unasked(listing(env, packages)) {
			found[p] = append(found[p], env[len(env)-1])
		}
	}
	positions := make([]position, 0, len(found))
	for p := range found {
		positions = append(positions, p)
	}
	slices.SortFunc(positions, func(a, b position) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
	})
	for _, p := range positions {
		fmt.Printf("%s:%d: fuses a product and a sum (%s): write float64(x*y) or float32(x*y) around the product\n", p.file, p.line, strings.Join(found[p], ", "))
	}
	if len(positions) > 0 {
		os.Exit(1)
	}
}

// position is a line of a source file.
type position struct {
	file string
	line int
}

// listing returns the assembly that the compiler makes of the packages.
func listing(env, packages []string) []byte {
	cmd := exec.Command("go", append([]string{"build", "-gcflags=-S"}, packages...)...)
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0"), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		log.Fatalf("%s go build: %v\n%s", strings.Join(env, " "), err, out[:min(len(out), 2000)])
	}
	if !bytes.Contains(out, []byte(" STEXT ")) {
		log.Fatalf("%s go build: no assembly in its output", strings.Join(env, " "))
	}
	return out
}

// unasked returns the lines whose fused multiply-adds are not meant.
func unasked(listing []byte) []position {
	seen := map[position]bool{}
	var list []position
	lines := bufio.NewScanner(bytes.NewReader(listing))
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		m := fused.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		n, _ := strconv.Atoi(m[2])
		p := position{m[1], n}
		if !seen[p] && !meant(p) {
			list = append(list, p)
		}
		seen[p] = true
	}
	if err := lines.Err(); err != nil {
		log.Fatal(err)
	}
	return list
}

// files caches parsed sources.
var files = map[string]*source{}

type source struct {
	calls, sums map[int]bool // lines with a call of an FMA, and with a bare product in a sum
	free        map[int]bool // lines that may fuse
}

// meant reports whether a line may fuse, or calls an FMA and adds no bare product
// to anything.
func meant(p position) bool {
	src := files[p.file]
	if src == nil {
		src = read(p.file)
		files[p.file] = src
	}
	return src.free[p.line] || src.calls[p.line] && !src.sums[p.line]
}

func read(name string) *source {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		log.Fatal(err)
	}
	src := &source{map[int]bool{}, map[int]bool{}, map[int]bool{}}
	for _, group := range file.Comments {
		if group.Text() == "may fuse\n" {
			src.free[fset.Position(group.Pos()).Line] = true
		}
	}
	product := func(e ast.Expr) {
		for {
			paren, ok := e.(*ast.ParenExpr)
			if !ok {
				break
			}
			e = paren.X
		}
		if b, ok := e.(*ast.BinaryExpr); ok && b.Op == token.MUL {
			src.sums[fset.Position(b.OpPos).Line] = true
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			name := ""
			switch f := n.Fun.(type) {
			case *ast.Ident:
				name = f.Name
			case *ast.SelectorExpr:
				name = f.Sel.Name
			}
			if strings.HasPrefix(strings.ToLower(name), "fma") {
				src.calls[fset.Position(n.Pos()).Line] = true
			}
		case *ast.BinaryExpr:
			if n.Op == token.ADD || n.Op == token.SUB {
				product(n.X)
				product(n.Y)
			}
		case *ast.AssignStmt:
			if n.Tok == token.ADD_ASSIGN || n.Tok == token.SUB_ASSIGN {
				product(n.Rhs[0])
			}
		}
		return true
	})
	return src
}
