package delimited

import (
	"bytes"

	"github.com/nabla-go/nabla/internal/decimal"
)

// Form is how a text is delimited.
type Form struct {
	Separator byte // between cells; ' ' stands for any number of blanks
	Point     byte // the decimal sign, '.' or ','
	Comment   byte // what comments begin with; 0 stands for # where that is safe
}

// NoComment is the Comment of a text without comments.
const NoComment = '\n'

// isMarked reports whether a line begins as comments do, behind blanks or not.
func (f Form) isMarked(line []byte) bool {
	mark := f.Comment
	if mark == 0 {
		mark = '#'
	}
	i := 0
	for i < len(line) && (line[i] == ' ' || line[i] == '\t') {
		i++
	}
	return i < len(line) && line[i] == mark && mark != NoComment
}

// Separators are the characters that [Detect] tries, in the order of preference among
// equals: a tab is rarely anything else, a blank often is.
const Separators = "\t;,| "

// Cell returns the cell of a record that begins at byte at, without quotes and without
// blanks around it, and where the next one begins; that is beyond the record's length
// after its last cell.
func (f Form) Cell(record []byte, at int) (cell []byte, next int, err error) {
	for at < len(record) && (record[at] == ' ' || record[at] == '\t' && f.Separator != '\t') {
		at++
	}
	if at < len(record) && record[at] == '"' {
		return f.quoted(record, at+1)
	}
	end := bytes.IndexByte(record[at:], f.Separator)
	if f.Separator == ' ' {
		end = bytes.IndexAny(record[at:], " \t")
	}
	if end < 0 {
		return trimRight(record[at:]), len(record) + 1, nil
	}
	return trimRight(record[at : at+end]), f.after(record, at+end), nil
}

// quoted returns the cell that a quote before byte at opens.
func (f Form) quoted(record []byte, at int) (cell []byte, next int, err error) {
	for i := at; ; i++ {
		end := bytes.IndexByte(record[i:], '"')
		if end < 0 {
			return nil, 0, errQuote
		}
		i += end
		if i+1 < len(record) && record[i+1] == '"' {
			i++
			continue
		}
		cell = record[at:i]
		if bytes.IndexByte(cell, '"') >= 0 {
			cell = bytes.ReplaceAll(cell, []byte(`""`), []byte(`"`))
		}
		cell = bytes.TrimSpace(cell)
		i++
		for f.Separator != ' ' && i < len(record) && (record[i] == ' ' || record[i] == '\t' && f.Separator != '\t') {
			i++
		}
		switch {
		case i == len(record):
			return cell, i + 1, nil
		case record[i] == f.Separator, f.Separator == ' ' && record[i] == '\t':
			return cell, f.after(record, i), nil
		}
		return nil, 0, errAfter
	}
}

// after returns where the cell behind the separator at byte i begins.
func (f Form) after(record []byte, i int) int {
	i++
	if f.Separator == ' ' {
		for i < len(record) && (record[i] == ' ' || record[i] == '\t') {
			i++
		}
		if i == len(record) { // blanks at the end of a line separate nothing
			i++
		}
	}
	return i
}

func trimRight(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	return b
}

// Count returns the number of cells of a record.
func (f Form) Count(record []byte) (int, error) {
	n := 0
	for at := 0; at <= len(record); n++ {
		var err error
		if _, at, err = f.Cell(record, at); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// Split returns the cells of a record.
func (f Form) Split(record []byte) (cells []string, err error) {
	for at := 0; at <= len(record); {
		var cell []byte
		if cell, at, err = f.Cell(record, at); err != nil {
			return nil, err
		}
		cells = append(cells, string(cell))
	}
	return cells, nil
}

// Detect finds the form of a text from its beginning. A separator is one that divides all
// lines into the same number of cells, at least two. Of several the one wins whose cells
// hold other separators least often: the cells of 1,5;0 are 1,5 and 0, a number with a
// decimal comma and another one. What is given (not 0) stays, and comments don't count. A
// text without any separator has one column.
func Detect(sample []byte, given Form) Form {
	lines := firstLines(sample, given)
	found := Form{Separator: ',', Point: '.', Comment: given.Comment}
	if given.Separator != 0 {
		found.Separator = given.Separator
	} else if best := 0.0; len(lines) > 0 {
		for _, s := range []byte(Separators) {
			if share := clean(Form{Separator: s}, lines); share > best && s != given.Comment {
				found.Separator, best = s, share
			}
		}
	}
	if given.Point != 0 {
		found.Point = given.Point
	} else if decimalComma(found, lines) {
		found.Point = ','
	}
	return found
}

// firstLines returns up to a hundred whole lines that are no comments.
func firstLines(sample []byte, f Form) (lines [][]byte) {
	const most = 100
	r := NewReader(bytes.NewReader(sample), Limits{})
	for len(lines) < most {
		line, err := r.record(f)
		if line == nil || err != nil {
			break
		}
		if len(bytes.TrimSpace(line)) == 0 || f.isMarked(line) {
			continue
		}
		lines = append(lines, bytes.Clone(line))
	}
	if len(lines) > 1 && len(sample) > 0 && sample[len(sample)-1] != '\n' {
		lines = lines[:len(lines)-1] // it may go on
	}
	return lines
}

// clean rates how well f divides the lines: by the share of cells that hold no other
// separator, and a little by that of numbers. It is 0 if f doesn't divide
// the lines into columns. The first line may have a cell less (names without one for the
// row's name) or more, or be a title without any separator.
func clean(f Form, lines [][]byte) float64 {
	width, cells, dirty, numbers := 0, 0, 0, 0
	for i, line := range lines {
		n := 0
		for at := 0; at <= len(line); n++ {
			quoted := at < len(line) && line[at] == '"'
			cell, next, err := f.Cell(line, at)
			if err != nil {
				return 0
			}
			switch {
			case quoted:
			case isDirty(f, cell):
				dirty++
			case isNumber(cell, '.'):
				numbers++
			}
			at = next
		}
		cells += n
		switch {
		case i == 0, i == 1 && width > 1 && (n == width+1 || n == width-1), i == 1 && width == 1 && f.Separator != ' ':
			width = n
		case n != width:
			return 0
		}
	}
	if width < 2 {
		return 0
	}
	share := (float64(cells-dirty) + float64(float64(numbers)/8)) / float64(cells) // of equals, the one with more numbers
	if f.Separator == ' ' {
		share *= 0.75 // words have blanks between them
	}
	return max(share, 1e-9)
}

// isDirty reports whether a cell holds a separator other than f's.
func isDirty(f Form, cell []byte) bool {
	if isCommaNumber(cell) || bytes.IndexByte(cell, ' ') < 0 && writtenWith('.', cell) {
		return false
	}
	others := "\t;,|"
	if f.Separator == ' ' {
		others = ";,|"
	} else if len(bytes.Trim(cell, "+-0123456789.,eE \t")) == 0 && bytes.IndexByte(cell, ' ') >= 0 {
		return true // two numbers
	}
	for _, s := range []byte(others) {
		if s != f.Separator && bytes.IndexByte(cell, s) >= 0 {
			return true
		}
	}
	return false
}

// isCommaNumber reports whether a cell is a number with a decimal comma.
func isCommaNumber(cell []byte) bool {
	return bytes.IndexByte(cell, ',') >= 0 && isNumber(cell, ',')
}

// isNumber reports whether a cell looks like a number with one decimal sign or none.
func isNumber(cell []byte, point byte) bool {
	points, digits := 0, 0
	for i, c := range cell {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == point:
			points++
		case (c == '-' || c == '+') && (i == 0 || cell[i-1]|0x20 == 'e'):
		case c|0x20 == 'e' && digits > 0:
		default:
			return false
		}
	}
	return points <= 1 && digits > 0
}

// decimalComma reports whether the numbers of the lines have a decimal comma. In a number
// such as 1,234 the comma may stand between groups of digits as well: it does if commas
// separate cells, too, or if the column has whole numbers without one.
func decimalComma(f Form, lines [][]byte) bool {
	decimal := false
	const most = 1000
	var either, whole [most]bool // columns that have such numbers, the first ones
	for _, line := range lines {
		for at, column := 0, 0; at <= len(line); column++ {
			cell, next, err := f.Cell(line, at)
			if err != nil {
				return false
			}
			at = next
			comma := bytes.IndexByte(cell, ',') >= 0
			column := min(column, most-1)
			switch asPoint, asComma := writtenWith('.', cell), writtenWith(',', cell); {
			case asPoint && asComma && comma:
				either[column] = true
			case asPoint && asComma:
				whole[column] = true
			case asComma:
				decimal = decimal || comma
			case asPoint && (comma || bytes.IndexByte(cell, '.') >= 0):
				return false
			}
		}
	}
	for column := range most {
		decimal = decimal || f.Separator != ',' && either[column] && !whole[column]
	}
	return decimal
}

// writtenWith reports whether a cell is a number with the given decimal sign.
func writtenWith(point byte, cell []byte) bool {
	if _, ok, err := decimal.Parse[float64](cell, point); ok {
		return err == nil
	}
	_, _, ok := decimal.Written(cell, point)
	return ok
}
