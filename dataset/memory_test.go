package dataset

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/internal/race"
)

// allocated returns how many bytes f allocates in all, of which the most that it has at a
// time is a part.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// needMeasure skips a test of allocations where the race detector adds its own.
func needMeasure(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates as well")
	}
}

// repeated is a gzipped text that begins with head and goes on with count times unit.
func repeated(t *testing.T, head, unit string, count int) string {
	return string(gzipped(t, []byte(head+strings.Repeat(unit, count))))
}

// tableOf reads a table and fits an encoder to it.
func tableOf(text string, l Limits) error {
	table, err := DecodeTable[float32](strings.NewReader(text), "f", TableOptions{Limits: l})
	if err == nil {
		_, _, err = FitEncoder(table, table.Rows(), EncoderOptions{})
	}
	return err
}

// What a table takes is bounded by what it holds once it is unpacked, and by the limits.
func TestMemoryOfTables(t *testing.T) {
	needMeasure(t)
	const rows, cols = 60_000, 20
	var numbers, classes, words strings.Builder
	for i := range rows {
		for j := range cols - 1 {
			fmt.Fprintf(&numbers, "%d.%06d,", i%97-j, (i*7919+j*104729)%1_000_000)
		}
		fmt.Fprintf(&numbers, "%c\n", 'a'+i%2)
		fmt.Fprintf(&classes, "%d,class %d\n", i%89, i%1000)
		if i < 10_000 {
			fmt.Fprintf(&words, "%d%s,%d\n", i, strings.Repeat("w", 1000), i%2)
		}
	}
	const mib = 1 << 20
	for name, c := range map[string]struct {
		text   string
		limits Limits
		most   uint64
		want   string // in the error; "" for none
	}{
		"numbers":            {numbers.String(), Limits{}, rows*cols*4*11/4 + 2*mib, ""},
		"a thousand classes": {string(gzipped(t, []byte(classes.String()))), Limits{}, 8 * mib, ""}, // one-hot they would be 240 MB
		"a cell of zeros":    {repeated(t, "", "0", 4*mib), Limits{Line: mib}, 8 * mib, "the line is longer than 1048576 bytes"},
		"zero bytes":         {repeated(t, "", "\x00", 4*mib), Limits{}, mib, "not a text"},
		"UTF-16":             {repeated(t, "\xff\xfe", "0\x00", 2*mib), Limits{Line: mib}, 30 * mib, "the line is longer than"},
		"an open quote":      {repeated(t, "1,\"", "a\n", 2*mib), Limits{Line: mib}, 8 * mib, "the line is longer than"},
		"a large cell":       {repeated(t, "1,a\n2,", "b", 2*mib), Limits{Cell: mib}, 12 * mib, "the cell has 2097152 bytes: want at most 1048576"},
		"many columns":       {repeated(t, "", "1,", 2*mib), Limits{Memory: 64 * mib}, 24 * mib, "2097153 columns would take more memory than 64.0 MiB"},
		"many rows":          {repeated(t, "", "1,2\n3,4\n", mib/4), Limits{Memory: 2 * mib}, 8 * mib, "the table takes more memory than 2.0 MiB"},
		"different words":    {string(gzipped(t, []byte(words.String()))), Limits{Memory: 4 * mib}, 12 * mib, "the table takes more memory than 4.0 MiB"},
		"comments":           {repeated(t, "1,a\n2,b\n", "# nothing\n", mib/8), Limits{}, 2 * mib, ""},
		"dates":              {repeated(t, "", "2020-01-01,1\n", mib/4), Limits{Memory: 2 * mib}, 20 * mib, "the table takes more memory than"},
	} {
		t.Run(name, func(t *testing.T) {
			var err error
			got := allocated(func() { err = tableOf(c.text, c.limits) })
			if c.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, c.want)
			}
			t.Logf("%.1f MiB of %.1f", float64(got)/mib, float64(c.most)/mib)
			require.Less(t, got, c.most)
		})
	}
}

// Rows that are read one by one take no more, however many there are.
func TestMemoryOfRows(t *testing.T) {
	needMeasure(t)
	_, e, _ := encoded[float32](t, "a,b,y\n1,x,0\n2,y,1\n3,x,1\n", TableOptions{})
	got := allocated(func() {
		r, err := NewRows[float32](strings.NewReader(strings.Repeat("1,x\n", 100_000)), "f", e, TableOptions{})
		require.NoError(t, err)
		x := make([]float32, e.Inputs())
		for err == nil {
			err = r.Next(x)
		}
		require.ErrorIs(t, err, io.EOF)
	})
	require.Less(t, got, uint64(2<<20))
	got = allocated(func() {
		_, err := NewRows[float32](strings.NewReader(repeated(t, "", "0", 2<<20)), "f", e, TableOptions{Limits: Limits{Line: 1 << 20}})
		require.ErrorContains(t, err, "the line is longer than")
	})
	require.Less(t, got, uint64(30<<20)) // the text is among them
}

// npzOf writes an NPZ file of gzipped zeros: arrays of count elements.
func npzOf(t *testing.T, descr string, size, count int, names ...string) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%d,), }\n", descr, count)
	for _, name := range names {
		w, err := z.Create(name + ".npy")
		require.NoError(t, err)
		_, err = w.Write(append(binary.LittleEndian.AppendUint16([]byte(npyMagic+"\x01\x00"), uint16(len(header))), header...))
		require.NoError(t, err)
		_, err = w.Write(make([]byte, size*count))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	path := filepath.Join(t.TempDir(), "f.npz")
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
	return path
}

// Arrays count together, and so do texts with what a text takes.
func TestMemoryOfArrays(t *testing.T) {
	needMeasure(t)
	const mib = 1 << 20
	for name, c := range map[string]struct {
		path   string
		limits Limits
		most   uint64
		want   string
	}{
		"three arrays":      {npzOf(t, "<f4", 4, mib/4, "a", "b", "y"), Limits{}, 24 * mib, ""},
		"three, limited":    {npzOf(t, "<f4", 4, mib, "a", "b", "y"), Limits{Memory: 11 * mib}, 18 * mib, "b.npy: the header promises 4194304 bytes, which would take more memory"},
		"and their table":   {npzOf(t, "<f4", 4, mib, "a", "y"), Limits{Memory: 20 * mib}, 32 * mib, "the table takes more memory than 20.0 MiB"},
		"texts of one byte": {npzOf(t, "|S1", 1, 4*mib, "a", "y"), Limits{Memory: 32 * mib}, mib, "a.npy: the header promises 4194304 bytes, which would take more memory"},
	} {
		t.Run(name, func(t *testing.T) {
			var err error
			got := allocated(func() { _, err = ReadTable[float32](c.path, TableOptions{Limits: c.limits}) })
			if c.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, c.want)
			}
			t.Logf("%.1f MiB of %.1f", float64(got)/mib, float64(c.most)/mib)
			require.Less(t, got, c.most)
		})
	}
}

// hollowPNG is a PNG file of a size that it has no pixels for.
func hollowPNG(width, height uint32, depth, colour byte) string {
	chunk := func(kind string, data []byte) []byte {
		b := append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), kind...)
		b = append(b, data...)
		return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
	}
	size := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	file := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(size, depth, colour, 0, 0, 0))...)
	return string(append(append(file, chunk("IDAT", []byte("\x78\x9c\x03\x00\x00\x00\x00\x01"))...), chunk("IEND", nil)...))
}

// hollowJPEG is a JPEG file of one pixel that says it has another size.
func hollowJPEG(t *testing.T, width, height uint16) string {
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1)), nil))
	file := b.Bytes()
	at := bytes.Index(file, []byte("\xff\xc0"))
	require.Positive(t, at)
	binary.BigEndian.PutUint16(file[at+5:], height)
	binary.BigEndian.PutUint16(file[at+7:], width)
	return string(file)
}

// A picture takes what its file can hold, not what its header says.
func TestMemoryOfPictures(t *testing.T) {
	needMeasure(t)
	small := hollowJPEG(t, 1, 1)
	for name, c := range map[string]struct {
		files map[string]string
		most  uint64
		want  string
	}{
		"PNG":          {map[string]string{"a/1.png": hollowPNG(8000, 8000, 16, 6), "b/1.png": hollowPNG(8000, 8000, 16, 6)}, 1 << 20, "can't hold 8000×8000 pixels"},
		"grey PNG":     {map[string]string{"a/1.png": hollowPNG(8000, 8000, 1, 0), "b/1.png": hollowPNG(8000, 8000, 1, 0)}, 1 << 20, "can't hold 8000×8000 pixels"},
		"JPEG":         {map[string]string{"a/1.jpg": hollowJPEG(t, 8000, 8000), "b/1.jpg": small}, 1 << 20, "can't hold 8000×8000 pixels"},
		"too large":    {map[string]string{"a/1.jpg": hollowJPEG(t, 65535, 65535), "b/1.jpg": small}, 1 << 20, "want at least 1 and at most"},
		"of many":      {map[string]string{"a/1.jpg": hollowJPEG(t, 300, 300), "b/1.jpg": small, "b/2.jpg": small}, 1 << 20, "has 1×1 pixels"},
		"beyond limit": {map[string]string{"a/1.jpg": hollowJPEG(t, 400, 400), "b/1.jpg": small}, 1 << 20, "400×400 pixels would take more memory than 1.0 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t, c.files)
			var err error
			got := allocated(func() { _, _, err = ReadImages[float32](dir, ImageOptions{Limits: Limits{Memory: 1 << 20}}) })
			require.ErrorContains(t, err, c.want)
			require.Less(t, got, c.most)
			if name != "beyond limit" && name != "too large" {
				_, _, err = ReadImages[float32](dir, ImageOptions{})
				require.ErrorContains(t, err, c.want)
			}
		})
	}

	files := make(map[string]string)
	for i := range 200 {
		files[fmt.Sprintf("%c/%d.jpg", 'a'+i%2, i)] = small
	}
	dir := folder(t, files)
	_, _, err := ReadImages[float32](dir, ImageOptions{Width: 64, Height: 64, Limits: Limits{Memory: 4 << 20}})
	require.ErrorContains(t, err, "200 pictures of 64×64 pixels would take more memory than 4.0 MiB")
	var o *OptionError
	require.True(t, errors.As(err, &o))
}
