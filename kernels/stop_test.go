package kernels_test

import (
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nabla-go/nabla/kernels"
)

// BenchmarkStop measures how long a stop of the world takes while another goroutine is
// in a kernel: the median and the longest of all stops.
func BenchmarkStop(b *testing.B) {
	const n = 32 << 20
	const row = 8 << 20
	x, y, m, v := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
	for i := range x {
		x[i], y[i] = float32(i%100)/50-1, 0.5
	}
	w := kernels.Matrix[float32]{Rows: 8, Cols: row, Stride: row, Data: make([]float32, 8*row)}
	for i := range w.Data {
		w.Data[i] = 0.5 // and not only pages that the first write has to get
	}
	for i := range m {
		m[i], v[i] = 0.5, 0.5
	}
	vector := func(x []float32) kernels.Matrix[float32] {
		return kernels.Matrix[float32]{Rows: 1, Cols: len(x), Stride: len(x), Data: x}
	}
	for _, k := range []struct {
		name string
		call func()
	}{
		{"nothing", func() { time.Sleep(time.Millisecond) }},
		{"Sigmoid", func() { kernels.Sigmoid(y, x) }},
		{"Exp", func() { kernels.Exp(y, x) }},
		{"Pow", func() { kernels.Pow(y, v, x) }},
		{"CumSum", func() { kernels.CumSum(y, x) }},
		{"ArgMax", func() { kernels.ArgMax(x) }},
		{"CosineSimilarity", func() { kernels.CosineSimilarity(x, v) }},
		{"Axpy", func() { kernels.Axpy(0.5, x, y) }},
		{"Adam", func() {
			kernels.Adam(y, m, v, x, 1, kernels.AdamParams{LR: 0.001, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8})
		}},
		{"Softmax", func() { kernels.Softmax(vector(y[:row]), vector(x[:row])) }},
		{"GemvT", func() { kernels.GemvT(1, w, x[:8], 0, y[:row]) }},
		{"GemvT/beta=1", func() { kernels.GemvT(1, w, x[:8], 1, y[:row]) }},
		{"GemmUpdate", func() { kernels.GemmUpdate(0.1, vector(x[:8]), vector(x[8:8+row]), w, vector(y[:row])) }},
		{"Gemm", func() {
			a := kernels.Matrix[float32]{Rows: 512, Cols: 2048, Stride: 2048, Data: x}
			c := kernels.Matrix[float32]{Rows: 512, Cols: 512, Stride: 512, Data: y}
			kernels.Gemm(kernels.NoTrans, kernels.Trans, 1, a, a, 0, c)
		}},
	} {
		b.Run(k.name, func(b *testing.B) {
			var done atomic.Bool
			ended := make(chan bool)
			go func() {
				for !done.Load() {
					k.call()
				}
				close(ended)
			}()
			var stats runtime.MemStats
			var times []float64
			for b.Loop() {
				time.Sleep(100 * time.Microsecond)
				start := time.Now()
				runtime.ReadMemStats(&stats)
				times = append(times, float64(time.Since(start).Nanoseconds())/1000)
			}
			done.Store(true)
			<-ended
			slices.Sort(times)
			b.ReportMetric(times[len(times)/2], "µs/median")
			b.ReportMetric(times[len(times)*99/100], "µs/99%")
			b.ReportMetric(times[len(times)-1], "µs/max")
		})
	}
}
