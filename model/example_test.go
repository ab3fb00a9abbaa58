package model_test

import (
	"bytes"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	nn "github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

//go:embed testdata/xor.safetensors
var xorFile []byte

// A model that is part of the program, and what it takes to predict from raw rows.
// The file is what nabla train made of the four rows of XOR.
func ExampleParse() {
	f, err := model.Parse(xorFile)
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := model.Decode[float32](f)
	if err != nil {
		fmt.Println(err)
		return
	}
	x := kernels.Matrix[float32]{Rows: 2, Cols: 2, Stride: 2, Data: []float32{0, 1, 1, 1}}
	train.Scale(m.Scaler, x)
	y := m.Net.Predict(x)
	fmt.Println(m.Classes)
	fmt.Printf("%.2f\n", y.Data)
	// Output:
	// [no yes]
	// [0.01 0.99 1.00 0.00]
}

func ExampleModel_Write() {
	n, err := nn.New[float64](nn.Config{Inputs: 1, Layers: []nn.Layer{nn.Dense(1, nn.Tanh)}})
	if err != nil {
		fmt.Println(err)
		return
	}
	var file bytes.Buffer // or a connection, an archive, …
	m := &model.Model[float64]{Net: n, Features: []string{"temperature"}}
	if err := m.Write(&file); err != nil {
		fmt.Println(err)
		return
	}
	f, err := model.Read(&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.DType())
	// Output: F64
}

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
