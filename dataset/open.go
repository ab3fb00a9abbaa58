package dataset

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
)

// source is an open file, unpacked if it is gzipped.
type source struct {
	io.Reader
	file *os.File
}

func (s *source) Close() error { return s.file.Close() }

// open opens a file. Whether it is gzipped is seen from its first two bytes,
// 1F 8B, never from its name.
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
	return z, nil
}
