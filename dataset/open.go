package dataset

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"os"
)

// source is an open file, unpacked if it is gzipped.
type source struct {
	io.Reader
	file *os.File
}

func (s *source) Close() error { return s.file.Close() }

// open opens a file. Its first two bytes, not its name, tell whether it is gzipped:
// 1F 8B.
func open(path string) (*source, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r, err := gunzip(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &source{r, f}, nil
}

// gunzip returns what r holds, unpacked if it is gzipped.
func gunzip(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	head, err := b.Peek(2)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if !bytes.Equal(head, []byte{0x1f, 0x8b}) {
		return b, nil
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, fmt.Errorf("damaged gzip header: %w", err)
	}
	return unzipper{z}, nil
}

// unzipper is a gzip.Reader whose error says so if something follows the compressed
// data.
type unzipper struct{ z *gzip.Reader }

func (u unzipper) Read(p []byte) (int, error) {
	n, err := u.z.Read(p)
	if errors.Is(err, gzip.ErrHeader) {
		err = errors.New("the compressed data are followed by something else")
	}
	return n, err
}

var errTooLarge = errors.New("the header promises more elements than can be addressed")

// readPromised reads what a header promised: elements of elemSize bytes in an
// array of the given dimensions. It is an error if something follows. Memory grows
// with what r holds, not with what the header says.
func readPromised(r io.Reader, dims []int, elemSize int) ([]byte, error) {
	size, ok := product(elemSize, dims)
	if !ok {
		return nil, errTooLarge
	}
	data, err := io.ReadAll(io.LimitReader(r, int64(size)+1))
	switch {
	case len(data) > size:
		return nil, fmt.Errorf("longer than its header says: expected %d bytes after the header, found more", size)
	case errors.Is(err, io.ErrUnexpectedEOF) && len(data) < size:
		return nil, fmt.Errorf("truncated: the compressed data break off; the header promises %d bytes, found %d", size, len(data))
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("truncated: the %d bytes that the header promises are there, but the end of the compressed data is missing", size)
	case err != nil:
		return nil, fmt.Errorf("after %d of the %d bytes that the header promises: %w", len(data), size, err)
	case len(data) < size:
		return nil, fmt.Errorf("truncated: the header promises %d bytes, found %d", size, len(data))
	}
	return data, nil
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
