package cpeer

/*
#include "cpeer.h"
*/
import "C"

import (
	"unsafe"

	"github.com/nabla-go/nabla/bench"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// A Trainer trains a network in C on OpenBLAS.
type Trainer struct {
	c    *C.cpeer_net
	net  bench.Net
	data *train.Data[float32]
	eta  float32
	next C.int
	// Order, if not nil, is the order in which samples are gathered.
	Order []int32
}

// New returns a trainer with the parameters of n.
func New(shape bench.Net, n *net.Network[float32], d *train.Data[float32], batch int, eta float32) *Trainer {
	widths := make([]C.int, len(shape.Widths))
	for i, w := range shape.Widths {
		widths[i] = C.int(w)
	}
	flag := func(b bool) C.int {
		if b {
			return 1
		}
		return 0
	}
	t := &Trainer{net: shape, data: d, eta: eta}
	t.c = C.cpeer_new(C.int(len(widths)-1), &widths[0], flag(shape.Activation == net.ReLU), flag(shape.Output == net.Softmax), C.int(batch))
	for i := 1; i < len(widths); i++ {
		copy(t.weights(i), n.Weights(i).Data)
		copy(t.Biases(i), n.Biases(i))
	}
	return t
}

func (t *Trainer) weights(i int) []float32 {
	return unsafe.Slice((*float32)(unsafe.Pointer(t.c.w[i])), t.net.Widths[i]*t.net.Widths[i-1])
}

// Weights returns W^i, which C owns.
func (t *Trainer) Weights(i int) kernels.Matrix[float32] {
	in := t.net.Widths[i-1]
	return kernels.Matrix[float32]{Rows: t.net.Widths[i], Cols: in, Stride: in, Data: t.weights(i)}
}

// Biases returns b^i, which C owns.
func (t *Trainer) Biases(i int) []float32 {
	return unsafe.Slice((*float32)(unsafe.Pointer(t.c.b[i])), t.net.Widths[i])
}

// Run takes steps.
func (t *Trainer) Run(steps int) {
	C.cpeer_train(t.c, C.int(steps), C.float(t.eta), p[f32](t.data.X.Data), p[f32](t.data.T.Data), C.int(t.data.Len()), p[C.int](t.Order), &t.next)
}

// Forward takes steps that are forward passes only.
func (t *Trainer) Forward(steps int) {
	C.cpeer_forward(t.c, C.int(steps), p[f32](t.data.X.Data), C.int(t.data.Len()), &t.next)
}

// Close frees the network.
func (t *Trainer) Close() { C.cpeer_free(t.c) }
