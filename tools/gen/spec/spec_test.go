package spec

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// read reads kernels from a source.
func read(t *testing.T, src string) (Kernels, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "kernels.go"), []byte("package generic\n\n"+src), 0o644); err != nil {
		t.Fatal(err)
	}
	return Read(dir)
}

const good = `
// GELUF32 sets dst[i] = z[i]·Φ(z[i]), within 2 ulp. NaN for NaN.
//
//nabla:blocks
//nabla:without NEON AVX512
//go:noinline
func GELUF32(dst, z []float32) {}

// GELUF64 is GELUF32 for float64.
//go:noinline
func GELUF64(dst, z []float64) {}

// TotalF32 returns Σ x[i] in 64 lanes.
//
//nabla:whole
//go:noinline
func TotalF32(x []float32) float32 { return 0 }

// TotalF64 returns Σ x[i] in 32 lanes.
//go:noinline
func TotalF64(x []float64) float64 { return 0 }

func helper() {}
`

func TestRead(t *testing.T) {
	ks, err := read(t, good)
	if err != nil {
		t.Fatal(err)
	}
	gelu, total := ks["GELU"], ks["Total"]
	if len(ks) != 2 || !gelu.Blocks || total.Blocks || !slices.Equal(gelu.F64.Slices(), []string{"dst", "z"}) || total.F32.Result != "float32" {
		t.Errorf("%+v %+v", gelu, total)
	}
	access := Access{Reads: map[string]bool{"z": true}, Writes: map[string]bool{"dst": true}}
	want := "GELUF64AVX2 sets dst[i] = z[i]·Φ(z[i]), within 2 ulp. It is defined by generic.GELUF64.\n\nAVX2 and FMA. A table. Reads z, writes dst."
	if got := strings.Join(gelu.F64.Comment("GELUF64AVX2", "AVX2", "A table.", access, ""), "\n"); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if got := total.F64.Comment("TotalF64NEON", "NEON", "", access, "")[0]; got != "TotalF64NEON returns Σ x[i] in 32 lanes. It is defined by generic.TotalF64." {
		t.Error(got)
	}
}

// Whatever is forgotten or written wrong beside a definition is an error that says so.
func TestMistakes(t *testing.T) {
	for want, change := range map[string][2]string{
		"TotalF32 wants one of the directives //nabla:blocks": {"//nabla:whole\n", ""},
		"GELUF32 wants one of the directives":                 {"//nabla:blocks\n", "//nabla:blocks\n//nabla:whole\n"},
		"unknown directive //nabla:block:":                    {"//nabla:blocks", "//nabla:block"},
		"TotalF32: //nabla:blocks is for functions of slices": {"//nabla:whole", "//nabla:blocks"},
		"TotalF32: //nabla:checks is for functions of":        {"//nabla:whole", "//nabla:whole\n//nabla:checks len"},
		"//nabla:few x +: want a number of elements":          {"//nabla:whole", "//nabla:whole\n//nabla:few x +"},
		"//nabla:if SSE x: want a level":                      {"//nabla:whole", "//nabla:whole\n//nabla:if SSE x"},
		"//nabla:variant AVX512 Tall: want a level":           {"//nabla:whole", "//nabla:whole\n//nabla:variant AVX512 Tall"},
		"//nabla:without SSE: want names of levels":           {"//nabla:without NEON AVX512", "//nabla:without SSE"},
		"kernel Total wants both TotalF32 and TotalF64":       {"//go:noinline\nfunc TotalF64(", "func totalF64("},
		"helper has a directive //nabla:, but isn't a kernel": {"func helper", "//nabla:whole\nfunc helper"},
		"GELUF64 has a directive //nabla:, which belongs to":  {"for float64.\n", "for float64.\n//\n//nabla:blocks\n"},
		"TotalF64 wants //go:noinline":                        {"//go:noinline\nfunc TotalF64", "func TotalF64"},
		"the comment of TotalF32 must begin with its name":    {"// TotalF32", "// Total"},
	} {
		src := strings.Replace(good, change[0], change[1], 1)
		if _, err := read(t, src); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func TestMissing(t *testing.T) {
	ks, err := read(t, good)
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, name := range []string{"GELUF32AVX2", "GELUF64AVX2", "TotalF32AVX2", "TotalF64AVX2", "TotalF32AVX512", "TotalF64AVX512", "TotalF32NEON", "TotalF64NEON"} {
		have[name] = true
	}
	if err := ks.Missing(have); err != nil {
		t.Error(err)
	}
	variant, err := read(t, strings.Replace(good, "//nabla:whole", "//nabla:whole\n//nabla:variant AVX512 Tall x == 1", 1))
	if err != nil {
		t.Fatal(err)
	}
	have["TotalTallF32AVX512"] = true
	if err := variant.Missing(have); err == nil || !strings.Contains(err.Error(), "there is no TotalTallF64AVX512, but the comment of generic.TotalF32 says //nabla:variant AVX512 Tall") {
		t.Error(err)
	}
	delete(have, "TotalF64NEON")
	have["GELUF32AVX512"] = true
	err = ks.Missing(have)
	if err == nil || !strings.Contains(err.Error(), "writes no TotalF64NEON") || !strings.Contains(err.Error(), "writes GELUF32AVX512, but") {
		t.Error(err)
	}
}
