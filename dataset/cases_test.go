package dataset

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// D4: lines that end with a separator, with and without a header, also where the header
// has none.
func TestTrailingSeparator(t *testing.T) {
	for _, text := range []string{string(testfile(t, "csv_trailing_comma.csv")), "a,b,y\n1,2,p,\n3,4,q,\n", "1,2,p,\n3,4,q,\n", "a;b;y;\n1;2;p;\n3;4;q;\n"} {
		d, _, table := encoded[float32](t, text, TableOptions{})
		require.Equal(t, 2, d.X.Cols)
		require.Contains(t, []string{"a", "p"}, d.Classes[0])
		require.Contains(t, strings.Join(table.Notes, "\n"), "every line ends with a separator")
	}
	_, err := DecodeTable[float32](strings.NewReader("1,2,p,\n"+strings.Repeat("3,4,q,\n", 20_000)+"5,6,q,7\n"), "f", TableOptions{})
	require.ErrorContains(t, err, `f:20002: column 4: "7", but the cells before it are empty`)
}

// Comments are left out and told of; what could be a row is none unless that is said.
func TestComments(t *testing.T) {
	d, _, table := encoded[float64](t, "# made by hand\n#a,b,y\n1,2,p\n# out: 9,9,9,q\n3,4,q\n", TableOptions{})
	require.Equal(t, []float64{1, 2, 3, 4}, d.X.Data)
	require.Equal(t, []string{"#a", "b"}, d.Features)
	require.Equal(t, "2 lines that begin with # were left out as comments (comment=none if they are rows)", table.Notes[0])

	const text = "1,2,p\n3,4,q\n#5,6,q\n"
	_, err := DecodeTable[float64](strings.NewReader(text), "f", TableOptions{})
	require.EqualError(t, err, `f:3: column 1: "#5" is not a number (1 of 3 cells): try comment=#, columns=1=category or drop=1`)
	d, e, table := encoded[float64](t, text, TableOptions{Comment: '#'})
	require.Equal(t, []float64{1, 2, 3, 4}, d.X.Data)
	require.Equal(t, []string{"1 line that begins with # was left out as comments"}, table.Notes[:1])

	_, err = DecodeTable[float64](strings.NewReader("% about\n"+text), "f", TableOptions{})
	require.ErrorContains(t, err, "one column only")
	require.ErrorContains(t, err, "try comment=%")
	d, _, _ = encoded[float64](t, "% about\n1,2,p\n3,4,q\n", TableOptions{Comment: '%'})
	require.Equal(t, 2, d.Len())
	d, _, _ = encoded[float64](t, "# 1,2,p\n# 3,4,q\n", TableOptions{Comment: NoComments})
	require.Equal(t, 2, d.Len())
	_, err = DecodeTable[float64](strings.NewReader(text), "f", TableOptions{Comment: ';', Separator: ';'})
	require.ErrorContains(t, err, "can't separate cells and begin comments")

	// Rows to predict, and what is left out of them.
	r, err := NewRows[float64](strings.NewReader("1,2\n# two\n3,4\n"), "f", e, TableOptions{})
	require.NoError(t, err)
	x := make([]float64, 2)
	require.NoError(t, r.Next(x))
	require.NoError(t, r.Next(x))
	require.ErrorIs(t, r.Next(x), io.EOF)
	require.Contains(t, r.Notes()[0], "1 line that begins with #")
}

// D6, D7: words become an input for each level, gaps are filled and marked.
func TestLevelsAndGaps(t *testing.T) {
	text := "sex,age,y\n"
	for i := range 20 {
		text += fmt.Sprintf("%s,%d,%d\n", []string{"F", "M", "I", "?"}[i%4], []int{10, 20, 40}[i%3], i%2)
	}
	text += "rare,NA,0\n"
	table, err := DecodeTable[float64](strings.NewReader(text), "f", TableOptions{})
	require.NoError(t, err)
	e, d, err := FitEncoder(table, table.Rows(), EncoderOptions{Scale: "none"})
	require.NoError(t, err)
	require.Equal(t, []string{"sex=F", "sex=I", "sex=M", "sex: other", "sex missing", "age", "age missing"}, e.Names())
	require.Equal(t, []float64{1, 0, 0, 0, 0, 10, 0}, d.X.Row(0))
	require.Equal(t, []float64{1, 0, 0, 0, 1, 10, 0}, d.X.Row(3), "the most frequent level, and a mark")
	require.Equal(t, []float64{0, 0, 0, 1, 0, 20, 1}, d.X.Row(20), "a rare level, and the median")

	// What training didn't have is an other level, and counted.
	later, err := DecodeTable[float64](strings.NewReader("sex,age,y\nnew,5,0\nrare,7,1\n"), "f", TableOptions{Encoder: e})
	require.NoError(t, err)
	d, counts, err := Encode(e, later, later.Rows())
	require.NoError(t, err)
	require.Equal(t, []float64{0, 0, 0, 1, 0, 5, 0}, d.X.Row(0))
	require.Equal(t, Counts{Unknown: 1}, counts)

	for policy, want := range map[string]float64{"mean": (7*10 + 7*20 + 6*40) / 20.0, "median": 20, "mode": 10} {
		e, d, err := FitEncoder(table, table.Rows(), EncoderOptions{Scale: "none", Missing: policy})
		require.NoError(t, err)
		require.Equal(t, []string{"sex=F", "sex=I", "sex=M", "sex: other", "age"}, e.Names())
		require.Equal(t, want, d.X.Row(20)[4], policy)
	}
	_, _, err = FitEncoder(table, table.Rows(), EncoderOptions{Missing: "error"})
	require.EqualError(t, err, "f: column 1 (sex): the value is missing in 5 of 21 rows; column 2 (age): the value is missing in 1 of 21 rows: try missing=auto, missing=drop or drop=sex,age")
	require.Equal(t, 6, table.DropGaps())
	_, d, err = FitEncoder(table, table.Rows(), EncoderOptions{Missing: "drop"})
	require.NoError(t, err)
	require.Equal(t, 15, d.Len())
}

// A gap in a column that had none in training is filled and counted.
func TestLaterGaps(t *testing.T) {
	_, e, _ := encoded[float64](t, "a,y\n1,0\n2,1\n9,1\n", TableOptions{})
	later, err := DecodeTable[float64](strings.NewReader("a,y\n,1\n"), "f", TableOptions{Encoder: e})
	require.NoError(t, err)
	d, counts, err := Encode(e, later, later.Rows())
	require.NoError(t, err)
	require.Equal(t, Counts{Filled: 1}, counts)
	require.Equal(t, []float64{2}, d.X.Data)
	r, err := NewRows[float64](strings.NewReader("a\n?\n"), "f", e, TableOptions{})
	require.NoError(t, err)
	x := make([]float64, 1)
	require.NoError(t, r.Next(x))
	require.Equal(t, []float64{2}, x)
	require.Equal(t, 1, r.Counts.Filled)
}

// More than 64 levels share 64 inputs.
func TestHashedLevels(t *testing.T) {
	var text strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&text, "w%d,%d,%d\n", i%100, i%10, i%2)
	}
	d, e, _ := encoded[float32](t, text.String(), TableOptions{Header: NoHeader})
	require.Equal(t, 65, d.X.Cols)
	require.Equal(t, 64, e.Columns[0].Hashed)
	for k := range 200 {
		require.Equal(t, d.X.Row(k), d.X.Row(k+100))
	}
}

// D9: many whole numbers are amounts, few or evenly filled ones classes.
func TestTasks(t *testing.T) {
	column := func(n int, f func(i int) any) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "%v,%v\n", float64(i%17)+0.5, f(i))
		}
		return b.String()
	}
	for _, c := range []struct {
		name string
		text string
		want Task
	}{
		{"rings", column(300, func(i int) any { return i % 29 * (i % 3) }), Regression},
		{"prices", column(300, func(i int) any { return 100 + i*37%997 }), Regression},
		{"fractions", column(300, func(i int) any { return float64(i%3) / 2 }), Regression},
		{"26 letters", column(520, func(i int) any { return 1 + i%26 }), Classification},
		{"three classes", column(300, func(i int) any { return i % 3 }), Classification},
		{"words", column(300, func(i int) any { return fmt.Sprint("c", i%50) }), Classification},
	} {
		table, err := DecodeTable[float32](strings.NewReader(c.text), "f", TableOptions{Header: NoHeader})
		require.NoError(t, err, c.name)
		task, why := table.Task()
		require.Equal(t, c.want, task, c.name)
		require.NotEmpty(t, why)
	}
	_, e, _ := encoded[float32](t, "x,a,b\n1,0,yes\n2,1,no\n3,1,no\n", TableOptions{Targets: []string{"a", "b"}})
	require.Equal(t, Labels, e.Task)
	d, e, _ := encoded[float32](t, "x,a,b\n1,0.5,7\n2,1,8\n3,1,10\n", TableOptions{Targets: []string{"a", "b"}})
	require.Equal(t, Regression, e.Task)
	require.Equal(t, 2, d.T.Cols)
	Restore(e, d.T)
	require.InDeltaSlice(t, []float32{0.5, 7, 1, 8, 1, 10}, d.T.Data, 1e-5)
}

// D10: a column that counts the rows is left out, by name or without one.
func TestIndex(t *testing.T) {
	rows := func(header string, first int) string {
		for i := range 12 {
			header += fmt.Sprintf("%d,%d,%d\n", i+first, i*7%5, i/6)
		}
		return header
	}
	for text, inputs := range map[string]int{
		rows("id,a,y\n", 1): 1, rows("", 1): 1, rows(",a,y\n", 0): 1, rows("Index,a,y\n", 0): 1,
		rows("year,a,y\n", 1): 2, rows("year,a,y\n", 5): 2,
		// An id that rises tells as much as one that counts.
		rows("id,a,y\n", 5): 1, rows("PassengerId,a,y\n", 1): 1, rows("case_id,a,y\n", 1): 1, rows("Sample No.,a,y\n", 7): 2, rows("humid,a,y\n", 1): 2,
	} {
		header := DetectHeader
		if text[0] == '1' {
			header = NoHeader
		}
		d, _, _ := encoded[float32](t, text, TableOptions{Header: header})
		require.Equal(t, inputs, d.X.Cols, text[:10])
	}
	d, _, _ := encoded[float32](t, rows("id,a,y\n", 1), TableOptions{Keep: []string{"id"}})
	require.Equal(t, 2, d.X.Cols)
	d, _, _ = encoded[float32](t, "id,y\n1,0\n2,1\n3,1\n", TableOptions{})
	require.Equal(t, 1, d.X.Cols, "the only input")
}

// Dates become numbers and what comes round.
func TestDates(t *testing.T) {
	d, e, table := encoded[float64](t, "born,y\n2020-01-01,0\n2020-07-01 12:00,1\n,1\n2021-01-01T06:00:00Z,0\n", TableOptions{})
	require.Equal(t, []string{"born", "born sin year", "born cos year", "born sin week", "born cos week", "born sin day", "born cos day", "born missing"}, e.Names())
	require.InDelta(t, 18262, d.X.Row(0)[0], 1e-9)
	require.InDelta(t, 1, d.X.Row(0)[2], 1e-12)
	require.InDelta(t, -1, d.X.Row(1)[6], 1e-12)
	require.InDelta(t, 1, d.X.Row(3)[5], 1e-12)
	require.Equal(t, 1.0, d.X.Row(2)[7])
	require.Equal(t, "2020-01-01 … 2021-01-01", table.Summary(e)[0].Values)

	_, e, _ = encoded[float64](t, "t,y\n31.12.2020,0\n01.02.2021,1\n", TableOptions{Types: []ColumnType{{"t", "date:%d.%m.%Y"}}})
	require.Equal(t, "02.01.2006", e.Columns[0].Layout)
	_, err := DecodeTable[float32](strings.NewReader("t,y\n2020-01-01,0\n2020-02-31,1\n"), "f", TableOptions{})
	require.ErrorContains(t, err, `f:3: column 1 (t): "2020-02-31" is not a date (1 of 2 cells)`)
}

// Splits by group and in order of time.
func TestSplits(t *testing.T) {
	var text strings.Builder
	text.WriteString("who,day,x,y\n")
	for i := range 40 {
		fmt.Fprintf(&text, "p%d,2020-01-%02d,%d.5,%d\n", i%8, 1+(i*7)%28, i, i%2)
	}
	table, err := DecodeTable[float32](strings.NewReader(text.String()), "f", TableOptions{Group: "who"})
	require.NoError(t, err)
	training, test, err := table.Split(0.25, 1)
	require.NoError(t, err)
	require.Len(t, test, 10)
	for _, i := range training {
		for _, j := range test {
			require.NotEqual(t, i%8, j%8)
		}
	}
	table, err = DecodeTable[float32](strings.NewReader(text.String()), "f", TableOptions{Order: "day"})
	require.NoError(t, err)
	training, test, err = table.Split(0.25, 1)
	require.NoError(t, err)
	for _, i := range training {
		for _, j := range test {
			require.LessOrEqual(t, i*7%28, j*7%28)
		}
	}
}

// A column that determines the target alone is named.
func TestLeaks(t *testing.T) {
	var text strings.Builder
	text.WriteString("alive,age,y\n")
	for i := range 40 {
		fmt.Fprintf(&text, "%s,%d,%d\n", []string{"no", "yes"}[i%2], i*7%13, i%2)
	}
	_, _, table := encoded[float32](t, text.String(), TableOptions{})
	require.Equal(t, []string{"column 1 (alive) alone determines the target: if it isn't known before the target is, leave it out (drop=alive)"}, table.Warnings(table.Rows()))

	// So are numbers, all different, that tell the classes apart.
	text.Reset()
	text.WriteString("grams,length,low\n")
	for i := range 120 {
		fmt.Fprintf(&text, "%d.5,%d.25,%d\n", 1000+37*(i*49%120), i*71%120, (119-i*49%120)/60)
	}
	_, _, table = encoded[float32](t, text.String(), TableOptions{})
	require.Equal(t, []string{"column 1 (grams) alone determines the target: if it isn't known before the target is, leave it out (drop=grams)"}, table.Warnings(table.Rows()))
}

// Words that are mostly different are left out as text.
func TestTextIsLeftOut(t *testing.T) {
	var text strings.Builder
	text.WriteString("name,ticket,age,y\n")
	for i := range 60 {
		ticket := fmt.Sprint(1000 + i*17)
		if i%3 == 0 {
			ticket = fmt.Sprint("A/5 ", i)
		}
		fmt.Fprintf(&text, "Mr %d,%s,%d,%d\n", i, ticket, i%9, i%2)
	}
	d, e, table := encoded[float32](t, text.String(), TableOptions{})
	require.Equal(t, []string{"age"}, d.Features)
	summary := table.Summary(e)
	require.Equal(t, "text", summary[0].Type)
	require.Equal(t, "text", summary[1].Type)
	require.Contains(t, summary[0].Becomes, "left out: text")
}

// Gaps of a user's own, also numbers.
func TestOwnGaps(t *testing.T) {
	d, e, _ := encoded[float32](t, "a,b,y\n1,x,0\n-999,unknown,1\n3,x,1\n-999.0,x,0\n", TableOptions{Missing: []string{"unknown", "-999"}})
	require.Equal(t, []string{"a", "a missing", "b=x", "b missing"}, e.Names())
	require.Equal(t, []float32{1, 0, 1, 0, 2, 1, 1, 1, 3, 0, 1, 0, 2, 1, 1, 0}, d.X.Data)
}

// D10: names of columns that tell rows apart, by counting them or otherwise, and others.
func TestNamesRows(t *testing.T) {
	for name, want := range map[string][2]bool{
		"": {true, true}, "ID": {true, true}, "id": {true, true}, "PassengerId": {true, true}, "case_id": {true, true}, "row ID": {true, true}, "Unnamed: 0": {true, true},
		"#id": {true, true}, "é_id": {true, true}, "index": {true, true}, "#": {true, true}, "no.": {true, false}, "S.No": {true, false}, "case": {true, false},
		"humid": {}, "solid": {}, "year": {}, "count": {}, "bid": {}, "t": {},
	} {
		counting, otherwise := namesRows(name)
		require.Equal(t, want, [2]bool{counting, otherwise}, name)
	}
}

// D12: what is no table is called by its name.
func TestNoTables(t *testing.T) {
	tar := "name" + strings.Repeat("\x00", 253) + "ustar\x0000" + strings.Repeat("\x00", 400)
	for text, want := range map[string]string{
		tar: "f: an archive (tar)", "]\x00\x00\x80\x00": "lzma-compressed", "{\"a\": 1}\n": "f: JSON", "[{\"a\": 1}]": "f: JSON",
		"<!DOCTYPE html><html>": "f: a page of HTML", "<?xml version='1.0'?>": "a page of HTML or XML",
		string(gzipped(t, gzipped(t, []byte("1,2\n3,4\n")))): "f: compressed twice", "@relation x\n@data\n1,2\n": "f:1: one column only, \"@relation x\"",
	} {
		_, err := DecodeTable[float32](strings.NewReader(text), "f", TableOptions{})
		require.ErrorContains(t, err, want, "%q", text)
	}
}

// D4: lines that end with several separators.
func TestTrailingSeparators(t *testing.T) {
	d, _, table := encoded[float32](t, "a,b,y,,\n1,2,p,,\n3,4,q,,\n", TableOptions{})
	require.Equal(t, 2, d.X.Cols)
	require.Equal(t, []string{"p", "q"}, d.Classes)
	require.Equal(t, 2, strings.Count(strings.Join(table.Notes, "\n"), "every line ends with a separator"))
}

// D1: names that are numbers are no row of a table for a model, however they are written.
func TestNamesAsOtherNumbers(t *testing.T) {
	_, e, _ := encoded[float32](t, "0,1,2\n5,6,0\n7,8,1\n", TableOptions{})
	_, err := NewRows[float32](strings.NewReader("0.0,1.0\n5,6\n"), "f", e, TableOptions{})
	require.ErrorContains(t, err, `input column 1 is "0.0", the model was trained with "0" there`)
}

// Dates of another form than ISO 8601 are left out with a word.
func TestOtherDates(t *testing.T) {
	text := "day,x,y\n"
	for i := range 28 {
		text += fmt.Sprintf("%d/%d/2024,%d,%d\n", i%12+1, i+1, i*3%7, i%2)
	}
	_, _, table := encoded[float32](t, text, TableOptions{})
	require.Contains(t, strings.Join(table.Notes, "\n"), `column 1 (day) has dates such as "1/1/2024": left out (columns=day=date:1/2/2006 if they are of that form)`)
	d, _, _ := encoded[float32](t, text, TableOptions{Types: []ColumnType{{"day", "date:1/2/2006"}}})
	require.Greater(t, d.X.Cols, 2)
}
