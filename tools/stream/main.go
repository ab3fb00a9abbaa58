// Command stream trains on generated images that don't fit into memory, and says how fast
// that is beside the source alone and beside a training on images in memory, and how much
// memory the process took (on Linux).
//
//	go run ./tools/stream -size 20GiB              images are made as they are read
//	go run ./tools/stream -size 1GiB -write DIR    writes the four files of MNIST, for
//	                                               nabla train DIR --stream
//
// The exit code is 1 if the process took more memory than -memory, or the stream was slower
// than -least of the slower of the other two.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"iter"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

const (
	pixels   = 28 * 28
	pool     = 4096 // different images, before each gets its number
	inMemory = 20_000
)

var (
	window  = flag.Int("window", 10_000, "samples of the window")
	hidden  = flag.Int("hidden", 100, "neurons of the hidden layer")
	batch   = flag.Int("batch", 32, "samples a step")
	threads = flag.Int("threads", 1, "goroutines that train")
	size    = flag.String("size", "1GiB", "bytes of the pixels")
	limit   = flag.String("memory", "200MiB", "memory that the process may take")
	least   = flag.Float64("least", 0.9, "share of the speed of data in memory, or of the source, that the stream must have")
	dir     = flag.String("write", "", "write files into this folder instead")
)

func main() {
	log.SetFlags(0)
	flag.Parse()
	total, most := parse(*size), parse(*limit)
	g := newGenerator(max(total/pixels, *window+*batch+1))
	if *dir != "" {
		g.write("train", g.count)
		g.write("t10k", 2000)
		return
	}
	source := g.rate("source", g.count, func() error {
		for range g.stream(g.count).Pass() {
		}
		return nil
	})
	o := train.Options{Epochs: 1, Rate: 1e-3, Batch: *batch, Window: *window, Workers: *threads, Optimizer: train.Adam()}
	streamed := g.rate("stream", g.count, func() error {
		_, err := train.FitStream(context.Background(), network(), g.stream(g.count), nil, o)
		return err
	})
	took, known := memory()
	d, err := g.stream(inMemory).Load()
	if err != nil {
		log.Fatal(err)
	}
	o.Epochs = max(1, min(g.count, 20*inMemory)/inMemory)
	held := g.rate("memory", o.Epochs*inMemory, func() error {
		_, err := train.Fit(context.Background(), network(), d, nil, o)
		return err
	})
	share := streamed / min(held, source)
	fmt.Printf("the stream has %.0f %% of the speed of the slower of the other two\n", 100*share)
	if known {
		fmt.Printf("memory: %.0f MiB at most, for a stream of %.1f GiB of pixels\n", took/(1<<20), float64(g.count)*pixels/(1<<30))
	}
	if !(share >= *least) || took > float64(most) {
		os.Exit(1)
	}
}

func parse(s string) int {
	text, unit := s, 1
	for name, bytes := range map[string]int{"GiB": 1 << 30, "MiB": 1 << 20} {
		if t, ok := strings.CutSuffix(s, name); ok {
			text, unit = t, bytes
		}
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		log.Fatalf("%q: want a size such as 20GiB or 500MiB", s)
	}
	return n * unit
}

func network() *nn.Network[float32] {
	n, err := nn.New[float32](nn.Config{
		Inputs: pixels, Layers: []nn.Layer{nn.Dense(*hidden, nn.ReLU), nn.Dense(10, nn.Softmax)}, Cost: nn.SoftmaxCrossEntropy, Seed: 1,
	})
	if err != nil {
		log.Fatal(err)
	}
	return n
}

// A generator makes images of ten classes.
type generator struct {
	count  int
	images [pool][]byte
}

func newGenerator(count int) *generator {
	g := &generator{count: count}
	x := uint32(1)
	next := func() byte { // xorshift of G. Marsaglia, 2003
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		return byte(x >> 24)
	}
	var classes [10][pixels]byte
	for c := range classes {
		for j := range classes[c] {
			classes[c][j] = next()
		}
	}
	for i := range g.images {
		g.images[i] = bytes.Clone(classes[i%10][:])
		for j := range g.images[i] {
			if next() < 200 {
				g.images[i][j] = next()
			}
		}
	}
	return g
}

// image returns image k, whose first pixels are its number, and its class.
func (g *generator) image(k int, into []byte) (class int) {
	i := int(uint32(k) * 2654435761 % pool)
	copy(into, g.images[i])
	binary.LittleEndian.PutUint32(into, uint32(k))
	return i % 10
}

// stream returns the first n images as a stream.
func (g *generator) stream(n int) *train.Stream[float32] {
	return &train.Stream[float32]{Len: n, Name: "generated", Pass: func() iter.Seq2[*train.Data[float32], error] {
		return func(yield func(*train.Data[float32], error) bool) {
			const rows = 128
			block, image := &train.Data[float32]{}, make([]byte, pixels)
			x := kernels.NewMatrix[float32](rows, pixels)
			for k := 0; k < n; {
				block.Labels = block.Labels[:0]
				for ; k < n && len(block.Labels) < rows; k++ {
					row := x.Row(len(block.Labels))
					block.Labels = append(block.Labels, g.image(k, image))
					for j, v := range image {
						row[j] = float32(v) / 255
					}
				}
				if block.X = x.Slice(0, len(block.Labels)); !yield(block, nil) {
					return
				}
			}
		}
	}}
}

// rate runs f, which goes through so many samples, and returns how many a second.
func (g *generator) rate(name string, samples int, f func() error) float64 {
	start := time.Now()
	if err := f(); err != nil {
		log.Fatal(err)
	}
	r := float64(samples) / time.Since(start).Seconds()
	fmt.Printf("%-7s %9.0f samples a second, %6.0f MiB of pixels\n", name, r, r*pixels/(1<<20))
	return r
}

// write writes n images and their labels as IDX files.
func (g *generator) write(part string, n int) {
	create := func(name string, magic uint32, dims ...int) (*os.File, *bufio.Writer) {
		f, err := os.Create(filepath.Join(*dir, part+name))
		if err != nil {
			log.Fatal(err)
		}
		w := bufio.NewWriterSize(f, 1<<20)
		binary.Write(w, binary.BigEndian, magic)
		for _, d := range dims {
			binary.Write(w, binary.BigEndian, uint32(d))
		}
		return f, w
	}
	images, x := create("-images-idx3-ubyte", 0x0803, n, 28, 28)
	labels, y := create("-labels-idx1-ubyte", 0x0801, n)
	image := make([]byte, pixels)
	for k := range n {
		y.WriteByte(byte(g.image(k, image)))
		x.Write(image)
	}
	for _, err := range []error{x.Flush(), y.Flush(), images.Close(), labels.Close()} {
		if err != nil {
			log.Fatal(err)
		}
	}
}

// memory returns the most memory that the process had so far, in bytes.
func memory() (most float64, known bool) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(status)) {
		var kib float64
		if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &kib); n == 1 {
			return kib * 1024, true
		}
	}
	return 0, false
}
