package main

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"

	"github.com/nabla-go/nabla/internal/atomicfile"
	"github.com/nabla-go/nabla/internal/chart"
)

// A page is a report as one HTML file that needs no other.
type page struct {
	Title, About string
	Warnings     []string
	Results      []pair
	Sections     []section
}

type pair struct{ Name, Value string }

// A section has some of these.
type section struct {
	Title, Text string
	Charts      []template.HTML // SVG
	Matrix      *matrixTable
	Pictures    []picture
	Table       *pageTable
}

type pageTable struct {
	Head []string
	Rows [][]string
}

// A matrixTable is a confusion matrix, shaded by the share of a row.
type matrixTable struct {
	Names []string
	Rows  []matrixRow
}

type matrixRow struct {
	Name  string
	Cells []matrixCell
}

type matrixCell struct {
	Count int
	Shade string // opacity, 0 to 1
}

// A picture is an image with words below it.
type picture struct {
	Source  template.URL
	Caption string
}

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// write writes the page to a file.
func (p *page) write(path string) error {
	return atomicfile.Write(path, func(w io.Writer) error { return pageTemplate.Execute(w, p) })
}

// draw appends a diagram.
func (s *section) draw(d chart.Diagram) error {
	text, err := d.SVG()
	s.Charts = append(s.Charts, template.HTML(text))
	return err
}

// drawBars appends a chart of lying bars.
func (s *section) drawBars(title, axis string, names []string, values []float64) error {
	text, err := chart.Bars(title, axis, names, values, true)
	s.Charts = append(s.Charts, template.HTML(text))
	return err
}

// newPicture makes a picture of numbers, row by row. Without signs, the least is black and
// the largest white; with signs, positive numbers are blue, negative ones orange, 0 white.
func newPicture(pixels []float64, width int, signs bool, caption string) picture {
	height := len(pixels) / width
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	lo, hi, most := math.Inf(1), math.Inf(-1), 0.0
	for _, v := range pixels {
		lo, hi, most = min(lo, v), max(hi, v), max(most, math.Abs(v))
	}
	for i, v := range pixels {
		c := color.RGBA{A: 255}
		if signs {
			fade := uint8(255 - 255*math.Abs(v)/max(most, math.SmallestNonzeroFloat64))
			c.R, c.G, c.B = fade, uint8((2*255+int(fade)*3)/5), 255
			if v < 0 {
				c.R, c.B = 255, fade
			}
		} else if hi > lo {
			g := uint8(255 * (v - lo) / (hi - lo))
			c.R, c.G, c.B = g, g, g
		}
		img.Set(i%width, i/width, c)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // a picture in memory
	}
	return picture{template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())), caption}
}

// newMatrixTable makes a table of a confusion matrix.
func newMatrixTable(names []string, counts [][]int) *matrixTable {
	t := &matrixTable{Names: names}
	for c, row := range counts {
		total := 0
		for _, n := range row {
			total += n
		}
		r := matrixRow{Name: names[c]}
		for _, n := range row {
			r.Cells = append(r.Cells, matrixCell{n, fmt.Sprintf("%.2f", 0.8*float64(n)/float64(max(total, 1)))})
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}
