package audit

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/train"
)

// state is a training whose state is its step.
type state byte

func (s state) Chain(before [32]byte) [32]byte { return sha256.Sum256(append(before[:], byte(s))) }

// write logs steps first to last and ends the log.
func write(t *testing.T, w *Writer, first, last int) {
	t.Helper()
	for n := first; n <= last; n++ {
		require.NoError(t, w.Step(state(n), train.StepReport{Number: n, Epoch: 1, Cost: 0.5}))
	}
	require.NoError(t, w.Close())
}

var header = Header{Key: map[string]string{"data": "x"}, Flags: map[string][]string{}, Every: 2}

// A training that goes on from a checkpoint ends with the log of one that never stopped,
// also after a line that a kill has torn.
func TestResume(t *testing.T) {
	whole, path := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "log")
	w, err := Create(whole, header)
	require.NoError(t, err)
	write(t, w, 1, 9)

	w, err = Create(path, header)
	require.NoError(t, err)
	write(t, w, 1, 7)
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, append(b, `{"step":8,"ep`...), 0o600))
	l, err := Read(path)
	require.NoError(t, err)
	require.True(t, l.Torn)
	require.Len(t, l.Lines, 3)
	w, err = Resume(path, header, 5)
	require.NoError(t, err)
	write(t, w, 6, 9)

	want, err := os.ReadFile(whole)
	require.NoError(t, err)
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))

	_, err = Resume(path, header, 10)
	require.ErrorContains(t, err, "ends at step 8, before the checkpoint, which is of step 10")
	_, err = Resume(path, Header{Key: map[string]string{"data": "y"}, Every: 2}, 5)
	require.ErrorContains(t, err, `is the log of another training: data: "x" and "y"`)
	_, err = Resume(path, Header{Key: header.Key, Every: 4}, 5)
	require.ErrorContains(t, err, "has a line every 2 steps, not every 4")
	_, err = Create(path, header)
	require.ErrorContains(t, err, "is there already")
}

func TestReadRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	first := `{"nabla_log":1,"training":{},"options":{},"every":2}` + "\n"
	line := `{"step":2,"epoch":1,"cost":1,"chain":"` + strings.Repeat("0", 64) + `"}` + "\n"
	for text, want := range map[string]string{
		"":     "no whole line",
		"{}\n": "line 1: not the first line of a log",
		first + strings.Replace(line, "cost", "Cost", 1):         "line 2",
		first + strings.Replace(line, `"step":2`, `"step":4`, 1): "line 2: step 4: want 2",
		first + strings.Replace(line, "000", "00", 1):            "is no SHA-256",
		first + line + line: "line 3: step 2: want 4",
		first + strings.Replace(line, "}", `,"step":2}`, 1): "line 2",
	} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := Read(path)
		require.ErrorContains(t, err, want, text)
	}
}

func TestPart(t *testing.T) {
	a := &Log{Header: header, Lines: []Line{{Step: 2, Cost: 1}, {Step: 4, Cost: 1}, {Step: 6, Cost: 1}}}
	b := &Log{Header: header, Lines: []Line{{Step: 2, Cost: 1}, {Step: 4, Cost: 2}}}
	differ, agree, err := Part(a, b)
	require.NoError(t, err)
	require.Equal(t, [2]int{4, 2}, [2]int{differ, agree})
	differ, agree, err = Part(a, a)
	require.NoError(t, err)
	require.Equal(t, [2]int{0, 6}, [2]int{differ, agree})
	_, _, err = Part(a, &Log{Header: Header{Every: 3}})
	require.ErrorContains(t, err, "a line every 2 steps, the other every 3")
}

// Whatever stands in a log, it is read or refused.
func FuzzRead(f *testing.F) {
	path := filepath.Join(f.TempDir(), "log")
	w, err := Create(path, header)
	require.NoError(f, err)
	require.NoError(f, w.Step(state(1), train.StepReport{Number: 2, Epoch: 1, Cost: 0.5}))
	require.NoError(f, w.Close())
	log, err := os.ReadFile(path)
	require.NoError(f, err)
	f.Add(log)
	f.Fuzz(func(t *testing.T, text []byte) {
		require.NoError(t, os.WriteFile(path, text, 0o600))
		l, err := Read(path)
		if err != nil {
			return
		}
		_, _, err = Part(l, l)
		require.NoError(t, err)
		l.Link(len(l.Lines))
	})
}
