package delimited

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

// all returns the cells of all records.
func all(t *testing.T, r *Reader, f Form) (records [][]string, lines []int) {
	t.Helper()
	for {
		record, err := r.Next(f)
		require.NoError(t, err)
		if record == nil {
			return records, lines
		}
		cells, err := f.Split(record)
		require.NoError(t, err)
		records, lines = append(records, cells), append(lines, r.Line())
	}
}

func TestRecords(t *testing.T) {
	const text = "# made by hand\na,\"b \"\"c\"\"\",d\r\n\r\n 1 , \"x\ny\" ,\n#2,3,4\n# 5, 6, 7\n7,5\" disk,8"
	for name, r := range map[string]io.Reader{"whole": strings.NewReader(text), "bytewise": iotest.OneByteReader(strings.NewReader(text))} {
		t.Run(name, func(t *testing.T) {
			reader := NewReader(r, Limits{})
			records, lines := all(t, reader, Form{Separator: ',', Point: '.'})
			require.Equal(t, [][]string{{"a", `b "c"`, "d"}, {"1", "x\ny", ""}, {"#2", "3", "4"}, {"7", `5" disk`, "8"}}, records)
			require.Equal(t, []int{2, 4, 6, 8}, lines)
			require.Equal(t, 2, reader.Comments)
			require.NoError(t, reader.Err())
		})
	}
}

// Lines that begin with # are comments where they can't be records.
func TestComments(t *testing.T) {
	for text, want := range map[string]struct {
		mark    byte
		records string
		skipped int
	}{
		"#a,b\n1,2\n":                     {0, "#a,b|1,2", 0}, // names
		"#a,b,c\n1,2\n":                   {0, "1,2", 1},
		"#\n1,2\n":                        {0, "1,2", 1},
		"# a,b\n1,2\n":                    {0, "1,2", 1},
		"#about\n#a,b\n1,2\n":             {0, "#a,b|1,2", 1},
		"#a\nb\n":                         {0, "b", 1},
		"#a,b":                            {0, "", 1},
		"1,2\n#3,4\n##5,6\n #7,8,9\n":     {0, "1,2|#3,4", 2},
		"1,2\n# it's 5\" wide,3\n4,5\n":   {0, "1,2|4,5", 1},
		"1,2\n#3,4\n\t#5,6\n7,8\n":        {'#', "1,2|7,8", 2},
		"% about, this\n1,2\n%3,4\n":      {'%', "1,2", 2},
		"%a,b\n#c,d\n1,2\n":               {'%', "#c,d|1,2", 1},
		"; Weka\n1,2\n":                   {';', "1,2", 1},
		"#a,b\n# 1,2\n#3,4\n":             {NoComment, "#a,b|# 1,2|#3,4", 0},
		"# one\n# two\n\"#three\",4\n5,6": {0, "#three,4|5,6", 2},
	} {
		for name, r := range map[string]io.Reader{"whole": strings.NewReader(text), "bytewise": iotest.OneByteReader(strings.NewReader(text))} {
			reader := NewReader(r, Limits{})
			records, _ := all(t, reader, Detect([]byte(text), Form{Separator: ',', Comment: want.mark}))
			var got []string
			for _, cells := range records {
				got = append(got, strings.Join(cells, ","))
			}
			require.Equal(t, want.records, strings.Join(got, "|"), "%s %q", name, text)
			require.Equal(t, want.skipped, reader.Comments, "%s %q", name, text)
		}
	}
	require.Equal(t, byte(','), Detect([]byte("; a, b\n1,2;3\n4,5;6\n"), Form{Comment: ';'}).Separator)
}

func TestBlanks(t *testing.T) {
	records, _ := all(t, NewReader(strings.NewReader("  1  2.5\t 3  \n4 \"a b\" 5\n"), Limits{}), Form{Separator: ' ', Point: '.'})
	require.Equal(t, [][]string{{"1", "2.5", "3"}, {"4", "a b", "5"}}, records)
}

// D8, D11 and their kind.
func TestDetect(t *testing.T) {
	for text, want := range map[string]Form{
		"a,b\n1,2\n":                        {Separator: ',', Point: '.'},
		"a;b\n1;2\n":                        {Separator: ';', Point: '.'},
		"1,5;0\n2,5;1\n":                    {Separator: ';', Point: ','},
		"1,5;2,25;0\n":                      {Separator: ';', Point: ','},
		"1,5 0\n2,5 1\n":                    {Separator: ' ', Point: ','},
		"1,5\t0\n2,5\t1\n":                  {Separator: '\t', Point: ','},
		"5.1 3.5 1.4 0.2":                   {Separator: ' ', Point: '.'},
		"5.1\t3.5\t1.4\t0.2\n":              {Separator: '\t', Point: '.'},
		" 0.00632  18.00\n 0.02731   0.0\n": {Separator: ' ', Point: '.'},
		"39, State-gov, 7\n50, Self, 8\n":   {Separator: ',', Point: '.'},
		"1,2,a;b\n3,4,c;d\n":                {Separator: ',', Point: '.'},
		"x,\"a;b\"\ny,\"c;d\"\n":            {Separator: ',', Point: '.'},
		"NEAR BAY,1\nISLAND,2\n":            {Separator: ',', Point: '.'},
		"a|b\n1|2\n":                        {Separator: '|', Point: '.'},
		"1,5;2.5\n":                         {Separator: ';', Point: '.'},
		"one\ntwo words\n":                  {Separator: ',', Point: '.'},
		"":                                  {Separator: ',', Point: '.'},
		"\"1,5\",0\n\"2,25\",1\n":           {Separator: ',', Point: ','},
		"\"1,234\",0\n\"2,250\",1\n":        {Separator: ',', Point: '.'},
		"1,234\t0\n2,250\t1\n":              {Separator: '\t', Point: ','},
		"1,234\t0\n999\t1\n":                {Separator: '\t', Point: '.'},
		"1,234,567\t0\n2,250,111\t1\n":      {Separator: '\t', Point: '.'},
		"1.234,5 €;0\n12,3 €;1\n":           {Separator: ';', Point: ','},
		"$1,234.50\t0\n$3\t1\n":             {Separator: '\t', Point: '.'},
		"A title\n\na;b\n1;2\n":             {Separator: ';', Point: '.'},
		"# a;b\n1,2\n3,4\n":                 {Separator: ',', Point: '.'},
		"a b\n1 2 3\n4 5 6\n":               {Separator: ' ', Point: '.'},
		"12\n13\n":                          {Separator: ',', Point: '.'},
		"2020-01-01 10:00,1\n":              {Separator: ',', Point: '.'},
	} {
		require.Equal(t, want, Detect([]byte(text), Form{}), "%q", text)
	}
	require.Equal(t, Form{Separator: '|', Point: ','}, Detect([]byte("a,b\n1,2\n"), Form{Separator: '|', Point: ','}))
}

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"a,\"b":    "a quote opens and doesn't close",
		"\"a\"b,c": "something follows the closing quote",
	} {
		_, err := NewReader(strings.NewReader(text), Limits{}).Next(Form{Separator: ',', Point: '.'})
		require.ErrorContains(t, err, want)
	}
	_, err := NewReader(strings.NewReader(strings.Repeat("x", 200)+"\n"), Limits{Line: 100}).Next(Form{Separator: ',', Point: '.'})
	require.EqualError(t, err, "the line is longer than 100 bytes")
	_, err = NewReader(iotest.ErrReader(io.ErrClosedPipe), Limits{}).Next(Form{Separator: ',', Point: '.'})
	require.Equal(t, io.ErrClosedPipe, err)
	require.ErrorContains(t, NewReader(nil, Limits{Cell: 3}).Check([]byte("1234")), "4 bytes: want at most 3")
}

// Ctrl-Z may end the text.
func TestEndOfText(t *testing.T) {
	for _, text := range []string{"1,2\r\n3,4\r\n\x1a", "1,2\n3,4\x1a"} {
		records, _ := all(t, NewReader(strings.NewReader(text), Limits{}), Form{Separator: ',', Point: '.'})
		require.Equal(t, [][]string{{"1", "2"}, {"3", "4"}}, records)
	}
}

// Memory and time grow with a line's length, whatever is in it.
func TestLongRecords(t *testing.T) {
	for _, text := range []string{strings.Repeat("1,", 4<<20), "\"" + strings.Repeat("a\n", 4<<20)} {
		r := NewReader(iotest.HalfReader(strings.NewReader(text)), Limits{Line: 10 << 20})
		r.Next(Form{Separator: ',', Point: '.'})
		require.LessOrEqual(t, len(r.buf), 16<<20)
	}
}

// Peek gives what is there, and a line at least.
func TestPeek(t *testing.T) {
	r := NewReader(iotest.OneByteReader(strings.NewReader("1,2\n3,4\n")), Limits{})
	require.Equal(t, "1,2\n", string(r.Peek(100, false)))
	require.Equal(t, "1,2\n3,4\n", string(r.Peek(100, true)))
	records, _ := all(t, r, Form{Separator: ',', Point: '.'})
	require.Len(t, records, 2)
}

func FuzzReader(f *testing.F) {
	for _, text := range []string{"a,b\n1,2\n", "\"a\nb\";c\n", "# x\n1 2\n", "1,5;0\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		form := Detect(text, Form{Comment: []byte{0, 0, '%', NoComment}[len(text)%4]})
		whole, pieces := NewReader(bytes.NewReader(text), Limits{}), NewReader(iotest.OneByteReader(bytes.NewReader(text)), Limits{})
		for {
			a, err := whole.Next(form)
			b, errB := pieces.Next(form)
			require.Equal(t, string(a), string(b))
			require.Equal(t, err == nil, errB == nil)
			require.Equal(t, whole.Line(), pieces.Line())
			if a == nil || err != nil {
				return
			}
			cells, err := form.Split(a)
			if n, errN := form.Count(a); err == nil {
				require.NoError(t, errN)
				require.Len(t, cells, n)
			}
		}
	})
}
