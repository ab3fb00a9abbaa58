package bench

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"strconv"
	"strings"

	"github.com/nabla-go/nabla/bench/internal/probe"
	"github.com/nabla-go/nabla/internal/isa"
	"github.com/nabla-go/nabla/internal/memory"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// A Net is the shape of a network that is trained for the clock.
type Net struct {
	Widths     []int           // inputs, hidden layers, outputs
	Activation *net.Activation // of the hidden layers
	Output     *net.Activation
	Cost       *net.Cost
}

// Nets are the four that all comparisons use.
var Nets = []Net{
	{[]int{784, 30, 10}, net.Sigmoid, net.Sigmoid, net.Quadratic},
	{[]int{784, 128, 10}, net.ReLU, net.Softmax, net.SoftmaxCrossEntropy},
	{[]int{784, 512, 256, 10}, net.ReLU, net.Softmax, net.SoftmaxCrossEntropy},
	{[]int{1024, 1024, 1024, 1024}, net.ReLU, net.Softmax, net.SoftmaxCrossEntropy},
}

// Batches are the sizes of mini-batches that all comparisons use.
var Batches = []int{1, 10, 32, 128, 512}

// String returns the widths, as in 784-30-10.
func (n Net) String() string {
	s := make([]string, len(n.Widths))
	for i, w := range n.Widths {
		s[i] = strconv.Itoa(w)
	}
	return strings.Join(s, "-")
}

// New returns a network of this shape, with weights from seed 1.
func New[T kernels.Float](n Net) (*net.Network[T], error) { return net.New[T](n.config()) }

// config describes a network of this shape.
func (n Net) config() net.Config {
	c := net.Config{Inputs: n.Widths[0], Cost: n.Cost, Seed: 1}
	for i, w := range n.Widths[1:] {
		σ := n.Activation
		if i == len(n.Widths)-2 {
			σ = n.Output
		}
		c.Layers = append(c.Layers, net.Dense(w, σ))
	}
	return c
}

// weights returns the number of weights, and of those that pass δ on to the
// layer below.
func (n Net) weights() (all, inner int) {
	for i, w := range n.Widths[1:] {
		all += w * n.Widths[i]
		if i > 0 {
			inner += w * n.Widths[i]
		}
	}
	return all, inner
}

// A Mode is what is timed.
type Mode string

const (
	Step    Mode = "step"    // forward and Descend, on batches of InOrder samples in order
	Forward Mode = "forward" // the first half of that
	Fit     Mode = "fit"     // train.Fit on shuffled samples, with everything that it does
)

// InOrder is the number of different samples that Step and Forward go through;
// Shuffled that of Fit, which takes fewer if an epoch would take long.
const (
	InOrder  = 4096
	Shuffled = 60_000
)

// rate is the learning rate: large enough to change every weight, small enough
// to diverge nowhere.
const rate = 0.01

// Samples returns n samples for a network of this shape: inputs between 0 and 1,
// and one target of 1 among zeros.
func Samples[T kernels.Float](n Net, count int) *train.Data[T] {
	in, out := n.Widths[0], n.Widths[len(n.Widths)-1]
	d := &train.Data[T]{X: kernels.NewMatrix[T](count, in), T: kernels.NewMatrix[T](count, out)}
	memory.LargePages(d.X.Data) // as package dataset does
	state := uint32(1)
	for i := range d.X.Data {
		state = state*1664525 + 1013904223
		d.X.Data[i] = T(state>>8) * 0x1p-24
	}
	for k := range count {
		d.T.Row(k)[(k*7+k/10)%out] = 1
	}
	return d
}

// Touch reads all samples. Whoever trains on a few thousand for more than a moment
// has them in the last cache; a timed block, which meets few, is to find that.
func Touch[T kernels.Float](d *train.Data[T]) {
	kernels.Sum(d.X.Data)
	kernels.Sum(d.T.Data)
}

// A StepCase is a kind of step that is to be timed.
type StepCase struct {
	Net     Net
	Batch   int
	Threads int
	Mode    Mode
	Level   isa.Level
	With    string // the name of a Variant, timed as Step; "" for Descend alone
}

// A StepResult is how fast a kind of step is.
type StepResult struct {
	Net        string  `json:"net"`
	Activation string  `json:"activation"`
	Cost       string  `json:"cost"`
	Type       string  `json:"type"`
	ISA        string  `json:"isa"`
	Mode       Mode    `json:"mode"`
	Batch      int     `json:"batch"`
	Threads    int     `json:"threads"`
	Samples    int     `json:"samples"` // that differ
	NS         float64 `json:"ns"`      // a step
	Rate       float64 `json:"samples_per_second"`
	LimitRate  float64 `json:"limit_samples_per_second"`
	Percent    float64 `json:"percent"` // of the limit
	Bound      Bound   `json:"bound"`   // what sets the limit
	Beyond     bool    `json:"beyond_limit"`
	Allocs     float64 `json:"allocations_per_step"`
	// With is the name of a [Variant], and OfPlain the time of its step divided by that of
	// the variant Plain in the same run.
	With    string  `json:"with,omitempty"`
	OfPlain float64 `json:"of_plain,omitempty"`
}

// RunSteps measures cases, which share one net and, but for Fit, its parameters, in
// at most so many rounds.
func RunSteps[T kernels.Float](cases []StepCase, rounds int) ([]StepResult, error) {
	typ, size := typeName[T]()
	shape := cases[0].Net
	l := newLimits(vectorLevels()...)
	n, err := New[T](shape)
	if err != nil {
		return nil, err
	}
	var tasks []*Task
	steppers := make([]*stepper[T], len(cases))
	var inOrder *train.Data[T]
	for i, c := range cases {
		l.addStep(c, size)
		if c.Mode == Fit {
			continue
		}
		if inOrder == nil {
			inOrder = Samples[T](shape, InOrder)
		}
		if steppers[i], err = newStepper(c, n, inOrder); err != nil {
			return nil, err
		}
		tasks = append(tasks, steppers[i].task)
	}
	Measure(rounds, append(tasks, l.tasks()...))
	for _, w := range n.Params() {
		if x := float64(w); math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("bench: %v: parameters are no longer finite, and times of NaNs say nothing", shape)
		}
	}

	results := make([]StepResult, len(cases))
	var shuffled *train.Data[T]
	for i, c := range cases {
		r := StepResult{Net: shape.String(), Activation: shape.Activation.String(), Cost: shape.Cost.String(), Type: typ,
			ISA: c.Level.String(), Mode: c.Mode, Batch: c.Batch, Threads: c.Threads, Samples: InOrder, With: c.With}
		limit, bound := l.step(c, size)
		if s := steppers[i]; s != nil {
			r.NS, r.Allocs = s.task.Best, s.allocations()
			s.close()
		} else {
			if shuffled == nil {
				shuffled = Samples[T](shape, Shuffled)
			}
			if r.NS, r.Samples, r.Allocs, err = timeFit(c, shuffled, limit); err != nil {
				return nil, err
			}
		}
		r.Rate, r.LimitRate = float64(c.Batch)/r.NS*1e9, float64(c.Batch)/limit*1e9
		r.Percent, r.Bound = 100*limit/r.NS, bound
		r.Beyond = r.Percent > beyond
		results[i] = r
	}
	compareWithPlain(results)
	return results, nil
}

// compareWithPlain sets OfPlain.
func compareWithPlain(results []StepResult) {
	for i := range results {
		r := &results[i]
		for _, p := range results {
			if r.With != "" && p.With == Plain && p.ISA == r.ISA && p.Batch == r.Batch && p.Threads == r.Threads {
				r.OfPlain = r.NS / p.NS
			}
		}
	}
}

// A move is a part of the traffic of a step between memory and core: so many bytes in
// each stream of a sweep over memory of a footprint.
type move struct {
	sweep            probe.Sweep
	footprint, bytes int
}

// moves returns the least traffic of a step of one thread, whose elements have size
// bytes:
//
//   - all weights are read and, unless it is a forward pass, updated;
//   - the inputs of the batch are read once, from where all samples lie: in the last
//     cache, or for Fit, which gathers them in random order, in memory; Fit also writes
//     them in order and reads them again;
//   - the activations of every layer are written and read once, and so is δ.
func (c StepCase) moves(size int) []move {
	all, _ := c.Net.weights()
	inputs, neurons := c.Net.Widths[0], 0
	for _, w := range c.Net.Widths[1:] {
		neurons += w
	}
	of := func(s probe.Sweep, footprint, elements int) move {
		bytes := elements * size / c.Threads
		return move{s, max(min(footprint*size, dram), bytes, smallest), bytes}
	}
	samples := InOrder
	if c.Mode == Fit {
		samples = Shuffled
	}
	moves := []move{
		of(probe.Read, all/c.Threads, all),
		of(probe.Read, samples*inputs, c.Batch*inputs),
		of(probe.Update, c.Batch*neurons/c.Threads, c.Batch*neurons),
	}
	if c.Mode != Forward {
		moves = append(moves, of(probe.Update, all/c.Threads, all), of(probe.Update, c.Batch*neurons/c.Threads, c.Batch*neurons))
	}
	if c.Mode == Fit {
		moves = append(moves, of(probe.Update, c.Batch*inputs/c.Threads, c.Batch*inputs))
	}
	return moves
}

// mulAdds returns the multiply-adds of a step.
func (c StepCase) mulAdds() int {
	all, inner := c.Net.weights()
	if c.Mode == Forward {
		return all * c.Batch
	}
	return (2*all + inner) * c.Batch
}

// addStep makes sure that the probes for a step are among l.
func (l *limits) addStep(c StepCase, size int) {
	l.add(Work{MulAdds: 1}, size == 4)
	for _, m := range c.moves(size) {
		l.addSweep(m.sweep, m.footprint)
	}
}

// step returns the limit of one step in nanoseconds: its multiply-adds in registers, or
// its traffic, whichever takes longer. Threads share both evenly.
func (l *limits) step(c StepCase, size int) (float64, Bound) {
	fma, _ := l.of(Work{MulAdds: c.mulAdds()}, size == 4)
	fma /= float64(c.Threads)
	memory := 0.0
	for _, m := range c.moves(size) {
		memory += float64(float64(m.bytes) * l.perByte(m.sweep, m.footprint))
	}
	if fma > memory {
		return fma, ByFMA
	}
	return memory, ByMemory
}

// A stepper goes through samples in order, batch by batch, again and again.
type stepper[T kernels.Float] struct {
	task *Task
	step StepCase
	net  *net.Network[T]
	ws   *net.Workspace[T]
	data *train.Data[T]
	next int // sample

	trainer *train.Trainer[T] // of a variant, else nil
}

func newStepper[T kernels.Float](c StepCase, n *net.Network[T], d *train.Data[T]) (s *stepper[T], err error) {
	s = &stepper[T]{step: c, net: n, ws: n.NewWorkspace(c.Batch), data: d}
	if c.With != "" {
		if s.trainer, err = newTrainer(c, d); err != nil {
			return nil, err
		}
	} else {
		s.ws.SetWorkers(c.Threads)
	}
	s.task = NewTask(c.Level, s.run)
	s.task.Parallel, s.task.Warm = c.Threads > 1, func() { Touch(d) }
	return s, nil
}

// close ends the workers.
func (s *stepper[T]) close() {
	s.ws.SetWorkers(1)
	if s.trainer != nil {
		s.trainer.Close()
	}
}

// run takes n steps.
func (s *stepper[T]) run(n int) {
	if s.trainer != nil {
		steps(s.trainer, n)
		return
	}
	for range n {
		if s.next+s.step.Batch > s.data.Len() {
			s.next = 0
		}
		i, j := s.next, s.next+s.step.Batch
		s.next = j
		s.net.Forward(s.ws, s.data.X.Slice(i, j))
		if s.step.Mode == Step {
			s.net.Descend(s.ws, s.data.T.Slice(i, j), rate)
		}
	}
}

// allocations returns how many a step makes.
func (s *stepper[T]) allocations() float64 {
	const steps = 10
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s.run(steps)
	runtime.ReadMemStats(&after)
	return float64((after.Mallocs - before.Mallocs) / steps)
}

// timeFit returns the least time of a step over some epochs of train.Fit, the
// samples of an epoch, and the allocations a step. The first epoch warms up. An
// epoch has as many samples as a perfect step could do in a tenth of a second.
func timeFit[T kernels.Float](c StepCase, d *train.Data[T], limit float64) (ns float64, samples int, allocs float64, err error) {
	const epochs = 3
	samples = Shuffled
	if most := int(0.1e9 / limit * float64(c.Batch)); most < samples {
		samples = max(most, InOrder, 2*c.Batch)
	}
	samples -= samples % c.Batch
	n, err := New[T](c.Net)
	if err != nil {
		return 0, 0, 0, err
	}
	defer isa.Force(c.Level)()
	ns = math.Inf(1)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var stats [epochs]runtime.MemStats
	var w watch
	_, err = train.Fit(context.Background(), n, &train.Data[T]{X: d.X.Slice(0, samples), T: d.T.Slice(0, samples)}, nil, train.Options{
		Epochs: epochs, Rate: rate, Batch: c.Batch, Workers: c.Threads, Seed: 1,
		Progress: func(e train.Epoch) {
			if e.Number > 1 {
				ns = min(ns, float64(w.elapsed())/float64(samples/c.Batch))
			}
			runtime.ReadMemStats(&stats[e.Number-1])
			w = startWatch(c.Threads > 1)
		},
	})
	steps := float64((epochs - 1) * samples / c.Batch)
	allocs = math.Floor(float64(stats[epochs-1].Mallocs-stats[0].Mallocs) / steps)
	return ns, samples, allocs, err
}
