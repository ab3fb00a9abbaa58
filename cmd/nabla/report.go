package main

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/internal/chart"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/metrics"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/net"
	"github.com/nabla-go/nabla/train"
)

// How much a report shows of what may be much.
const (
	mostCurves   = 10 // ROC curves
	mostMistakes = 24
	mostNeurons  = 48
	mostColumns  = 30
	mostClasses  = 40 // of a confusion matrix
	mostPoints   = 2000
	mostOutputs  = 1 << 26 // samples times outputs
)

// A reporter makes the report of a training from the samples that it was tested with.
type reporter[T kernels.Float] struct {
	t      *training[T]
	m      *model.Model[T]
	set    *train.Data[T] // test data, or training data if there are none
	what   string         // of set
	y      kernels.Matrix[T]
	truth  kernels.Matrix[T] // targets of set
	result trainReport
	page   page
}

// report writes the report that --report asks for.
func (t *training[T]) report(m *model.Model[T], result trainReport, warnings []train.Warning) error {
	if t.reportPath == "" {
		return nil
	}
	r := &reporter[T]{t: t, m: m, set: t.test, what: "test data", result: result}
	if t.test.Len() == 0 {
		r.set, r.what = t.data, "training data"
	}
	var err error
	r.bound(mostOutputs)
	if r.y, _, _, err = train.EvaluateOutputs(t.net, r.set); err != nil {
		return err
	}
	r.truth = targetsOf(t.net, r.set)
	r.page.Title = fmt.Sprintf("%s on %s", shape(t.net), t.data.Name)
	r.page.About = fmt.Sprintf("A training with nabla: %d samples to learn from, %d for testing, %d epochs. Predictions below are those of the %s.",
		result.TrainSamples, result.TestSamples, result.Epochs, r.what)
	for _, w := range warnings {
		r.page.Warnings = append(r.page.Warnings, w.String())
	}
	r.results()
	parts := []func() error{r.curves}
	switch t.task() {
	case dataset.Classification:
		parts = append(parts, r.confusion, r.probabilities, r.mistakes)
	case dataset.Regression:
		parts = append(parts, r.residuals)
	}
	for _, part := range append(parts, r.weights, r.sensitivity, r.columns, r.making) {
		if err := part(); err != nil {
			return fmt.Errorf("--report: %w", err)
		}
	}
	return r.page.write(t.reportPath)
}

// bound leaves samples out of the report, so that there are at most so many outputs.
func (r *reporter[T]) bound(outputs int) {
	if most := max(outputs/r.t.net.Outputs(), 1); r.set.Len() > most {
		rows := make([]int, most)
		for k := range rows {
			rows[k] = k
		}
		r.set, r.what = r.set.Subset(rows), fmt.Sprintf("first %d samples of the %s", most, r.what)
	}
}

// targetsOf returns the targets of s, as many columns as n has outputs.
func targetsOf[T kernels.Float](n *net.Network[T], s *train.Data[T]) kernels.Matrix[T] {
	if s.T.Cols > 0 || s.Labels == nil {
		return s.T
	}
	m := kernels.NewMatrix[T](s.Len(), n.Outputs())
	for k, l := range s.Labels {
		switch {
		case m.Cols > 1:
			m.Row(k)[l] = 1
		case l == 1:
			m.Row(k)[0] = 1
		}
	}
	return m
}

func (r *reporter[T]) results() {
	var b strings.Builder
	r.result.print(&b)
	for line := range strings.Lines(b.String()) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "  ")
		r.page.Results = append(r.page.Results, pair{name, strings.TrimSpace(value)})
	}
}

// curves draws how cost and accuracy went.
func (r *reporter[T]) curves() error {
	history := r.m.Made.History
	of := func(value func(model.MadeEpoch) *float64, factor float64) (s chart.Series) {
		for _, e := range history {
			if v := value(e); v != nil {
				s.X, s.Y = append(s.X, float64(e.Number)), append(s.Y, factor**v)
			}
		}
		return s
	}
	judged := "test"
	if r.t.validation != nil {
		judged = "validation"
	}
	cost := of(func(e model.MadeEpoch) *float64 { return e.Cost }, 1)
	tested := of(func(e model.MadeEpoch) *float64 { return e.ValidationCost }, 1)
	cost.Name, tested.Name = "training", judged
	s := section{Title: "Learning curves"}
	if err := s.draw(chart.Diagram{Title: "Cost", X: "epoch", Y: "mean cost", Series: []chart.Series{cost, tested}}); err != nil {
		return err
	}
	if a := of(func(e model.MadeEpoch) *float64 { return e.Accuracy }, 100); len(a.X) > 0 {
		a.Name = judged
		if err := s.draw(chart.Diagram{Title: "Accuracy", X: "epoch", Y: "per cent", Series: []chart.Series{a}, LegendBelow: true}); err != nil {
			return err
		}
	}
	r.page.Sections = append(r.page.Sections, s)
	return nil
}

// confusion shows which classes are taken for which.
func (r *reporter[T]) confusion() error {
	classes := r.t.data.Classes
	if len(classes) > mostClasses || r.set.Labels == nil {
		return nil
	}
	counts := make([][]int, len(classes))
	for c := range counts {
		counts[c] = make([]int, len(classes))
	}
	for k, l := range r.set.Labels {
		if c := train.Class(r.t.net, r.y.Row(k)); c >= 0 {
			counts[l][c]++
		}
	}
	r.page.Sections = append(r.page.Sections, section{Title: "Confusion matrix", Matrix: newMatrixTable(classes, counts)})
	return nil
}

// score returns what the network thinks of sample k being of class c.
func (r *reporter[T]) score(k, c int) float64 {
	row := r.y.Row(k)
	if len(row) > 1 {
		return float64(row[c])
	}
	if c == 0 {
		return 1 - float64(row[0])
	}
	return float64(row[0])
}

// probabilities draws ROC curves and, if outputs are probabilities, the calibration.
func (r *reporter[T]) probabilities() error {
	classes := r.t.data.Classes
	if r.set.Labels == nil {
		return nil
	}
	s := section{Title: "ROC and calibration", Text: "A ROC curve shows, for each threshold, which share of a class is found and which share of all others is taken for it. Calibrated probabilities lie on the diagonal."}
	meter, err := metrics.New[T](train.TaskOf(r.t.net, r.set), metrics.ROCAUCMacro)
	if err != nil {
		return err
	}
	if err := meter.AddLabels(r.y, r.set.Labels, nil); err != nil {
		return err
	}
	areas := meter.Result(metrics.ROCAUCMacro).Each
	first := 0
	if len(classes) == 2 {
		first = 1
	}
	roc := chart.Diagram{Title: "ROC", X: "share of others taken for it", Y: "share found", Range: &[2]float64{0, 1}, LegendBelow: true}
	for c := first; c < min(len(classes), mostCurves); c++ {
		x, y := r.roc(c)
		roc.Series = append(roc.Series, chart.Series{Name: fmt.Sprintf("%s (%.4f)", clip(classes[c], 20), areas[c]), X: x, Y: y})
	}
	roc.Series = append(roc.Series, diagonal(0, 1))
	if err := s.draw(roc); err != nil {
		return err
	}
	if σ := r.t.net.Layer(r.t.net.Depth()).Activation; σ == net.Softmax || σ == net.Sigmoid {
		x, y := r.calibration()
		d := chart.Diagram{Title: "Calibration", X: "probability of the predicted class", Y: "share that is right", Range: &[2]float64{0, 1}}
		d.Series = []chart.Series{{X: x, Y: y}, diagonal(0, 1)}
		if err := s.draw(d); err != nil {
			return err
		}
	}
	r.page.Sections = append(r.page.Sections, s)
	return nil
}

func diagonal(lo, hi float64) chart.Series {
	return chart.Series{X: []float64{lo, hi}, Y: []float64{lo, hi}, Dashed: true}
}

// roc returns the points of the ROC curve of class c, not more than can be seen.
func (r *reporter[T]) roc(c int) (x, y []float64) {
	order := make([]int, r.y.Rows)
	all := 0
	for k := range order {
		order[k] = k
		if r.set.Labels[k] == c {
			all++
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(r.score(b, c), r.score(a, c)) })
	x, y = []float64{0}, []float64{0}
	found, wrong := 0, 0
	for i, k := range order {
		if r.set.Labels[k] == c {
			found++
		} else {
			wrong++
		}
		if i+1 < len(order) && r.score(order[i+1], c) == r.score(k, c) {
			continue // equal scores are one threshold
		}
		px, py := float64(wrong)/float64(max(len(order)-all, 1)), float64(found)/float64(max(all, 1))
		if last := len(x) - 1; math.Abs(px-x[last]) < 0.002 && math.Abs(py-y[last]) < 0.002 && last > 0 && i+1 < len(order) {
			continue
		}
		x, y = append(x, px), append(y, py)
	}
	return x, y
}

// calibration returns the mean probability of predicted classes in each tenth of the range,
// and the share of them that are right.
func (r *reporter[T]) calibration() (x, y []float64) {
	var sum, right, n [10]float64
	for k, l := range r.set.Labels {
		c := train.Class(r.t.net, r.y.Row(k))
		if c < 0 {
			continue
		}
		p := r.score(k, c)
		bin := min(int(10*p), 9)
		sum[bin] += p
		n[bin]++
		if c == l {
			right[bin]++
		}
	}
	for b := range n {
		if n[b] > 0 {
			x, y = append(x, sum[b]/n[b]), append(y, right[b]/n[b])
		}
	}
	return x, y
}

// width returns the width of images, 0 if samples are none. If nothing says whether they are,
// they may be square ones in shades of grey.
func (r *reporter[T]) width() int {
	if i := r.t.data.Image; i != nil {
		return i.Width
	}
	side := int(math.Sqrt(float64(r.t.net.Inputs())))
	if r.t.encoder != nil || side*side != r.t.net.Inputs() || side < 4 {
		return 0
	}
	return side
}

// pixels returns a number for each pixel of an image: the mean of its channels.
func (r *reporter[T]) pixels(inputs []float64) []float64 {
	i := r.t.data.Image
	if i == nil || i.Channels == 1 {
		return inputs
	}
	all := make([]float64, len(inputs)/i.Channels)
	for k := range all {
		all[k] = meanOf(inputs[k*i.Channels : (k+1)*i.Channels])
	}
	return all
}

// mistakes shows the samples whose class the network was most sure is another one.
func (r *reporter[T]) mistakes() error {
	if r.set.Labels == nil {
		return nil
	}
	type mistake struct {
		k, class int
		sure     float64
	}
	var all []mistake
	for k, l := range r.set.Labels {
		if c := train.Class(r.t.net, r.y.Row(k)); c >= 0 && c != l {
			all = append(all, mistake{k, c, r.score(k, c)})
		}
	}
	slices.SortStableFunc(all, func(a, b mistake) int { return cmp.Compare(b.sure, a.sure) })
	s := section{Title: "Worst mistakes", Text: fmt.Sprintf("%d of %d are wrong; these are the ones that the network was most sure of.", len(all), r.set.Len())}
	if len(all) == 0 {
		s.Text = fmt.Sprintf("None of %d is wrong.", r.set.Len())
	}
	table := &pageTable{Head: []string{"sample", "true", "predicted", "output"}}
	for _, m := range all[:min(len(all), mostMistakes)] {
		truth, taken := r.t.data.Classes[r.set.Labels[m.k]], r.t.data.Classes[m.class]
		if width := r.width(); width > 0 {
			s.Pictures = append(s.Pictures, newPicture(r.pixels(floats(r.set.X.Row(m.k))), width, false, fmt.Sprintf("%s for %s, %.2f", taken, truth, m.sure)))
			continue
		}
		table.Rows = append(table.Rows, []string{fmt.Sprint(m.k + 1), truth, taken, fmt.Sprintf("%.3f", m.sure)})
	}
	if table.Rows != nil {
		s.Table = table
	}
	r.page.Sections = append(r.page.Sections, s)
	return nil
}

func floats[T kernels.Float](x []T) []float64 {
	f := make([]float64, len(x))
	for i, v := range x {
		f[i] = float64(v)
	}
	return f
}

// residuals shows predicted numbers beside true ones, and where they are most wrong.
func (r *reporter[T]) residuals() error {
	y, t := kernels.NewMatrix[T](r.y.Rows, r.y.Cols), kernels.NewMatrix[T](r.y.Rows, r.y.Cols)
	copy(y.Data, r.y.Data)
	copy(t.Data, r.truth.Data)
	dataset.Restore(r.t.encoder, y)
	dataset.Restore(r.t.encoder, t)
	for o, name := range r.t.encoder.TargetNames() {
		s := section{Title: "Predictions of " + name}
		truth, taken, off := make([]float64, y.Rows), make([]float64, y.Rows), make([]float64, y.Rows)
		lo, hi := math.Inf(1), math.Inf(-1)
		order := make([]int, y.Rows)
		for k := range y.Rows {
			truth[k], taken[k], order[k] = float64(t.Row(k)[o]), float64(y.Row(k)[o]), k
			off[k] = taken[k] - truth[k]
			lo, hi = min(lo, truth[k], taken[k]), max(hi, truth[k], taken[k])
		}
		some := func(x []float64) (few []float64) {
			for k := 0; k < len(x); k += (len(x)-1)/mostPoints + 1 {
				few = append(few, x[k])
			}
			return few
		}
		d := chart.Diagram{Title: "Predicted and true", X: "true", Y: "predicted", Series: []chart.Series{{X: some(truth), Y: some(taken), Points: true}}}
		if lo < hi {
			d.Series, d.Range = append(d.Series, diagonal(lo, hi)), &[2]float64{lo, hi}
		}
		if err := s.draw(d); err != nil {
			return err
		}
		zero := chart.Series{X: []float64{lo, hi}, Y: []float64{0, 0}, Dashed: true}
		if err := s.draw(chart.Diagram{Title: "Residuals", X: "predicted", Y: "predicted − true", Series: []chart.Series{{X: some(taken), Y: some(off), Points: true}, zero}}); err != nil {
			return err
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(math.Abs(off[b]), math.Abs(off[a])) })
		s.Table = &pageTable{Head: []string{"worst: sample", "true", "predicted", "off by"}}
		for _, k := range order[:min(len(order), mostMistakes/2)] {
			s.Table.Rows = append(s.Table.Rows, []string{fmt.Sprint(k + 1), fmt.Sprintf("%.6g", truth[k]), fmt.Sprintf("%.6g", taken[k]), fmt.Sprintf("%.6g", off[k])})
		}
		r.page.Sections = append(r.page.Sections, s)
	}
	return nil
}

// weights shows the weights into neurons of the first layer as images.
func (r *reporter[T]) weights() error {
	width := r.width()
	if width == 0 {
		return nil
	}
	w := r.t.net.Weights(1)
	s := section{Title: "Weights of the first layer", Text: "What each neuron looks for: blue is positive, orange negative."}
	for j := range min(w.Rows, mostNeurons) {
		s.Pictures = append(s.Pictures, newPicture(r.pixels(floats(w.Row(j))), width, true, fmt.Sprint(j+1)))
	}
	r.page.Sections = append(r.page.Sections, s)
	return nil
}

// sensitivity shows how much the cost depends on each input.
func (r *reporter[T]) sensitivity() error {
	n := r.t.net
	ws := n.NewWorkspace(min(net.PredictBatch, r.set.Len()))
	sums := make([]float64, n.Inputs())
	for k := 0; k < r.set.Len(); k += net.PredictBatch {
		l := min(k+net.PredictBatch, r.set.Len())
		n.Forward(ws, r.set.X.Slice(k, l))
		n.Backward(ws, r.truth.Slice(k, l))
		g := n.InputGradient(ws)
		for i := range l - k {
			for j, v := range g.Row(i) {
				sums[j] += math.Abs(float64(v))
			}
		}
	}
	for j := range sums {
		sums[j] /= float64(r.set.Len())
	}
	s := section{Title: "∂C/∂x", Text: "How much the cost changes with each input, as the network sees it, that is after scaling: the mean of |∂C/∂x| over the " + r.what + "."}
	if width := r.width(); width > 0 {
		s.Pictures = []picture{newPicture(r.pixels(sums), width, false, "white: much")}
	} else {
		order := make([]int, len(sums))
		for j := range order {
			order[j] = j
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(sums[b], sums[a]) })
		var names []string
		var values []float64
		for _, j := range order[:min(len(order), mostColumns)] {
			names, values = append(names, clip(r.inputName(j), 24)), append(values, sums[j])
		}
		if err := s.drawBars("∂C/∂x by column", "mean |∂C/∂x|", names, values); err != nil {
			return err
		}
	}
	r.page.Sections = append(r.page.Sections, s)
	return nil
}

// inputName returns the name of an input, or its number.
func (r *reporter[T]) inputName(j int) string {
	if e := r.t.encoder; e != nil && len(e.Names()) == r.t.net.Inputs() {
		return e.Names()[j]
	}
	if f := r.t.data.Features; len(f) == r.t.net.Inputs() {
		return f[j]
	}
	return fmt.Sprintf("input %d", j+1)
}

// columns lists the columns of a table.
func (r *reporter[T]) columns() error {
	if len(r.t.samples.columns) == 0 {
		return nil
	}
	t := &pageTable{Head: []string{"column", "name", "type", "gaps", "values", "becomes"}}
	for _, c := range r.t.samples.columns {
		t.Rows = append(t.Rows, []string{fmt.Sprint(c.Number), c.Name, c.Type, fmt.Sprint(c.Gaps), c.Values, c.Becomes})
	}
	r.page.Sections = append(r.page.Sections, section{Title: "Columns", Table: t})
	return nil
}

// making says how the model was made.
func (r *reporter[T]) making() error {
	made, cfg := r.m.Made, r.t.net.Config()
	t := &pageTable{Head: []string{"what", "value"}}
	add := func(name, format string, args ...any) {
		t.Rows = append(t.Rows, []string{name, fmt.Sprintf(format, args...)})
	}
	add("program", "%s, numeric version %s, %s, %s", made.Program, made.NumericVersion, r.t.precision, kernels.ISA())
	for i, l := range layerWords(r.t.net) {
		add(fmt.Sprintf("layer %d", i+1), "%s", l)
	}
	add("cost", "%v", cfg.Cost)
	if words := thresholdWords(r.t.net, r.t.data.Classes); words != "" {
		add("threshold", "%s", words)
	}
	o := r.t.options
	add("optimizer", "%v, learning rate %v", o.Optimizer.Method, o.Rate)
	add("batch, epochs, seed", "%d, %d, %d", min(o.Batch, r.t.length()), o.Epochs, o.Seed)
	for _, d := range made.Data {
		add("data", "%s, %d bytes, SHA-256 %s", d.Name, d.Size, d.SHA256)
	}
	for _, name := range slices.Sorted(maps.Keys(made.Options)) {
		add("--"+name, "%s", strings.Join(made.Options[name], " "))
	}
	add("fingerprint", "%s", made.Fingerprint)
	r.page.Sections = append(r.page.Sections, section{Title: "How it was made", Table: t})
	return nil
}
