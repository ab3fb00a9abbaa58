// Package metrics measures how good predictions are: accuracy, top-k accuracy,
// confusion matrix, precision, recall, F1, area under the ROC curve, average
// precision and log loss of classifiers; MSE, MAE and R² of regressions.
//
// A [Meter] is made for a [Task] and a list of metrics. Batches of outputs with
// their targets or labels are added to it, in any sizes; then it is asked for
// results. Meters that have seen different samples can be merged. Each metric is a
// [Metric]: a name, the tasks that it goes with, what it needs of the samples, and
// a function. [All] is the table of them, [For] the part that goes with a task.
// A metric of your own is a value of the same type.
//
// The package knows matrices, and nothing of networks, files or training.
//
// # Conventions
//
// Values are those of scikit-learn, and so are these conventions, unless they say otherwise:
//
//   - The predicted class of a row is the index of its largest output, the first of
//     several. With one output it is 1 if the output is above the task's threshold,
//     else 0. Rows of targets name their class in the same way.
//   - Sample weights are at least 0. A sample of weight 0 counts as if it weren't
//     there. Without weights all are 1. "Number of samples" below means the sum of
//     their weights.
//   - A ratio of nothing is 0 (zero_division = 0): the precision of a class that is
//     never predicted, the recall of a class without samples, F1 if both. Whether
//     a 0 is one of these is told by [Totals.Samples] and [Totals.Predicted].
//   - Macro averages are plain means over the classes that occur among targets or
//     predictions. Weighted averages weight each class with its number of samples.
//     Names without either are for two classes and mean class 1.
//   - Precision of a class is right/predicted, recall right/samples, F1
//     2·right/(predicted + samples).
//   - top_k_accuracy is the share of rows whose class is among the k largest outputs.
//     Of equal outputs the one with the higher index comes first, as in
//     scikit-learn; accuracy takes the first.
//   - The ROC curve is that of one class against the rest. Its area (roc_auc) counts
//     each pair of a sample of the class and another one: 1 if the first has the
//     larger output, ½ if both are equal. Nothing is interpolated or put into bins.
//     It is NaN for a class without samples and for one that all samples are of;
//     macro and weighted averages are over the other classes. (scikit-learn refuses
//     such data.)
//   - Average precision is Σ (Rₙ − Rₙ₋₁)·Pₙ over the distinct outputs in descending
//     order. It is 0 for a class without samples; averages are over the classes that
//     have some. (scikit-learn's macro average takes in the zeros of the others.)
//   - With two classes the score of class 1 is its output, that of class 0 the
//     negative of the same number.
//   - Log loss is the mean of −ln p, p being the probability that the outputs give
//     the sample's class. Outputs are brought into [ε, 1−ε] first, ε = 2⁻²³ for
//     float32 and 2⁻⁵² for float64, and then divided by the sum of their row (newer
//     versions of scikit-learn than 1.2 leave the division out, which makes a
//     difference only if rows don't add up to 1). An output outside of [0, 1] makes
//     the result NaN. With one output, that is the probability of class 1.
//   - MSE and MAE of several outputs are the means over outputs, and so is R². R² of
//     an output is 1 − Σ(y−t)²/Σ(t−t̄)²; where all targets are equal it is 1 if all
//     predictions are right, else 0. With fewer than two samples it is NaN.
//   - A row with a NaN among its outputs is never right: it names no class and is in
//     the last column of the confusion matrix. It makes roc_auc, average precision,
//     log loss and the metrics of regressions NaN. [Totals.NaNs] counts such rows.
//     (scikit-learn refuses them.)
//   - Before any sample has been added every value is NaN.
//
// # Numbers
//
// All sums are float64, in the order of the samples, whatever the batches. The
// same samples in the same order give the same bits on every machine. Merging adds
// the sums of one meter to those of the other, so a merged result equals that of one
// meter for all samples to rounding; counts without weights, and the roc_auc and average
// precision of each class, equal it bit for bit and depend on no order at all.
//
// # Memory
//
// Only roc_auc and average precision keep anything for each row: the output itself,
// in one slice whose front holds the samples of the class and whose back the
// others. That is 8 bytes a row in float64 and 4 in float32 with two classes, and so
// much for each class if there are more. Weights, once one isn't 1, take the same
// again. The slice is sorted in place, grows by a half when it is full, and is as
// long as [Meter.Reserve] says if that is called first. All else has a size that
// depends on the number of outputs alone, and adding a batch allocates nothing.
package metrics
