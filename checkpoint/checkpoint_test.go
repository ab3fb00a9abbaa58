package checkpoint

import (
	"bytes"
	"context"
	"crypto/sha256"
	"math"
	"os"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/kernels"
	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

var key = Key{"numeric version": kernels.NumericVersion, "data": "xor"}

// trainer returns a small training with everything that a state can have.
func trainer(t *testing.T) *train.Trainer[float32] {
	t.Helper()
	n, err := nn.New[float32](nn.Config{
		Inputs: 2, Layers: []nn.Layer{nn.Dense(3, nn.Tanh), nn.Dense(1, nn.Sigmoid)}, Cost: nn.CrossEntropy, Seed: 1,
	})
	require.NoError(t, err)
	d := &train.Data[float32]{
		X: kernels.MatrixFromRows([][]float32{{0, 0}, {0, 1}, {1, 0}, {1, 1}}),
		T: kernels.MatrixOf(4, 1, []float32{0, 1, 1, 0}),
	}
	tr, err := train.New(n, d, d, train.Options{
		Epochs: 100, Rate: 0.1, Batch: 1, Seed: 3, Optimizer: train.Adam(), Patience: 50,
		Schedule: train.ReduceOnPlateau(0.5, 3),
	})
	require.NoError(t, err)
	return tr
}

func steps(t *testing.T, tr *train.Trainer[float32], n int) {
	t.Helper()
	for range n {
		_, err := tr.Step(context.Background())
		require.NoError(t, err)
	}
}

func encoded(t *testing.T) []byte {
	t.Helper()
	tr := trainer(t)
	steps(t, tr, 10)
	var b bytes.Buffer
	require.NoError(t, Write(&b, key, tr.State()))
	return b.Bytes()
}

// A state comes back whole, and goes on to the same bits.
func TestRoundTrip(t *testing.T) {
	a, b := trainer(t), trainer(t)
	steps(t, a, 10)
	var file bytes.Buffer
	require.NoError(t, Write(&file, key, a.State()))
	s, err := Read[float32](file.Bytes(), key)
	require.NoError(t, err)
	require.True(t, s.Equal(a.State()))
	require.Equal(t, len(s.History), s.Epochs)
	require.NoError(t, b.Restore(s))
	steps(t, a, 30)
	steps(t, b, 30)
	require.True(t, b.State().Equal(a.State()))
	require.Equal(t, a.Chain([32]byte{}), b.Chain([32]byte{}))
	_, err = Read[float64](file.Bytes(), key)
	require.ErrorContains(t, err, "its numbers have 32 bits: this training's have 64")
}

// Every bit flipped, every byte missing and every byte more makes a checkpoint that is refused.
func TestDamage(t *testing.T) {
	whole := encoded(t)
	require.Less(t, len(whole), 10_000)
	for i := range whole {
		for _, flip := range []byte{1, 0x80} {
			whole[i] ^= flip
			_, err := Read[float32](whole, key)
			whole[i] ^= flip
			if err != errDamaged {
				t.Fatalf("byte %d flipped by %#x: %v", i, flip, err)
			}
		}
		if _, err := Read[float32](whole[:i], key); err != errDamaged {
			t.Fatalf("%d bytes of %d: %v", i, len(whole), err)
		}
	}
	_, err := Read[float32](append(whole, 0), key)
	require.Equal(t, errDamaged, err)
}

func TestOtherTraining(t *testing.T) {
	_, err := Read[float32](encoded(t), Key{"numeric version": "0", "data": "xor", "option --lr": "2"})
	require.ErrorContains(t, err, `its numeric version is "`+kernels.NumericVersion+`", and this training's is "0"; it has no option --lr, and this training's is "2"`)
}

// What is in a checkpoint can't bring its reader down, even with the right hash.
func FuzzRead(f *testing.F) {
	f.Add([]byte(mark))
	tr := &testing.T{}
	f.Add(encoded(tr))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 32 {
			b = sealed(b[:len(b)-32])
		}
		s, err := Read[float32](b, key)
		if err == nil {
			if err := trainer(t).Restore(s); err == nil && len(s.Params) == 0 {
				t.Fatal("a state without parameters was restored")
			}
		}
	})
}

func open(t *testing.T, path string, keep int) *Dir {
	t.Helper()
	d, err := Open(path, key, keep)
	require.NoError(t, err)
	t.Cleanup(func() { d.Close() })
	return d
}

// The last ones are kept; the newest whole one is used, and the damaged are named; one that
// is damaged and newer stays until its step comes again.
func TestDir(t *testing.T) {
	d := open(t, t.TempDir(), 2)
	s, damaged, err := Latest[float32](d, math.MaxInt)
	require.NoError(t, err)
	require.Nil(t, s)
	require.Empty(t, damaged)
	tr := trainer(t)
	for range 4 {
		steps(t, tr, 2)
		require.NoError(t, Save(d, tr.State()))
	}
	have, err := d.Steps()
	require.NoError(t, err)
	require.Equal(t, []int{6, 8}, have)
	require.NoError(t, os.Truncate(d.Path(8), 100))
	s, damaged, err = Latest[float32](d, math.MaxInt)
	require.NoError(t, err)
	require.Equal(t, 6, s.Steps)
	require.Equal(t, []string{d.Path(8)}, damaged)

	again := trainer(t)
	require.NoError(t, again.Restore(s))
	steps(t, again, 1)
	require.NoError(t, Save(d, again.State()))
	have, err = d.Steps()
	require.NoError(t, err)
	require.Equal(t, []int{6, 7, 8}, have)
	steps(t, again, 1)
	require.NoError(t, Save(d, again.State()))
	s, damaged, err = Latest[float32](d, math.MaxInt)
	require.NoError(t, err)
	require.Empty(t, damaged)
	require.True(t, s.Equal(tr.State()))

	for _, n := range []int{7, 8} {
		require.NoError(t, os.Truncate(d.Path(n), 100))
	}
	_, _, err = Latest[float32](d, math.MaxInt)
	require.ErrorContains(t, err, "none in "+d.path+" is whole")
}

func TestLock(t *testing.T) {
	path := t.TempDir()
	d := open(t, path, 1)
	if runtime.GOOS == "js" {
		t.Skip("no locks here")
	}
	_, err := Open(path, key, 1)
	require.ErrorContains(t, err, "another training uses "+path)
	require.NoError(t, d.Close())
	d, err = Open(path, key, 1)
	require.NoError(t, err)
	require.NoError(t, d.Close())
}

// A write that fails leaves the checkpoints before it, and its error ends the training.
func TestSaverFails(t *testing.T) {
	path := t.TempDir()
	d := open(t, path, 3)
	tr := trainer(t)
	saver := NewSaver(d, tr, Interval{Steps: 2}, nil)
	steps(t, tr, 2)
	require.NoError(t, saver.Step())
	require.NoError(t, saver.Wait())
	steps(t, tr, 1)
	require.NoError(t, saver.Step()) // not yet
	steps(t, tr, 1)
	require.NoError(t, os.Mkdir(d.Path(4), 0o700)) // where a file can't be renamed to
	require.NoError(t, saver.Step())
	require.ErrorContains(t, saver.Wait(), "the checkpoints before it are whole")
	require.NoError(t, os.Remove(d.Path(4)))
	s, _, err := Latest[float32](d, math.MaxInt)
	require.NoError(t, err)
	require.Equal(t, 2, s.Steps)
}

// sealed returns body with its hash.
func sealed(body []byte) []byte {
	sum := sha256.Sum256(body)
	return append(slices.Clone(body), sum[:]...)
}
