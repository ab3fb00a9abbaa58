package dispatch

import (
	"strings"
	"testing"

	"github.com/nabla-go/nabla/tools/gen/spec"
)

func TestName(t *testing.T) {
	for kernel, want := range map[string]string{
		"Exp": "exp", "Max": "maxOf", "Copy": "copyOf", "Select": "selectOf", "ReLU": "relu", "ReLUPrime": "reluPrime", "MulReLUPrime": "mulReLUPrime",
		"GELU": "gelu", "GELUPrime": "geluPrime", "SiLU": "silu", "RMSProp": "rmsProp", "AdamW": "adamW", "GemvT": "gemvT", "GemvTResume": "gemvTResume",
		"GemmDot": "gemmDot", "Nrm2": "nrm2", "L2": "l2", "SGD": "sgd", "IDot": "iDot", "ToBFloat16": "toBFloat16", "MulSoftplusPrime": "mulSoftplusPrime",
	} {
		if got := Name(kernel); got != want {
			t.Errorf("Name(%s) = %s, want %s", kernel, got, want)
		}
	}
}

// A kernel without assembly is called in plain Go, and directives do what they say.
func TestGenerate(t *testing.T) {
	kernels, err := spec.Read("testdata")
	if err != nil {
		t.Fatal(err)
	}
	files, err := Generate(kernels, map[string]bool{"ScaleF32AVX2": true, "ScaleF64AVX2": true, "TotalF32NEON": true, "TotalF64NEON": true,
		"TotalTallF32NEON": true, "TotalTallF64NEON": true})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(files["dispatch_amd64.go"]), "internal/cores") {
		t.Error("dispatch_amd64.go imports what it doesn't need")
	}
	for file, want := range map[string][]string{
		"dispatch_amd64.go": {
			"case len(x) <= fewElements:\n\t\t\tgeneric.ScaleF32(f, x)",
			"func scale[T Float](f T, x []T) {\n\tif len(x) > vectorBlock {\n\t\tscaleBlocks(f, x)\n\t\treturn\n\t}\n\tif is32[T]() {",
			"func scaleBlocks[T Float](f T, x []T) {\n\tfor ; len(x) > vectorBlock; x = x[vectorBlock:] {\n\t\tscale(f, x[:vectorBlock])\n\t}\n\tscale(f, x)\n}",
			"case isa.Active >= isa.AVX2 && good(x):\n\t\t\tamd64.ScaleF64AVX2(f, x)",
			"func total[T Float](x []T) T {\n\tif len(x) > vectorBlock {\n\t\treturn totalLong(x)\n\t}\n\tif is32[T]() {\n\t\tx := as[float32](x)\n\t\tif onCall != nil {\n\t\t\tonCall(1, len(x), 1)\n\t\t\treturn 0\n\t\t}\n\t\treturn T(generic.TotalF32(x))",
		},
		"dispatch_arm64.go": {"nabla/internal/cores\"", "case isa.Active >= isa.NEON && cores.Active.DotRows == 4:\n\t\t\treturn T(arm64.TotalTallF32NEON(x))\n\t\tcase isa.Active >= isa.NEON:\n\t\t\treturn T(arm64.TotalF32NEON(x))\n", "if is32[T]() {\n\t\tf, x := float32(f), as[float32](x)\n\t\tif onCall != nil {"},
		"dispatch_generic.go": {
			"nabla/internal/race\"",
			"func mix[T Float](dst []T, x []T, y []T, z []T) {\n\tif len(dst) != len(x) || len(dst) != len(y) || len(dst) != len(z) {\n\t\tpanic(\"kernels: Mix: lengths of dst, x, y and z differ\")\n\t}\n" +
				"\tif partialOverlap(dst, x) || partialOverlap(dst, y) || partialOverlap(dst, z) {\n\t\tpanic(\"kernels: Mix: dst overlaps x, y or z without being equal to it\")\n\t}\n" +
				"\trace.Read(x)\n\trace.Read(y)\n\trace.Read(z)\n\trace.Write(dst)\n\tif len(dst) > vectorBlock {",
			"func pair[T Float](x []T, y []T) T {\n\tif len(x) != len(y) {\n\t\tpanic(\"kernels: Pair: len(x) != len(y)\")\n\t}\n\trace.Read(x)\n\trace.Read(y)\n\tif is32[T]() {",
			"func root[T Float](x []T) T {\n\tif len(x) > vectorBlock {\n\t\tif r := longRoot(x); r == r {\n\t\t\treturn r\n\t\t}\n\t\treturn otherRoot(x)\n\t}\n\tif is32[T]() {",
			"if r := T(generic.RootF64(x)); r == r {\n\t\t\treturn r\n\t\t}\n\t}\n\treturn otherRoot(x)\n}",
			"purego || (!amd64 && !arm64)", "return T(generic.TotalF64(x))"},
	} {
		for _, text := range want {
			if !strings.Contains(string(files[file]), text) {
				t.Errorf("%s has no %s:\n%s", file, text, files[file])
			}
		}
	}
}
