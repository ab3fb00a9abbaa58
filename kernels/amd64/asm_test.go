package amd64_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// levels are the features that internal/isa checks before a level is offered,
// by the names that avo gives them, and what every amd64 has: CMOV, and MMX+, avo's
// name for the part of SSE that PREFETCHT0 is in.
var levels = map[string][]string{
	"AVX2":   {"AVX", "AVX2", "FMA3", "F16C", "CMOV", "MMX+"},
	"AVX512": {"AVX", "AVX2", "FMA3", "F16C", "CMOV", "MMX+", "AVX512F", "AVX512BW", "AVX512DQ", "AVX512VL"},
}

var (
	textLine = regexp.MustCompile(`^TEXT ·(\w+?)(AVX2|AVX512)\(SB\), NOSPLIT, (\$[-\d]+)$`)
	operands = regexp.MustCompile(`\b([XYZK]\d+|R\d+|BP|SP)\b`)
)

// TestAssembly reads the sources of all kernels. It wants that
//   - none needs a feature that its level doesn't check (tphakala/simd#35);
//   - those for AVX2 use no register that only AVX-512 has;
//   - no legacy SSE instruction stands among VEX ones, and upper halves are
//     cleared before every RET (minio/blake2b-simd#24);
//   - R14 (the goroutine), R15 (dynamic linking) and BP stay as they are
//     (apache/arrow#44319, tphakala/simd#58);
//   - there is no stack frame (golang/go#79062).
func TestAssembly(t *testing.T) {
	files, err := filepath.Glob("*.s")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		src, err := os.ReadFile(file)
		require.NoError(t, err)
		for i, complaint := range complaints(strings.Split(string(src), "\n")) {
			assert.Fail(t, complaint, "%s:%d", file, i+1)
		}
	}
}

// complaints returns what is wrong with assembly, by index of the line.
func complaints(lines []string) map[int]string {
	wrong := map[int]string{}
	level, wide, previous := "", false, ""
	for i, line := range lines {
		code, comment, _ := strings.Cut(line, "//")
		code = strings.TrimSpace(code)
		if list, ok := strings.CutPrefix(comment, " Requires: "); ok {
			previous = list
			continue
		}
		if strings.HasPrefix(code, "TEXT") {
			m := textLine.FindStringSubmatch(code)
			if m == nil {
				wrong[i] = "not a kernel's name, or not NOSPLIT"
				continue
			}
			level, wide = m[2], false
			for feature := range strings.SplitSeq(previous, ", ") {
				if !slices.Contains(levels[level], feature) {
					wrong[i] = m[1] + m[2] + " requires " + feature + ", which its level doesn't check"
				}
			}
			if !strings.HasPrefix(m[3], "$0-") {
				wrong[i] = m[1] + m[2] + " has a stack frame"
			}
			previous = ""
			continue
		}
		if level == "" || code == "" || strings.HasSuffix(code, ":") || strings.HasPrefix(code, "DATA") || strings.HasPrefix(code, "GLOBL") || code[0] == '#' {
			continue
		}
		mnemonic := strings.Fields(code)[0]
		for _, r := range operands.FindAllString(code, -1) {
			switch {
			case r == "R14" || r == "R15" || r == "BP" || r == "SP":
				wrong[i] = "uses " + r
			case r[0] == 'R':
			case mnemonic[0] != 'V' && mnemonic[0] != 'K':
				wrong[i] = "legacy SSE instruction"
			case level == "AVX2" && (r[0] == 'Z' || r[0] == 'K' || len(r) > 2 && r > r[:1]+"15"):
				wrong[i] = "uses " + r + ", which AVX2 doesn't have"
			case r[0] == 'Y' || r[0] == 'Z':
				wide = true
			}
		}
		if mnemonic == "RET" && wide && previous != "VZEROUPPER" {
			wrong[i] = "RET without VZEROUPPER"
		}
		previous = mnemonic
	}
	return wrong
}

// TestComplaints shows that each rule can fail.
func TestComplaints(t *testing.T) {
	head := "// Requires: AVX, FMA3\nTEXT ·DotF32AVX2(SB), NOSPLIT, $0-52\n"
	body := "\tVADDPS X1, X2, X3\n\tMOVQ AX, R13\nlabel:\n\tVMOVUPS Y15, (CX)\n\tVZEROUPPER\n\tRET\n"
	for want, src := range map[string]string{
		"":                                    head + body,
		"legacy SSE instruction":              head + "\tMOVSS X0, ret+48(FP)\n" + body,
		"RET without VZEROUPPER":              head + "\tVXORPS Y0, Y0, Y0\n\tRET\n" + body,
		"uses R14":                            head + "\tMOVQ R14, AX\n" + body,
		"uses R15":                            head + "\tVMOVUPS (CX)(R15*4), X1\n" + body,
		"uses BP":                             head + "\tMOVQ 8(BP), AX\n" + body,
		"uses Z1, which AVX2 doesn't have":    head + "\tVXORPS Z1, Z1, Z1\n" + body,
		"uses Y16, which AVX2 doesn't have":   head + "\tVXORPS Y1, Y1, Y16\n" + body,
		"uses K1, which AVX2 doesn't have":    head + "\tKMOVW AX, K1\n" + body,
		"DotF32AVX2 has a stack frame":        strings.Replace(head, "$0", "$16", 1) + body,
		"not a kernel's name, or not NOSPLIT": strings.Replace(head, "NOSPLIT", "0", 1) + body,
		"DotF32AVX2 requires BMI2, which its level doesn't check":       strings.Replace(head, "FMA3", "BMI2", 1) + body,
		"DotF32AVX2 requires AVX512F, which its level doesn't check":    "// Requires: AVX, AVX512F\n" + strings.SplitAfter(head, "\n")[1] + body,
		"DotF32AVX512 requires AVX512CD, which its level doesn't check": "// Requires: AVX512CD\nTEXT ·DotF32AVX512(SB), NOSPLIT, $0-52\n" + body,
		"DotF32AVX2 requires , which its level doesn't check":           strings.SplitAfter(head, "\n")[1] + body,
	} {
		got := complaints(strings.Split(src, "\n"))
		if want == "" {
			assert.Empty(t, got)
			continue
		}
		assert.Len(t, got, 1, src)
		for _, complaint := range got {
			assert.Equal(t, want, complaint)
		}
	}
}
