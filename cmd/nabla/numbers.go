package main

import (
	"fmt"
	"io"
	"math"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/metrics"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// majority returns the share of the most frequent class.
func majority(labels []int) float64 {
	counts := make(map[int]int)
	most := 0
	for _, l := range labels {
		counts[l]++
		most = max(most, counts[l])
	}
	if len(labels) == 0 {
		return 0
	}
	return float64(most) / float64(len(labels))
}

// numbersReport is the result of a test of a model that predicts numbers, or several labels
// at once.
type numbersReport struct {
	Task     string   `json:"task"`
	Samples  int      `json:"samples"`
	Cost     number   `json:"cost"` // mean over the samples
	Targets  []string `json:"targets"`
	R2       *number  `json:"r2,omitempty"`
	MAE      *number  `json:"mae,omitempty"`
	Accuracy []number `json:"accuracy,omitempty"` // of each label
	Majority []number `json:"majority_share,omitempty"`
}

// numberScores returns R² and the mean absolute error of outputs y for the targets of s, in
// the units that the targets have.
func numberScores[T kernels.Float](e *dataset.Encoder, s *train.Data[T], y kernels.Matrix[T]) (r2, mae float64, err error) {
	t := kernels.NewMatrix[T](s.T.Rows, s.T.Cols)
	copy(t.Data, s.T.Data)
	dataset.Restore(e, t)
	dataset.Restore(e, y)
	meter, err := metrics.New[T](metrics.Regression(y.Cols), metrics.R2, metrics.MAE)
	if err == nil {
		err = meter.Add(y, t, nil)
	}
	if err != nil {
		return 0, 0, err
	}
	return meter.Value(metrics.R2), meter.Value(metrics.MAE), nil
}

// labelScores returns for each label the share of samples that it is right for, and that
// of the more frequent answer.
func labelScores[T kernels.Float](n *net.Network[T], s *train.Data[T], y kernels.Matrix[T]) (accuracy, majority []number) {
	for o := range y.Cols {
		right, yes := 0, 0
		for k := range y.Rows {
			is := s.T.Row(k)[o] > 0.5
			if is {
				yes++
			}
			if is == (train.Class(n, y.Row(k)[o:o+1]) == 1) {
				right++
			}
		}
		rows := float64(y.Rows)
		accuracy = append(accuracy, number(float64(right)/rows))
		majority = append(majority, number(math.Max(float64(yes), rows-float64(yes))/rows))
	}
	return accuracy, majority
}

// newNumbersReport tests m on samples that have been prepared for it.
func newNumbersReport[T kernels.Float](m *model.Model[T], s *train.Data[T]) (*numbersReport, error) {
	y, cost, _, err := train.EvaluateOutputs(m.Net, s)
	if err != nil {
		return nil, err
	}
	if err := checkOutputs(s.Name, 0, y); err != nil {
		return nil, err
	}
	r := &numbersReport{Task: m.Encoder.Task.String(), Samples: s.Len(), Cost: number(cost), Targets: m.Encoder.TargetNames()}
	if m.Encoder.Task == dataset.Labels {
		r.Accuracy, r.Majority = labelScores(m.Net, s, y)
		return r, nil
	}
	r2, mae, err := numberScores(m.Encoder, s, y)
	r.R2, r.MAE = (*number)(&r2), (*number)(&mae)
	return r, err
}

func (r *numbersReport) print(w io.Writer) {
	if r.R2 != nil {
		fmt.Fprintf(w, "R²        %.4f of %s\n", float64(*r.R2), counted(r.Samples, "sample", "samples"))
		fmt.Fprintf(w, "error     %.6g in the mean (absolute)\n", float64(*r.MAE))
	}
	for o, name := range r.Targets {
		if r.Accuracy != nil {
			fmt.Fprintf(w, "accuracy  %.2f %% of %s for %s (%.2f %% have the more frequent value)\n", 100*r.Accuracy[o], counted(r.Samples, "sample", "samples"), clip(name, 25), 100*r.Majority[o])
		}
	}
	fmt.Fprintf(w, "cost      %.6g\n", float64(r.Cost))
}
