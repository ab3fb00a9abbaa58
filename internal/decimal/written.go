package decimal

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Written returns a number that is written for people as [Parse] reads it: without a
// currency sign or a per cent sign, which it returns as mark, without separators between
// groups of digits, and with a minus for brackets or the minus sign of Unicode. So
// $1,234.50 is 1234.50 with the mark $. Groups are separated by a point or comma, whichever
// isn't the decimal sign, an apostrophe or a blank, and have three digits, or two between
// the first and the last (as in 12,34,567). ok is false if cell is no such number, or plain
// already.
func Written(cell []byte, point byte) (plain []byte, mark string, ok bool) {
	if len(cell) > longest {
		return nil, "", false
	}
	s := strings.TrimSpace(string(cell))
	negative := false
	if inner, found := strings.CutPrefix(s, "("); found {
		if inner, found = strings.CutSuffix(inner, ")"); !found {
			return nil, "", false
		}
		s, negative = strings.TrimSpace(inner), true
	}
	signed := negative
	for s != "" {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case unicode.Is(unicode.Sc, r) && mark == "":
			mark = string(r)
		case (r == '-' || r == '+' || r == '−') && !signed:
			signed, negative = true, r != '+'
		default:
			return ungrouped(s, point, negative, mark, len(cell))
		}
		s = strings.TrimSpace(s[size:])
	}
	return nil, "", false
}

// longest is how many bytes a number that is written for people has at most.
const longest = 64

// ungrouped returns the number that s is, which has neither sign nor mark at its front.
func ungrouped(s string, point byte, negative bool, mark string, length int) (plain []byte, _ string, ok bool) {
	if last, _ := utf8.DecodeLastRuneInString(s); mark == "" && (last == '%' || unicode.Is(unicode.Sc, last)) {
		mark = string(last)
		s = strings.TrimSpace(strings.TrimSuffix(s, mark))
	}
	whole, fraction, hasFraction := strings.Cut(s, string(rune(point)))
	digits, ok := withoutGroups(whole, point)
	if !ok || len(digits) == 0 && fraction == "" {
		return nil, "", false
	}
	if negative {
		plain = append(plain, '-')
	}
	plain = append(plain, digits...)
	if hasFraction {
		plain = append(append(plain, point), fraction...)
	}
	if len(plain) > 0 && len(plain) == length { // nothing was there to be left out
		return nil, "", false
	}
	for _, c := range fraction {
		if c < '0' || c > '9' {
			return nil, "", false
		}
	}
	return plain, mark, true
}

// withoutGroups returns the digits of a whole number whose groups are separated.
func withoutGroups(s string, point byte) (digits []byte, ok bool) {
	separator := rune(0)
	sizes := []int{0}
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits = append(digits, byte(r))
			sizes[len(sizes)-1]++
			continue
		case r == rune(point), !strings.ContainsRune(".,'’", r) && !unicode.IsSpace(r), separator != 0 && r != separator:
			return nil, false
		}
		separator = r
		sizes = append(sizes, 0)
	}
	if len(sizes) == 1 {
		return digits, true
	}
	if sizes[0] < 1 || sizes[0] > 3 || digits[0] == '0' || sizes[len(sizes)-1] != 3 {
		return nil, false
	}
	for _, n := range sizes[1:] {
		if n != 3 && (n != 2 || separator != ',') {
			return nil, false
		}
	}
	return digits, true
}
