package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const program = `package p

import "math"

func FMA32(x, y, z float64) float64 { return math.FMA(x, y, z) }

func product(x, y float64) float64 { return x * y }

func Sums(a, b, c, d, e, g float64) []float64 {
	return []float64{
		a*b + g, // fused
		g - c*d, // fused, but not on amd64
		float64(a*c) + g,
		math.FMA(a, d, g),
		FMA32(b, c, g),
		math.FMA(b, d, g) + a*e, // fused
		product(b, e) + g, // fused
		g + (c * e), // fused
	}
}

func Add(x []float32, y, z float32) {
	x[0] += y * z // fused
	x[1] += float32(y * z)
	x[2] += x[3] * z // may fuse
}
`

func TestUnasked(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "p.go"), []byte(program), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module p\n"), 0o644))
	t.Chdir(dir)
	for _, env := range targets {
		got := map[int]bool{}
		for _, p := range unasked(listing(env, []string{"."})) {
			got[p.line] = true
		}
		for i, line := range strings.Split(program, "\n") {
			want := strings.HasSuffix(line, "// fused") || strings.HasSuffix(line, "not on amd64") && env[0] != "GOARCH=amd64"
			assert.Equal(t, want, got[i+1], "%v: %s", env, line)
		}
	}
}
