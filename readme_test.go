package nabla

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/internal/cores"
	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

func readme(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("README.md")
	require.NoError(t, err)
	return string(b)
}

var link = regexp.MustCompile(`\]\(([^):#]+)\)`)

// Every folder stands in the README's layout, but for those within a module of its
// own, and what the README links to exists.
func TestReadmeLayout(t *testing.T) {
	text := readme(t)
	for _, m := range link.FindAllStringSubmatch(text, -1) {
		_, err := os.Stat(m[1])
		assert.NoError(t, err)
	}
	_, layout, ok := strings.Cut(text, "\n## Layout\n")
	require.True(t, ok)
	layout, _, _ = strings.Cut(layout, "\n## ")
	linked := make(map[string]bool)
	for _, m := range link.FindAllStringSubmatch(layout, -1) {
		linked[m[1]] = true
	}
	require.NoError(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == "." || !d.IsDir() {
			return err
		}
		if strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || path == filepath.Join("bench", "tables") {
			return filepath.SkipDir
		}
		entries, err := os.ReadDir(path)
		holds := func(f func(fs.DirEntry) bool) bool { return slices.ContainsFunc(entries, f) }
		if holds(func(e fs.DirEntry) bool { return !e.IsDir() }) {
			assert.True(t, linked[filepath.ToSlash(path)], "the README's layout doesn't name %s", path)
		}
		if holds(func(e fs.DirEntry) bool { return e.Name() == "go.mod" }) {
			return filepath.SkipDir
		}
		return err
	}))
}

// The README names every kind of core, in the order of their table.
func TestReadmeCores(t *testing.T) {
	var names []string
	for _, k := range cores.Kinds() {
		names = append(names, k.Name)
	}
	assert.Contains(t, readme(t), "`NABLA_CORE="+strings.Join(names, "|")+"`")
}

// The README's programs are those of the examples below, which run.
func TestReadmeCode(t *testing.T) {
	source, err := os.ReadFile("readme_test.go")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(readme(t), -1)
	require.Len(t, blocks, 2)
	comment := regexp.MustCompile(` // (import|\[).*`)
	for _, b := range blocks {
		var code strings.Builder
		for line := range strings.Lines(comment.ReplaceAllString(b[1], "")) {
			if line != "\n" {
				line = "\t" + line
			}
			code.WriteString(line)
		}
		require.Contains(t, string(source), code.String())
	}
}

func Example_network() {
	n, err := nn.New[float32](nn.Config{
		Inputs: 2,
		Layers: []nn.Layer{nn.Dense(4, nn.Sigmoid), nn.Dense(1, nn.Sigmoid)},
		Cost:   nn.CrossEntropy,
		Seed:   1,
	})
	if err != nil {
		log.Fatal(err)
	}
	xor := &train.Data[float32]{
		X: kernels.MatrixFromRows([][]float32{{0, 0}, {0, 1}, {1, 0}, {1, 1}}),
		T: kernels.MatrixOf(4, 1, []float32{0, 1, 1, 0}),
	}
	_, err = train.Fit(context.Background(), n, xor, nil, train.Options{Epochs: 1000, Rate: 3, Batch: train.All})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.1f\n", n.Predict(xor.X).Data)
	// Output: [0.0 1.0 1.0 0.0]
}

func Example_kernels() {
	w := kernels.MatrixOf(2, 3, []float32{
		1, 2, 3,
		4, 5, 6,
	})
	x := []float32{1, 0, -1}
	y := []float32{2, 3} // b, and then the result

	kernels.Gemv(1, w, x, 1, y) // y = W·x + y
	kernels.Sigmoid(y, y)
	fmt.Println(y)
	// Output: [0.5 0.7310586]
}

// Every function of package kernels stands in the tasks of docs/kernels.md, and the examples
// that it names are there.
func TestKernelsByTask(t *testing.T) {
	b, err := os.ReadFile("docs/kernels.md")
	require.NoError(t, err)
	tasks, _, ok := strings.Cut(string(b), "\n## Coming from another library\n")
	require.True(t, ok)
	words := regexp.MustCompile(`\w+`).FindAllString(tasks, -1)
	files, err := filepath.Glob("kernels/*.go")
	require.NoError(t, err)
	examples := map[string]bool{}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			switch {
			case !ok:
			case strings.HasPrefix(f.Name.Name, "Example"):
				examples[f.Name.Name] = true
			case f.Recv == nil && f.Name.IsExported() && !strings.HasSuffix(path, "_test.go"):
				assert.Contains(t, words, f.Name.Name, "docs/kernels.md")
			}
		}
	}
	for _, w := range words {
		if strings.HasPrefix(w, "Example") {
			assert.True(t, examples[w], "docs/kernels.md: there is no %s", w)
		}
	}
}
