package dataset

import (
	"fmt"
	"strings"

	"github.com/nabla-go/nabla/internal/decimal"
	"github.com/nabla-go/nabla/kernels"
)

// written is what a column has of numbers that are written for people, as $1,234.50 and
// 12 %.
type written struct {
	cells   int
	example string // the first
	plain   string // what that was read as
	marks   []mark // its signs of currencies and per cent, the first few
}

// parseNumber reads a number, plain or written for people. c, unless it is nil, counts the
// latter. ok is false if cell is no number; err tells that it is too large.
func parseNumber[T kernels.Float](d *decoder[T], c *column, cell []byte) (v T, ok bool, err error) {
	if v, ok, err = decimal.Parse[T](cell, d.form.Point); ok || err != nil {
		return v, ok, err
	}
	plain, sign, ok := decimal.Written(cell, d.form.Point)
	if !ok {
		return 0, false, nil
	}
	if v, ok, err = decimal.Parse[T](plain, d.form.Point); ok && err == nil && c != nil {
		c.written.add(string(cell), string(plain), sign, d.lineNumber())
	}
	return v, ok, err
}

// isNumber reports whether a cell is a number, plain or written for people.
func isNumber(cell []byte, point byte) bool {
	if _, ok, err := decimal.Parse[float64](cell, point); ok || err != nil {
		return ok && err == nil
	}
	_, _, ok := decimal.Written(cell, point)
	return ok
}

func (w *written) add(cell, plain, sign string, line int) {
	if w.cells++; w.cells == 1 {
		w.example, w.plain = strings.Clone(cell), plain
	}
	if sign == "" {
		return
	}
	for i := range w.marks {
		if w.marks[i].text == sign {
			w.marks[i].count++
			return
		}
	}
	if len(w.marks) < maxMarks {
		w.marks = append(w.marks, mark{strings.Clone(sign), 1, line})
	}
}

// mixedSigns describes a column in which numbers have different signs: of several
// currencies, or a per cent sign in some cells only.
func (d *decoder[T]) mixedSigns(c *column) (bad complaint, help []Option) {
	marks := c.written.marks
	switch {
	case len(marks) > 1:
		bad = complaint{marks[1].line, fmt.Sprintf("%s: amounts in %s and in %s", c.called(), marks[0].text, marks[1].text)}
	case len(marks) == 1 && marks[0].text == "%" && marks[0].count < c.filled:
		bad = complaint{marks[0].line, fmt.Sprintf("%s: %s, but %d of %d numbers have no %%", c.called(), quoted(c.written.example), c.filled-marks[0].count, c.filled)}
	default:
		return bad, nil
	}
	return bad, d.typed(c)
}

// noteWritten tells how numbers that are written for people were read.
func (d *decoder[T]) noteWritten() {
	var words []string
	for _, c := range d.columns {
		if c.written.cells > 0 && (c.kind == numberColumn || c.role == target && c.words() == 0 && d.task == Regression) {
			if len(words) == maxErrors {
				words = append(words, "…")
				break
			}
			words = append(words, fmt.Sprintf("%s of %s as %s", quoted(c.written.example), c.called(), c.written.plain))
		}
	}
	if len(words) > 0 {
		d.Notes = append(d.Notes, "numbers that are written for people were read as plain ones: "+strings.Join(words, ", "))
	}
}
