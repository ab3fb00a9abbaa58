package train_test

import (
	"context"
	"flag"
	"runtime"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

var soak = flag.Duration("soak", 0, "how long TestSoak trains; 0 leaves it out")

// Trainings with several workers, side by side, while the garbage collector never
// rests, have the same result over and over, and memory does not grow.
//
//	go test ./train -run Soak -soak 10m -timeout 20m
func TestSoak(t *testing.T) {
	if *soak == 0 {
		t.Skip("needs -soak 10m")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(5))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		for garbage := make([][]byte, 100); ctx.Err() == nil; {
			for k := range garbage {
				garbage[k] = make([]byte, 1<<uint(k%16))
			}
			time.Sleep(time.Millisecond)
		}
	}()
	d := noisy[float32](1003)
	round := func() (prints [2]string, err error) {
		var wg sync.WaitGroup
		var errs [2]error
		for i, m := range []*train.Method{train.SGD().Method, train.Adam().Method} {
			wg.Go(func() {
				var n *nn.Network[float32]
				n, errs[i] = nn.New[float32](nn.Config{Inputs: 3, Layers: []nn.Layer{nn.Dense(100, nn.Tanh), nn.Dense(130, nn.ReLU), nn.Dense(2, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy, Seed: 1})
				if errs[i] == nil {
					_, errs[i] = train.Fit(ctx, n, d, d, train.Options{Epochs: 20, Rate: 0.01, Batch: 64, Seed: 1, Workers: 2, Optimizer: m.Optimizer()})
					prints[i] = n.Fingerprint()
				}
			})
		}
		wg.Wait()
		if errs[0] != nil {
			return prints, errs[0]
		}
		return prints, errs[1]
	}
	first, err := round()
	if err != nil {
		t.Fatal(err)
	}
	heap, goroutines, rounds := liveHeap(), runtime.NumGoroutine(), 1
	for end := time.Now().Add(*soak); time.Now().Before(end); rounds++ {
		got, err := round()
		if err != nil {
			t.Fatal(err)
		}
		if got != first {
			t.Fatalf("round %d: fingerprints %v, want %v", rounds+1, got, first)
		}
	}
	if now := liveHeap(); now > heap+1<<20 {
		t.Errorf("after %d rounds %d bytes are live, after the first %d", rounds, now, heap)
	}
	for k := 0; runtime.NumGoroutine() > goroutines; k++ {
		if k == 1000 {
			t.Fatalf("after %d rounds there are %d goroutines, after the first %d", rounds, runtime.NumGoroutine(), goroutines)
		}
		time.Sleep(time.Millisecond)
	}
	t.Logf("%d rounds", rounds)
}

// liveHeap returns the bytes of reachable objects.
func liveHeap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
