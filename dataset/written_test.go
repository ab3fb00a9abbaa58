package dataset

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// rowsOf returns a header and n rows.
func rowsOf(header string, n int, row func(i int) string) string {
	var b strings.Builder
	b.WriteString(header + "\n")
	for i := range n {
		b.WriteString(row(i) + "\n")
	}
	return b.String()
}

// Numbers that are written for people are numbers, of inputs and targets, in training and
// prediction, and said.
func TestWrittenNumbers(t *testing.T) {
	text := rowsOf("price,rate,n,y", 12, func(i int) string { return fmt.Sprintf(`"$%d,%03d.50",%d%%,%d,"%d,000"`, i+1, i, i, i*i%7, i+30) })
	d, e, table := encoded[float64](t, text, TableOptions{})
	require.Equal(t, Regression, e.Task)
	require.Equal(t, []float64{3002.5, 2, 4}, d.X.Row(2))
	Restore(e, d.T)
	require.InDelta(t, 32000, d.T.Row(2)[0], 1e-6)
	require.Contains(t, table.Notes, `numbers that are written for people were read as plain ones: "$1,000.50" of column 1 (price) as 1000.50, "0%" of column 2 (rate) as 0, "30,000" of column 4 (y) as 30000`)

	r, err := NewRows[float64](strings.NewReader("price,rate,n\n\"$2,000\",50 %,1\n1500,7,2\n"), "f", e, TableOptions{})
	require.NoError(t, err)
	x := make([]float64, 3)
	require.NoError(t, r.Next(x))
	require.Equal(t, []float64{2000, 50, 1}, x)
	require.NoError(t, r.Next(x))
	require.Equal(t, []float64{1500, 7, 2}, x)
	require.ErrorIs(t, r.Next(x), io.EOF)

	d, _, _ = encoded[float64](t, rowsOf("price;x;y", 9, func(i int) string { return fmt.Sprintf("1.%03d.200,%d €;(%d,5);%d", i, i, i, i%2) }), TableOptions{})
	require.Equal(t, []float64{1003200.3, -3.5}, d.X.Row(3))
	d, _, _ = encoded[float64](t, "−1.5,\u00a02,a\n3,4,b\n", TableOptions{})
	require.Equal(t, []float64{-1.5, 2, 3, 4}, d.X.Data, "no header")
}

// What numbers don't say alone is asked, and lost by no way.
func TestWrittenNumbersRefused(t *testing.T) {
	for text, want := range map[string]string{
		"a,y\n$5,0\n€7,1\n$3,0\n":    "f:3: column 1 (a): amounts in $ and in €: try columns=a=category or drop=a",
		"a,y\n5%,0\n0.07,1\n3%,0\n":  `f:2: column 1 (a): "5%", but 1 of 3 numbers have no %`,
		"a,y\n1,$5.5\n2,€7.5\n3,1\n": "f:3: column 2 (y): amounts in $ and in €: try task=classify",
		rowsOf("a,y", 9, func(i int) string {
			return []string{"5%,0", "ten,1", "many,0", "few,1", "7%,0", "some,0", "none,1", "all,1", "a lot,0"}[i]
		}): "column 1 (a) has words and numbers whose digits or signs would be lost",
		rowsOf("a,y", 30, func(i int) string { return []string{"n. a.,0", fmt.Sprintf("$%d,1", i)}[min(i, 1)] }): `column 1 (a): "n. a." is not a number (1 of 30 cells)`,
	} {
		_, err := DecodeTable[float32](strings.NewReader(text), "f", TableOptions{})
		require.ErrorContains(t, err, want)
	}
	_, e, _ := encoded[float32](t, "a,b,y\n5%,1,0\n7%,2,1\n5%,4,0\n", TableOptions{Types: []ColumnType{{"a", "category"}}})
	require.Equal(t, []string{"5%", "7%"}, e.Columns[0].Levels)
}

// D9: whole numbers that are too many for their rows are amounts, and words that nearly all
// differ no target.
func TestTargetsThatAreNoClasses(t *testing.T) {
	ages := rowsOf("x,age", 15, func(i int) string { return fmt.Sprintf("%d.5,%d", i, 20+i*i%37) })
	for text, want := range map[string]Task{
		ages: Regression, rowsOf("x,n", 16, func(i int) string { return fmt.Sprintf("%d.5,%d", i, i+1) }): Regression,
		rowsOf("x,n", 20, func(i int) string { return fmt.Sprintf("%d.5,%d", i, i%10) }): Classification, "x,y\n1,2\n2,1\n3,3\n": Classification,
	} {
		table, err := DecodeTable[float32](strings.NewReader(text), "f", TableOptions{})
		require.NoError(t, err)
		require.Equal(t, want, table.task, text)
	}
	for text, want := range map[string]string{
		rowsOf("class,a,mail", 25, func(i int) string { return fmt.Sprintf("%d,%d.5,p%d@example.org", i%2, i, i) }): "f: column 3 (mail) has 25 different words in 25 rows, too many to be classes: is it the target? Try target=class or task=classify",
		rowsOf("a,who", 8, func(i int) string { return fmt.Sprintf("%d.5,p%d", i, i) }):                             "f: column 2 (who) has 8 different words in 8 rows, too many to be classes: is it the target? Try target=NAME or task=classify",
		rowsOf("a,day", 28, func(i int) string { return fmt.Sprintf("%d.5,2024-02-%02d", i, i+1) }):                 "f: column 2 (day) has 28 different dates in 28 rows, too many to be classes: is it the target? Try target=NAME or task=classify",
	} {
		_, err := DecodeTable[float32](strings.NewReader(text), "f", TableOptions{})
		require.EqualError(t, err, want)
		require.True(t, err.(*OptionError).Question)
		_, err = DecodeTable[float32](strings.NewReader(text), "f", TableOptions{Task: Classification})
		require.NoError(t, err)
	}
	table, err := DecodeTable[float32](strings.NewReader("label,x,p\nCat,1,0\ncat,2,0\n"), "f", TableOptions{})
	require.NoError(t, err)
	require.Equal(t, `the target is "0" in all rows, so there is nothing to learn`, table.why)
	require.Contains(t, table.Notes, "column 3 (p) is predicted because it is the last, but another is called label (target=label if that is the target)")
	table, err = DecodeTable[float32](strings.NewReader("label,x,p\nCat,1,0\ncat,2,0\n"), "f", TableOptions{Targets: []string{"label"}})
	require.NoError(t, err)
	require.Contains(t, table.Notes, "labels that differ in case only, such as Cat and cat, are different classes")
}

// D10: ids that count from another number, or in no order, tell the rows apart as well;
// years, and features that are sorted, don't.
func TestIdentifiers(t *testing.T) {
	for name, c := range map[string]struct {
		inputs int
		value  func(i int) int
	}{
		"customer_id": {1, func(i int) int { return 1000 - 7*i }}, "": {1, func(i int) int { return (i*7)%20 + 3 }}, "index": {1, func(i int) int { return 5 * i }},
		"year": {2, func(i int) int { return 1990 + i }}, "dose": {2, func(i int) int { return 10 * i }}, "no": {2, func(i int) int { return 1990 + i }},
		"sample": {2, func(i int) int { return 3 * i }}, "user id": {2, func(i int) int { return i / 2 }},
	} {
		text := rowsOf(name+",a,y", 20, func(i int) string { return fmt.Sprintf("%d,%d,%d", c.value(i), i*7%5, i/10) })
		d, e, table := encoded[float32](t, text, TableOptions{})
		require.Equal(t, c.inputs, d.X.Cols, name)
		if c.inputs == 1 {
			require.Equal(t, "left out: identifies the rows", table.Summary(e)[0].Becomes)
		}
	}
}

// Texts as programs write them: with a title, a declared separator, another encoding.
func TestTextsOfPrograms(t *testing.T) {
	utf16 := func(s string) string {
		var b strings.Builder
		for _, c := range []byte(s) {
			b.Write([]byte{c, 0})
		}
		return b.String()
	}
	for _, text := range []string{"sep=;\r\na;b;y\r\n1,5;2;p\r\n3,5;4;q\r\n", "SEP=\t\na\tb\ty\n1,5\t2\tp\n3,5\t4\tq\n", utf16("a,b,y\n1.5,2,p\n3.5,4,q\n"), "a,b,y\r\n1.5,2,p\r\n3.5,4,q\r\n\x1a"} {
		d, _, _ := encoded[float64](t, text, TableOptions{})
		require.Equal(t, []float64{1.5, 2, 3.5, 4}, d.X.Data, "%q", text)
	}
	d, _, _ := encoded[float64](t, "a:b:y\n1.5:2:p\n3.5:4:q\n", TableOptions{Separator: ':'})
	require.Equal(t, []float64{1.5, 2, 3.5, 4}, d.X.Data)
	for text, want := range map[string]string{
		"My survey\n\na;b;y\n1;2;p\n":           `f:1: one column, "My survey", but the lines below have 3: if it is a title, remove it`,
		"a:b:y\n1:2:p\n":                        "separated by commas, semicolons, tabs or blanks: try sep=:",
		"a,b,y\n1,x,p\n1,caf\xe9,p\n1,\xe9,q\n": `f:3: column 2 (b): "caf\xe9" is not UTF-8: save the file as UTF-8 (it may be Latin-1 or Windows-1252)`,
		"a,b,y\n1,\"2\"x,p\n":                   "a quote within a cell is written twice",
		"a,b,y\n1,2,p\n1\n":                     "f:3: 1 column, but the first record has 3",
		"name,y\nx1,0\nx2,1\n" + rowsOf("x3,0", 30, func(i int) string { return fmt.Sprintf("z%d,%d", i, i%2) }): "no column is left to learn from (column 1 (name): text: values differ): try keep=name",
		"a,b,y\ncm,cm,\n1,2,0\n3,4,1\n5,6,1\n7,8,0\n9,9,1\n":                                                     "try na=cm, columns=a=category,b=category or drop=a,b",
	} {
		_, err := DecodeTable[float64](strings.NewReader(text), "f", TableOptions{})
		require.ErrorContains(t, err, want, "%q", text)
	}
}

// Several targets may be given with commas between.
func TestTargetList(t *testing.T) {
	text := rowsOf("x,a,b,\"c,d\"", 12, func(i int) string { return fmt.Sprintf("%d,%d.5,%d,%d", i, i, i*7%5, i*3%11) })
	for _, targets := range [][]string{{"a,b"}, {"a", "b"}, {"a, 3"}} {
		_, e, _ := encoded[float32](t, text, TableOptions{Targets: targets})
		require.Equal(t, []string{"a", "b"}, e.TargetNames())
	}
	_, e, _ := encoded[float32](t, text, TableOptions{Targets: []string{"c,d"}})
	require.Equal(t, []string{"c,d"}, e.TargetNames())
}

// D11: a row whose separator isn't known is told so.
func TestUnknownSeparatorOfRows(t *testing.T) {
	_, e, _ := encoded[float32](t, "1,2,a\n3,4,b\n", TableOptions{})
	for _, row := range []string{"1:2", "1_2"} {
		_, err := NewRows[float32](strings.NewReader(row+"\n"), "f", e, TableOptions{})
		require.EqualError(t, err, "f has 1 input columns, the model takes 2: want commas, semicolons, tabs or blanks between cells")
	}
}

// D10: a count of rows of which some have no target.
func TestCountWithoutTargets(t *testing.T) {
	text := rowsOf("no,dose,a,y", 20, func(i int) string {
		return fmt.Sprintf("%d,%d,%d,%s", i+1, 10*i, i*7%5, []string{"", "p", "q", "q"}[i%4])
	})
	d, _, _ := encoded[float32](t, text, TableOptions{})
	require.Equal(t, []string{"dose", "a"}, d.Features)
}

// Numbers with units are no numbers, but told of.
func TestUnits(t *testing.T) {
	text := rowsOf("height,conc,name,a,y", 40, func(i int) string {
		return fmt.Sprintf("%d cm,%s%d.5,p %d,%d,%d", 150+i, []string{"", "<"}[i%2], i, i, i*7%5, i%2)
	})
	d, _, table := encoded[float32](t, text, TableOptions{})
	require.Equal(t, []string{"a"}, d.Features)
	notes := strings.Join(table.Notes, "\n")
	require.Contains(t, notes, `column 1 (height) has numbers such as "150 cm": left out as text; to learn from them, remove what stands beside the digits`)
	require.Contains(t, notes, `column 2 (conc) has numbers such as "<1.5"`)
	require.NotContains(t, notes, "(name)")
}

// Dates that are numbers, or that few rows make a category, are told of.
func TestDatesInOtherForms(t *testing.T) {
	text := rowsOf("day,when,x,y", 40, func(i int) string {
		return fmt.Sprintf("202401%02d,%d/%d/2024,%d,%d", i%28+1, i%3+1, i%4+13, i*i%7, i%2)
	})
	_, _, table := encoded[float32](t, text, TableOptions{})
	require.Contains(t, table.Notes, "column 1 (day) has numbers of eight digits, as 20240131 (columns=day=date:20060102 if they are dates)")
	require.Contains(t, table.Notes, `column 2 (when) has dates such as "1/13/2024": a category (columns=when=date:1/2/2006 if they are of that form)`)
	d, _, _ := encoded[float32](t, text, TableOptions{Types: []ColumnType{{"day", "date:20060102"}, {"when", "date:1/2/2006"}}})
	require.Equal(t, 11, d.X.Cols)

	text = rowsOf("t,y", 40, func(i int) string { return fmt.Sprintf("2024/1/%d %d:30,%d", i%20+1, i/20+1, i%2) })
	_, err := DecodeTable[float32](strings.NewReader(text), "f", TableOptions{})
	require.ErrorContains(t, err, "no column is left to learn from (column 1 (t): text: values differ): try columns=t=date:2006/1/2 15:04")
	_, _, table = encoded[float32](t, rowsOf("t,x,y", 40, func(i int) string { return fmt.Sprintf("\"Jan %d, 2024\",%d,%d", i%20+1, i*i%7, i%2) }), TableOptions{})
	require.Contains(t, table.Notes, `column 1 (t) has dates such as "Jan 1, 2024": a category (columns='t=date:Jan 2, 2006' if they are of that form)`)
}
