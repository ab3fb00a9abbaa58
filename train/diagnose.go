package train

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unsafe"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/metrics"
	"github.com/nabla-go/nabla/net"
)

// A Warning says in plain words what is wrong with a training and what to try.
type Warning struct {
	Kind  WarningKind
	Layer int    // 1, 2, … where a layer is meant, else 0
	What  string // a sentence
	Try   string // another one
}

// A WarningKind is a way in which a training fails without an error.
type WarningKind string

// The kinds of warnings.
const (
	OneClassOnly  WarningKind = "one-class-only"  // all predictions are of one class
	AtChance      WarningKind = "at-chance"       // no better than always the most frequent class
	StuckCost     WarningKind = "stuck-cost"      // the cost hasn't moved
	Saturated     WarningKind = "saturated"       // σ' is nearly 0 for nearly all z of a hidden layer
	DeadNeurons   WarningKind = "dead-neurons"    // most neurons of a hidden layer no longer learn
	EmptyClasses  WarningKind = "empty-classes"   // classes without a sample to learn from
	NoHiddenLayer WarningKind = "no-hidden-layer" // and the data aren't separable without one
)

// String returns both sentences.
func (w Warning) String() string { return w.What + " " + w.Try }

// What makes a warning.
const (
	flatSlope      = 1e-3 // |σ'| of a neuron that hardly learns
	deadSamples    = 10   // samples from which a neuron can be called dead
	saturatedShare = 0.9
	deadShare      = 0.5
	stuckChange    = 0.01 // relative change of the cost that is none
	separable      = 0.95 // accuracy below which data aren't separated
	judgedSamples  = 1000 // of the training data, about
	fewSamples     = 10   // of the validation data, from which little follows
	unscaled       = 20   // size of an input beyond what scaling leaves of most
)

// Diagnose returns what is wrong with the training so far; see [Result].Warnings. It
// evaluates the network with the parameters that it has, and changes nothing. Call it
// after [Trainer.Run], where Fit does.
func (t *Trainer[T]) Diagnose() ([]Warning, error) {
	var found []Warning
	s := &t.state
	if t.batches == nil || len(s.History) == 0 {
		return nil, nil
	}
	e, err := t.judge()
	if err != nil {
		return nil, err
	}
	last := s.History[len(s.History)-1]
	if e.task.Classes() > 0 {
		if found, err = t.diagnoseClasses(e); err != nil {
			return nil, err
		}
	}
	if first := s.History[0]; len(s.History) > 1 && !(last.Cost < float64(first.Cost*(1-stuckChange))) && !t.hasLearned(e) {
		found = append(found, Warning{
			Kind: StuckCost,
			What: fmt.Sprintf("The cost has not moved: it was %.4g in the first epoch and is %.4g in the last one.", first.Cost, last.Cost),
			Try:  "Try a learning rate 10 times as high and one 10 times as low, and scale the inputs.",
		})
	}
	found = append(found, t.diagnoseLayers(last)...)
	if t.net.Depth() == 1 && e.task.Classes() > 0 && e.accuracy() < separable && standsStill(s.History) {
		found = append(found, Warning{
			Kind: NoHiddenLayer,
			What: fmt.Sprintf("The network has no hidden layer and names the right class of only %.1f %% of the samples; the cost no longer falls.", 100*e.accuracy()),
			Try:  "What no plane can separate takes a hidden layer: add one, of some 30 neurons.",
		})
	}
	return found, nil
}

// standsStill reports whether the cost no longer falls: the last epoch's isn't clearly below
// that of the epoch before or, since single epochs vary, the mean of the last quarter isn't
// clearly below that of the quarter before.
func standsStill(history []Epoch) bool {
	falls := func(epochs int) bool {
		last, before := 0.0, 0.0
		for i := range epochs {
			last += history[len(history)-1-i].Cost
			before += history[len(history)-1-i-epochs].Cost
		}
		return last < float64(before*(1-stuckChange))
	}
	return len(history) > 1 && !(falls(1) && falls(max(len(history)/4, 1)))
}

// judge evaluates the network with the validation data or, without any, with samples of
// the training, evenly spread over them.
func (t *Trainer[T]) judge() (*evaluator[T], error) {
	e, ws := t.validation, t.ws
	ws.SetPart(nil)
	if e == nil {
		ws = t.net.NewWorkspace(net.PredictBatch)
		v, err := t.batches.survey()
		if err != nil {
			return nil, err
		}
		some := &Data[T]{X: v.some.X, T: v.some.T}
		if e, err = newEvaluator(t.net, some, t.task); err != nil {
			return nil, err
		}
	}
	if _, err := e.run(t.net, ws, nil); err != nil {
		return nil, fmt.Errorf("train: diagnosis: %w", err)
	}
	return e, nil
}

// hasLearned reports whether a cost that stands still is no fault, because it is low: most
// classes are right, or outputs are near the targets.
func (t *Trainer[T]) hasLearned(e *evaluator[T]) bool {
	if e.task.Classes() > 0 {
		return e.accuracy() >= separable
	}
	m, err := metrics.New[T](e.task, metrics.R2)
	if err != nil {
		return false
	}
	for i := 0; i < e.data.Len(); i += net.PredictBatch {
		b := e.data.slice(i, min(i+net.PredictBatch, e.data.Len()))
		if m.Add(t.net.Forward(t.ws, b.X), b.T, nil) != nil {
			return false
		}
	}
	return m.Value(metrics.R2) >= separable
}

// diagnoseClasses returns warnings about predictions and classes.
func (t *Trainer[T]) diagnoseClasses(e *evaluator[T]) (found []Warning, err error) {
	totals, samples := e.meter.Totals(), e.data.Len()
	most, present, only := 0, 0, -1
	for c := range e.task.Classes() {
		if totals.Samples(c) > 0 {
			present++
		}
		if totals.Samples(c) > totals.Samples(most) {
			most = c
		}
		if totals.Predicted(c) == float64(samples) {
			only = c
		}
	}
	accuracy, share := e.accuracy(), float64(totals.Samples(most))/float64(samples)
	v, err := t.batches.survey()
	if err != nil {
		return nil, err
	}
	remedy := t.remedy(v)
	switch {
	case present < 2, t.validation != nil && samples < fewSamples:
	case only >= 0:
		found = append(found, Warning{
			Kind: OneClassOnly,
			What: fmt.Sprintf("All %d predictions are of %s.", samples, t.className(only)),
			Try:  remedy,
		})
	case accuracy <= share && accuracy < 1:
		found = append(found, Warning{
			Kind: AtChance,
			What: fmt.Sprintf("The network is no better than always the most frequent class: it is right for %.1f %% of the samples, and %.1f %% are of %s.", 100*accuracy, 100*share, t.className(most)),
			Try:  remedy,
		})
	}
	var empty []string
	for c, s := range v.seen {
		if !s {
			empty = append(empty, t.className(c))
		}
	}
	if len(empty) > 0 {
		found = append(found, Warning{
			Kind: EmptyClasses,
			What: fmt.Sprintf("No sample to learn from is of %s.", strings.Join(empty, ", ")),
			Try:  "The network will never name what it has never seen: add samples, or leave the outputs out.",
		})
	}
	return found, nil
}

// remedy says what may help a network that tells no classes apart: of the usual faults those
// that this training may have.
func (t *Trainer[T]) remedy(v *survey[T]) string {
	var all []string
	far := false
	for k := range v.some.X.Rows {
		for _, x := range v.some.X.Row(k) {
			far = far || math.Abs(float64(x)) > unscaled
		}
	}
	if far {
		all = append(all, "scale the inputs")
	}
	history := t.state.History
	if standsStill(history) {
		all = append(all, "lower the learning rate by 10")
	} else {
		all = append(all, "train for more epochs")
	}
	if r := t.net.Layer(1).Activation.Range; t.net.Depth() > 1 && r != nil && !math.IsInf(r.Max-r.Min, 0) {
		all = append(all, "try relu")
	}
	if t.options.Optimizer.method().descends {
		all = append(all, "try Adam")
	}
	all = append(all, "check that the inputs say something of the targets")
	s := strings.Join(all[:len(all)-1], ", ") + ", and " + all[len(all)-1] + "."
	return strings.ToUpper(s[:1]) + s[1:]
}

// className returns what messages call a class.
func (t *Trainer[T]) className(c int) string {
	if c < len(t.classNames) {
		return fmt.Sprintf("class %d (%q)", c, t.classNames[c])
	}
	return fmt.Sprintf("class %d", c)
}

// A survey is what a diagnosis has to know of the training data.
type survey[T kernels.Float] struct {
	every int
	some  batch[T] // some judgedSamples samples, evenly spread
	seen  []bool   // the classes that have samples
}

func newSurvey[T kernels.Float](samples int, task metrics.Task) *survey[T] {
	v := &survey[T]{every: divideUp(samples, judgedSamples), seen: make([]bool, task.Classes())}
	v.some.X.Rows = divideUp(samples, v.every)
	return v
}

// add adds the samples of b, which come after so many others.
func (v *survey[T]) add(n *net.Network[T], before int, b *batch[T]) {
	v.some.reserve(v.some.X.Rows, b)
	for k := range b.Len() {
		if at := before + k; at%v.every == 0 {
			v.some.copyRow(at/v.every, b, k)
		}
		if len(v.seen) > 0 {
			if c := Class(n, b.target(k)); c >= 0 {
				v.seen[c] = true
			}
		}
	}
}

// diagnoseLayers returns warnings about hidden layers at the end of an epoch.
func (t *Trainer[T]) diagnoseLayers(e Epoch) (found []Warning) {
	for i, l := range e.Layers {
		σ := t.net.Layer(i + 1).Activation
		switch {
		case l.Dead > deadShare && !(σ.AtRest == nil && l.Flat > saturatedShare):
			found = append(found, Warning{
				Kind: DeadNeurons, Layer: i + 1,
				What: fmt.Sprintf("%.0f %% of the %v neurons of layer %d are dead: their slope is 0 for all samples.", 100*l.Dead, σ, i+1),
				Try:  "Lower the learning rate by 3 to 10, centre the inputs, or try another activation.",
			})
		case l.Flat > saturatedShare:
			found = append(found, Warning{
				Kind: Saturated, Layer: i + 1,
				What: fmt.Sprintf("Layer %d is saturated: for %.0f %% of its pre-activations the slope of %v is below 1/1000.", i+1, 100*l.Flat, σ),
				Try:  "Scale the inputs, lower the learning rate, or begin with smaller weights.",
			})
		}
	}
	return found
}

// A layerReporter makes [LayerReport]s.
type layerReporter[T kernels.Float] struct {
	slopes []T
	alive  []bool
}

// report returns a report of each hidden layer for the batch that Forward has just seen.
func (r *layerReporter[T]) report(n *net.Network[T], ws *net.Workspace[T]) (reports []LayerReport) {
	reports = make([]LayerReport, 0, n.Depth()-1)
	for i := 1; i < n.Depth(); i++ {
		reports = append(reports, r.layer(n.Layer(i).Activation, ws.Z(i), ws.A(i)))
	}
	return reports
}

func (r *layerReporter[T]) layer(σ *net.Activation, z, a kernels.Matrix[T]) LayerReport {
	if σ.ByRows || z.Rows == 0 {
		return LayerReport{math.NaN(), math.NaN()}
	}
	r.slopes = slices.Grow(r.slopes[:0], z.Cols)[:z.Cols]
	r.alive = slices.Grow(r.alive[:0], z.Cols)[:z.Cols]
	clear(r.alive)
	flat := 0
	for k := range z.Rows {
		for j := range r.slopes {
			r.slopes[j] = 1
		}
		mulPrime(σ, r.slopes, z.Row(k), a.Row(k))
		for j, s := range r.slopes {
			if -flatSlope < s && s < flatSlope {
				flat++
			} else {
				r.alive[j] = true
			}
		}
	}
	report := LayerReport{Flat: float64(flat) / float64(z.Rows*z.Cols), Dead: math.NaN()}
	if z.Rows >= deadSamples {
		dead := 0
		for _, ok := range r.alive {
			if !ok {
				dead++
			}
		}
		report.Dead = float64(dead) / float64(z.Cols)
	}
	return report
}

// mulPrime sets delta ← delta ⊙ σ'(z).
func mulPrime[T kernels.Float](σ *net.Activation, delta, z, a []T) {
	// T is float32 or float64, or has the layout of one of them.
	if unsafe.Sizeof(T(0)) == 4 {
		(*net.Functions[T])(unsafe.Pointer(&σ.F32)).MulPrime(delta, z, a)
	} else {
		(*net.Functions[T])(unsafe.Pointer(&σ.F64)).MulPrime(delta, z, a)
	}
}

// checkNeurons returns an error if all neurons of a hidden layer that is trained are
// equal: the gradient would keep them so.
func checkNeurons[T kernels.Float](n *net.Network[T], o *Options) error {
	for i := 1; i < n.Depth(); i++ {
		w, b := n.Weights(i), n.Biases(i)
		if o.LayerRates != nil && o.LayerRates[i-1] == 0 || w.Rows < 2 {
			continue
		}
		equal := true
		for j := 1; equal && j < w.Rows; j++ {
			equal = b[j] == b[0] && slices.Equal(w.Row(j), w.Row(0))
		}
		if equal {
			return fmt.Errorf("train: all %d neurons of hidden layer %d have the same weights and biases, and training would keep them equal for ever: want an initialisation that is random, such as net.ScaledNormal", w.Rows, i)
		}
	}
	return nil
}
