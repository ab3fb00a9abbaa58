// Command ranks prints the table of docs/ranks.md: how many times as fast as one rank several
// are, by the model of package rankcost. Nothing of it is measured.
package main

import (
	"flag"
	"fmt"
	"slices"
	"strings"

	"github.com/nabla-go/nabla/internal/rankcost"
)

func main() {
	rate := flag.Float64("rate", 200, "10⁹ multiply-adds a second of one rank")
	flag.Parse()
	networks := []struct {
		name   string
		widths []int
	}{
		{"64-100-10", []int{64, 100, 10}},
		{"784-512-256-10", []int{784, 512, 256, 10}},
		{"1024-1024-1024-1024", []int{1024, 1024, 1024, 1024}},
		{"4096-4096-4096-4096", []int{4096, 4096, 4096, 4096}},
	}
	sizes := []int{2, 4, 8, 16, 32, 64}
	fmt.Printf("| network | batch | network between ranks |")
	for _, size := range sizes {
		fmt.Printf(" %d ranks |", size)
	}
	fmt.Printf("\n|---|--:|---|%s\n", strings.Repeat("--:|", len(sizes)))
	for _, n := range networks {
		for _, batch := range []int{128, 512, 4096, 32768} {
			for _, between := range []struct {
				name               string
				latency, bandwidth float64
			}{{"10 GbE", 30e-6, 1.1e9}, {"100 GbE", 5e-6, 11e9}} {
				// What passes through a rank is received and then sent.
				m := rankcost.Machine{Rate: *rate * 1e9, Step: 1e-10, Latency: between.latency, Bandwidth: between.bandwidth, Pass: between.bandwidth / 2, Spread: between.bandwidth}
				fmt.Printf("| %s | %d | %s |", n.name, batch, between.name)
				one, _ := m.Network(n.widths, rankcost.Step{Batch: batch, Ranks: 1, Width: 4})
				for _, size := range sizes {
					seconds, ways := m.Network(n.widths, rankcost.Step{Batch: batch, Ranks: size, Width: 4})
					fmt.Printf(" %.2f", one/seconds)
					for _, letter := range letters(ways) {
						fmt.Printf(" %c", letter)
					}
					fmt.Print(" |")
				}
				fmt.Println()
			}
		}
	}
}

// letters returns a letter for each of the ways that layers are updated: a by rows, b the whole,
// c by sums that pass.
func letters(ways []rankcost.Way) (letters []rune) {
	for _, w := range []struct {
		rankcost.Way
		letter rune
	}{{rankcost.Rows, 'a'}, {rankcost.Whole, 'b'}, {rankcost.Sums, 'c'}} {
		if slices.Contains(ways, w.Way) {
			letters = append(letters, w.letter)
		}
	}
	return letters
}
