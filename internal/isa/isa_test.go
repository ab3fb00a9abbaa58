package isa

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestChoose(t *testing.T) {
	all := []Level{AVX512, AVX2, Generic}
	for _, x := range []struct {
		available []Level
		wish      string
		want      Level
		err       string // part of the message, or none
	}{
		{all, "", AVX512, ""},
		{all, "avx512", AVX512, ""},
		{all, "avx2", AVX2, ""},
		{all, "generic", Generic, ""},
		{[]Level{Generic}, "", Generic, ""},
		{[]Level{NEON, Generic}, "neon", NEON, ""},
		{[]Level{AVX2, Generic}, "avx512", AVX2, "NABLA_ISA=avx512: this machine or build cannot run it; using avx2"},
		{all, "neon", AVX512, "NABLA_ISA=neon: this machine or build cannot run it; using avx512"},
		{[]Level{Generic}, "avx2", Generic, "using generic"},
		{all, "AVX2", AVX512, `unknown instruction set "AVX2": want one of generic, avx2, avx512, neon; using avx512`},
		{all, "sse", AVX512, `unknown instruction set "sse"`},
		{all, " avx2", AVX512, `unknown instruction set " avx2"`},
	} {
		got, err := choose(x.available, x.wish)
		assert.Equal(t, x.want, got, x.wish)
		if x.err == "" {
			assert.NoError(t, err, x.wish)
		} else {
			assert.ErrorContains(t, err, x.err)
		}
	}
}

func TestParse(t *testing.T) {
	for _, l := range []Level{Generic, AVX2, AVX512, NEON} {
		got, err := Parse(l.String())
		assert.NoError(t, err)
		assert.Equal(t, l, got)
	}
}

func TestAvailable(t *testing.T) {
	levels := Available()
	require.NotEmpty(t, levels)
	assert.Equal(t, Generic, levels[len(levels)-1], "plain Go comes last")
	for i := range levels[1:] {
		assert.Greater(t, levels[i], levels[i+1], "best first")
	}
	switch runtime.GOARCH { // of the build, whatever the CPU is (klauspost/reedsolomon#102)
	case "amd64":
		assert.NotContains(t, levels, NEON)
	case "arm64":
		assert.NotContains(t, levels, AVX2)
		assert.NotContains(t, levels, AVX512)
	default:
		assert.Equal(t, []Level{Generic}, levels)
	}
	levels[0] = -1
	assert.NotEqual(t, levels, Available(), "callers get a copy")
}

func TestForce(t *testing.T) {
	was := Active
	for _, l := range Available() {
		restore := Force(l)
		assert.Equal(t, l, Active)
		restore()
		assert.Equal(t, was, Active)
	}
	missing := NEON
	if runtime.GOARCH == "arm64" {
		missing = AVX2
	}
	assert.Panics(t, func() { Force(missing) })
	assert.Equal(t, was, Active)
}

// TestEnvironment starts this test again with other environments. The child
// prints the active level and the error.
func TestEnvironment(t *testing.T) {
	if os.Getenv("NABLA_TEST_CHILD") != "" {
		fmt.Printf("level %s\nerror %v\n", Active, Err())
		return
	}
	program, err := os.Executable()
	if err != nil || runtime.GOOS == "js" || runtime.GOOS == "wasip1" {
		t.Skip("this system cannot start programs")
	}
	child := func(isa, godebug string) (level, message string) {
		cmd := exec.Command(program, "-test.run=^TestEnvironment$")
		cmd.Env = append(os.Environ(), "NABLA_TEST_CHILD=1", "NABLA_ISA="+isa,
			"GODEBUG="+strings.Trim(os.Getenv("GODEBUG")+","+godebug, ","))
		out, err := cmd.Output() // the runtime complains of GODEBUG on standard error if GOAMD64 takes a feature for granted
		if errors.Is(err, syscall.ENOEXEC) {
			t.Skip("this emulator cannot start programs")
		}
		require.NoError(t, err, "%s", out)
		lines := strings.Split(string(out), "\n")
		require.Greater(t, len(lines), 2)
		return strings.TrimPrefix(lines[0], "level "), strings.TrimPrefix(lines[1], "error ")
	}
	best, _ := child("", "") // under an emulator, a child has another CPU than this process
	type setting struct{ isa, godebug, level, err string }
	settings := []setting{
		{"", "", best, "<nil>"},
		{"generic", "", "generic", "<nil>"},
		{best, "", best, "<nil>"},
		{"sse9", "", best, `unknown instruction set "sse9"`},
		{"generic", "cpu.avx2=off", "generic", "<nil>"},
	}
	level, err := Parse(best)
	require.NoError(t, err)
	for off, left := range hidden(level) {
		settings = append(settings, setting{"", off, left.String(), "<nil>"})
	}
	for _, x := range settings {
		level, message := child(x.isa, x.godebug)
		assert.Equal(t, x.level, level, "%+v", x)
		assert.Contains(t, message, x.err, "%+v", x)
	}
}
