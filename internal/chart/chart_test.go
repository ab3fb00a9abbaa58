package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// wellFormed fails unless text is one XML element.
func wellFormed(t *testing.T, text string) {
	t.Helper()
	require.True(t, strings.HasPrefix(text, "<svg"))
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
	}
}

func TestDiagram(t *testing.T) {
	text, err := Diagram{Title: "a < b & c", X: "epoch", Y: "cost", Series: []Series{
		{Name: "training", X: []float64{1, 2, 3}, Y: []float64{3, math.NaN(), 1}},
		{Name: "test", X: []float64{1, 2}, Y: []float64{2, 1}, Points: true},
		{X: []float64{1, 3}, Y: []float64{1, 1}, Dashed: true},
	}}.SVG()
	require.NoError(t, err)
	wellFormed(t, text)
	for _, want := range []string{"a &lt; b &amp; c", "training", "test", "epoch", "cost", "#0072B2"} {
		require.Contains(t, text, want)
	}
	// Numbers at the axes have no more digits than they need.
	text, err = Diagram{Series: []Series{{X: []float64{2500, 22500, 0.25}, Y: []float64{0, 1, 0.5}}}}.SVG()
	require.NoError(t, err)
	require.Contains(t, text, ">22500<")
	require.Contains(t, text, ">0.5<")
	require.NotRegexp(t, `>\d+\.\d*0<`, text)
	// What has no point is drawn all the same.
	for _, d := range []Diagram{{}, {Series: []Series{{X: []float64{1}, Y: []float64{math.Inf(1)}}}}, {Series: []Series{{X: []float64{2}, Y: []float64{3}}}}} {
		text, err := d.SVG()
		require.NoError(t, err)
		wellFormed(t, text)
		require.NotContains(t, text, "NaN")
	}
}

func TestBars(t *testing.T) {
	for _, lying := range []bool{false, true} {
		text, err := Bars("importance", "mean", []string{"width", "<b>"}, []float64{1, 2}, lying)
		require.NoError(t, err)
		wellFormed(t, text)
		require.Contains(t, text, "&lt;b&gt;")
		require.Contains(t, text, "width")
		// The first of lying bars is on top.
		if lying {
			require.Less(t, heightOf(t, text, "&lt;b&gt;"), heightOf(t, text, "width"))
		}
	}
}

// heightOf returns how far from below a text stands.
func heightOf(t *testing.T, svg, text string) float64 {
	t.Helper()
	m := regexp.MustCompile(`y="-([0-9.]+)"[^>]*>` + text + `<`).FindStringSubmatch(svg)
	require.NotNil(t, m)
	y, err := strconv.ParseFloat(m[1], 64)
	require.NoError(t, err)
	return y
}

func TestGrouped(t *testing.T) {
	for _, log := range []bool{false, true} {
		g := Grouped{Title: "a < b", Subtitle: strings.Repeat("long words ", 60), Axis: "ratio", Series: []string{"x", "y"}, Log: log, Base: 1, Max: 10, Mark: 2, Panels: []Panel{
			{Title: "p", Groups: []Group{{"g", []float64{0.5, 30}}, {"h", []float64{math.NaN(), 3}}}},
			{Title: "q", Groups: []Group{{"i", []float64{0, 7}}}},
		}}
		text, err := g.SVG(2)
		require.NoError(t, err)
		wellFormed(t, text)
		require.NotContains(t, text, "NaN")
		require.NotContains(t, text, "Inf")
		require.Contains(t, text, ">30<", "a bar beyond the axis has its number")
		require.Len(t, regexp.MustCompile(`>(long|words) [^<]*<`).FindAllString(text, -1), 4, "the subtitle has lines")
		require.Equal(t, 1+1, strings.Count(text, "fill:#0072B2"), "in the head and in a panel")
		require.Equal(t, 1+3, strings.Count(text, "fill:#E69F00"))

		_, err = Grouped{Panels: []Panel{{Groups: []Group{{"g", nil}}}}, Log: log}.SVG(1)
		require.NoError(t, err)
	}
}

func TestShort(t *testing.T) {
	require.Equal(t, []string{"0.25", "12", "1.23k", "45.6M"}, []string{Short(0.25), Short(12), Short(1234), Short(45.6e6)})
}
