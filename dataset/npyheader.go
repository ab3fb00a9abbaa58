package dataset

import (
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// The NPY format: the magic string, the version (two bytes), the length of the
// header (little-endian, two bytes in version 1, four in 2 and 3), the header, a
// Python dictionary such as
//
//	{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
//
// and then the elements. Source: NumPy, numpy.lib.format.
const npyMagic = "\x93NUMPY"

// maxNPYHeader limits the header in bytes; NumPy writes some hundred.
const maxNPYHeader = 1 << 20

// npyHeader is what an NPY file says of its array.
type npyHeader struct {
	descr   string
	fortran bool
	shape   []int
}

// readNPYHeader reads up to the first element.
func readNPYHeader(r io.Reader) (h npyHeader, err error) {
	head := make([]byte, len(npyMagic)+2)
	if n, err := io.ReadFull(r, head); err != nil || string(head[:len(npyMagic)]) != npyMagic {
		return h, fmt.Errorf("not an NPY file: it begins with %q", head[:n])
	}
	length := make([]byte, 4)
	if major := head[len(npyMagic)]; major == 1 {
		length = length[:2]
	} else if major < 1 || major > 3 {
		return h, fmt.Errorf("NPY version %d is unknown: want 1 to 3", major)
	}
	if _, err := io.ReadFull(r, length); err != nil {
		return h, fmt.Errorf("the NPY header is cut short: %w", err)
	}
	n := binary.LittleEndian.Uint32(append(length, 0, 0)[:4])
	if n > maxNPYHeader {
		return h, fmt.Errorf("an NPY header of %d bytes is longer than %d", n, maxNPYHeader)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return h, fmt.Errorf("the NPY header is cut short: %w", err)
	}
	p := pythonDict{rest: string(text)}
	if h, err = p.header(); err != nil {
		return h, fmt.Errorf("the NPY header %.200q: %w", text, err)
	}
	return h, nil
}

// pythonDict parses as much of Python's literals as an NPY header may have.
type pythonDict struct{ rest string }

// skip leaves out blanks and reports whether token follows, which it then leaves out.
func (p *pythonDict) skip(token string) bool {
	p.rest = strings.TrimLeft(p.rest, " \t\r\n\f")
	rest, ok := strings.CutPrefix(p.rest, token)
	if ok {
		p.rest = rest
	}
	return ok
}

func (p *pythonDict) want(token string) error {
	if !p.skip(token) {
		return fmt.Errorf("want %s before %.20q", token, p.rest)
	}
	return nil
}

// header parses the dictionary: each of the three keys once, and nothing else.
func (p *pythonDict) header() (h npyHeader, err error) {
	if err := p.want("{"); err != nil {
		return h, err
	}
	seen := make(map[string]bool)
	for !p.skip("}") {
		if len(seen) > 0 {
			if err := p.want(","); err != nil {
				return h, err
			}
			if p.skip("}") {
				break
			}
		}
		key, err := p.text()
		if err != nil {
			return h, err
		}
		if seen[key] {
			return h, fmt.Errorf("the key %q occurs twice", key)
		}
		seen[key] = true
		if err := p.want(":"); err != nil {
			return h, err
		}
		switch key {
		case "descr":
			h.descr, err = p.text()
			if err != nil {
				err = fmt.Errorf("no plain type of elements: %w", err)
			}
		case "fortran_order":
			h.fortran, err = p.truth()
		case "shape":
			h.shape, err = p.tuple()
		default:
			err = fmt.Errorf("the key %q is unknown", key)
		}
		if err != nil {
			return h, err
		}
	}
	if p.skip(""); p.rest != "" {
		return h, fmt.Errorf("%.20q follows", p.rest)
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			return h, fmt.Errorf("the key %q is missing", key)
		}
	}
	return h, nil
}

// text parses a string without escapes.
func (p *pythonDict) text() (string, error) {
	for _, quote := range []string{"'", `"`} {
		if !p.skip(quote) {
			continue
		}
		s, rest, ok := strings.Cut(p.rest, quote)
		if !ok || strings.ContainsAny(s, "\\\n") {
			return "", fmt.Errorf("the string %.20q doesn't end, or has escapes", p.rest)
		}
		p.rest = rest
		return s, nil
	}
	return "", fmt.Errorf("want a string before %.20q", p.rest)
}

func (p *pythonDict) truth() (bool, error) {
	switch {
	case p.skip("True"):
		return true, nil
	case p.skip("False"):
		return false, nil
	}
	return false, fmt.Errorf("want True or False before %.20q", p.rest)
}

// tuple parses a tuple of whole numbers of at least 0: (), (3,), (2, 3). Python 2 wrote an L
// behind long ones.
func (p *pythonDict) tuple() ([]int, error) {
	if err := p.want("("); err != nil {
		return nil, err
	}
	shape := []int{}
	comma := true
	for !p.skip(")") {
		if !comma {
			return nil, fmt.Errorf("want , before %.20q", p.rest)
		}
		end := strings.IndexFunc(p.rest, func(r rune) bool { return r < '0' || r > '9' })
		if end < 0 {
			end = len(p.rest)
		}
		digits := p.rest[:end]
		n, err := strconv.Atoi(digits)
		if err != nil || len(digits) > 1 && digits[0] == '0' {
			return nil, fmt.Errorf("a dimension of the shape is no whole number of at least 0, before %.20q", p.rest)
		}
		shape = append(shape, n)
		p.rest = strings.TrimPrefix(p.rest[end:], "L")
		comma = p.skip(",")
	}
	if len(shape) == 1 && !comma {
		return nil, fmt.Errorf("the shape is a number: want a tuple, such as (%d,)", shape[0])
	}
	return shape, nil
}
