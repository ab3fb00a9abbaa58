package dataset

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/internal/rng"
	"github.com/nabla-go/nabla/train"
)

func testdata(name string) string { return filepath.Join("testdata", name) }

// A-I01: gzip is recognised by content.
func TestReadIDXImages(t *testing.T) {
	for _, name := range []string{"idx3_ok_2x3x3.idx", "idx3_gz_without_gz_name.idx"} {
		im, err := ReadIDXImages(testdata(name))
		require.NoError(t, err)
		require.Equal(t, Images{
			Count: 2, Rows: 3, Cols: 3,
			Pixels: []byte{0, 1, 2, 3, 4, 5, 6, 7, 255, 9, 8, 7, 6, 5, 4, 3, 2, 1},
		}, im)
	}
	labels, err := ReadIDXLabels(testdata("idx1_ok_2.idx"))
	require.NoError(t, err)
	require.Equal(t, []byte{7, 1}, labels)
}

func TestReadIDX(t *testing.T) {
	s, err := ReadIDX[float32](testdata("idx3_2images.idx"), testdata("idx1_ok_2.idx"), 10)
	require.NoError(t, err)
	require.Equal(t, []int{7, 1}, s.Labels)
	require.Equal(t, float32(1), s.X.Row(0)[8])
	require.Equal(t, float32(9)/255, s.X.Row(1)[0])
	require.Len(t, s.Classes, 10)
	requireOneHot(t, s)
	require.True(t, s.Scaler.Equal(train.NewScaler(9, 255)))

	_, err = ReadIDX[float32](testdata("idx3_2images.idx"), testdata("idx1_ok_2.idx"), 7)
	require.ErrorContains(t, err, "idx1_ok_2.idx: label 7 of item 0 is out of range: want 0…6")
	_, err = ReadIDX[float32](testdata("idx3_2images.idx"), testdata("idx1_3labels_for_2images.idx"), 10) // A-I07
	require.ErrorContains(t, err, "idx1_3labels_for_2images.idx holds 3 labels, but testdata")
	require.ErrorContains(t, err, "holds 2 images")
}

// A-I02, A-I03 and their kind.
func TestReadIDXImagesRefuses(t *testing.T) {
	header := func(words ...uint32) []byte {
		var b []byte
		for _, w := range words {
			b = binary.BigEndian.AppendUint32(b, w)
		}
		return b
	}
	packed := gzipped(t, append(header(magicImages, 1, 1, 2), 5, 6))
	badSum := bytes.Clone(packed)
	badSum[len(badSum)-5] ^= 1
	noise := make([]byte, 1000) // does not compress
	for i, r := 0, rng.New(1, 1); i < len(noise); i++ {
		noise[i] = byte(r.Uint64())
	}
	truncated := gzipped(t, append(header(magicImages, 1, 1, 1000), noise...))[:500]
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"truncated", testfile(t, "idx3_truncated_header_says_2.idx"), "promises 18 bytes, found 13"},
		{"gzip without its checksum", testfile(t, "idx3_truncated.idx.gz"), "truncated: the 18 bytes that the header promises are there, but the end of the compressed data is missing"},
		{"truncated gzip", truncated, "promises 1000 bytes, found"},
		{"more after the gzip", append(bytes.Clone(packed), "and something else"...), "after 2 of the 2 bytes that the header promises: the compressed data are followed by something else"},
		{"gzip in gzip", gzipped(t, packed), "(gzipped twice), want 0x00000803"},
		{"labels", testfile(t, "idx1_given_as_images.idx"), "0x00000801 (labels), want 0x00000803 (images)"},
		{"text", []byte("<html>not found</html>"), "neither images nor labels"},
		{"empty", nil, "header is cut short"},
		{"half a header", header(magicImages, 1, 1), "header is cut short"},
		{"only a gzip magic", []byte{0x1f, 0x8b}, "damaged gzip header"},
		{"gzip without data", gzipped(t, nil), "header is cut short"},
		{"gzip checksum", badSum, "checksum"},
		{"longer", append(header(magicImages, 1, 1, 1), 5, 6), "longer than its header says: expected 1 bytes"},
		{"claims exbibytes", header(magicImages, 1<<31, 1<<20, 1<<10), "found 0"},
		{"claims beyond all bounds", header(magicImages, 1<<31, 1<<31, 1<<31), "more elements than can be addressed"},
		{"no rows", header(magicImages, 2, 0, 3), "images of 0×3 pixels are empty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.name == "claims exbibytes" && runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
				c.want = "" // a smaller int refuses it earlier
			}
			path := filepath.Join(t.TempDir(), "images")
			require.NoError(t, os.WriteFile(path, c.file, 0o600))
			_, err := ReadIDXImages(path)
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, path)
		})
	}
}

func TestReadMNIST(t *testing.T) {
	images, labels := testfile(t, "idx3_2images.idx"), testfile(t, "idx1_ok_2.idx")
	dir := t.TempDir()
	write := func(name string, b []byte) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), b, 0o600))
	}
	write("train-images-idx3-ubyte", images)
	write("train-labels.idx1-ubyte", labels)
	write("t10k-images.idx3-ubyte.gz", gzipped(t, images))
	_, _, err := ReadMNIST[float32](dir)
	require.ErrorContains(t, err, dir+": no file t10k-labels-idx1-ubyte (nor t10k-labels.idx1-ubyte, with or without .gz)")

	write("t10k-labels-idx1-ubyte.gz", labels) // not gzipped, whatever its name says
	train, test, err := ReadMNIST[float32](dir)
	require.NoError(t, err)
	require.Equal(t, train.X, test.X)
	require.Equal(t, []int{7, 1}, test.Labels)

	write("t10k-images.idx3-ubyte.gz", append(binary.BigEndian.AppendUint32(images[:4:4], 2), 0, 0, 0, 1, 0, 0, 0, 1, 5, 5))
	_, _, err = ReadMNIST[float32](dir)
	require.ErrorContains(t, err, "has 9 pixels an image")
}

// With no images, nothing stands behind their size: neither memory nor an int may
// depend on it.
func TestReadIDXWithoutImages(t *testing.T) {
	dir := t.TempDir()
	images, labels := filepath.Join(dir, "images"), filepath.Join(dir, "labels")
	require.NoError(t, os.WriteFile(labels, []byte{0, 0, 8, 1, 0, 0, 0, 0}, 0o600))
	for _, size := range []uint32{3, 1<<32 - 1} {
		file := []byte{0, 0, 8, 3, 0, 0, 0, 0}
		file = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(file, size), size)
		require.NoError(t, os.WriteFile(images, file, 0o600))
		_, err := ReadIDX[float32](images, labels, 10)
		require.ErrorContains(t, err, images)
		if size == 3 {
			require.EqualError(t, err, images+": no samples")
		}
	}
}

// A header that promises gigabytes costs what the file holds.
func TestIDXAllocationIsBounded(t *testing.T) {
	file := binary.BigEndian.AppendUint32(nil, magicLabels)
	file = binary.BigEndian.AppendUint32(file, 1<<31-2)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err := decodeIDX(bytes.NewReader(file), magicLabels)
	runtime.ReadMemStats(&after)
	require.ErrorContains(t, err, "found 0")
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}

func FuzzDecodeIDX(f *testing.F) {
	for _, name := range []string{"idx3_ok_2x3x3.idx", "idx3_truncated_header_says_2.idx", "idx1_given_as_images.idx"} {
		f.Add(testfile(f, name))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		dims, data, err := decodeIDX(bytes.NewReader(file), magicImages)
		if err == nil {
			require.Equal(t, len(data), dims[0]*dims[1]*dims[2])
			require.Equal(t, len(file), 16+len(data))
		}
	})
}

// Labels of any type of whole numbers.
func FuzzDecodeIDXNumbers(f *testing.F) {
	f.Add(testfile(f, "idx1_ok_2.idx"))
	f.Add([]byte("\x00\x00\x0c\x02\x00\x00\x00\x01\x00\x00\x00\x02\xff\xff\xff\xff\x00\x00\x00\x01"))
	f.Add([]byte("\x00\x00\x0b\x01\x00\x00\x00\x02\x01\x02\x80\x00"))
	f.Fuzz(func(t *testing.T, file []byte) {
		labels, err := decodeIDXNumbers(bytes.NewReader(file), Limits{Memory: 1 << 24})
		if err == nil {
			require.Less(t, len(labels), len(file))
		}
	})
}

func testfile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(testdata(name))
	require.NoError(t, err)
	return b
}

func gzipped(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, err := z.Write(b)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return out.Bytes()
}
