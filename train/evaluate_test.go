package train

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/internal/rng"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
)

// EvaluateOutputs has the cost and the accuracy of Evaluate and the outputs of
// Predict, to the last bit, over more samples than are taken at once.
func TestEvaluateOutputs(t *testing.T) {
	n, err := net.New[float32](net.Config{
		Inputs: 3, Layers: []net.Layer{net.Dense(4, net.Tanh), net.Dense(2, net.Softmax)}, Cost: net.SoftmaxCrossEntropy, Seed: 4,
	})
	require.NoError(t, err)
	d := &Data[float32]{X: kernels.NewMatrix[float32](2*net.PredictBatch+7, 3), T: kernels.NewMatrix[float32](2*net.PredictBatch+7, 2)}
	r := rng.New(1, 0)
	for k := range d.Len() {
		for j := range d.X.Row(k) {
			d.X.Row(k)[j] = float32(r.Normal())
		}
		d.T.Row(k)[k%2] = 1
	}
	wantCost, wantAccuracy, err := Evaluate(n, d)
	require.NoError(t, err)
	y, cost, accuracy, err := EvaluateOutputs(n, d)
	require.NoError(t, err)
	require.Equal(t, math.Float64bits(wantCost), math.Float64bits(cost))
	require.Equal(t, math.Float64bits(wantAccuracy), math.Float64bits(accuracy))
	want := n.Predict(d.X)
	require.Len(t, y.Data, len(want.Data))
	for i := range want.Data {
		require.Equal(t, math.Float32bits(want.Data[i]), math.Float32bits(y.Data[i]))
	}

	_, _, _, err = EvaluateOutputs(n, &Data[float32]{X: kernels.NewMatrix[float32](1, 5), T: kernels.NewMatrix[float32](1, 2)})
	require.EqualError(t, err, "train: inputs have 5 columns but the network has 3 inputs")
}

func TestClass(t *testing.T) {
	network := func(outputs int, σ net.Layer) *net.Network[float64] {
		σ.Out = outputs
		n, err := net.New[float64](net.Config{Inputs: 1, Layers: []net.Layer{σ}})
		require.NoError(t, err)
		return n
	}
	nan := math.NaN()
	for _, c := range []struct {
		n    *net.Network[float64]
		row  []float64
		want int
	}{
		{network(3, net.Dense(1, net.Sigmoid)), []float64{0.1, 0.7, 0.7}, 1},
		{network(3, net.Dense(1, net.Sigmoid)), []float64{0.1, 0.7, nan}, -1},
		{network(3, net.Dense(1, net.Sigmoid)), []float64{nan, 0.7, 0.1}, -1},
		{network(2, net.Dense(1, net.Tanh)), []float64{-2, -3}, 0},
		{network(1, net.Dense(1, net.Sigmoid)), []float64{0.5}, 0},
		{network(1, net.Dense(1, net.Sigmoid)), []float64{0.51}, 1},
		{network(1, net.Dense(1, net.Tanh)), []float64{0.1}, 1},
		{network(1, net.Dense(1, net.Tanh)), []float64{0}, 0},
		{network(1, net.Dense(1, net.Tanh)), []float64{nan}, -1},
	} {
		require.Equal(t, c.want, Class(c.n, c.row), "%v", c.row)
	}
}
