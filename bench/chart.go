package bench

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// A Chart is a picture of grouped bars in panels, as an SVG file.
type Chart struct {
	Title, Subtitle string
	Axis            string   // what the bars say, with its unit
	Series          []string // names of the bars of a group
	Log             bool     // logarithmic axis; bars stand on Base
	Base            float64  // of the bars: 0, or for instance 1 for ratios
	Max             float64  // of the axis, 0 for that of the data
	Mark            float64  // a line across, if not 0
	Panels          []Panel
}

// A Panel is one diagram. Rows of panels are filled from left to right.
type Panel struct {
	Title  string
	Groups []Group
}

// A Group is a label under as many bars as the chart has series. A bar that is NaN
// or 0 is left out.
type Group struct {
	Label string
	Bars  []float64
}

// Sizes in pixels.
const (
	chartWidth  = 1180
	panelHeight = 210
	labelHeight = 84
	headHeight  = 86
	marginLeft  = 58
	marginRight = 14
)

// colors are distinguishable for the color-blind (Okabe and Ito, "Color universal
// design", 2008).
var colors = []string{"#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#7f7f7f", "#b8a900"}

// SVG draws the chart with so many panels in a row.
func (c Chart) SVG(columns int) string {
	var b strings.Builder
	rows := (len(c.Panels) + columns - 1) / columns
	height := headHeight + rows*(panelHeight+labelHeight)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="Helvetica, Arial, sans-serif">`+"\n", chartWidth, height, chartWidth, height)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="white"/>`+"\n")
	text(&b, marginLeft, 26, 18, "start", "#111", "bold", c.Title)
	text(&b, marginLeft, 45, 11, "start", "#555", "normal", c.Subtitle)
	x := float64(marginLeft)
	for i, s := range c.Series {
		fmt.Fprintf(&b, `<rect x="%.0f" y="57" width="11" height="11" fill="%s"/>`+"\n", x, colors[i%len(colors)])
		text(&b, x+16, 67, 12, "start", "#111", "normal", s)
		x += 34 + 6.6*float64(len(s)) // may fuse
	}
	text(&b, chartWidth-marginRight, 67, 12, "end", "#555", "normal", c.Axis)
	lo, hi := c.bounds()
	width := float64(chartWidth) / float64(columns)
	for i, p := range c.Panels {
		c.panel(&b, p, float64(i%columns)*width+marginLeft, float64(headHeight+i/columns*(panelHeight+labelHeight)), width-marginLeft-marginRight, lo, hi) // may fuse
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// bounds returns the ends of the axis.
func (c Chart) bounds() (lo, hi float64) {
	lo, hi = math.Inf(1), c.Max
	for _, p := range c.Panels {
		for _, g := range p.Groups {
			for _, v := range g.Bars {
				if v > 0 {
					lo = min(lo, v)
					if c.Max == 0 {
						hi = max(hi, v)
					}
				}
			}
		}
	}
	if !c.Log {
		return 0, hi
	}
	if c.Base > 0 {
		lo = min(lo, c.Base)
	}
	return math.Pow(10, math.Floor(math.Log10(lo))), math.Pow(10, math.Ceil(math.Log10(hi)))
}

// ticks returns where the axis has lines.
func (c Chart) ticks(lo, hi float64) []float64 {
	var t []float64
	if c.Log {
		for v := lo; v <= hi*1.001; v *= 10 {
			t = append(t, v)
		}
		return t
	}
	step := math.Pow(10, math.Floor(math.Log10(hi/2)))
	for hi/step > 6 {
		step *= 2
	}
	for v := 0.0; v <= hi*1.001; v += step {
		t = append(t, v)
	}
	return t
}

func (c Chart) panel(b *strings.Builder, p Panel, x, y, width, lo, hi float64) {
	const top = 24
	bottom := y + panelHeight
	at := func(v float64) float64 {
		share := (v - lo) / (hi - lo)
		if c.Log {
			share = math.Log(v/lo) / math.Log(hi/lo)
		}
		return bottom - math.Min(math.Max(share, 0), 1)*(panelHeight-top) // may fuse
	}
	text(b, x, y+14, 13, "start", "#111", "bold", p.Title)
	for _, v := range c.ticks(lo, hi) {
		fmt.Fprintf(b, `<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="#e2e2e2"/>`+"\n", x, x+width, at(v), at(v))
		text(b, x-6, at(v)+4, 10, "end", "#555", "normal", short(v))
	}
	base := bottom
	if c.Base > 0 {
		base = at(c.Base)
	}
	group := width / float64(len(p.Groups))
	bar := math.Min(group*0.82/float64(len(c.Series)), 26)
	narrow := false // labels must lean
	for _, g := range p.Groups {
		narrow = narrow || 5.8*float64(len([]rune(g.Label))) > group
	}
	for i, g := range p.Groups {
		middle := x + (float64(i)+0.5)*group // may fuse
		for k, v := range g.Bars {
			if !(v > 0) {
				continue
			}
			up, down := at(v), base
			if up > down {
				up, down = down, up
			}
			fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"><title>%s, %s: %s</title></rect>`+"\n",
				middle+(float64(k)-float64(len(g.Bars))/2)*bar, up, bar*0.94, math.Max(down-up, 0.5), colors[k%len(colors)], html.EscapeString(g.Label), html.EscapeString(c.Series[k]), short(v)) // may fuse
		}
		if !narrow {
			text(b, middle, bottom+15, 10, "middle", "#333", "normal", g.Label)
		} else {
			fmt.Fprintf(b, `<text x="%.1f" y="%.1f" font-size="9.5" text-anchor="end" fill="#333" transform="rotate(-38 %.1f %.1f)">%s</text>`+"\n",
				middle+4, bottom+12, middle+4, bottom+12, html.EscapeString(g.Label))
		}
	}
	fmt.Fprintf(b, `<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="#333"/>`+"\n", x, x+width, base, base)
	if c.Mark > 0 {
		fmt.Fprintf(b, `<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f" stroke="#b00" stroke-dasharray="4 3"/>`+"\n", x, x+width, at(c.Mark), at(c.Mark))
	}
}

func text(b *strings.Builder, x, y, size float64, anchor, color, weight, s string) {
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" font-size="%.0f" text-anchor="%s" fill="%s" font-weight="%s">%s</text>`+"\n", x, y, size, anchor, color, weight, html.EscapeString(s))
}

// short formats a number for an axis.
func short(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.3gM", v/1e6)
	case v >= 1e3:
		return fmt.Sprintf("%.3gk", v/1e3)
	}
	return fmt.Sprintf("%.3g", v)
}
