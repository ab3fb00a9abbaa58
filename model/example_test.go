package model_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	nn "github.com/nabla-go/nabla/net"
)

func ExampleLoad() {
	dir, err := os.MkdirTemp("", "nabla")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "sum.safetensors")

	n, err := nn.New[float32](nn.Config{Inputs: 2, Layers: []nn.Layer{nn.Dense(1, nn.Identity)}})
	if err != nil {
		fmt.Println(err)
		return
	}
	copy(n.Weights(1).Row(0), []float32{1, 1})
	m := &model.Model[float32]{Net: n, Features: []string{"left", "right"}}
	if err := m.Save(path); err != nil {
		fmt.Println(err)
		return
	}

	back, err := model.Load[float32](path)
	if err != nil {
		fmt.Println(err)
		return
	}
	x := kernels.Matrix[float32]{Rows: 1, Cols: 2, Data: []float32{3, 4}, Stride: 2}
	fmt.Println(back.Features, back.Net.Predict(x).Data)
	// Output: [left right] [7]
}
