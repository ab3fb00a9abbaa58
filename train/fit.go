package train

import (
	"context"
	"fmt"
	"time"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/net"
)

// An Epoch says how one pass through the training data went.
type Epoch struct {
	Number             int       // 1, 2, …
	Steps              int       // taken so far
	Rate               float64   // η in the last step
	Cost               float64   // mean over the samples, each at the time of its step
	ValidationCost     float64   // after the epoch; NaN without validation data
	ValidationAccuracy float64   // see Evaluate; NaN without validation data or classes
	Metrics            []float64 // values of Options.Metrics; NaN for one that is no single number
	// Layers are the hidden layers 1 … L−1, as they answered the last batch of the epoch:
	// that of the validation data, if there are some, else of the training.
	Layers  []LayerReport
	Elapsed time.Duration
}

// A LayerReport says how many neurons of a layer have stopped to learn. Where the
// activation goes by rows, as softmax does, both shares are NaN.
type LayerReport struct {
	Flat float64 // share of pre-activations z with |σ'(z)| < 1/1000, over all samples of the batch
	Dead float64 // share of neurons with such a z for all samples; NaN with fewer than 10 samples
}

// A Result says how a training went.
type Result struct {
	Epochs       []Epoch // those that were completed
	Best         int     // number of the epoch with the least validation cost or the best Options.Watch, 0 without validation data
	StoppedEarly bool    // by Patience
	// Warnings say what is wrong with the training, judged by its data and its end: by
	// the validation data if there are some, else by some 1000 samples of the training.
	Warnings []Warning
}

// A DivergedError reports a cost or parameters that are NaN or infinite. The
// network has the parameters of the last completed epoch.
type DivergedError struct {
	Epoch, Step int     // both from 1; the step within the epoch. Epoch 0 is [Trainer.Learn], with steps of the training
	Cost        float64 // of the step, or of the epoch if it was found at the end of it
	Remedy      string  // that the cost's own parameter offers, "raise τ, which is 2"; may be empty
}

func (e *DivergedError) Error() string {
	what := fmt.Sprintf("the cost is %v", e.Cost)
	if finite(e.Cost) {
		what = "parameters are no longer finite"
	}
	advice := "lower the learning rate or scale the inputs"
	if e.Remedy != "" {
		advice = e.Remedy + ", " + advice
	}
	return fmt.Sprintf("train: diverged in %s: %s: %s", place(e.Epoch, e.Step), what, advice)
}

// place says where in a training a step is.
func place(epoch, step int) string {
	if epoch == 0 {
		return fmt.Sprintf("step %d", step)
	}
	return fmt.Sprintf("epoch %d, step %d", epoch, step)
}

// Fit trains n on d by stochastic gradient descent or one of its relatives; see
// [Options]. It begins with the parameters that n has, whether they are new or from an
// earlier training or a model file. After every epoch it evaluates n on validation,
// unless that is nil or empty.
//
// Fit returns after the last epoch, or earlier:
//
//   - with an error about data or options, before it changes n;
//   - by Options.Patience, with the parameters of the best epoch;
//   - as soon as ctx ends, with its error and the parameters of the last step, or of
//     the last completed epoch if those of the last step are no longer finite;
//   - with a [DivergedError] or another error, and the parameters of the last completed
//     epoch.
//
// The result holds the completed epochs in any case. A step allocates nothing.
//
// A second Fit is a second training: the order of the samples, the optimizer's state
// and the schedule begin anew. To train on in pieces, use a [Trainer], whose loop Fit is.
func Fit[T kernels.Float](ctx context.Context, n *net.Network[T], d, validation *Data[T], o Options) (Result, error) {
	t, err := New(n, d, validation, o)
	if err != nil {
		return Result{}, err
	}
	return t.fit(ctx)
}

// fit trains to the end and closes t.
func (t *Trainer[T]) fit(ctx context.Context) (Result, error) {
	defer t.Close()
	if err := t.Run(ctx, t.options.Epochs); err != nil {
		return t.Result(), err
	}
	if t.options.Patience > 0 {
		t.TakeBest()
	}
	r := t.Result()
	var err error
	r.Warnings, err = t.Diagnose()
	return r, err
}
