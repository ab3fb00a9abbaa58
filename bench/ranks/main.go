// Command ranks measures training steps of two ranks beside two threads of one rank, one
// rank with one thread and, if asked for, two processes of PyTorch's DistributedDataParallel
// with gloo. It needs MPI, for two ranks of one machine:
//
//	go build -tags mpi -o /tmp/ranks ./bench/ranks
//	/tmp/ranks [-python python3] [-rounds 5] [-mpirun "mpirun --bind-to none"]
//
// Rounds go through all candidates of a cell, each in new processes; the least time counts.
// Without -python, PyTorch is left out. The table is in bench/RANKS.md.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	_ "embed"

	"github.com/nabla-go/nabla/bench"
	"github.com/nabla-go/nabla/ranks"
	"github.com/nabla-go/nabla/train"
)

// connect connects the processes that mpirun has started; nil without the tag mpi.
var connect func() (ranks.Comm, func() error, error)

//go:embed ddp.py
var ddp []byte

var (
	rounds  = flag.Int("rounds", 5, "rounds through all candidates")
	seconds = flag.Float64("seconds", 1, "how long steps are timed in a round")
	python  = flag.String("python", "", "a Python with torch, to measure PyTorch beside it")
	mpirun  = flag.String("mpirun", "mpirun --bind-to none", "command that starts ranks, without their number")

	// Of a process that measures one candidate.
	worker  = flag.String("worker", "", "measure this network and say the time of a step")
	batch   = flag.Int("batch", 128, "samples a step, of -worker")
	threads = flag.Int("threads", 1, "threads of -worker")
	alone   = flag.Bool("alone", false, "-worker has no other ranks")
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("ranks: ")
	flag.Parse()
	if *worker != "" {
		check(measure())
		return
	}
	if connect == nil {
		log.Fatal("build it with -tags mpi")
	}
	check(compare())
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// measure prints the seconds of a step.
func measure() error {
	i := slices.IndexFunc(bench.Nets, func(n bench.Net) bool { return n.String() == *worker })
	if i < 0 {
		return fmt.Errorf("no network is called %s", *worker)
	}
	o := train.Options{Epochs: math.MaxInt32, Rate: 0.01, Batch: *batch, Workers: *threads}
	rank := 0
	if !*alone {
		c, end, err := connect()
		if err != nil {
			return err
		}
		defer end()
		o.Ranks, rank = c, c.Rank()
	}
	n, err := bench.New[float32](bench.Nets[i])
	if err != nil {
		return err
	}
	t, err := train.New(n, bench.Samples[float32](bench.Nets[i], bench.InOrder), nil, o)
	if err != nil {
		return err
	}
	defer t.Close()
	steps := func(count int) (time.Duration, error) {
		start := time.Now()
		for range count {
			if _, err := t.Step(context.Background()); err != nil {
				return 0, err
			}
		}
		return time.Since(start), nil
	}
	// All ranks take the same steps, so their number follows from sizes alone.
	block := max(1, int(2e9**seconds/20/float64(n.Config().Inputs*n.Layer(1).Out**batch)))
	if _, err := steps(block); err != nil {
		return err
	}
	least := math.Inf(1)
	for range 20 {
		took, err := steps(block)
		if err != nil {
			return err
		}
		least = min(least, took.Seconds()/float64(block))
	}
	if rank == 0 {
		fmt.Println(least)
	}
	return nil
}

// A candidate is one way to train.
type candidate struct {
	name string
	args func(net string, batch int) []string
}

// compare measures all cells and prints the table.
func compare() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "ranks")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	script := filepath.Join(dir, "ddp.py")
	if err := os.WriteFile(script, ddp, 0o600); err != nil {
		return err
	}
	own := func(threads int, net string, batch int, more ...string) []string {
		return append([]string{self, "-worker", net, "-batch", strconv.Itoa(batch), "-threads", strconv.Itoa(threads), "-seconds", fmt.Sprint(*seconds)}, more...)
	}
	candidates := []candidate{
		{"1 rank", func(net string, batch int) []string { return own(1, net, batch, "-alone") }},
		{"2 threads", func(net string, batch int) []string { return own(2, net, batch, "-alone") }},
		{"2 ranks", func(net string, batch int) []string {
			return slices.Concat(strings.Fields(*mpirun), []string{"-n", "2"}, own(1, net, batch))
		}},
	}
	if *python != "" {
		candidates = append(candidates, candidate{"PyTorch, gloo, 2 processes", func(net string, batch int) []string {
			return []string{*python, script, net, strconv.Itoa(batch), fmt.Sprint(*seconds)}
		}})
	}
	fmt.Printf("%s, float32, plain gradient descent, ms a step:\n\n| network | batch |", bench.ThisMachine())
	for _, c := range candidates {
		fmt.Printf(" %s |", c.name)
	}
	fmt.Printf(" 1 rank / 2 ranks | 2 threads / 2 ranks |\n|---|--:|%s--:|--:|\n", strings.Repeat("--:|", len(candidates)))
	for _, cell := range []struct {
		net   string
		batch int
	}{{"784-512-256-10", 128}, {"784-512-256-10", 512}, {"784-512-256-10", 4096}, {"1024-1024-1024-1024", 512}} {
		least := slices.Repeat([]float64{math.Inf(1)}, len(candidates))
		for range *rounds {
			for i, c := range candidates {
				took, err := timed(c.args(cell.net, cell.batch))
				if err != nil {
					return fmt.Errorf("%s: %w", c.name, err)
				}
				least[i] = min(least[i], took)
			}
		}
		fmt.Printf("| %s | %d |", cell.net, cell.batch)
		for _, s := range least {
			fmt.Printf(" %.3g |", 1e3*s)
		}
		fmt.Printf(" %.2f | %.2f |\n", least[0]/least[2], least[1]/least[2])
	}
	return nil
}

// timed runs a candidate and returns the seconds that it prints.
func timed(args []string) (float64, error) {
	var out, messages bytes.Buffer
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = &out, &messages
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("%w: %s", err, messages.String())
	}
	return strconv.ParseFloat(strings.TrimSpace(out.String()), 64)
}
