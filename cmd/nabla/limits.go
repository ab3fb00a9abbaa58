package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/internal/memory"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// units are the endings of sizes.
var units = []struct {
	name  string
	bytes int64
}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"KB", 1e3}, {"T", 1 << 40}, {"G", 1 << 30}, {"M", 1 << 20}, {"K", 1 << 10}, {"", 1}}

// parseSize reads a number of bytes such as 64MiB or 2G.
func parseSize(s string) (int64, error) {
	for _, u := range units {
		text, ok := strings.CutSuffix(s, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		if err != nil || n < 1 || n > (1<<62)/u.bytes {
			break
		}
		return n * u.bytes, nil
	}
	return 0, fmt.Errorf("want a size such as 4GiB, 500M or 1000000")
}

// sizeInWords writes a number of bytes.
func sizeInWords(bytes float64) string {
	for _, u := range units[1:4] { // GiB, MiB, KiB
		if bytes >= float64(u.bytes) {
			return fmt.Sprintf("%.1f %s", bytes/float64(u.bytes), u.name)
		}
	}
	return fmt.Sprintf("%.0f bytes", bytes)
}

// limitFlags bound what data may take.
func limitFlags(l *dataset.Limits) []flag {
	size := func(name, byDefault, usage string, use func(int64)) flag {
		return newFlag(name, byDefault, usage, func(v string) error {
			if v == "" {
				use(memory.Total() / 2)
				return nil
			}
			n, err := parseSize(v)
			if err == nil {
				use(n)
			}
			return err
		})
	}
	return []flag{
		size("max-memory", "", "memory that data and training may take, as in 4GiB (default half of the machine's)", func(n int64) { l.Memory = n }),
		size("max-cell", "1MiB", "size of a cell of a CSV file at most", func(n int64) { l.Cell = int(n) }),
		size("max-line", "64MiB", "size of a line of a CSV file at most", func(n int64) { l.Line = int(n) }),
	}
}

// checkTargets returns an error if targets in place of labels would take more memory than is
// allowed: a number for each sample and class.
func (t *training[T]) checkTargets() error {
	if t.cost.Targets.Contains(0) || t.data.Labels == nil {
		return nil
	}
	samples, size := 0, 4.0
	for _, s := range t.parts() {
		samples += s.Len()
	}
	if t.precision == "f64" {
		size = 8
	}
	need, most := size*float64(float64(samples)*float64(len(t.data.Classes))), float64(t.trainPlan.data.table.Limits.Memory)
	if most > 0 && need > most {
		return usagef("--cost %v: targets for %d samples of %d classes take %s of memory: want at most %s (--max-memory), or a cost that takes targets of 0",
			t.cost, samples, len(t.data.Classes), sizeInWords(need), sizeInWords(most))
	}
	return nil
}

// checkMemory returns an error if the parameters, their copies and the workspaces of a
// training would take more memory than is allowed.
func (t *training[T]) checkMemory(widths []int) error {
	most := float64(t.trainPlan.data.table.Limits.Memory)
	samples := t.options.Batch
	if samples == train.All || samples > t.length() {
		samples = t.length()
	}
	samples = max(samples, min(t.length(), net.PredictBatch))
	neurons := 0.0
	for _, w := range widths[1:] {
		neurons += float64(w)
	}
	// Parameters, gradient, last and best ones, and the optimizer's state; z, a and δ of
	// each neuron and sample.
	copies := float64(4)
	if m := t.options.Optimizer.Method; m != nil {
		copies += float64(m.Slots)
	}
	size := 4.0
	if t.precision == "f64" {
		size = 8
	}
	numbers := float64(copies*weights(widths...)) + float64(3*neurons*float64(samples)) + float64(2*float64(widths[0])*float64(samples))
	if t.stream != nil {
		numbers += float64(float64(widths[0]) * float64(min(t.options.Window, t.length())))
	}
	need := size * numbers
	if most > 0 && need > most {
		return usagef("--hidden, --batch: a network of %.3g weights in steps of %d samples takes some %s of memory: want at most %s (--max-memory), fewer neurons or a smaller batch",
			weights(widths...), samples, sizeInWords(need), sizeInWords(most))
	}
	return nil
}
