// Command ranks prints the table of docs/ranks.md: how many times as fast as one rank several
// are, by the model of package rankcost. Nothing of it is measured.
package main

import (
	"flag"
	"fmt"
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
		for _, batch := range []int{128, 512, 4096} {
			for _, between := range []struct {
				name               string
				latency, bandwidth float64
			}{{"10 GbE", 30e-6, 1.1e9}, {"100 GbE", 5e-6, 11e9}} {
				m := rankcost.Machine{Rate: *rate * 1e9, Step: 1e-10, Latency: between.latency, Bandwidth: between.bandwidth}
				fmt.Printf("| %s | %d | %s |", n.name, batch, between.name)
				for _, size := range sizes {
					fmt.Printf(" %.2f |", m.Network(n.widths, batch, 1, 4)/m.Network(n.widths, batch, size, 4))
				}
				fmt.Println()
			}
		}
	}
}
