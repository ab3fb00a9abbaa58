package decimal

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWritten(t *testing.T) {
	for _, c := range []struct {
		cell  string
		point byte
		plain string // "" if it is no such number
		mark  string
	}{
		{"$1,234.50", '.', "1234.50", "$"}, {"-$5", '.', "-5", "$"}, {"$-5", '.', "-5", "$"}, {"($ 1,234.5)", '.', "-1234.5", "$"}, {"(12)", '.', "-12", ""},
		{"12.5%", '.', "12.5", "%"}, {"12,5 %", ',', "12,5", "%"}, {"-3 %", '.', "-3", "%"}, {"$5%", '.', "", ""},
		{"1.234.567,5 €", ',', "1234567,5", "€"}, {"1,234,567", '.', "1234567", ""}, {"1 234,50", ',', "1234,50", ""}, {"1\u00a0234\u202f567", '.', "", ""}, {"1\u00a0234\u00a0567", '.', "1234567", ""},
		{"1'234.5", '.', "1234.5", ""}, {"1’234", '.', "1234", ""}, {"₹12,34,567", '.', "1234567", "₹"}, {"\u00a00.5", '.', "0.5", ""}, {"−0.5", '.', "-0.5", ""}, {"+£7", '.', "7", "£"}, {"$.5", '.', ".5", "$"},
		{"1,5", '.', "", ""}, {"0,123", '.', "", ""}, {"1234,567", '.', "", ""}, {"12,3456", '.', "", ""}, {"1,234.5.6", '.', "", ""}, {"1.234,5", '.', "", ""}, {"1,,234", '.', "", ""}, {",234", '.', "", ""},
		{"$", '.', "", ""}, {"%", '.', "", ""}, {"()", '.', "", ""}, {"(5", '.', "", ""}, {"--5", '.', "", ""}, {"$$5", '.', "", ""}, {"150 cm", '.', "", ""}, {"a$5", '.', "", ""}, {"", '.', "", ""}, {"12.34.567", ',', "", ""},
		{"5", '.', "", ""}, {"-5.25", '.', "", ""}, {".", '.', "", ""}, {"-.", '.', "", ""}, {"$.", '.', "", ""},
	} {
		plain, mark, ok := Written([]byte(c.cell), c.point)
		require.Equal(t, c.plain != "", ok, "%q: %q", c.cell, plain)
		if ok {
			require.Equal(t, c.plain, string(plain), c.cell)
			require.Equal(t, c.mark, mark, c.cell)
			_, isNumber, err := Parse[float64](plain, c.point)
			require.True(t, isNumber && err == nil, c.cell)
		}
	}
}

func FuzzWritten(f *testing.F) {
	for _, s := range []string{"$1,234.50", "(1.234,5 €)", "12 %", "−1’000", "1 234"} {
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, cell []byte, comma bool) {
		point := byte('.')
		if comma {
			point = ','
		}
		if plain, _, ok := Written(cell, point); ok {
			_, isNumber, _ := Parse[float64](plain, point)
			require.True(t, isNumber, "%q: %q", cell, plain)
			_, _, again := Written(plain, point)
			require.False(t, again, "%q: %q", cell, plain)
		}
	})
}
