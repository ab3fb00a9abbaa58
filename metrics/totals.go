package metrics

import "math"

var nan = math.NaN()

// Totals are what metrics are made of. Samples are counted by weight, unless said
// otherwise. A method panics if no metric of the meter has declared that it
// [Metric.Needs] it, or if there is no such class or output.
type Totals struct {
	task   Task
	needs  Needs
	rows   int
	nans   int
	weight float64

	// Of each class.
	samples                   []int
	support, predicted, right []float64
	confusion                 []float64 // class × predicted class, the last column for none
	ranks                     []float64 // by the number of outputs before that of the sample's class
	likelihood                float64
	curves                    curves

	// Of each output of a regression. Means and variations are of the targets less first,
	// the first target, so that targets far from 0 lose no digits.
	squares, absolutes, first, means, variations []float64
}

// curves computes what takes all scores of a class, of which some are of its samples
// and some of others.
type curves interface {
	roc(class int) float64
	averagePrecision(class int) float64
}

func newTotals(task Task, needs Needs) Totals {
	t := Totals{task: task, needs: needs}
	if task.kind == Numbers {
		for _, s := range []*[]float64{&t.squares, &t.absolutes, &t.first, &t.means, &t.variations} {
			*s = make([]float64, task.outputs)
		}
		return t
	}
	n := task.Classes()
	t.samples = make([]int, n)
	for _, s := range []*[]float64{&t.support, &t.predicted, &t.right} {
		*s = make([]float64, n)
	}
	if needs&Matrix != 0 {
		t.confusion = make([]float64, n*(n+1))
	}
	if needs&Ranks != 0 {
		t.ranks = make([]float64, n)
	}
	return t
}

// sums returns all slices that merging adds up, element by element.
func (t *Totals) sums() [7][]float64 {
	return [...][]float64{t.support, t.predicted, t.right, t.confusion, t.ranks, t.squares, t.absolutes}
}

func (t *Totals) reset() {
	t.rows, t.nans, t.weight, t.likelihood = 0, 0, 0, 0
	clear(t.samples)
	for _, s := range t.sums() {
		clear(s)
	}
	for j := range t.means {
		t.first[j], t.means[j], t.variations[j] = 0, 0, 0
	}
}

// merge adds the sums of o to those of t.
func (t *Totals) merge(o *Totals) {
	if o.rows == 0 {
		return
	}
	if t.rows == 0 {
		copy(t.first, o.first)
	}
	total := t.weight + o.weight
	for j := range t.means {
		// After Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for
		// computing sample variances", 1979.
		d, share := (o.first[j]-t.first[j])+(o.means[j]-t.means[j]), o.weight/total
		t.variations[j] += o.variations[j] + float64(float64(d*t.weight)*float64(d*share))
		t.means[j] += float64(d * share)
	}
	from := o.sums()
	for i, s := range t.sums() {
		for j := range s {
			s[j] += from[i][j]
		}
	}
	for c, n := range o.samples {
		t.samples[c] += n
	}
	t.rows += o.rows
	t.nans += o.nans
	t.weight = total
	t.likelihood += o.likelihood
}

// addTarget takes target x of output j in, after its row has been counted.
// After West, "Updating mean and variance estimates: an improved method", 1979.
func (t *Totals) addTarget(j int, x, weight float64) {
	if t.rows == 1 {
		t.first[j] = x
	}
	x -= t.first[j]
	d := x - t.means[j]
	t.means[j] += float64(d * (weight / t.weight))
	t.variations[j] += float64(float64(weight*d) * (x - t.means[j]))
}

// Task returns the task.
func (t *Totals) Task() Task { return t.task }

// Rows returns the number of rows that have been added, those of weight 0 left out.
func (t *Totals) Rows() int { return t.rows }

// NaNs returns the number of rows with a NaN among their outputs.
func (t *Totals) NaNs() int { return t.nans }

// Weight returns the sum of the weights of all rows.
func (t *Totals) Weight() float64 { return t.weight }

// Samples returns the number of rows of class c, each counted as 1.
func (t *Totals) Samples(c int) int { return t.samples[c] }

// Support returns the number of samples of class c.
func (t *Totals) Support(c int) float64 { return t.support[c] }

// Predicted returns the number of samples that were predicted to be of class c.
func (t *Totals) Predicted(c int) float64 { return t.predicted[c] }

// Right returns the number of samples of class c that were predicted to be of it.
func (t *Totals) Right(c int) float64 { return t.right[c] }

// Confusion returns the number of samples of a class that were predicted to be of
// another, or the same. Predicted class −1 stands for outputs with a NaN.
func (t *Totals) Confusion(class, predicted int) float64 {
	t.want(Matrix)
	n := t.task.Classes()
	if class < 0 || class >= n || predicted < -1 || predicted >= n {
		panic(noClass)
	}
	if predicted < 0 {
		predicted = n
	}
	return t.confusion[class*(n+1)+predicted]
}

// AmongLargest returns the number of samples whose class is among the k largest outputs.
func (t *Totals) AmongLargest(k int) float64 {
	t.want(Ranks)
	sum := 0.0
	for _, n := range t.ranks[:min(k, len(t.ranks))] {
		sum += n
	}
	return sum
}

// LogLikelihood returns Σ ln p, p being the probability that outputs give their
// sample's class.
func (t *Totals) LogLikelihood() float64 {
	t.want(Likelihood)
	return t.likelihood
}

// ROCAUC returns the area under the ROC curve of class c against all others.
func (t *Totals) ROCAUC(c int) float64 {
	t.want(Scores)
	if t.nans > 0 || !hasBoth(t, c) {
		return nan
	}
	return t.curves.roc(c)
}

// AveragePrecision returns the average precision of class c against all others.
func (t *Totals) AveragePrecision(c int) float64 {
	t.want(Scores)
	switch {
	case t.nans > 0 || t.rows == 0:
		return nan
	case !hasSamples(t, c):
		return 0
	}
	return t.curves.averagePrecision(c)
}

// SquaredError returns Σ (y−t)² of output j of a regression.
func (t *Totals) SquaredError(j int) float64 { return t.squares[j] }

// AbsoluteError returns Σ |y−t| of output j of a regression.
func (t *Totals) AbsoluteError(j int) float64 { return t.absolutes[j] }

// Variation returns Σ (t−t̄)² of output j of a regression, t̄ being the mean target.
func (t *Totals) Variation(j int) float64 { return t.variations[j] }

func (t *Totals) want(n Needs) {
	if t.needs&n == 0 {
		panic(notNeeded)
	}
}
