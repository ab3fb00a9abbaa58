package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/nabla-go/nabla/bench"
	"github.com/nabla-go/nabla/bench/peers/cpeer"
	"github.com/nabla-go/nabla/internal/isa"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// A trainer takes steps of plain gradient descent on batches of samples, in order.
type trainer interface {
	Run(steps int)
	Weights(i int) kernels.Matrix[float32] // of layer i = 1 …
	Biases(i int) []float32
	Close()
}

// trainers are nabla's peers in this process; new gives one the parameters of n.
var trainers = []struct {
	name     string
	parallel bool // has threads of its own, whatever is asked for
	// most is the number of multiply-adds of a step beyond which it is left out.
	most int
	new  func(shape bench.Net, n *net.Network[float32], d *train.Data[float32], batch int, eta float32) (trainer, error)
}{
	{"C+OpenBLAS", false, math.MaxInt, newC},
	{"gonum", true, 1e9, newGonum},
	{"Gorgonia", true, 2e8, newGorgonia},
	{"GoMLX", true, 4e7, newGoMLX},
}

func newC(shape bench.Net, n *net.Network[float32], d *train.Data[float32], batch int, eta float32) (trainer, error) {
	return cpeer.New(shape, n, d, batch, eta), nil
}

// A nablaTrainer is nabla itself.
type nablaTrainer struct {
	*net.Network[float32]
	ws          *net.Workspace[float32]
	data        *train.Data[float32]
	eta         float64
	batch, next int
	forward     bool
}

func newNabla(n *net.Network[float32], d *train.Data[float32], batch, threads int, eta float64) *nablaTrainer {
	t := &nablaTrainer{Network: n, ws: n.NewWorkspace(batch), data: d, eta: eta, batch: batch}
	t.ws.SetWorkers(threads)
	return t
}

func (t *nablaTrainer) Close() { t.ws.SetWorkers(1) }

func (t *nablaTrainer) Run(steps int) {
	for range steps {
		if t.next+t.batch > t.data.Len() {
			t.next = 0
		}
		i, j := t.next, t.next+t.batch
		t.next = j
		t.Forward(t.ws, t.data.X.Slice(i, j))
		if !t.forward {
			t.Descend(t.ws, t.data.T.Slice(i, j), t.eta)
		}
	}
}

// checkGradient compares one step of a trainer, at a learning rate of 1, with the
// gradient that nabla computes. Both are sums in float32 in different orders.
func checkGradient(name string, n *net.Network[float32], t trainer, d *train.Data[float32], batch int) error {
	ws := n.NewWorkspace(batch)
	n.Forward(ws, d.X.Slice(0, batch))
	n.Backward(ws, d.T.Slice(0, batch))
	t.Run(1)
	for i := 1; i <= n.Depth(); i++ {
		for _, v := range []struct {
			what           string
			before, g, now []float32
		}{
			{"W", n.Weights(i).Data, ws.WeightGradient(i).Data, t.Weights(i).Data},
			{"b", n.Biases(i), ws.BiasGradient(i), t.Biases(i)},
		} {
			most, largest := 0.0, 0.0
			for k, g := range v.g {
				most = max(most, math.Abs(float64(v.before[k])-float64(v.now[k])-float64(g)))
				largest = max(largest, math.Abs(float64(g)))
			}
			if !(most <= 1e-4*largest+1e-6) {
				return fmt.Errorf("%s: gradient by %s^%d is off by %.2g, where the largest element is %.2g", name, v.what, i, most, largest)
			}
		}
	}
	return nil
}

// A trainRow is a step of nabla beside its peers.
type trainRow struct {
	Net     string             `json:"net"`
	Mode    string             `json:"mode"` // step, forward, or shuffled
	Batch   int                `json:"batch"`
	Threads int                `json:"threads"`
	Rate    float64            `json:"samples_per_second"`
	Peers   map[string]float64 `json:"peers"` // samples a second
	beside  map[string]float64 // of nabla in the same rounds as a peer, if not Rate
}

// eta is the learning rate of the timed steps.
const eta = 0.01

// trainerNames returns the names of all trainers, in order.
func trainerNames() []string {
	var names []string
	for _, t := range trainers {
		names = append(names, t.name)
	}
	return names
}

// compareTraining times steps of one net, or of all four if nets is empty.
func compareTraining(nets, batches string, threads int, level isa.Level, rounds int, report func(trainRow)) error {
	for _, shape := range bench.Nets {
		if nets != "" && nets != shape.String() {
			continue
		}
		d := bench.Samples[float32](shape, bench.Shuffled)
		for _, s := range strings.Split(batches, ",") {
			batch, err := strconv.Atoi(s)
			if err != nil || batch < 1 || batch > bench.InOrder {
				return fmt.Errorf("-batch %s: want numbers from 1 to %d", batches, bench.InOrder)
			}
			rows, err := compareSteps(shape, d, batch, threads, level, rounds)
			if err != nil {
				return fmt.Errorf("%v, batch %d: %w", shape, batch, err)
			}
			for _, r := range rows {
				report(r)
			}
		}
	}
	return nil
}

// compareSteps times everybody's steps on samples in order, forward passes, and
// steps on shuffled and gathered samples, where nabla is train.Fit.
func compareSteps(shape bench.Net, d *train.Data[float32], batch, threads int, level isa.Level, rounds int) ([]trainRow, error) {
	n, err := bench.New[float32](shape)
	if err != nil {
		return nil, err
	}
	inOrder := &train.Data[float32]{X: d.X.Slice(0, bench.InOrder), T: d.T.Slice(0, bench.InOrder)}
	row := func(mode string) trainRow {
		return trainRow{Net: shape.String(), Mode: mode, Batch: batch, Threads: threads, Peers: map[string]float64{}, beside: map[string]float64{}}
	}
	step, forward, shuffled := row("step"), row("forward"), row("shuffled")
	// Those on shuffled samples are measured apart: their 200 MB would throw the
	// samples in order out of the last cache.
	var inTurn, apart []*bench.Task
	var done []func()
	add := func(tasks *[]*bench.Task, run func(int), parallel bool, set func(rate float64)) {
		t := bench.NewTask(level, run)
		t.Parallel = parallel || threads > 1
		if tasks == &inTurn {
			t.Warm = func() { bench.Touch(inOrder) }
		}
		*tasks = append(*tasks, t)
		done = append(done, func() { set(float64(batch) / t.Best * 1e9) })
	}
	for _, p := range trainers {
		if p.most < 3*batch*n.NumParams() {
			continue
		}
		t, err := p.new(shape, n, inOrder, batch, 1)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		err = checkGradient(p.name, n, t, inOrder, batch)
		t.Close()
		if err != nil {
			return nil, err
		}
		if t, err = p.new(shape, n, inOrder, batch, eta); err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		defer t.Close()
		add(&inTurn, t.Run, p.parallel, func(r float64) { step.Peers[p.name] = r })
		if _, ok := t.(*cpeer.Trainer); ok {
			f := cpeer.New(shape, n, inOrder, batch, eta)
			defer f.Close()
			add(&inTurn, f.Forward, false, func(r float64) { forward.Peers[p.name] = r })
			g := cpeer.New(shape, n, d, batch, eta)
			defer g.Close()
			g.Order = permutation(d.Len())
			add(&apart, g.Run, false, func(r float64) { shuffled.Peers[p.name] = r })
		}
	}
	ours := newNabla(n, inOrder, batch, threads, eta)
	defer ours.Close()
	add(&inTurn, ours.Run, false, func(r float64) { step.Rate = r })
	pass := newNabla(n, inOrder, batch, threads, eta)
	defer pass.Close()
	pass.forward = true
	add(&inTurn, pass.Run, false, func(r float64) { forward.Rate = r })
	bench.Measure(rounds, inTurn)
	bench.Measure(rounds, apart)
	for _, f := range done {
		f()
	}
	fit, err := bench.RunSteps[float32]([]bench.StepCase{{Net: shape, Batch: batch, Threads: threads, Mode: bench.Fit, Level: level}}, 1)
	if err != nil {
		return nil, err
	}
	shuffled.Rate = fit[0].Rate
	return []trainRow{step, forward, shuffled}, nil
}

// permutation returns the numbers below n in some order without pattern.
func permutation(n int) []int32 {
	p := make([]int32, n)
	for k := range p {
		p[k] = int32(k)
	}
	state := uint32(1)
	for k := n - 1; k > 0; k-- {
		state = state*1664525 + 1013904223
		l := int(uint64(state) * uint64(k+1) >> 32)
		p[k], p[l] = p[l], p[k]
	}
	return p
}

func printTrainHead(w io.Writer) {
	fmt.Fprintf(w, "%-21s %-8s %5s %7s %12s", "net", "mode", "batch", "threads", "nabla /s")
	for _, t := range trainers {
		fmt.Fprintf(w, " %12s /s %7s", t.name, "ratio")
	}
	fmt.Fprintln(w)
}

func (r trainRow) print(w io.Writer, asJSON bool) {
	if asJSON {
		json.NewEncoder(w).Encode(r)
		return
	}
	fmt.Fprintf(w, "%-21s %-8s %5d %7d %12.0f", r.Net, r.Mode, r.Batch, r.Threads, r.Rate)
	for _, t := range trainers {
		if rate, ok := r.Peers[t.name]; ok {
			fmt.Fprintf(w, " %15.0f %7.2f", rate, r.Rate/rate)
		} else {
			fmt.Fprintf(w, " %15s %7s", "", "")
		}
	}
	fmt.Fprintln(w)
}
