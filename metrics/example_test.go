package metrics_test

import (
	"fmt"
	"log"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/metrics"
)

// Three classes: the outputs of a softmax, and labels.
func Example() {
	m, err := metrics.New[float32](metrics.Classes(3), metrics.Accuracy, metrics.F1Macro, metrics.ROCAUCMacro, metrics.Confusion)
	if err != nil {
		log.Fatal(err)
	}
	y := kernels.Matrix[float32]{Rows: 4, Cols: 3, Stride: 3, Data: []float32{
		0.7, 0.2, 0.1,
		0.1, 0.6, 0.3,
		0.2, 0.5, 0.3,
		0.5, 0.1, 0.4,
	}}
	if err := m.AddLabels(y, []int{0, 1, 2, 0}, nil); err != nil { // for each batch
		log.Fatal(err)
	}
	for _, r := range m.Results() {
		fmt.Printf("%-17s %.3f %.3f %v\n", r.Metric, r.Value, r.Each, r.Matrix)
	}
	fmt.Println("samples of class 2:", m.Totals().Samples(2))
	// Output:
	// accuracy          0.750 [] []
	// f1_macro          0.556 [1.000 0.667 0.000] []
	// roc_auc_macro     0.833 [1.000 1.000 0.500] []
	// confusion_matrix  NaN [] [[2 0 0 0] [0 1 0 0] [0 1 0 0]]
	// samples of class 2: 1
}

// All metrics that go with a regression.
func ExampleFor() {
	task := metrics.Regression(1)
	m, err := metrics.New[float64](task, metrics.For(task)...)
	if err != nil {
		log.Fatal(err)
	}
	y := kernels.Matrix[float64]{Rows: 4, Cols: 1, Stride: 1, Data: []float64{2.5, 0, 2, 8}}
	t := kernels.Matrix[float64]{Rows: 4, Cols: 1, Stride: 1, Data: []float64{3, -0.5, 2, 7}}
	if err := m.Add(y, t, nil); err != nil {
		log.Fatal(err)
	}
	for _, r := range m.Results() {
		fmt.Printf("%s %.4g\n", r.Metric, r.Value)
	}
	// Output:
	// mse 0.375
	// mae 0.5
	// r2 0.9486
}

// Two halves of the data, measured apart and put together.
func ExampleMeter_Merge() {
	outputs := kernels.Matrix[float64]{Rows: 4, Cols: 1, Stride: 1, Data: []float64{0.1, 0.4, 0.35, 0.8}}
	labels := []int{0, 0, 1, 1}
	var halves [2]*metrics.Meter[float64]
	for i := range halves {
		m, err := metrics.New[float64](metrics.Binary(0.5), metrics.ROCAUC, metrics.AveragePrecision)
		if err != nil {
			log.Fatal(err)
		}
		m.Reserve(4)
		if err := m.AddLabels(outputs.Slice(2*i, 2*i+2), labels[2*i:2*i+2], nil); err != nil {
			log.Fatal(err)
		}
		halves[i] = m
	}
	if err := halves[0].Merge(halves[1]); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.2f %.2f\n", halves[0].Value(metrics.ROCAUC), halves[0].Value(metrics.AveragePrecision))
	// Output: 0.75 0.83
}

// A metric of one's own: Cohen's kappa, agreement beyond chance.
func ExampleMetric() {
	kappa := &metrics.Metric{
		Name: "kappa", Title: "Cohen's kappa", Larger: true, For: metrics.AnyClasses,
		Value: func(t *metrics.Totals) float64 {
			right, chance := 0.0, 0.0
			for c := range t.Task().Classes() {
				right += t.Right(c) / t.Weight()
				chance += float64(t.Support(c) / t.Weight() * t.Predicted(c) / t.Weight())
			}
			return (right - chance) / (1 - chance)
		},
	}
	m, err := metrics.New[float64](metrics.Binary(0.5), kappa)
	if err != nil {
		log.Fatal(err)
	}
	y := kernels.Matrix[float64]{Rows: 4, Cols: 1, Stride: 1, Data: []float64{0.9, 0.2, 0.6, 0.4}}
	if err := m.AddLabels(y, []int{1, 0, 0, 0}, nil); err != nil {
		log.Fatal(err)
	}
	fmt.Println(m.Value(kappa))
	// Output: 0.5
}
