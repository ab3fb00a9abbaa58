package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every rule finds what it changes, so that none goes stale unnoticed.
func TestRulesFindTheirText(t *testing.T) {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	all, err := mutants(root, rules)
	require.NoError(t, err)
	names := make(map[string]bool)
	for _, m := range all {
		require.False(t, names[m.name], "two mutants are called %q", m.name)
		require.NotEqual(t, string(m.old), string(m.new), m.name)
		require.NotEmpty(t, m.test, m.name)
		names[m.name] = true
	}
	require.InDelta(t, sampleSize, len(sample(all)), 2)
}

// scratch is a repository with one package, in which a table has a row that a test
// reads and one that none does.
func scratch(t *testing.T) string {
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module scratch\n\ngo 1.25.0\n",
		"tables.go": `package scratch

type row struct {
	Name  string
	Value int
}

var One = &row{Name: "one", Value: 1}

var table = []row{{Name: "a", Value: 2}, {Name: "b", Value: 3}}

func init() {
	if One.Name == "" {
		panic("no name")
	}
}

func sum() (total int) {
	for _, r := range table {
		total += r.Value
	}
	return total + One.Value
}

func other() *row { return &row{Name: "other"} }
`,
		"data.txt": "data\n",
		"tables_test.go": `package scratch

import (
	"os"
	"testing"
)

func TestSum(t *testing.T) {
	if sum() != 6 {
		t.Fatal(sum())
	}
	if _, err := os.Stat("data.txt"); err != nil {
		t.Fatal(err)
	}
}
`,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o600))
	}
	git := exec.Command("git", "init", "-q")
	git.Dir = root
	require.NoError(t, git.Run())
	return root
}

func names(all []mutant) (names []string) {
	for _, m := range all {
		names = append(names, m.name)
	}
	return names
}

func TestRules(t *testing.T) {
	root := scratch(t)
	fields := rule{what: "row", files: []string{"*.go"}, fieldsOf: "row", test: "."}
	all, err := mutants(root, []rule{
		fields,
		{what: "table", files: []string{"tables.go"}, elementsOf: "table", test: "."},
		{what: "data", files: []string{"*.txt"}, deleted: true, test: "."},
	})
	require.NoError(t, err)
	require.Equal(t, []string{
		"row: One without Name", "row: One without Value",
		"row: table[0] without Name", "row: table[0] without Value", "row: table[1] without Name", "row: table[1] without Value",
		"row: other without Name",
		"table: table without a", "table: table without b",
		"data: data.txt",
	}, names(all))
	require.Contains(t, string(all[0].new), "var One = &row{ Value: 1}\n")
	require.Contains(t, string(all[1].new), "var One = &row{Name: \"one\", }\n")
	require.Contains(t, string(all[8].new), "var table = []row{{Name: \"a\", Value: 2}, }\n")

	for want, r := range map[string]rule{
		"found 0 times":                   {what: "w", files: []string{"tables.go"}, find: "no such text"},
		"found 3 times":                   {what: "w", files: []string{"tables.go"}, find: "Value: "},
		"there is no file none":           {what: "w", files: []string{"none"}, deleted: true},
		"no mutants in":                   {what: "w", files: []string{"*.go"}, fieldsOf: "column"},
		`no mutant is called "w: nobody"`: {what: "w", files: []string{"*.go"}, fieldsOf: "row", except: map[string]string{"w: nobody": "?"}},
	} {
		_, err := mutants(root, []rule{r})
		require.ErrorContains(t, err, want)
	}
	fields.except = map[string]string{"row: One without Name": "a reason"}
	all, err = mutants(root, []rule{fields})
	require.NoError(t, err)
	require.NotContains(t, names(all), "row: One without Name")
}

func TestTry(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	root := scratch(t)
	var out bytes.Buffer
	all, err := mutants(root, []rule{
		{what: "row", files: []string{"tables.go"}, fieldsOf: "row", test: "."},
		{what: "data", files: []string{"data.txt"}, deleted: true, test: "."},
		{what: "left out", files: []string{"tables.go"}, find: "return total + One.Value", test: "."},
		{what: "changed", files: []string{"tables.go"}, find: "return total", replace: "return none", test: "."},
	})
	require.NoError(t, err)
	err = try(context.Background(), &out, root, all)
	require.EqualError(t, err, "not noticed by any test: row: table[0] without Name; row: table[1] without Name; row: other without Name; changed: return total (it does not build, so that no test runs)")
	for _, want := range []string{
		"row: One without Name ", "panic: no name", "row: One without Value ", "TestSum",
		"row: table[0] without Name ", "NOT NOTICED", "data: data.txt ", "does not build", "DOES NOT BUILD", "6 of 10 mutants were noticed",
	} {
		require.Contains(t, out.String(), want)
	}
	require.Equal(t, 3, strings.Count(out.String(), "NOT NOTICED"))

	// Tests that fail anyway notice nothing.
	require.NoError(t, os.Remove(filepath.Join(root, "data.txt")))
	require.ErrorContains(t, try(context.Background(), &out, root, all[:1]), "go test . fails without any mutant: TestSum")
}
