package chart

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Grouped is a picture of grouped bars in panels.
type Grouped struct {
	Title, Subtitle string
	Axis            string   // what the bars say, with its unit
	Series          []string // names of the bars of a group
	Log             bool     // logarithmic axis; bars stand on Base
	Base            float64  // of the bars: 0, or for instance 1 for ratios
	Max             float64  // of the axis, 0 for that of the data; a bar beyond it has its number on it
	Mark            float64  // a line across, if not 0
	Panels          []Panel
}

// A Panel is one diagram. Rows of panels are filled from left to right.
type Panel struct {
	Title  string
	Groups []Group
}

// A Group is a label under as many bars as the chart has series. A bar that is NaN or 0 is
// left out.
type Group struct {
	Label string
	Bars  []float64
}

// Sizes in points.
const (
	groupedWidth = 885
	panelHeight  = 205
	lineHeight   = 12
)

// SVG draws the chart with so many panels in a row.
func (g Grouped) SVG(columns int) (text string, err error) {
	defer recovered(g.Title, &err)
	style := draw.TextStyle{Color: color.Black, Font: sans(8), Handler: plot.DefaultTextHandler}
	subtitle := wrap(style, g.Subtitle, 0.85*groupedWidth) // where the font is missing, others are wider
	head := vg.Length(34 + lineHeight*(len(subtitle)+1))
	rows := (len(g.Panels) + columns - 1) / columns
	c := vgsvg.New(groupedWidth, head+vg.Length(rows*panelHeight))
	all := draw.New(c)
	g.head(all, style, subtitle)
	tiles := draw.Tiles{Rows: rows, Cols: columns, PadX: 14, PadY: 8, PadLeft: 4, PadRight: marginRight, PadBottom: 4}
	body := draw.Crop(all, 0, 0, 0, -head)
	lo, hi := g.bounds()
	for i, p := range g.Panels {
		g.panel(p, lo, hi).Draw(tiles.At(body, i%columns, i/columns))
	}
	return textOf(c)
}

// head writes the title, the subtitle and the names of the series.
func (g Grouped) head(c draw.Canvas, style draw.TextStyle, subtitle []string) {
	title := style
	title.Font = sans(13)
	y := c.Max.Y - 18
	c.FillText(title, vg.Point{X: 8, Y: y}, g.Title)
	for _, line := range subtitle {
		y -= lineHeight
		c.FillText(style, vg.Point{X: 8, Y: y}, line)
	}
	y -= lineHeight + 3
	x := vg.Length(8)
	for k, name := range g.Series {
		c.SetColor(colours[k%len(colours)])
		c.Fill(box(x, y, x+8, y+8))
		c.FillText(style, vg.Point{X: x + 12, Y: y}, name)
		x += 28 + style.Width(name)
	}
	c.FillText(style, vg.Point{X: x + 12, Y: y}, g.Axis)
}

// wrap breaks a text at blanks into lines that are no wider than most.
func wrap(style draw.TextStyle, text string, most vg.Length) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && style.Width(line+" "+word) > most {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(lines, line)
}

// bounds returns the ends of the axis.
func (g Grouped) bounds() (lo, hi float64) {
	lo, hi = math.Inf(1), g.Max
	for _, p := range g.Panels {
		for _, group := range p.Groups {
			for _, v := range group.Bars {
				if !(v > 0) {
					continue
				}
				lo = min(lo, v)
				if g.Max == 0 {
					hi = max(hi, v)
				}
			}
		}
	}
	switch {
	case math.IsInf(lo, 1):
		lo, hi = 1, 10 // there is no bar
	case g.Base > 0:
		lo, hi = min(lo, g.Base), max(hi, g.Base)
	}
	if !g.Log {
		return 0, hi
	}
	return math.Pow(10, math.Floor(math.Log10(lo))), math.Pow(10, math.Ceil(math.Log10(hi)))
}

// panel returns the diagram of one panel.
func (g Grouped) panel(p Panel, lo, hi float64) *plot.Plot {
	d := newPlot(p.Title)
	d.Title.TextStyle.Font = sans(10)
	lines := grid()
	lines.Vertical.Width = 0
	d.Add(lines, &groupedBars{g, p.Groups})
	labels := make([]string, len(p.Groups))
	longest := 0
	for i, group := range p.Groups {
		labels[i] = group.Label
		longest = max(longest, len([]rune(group.Label)))
	}
	d.NominalX(labels...)
	if longest*len(labels) > 45 {
		d.X.Tick.Label.Rotation, d.X.Tick.Label.XAlign, d.X.Tick.Label.YAlign = math.Pi/5, draw.XRight, draw.YCenter
		d.X.Tick.Label.Font = sans(6.5)
	}
	d.X.Min, d.X.Max, d.Y.Min, d.Y.Max = -0.5, float64(len(labels))-0.5, lo, hi
	if g.Log {
		d.Y.Scale, d.Y.Tick.Marker = plot.LogScale{}, decades{}
	} else {
		d.Y.Tick.Marker = plot.TickerFunc(shortTicks)
	}
	return d
}

// decades marks powers of ten.
type decades struct{}

// Ticks returns the powers of ten from lo to hi.
func (decades) Ticks(lo, hi float64) (ticks []plot.Tick) {
	for v := lo; v <= hi*1.001; v *= 10 {
		ticks = append(ticks, plot.Tick{Value: v, Label: Short(v)})
	}
	return ticks
}

// shortTicks returns gonum/plot's marks with short numbers.
func shortTicks(lo, hi float64) []plot.Tick {
	ticks := plot.DefaultTicks{}.Ticks(lo, hi)
	for i := range ticks {
		if ticks[i].Label != "" {
			ticks[i].Label = Short(ticks[i].Value)
		}
	}
	return ticks
}

// groupedBars draws the bars of a panel.
type groupedBars struct {
	chart  Grouped
	groups []Group
}

// Plot draws the bars on c.
func (b *groupedBars) Plot(c draw.Canvas, p *plot.Plot) {
	at, up := p.Transforms(&c)
	small := draw.TextStyle{Color: color.Black, Font: sans(5.5), XAlign: draw.XCenter, Handler: plot.DefaultTextHandler}
	base := up(p.Y.Min)
	if b.chart.Base > 0 {
		base = up(b.chart.Base)
	}
	width := (at(1) - at(0)) * 0.82 / vg.Length(max(len(b.chart.Series), 1))
	width = min(width, 18)
	for i, group := range b.groups {
		for k, v := range group.Bars {
			if !(v > 0) {
				continue
			}
			x := at(float64(i)) + width*(vg.Length(k)-vg.Length(len(group.Bars))/2) // may fuse
			top := up(min(max(v, p.Y.Min), p.Y.Max))
			c.SetColor(colours[k%len(colours)])
			c.Fill(box(x, min(base, top), x+width*0.94, max(base, top, base+0.4))) // may fuse
			if v > p.Y.Max*1.005 {
				c.FillText(small, vg.Point{X: x + width/2, Y: top + 1}, Short(v)) // may fuse
			}
		}
	}
	c.StrokeLine2(draw.LineStyle{Color: color.Black, Width: 0.6}, c.Min.X, base, c.Max.X, base)
	if m := b.chart.Mark; m > 0 {
		c.StrokeLine2(draw.LineStyle{Color: color.RGBA{0xbb, 0, 0, 255}, Width: 0.7, Dashes: []vg.Length{4, 3}}, c.Min.X, up(m), c.Max.X, up(m))
	}
}

// box returns the outline of a rectangle.
func box(x0, y0, x1, y1 vg.Length) vg.Path {
	var p vg.Path
	p.Move(vg.Point{X: x0, Y: y0})
	p.Line(vg.Point{X: x1, Y: y0})
	p.Line(vg.Point{X: x1, Y: y1})
	p.Line(vg.Point{X: x0, Y: y1})
	p.Close()
	return p
}

// Short writes a number with three digits and a unit, as an axis does.
func Short(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.3gM", v/1e6)
	case v >= 1e3:
		return fmt.Sprintf("%.3gk", v/1e3)
	}
	return fmt.Sprintf("%.3g", v)
}
