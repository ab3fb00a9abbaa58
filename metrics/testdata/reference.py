"""Writes metrics.json: values of scikit-learn for the tests of package metrics.

    python3 reference.py > metrics.json

Made with Debian's python3-sklearn; the version stands in the file. All numbers that
go in are exact in float32.
"""

import json
import sys
import warnings

import numpy as np
import sklearn
from sklearn import metrics as sk

warnings.simplefilter("ignore")  # about what is undefined, which is here on purpose
random = np.random.RandomState(1)
cases = []


def defined(values):
    return [None if v != v else float(v) for v in values]


def classification(name, outputs, labels, weights=None, threshold=0.5, probabilities=True):
    y = np.array(outputs, dtype=np.float64)
    labels = np.array(labels)
    w = None if weights is None else np.array(weights, dtype=np.float64)
    n = max(2, y.shape[1])
    two = n == 2
    classes = list(range(n))
    predicted = (y[:, 0] > threshold).astype(int) if y.shape[1] == 1 else y.argmax(axis=1)

    value, each = {}, {}
    value["accuracy"] = sk.accuracy_score(labels, predicted, sample_weight=w)
    matrix = sk.confusion_matrix(labels, predicted, labels=classes, sample_weight=w)
    for metric, f in ("precision", sk.precision_score), ("recall", sk.recall_score), ("f1", sk.f1_score):
        for average in "macro", "weighted":
            value[f"{metric}_{average}"] = f(labels, predicted, average=average, zero_division=0, sample_weight=w)
        each[f"{metric}_macro"] = defined(f(labels, predicted, average=None, labels=classes, zero_division=0, sample_weight=w))
        if two:
            value[metric] = f(labels, predicted, average="binary", zero_division=0, sample_weight=w)

    aucs, aps, supports = [], [], []
    for c in classes:
        score = y[:, c] if not two else y[:, -1] if c == 1 else -y[:, -1]
        own = (labels == c).astype(int)
        both = own.any() and not own.all()
        aucs.append(sk.roc_auc_score(own, score, sample_weight=w) if both else float("nan"))
        aps.append(sk.average_precision_score(own, score, sample_weight=w))
        supports.append((own if w is None else own * w).sum())
    aucs, aps, supports = np.array(aucs), np.array(aps), np.array(supports)
    each["roc_auc_macro"] = defined(aucs)
    each["average_precision_macro"] = defined(aps)
    if two:
        if aucs[1] == aucs[1]:
            value["roc_auc"] = aucs[1]
        value["average_precision"] = aps[1]
    elif (supports > 0).all():
        one_hot = np.eye(n)[labels]
        for average in "macro", "weighted":
            value[f"roc_auc_{average}"] = sk.roc_auc_score(one_hot, y, average=average, multi_class="ovr", sample_weight=w)
            value[f"average_precision_{average}"] = sk.average_precision_score(one_hot, y, average=average, sample_weight=w)
    if probabilities:
        p = y[:, 0] if y.shape[1] == 1 else y
        value["log_loss"] = sk.log_loss(labels, p, labels=classes, sample_weight=w, eps=2.0**-52)
        value["log_loss of float32"] = sk.log_loss(labels, p, labels=classes, sample_weight=w, eps=2.0**-23)
    if not two:
        for k in range(1, n):
            value[f"top_{k}_accuracy"] = sk.top_k_accuracy_score(labels, y, k=k, labels=classes, sample_weight=w)
    cases.append(dict(
        name=name, kind="binary" if y.shape[1] == 1 else "classes", threshold=threshold,
        outputs=y.tolist(), labels=labels.tolist(), weights=None if w is None else w.tolist(),
        value=value, each=each, matrix=matrix.tolist()))


def regression(name, outputs, targets, weights=None):
    y, t = np.array(outputs, dtype=np.float64), np.array(targets, dtype=np.float64)
    w = None if weights is None else np.array(weights, dtype=np.float64)
    value, each = {}, {}
    for metric, f in ("mse", sk.mean_squared_error), ("mae", sk.mean_absolute_error), ("r2", sk.r2_score):
        value[metric] = f(t, y, sample_weight=w)
        each[metric] = defined(f(t, y, sample_weight=w, multioutput="raw_values"))
    cases.append(dict(
        name=name, kind="regression", outputs=y.tolist(), targets=t.tolist(),
        weights=None if w is None else w.tolist(), value=value, each=each))


def probabilities(rows, n):
    """Rows of n multiples of 1/64 that add up to 1, zeros and ties among them."""
    cuts = np.sort(random.randint(0, 65, (rows, n - 1)), axis=1)
    edges = np.hstack([np.zeros((rows, 1), int), cuts, np.full((rows, 1), 64)])
    return np.diff(edges, axis=1) / 64


def weights(rows):
    return random.randint(1, 33, rows) / 8


def eighths(*shape):
    return random.randint(-40, 41, shape) / 8


one = random.randint(0, 33, (60, 1)) / 32
labels = (one[:, 0] + random.rand(60) > 1).astype(int)
classification("binary, ties", one, labels)
classification("binary, weights", one, labels, weights(60))
classification("binary, weights, some 0", one, labels, random.randint(0, 3, 60) / 2)
classification("binary, all of class 0", one[:20], np.zeros(20, int))
classification("binary, all of class 1", one[:20], np.ones(20, int))
classification("binary, one output for all", np.full((12, 1), 0.25), [0, 1, 1] * 4)
classification("binary, perfect", [[0], [1], [1], [0.25]], [0, 1, 1, 0])
classification("binary, all wrong", [[1], [0], [0.125]], [0, 1, 1])
tanh = random.randint(-8, 9, (50, 1)) / 8
classification("tanh", tanh, (tanh[:, 0] + random.randn(50) > 0).astype(int), threshold=0, probabilities=False)
two = probabilities(40, 2)
classification("two outputs", two, random.randint(0, 2, 40))
classification("two outputs, weights", two, random.randint(0, 2, 40), weights(40))
four = probabilities(90, 4)
labels = np.array([random.choice(4, p=0.5 * p + 0.125) for p in four])
classification("four classes", four, labels)
classification("four classes, weights", four, labels, weights(90))
classification("four classes, one without samples", four, np.minimum(labels, 2))
never = four.copy()
never[:, [0, 3]] = never[:, [3, 0]]
never[:, 1] = 0
classification("four classes, one never predicted", never, labels, probabilities=False)
five = np.hstack([four, np.zeros((90, 1))])
classification("five classes, one neither there nor predicted", five, labels)
classification("ties of all outputs", np.full((9, 3), 0.25), [0, 1, 2] * 3, probabilities=False)
classification("scores that are no probabilities", eighths(80, 3), random.randint(0, 3, 80), weights(80), probabilities=False)
ten = probabilities(120, 10)
classification("ten classes", ten, np.array([random.choice(10, p=0.7 * p + 0.03) for p in ten]))

targets = eighths(50, 1)
outputs = targets + random.randint(-8, 9, (50, 1)) / 8
regression("one output", outputs, targets)
regression("one output, weights", outputs, targets, weights(50))
targets = eighths(40, 3) + [0, 100, -1000]
regression("three outputs", targets + eighths(40, 3), targets)
regression("three outputs, weights", targets + eighths(40, 3), targets, weights(40))
regression("far from 0", eighths(30, 1) + 100000, eighths(30, 1) + 100000)
regression("perfect", targets, targets)
regression("constant target", [[1], [2], [3]], [[2], [2], [2]])
regression("constant target, perfect", [[2], [2], [2]], [[2], [2], [2]])
regression("two outputs, one of a constant target", [[1, 1], [2, 2], [3, 5]], [[2, 1], [2, 2], [2, 3]])

versions = {"python": sys.version.split()[0], "numpy": np.__version__, "scikit-learn": sklearn.__version__}
print('{"versions": %s,\n"cases": [' % json.dumps(versions))
print(",\n".join(json.dumps(c) for c in cases))
print("]}")
