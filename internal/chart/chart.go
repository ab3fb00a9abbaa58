// Package chart draws diagrams as SVG texts with gonum/plot: lines, points, bars, and panels of
// grouped bars. Only
// the command and bench import it.
package chart

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// colours are distinguishable for the colour-blind (Okabe and Ito, "Color universal
// design", 2008).
var colours = []color.RGBA{
	{0x00, 0x72, 0xb2, 255}, {0xe6, 0x9f, 0x00, 255}, {0x00, 0x9e, 0x73, 255}, {0xcc, 0x79, 0xa7, 255},
	{0x56, 0xb4, 0xe9, 255}, {0xd5, 0x5e, 0x00, 255}, {0x7f, 0x7f, 0x7f, 255}, {0xb8, 0xa9, 0x00, 255},
}

// A Series is a line, or points.
type Series struct {
	Name   string // in the legend; "" for none
	X, Y   []float64
	Points bool // dots in place of a line
	Dashed bool // a thin grey line to compare with
}

// A Diagram is a picture with two axes.
type Diagram struct {
	Title, X, Y string // words above and at the axes
	Series      []Series
	// Range, if not nil, is what both axes go from and to; otherwise the data decide.
	Range *[2]float64
	// LegendBelow puts the names of the series into the lower right corner, not the upper.
	LegendBelow bool
}

// SVG draws the diagram. Numbers that are NaN or infinite are left out.
func (d Diagram) SVG() (string, error) {
	p := newPlot(d.Title)
	p.X.Label.Text, p.Y.Label.Text = d.X, d.Y
	p.Add(grid())
	n := 0
	for _, s := range d.Series {
		points := finite(s.X, s.Y)
		if len(points) == 0 {
			continue
		}
		shown, err := s.plotter(points, n)
		if err != nil {
			return "", err
		}
		p.Add(shown)
		if !s.Dashed {
			n++
		}
		if thumb, ok := shown.(plot.Thumbnailer); ok && s.Name != "" {
			p.Legend.Add(s.Name, thumb)
		}
	}
	if d.Range != nil {
		p.X.Min, p.X.Max = d.Range[0], d.Range[1]
		p.Y.Min, p.Y.Max = d.Range[0], d.Range[1]
	}
	if p.X.Min > p.X.Max || p.Y.Min > p.Y.Max { // nothing was drawn
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 0, 1
	}
	p.Legend.Top = !d.LegendBelow
	return svg(p, width*0.72)
}

// width is that of a diagram in points; a page of 960 pixels has room for two.
const width = 345

// plotter returns what draws s as the series of number n.
func (s Series) plotter(points plotter.XYs, n int) (plot.Plotter, error) {
	colour := colours[n%len(colours)]
	if s.Points {
		dots, err := plotter.NewScatter(points)
		if err != nil {
			return nil, err
		}
		dots.GlyphStyle = draw.GlyphStyle{Color: color.NRGBA{colour.R, colour.G, colour.B, 140}, Radius: vg.Points(1.5), Shape: draw.CircleGlyph{}}
		return dots, nil
	}
	line, err := plotter.NewLine(points)
	if err != nil {
		return nil, err
	}
	line.LineStyle = draw.LineStyle{Color: colour, Width: vg.Points(1.4)}
	if s.Dashed {
		line.LineStyle = draw.LineStyle{Color: color.Gray{0x99}, Width: vg.Points(0.8), Dashes: []vg.Length{vg.Points(4), vg.Points(3)}}
	}
	return line, nil
}

// Bars draws a bar for each name, from left to right or, if lying, from top to bottom.
func Bars(title, axis string, names []string, values []float64, lying bool) (string, error) {
	p := newPlot(title)
	p.Add(grid())
	height := width * 0.72
	if lying {
		names, values = slices.Clone(names), slices.Clone(values)
		slices.Reverse(names)
		slices.Reverse(values)
		height = 70 + 16*float64(len(names)) // may fuse
	}
	bars, err := plotter.NewBarChart(plotter.Values(values), vg.Points(min(11, 300/float64(max(len(names), 1)))))
	if err != nil {
		return "", err
	}
	bars.Color, bars.LineStyle.Width, bars.Horizontal = colours[0], 0, lying
	p.Add(bars)
	if lying {
		p.X.Label.Text = axis
		p.NominalY(names...)
	} else {
		p.Y.Label.Text = axis
		p.NominalX(names...)
		if len(names) > 6 {
			p.X.Tick.Label.Rotation, p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = math.Pi/4, draw.XRight, draw.YCenter
		}
	}
	return svg(p, height)
}

// newPlot returns a plot with the fonts of all diagrams.
func newPlot(title string) *plot.Plot {
	p := plot.New()
	p.Title.Text = title
	p.Title.TextStyle.Font = sans(11)
	p.Legend.TextStyle.Font, p.Legend.ThumbnailWidth, p.Legend.Padding = sans(8), vg.Points(12), vg.Points(1)
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Label.TextStyle.Font, a.Tick.Label.Font = sans(9), sans(8)
		a.Tick.Marker = plot.TickerFunc(plainTicks)
	}
	return p
}

// plainTicks returns gonum/plot's marks, numbers without zeros at the end: 2500, not 2500.00.
func plainTicks(lo, hi float64) []plot.Tick {
	ticks := plot.DefaultTicks{}.Ticks(lo, hi)
	for i, t := range ticks {
		if strings.Contains(t.Label, ".") && !strings.Contains(t.Label, "e") {
			ticks[i].Label = strings.TrimSuffix(strings.TrimRight(t.Label, "0"), ".")
		}
	}
	return ticks
}

func sans(size float64) font.Font {
	f := font.From(plot.DefaultFont, vg.Points(size))
	f.Typeface, f.Variant = "Liberation", "Sans"
	return f
}

func grid() *plotter.Grid {
	g := plotter.NewGrid()
	g.Vertical.Color, g.Horizontal.Color = color.Gray{0xe4}, color.Gray{0xe4}
	return g
}

// finite returns the points both of whose numbers are finite.
func finite(x, y []float64) (points plotter.XYs) {
	for i := range min(len(x), len(y)) {
		if x[i]-x[i] == 0 && y[i]-y[i] == 0 {
			points = append(points, plotter.XY{X: x[i], Y: y[i]})
		}
	}
	return points
}

// margins are around a diagram, so that the last label of an axis isn't cut.
const marginTop, marginRight = 4, 14

// svg draws p.
func svg(p *plot.Plot, height float64) (text string, err error) {
	defer recovered(p.Title.Text, &err)
	c := vgsvg.New(width, vg.Points(height))
	p.Draw(draw.Crop(draw.New(c), 0, -marginRight, 0, -marginTop))
	return textOf(c)
}

// recovered makes an error of a panic of gonum/plot, which has no other way to say that
// there is nothing that it can draw.
func recovered(title string, err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("chart %q: %v", title, r)
	}
}

// textOf returns what was drawn on c without the XML declaration, so that the text can stand
// in HTML.
func textOf(c *vgsvg.Canvas) (string, error) {
	var b strings.Builder
	if _, err := c.WriteTo(&b); err != nil {
		return "", err
	}
	_, text, _ := strings.Cut(b.String(), "<svg")
	// Where there is no Liberation, Arial is as wide.
	return "<svg" + strings.ReplaceAll(text, "font-family:Liberation Sans", "font-family:Liberation Sans,Arial,Helvetica,sans-serif"), nil
}
