package dataset

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/internal/rng"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/train"
)

func writeFile(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

// mixedTable is a table of all types of columns with n rows, some of which have gaps, and a
// class that only one row has.
func mixedTable(n int) string {
	var b strings.Builder
	b.WriteString("id;size;colour;born;note;weight;kind\n")
	for k := range n {
		size, colour, kind := fmt.Sprintf("%d,%d", k*k%17, k%10), []string{"red", "blue", "green"}[k%3], []string{"oak", "ash"}[k%2]
		if k%11 == 3 {
			size = ""
		}
		if k%13 == 5 {
			colour = "NA"
		}
		if k%17 == 4 {
			kind = ""
		}
		if k == n/2 {
			kind = "elm"
		}
		fmt.Fprintf(&b, "%d;%s;%s;20%02d-%02d-01;note %d;%d;%s\n", k, size, colour, k%30, k%12+1, k, k%4, kind)
	}
	return b.String()
}

// numberArray is an NPY file of float32, whose last column is a class.
func numberArray(t *testing.T, shape ...int) []byte {
	rows := shape[0]
	a := Array[float32]{Shape: shape}
	for k := range rows {
		x := float32(k%7) + 0.5
		if k%19 == 18 {
			x = float32(math.NaN())
		}
		a.Data = append(a.Data, float32(k%5), x, -float32(k), float32(k%3))
	}
	var b bytes.Buffer
	require.NoError(t, WriteNPY(&b, a))
	return b.Bytes()
}

// sameData compares all that training sees, bit for bit.
func sameData[T kernels.Float](t *testing.T, want, got *train.Data[T]) {
	t.Helper()
	require.Equal(t, want.X.Rows, got.X.Rows)
	require.Equal(t, want.X.Cols, got.X.Cols)
	require.Equal(t, want.X.Data, got.X.Data) // NaN wouldn't be equal
	require.Equal(t, want.Labels, got.Labels)
	require.Equal(t, want.Weights, got.Weights)
	require.Equal(t, want.Classes, got.Classes)
	require.Equal(t, want.Features, got.Features)
	require.True(t, want.Scaler.Equal(got.Scaler))
	for k := range want.T.Rows {
		require.Equal(t, want.T.Row(k), got.T.Row(k))
	}
}

// A stream gives the samples that a table in memory gives: of all types of columns and
// tasks, in pieces of any size.
func TestTableStream(t *testing.T) {
	text := mixedTable(3000)
	array := writeFile(t, "a.npy", numberArray(t, 3000, 4))
	mixed := TableOptions{Weight: "weight"}
	for _, c := range []struct {
		name, path string
		opt        TableOptions
	}{
		{"text", writeFile(t, "a.csv", []byte(text)), mixed},
		{"gzipped text", writeFile(t, "a.csv.gz", gzipped(t, []byte(text))), mixed},
		{"numbers to predict", writeFile(t, "a.csv", []byte(text)), TableOptions{Targets: []string{"size"}, Task: Regression, Drop: []string{"weight"}}},
		{"labels", writeFile(t, "a.csv", []byte(labelTable(500))), TableOptions{Targets: []string{"a", "b"}}},
		{"array", array, TableOptions{}},
		{"array of three dimensions", writeFile(t, "b.npy", numberArray(t, 3000, 2, 2)), TableOptions{Targets: []string{"4"}}},
		{"array, another target", array, TableOptions{Targets: []string{"2"}}},
		{"array, numbers", array, TableOptions{Targets: []string{"3"}, Task: Regression}},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, err := ReadTable[float32](c.path, c.opt)
			require.NoError(t, err)
			training, test, err := table.Split(0.2, 1)
			require.NoError(t, err)
			e, want, err := FitEncoder(table, training, EncoderOptions{})
			require.NoError(t, err)

			// All rows are in the sample: it is the table.
			s, err := OpenStream[float32](c.path, c.opt, 1<<20, 1)
			require.NoError(t, err)
			require.Equal(t, table.Len(), s.Rows)
			sampled, sampledTest, err := s.Sample.Split(0.2, 1)
			require.NoError(t, err)
			require.Equal(t, training, sampled)
			require.Equal(t, test, sampledTest)
			require.Equal(t, table.Notes, s.Sample.Notes)
			own, _, err := FitEncoder(s.Sample, sampled, EncoderOptions{})
			require.NoError(t, err)
			got, err := s.Stream(own, sampledTest).Load()
			require.NoError(t, err)
			sameData(t, want, got)

			// A sample of some: the rest comes out for the encoder of the whole.
			s, err = OpenStream[float32](c.path, c.opt, 100, 1)
			require.NoError(t, err)
			require.GreaterOrEqual(t, s.Sample.Len(), 100)
			require.Equal(t, table.Len(), s.Rows)
			full, _, err := Encode(e, table, table.Rows())
			require.NoError(t, err)
			got, err = s.Stream(e, nil).Load()
			require.NoError(t, err)
			sameData(t, full, got)
			var rest []int
			left := map[int]bool{s.Sample.rowNumber(0): true, s.Sample.rowNumber(50): true}
			for k := range table.Len() {
				if !left[k] {
					rest = append(rest, k)
				}
			}
			got, err = s.Stream(e, []int{0, 50}).Load()
			require.NoError(t, err)
			sameData(t, full.Subset(rest), got)

			// Classes that are rare are in every sample, and a column that counts rows is
			// still found.
			if e.Task == Classification {
				own, _, err := FitEncoder(s.Sample, s.Sample.Rows(), EncoderOptions{})
				require.NoError(t, err)
				require.Equal(t, e.Classes(), own.Classes())
				require.Equal(t, e.Columns[0].Type, own.Columns[0].Type)
			}
		})
	}
}

func labelTable(n int) string {
	var b strings.Builder
	b.WriteString("x,a,b\n")
	for k := range n {
		fmt.Fprintf(&b, "%d,%s,%d\n", k*k%23, []string{"no", "yes"}[k%2], k/7%2)
	}
	return b.String()
}

// Errors in the middle say what and where.
func TestTableStreamErrors(t *testing.T) {
	var b strings.Builder
	b.WriteString("x,y\n")
	for k := range 20000 {
		fmt.Fprintf(&b, "%d,%d\n", k%7, k%2)
	}
	good := b.String()
	array := numberArray(t, 3000, 4)
	for _, c := range []struct{ name, file, bad, want string }{
		{"a word", good, strings.Replace(good, "\n3,1\n4,0\n", "\n3,1\nmany,0\n", 1), `f:6: column 1 (x): "many" is not a number`},
		{"a column more", good, good + "1,2,3\n", "f:20002: 3 columns, but the first record has 2"},
		{"another class", good, good + "1,7\n", "f:20002: label \"7\" is unknown: want one of 0, 1"},
		{"a row less", good, good[:len(good)-4], "the stream ends after 19999 of the 20000 samples that it promises"},
		{"a row more", good, good + "1,0\n", "the stream has more samples than the 20000 that it promises"},
		{"cut gzip", string(gzipped(t, []byte(good))), string(gzipped(t, []byte(good))[:200]), "f: truncated: the compressed data break off"},
		{"cut array", string(array), string(array[:len(array)-1]), "f: row 3000: truncated: the file ends here, its header promises 3000"},
		{"long array", string(array), string(array) + "x", "f: longer than its header says: something follows row 3000"},
		{"infinite", string(array), string(array[:len(array)-16]) + "\x00\x00\x80\x7f" + string(array[len(array)-12:]), "f: row 3000: column 1: +Inf is not a finite number"},
	} {
		path := writeFile(t, "f", []byte(c.file))
		s, err := OpenStream[float32](path, TableOptions{}, 100, 1)
		require.NoError(t, err)
		e, _, err := FitEncoder(s.Sample, s.Sample.Rows(), EncoderOptions{})
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, []byte(c.bad), 0o600))
		_, err = s.Stream(e, nil).Load()
		require.ErrorContains(t, err, c.want, c.name)
	}
	for _, c := range []struct {
		path string
		opt  TableOptions
		want string
	}{
		{testdata("npy_fortran_f4_2x3.npy"), TableOptions{}, "column-major order: save it in row-major order"},
		{testdata("npz_stored_Wb.npz"), TableOptions{}, "an NPZ file can't be read as a stream"},
		{testdata("npy_truncated.npy"), TableOptions{}, "truncated: the file ends here"},
		{t.TempDir(), TableOptions{}, "want a file, not a pipe"},
		{testdata("xor.csv"), TableOptions{Group: "1"}, "need all rows in memory"},
		{testdata("missing"), TableOptions{}, "no such file"},
	} {
		_, err := OpenStream[float32](c.path, c.opt, 100, 1)
		require.ErrorContains(t, err, c.want)
	}
}

// idxFiles writes n images of 3×3 pixels and their labels.
func idxFiles(t *testing.T, dir, part string, n int) (images, labels string) {
	t.Helper()
	x := binary.BigEndian.AppendUint32(nil, magicImages)
	y := binary.BigEndian.AppendUint32(nil, magicLabels)
	for _, d := range []uint32{uint32(n), 3, 3} {
		x = binary.BigEndian.AppendUint32(x, d)
	}
	y = binary.BigEndian.AppendUint32(y, uint32(n))
	for k := range n {
		for j := range 9 {
			x = append(x, byte(k*k+31*j))
		}
		y = append(y, byte(k%7))
	}
	images, labels = filepath.Join(dir, part+"-images-idx3-ubyte"), filepath.Join(dir, part+"-labels-idx1-ubyte")
	require.NoError(t, os.WriteFile(images, x, 0o600))
	require.NoError(t, os.WriteFile(labels, y, 0o600))
	return images, labels
}

// Streams of images are the images in memory, with any scaling.
func TestImageStream(t *testing.T) {
	dir := t.TempDir()
	images, labels := idxFiles(t, dir, "train", 30000)
	idxFiles(t, dir, "t10k", 50)

	want, err := ReadIDX[float32](images, labels, 10)
	require.NoError(t, err)
	stream, err := StreamIDX[float32](images, labels, 10)
	require.NoError(t, err)
	got, err := stream.Load()
	require.NoError(t, err)
	want.T = kernels.Matrix[float32]{}
	sameData(t, want, got)

	for _, scale := range ImageScalings() {
		want, test, err := ReadImages[float64](dir, ImageOptions{Scale: scale})
		require.NoError(t, err)
		s, err := OpenImageStream[float64](dir, ImageOptions{Scale: scale}, 1<<20, 1)
		require.NoError(t, err)
		got, err := s.Stream(nil).Load()
		require.NoError(t, err)
		want.Name, got.Name = "", ""
		sameData(t, want, got)
		sameData(t, want, s.Sample)
		sameData(t, test, s.Test)
	}
	s, err := OpenImageStream[float64](dir, ImageOptions{}, 200, 1)
	require.NoError(t, err)
	require.Equal(t, 200, s.Sample.Len())
	require.Len(t, s.Sample.Labels, 200)
	all, err := s.Stream(nil).Load()
	require.NoError(t, err)
	for i, k := range s.numbers {
		require.Equal(t, all.X.Row(k), s.Sample.X.Row(i))
		require.Equal(t, all.Labels[k], s.Sample.Labels[i])
	}
	rest, err := s.Stream([]int{0, 199}).Load()
	require.NoError(t, err)
	require.Equal(t, 29998, rest.Len())
	require.Equal(t, all.X.Row(s.numbers[0]+1), rest.X.Row(s.numbers[0]))

	b, err := os.ReadFile(images)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(images, b[:len(b)-100], 0o600))
	_, err = s.Stream(nil).Load()
	require.ErrorContains(t, err, "train-images-idx3-ubyte: item 29989: truncated: the file ends here, its header promises 30000")
	require.NoError(t, os.WriteFile(images, b, 0o600))
	require.NoError(t, os.WriteFile(labels, append(idxHeader(30000), bytes.Repeat([]byte{8}, 30000)...), 0o600))
	stream, err = StreamIDX[float32](images, labels, 8)
	require.NoError(t, err)
	_, err = stream.Load()
	require.ErrorContains(t, err, "train-labels-idx1-ubyte: label 8 of item 1 is unknown: want one of 0, 1, 2, 3, 4, 5, 6, 7")
	idxFiles(t, dir, "train", 10)
	_, err = StreamIDX[float32](images, filepath.Join(dir, "t10k-labels-idx1-ubyte"), 10)
	require.ErrorContains(t, err, "holds 50 labels, but")
	_, err = StreamIDX[float32](labels, labels, 10)
	require.ErrorContains(t, err, "0x00000801 (labels), want 0x00000803 (images)")
}

func idxHeader(n uint32) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, magicLabels), n)
}

// Rows are drawn with equal chances, and there is one of each class.
func TestDrawing(t *testing.T) {
	const rows, most, trials = 10, 3, 2000
	var counts [rows]int
	for seed := range trials {
		w := &drawing{most: most, random: rng.New(uint64(seed), 0), classes: make(map[string]int)}
		for k := range rows {
			w.next(k, []byte{byte(k)}, []byte{byte(k / 5)})
		}
		var all []int
		for _, r := range w.chosen() {
			require.Equal(t, []byte{byte(r.number)}, r.record)
			require.Equal(t, r.number, r.line)
			all = append(all, r.number)
		}
		require.True(t, slices.IsSorted(all))
		require.True(t, all[0] < 5 && all[len(all)-1] >= 5)
		if len(all) == most {
			for _, k := range all {
				counts[k]++
			}
		} else {
			require.Len(t, all, most+1)
		}
	}
	// Of 120 ways to choose 3 of 10, 100 have both classes.
	for k, c := range counts {
		require.InDelta(t, trials*100/120*most/rows, c, 5*19, "row %d", k)
	}
}

// A pass takes memory for a block, not for the file.
func TestStreamMemory(t *testing.T) {
	const rows, columns = 20000, 300
	path := filepath.Join(t.TempDir(), "a.npy")
	f, err := os.Create(path)
	require.NoError(t, err)
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }\n", rows, columns)
	_, err = f.Write(append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), byte(len(header)>>8)))
	require.NoError(t, err)
	_, err = f.WriteString(header)
	require.NoError(t, err)
	row := make([]byte, 4*columns)
	for k := range rows {
		binary.LittleEndian.PutUint32(row[4:], math.Float32bits(float32(k%100)))
		binary.LittleEndian.PutUint32(row[len(row)-4:], math.Float32bits(float32(k%3)))
		_, err = f.Write(row)
		require.NoError(t, err)
	}
	require.NoError(t, f.Close())
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	s, err := OpenStream[float32](path, TableOptions{}, 100, 1)
	require.NoError(t, err)
	e, _, err := FitEncoder(s.Sample, s.Sample.Rows(), EncoderOptions{})
	require.NoError(t, err)
	n, most := 0, uint64(0)
	for d, err := range s.Stream(e, nil).Pass() {
		require.NoError(t, err)
		if n += d.Len(); n%10 == 0 {
			most = max(most, heap()-min(heap(), before))
		}
	}
	require.Equal(t, rows, n)
	require.Positive(t, most)
	// The file has 24 MB, a block 0.5 MB as numbers of the file and as much as inputs.
	require.Less(t, most, uint64(4<<20))
}
