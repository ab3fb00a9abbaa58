package decimal

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// same requires what strconv gives, bit for bit.
func same(t testing.TB, text string) {
	t.Helper()
	if strings.ContainsAny(text, "xX_pP") {
		return
	}
	want, err := strconv.ParseFloat(text, 64)
	got, ok, gotErr := Parse[float64]([]byte(text), '.')
	if !ok {
		if err == nil && !math.IsNaN(want) && !math.IsInf(want, 0) {
			t.Fatalf("%q is a number, %v", text, want)
		}
		return
	}
	equal := func(what string, want, got float64, wantErr, gotErr error) {
		if math.Float64bits(want) != math.Float64bits(got) || (wantErr == nil) != (gotErr == nil) {
			t.Fatalf("%q as %s: %v, %v, want %v, %v", text, what, got, gotErr, want, wantErr)
		}
	}
	equal("float64", want, got, err, gotErr)
	want, err = strconv.ParseFloat(text, 32)
	narrow, _, gotErr := Parse[float32]([]byte(text), '.')
	equal("float32", want, float64(narrow), err, gotErr)
	// What follows, digits or not, is another cell.
	for _, next := range []string{";12345678", ";\xff\xff\xff\xff\xff\xff\xff"} {
		narrow, n, gotErr := Prefix[float32]([]byte(text+next), '.')
		equal("float32 before another cell", want, float64(narrow), err, gotErr)
		if n != len(text) {
			t.Fatalf("%q has %d bytes, want %d", text, n, len(text))
		}
	}
	comma, _, gotErr := Parse[float32]([]byte(strings.Replace(text, ".", ",", 1)), ',')
	equal("float32 with a decimal comma", want, float64(comma), err, gotErr)
}

func TestParseIsStrconv(t *testing.T) {
	for _, text := range []string{
		"0", "-0", "+0", "1", "1.", ".5", "-.5", "5e0", "1e22", "1e23", "123456789012345678", "1234567890123456789012", "1e-22", "1e-23", "9007199254740993",
		"1e400", "-1e400", "1e-400", "3.4028235e38", "3.4028236e38", "3.5e38", "1e-45", "7e-46", "1.17549435e-38", "1e999999999999", "16777217", "16777219",
		"1.00000005960464477539062", "1.00000005960464477539063", "0.1", "2.2250738585072014e-308", "00000000000000000000000000001", "0.00000000000000000000000000001",
	} {
		same(t, text)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 8000 {
		same(t, strconv.FormatFloat(math.Float64frombits(r.Uint64()), 'g', 1+r.IntN(20), 64))
		same(t, strconv.FormatFloat(float64(math.Float32frombits(r.Uint32())), 'g', -1, 64))
		m := strconv.FormatUint(r.Uint64()>>r.IntN(11), 10)
		at := r.IntN(len(m) + 1)
		same(t, m[:at]+"."+m[at:])
		same(t, fmt.Sprintf("%d.%06d", r.IntN(1000)-500, r.IntN(1e6)))
		same(t, fmt.Sprintf("%.*f", r.IntN(12), 20*r.Float64()))
		// Halfway between two float32, and next to it.
		x := math.Float64frombits(math.Float64bits(1+1000*r.Float64())&^(1<<29-1) | 1<<28)
		for _, y := range []float64{x, math.Nextafter(x, 0), math.Nextafter(x, 2000)} {
			same(t, strconv.FormatFloat(y, 'f', -1, 64))
			same(t, strconv.FormatFloat(y, 'f', 40, 64)+"1")
		}
	}
}

func TestPrefix(t *testing.T) {
	for text, want := range map[string]int{"": 0, "-": 0, ".": 0, "e5": 0, "1,2": 1, "1.5;": 3, "1e": 1, "1e+": 1, "1e5x": 3, "12abc": 2, "Inf": 0, "nan": 0, "--1": 0, "1_0": 1, "0x1": 1} {
		_, n, err := Prefix[float64]([]byte(text), '.')
		require.NoError(t, err)
		require.Equal(t, want, n, text)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"1.5", "-1e-3", "123456789012345678901234567890"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { same(t, text) })
}

func BenchmarkPrefix(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	for what, text := range map[string]func() string{
		"decimals=6":  func() string { return fmt.Sprintf("%.6f,", r.Float64()) },
		"decimals=16": func() string { return fmt.Sprintf("%.16f,", r.Float64()) },
		"shortest":    func() string { return fmt.Sprint(math.Round(r.NormFloat64()*1e4)/1e2) + "," },
		"whole":       func() string { return fmt.Sprint(int(r.ExpFloat64()*100)) + "," },
	} {
		var line []byte
		for range 20000 {
			line = append(line, text()...)
		}
		b.Run(what+"/float32", func(b *testing.B) { benchPrefix[float32](b, line) })
		b.Run(what+"/float64", func(b *testing.B) { benchPrefix[float64](b, line) })
	}
}

func benchPrefix[T float32 | float64](b *testing.B, line []byte) {
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		for at := 0; at < len(line); {
			_, n, _ := Prefix[T](line[at:], '.')
			at += n + 1
		}
	}
}
