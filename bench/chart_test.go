package bench

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
)

// A chart is well-formed XML and has a bar for each number that is one.
func TestChart(t *testing.T) {
	for _, log := range []bool{false, true} {
		c := Chart{Title: "a < b & c", Series: []string{"x", "y"}, Log: log, Base: 1, Mark: 2, Panels: []Panel{
			{Title: "p", Groups: []Group{{"g", []float64{0.5, 30}}, {"h", []float64{math.NaN(), 3}}}},
			{Title: "q", Groups: []Group{{"i", []float64{0, 7}}}},
		}}
		svg := c.SVG(2)
		d := xml.NewDecoder(strings.NewReader(svg))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		if n := strings.Count(svg, "<title>"); n != 4 {
			t.Errorf("log %v: %d bars, want 4", log, n)
		}
		if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Errorf("log %v: a coordinate is no number", log)
		}
	}
}
