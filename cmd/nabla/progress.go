package main

import (
	"fmt"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/nabla-go/nabla/internal/chart"
	"github.com/nabla-go/nabla/train"
)

// A terminal shows how far a training is in its last line, which is written again and
// again. Elsewhere there are whole lines only.
type terminal struct {
	out     *plainWriter
	width   func() int
	colours bool
	now     func() time.Time

	epochs   int // of the whole training
	samples  int // of an epoch
	began    time.Time
	shown    time.Time
	done     int // samples of the present epoch
	learned  int // samples in all
	finished int // epochs
	before   int // epochs that were finished when it began, after a resumption
	lastCost float64
	kept     time.Time // when the last line of an epoch was written
	waiting  string    // the line of the last epoch, if it was not
}

// Of many epochs about keptLines leave a line, or those that take longer than keptAfter.
const (
	keptLines = 20
	keptAfter = time.Second
)

// refresh is the time from one writing of the last line to the next.
const refresh = 100 * time.Millisecond

// terminalOf returns a terminal if messages go to one, else nil.
func terminalOf(messages any, epochs, samples int) *terminal {
	p, ok := messages.(*plainWriter)
	if !ok {
		return nil
	}
	width := widthOf(p.w)
	if width == nil {
		return nil
	}
	return newTerminal(p, width, os.Getenv("NO_COLOR") == "", epochs, samples)
}

func newTerminal(out *plainWriter, width func() int, colours bool, epochs, samples int) *terminal {
	return &terminal{out: out, width: width, colours: colours, now: time.Now, epochs: epochs, samples: samples}
}

// step shows the step that was taken.
func (t *terminal) step(r train.StepReport) {
	if t.began.IsZero() {
		t.began, t.finished = t.now(), r.Epoch-1
		t.before = t.finished
	}
	t.done += r.Samples
	t.learned += r.Samples
	t.lastCost = r.Cost
	if t.now().Sub(t.shown) >= refresh {
		t.shown = t.now()
		t.show()
	}
}

// epoch writes the line of an epoch that is over, with its speed if there is room, unless
// there are many epochs and another's is to be kept.
func (t *terminal) epoch(line string) {
	t.finished++
	t.done = 0
	line = strings.TrimSuffix(line, "\n")
	if speed := "  " + t.speed(); t.learned > 0 && utf8.RuneCountInString(line+speed) <= t.width() {
		line += speed
	}
	every := (t.epochs + keptLines - 1) / keptLines
	if t.finished == t.before+1 || t.finished == t.epochs || t.finished%every == 0 || t.now().Sub(t.kept) >= keptAfter {
		t.keep(line)
	} else {
		t.waiting = line
	}
}

// keep writes a line that stays.
func (t *terminal) keep(line string) {
	t.clear()
	fmt.Fprintln(t.out, line)
	t.kept, t.waiting, t.shown = t.now(), "", time.Time{}
}

// finish leaves the line of the last epoch.
func (t *terminal) finish() {
	if t.clear(); t.waiting != "" {
		t.keep(t.waiting)
	}
}

// show writes the last line: the epoch, a bar for what of it is done, the speed and the
// time that is left.
func (t *terminal) show() {
	share := min(float64(t.done)/float64(max(t.samples, 1)), 1)
	head := fmt.Sprintf("epoch %d/%d ", t.finished+1, t.epochs)
	tail := fmt.Sprintf(" %3.0f %%  cost %.4g  %s", 100*share, t.lastCost, t.speed())
	if left, ok := t.left(share); ok {
		tail += "  " + left + " left"
	}
	room := t.width() - 1 - utf8.RuneCountInString(head) - utf8.RuneCountInString(tail)
	line := head + strings.TrimSpace(tail)
	if bar := min(room, 30); bar >= 5 {
		full := int(share * float64(bar))
		done, rest := strings.Repeat("█", full), strings.Repeat("░", bar-full)
		if t.colours {
			done = "\x1b[36m" + done + "\x1b[0m"
		}
		line = head + done + rest + tail
	} else if runes := []rune(line); len(runes) > t.width()-1 {
		line = string(runes[:t.width()-1])
	}
	t.out.raw("\r\x1b[K" + line)
}

// clear empties the last line.
func (t *terminal) clear() { t.out.raw("\r\x1b[K") }

// speed says how many samples a second were learned.
func (t *terminal) speed() string {
	seconds := t.now().Sub(t.began).Seconds()
	if seconds <= 0 {
		return ""
	}
	return chart.Short(float64(t.learned)/seconds) + " samples/s"
}

// left says how long the training takes still. share is what of the present epoch is done.
func (t *terminal) left(share float64) (string, bool) {
	done := float64(t.finished-t.before) + share
	passed := t.now().Sub(t.began)
	if done <= 0 || passed < time.Second {
		return "", false
	}
	rest := time.Duration(float64(passed) * (float64(t.epochs-t.before) - done) / done)
	return max(rest, 0).Round(time.Second).String(), true
}
