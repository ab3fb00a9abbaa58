package train

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nabla-go/nabla/internal/rng"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
)

// Labels in place of targets give the same parameters, history and evaluation, bit for bit.
func TestLabelsAreTargets(t *testing.T) {
	const samples, inputs = 50, 3
	r := rng.New(1, 1)
	for _, outputs := range []int{1, 4} {
		oneHot := &Data[float32]{X: kernels.NewMatrix[float32](samples, inputs)}
		for k := range oneHot.X.Data {
			oneHot.X.Data[k] = float32(r.Float64())
		}
		for range samples {
			oneHot.Labels = append(oneHot.Labels, r.IntN(max(outputs, 2)))
		}
		labels := *oneHot
		oneHot.T = kernels.NewMatrix[float32](samples, outputs)
		for k, c := range oneHot.Labels {
			copy(oneHot.T.Row(k), classTargets[float32](outputs).Row(c))
		}
		for _, o := range []Options{
			{Batch: 1}, {Batch: 7}, {Batch: All}, {Batch: 7, Draw: 20}, {Batch: 7, FileOrder: true}, {Batch: 7, Workers: 3},
			{Batch: 7, LabelSmoothing: 0.1}, {Batch: 7, ClassWeights: []float64{1, 2, 3, 4}[:max(outputs, 2)]},
		} {
			o.Epochs, o.Rate, o.Seed = 3, 0.5, 3
			var fingerprints []string
			var results []Result
			for _, d := range []*Data[float32]{oneHot, &labels} {
				n, err := net.New[float32](net.Config{Inputs: inputs, Layers: []net.Layer{net.Dense(5, net.Tanh), net.Dense(outputs, net.Sigmoid)}, Cost: net.CrossEntropy, Seed: 1})
				require.NoError(t, err)
				result, err := Fit(context.Background(), n, d, d, o)
				require.NoError(t, err)
				for i := range result.Epochs {
					result.Epochs[i].Elapsed = 0
				}
				y, cost, accuracy, err := EvaluateOutputs(n, d)
				require.NoError(t, err)
				require.Equal(t, samples, y.Rows)
				result.Epochs[0].Cost += cost + accuracy
				fingerprints, results = append(fingerprints, n.Fingerprint()), append(results, result)
			}
			require.Equal(t, fingerprints[0], fingerprints[1])
			require.Equal(t, results[0].Epochs, results[1].Epochs)
		}
	}
}

// Labels that are no classes of the network are errors.
func TestLabelsOutOfRange(t *testing.T) {
	n, err := net.New[float32](net.Config{Inputs: 1, Layers: []net.Layer{net.Dense(3, net.Sigmoid)}})
	require.NoError(t, err)
	for _, labels := range [][]int{{0, 3}, {-1, 0}, {0}} {
		_, _, err := Evaluate(n, &Data[float32]{X: kernels.NewMatrix[float32](2, 1), Labels: labels})
		require.Error(t, err)
	}
}
