package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/train"
)

// The last line of a terminal has the epoch, a bar, the speed and the time that is left,
// and never more than the terminal's columns. An epoch's own line has the speed if there
// is room.
func TestTerminal(t *testing.T) {
	for _, c := range []struct {
		width   int
		colours bool
	}{{80, true}, {80, false}, {40, true}, {24, true}} {
		var out bytes.Buffer
		now := time.Unix(1000, 0)
		term := newTerminal(&plainWriter{w: &out}, func() int { return c.width }, c.colours, 10, 1000)
		term.now = func() time.Time { return now }
		for k := range 15 {
			now = now.Add(500 * time.Millisecond)
			term.step(train.StepReport{Epoch: 1 + k/10, Samples: 100, Cost: 0.25})
			if k == 9 {
				term.epoch("epoch  1/10  cost 0.25  5.0 s\n")
			}
		}
		lines := regexp.MustCompile("\r\x1b\\[K").Split(out.String(), -1)
		last := lines[len(lines)-1]
		require.Equal(t, c.colours && c.width == 80, strings.Contains(last, "\x1b[36m"))
		plain := regexp.MustCompile("\x1b\\[[0-9]*m").ReplaceAllString(last, "")
		require.Less(t, utf8.RuneCountInString(plain), c.width)
		if c.width == 80 {
			require.Regexp(t, `^epoch 2/10 █{7,15}░{7,15}  50 %  cost 0.25  214 samples/s  40s left$`, plain)
		}
		speed := ""
		if c.width == 80 {
			speed = "  222 samples/s"
		}
		require.Contains(t, out.String(), "epoch  1/10  cost 0.25  5.0 s"+speed+"\n")
	}
}

// Of many quick epochs twenty leave a line, and the last one, however the training ends.
// Slow ones all do.
func TestTerminalOfManyEpochs(t *testing.T) {
	for pause, want := range map[time.Duration]int{time.Millisecond: 17, 2 * time.Second: 157} {
		var out bytes.Buffer
		now := time.Unix(1000, 0)
		term := newTerminal(&plainWriter{w: &out}, func() int { return 80 }, false, 200, 10)
		term.now = func() time.Time { return now }
		for k := range 157 {
			now = now.Add(pause)
			term.step(train.StepReport{Epoch: k + 1, Samples: 10, Cost: 0.25})
			term.epoch(fmt.Sprintf("epoch %d is over\n", k+1))
		}
		term.finish()
		require.Equal(t, want, strings.Count(out.String(), "\n"), out.String())
		require.Contains(t, out.String(), "epoch 1 is over")
		require.Contains(t, out.String(), "epoch 150 is over")
		require.Contains(t, out.String(), "epoch 157 is over")
	}
}

// Messages that don't go to a terminal have no last line.
func TestNoTerminal(t *testing.T) {
	require.Nil(t, terminalOf(&plainWriter{w: &bytes.Buffer{}}, 1, 1))
	r := nabla(t, "train", "--epochs", "2", "--model", t.TempDir()+"/m")
	require.NotContains(t, r.stderr, "\r")
	require.NotContains(t, r.stderr, "\x1b")
}
