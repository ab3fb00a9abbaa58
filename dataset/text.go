package dataset

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"unicode/utf16"
	"unicode/utf8"
)

// The byte order marks that a text may begin with.
const (
	utf8Mark    = "\xef\xbb\xbf"
	utf16Little = "\xff\xfe"
	utf16Big    = "\xfe\xff"
)

// utf8Text returns the text that r holds as UTF-8 without a byte order mark. UTF-16 is
// recognised without a mark as well.
func utf8Text(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	head, err := b.Peek(4)
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte(utf8Mark)):
		b.Discard(len(utf8Mark))
	case bytes.HasPrefix(head, []byte(utf16Little)):
		b.Discard(2)
		return &utf16Reader{r: b, order: binary.LittleEndian}, nil
	case bytes.HasPrefix(head, []byte(utf16Big)):
		b.Discard(2)
		return &utf16Reader{r: b, order: binary.BigEndian}, nil
	case len(head) == 4 && head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0: // two characters of ASCII
		return &utf16Reader{r: b, order: binary.LittleEndian}, nil
	case len(head) == 4 && head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0:
		return &utf16Reader{r: b, order: binary.BigEndian}, nil
	}
	return b, nil
}

// utf16Reader turns UTF-16 into UTF-8.
type utf16Reader struct {
	r     *bufio.Reader
	order binary.ByteOrder
	rest  []byte // UTF-8 that has not been read
}

func (u *utf16Reader) Read(p []byte) (int, error) {
	if len(u.rest) == 0 {
		var text []byte
		for len(text) < 4096 {
			c, err := u.unit()
			if err != nil {
				if len(text) > 0 && err == io.EOF {
					break
				}
				return 0, err
			}
			if utf16.IsSurrogate(c) {
				second, err := u.unit()
				if err != nil {
					return 0, errors.New("the UTF-16 text ends within a character")
				}
				c = utf16.DecodeRune(c, second)
			}
			text = utf8.AppendRune(text, c)
			if c == '\n' && u.r.Buffered() == 0 {
				break // an answer may be waited for
			}
		}
		u.rest = text
	}
	n := copy(p, u.rest)
	u.rest = u.rest[n:]
	return n, nil
}

// unit reads 16 bits.
func (u *utf16Reader) unit() (rune, error) {
	var b [2]byte
	if _, err := io.ReadFull(u.r, b[:]); err != nil {
		if err == io.ErrUnexpectedEOF {
			err = errors.New("the UTF-16 text ends within a character")
		}
		return 0, err
	}
	return rune(u.order.Uint16(b[:])), nil
}

// tarMagicAt is where an archive of tar names its format.
const tarMagicAt = 257

// sparse is what a table in the form of LIBSVM begins with.
var sparse = regexp.MustCompile(`^[-+]?[\d.]+( \d+:[-+\d.eE]+){2,} ?\r?\n`)

// checkText returns an error, which begins with ": ", if a file that begins with head can't
// be a table.
func checkText(head []byte) error {
	_, rest, _ := bytes.Cut(head, []byte("\r"))
	begin := bytes.ToLower(bytes.TrimSpace(head[:min(len(head), 512)]))
	for _, p := range packings {
		if p.unpack == nil && bytes.HasPrefix(head, []byte(p.magic)) {
			return errors.New(": " + p.name)
		}
	}
	switch {
	case len(head) > tarMagicAt && bytes.HasPrefix(head[tarMagicAt:], []byte("ustar")):
		return errors.New(": an archive (tar): unpack it first")
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return errors.New(": compressed twice: unpack it once")
	case bytes.HasPrefix(begin, []byte("<!doctype")), bytes.HasPrefix(begin, []byte("<html")), bytes.HasPrefix(begin, []byte("<?xml")):
		return errors.New(": a page of HTML or XML, perhaps in place of a download that failed: want comma-separated values")
	case bytes.HasPrefix(begin, []byte("{")), bytes.HasPrefix(begin, []byte("[{")), bytes.HasPrefix(begin, []byte("[[")):
		return errors.New(": JSON: want comma-separated values")
	case len(head) > 4 && head[0] == 0 && head[1] == 0 && head[2] >= 8 && head[2] <= 14 && head[3] >= 1 && head[3] <= 4:
		return errors.New(": an IDX file: want the folder that holds those of images and labels, for training and testing")
	case len(head) > 8 && head[8] == '{' && head[7] == 0:
		return errors.New(": a model (safetensors): want data")
	case sparse.Match(head):
		return errors.New(": a sparse table (LIBSVM, cells such as 3:0.5): want a column for each input")
	case bytes.IndexByte(head[:min(len(head), 512)], 0) >= 0:
		return fmt.Errorf(": not a text: it begins with %q: want comma-separated values", head[:min(len(head), 8)])
	case len(rest) > 0 && bytes.IndexByte(head, '\n') < 0:
		return errors.New(": lines end with CR alone: want LF or CRLF")
	}
	return nil
}
