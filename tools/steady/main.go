// Command steady shows that no training gets slower as it goes on. It trains networks that
// make small numbers (neurons that saturate or die, weights that decay, inputs that are
// nearly always 0) with every optimizer, and compares the processor time of the last ten
// epochs with that of epochs 2 to 11. Subnormal numbers, which take a processor many times
// as long, would show.
//
// Epochs 2 to 11 are taken twice: when they are due, and once more in the end, by a second
// trainer from the same beginning, in turns with the last ten. So what else the machine does
// slows both down alike. What seems slower is compared up to three times.
//
//	go run ./tools/steady                      ten minutes for each of all trainings
//	go run ./tools/steady -time 5s -run adam   some of them, for a moment
//	go run ./tools/steady -time 1s -judge=false
//
// The exit code is 1 if a training got slower by more than a tenth: the last ten epochs
// beside epochs 2 to 11 in turns with them. Time is that of the thread where the system has
// such a clock, which other programs disturb less.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"regexp"
	"runtime"
	"slices"
	"time"

	"github.com/nabla-go/nabla/bench"
	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// slower is how many times as long as at first an epoch may take in the end.
const slower = 1.10

func main() {
	log.SetFlags(0)
	each := flag.Duration("time", 10*time.Minute, "how long each training goes on, but at least 21 epochs")
	only := flag.String("run", "", "regular expression of the trainings to run, as in sparse/adam")
	judge := flag.Bool("judge", true, "whether a training that gets slower is a failure")
	flag.Parse()
	chosen, err := regexp.Compile(*only)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("| training | optimizer | epochs | ms, epochs 2–11 when due | in the end | ms, last ten | ratio |")
	fmt.Println("|---|---|--:|--:|--:|--:|--:|")
	failed := false
	for _, k := range kinds {
		for _, m := range train.Methods() {
			if !chosen.MatchString(k.name + "/" + m.Name) {
				continue
			}
			r, err := k.run(m, *each)
			if err != nil {
				log.Fatalf("%s/%v: %v", k.name, m, err)
			}
			mark := ""
			if r.ratio() > slower {
				mark, failed = " slower", true
			}
			fmt.Printf("| %s | %v | %d | %.3f | %.3f | %.3f | %.2f%s |\n", k.name, m, r.epochs, ms(r.due), ms(r.first), ms(r.last), r.ratio(), mark)
		}
	}
	if failed && *judge {
		os.Exit(1)
	}
}

func ms(d time.Duration) float64 { return d.Seconds() * 1000 }

// A kind is a training that makes small numbers.
type kind struct {
	name    string
	σ       *nn.Activation
	rate    float64 // a factor of the optimizer's own
	batch   int
	sparse  bool    // nearly all inputs are 0, some but for one sample
	wide    float64 // what inputs are multiplied by
	bias    float64 // of every second neuron of the first layer
	l2      float64
	targets float64 // a factor of the targets
}

var kinds = []kind{
	{name: "saturating", σ: nn.Sigmoid, rate: 0.1, batch: 10, wide: 30, targets: 1},
	{name: "dying", σ: nn.ReLU, rate: 0.1, batch: 10, wide: 1, bias: -20, targets: 1},
	{name: "decayed", σ: nn.Tanh, rate: 0.1, batch: 10, wide: 1, l2: 1},
	{name: "sparse", σ: nn.Sigmoid, rate: 0.1, batch: 1, sparse: true, wide: 1, targets: 1},
}

const samples, inputs, hidden, outputs = 2000, 64, 48, 4

// network returns the network to train.
func (k kind) network() (*nn.Network[float32], error) {
	n, err := nn.New[float32](nn.Config{
		Inputs: inputs, Seed: 1,
		Layers: []nn.Layer{nn.Dense(hidden, k.σ), nn.Dense(hidden, k.σ), nn.Dense(outputs, nn.Sigmoid)},
	})
	if err != nil {
		return nil, err
	}
	for j := 0; j < hidden; j += 2 {
		n.Biases(1)[j] = float32(k.bias)
	}
	return n, nil
}

// data returns the samples to train with.
func (k kind) data() *train.Data[float32] {
	d := &train.Data[float32]{X: kernels.NewMatrix[float32](samples, inputs), T: kernels.NewMatrix[float32](samples, outputs)}
	state := uint32(1)
	random := func() float64 { // in [−1, 1)
		state = state*1664525 + 1013904223
		return float64(int32(state)) * 0x1p-31
	}
	for s := range samples {
		for j := range d.X.Row(s) {
			x := random() * k.wide
			if k.sparse && (j >= inputs/2 && s != j || s%20 != j%20) {
				x = 0
			}
			d.X.Row(s)[j] = float32(x)
		}
		d.T.Row(s)[s%outputs] = float32(k.targets)
	}
	return d
}

// A result says how long epochs took, in the median: 2 to 11 when they were due and in turns
// with the last ten, and those.
type result struct {
	epochs           int
	due, first, last time.Duration
}

func (r result) ratio() float64 { return r.last.Seconds() / r.first.Seconds() }

// trainer returns a trainer of new parameters.
func (k kind) trainer(m *train.Method) (*train.Trainer[float32], error) {
	n, err := k.network()
	if err != nil {
		return nil, err
	}
	return train.New(n, k.data(), nil, train.Options{
		Epochs: 1, Rate: m.Rate * k.rate, Batch: k.batch, Optimizer: m.Optimizer(), Seed: 1, Decay: train.WeightDecay{L2: k.l2},
	})
}

// compared is how many epochs are compared with as many in the end.
const compared = 10

// comparisons is how often at most epochs are compared, if they seem to have got slower. What
// is slower stays so.
const comparisons = 3

// run trains for a time.
func (k kind) run(m *train.Method, each time.Duration) (result, error) {
	t, err := k.trainer(m)
	if err != nil {
		return result{}, err
	}
	defer t.Close()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := t.Run(context.Background(), 1); err != nil {
		return result{}, err
	}
	var due [compared]time.Duration
	for i := range due {
		if err := epoch(t, &due[i]); err != nil {
			return result{}, err
		}
	}
	r := result{epochs: 1 + compared, due: median(due)}
	for start := time.Now(); time.Since(start) < each; r.epochs++ {
		if err := t.Run(context.Background(), 1); err != nil {
			return result{}, err
		}
	}
	for range comparisons {
		if err := k.compare(t, m, &r); err != nil {
			return result{}, err
		}
		if r.ratio() <= slower {
			break
		}
	}
	return r, nil
}

// compare trains t for ten more epochs, in turns with epochs 2 to 11 of a new training.
func (k kind) compare(t *train.Trainer[float32], m *train.Method, r *result) error {
	again, err := k.trainer(m)
	if err != nil {
		return err
	}
	defer again.Close()
	if err := again.Run(context.Background(), 1); err != nil {
		return err
	}
	var first, last [compared]time.Duration
	for i := range compared {
		if err := epoch(again, &first[i]); err != nil {
			return err
		}
		if err := epoch(t, &last[i]); err != nil {
			return err
		}
	}
	r.epochs += compared
	r.first, r.last = median(first), median(last)
	return nil
}

// epoch trains for one epoch and sets the time that it took.
func epoch(t *train.Trainer[float32], took *time.Duration) error {
	began, threadBegan := time.Now(), bench.ThreadTime()
	if err := t.Run(context.Background(), 1); err != nil {
		return err
	}
	*took = time.Since(began)
	if thread := bench.ThreadTime() - threadBegan; thread > 0 {
		*took = thread
	}
	return nil
}

func median(took [compared]time.Duration) time.Duration {
	d := slices.Sorted(slices.Values(took[:]))
	return (d[compared/2-1] + d[compared/2]) / 2
}
