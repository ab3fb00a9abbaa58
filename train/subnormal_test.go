package train_test

import (
	"math"
	"testing"

	"github.com/nabla-go/nabla/internal/rng"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/train"
)

// Whatever gradients a method meets, its state never holds a subnormal number, and once
// gradients vanish it ends at +0.
func TestStateIsNeverSubnormal(t *testing.T) {
	onEveryISA(t, func(t *testing.T) {
		for _, m := range train.Methods() {
			stateOf(t, m, m.Step32, 0x1p-126)
			stateOf(t, m, m.Step64, 0x1p-1022)
		}
	})
}

func stateOf[T kernels.Float](t *testing.T, m *train.Method, step func(train.Step[T]), normal T) {
	if step == nil {
		return
	}
	const n = 67
	r := rng.New(11, uint64(len(m.Name)))
	w, g := make([]T, n), make([]T, n)
	var state [train.MaxSlots][]T
	for i := range m.Slots {
		state[i] = make([]T, n)
	}
	lowest := math.Log2(float64(normal)) - 20
	number := 0
	take := func() {
		number++
		o := m.Optimizer()
		step(train.Step[T]{Optimizer: o, W: w, G: g, State: state, Rate: 0.01, Number: number})
	}
	for range 300 {
		for i := range g {
			g[i] = T(r.Normal() * math.Exp2(lowest*r.Float64()))
			if r.Float64() < 0.3 {
				g[i] = 0
			}
		}
		take()
		for s, x := range state {
			for i, x := range x {
				if x != 0 && !(max(x, -x) >= normal) || x == 0 && math.Signbit(float64(x)) {
					t.Fatalf("%s %T, step %d: state %d of parameter %d is %v", m.Name, x, number, s, i, x)
				}
			}
		}
	}
}

// A gradient that vanishes leaves momentum and the means of gradients at +0. The squares
// of RMSProp and Adagrad are others.
func TestVanishingGradients(t *testing.T) {
	for _, m := range train.Methods() {
		if m.Step32 == nil {
			continue
		}
		w, g := []float32{1}, []float32{1}
		var state [train.MaxSlots][]float32
		for i := range m.Slots {
			state[i] = []float32{0}
		}
		o := m.Optimizer()
		for number := range 6000 {
			m.Step32(train.Step[float32]{Optimizer: o, W: w, G: g, State: state, Rate: 0.01, Number: number + 1})
			g[0] /= 16
		}
		if m.Slots > 0 && m != train.RMSProp().Method && m != train.Adagrad().Method && math.Float32bits(state[0][0]) != 0 {
			t.Errorf("%s: state is %v", m.Name, state[0][0])
		}
	}
}
