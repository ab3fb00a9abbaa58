package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/internal/atomicfile"
	"github.com/nabla-go/nabla/model"
)

// What a terminal would obey is written out, also where writes cut a character.
func TestPlainWriter(t *testing.T) {
	const text = "a\tb\n\x1b[31mred\r\x7f\u009b0m \u202eesrever é 😀 \x9b\xff\xc2"
	const want = "a\tb\n\\u001b[31mred\\u000d\\u007f\\u009b0m \\u202eesrever é 😀 \\x9b\\xff\\xc2"
	for _, step := range []int{1, 2, 3, len(text)} {
		var b bytes.Buffer
		p := &plainWriter{w: &b}
		for rest := []byte(text); len(rest) > 0; rest = rest[min(step, len(rest)):] {
			n, err := p.Write(rest[:min(step, len(rest))])
			require.NoError(t, err)
			require.Equal(t, min(step, len(rest)), n)
		}
		p.flush()
		require.Equal(t, want, b.String(), "%d bytes at once", step)
	}
}

// On a terminal lines are broken at blanks: below the text behind a name, or two blanks
// further right; words are never cut.
func TestBreakLine(t *testing.T) {
	for line, want := range map[string]string{
		"short":                            "short",
		"note: one two three four":         "note: one two\n  three four",
		"seed   a b c d e f g h i j k":     "seed   a b c d e f\n       g h i j k",
		"seed   a 0123456789abcdef b":      "seed a\n  0123456789abcdef\n  b",
		"0123456789abcdef0123456789abcdef": "0123456789abcdef0123456789abcdef",
		"∂∂∂∂∂∂∂∂∂∂∂∂∂∂∂∂∂∂": "∂∂∂∂∂∂∂∂∂∂∂∂∂∂∂∂∂∂",
		"": "",
	} {
		require.Equal(t, want, breakLine(line, 18))
	}
	for _, step := range []int{1, 7, 100} {
		var b bytes.Buffer
		p := &plainWriter{w: &b, width: func() int { return 18 }}
		for rest := []byte("note: one two three four\n\nnote: five six seven"); len(rest) > 0; rest = rest[min(step, len(rest)):] {
			p.Write(rest[:min(step, len(rest))])
		}
		p.flush()
		require.Equal(t, "note: one two\n  three four\n\nnote: five six\n  seven", b.String())
	}
}

// The table of columns fits into 80 columns, whatever is in it.
func TestColumnsFit(t *testing.T) {
	columns := []dataset.ColumnSummary{
		{Number: 1, Name: strings.Repeat("name", 10), Type: "category", Gaps: 1234, Values: strings.Repeat("value, ", 10), Becomes: "64 inputs, hashed + others + gaps"},
		{Number: 2, Type: "text", Values: "2: a, b", Becomes: "left out: text: values differ"},
		{Number: 3, Name: "x", Type: "number", Becomes: strings.Repeat("becomes ", 10)},
	}
	for k := range columns {
		var b bytes.Buffer
		printColumns(&b, columns[:k+1])
		lines := strings.Split(b.String(), "\n")
		require.LessOrEqual(t, utf8.RuneCountInString(longest(lines)), helpWidth, b.String())
		require.Contains(t, b.String(), columns[min(k, 1)].Becomes)
	}
}

// A confusion matrix that is wider than 80 columns becomes a line for each class.
func TestManyClasses(t *testing.T) {
	for _, classes := range []int{3, 30} {
		r := evalReport{Samples: 7 * classes}
		for c := range classes {
			row := make([]int, classes)
			row[c], row[(c+1)%classes], row[(c+2)%classes] = 4, 2, 1
			r.Classes, r.Recall, r.Confusion = append(r.Classes, fmt.Sprintf("class %d", c)), append(r.Recall, number(4/7.0)), append(r.Confusion, row)
		}
		var b bytes.Buffer
		r.print(&b)
		require.LessOrEqual(t, utf8.RuneCountInString(longest(strings.Split(b.String(), "\n"))), helpWidth)
		require.Equal(t, classes > 10, strings.Contains(b.String(), "class 5   7        57.14 %  class 6 (2)\n"), b.String())
		require.Equal(t, classes < 10, strings.Contains(b.String(), "class 0        4        2        1  57.14 %\n"), b.String())
	}
}

// No control character of a file reaches the terminal: of classes, of columns, of a model's
// metadata, in results, messages and JSON.
func TestControlCharacters(t *testing.T) {
	const evil = "\x1b]0;gotcha\x07\u009b31m"
	csv := write(t, "evil.csv", evil+"x,y\n1,a"+evil+"\n2,a"+evil+"\n8,b"+evil+"\n9,b"+evil+"\n")
	path := modelIn(t, "--data", csv, "--test-share", "0", "--epochs", "1")
	other := write(t, "other.csv", "x,y\n1,c"+evil+"\n")
	for _, args := range [][]string{
		{"train", "--data", csv, "--epochs", "1", "--model", filepath.Join(t.TempDir(), "m")},
		{"eval", path, "--data", csv},
		{"eval", path, "--data", csv, "--json"},
		{"eval", path, "--data", other},
		{"eval", path, "--data", csv, "--label", "x" + evil},
		{"predict", path, write(t, "rows.csv", evil+"x\n1\n9\n")},
		{"predict", path, write(t, "rows.csv", evil+"x\n1\n9\n"), "--json"},
		{"predict", path, write(t, "rows.csv", "1"+evil+"\n")},
		{"predict", path, write(t, "rows.csv", "y"+evil+"\n1\n")},
		{"predict", evil},
	} {
		r := nabla(t, args...)
		for _, c := range r.stdout + r.stderr {
			require.False(t, steers(c), "%q: %q %q", args, r.stdout, r.stderr)
		}
	}
	// JSON says what it said.
	var report evalReport
	require.NoError(t, json.Unmarshal([]byte(nabla(t, "eval", path, "--data", csv, "--json").stdout), &report))
	require.Equal(t, []string{"a" + evil, "b" + evil}, report.Classes)
}

// A model never goes where results or messages go.
func TestModelAmongResults(t *testing.T) {
	for name, flag := range map[string]string{"results": "/dev/stdout", "messages": "/dev/stderr", "the file by its name": "out"} {
		cmd := command(t, nil, "train", "--epochs", "1", "--model", flag)
		path := filepath.Join(cmd.Dir, "out")
		out, err := os.Create(path)
		require.NoError(t, err)
		if _, err := os.Stat("/dev/stdout"); err != nil && flag != "out" {
			t.Logf("no %s here: %v", flag, err)
			continue
		}
		var stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = out, &stderr
		if flag == "/dev/stderr" {
			cmd.Stdout, cmd.Stderr = nil, out
		}
		_ = cmd.Run() // the exit code tells
		require.NoError(t, out.Close())
		require.Equal(t, exitUsage, cmd.ProcessState.ExitCode(), name)
		b, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Contains(t, stderr.String()+string(b), "results or messages go there: want another file")
	}
}

// Notes about a model's file are messages, not results.
func TestModelNotes(t *testing.T) {
	r := nabla(t, "predict", filepath.Join("..", "..", "model", "testdata", "version1.safetensors"), write(t, "rows.csv", "0,1\n1,1\n"))
	require.Equal(t, exitDone, r.code, r.stderr)
	require.Equal(t, "yes\nno\n", r.stdout)
	require.Contains(t, r.stderr, "note: ")
	require.Contains(t, r.stderr, "has format version 1, which carries no digest")
}

// A killed training leaves a file that the next one removes.
func TestLitterIsRemoved(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "m")
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".nabla-3f.tmp"), []byte("half"), 0o600))
	r := nabla(t, "train", "--epochs", "1", "--model", path)
	require.Equal(t, exitDone, r.code, r.stderr)
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1)
	_, err = atomicfile.Check(path)
	require.NoError(t, err)
	_, err = model.Load[float32](path)
	require.NoError(t, err)
	require.False(t, strings.Contains(r.stderr, "note: "))
}
