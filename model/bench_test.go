package model

import (
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/net"
)

// A model of 403 MB, and beside it what nothing that checks a SHA-256 can do without.
func BenchmarkLoad(b *testing.B) {
	n, err := net.New[float32](net.Config{Inputs: 10000, Layers: []net.Layer{net.Dense(10072, net.ReLU), net.Dense(2, net.Softmax)}, Init: net.Zero})
	require.NoError(b, err)
	path := filepath.Join(b.TempDir(), "m.safetensors")
	require.NoError(b, (&Model[float32]{Net: n}).Save(path))
	info, err := os.Stat(path)
	require.NoError(b, err)
	n = nil

	b.Run("ReadAndHash", func(b *testing.B) {
		b.SetBytes(info.Size())
		buf := make([]byte, 1<<18)
		for b.Loop() {
			f, err := os.Open(path)
			require.NoError(b, err)
			_, err = io.CopyBuffer(struct{ io.Writer }{sha256.New()}, struct{ io.Reader }{f}, buf)
			require.NoError(b, err)
			f.Close()
		}
	})
	b.Run("Load", func(b *testing.B) {
		b.SetBytes(info.Size())
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for b.Loop() {
			_, err := Load[float32](path)
			require.NoError(b, err)
		}
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/float64(info.Size()), "memory/size")
	})
}
