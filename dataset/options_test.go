package dataset

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The type of a target says what is predicted.
func TestTypeOfTarget(t *testing.T) {
	const rings = "x,rings\n0.5,3\n0.25,4\n0.75,3\n0.125,4\n"
	for kind, want := range map[string]Task{"number": Regression, "category": Classification} {
		table, err := DecodeTable[float64](strings.NewReader(rings), "f", TableOptions{Types: []ColumnType{{"rings", kind}}})
		require.NoError(t, err)
		task, _ := table.Task()
		require.Equal(t, want, task)
	}
	_, err := DecodeTable[float64](strings.NewReader("x,y\n1,a\n2,b\n"), "f", TableOptions{Types: []ColumnType{{"y", "number"}}})
	require.ErrorContains(t, err, `column 2 (y): "a" is not a number, nor is "b"`)
	_, err = DecodeTable[float64](strings.NewReader(rings), "f", TableOptions{Types: []ColumnType{{"rings", "date"}}})
	require.ErrorContains(t, err, "column 2 (rings) is the target, which can't be a date: want number or category")
}

// A word that is a level among numbers is no gap.
func TestGapsOfMixedLevels(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("code,y\n")
	for i := range 40 {
		fmt.Fprintf(&rows, "%s,%d.5\n", []string{"1", "2", "3", "x", ""}[i%5], i)
	}
	table, err := DecodeTable[float64](strings.NewReader(rows.String()), "f", TableOptions{})
	require.NoError(t, err)
	e, _, err := FitEncoder(table, table.Rows(), EncoderOptions{})
	require.NoError(t, err)
	s := table.Summary(e)[0]
	require.Equal(t, "category", s.Type)
	require.Equal(t, "1, 2, 3, x", s.Values)
	require.Equal(t, 8, s.Gaps)
}

// Dates that look like numbers with points are told of as dates only.
func TestNoteOfDates(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("when,x,y\n")
	for i := range 40 {
		fmt.Fprintf(&rows, "%d.%d.2020,%d,%d.5\n", 1+i%28, 1+i/28, i*i, i)
	}
	table, err := DecodeTable[float64](strings.NewReader(rows.String()), "f", TableOptions{})
	require.NoError(t, err)
	require.Equal(t, []string{`column 1 (when) has dates such as "1.1.2020": left out (columns=when=date:2.1.2006 if they are of that form)`}, table.Notes)
}

// Commas may be both: numbers with a fraction are quoted then, whole ones need not be.
func TestCommaForBoth(t *testing.T) {
	table, err := DecodeTable[float64](strings.NewReader("a,b,c,y\n\"1,5\",3,7,u\n\"2,5\",4,8,v\n\"2,5\",5,9,v\n"), "f", TableOptions{})
	require.NoError(t, err)
	_, d, err := FitEncoder(table, table.Rows(), EncoderOptions{Scale: "none"})
	require.NoError(t, err)
	require.Equal(t, []float64{1.5, 3, 7, 2.5, 4, 8, 2.5, 5, 9}, d.X.Data)
}

// Nines that stand for gaps are asked about, but not those that may be values.
func TestNoteOfStandIns(t *testing.T) {
	rows := func(last string) string {
		text := "x,y\n"
		for i := range 30 {
			x := fmt.Sprint(i)
			if i%9 == 8 {
				x = last
			}
			text += fmt.Sprintf("%s,%d.5\n", x, i)
		}
		return text
	}
	for last, want := range map[string][]string{
		"-999": {"column 1 (x) has -999 in 3 rows, and otherwise numbers from 0 to 29 (na=-999 if it stands for a gap)"},
		"9999": {"column 1 (x) has 9999 in 3 rows, and otherwise numbers from 0 to 29 (na=9999 if it stands for a gap)"},
		"-9":   nil, "-500": nil, "31": nil,
	} {
		table, err := DecodeTable[float64](strings.NewReader(rows(last)), "f", TableOptions{})
		require.NoError(t, err)
		require.Equal(t, want, table.Notes)
	}
}

// Blanks that don't divide all lines into as many cells are offered as the separator.
func TestOneColumnOfBlanks(t *testing.T) {
	_, err := DecodeTable[float64](strings.NewReader("a b y\n1 2 u\n3  v\n"), "f", TableOptions{})
	require.ErrorContains(t, err, "separated by commas, semicolons, tabs or blanks: try sep=blanks")
	_, err = DecodeTable[float64](strings.NewReader("a b y\n1 2 u\n3  v\n"), "f", TableOptions{Separator: ' '})
	require.ErrorContains(t, err, "f:3: 2 columns, but the first record has 3 (separator blanks)")
}

// Two tables that were put one behind the other.
func TestHeaderAgain(t *testing.T) {
	const once = "x,kind\n1,u\n2,v\n"
	_, err := DecodeTable[float64](strings.NewReader(once+once), "f", TableOptions{Header: WithHeader})
	require.EqualError(t, err, "f:4: column 1 (x): the header is there again: leave that line out")
}

// Numbers that the decimal sign makes words of: the sign is asked about.
func TestWrongPoint(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("x,y\n")
	for i := range 40 {
		fmt.Fprintf(&rows, "%d.25,%s\n", i*i, []string{"a", "b"}[i%2])
	}
	_, err := DecodeTable[float64](strings.NewReader(rows.String()), "f", TableOptions{Point: ','})
	require.ErrorContains(t, err, "no column is left to learn from (column 1 (x): text: values differ): try decimal=auto or keep=x")
}
