package dataset

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"os"
)

// source is an open file, unpacked if it is compressed.
type source struct {
	io.Reader
	file *os.File
}

func (s *source) Close() error { return s.file.Close() }

// open opens a file. Its first bytes, not its name, tell whether it is compressed.
func open(path string) (*source, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r, err := unpack(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &source{r, f}, nil
}

// A packing is a form of files that are no data yet: a row of the table packings. unpack
// is nil for one that isn't read.
type packing struct {
	magic  string
	name   string
	unpack func(*bufio.Reader) (io.Reader, error)
}

const pickled = "a pickle of Python, which may hold anything: save the data as CSV, NPY or NPZ"

const pictured = "a picture: want a table with a row for each picture, or a folder with a folder of PNG or JPEG files for each class"

var packings = []packing{
	{"\x1f\x8b", "gzip", gunzip},
	{"BZh", "bzip2", func(r *bufio.Reader) (io.Reader, error) { return unpacker{bzip2.NewReader(r)}, nil }},
	{"\xfd7zXZ\x00", "an xz-compressed file: unpack it (xz -d) or save it with gzip", nil},
	{"\x28\xb5\x2f\xfd", "a zstd-compressed file: unpack it (zstd -d) or save it with gzip", nil},
	{"\x04\x22\x4d\x18", "an lz4-compressed file: unpack it (lz4 -d) or save it with gzip", nil},
	{"\x1f\x9d", "a file compressed with compress (.Z): unpack it (uncompress) or save it with gzip", nil},
	{"LZIP", "an lzip-compressed file: unpack it (lzip -d) or save it with gzip", nil},
	{"7z\xbc\xaf\x27\x1c", "a compressed archive (7z): unpack it first", nil},
	{"Rar!\x1a\x07", "a compressed archive (RAR): unpack it first", nil},
	{"PK\x03\x04", "a compressed archive (zip; spreadsheets such as .xlsx and .ods are ones, too): unpack it, or save the table as CSV", nil},
	{"PAR1", "a Parquet file: save the table as CSV", nil},
	{"\x89HDF\r\n\x1a\n", "an HDF5 file: save the table as CSV", nil},
	{"SQLite format 3\x00", "a database (SQLite): save the table as CSV", nil},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old spreadsheet (.xls): save the table as CSV", nil},
	{"%PDF-", "a PDF document: save the table as CSV", nil},
	{"ARROW1\x00\x00", "an Arrow file (Feather): save the table as CSV", nil},
	{"X\n\x00\x00\x00", "data of R (.rds): save the table as CSV", nil},
	{"RDX2\n", "data of R (.RData): save the table as CSV", nil},
	{"RDX3\n", "data of R (.RData): save the table as CSV", nil},
	{"MATLAB 5.0 MAT-file", "data of MATLAB: save the table as CSV", nil},
	{"<stata_dta>", "data of Stata: save the table as CSV", nil},
	{"\x80\x02", pickled, nil},
	{"\x80\x03", pickled, nil},
	{"\x80\x04", pickled, nil},
	{"\x80\x05", pickled, nil},
	{"\x89PNG\r\n", pictured, nil},
	{"\xff\xd8\xff", pictured, nil},
	{"GIF8", pictured, nil},
	{"]\x00\x00", "an lzma-compressed file: unpack it (unlzma) or save it with gzip", nil},
}

// errBroken is the error of compressed data that end too early.
var errBroken = errors.New("truncated: the compressed data break off")

// unpack returns what r holds, unpacked if it is compressed. It is an error if r is
// compressed, or packed, in a form that isn't read.
func unpack(r io.Reader) (io.Reader, error) { return unpackUnless(r, "") }

// unpackUnless leaves the packing with the given magic as it is.
func unpackUnless(r io.Reader, magic string) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	head, err := b.Peek(32)
	if err != nil && err != io.EOF {
		return nil, err
	}
	for _, p := range packings {
		switch {
		case !bytes.HasPrefix(head, []byte(p.magic)) || p.magic == magic:
		case p.unpack == nil:
			return nil, errors.New(p.name)
		default:
			return p.unpack(b)
		}
	}
	return b, nil
}

// gunzip unpacks gzip.
func gunzip(b *bufio.Reader) (io.Reader, error) {
	z, err := gzip.NewReader(b)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), err == io.EOF:
		return nil, fmt.Errorf("damaged gzip header: %w within it", errBroken)
	case err != nil:
		return nil, fmt.Errorf("damaged gzip header: %w", err)
	}
	return unpacker{z}, nil
}

// unpacker says in its errors what happened to the compressed data.
type unpacker struct{ r io.Reader }

func (u unpacker) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = errBroken
	case errors.Is(err, gzip.ErrHeader):
		err = errors.New("the compressed data are followed by something else")
	case err != nil && err != io.EOF:
		err = fmt.Errorf("the compressed data are damaged: %w", err)
	}
	return n, err
}

var errTooLarge = errors.New("the header promises more elements than can be addressed")

// readPromised reads what a header promised: elements of elemSize bytes in an
// array of the given dimensions, each of which will be a number of toSize bytes. It is an
// error if something follows, or if the limits don't allow so much. Memory grows with what
// r holds, not with what the header says.
func readPromised(r io.Reader, dims []int, elemSize int, toSize int64, limits ...Limits) ([]byte, error) {
	size, ok := product(elemSize, dims)
	if !ok {
		return nil, errTooLarge
	}
	if most := firstLimits(limits).Memory; most > 0 && int64(size)/max(int64(elemSize), 1)*(int64(elemSize)+toSize) > most {
		return nil, memoryError(fmt.Sprintf("the header promises %d bytes, which would take more memory than %s", size, bytesInWords(most)))
	}
	const first = 256 << 10
	data := make([]byte, 0, min(size, first))
	var err error
	for len(data) < size && err == nil {
		if len(data) == cap(data) {
			data = append(make([]byte, 0, min(size, 2*cap(data))), data...)
		}
		var n int
		n, err = r.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
	}
	if err == nil {
		var n int
		if n, err = io.ReadFull(r, make([]byte, 1)); n > 0 {
			return nil, fmt.Errorf("longer than its header says: expected %d bytes after the header, found more", size)
		}
	}
	switch {
	case errors.Is(err, errBroken) && len(data) < size:
		return nil, fmt.Errorf("%w; the header promises %d bytes, found %d", errBroken, size, len(data))
	case errors.Is(err, errBroken):
		return nil, fmt.Errorf("truncated: the %d bytes that the header promises are there, but the end of the compressed data is missing", size)
	case err != nil && err != io.EOF:
		return nil, fmt.Errorf("after %d of the %d bytes that the header promises: %w", len(data), size, err)
	case len(data) < size:
		return nil, fmt.Errorf("truncated: the header promises %d bytes, found %d", size, len(data))
	}
	return data, nil
}

// firstLimits returns the limits that were given, if any.
func firstLimits(limits []Limits) Limits {
	if len(limits) == 0 {
		return Limits{}
	}
	return limits[0]
}

// memoryError is about what would take more memory than is allowed.
func memoryError(text string) error {
	return &OptionError{Text: text, Options: []Option{{"max-memory", "SIZE"}}}
}

// bytesInWords writes a number of bytes.
func bytesInWords(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d bytes", n)
}

// product returns n times all dimensions. It is not ok if a dimension is negative or
// the product is math.MaxInt or more.
func product(n int, dims []int) (p int, ok bool) {
	for _, d := range dims {
		hi, lo := bits.Mul(uint(n), uint(d))
		if d < 0 || hi != 0 || lo >= math.MaxInt {
			return 0, false
		}
		n = int(lo)
	}
	return n, true
}
