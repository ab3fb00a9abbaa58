package cores

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/klauspost/cpuid/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/internal/isa"
)

// TestKinds: every row is complete, names are unique, and the last row takes what no
// other does.
func TestKinds(t *testing.T) {
	names := map[string]bool{}
	for _, k := range Kinds() {
		assert.NotEmpty(t, k.Name)
		assert.False(t, names[k.Name], k.Name)
		names[k.Name] = true
		assert.NotEmpty(t, k.About, k.Name)
		assert.NotNil(t, k.is, k.Name)
		for _, tuned := range []Tuning{k.Tuned, k.Wide} {
			positive(t, k.Name, reflect.ValueOf(tuned))
			assert.LessOrEqual(t, tuned.DepthCut, tuned.DepthWhole, k.Name)
			assert.LessOrEqual(t, tuned.ShortCols, 16, k.Name)
			assert.Zero(t, tuned.PackRows%tuned.Band, k.Name)
			assert.LessOrEqual(t, 2*tuned.NearBytes, tuned.LineBytes, "%s: half of L1", k.Name)
			for i := range tuned.Tiles[1:] {
				a, b := tuned.Tiles[i], tuned.Tiles[i+1]
				assert.Greater(t, a.Rows*a.Cols, b.Rows*b.Cols, "%s: tiles, largest first", k.Name)
			}
		}
	}
	assert.True(t, kinds[len(kinds)-1].is(&CPU{}))
}

// positive fails unless all numbers in v are positive: none has been forgotten.
func positive(t *testing.T, name string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			positive(t, name+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			positive(t, fmt.Sprintf("%s[%d]", name, i), v.Index(i))
		}
	default:
		assert.Positive(t, v.Int(), name)
	}
}

func TestChoose(t *testing.T) {
	amd := CPU{Arch: "amd64", Vendor: "AuthenticAMD", Family: 25, Best: isa.AVX512, L2: 1 << 20}
	hidden, zen3, zen5, intel := amd, amd, amd, amd
	arm := CPU{Arch: "arm64", Best: isa.NEON, OS: "linux"}
	v1, v2, apple := arm, arm, arm
	v1.SVE, v2.SVE, apple.OS = 1, 2, "darwin"
	hidden.Best = isa.AVX2 // a virtual machine without AVX-512
	zen3.Best, zen3.L2 = isa.AVX2, 512<<10
	zen5.Family = 26
	intel.Vendor, intel.Family = "GenuineIntel", 6
	server, haswell, client := intel, intel, intel
	server.TwoUnits, haswell.Best, client.IFMA = true, isa.AVX2, true
	for _, x := range []struct {
		cpu  CPU
		wish string
		want string
		err  string
	}{
		{amd, "", "zen4", ""},
		{hidden, "", "zen4", ""},
		{zen3, "", "amd-avx2", ""},
		{zen5, "", "zen5", ""},
		{server, "", "intel-avx512", ""},
		{haswell, "", "intel-avx2", ""},
		{intel, "", "intel-skylake", ""},
		{client, "", "unknown", ""},
		{arm, "", "neoverse-n1", ""},
		{v1, "", "neoverse-v1", ""},
		{v2, "", "neoverse-v2", ""},
		{apple, "", "apple", ""},
		{CPU{}, "", "unknown", ""},
		{intel, "zen4", "zen4", ""},
		{amd, "unknown", "unknown", ""},
		{amd, "zen40", "zen4", `NABLA_CORE: unknown kind of core "zen40": want one of zen4, zen5, intel-avx512, intel-skylake, amd-avx2, intel-avx2, apple, neoverse-v2, neoverse-v1, neoverse-n1, unknown; using zen4`},
		{client, "Zen4", "unknown", `unknown kind of core "Zen4"`},
	} {
		k, err := choose(&x.cpu, x.wish)
		assert.Equal(t, x.want, k.Name, "%v %q", x.cpu, x.wish)
		if x.err == "" {
			assert.NoError(t, err)
		} else {
			assert.ErrorContains(t, err, x.err)
		}
	}
}

// TestMasked: what a virtual machine doesn't tell gets a default.
func TestMasked(t *testing.T) {
	var info cpuid.CPUInfo
	for _, none := range []int{0, -1} {
		info.Cache.L1D, info.Cache.L2, info.Cache.L3 = none, none, none
		c := thisCPU(info, isa.Generic)
		assert.Equal(t, CPU{Arch: runtime.GOARCH, OS: runtime.GOOS, SVE: sve(), L1: defaultL1, L2: defaultL2, L3: defaultL3}, c)
	}
	info.VendorString, info.Family = "AuthenticAMD", 25
	info.Cache.L1D, info.Cache.L2, info.Cache.L3 = 48<<10, 2<<20, 60<<20
	c := thisCPU(info, isa.AVX512)
	assert.Equal(t, CPU{Arch: runtime.GOARCH, OS: runtime.GOOS, SVE: sve(), Vendor: "AuthenticAMD", Family: 25, Best: isa.AVX512, L1: 48 << 10, L2: 2 << 20, L3: 60 << 20}, c)
}

// TestForce: the numbers follow the kind and the instruction set.
func TestForce(t *testing.T) {
	was, kind := Active, InUse()
	other := &Kind{Name: "other", Tuned: Tuning{FarBytes: 1}, Wide: Tuning{FarBytes: 2}}
	want := func(level isa.Level) int {
		if level == isa.AVX512 {
			return 2
		}
		return 1
	}
	restore := Force(other)
	assert.Equal(t, other, InUse())
	assert.Equal(t, want(isa.Active), Active.FarBytes)
	for _, level := range isa.Available() {
		back := isa.Force(level)
		assert.Equal(t, want(level), Active.FarBytes, level)
		back()
		assert.Equal(t, want(isa.Active), Active.FarBytes)
	}
	restore()
	assert.Equal(t, was, Active)
	assert.Equal(t, kind, InUse())
}

// TestEnvironment starts this test again with other environments. The child prints the
// kind in use and the error.
func TestEnvironment(t *testing.T) {
	if os.Getenv("NABLA_TEST_CHILD") != "" {
		fmt.Printf("kind %s\nerror %v\n", InUse().Name, Err())
		return
	}
	program, err := os.Executable()
	if err != nil || runtime.GOOS == "js" || runtime.GOOS == "wasip1" {
		t.Skip("this system cannot start programs")
	}
	child := func(wish string) (kind, message string) {
		cmd := exec.Command(program, "-test.run=^TestEnvironment$")
		cmd.Env = append(os.Environ(), "NABLA_TEST_CHILD=1", "NABLA_CORE="+wish)
		out, err := cmd.Output()
		if errors.Is(err, syscall.ENOEXEC) {
			t.Skip("this emulator cannot start programs")
		}
		require.NoError(t, err, "%s", out)
		lines := strings.Split(string(out), "\n")
		require.Greater(t, len(lines), 2)
		return strings.TrimPrefix(lines[0], "kind "), strings.TrimPrefix(lines[1], "error ")
	}
	own, message := child("") // under an emulator, a child has another CPU than this process
	assert.Equal(t, "<nil>", message)
	for _, k := range Kinds() {
		kind, message := child(k.Name)
		assert.Equal(t, k.Name, kind)
		assert.Equal(t, "<nil>", message)
	}
	kind, message := child("486")
	assert.Equal(t, own, kind)
	assert.Contains(t, message, `unknown kind of core "486"`)
}
