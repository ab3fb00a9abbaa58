"""Metrics of scikit-learn."""

import random

import numpy as np
from sklearn import metrics as M

ABOUT = ("null stands for what scikit-learn refuses to compute or finds undefined. Precision, recall and F1 are 0 where "
         "they would be 0/0 (zero_division=0); macro means are over the classes that are among labels or predictions. "
         "confusion[i][j] counts, or weighs, samples of class i that are predicted as j. predicted is the first of the "
         "largest scores; for one score, whether it is above threshold. top_k counts the later class first among equal "
         "scores, as scikit-learn does; top_k_first the earlier one. log_loss is clipped: scikit-learn takes "
         "probabilities within 2^-52 of 0 and 1 for that; it is null for scores that are no probabilities. AUC takes "
         "equal scores for half right. R² of a constant target is 1 if all predictions are right, else 0. Every "
         "weighted result has sample_weight.")


def r6(x):
    return round(x, 6)


def shares(rows, whole):
    """rows as multiples of 1/whole that sum to 1 exactly: the largest element of a row
    takes what rounding leaves."""
    rows = np.array(rows, dtype=float)
    parts = np.floor(rows / rows.sum(1, keepdims=True) * whole)
    for row in parts:
        row[row.argmax()] += whole - row.sum()
    return (parts / whole).tolist()


def multiclass():
    r = random.Random(3)
    labels = [r.randrange(4) for _ in range(24)]
    noisy = shares([[np.exp(r.gauss(0, 1) + (1.2 if j == y else 0)) for j in range(4)] for y in labels], 4096)
    tied = shares([[1 + r.randrange(3) + (j == y) for j in range(4)] for y in labels], 16)
    never = [[a, b + c - 1 / 4096, 1 / 4096, d] for a, b, c, d in noisy]
    weights = [round(r.uniform(0, 3), 2) for _ in labels]
    weights[5] = 0.0
    three = [y % 3 for y in labels]
    missing = [y if y != 2 else 3 for y in labels]
    certain = np.eye(3)[three].tolist()
    ten = [r.randrange(10) for _ in range(60)]
    two = [y % 2 for y in labels]
    pairs = shares([[1 + r.randrange(4), 1 + r.randrange(4)] for _ in labels], 16)
    return [
        ("noisy", labels, noisy, None),
        ("noisy, weights", labels, noisy, weights),
        ("ties", labels, tied, None),
        ("ties, weights", labels, tied, weights),
        ("class 2 without samples", missing, noisy, None),
        ("class 2 never predicted", labels, never, None),
        ("perfect", three, certain, None),
        ("perfect, weights", three, certain, weights),
        ("constant", three, [[0.5, 0.25, 0.25]] * 24, None),
        ("equal scores", three, shares([[1, 1, 1]] * 24, 3), None),
        ("all wrong", three, [[0.0625 if j == y else 0.46875 for j in range(3)] for y in three], weights),
        ("one sample", [1], [[0.25, 0.5, 0.25]], None),
        ("class 4 neither there nor predicted", labels, [row + [0.0] for row in tied], None),
        ("no probabilities", labels, [[r.randrange(-8, 9) / 4 + (j == y) for j in range(4)] for y in labels], weights),
        ("ten classes, ties", ten, shares([[1 + r.randrange(3) for _ in range(10)] for _ in ten], 64), None),
        ("two classes", two, pairs, None),
        ("two classes, weights", two, pairs, weights),
    ]


def binary():
    r = random.Random(4)
    labels = [int(r.random() < 0.4) for _ in range(24)]
    noisy = [r6(1 / (1 + np.exp(-r.gauss(1.3 * (2 * y - 1), 1.5)))) for y in labels]
    tied = [min(max(round(x * 5) / 5, 0.02), 0.98) for x in noisy]
    weights = [round(r.uniform(0, 3), 2) for _ in labels]
    weights[7] = 0.0
    return [
        ("noisy", labels, noisy, None),
        ("noisy, weights", labels, noisy, weights),
        ("ties", labels, tied, None),
        ("ties, weights", labels, tied, weights),
        ("perfect", labels, [0.9 if y else 0.2 for y in labels], None),
        ("inverted", labels, [0.2 if y else 0.9 for y in labels], weights),
        ("constant", labels, [0.3] * 24, None),
        ("constant, weights", labels, [0.5] * 24, weights),
        ("only class 0", [0] * 6, [0.1, 0.6, 0.3, 0.3, 0.9, 0.5], None),
        ("only class 1", [1] * 6, [0.1, 0.6, 0.3, 0.3, 0.9, 0.5], None),
        ("certain and wrong", [0, 1, 1, 0, 1], [1.0, 0.0, 1.0, 0.0, 0.25], None),
        ("tanh", labels, [2 * x - 1 for x in tied], weights, 0.0),
    ]


def regression():
    r = random.Random(5)
    t = [r6(r.gauss(0, 2)) for _ in range(20)]
    a = [r6(x + r.gauss(0, 0.7)) for x in t]
    weights = [round(r.uniform(0, 3), 2) for _ in t]
    many = [[r6(r.gauss(j, 1 + j)) for j in range(3)] for _ in t]
    near = [[r6(x + r.gauss(0.1 * j, 0.5)) for j, x in enumerate(row)] for row in many]
    column = lambda x: [[v] for v in x]
    return [
        ("one output", column(t), column(a), None),
        ("one output, weights", column(t), column(a), weights),
        ("perfect", column(t), column(t), None),
        ("mean", [[1.0], [2.0], [3.0]], [[2.0], [2.0], [2.0]], None),
        ("worse than the mean", column(t), column([-x for x in t]), weights),
        ("constant target", [[2.0]] * 4, [[1.0], [2.0], [3.0], [2.5]], None),
        ("constant target, perfect", [[2.0]] * 4, [[2.0]] * 4, None),
        ("large mean", [[1e8 + x] for x in range(8)], [[1e8 + x + (0.5 if x % 2 else -0.25)] for x in range(8)], None),
        ("three outputs", many, near, None),
        ("three outputs, weights", many, near, weights),
        ("three outputs, one constant", [[x, 1.5, z] for x, _, z in many], near, None),
    ]


def or_none(f, *arguments, **options):
    """f's value, or None where scikit-learn has none."""
    try:
        v = f(*arguments, **options)
    except ValueError:
        return None
    return None if isinstance(v, float) and v != v else v


def prf(y, predicted, classes, w):
    result = {}
    for average, name in ((None, "per_class"), ("macro", "macro"), ("weighted", "weighted"), ("micro", "micro")):
        p, r, f, support = M.precision_recall_fscore_support(y, predicted, labels=None if average else range(classes),
                                                             average=average, sample_weight=w, zero_division=0)
        result[name] = {"precision": p, "recall": r, "f1": f}
        if average is None:
            result[name]["support"] = np.asarray(support, dtype=float)
    return result


def top_k_first(y, scores, k, w):
    """Top-k where the earlier of equal scores comes first."""
    s, rows = np.array(scores), np.arange(len(y))
    own = s[rows, y][:, None]
    before = (s > own) | ((s == own) & (np.arange(s.shape[1]) < np.array(y)[:, None]))
    return float(np.average(before.sum(1) < k, weights=w))


def of_classes(name, y, scores, w):
    s = np.array(scores)
    classes = s.shape[1]
    predicted = s.argmax(1)
    hot = np.eye(classes)[y]
    auc = [or_none(M.roc_auc_score, hot[:, k], s[:, k], sample_weight=w) if 0 < hot[:, k].sum() < len(y) else None
           for k in range(classes)]
    ap = [float(M.average_precision_score(hot[:, k], s[:, k], sample_weight=w)) if hot[:, k].any() else None
          for k in range(classes)]
    defined = [x for x in auc if x is not None]
    means = {}
    for average in "macro", "weighted":
        for key, f, each in ("auc", M.roc_auc_score, auc), ("average_precision", M.average_precision_score, ap):
            means[f"{key}_{average}"] = None if None in each else float(f(hot, s, average=average, sample_weight=w))
    loss = None
    if s.min() >= 0 and s.max() <= 1:
        loss = float(M.log_loss(y, s, labels=range(classes), sample_weight=w))
    case = {"name": name, "labels": y, "scores": scores}
    if w:
        case["sample_weight"] = w
    case.update({
        "predicted": predicted,
        "accuracy": float(M.accuracy_score(y, predicted, sample_weight=w)),
        "balanced_accuracy": float(M.balanced_accuracy_score(y, predicted, sample_weight=w)),
        "confusion": M.confusion_matrix(y, predicted, labels=range(classes), sample_weight=w).astype(float),
        **prf(y, predicted, classes, w),
        "top_k": {str(k): float(M.top_k_accuracy_score(y, s, k=k, labels=range(classes), sample_weight=w))
                  for k in range(1, classes)} if classes > 2 else {},
        "top_k_first": {str(k): top_k_first(y, scores, k, w) for k in range(1, classes + 1)},
        "auc_per_class": auc,
        "auc_macro_of_defined": float(np.mean(defined)) if defined else None,
        "average_precision_per_class": ap,
        **means,
        "log_loss": loss,
    })
    return case


def of_binary(name, y, scores, w, threshold=0.5):
    predicted = [int(s > threshold) for s in scores]
    both = 0 < sum(y) < len(y)
    p, r, f, _ = M.precision_recall_fscore_support(y, predicted, average="binary", sample_weight=w, zero_division=0)
    case = {"name": name, "labels": y, "scores": scores, "threshold": threshold}
    if w:
        case["sample_weight"] = w
    case.update({
        "predicted": predicted,
        "accuracy": float(M.accuracy_score(y, predicted, sample_weight=w)),
        "confusion": M.confusion_matrix(y, predicted, labels=[0, 1], sample_weight=w).astype(float),
        "precision": float(p), "recall": float(r), "f1": float(f),
        **prf(y, predicted, 2, w),
        "auc": or_none(M.roc_auc_score, y, scores, sample_weight=w) if both else None,
        "average_precision": float(M.average_precision_score(y, scores, sample_weight=w)) if any(y) else None,
        "log_loss": float(M.log_loss(y, scores, labels=[0, 1], sample_weight=w)) if min(scores) >= 0 else None,
    })
    return case


def of_regression(name, t, a, w):
    case = {"name": name, "t": t, "a": a}
    if w:
        case["sample_weight"] = w
    for key, f in (("mse", M.mean_squared_error), ("mae", M.mean_absolute_error), ("r2", M.r2_score)):
        case[key] = float(f(t, a, sample_weight=w))
        case[key + "_per_output"] = f(t, a, sample_weight=w, multioutput="raw_values")
    case["r2_variance_weighted"] = float(M.r2_score(t, a, sample_weight=w, multioutput="variance_weighted"))
    return case


def build():
    return ABOUT, {"classes": [of_classes(*c) for c in multiclass()], "binary": [of_binary(*c) for c in binary()],
                   "regression": [of_regression(*c) for c in regression()]}
