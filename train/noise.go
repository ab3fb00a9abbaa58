package train

import (
	"github.com/nabla-go/nabla/internal/parallel"
	"github.com/nabla-go/nabla/internal/rng"
	"github.com/nabla-go/nabla/kernels"
)

// noiseLayer is the layer in the keys of input noise: no layer of a network has it.
const noiseLayer = 1 << 32

// noiseWork is how many multiply-adds take as long as a normal number.
const noiseWork = 200

// A noise adds [Options].InputNoise to batches. It is a function of seed, step, position
// and input, so it has no state.
type noise[T kernels.Float] struct {
	deviation float64
	seed      uint64
	step      uint64
	x, noisy  kernels.Matrix[T]
	pool      *parallel.Pool
	fill      func(share, shares int)
}

func (z *noise[T]) init(o *Options, pool *parallel.Pool) {
	z.deviation, z.seed, z.pool, z.fill = o.InputNoise, o.Seed, pool, z.fillShare
}

// add returns x with the noise of a step, in memory of its own, or x without noise.
func (z *noise[T]) add(x kernels.Matrix[T], step int) kernels.Matrix[T] {
	if z.deviation == 0 {
		return x
	}
	if len(z.noisy.Data) < x.Rows*x.Cols {
		z.noisy.Data = make([]T, x.Rows*x.Cols)
	}
	z.x, z.step = x, uint64(step)
	z.noisy.Rows, z.noisy.Cols, z.noisy.Stride = x.Rows, x.Cols, x.Cols
	z.pool.Share(x.Rows, noiseWork*int64(x.Rows)*int64(x.Cols), z.fill)
	return z.noisy
}

func (z *noise[T]) fillShare(share, shares int) {
	for k := z.x.Rows * share / shares; k < z.x.Rows*(share+1)/shares; k++ {
		key, noisy := rng.Key(z.seed, noiseLayer, z.step, uint64(k)), z.noisy.Row(k)
		for j, v := range z.x.Row(k) {
			noisy[j] = T(float64(v) + float64(z.deviation*rng.NormalAt(key, uint32(j))))
		}
	}
}
