package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/arch/arm64/arm64asm"
)

var macro = regexp.MustCompile(`^#define (\w+)\(([mn, d]+)\) WORD \$\(0x([0-9A-F]{8}) \|((?: \(m\)<<16 \|)?) \(n\)<<5 \| \(d\)\) // (.*)$`)

// TestMacros decodes every WORD macro of neon_arm64.h with random registers: it
// must be the instruction of its comment, whose name and arrangement its own
// name must give. A macro that nothing uses fails as well.
func TestMacros(t *testing.T) {
	header, err := os.ReadFile(filepath.Join(dir, "arm64", "neon_arm64.h"))
	if err != nil {
		t.Fatal(err)
	}
	code := assembly(t)
	r := rand.New(rand.NewPCG(1, 2))
	macros := 0
	for line := range strings.Lines(string(header)) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "#define") {
			continue
		}
		m := macro.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("not understood: %s", line)
			continue
		}
		macros++
		name, params, text := m[1], m[2], m[5]
		if has := m[4] != ""; has != (params == "m, n, d") || !has && params != "n, d" {
			t.Errorf("%s: parameters %q", name, params)
		}
		word, err := strconv.ParseUint(m[3], 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		mnemonic, arrangement := strings.Fields(text)[0], "vd.16b"
		if strings.Contains(name, "_S4") {
			arrangement = ".4s"
		} else if strings.Contains(name, "_D2") {
			arrangement = ".2d"
		}
		if !strings.HasPrefix(name, "V"+strings.ToUpper(mnemonic)+"_") || !strings.Contains(text, arrangement) {
			t.Errorf("%s has the comment %q", name, text)
		}
		for range 20 {
			regs := map[string]uint64{"m": r.Uint64N(32), "n": r.Uint64N(32), "d": r.Uint64N(32)}
			w := word | regs["n"]<<5 | regs["d"]
			if m[4] != "" {
				w |= regs["m"] << 16
			}
			want := regexp.MustCompile(`\b([vs])([mnd])\b`).ReplaceAllStringFunc(text, func(s string) string {
				return s[:1] + fmt.Sprint(regs[s[1:]])
			})
			if got := decode(uint32(w)); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
		if !strings.Contains(code, name+"(") {
			t.Errorf("nothing uses %s", name)
		}
	}
	if macros == 0 {
		t.Error("no macros found")
	}
}

// TestUpToDate: what stands in package kernels is what gen writes.
func TestUpToDate(t *testing.T) {
	files, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(got, want) {
			t.Errorf("kernels/%s isn't what gen writes: go generate ./kernels", name)
		}
	}
	stale, err := staleFiles(files)
	if err != nil || len(stale) > 0 {
		t.Errorf("files that gen doesn't write: %v %v", stale, err)
	}
}

// No register is used that belongs to the platform, the assembler or Go.
func TestRegisters(t *testing.T) {
	code := regexp.MustCompile(`//.*`).ReplaceAllString(assembly(t), "")
	if r := regexp.MustCompile(`\b(R18|R27|R28|R29|R30|g|LR|RSP)\b`).FindString(code); r != "" {
		t.Errorf("register %s is used", r)
	}
}

// assembly returns all assembly for arm64.
func assembly(t *testing.T) (code string) {
	files, err := filepath.Glob(filepath.Join(dir, "arm64", "*.s"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		code += string(text)
	}
	return code
}

// decode disassembles one instruction.
func decode(word uint32) string {
	i, err := arm64asm.Decode(binary.LittleEndian.AppendUint32(nil, word))
	if err != nil {
		return err.Error()
	}
	return arm64asm.GNUSyntax(i)
}
