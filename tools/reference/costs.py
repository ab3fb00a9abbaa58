"""Value and gradient of every cost behind the output activations that suit it."""

import random

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.utils.class_weight import compute_class_weight

import exact

ABOUT = ("z are pre-activations of the output layer and t the targets, one row a sample. costs[k] = w_k C_k is the cost "
         "of a sample, a sum over its outputs; mean is the sum of costs divided by the number of samples, also with "
         "weights (PyTorch divides by Σw). delta[k] = w_k ∂C_k/∂z_k: the gradient of mean is delta divided by the "
         "number of samples. w_k = sample_weights[k] · class_weights[labels[k]], each 1 where it is absent. With "
         "smoothing, the cost takes (1−smoothing) t + smoothing/outputs for t. At a kink (absolute at a = t, hinge at "
         "y a = 1) the gradient is 0. source is torch, or mpmath where the case is beyond PyTorch's range.")

ACTIVATIONS = {
    "identity": lambda z: z * 1,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "exp": torch.exp,
    "softplus": lambda z: F.softplus(z, threshold=1000),
    "softmax": lambda z: torch.softmax(z, 1),
}


def _poisson(activation, z, t):
    if activation == "exp":
        return F.poisson_nll_loss(z, t, log_input=True, reduction="none")
    return F.poisson_nll_loss(ACTIVATIONS[activation](z), t, log_input=False, eps=0, reduction="none")


def _cross_entropy(activation, z, t):
    if activation == "sigmoid":
        return F.binary_cross_entropy_with_logits(z, t, reduction="none")
    return F.binary_cross_entropy(ACTIVATIONS[activation](z), t, reduction="none")


def _logarithm(activation, z):
    if activation == "softmax":
        return F.log_softmax(z, 1)
    return F.logsigmoid(z) if activation == "sigmoid" else torch.log(ACTIVATIONS[activation](z))


def _of_outputs(f):
    return lambda activation, z, t, **params: f(ACTIVATIONS[activation](z), t, **params)


# name → function of the output activation, z and t that returns the terms of all
# outputs: PyTorch's loss where it has one, else the formula.
TERMS = {
    "quadratic": _of_outputs(lambda a, t: F.mse_loss(a, t, reduction="none") / 2),
    "cross-entropy": _cross_entropy,
    "softmax-cross-entropy": lambda activation, z, t: F.cross_entropy(z, t, reduction="none")[:, None],
    "huber": _of_outputs(lambda a, t, delta: F.huber_loss(a, t, delta=delta, reduction="none")),
    "absolute": _of_outputs(lambda a, t: F.l1_loss(a, t, reduction="none")),
    "hinge": _of_outputs(lambda a, t: F.relu(1 - (2 * t - 1) * a)),
    "squared-hinge": _of_outputs(lambda a, t: F.relu(1 - (2 * t - 1) * a) ** 2),
    "poisson": _poisson,
    "kullback-leibler": lambda activation, z, t: F.kl_div(_logarithm(activation, z), t, reduction="none"),
    "hellinger": _of_outputs(lambda a, t: (torch.sqrt(a) - torch.sqrt(t)) ** 2 / 2**0.5),
    "generalized-kl": _of_outputs(lambda a, t: torch.xlogy(t, t) - torch.xlogy(t, a) - t + a),
    "itakura-saito": _of_outputs(lambda a, t: t / a - torch.log(t / a) - 1),
    "exponential": _of_outputs(lambda a, t, tau: tau * torch.exp(((a - t) ** 2).sum(1, keepdim=True) / tau)),
}

SAMPLES, OUTPUTS = 5, 3
SAMPLE_WEIGHTS = [1.0, 0.5, 2.0, 0.0, 3.25]
CLASS_WEIGHTS = [0.5, 1.0, 3.0]
LABELS = [0, 1, 2, 2, 1]

ONE_HOT = np.eye(OUTPUTS)[LABELS].tolist()
DISTRIBUTION = [[0.2, 0.3, 0.5], [1.0, 0.0, 0.0], [0.0, 0.25, 0.75], [0.1, 0.1, 0.8], [0.5, 0.5, 0.0]]
FRACTION = [[0.2, 0.9, 0.5], [1.0, 0.0, 0.3], [0.0, 0.25, 0.75], [0.6, 0.1, 0.8], [0.5, 0.5, 0.0]]
POSITIVE = [[0.2, 0.9, 0.5], [1.0, 0.1, 0.3], [0.05, 0.25, 0.75], [0.6, 0.1, 0.8], [0.5, 0.5, 0.9]]
REAL = [[0.5, -1.25, 3.0], [0.0, 2.0, -0.5], [-4.0, 0.75, 1.5], [1.0, 1.0, -1.0], [10.0, -7.5, 0.25]]
COUNT = [[0.0, 1.0, 3.0], [2.0, 0.0, 5.0], [1.0, 1.0, 0.0], [7.0, 2.0, 1.0], [0.0, 0.0, 4.0]]


def logits(seed, scale=2.0):
    r = random.Random(seed)
    return [[round(r.gauss(0, scale), 3) for _ in range(OUTPUTS)] for _ in range(SAMPLES)]


# Outputs that meet t, d = ±0.5 and d = ±1 exactly, and margins of exactly 1.
MEETING = [[0.5, -0.75, 2.5], [1.0, 1.0, 0.0], [-4.5, 1.75, 1.5], [1.25, -1.0, -1.0], [8.0, -7.5, 1.25]]
MARGINS = [[1.0, -1.0, 0.5], [-2.0, 1.0, -1.0], [0.0, -0.5, 3.0], [1.5, -1.0, -0.25], [0.3, 0.999, -1.001]]

# name, cost, output activation, z, t, parameters.
CASES = [
    ("one-hot", "quadratic", "identity", logits(1), ONE_HOT, {}),
    ("real", "quadratic", "identity", logits(2), REAL, {}),
    ("one-hot", "quadratic", "sigmoid", logits(3), ONE_HOT, {}),
    ("real", "quadratic", "tanh", logits(4), FRACTION, {}),
    ("one-hot", "quadratic", "softmax", logits(5), ONE_HOT, {}),
    ("one-hot", "cross-entropy", "sigmoid", logits(6), ONE_HOT, {}),
    ("soft", "cross-entropy", "sigmoid", logits(7), FRACTION, {}),
    ("one-hot", "cross-entropy", "softmax", logits(8), ONE_HOT, {}),
    ("soft", "cross-entropy", "softmax", logits(9), DISTRIBUTION, {}),
    ("one-hot", "softmax-cross-entropy", "softmax", logits(10), ONE_HOT, {}),
    ("soft", "softmax-cross-entropy", "softmax", logits(11), DISTRIBUTION, {}),
    ("sums that are not 1", "softmax-cross-entropy", "softmax", logits(12), FRACTION, {}),
    ("one-hot", "softmax-cross-entropy", "softmax", logits(13), ONE_HOT, {"smoothing": 0.1}),
    ("real", "huber", "identity", MEETING, REAL, {"delta": 1.0}),
    ("real", "huber", "identity", MEETING, REAL, {"delta": 0.5}),
    ("one-hot", "huber", "sigmoid", logits(14), ONE_HOT, {"delta": 0.5}),
    ("real", "absolute", "identity", MEETING, REAL, {}),
    ("one-hot", "absolute", "sigmoid", logits(15), ONE_HOT, {}),
    ("margins", "hinge", "identity", MARGINS, ONE_HOT, {}),
    ("one-hot", "hinge", "tanh", logits(16), ONE_HOT, {}),
    ("margins", "squared-hinge", "identity", MARGINS, ONE_HOT, {}),
    ("one-hot", "squared-hinge", "tanh", logits(17), ONE_HOT, {}),
    ("counts", "poisson", "softplus", logits(18, 3.0), COUNT, {}),
    ("counts", "poisson", "exp", logits(19), COUNT, {}),
    ("soft", "kullback-leibler", "softmax", logits(20), DISTRIBUTION, {}),
    ("one-hot", "kullback-leibler", "softmax", logits(21), ONE_HOT, {}),
    ("soft", "kullback-leibler", "sigmoid", logits(22), FRACTION, {}),
    ("one-hot", "hellinger", "sigmoid", logits(23), ONE_HOT, {}),
    ("soft", "hellinger", "softmax", logits(24), DISTRIBUTION, {}),
    ("soft", "generalized-kl", "sigmoid", logits(25), FRACTION, {}),
    ("soft", "generalized-kl", "softmax", logits(26), DISTRIBUTION, {}),
    ("positive", "itakura-saito", "sigmoid", logits(27, 1.0), POSITIVE, {}),
    ("positive", "itakura-saito", "softplus", logits(28, 1.0), POSITIVE, {}),
    ("one-hot", "exponential", "sigmoid", logits(29), ONE_HOT, {"tau": 10.0}),
    ("real", "exponential", "identity", logits(30, 0.5), FRACTION, {"tau": 2.5}),
]

BINARY = [[-2.0], [0.7], [1.4], [-0.3], [0.0]]  # one output: a class is its target
BINARY_T = [[0.0], [1.0], [0.0], [1.0], [0.0]]
BINARY_CASES = [("binary", c, a, BINARY, BINARY_T, {}) for c, a in (
    ("cross-entropy", "sigmoid"), ("quadratic", "sigmoid"), ("hinge", "identity"), ("squared-hinge", "identity"))]

EXTREME = [  # name, cost, output activation, z, t
    ("far", "cross-entropy", "sigmoid",
     [[800.0, -800.0], [800.0, -800.0], [40.0, -40.0], [-40.0, 40.0], [750.0, -1000.0], [0.0, -0.0]],
     [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [0.3, 0.7], [0.25, 0.5], [1.0, 0.0]]),
    ("far", "softmax-cross-entropy", "softmax",
     [[1000.0, 0.0, -1000.0], [1000.0, 0.0, -1000.0], [-40.0, 40.0, 0.0], [700.0, 700.0, 700.0]],
     [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.25, 0.25, 0.5], [0.0, 1.0, 0.0]]),
    ("far", "kullback-leibler", "softmax",
     [[740.0, 0.0], [740.0, 0.0], [0.0, 900.0]], [[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]]),
    ("wrong side", "cross-entropy", "softmax",
     [[740.0, 0.0], [746.0, 0.0], [800.0, 0.0], [0.0, 1000.0], [740.0, 0.0], [740.0, 0.0], [20.0, 0.0], [40.0, 0.0]],
     [[0.0, 1.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0], [0.5, 0.5], [0.0, 1.0], [0.25, 0.75]]),
    ("wrong side, three outputs", "cross-entropy", "softmax",
     [[740.0, 0.0, 0.0], [740.0, 0.0, -3.0], [800.0, 799.0, 0.0], [0.0, 746.0, 740.0]],
     [[0.0, 1.0, 0.0], [0.0, 0.5, 0.5], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]),
    ("far", "hellinger", "sigmoid", [[-600.0, 600.0], [-600.0, 600.0]], [[1.0, 0.0], [0.0, 1.0]]),
    ("far", "poisson", "softplus", [[-300.0, 500.0], [-40.0, 40.0]], [[2.0, 3.0], [0.0, 45.0]]),
    ("far", "poisson", "exp", [[-700.0, 20.0], [-40.0, 0.0]], [[2.0, 3.0], [0.0, 1.0]]),
]


def torch_case(cost, activation, z, t, weights, params):
    """PyTorch's costs and δ of weighted samples."""
    z, t, w = torch.tensor(z, requires_grad=True), torch.tensor(t), torch.tensor(weights)
    params, n = dict(params), len(z)
    smoothing = params.pop("smoothing", None)
    if smoothing is not None:
        by_class = F.cross_entropy(z, t.argmax(1), label_smoothing=smoothing, reduction="none")
        c = w * by_class
    else:
        c = w * TERMS[cost](activation, z, t, **params).sum(1)
    value = c.sum() / n
    value.backward()
    return c.tolist(), value.item(), (z.grad * n).tolist()


def exact_case(cost, activation, z, t, weights, params):
    """The same of mpmath."""
    params = dict(params)
    smoothing = params.pop("smoothing", 0)
    costs, delta = [], []
    for k, w in enumerate(weights):
        row = [(1 - exact.mpf(smoothing)) * exact.mpf(x) + exact.mpf(smoothing) / len(t[k]) for x in t[k]]
        c, d = exact.cost(cost, activation, z[k], row, params)
        costs.append(w * c)
        delta.append([w * x for x in d])
    return exact.rounded(costs), float(sum(costs) / len(costs)), exact.rounded(delta)


def close(name, x, y, tolerance=1e-12):
    if isinstance(x, list):
        for i, (a, b) in enumerate(zip(x, y)):
            close(f"{name}[{i}]", a, b, tolerance)
    elif not abs(x - y) <= tolerance * max(1.0, abs(y)):
        raise ValueError(f"{name}: PyTorch has {x!r}, mpmath {y!r}")


def case(name, cost, activation, z, t, params, source="torch", labels=None, sample_weights=None, class_weights=None):
    weights = [1.0] * len(z)
    if sample_weights:
        weights = [w * s for w, s in zip(weights, sample_weights)]
    if class_weights:
        weights = [w * class_weights[label] for w, label in zip(weights, labels)]
    arguments = (cost, activation, z, t, weights, params)
    right = exact_case(*arguments)
    result = right
    if source == "torch":
        result = torch_case(*arguments)
        close(f"{cost} behind {activation}, {name}", list(result), list(right))
    if class_weights and cost == "softmax-cross-entropy" and not params and not sample_weights:
        # what PyTorch itself makes of class weights, but for what it divides by
        own = F.cross_entropy(torch.tensor(z), torch.tensor(labels), weight=torch.tensor(class_weights)).item()
        close("cross_entropy(weight)", own * sum(weights) / len(z), right[1])
    c = {"name": name, "cost": cost, "activation": activation, "params": params, "source": source, "z": z, "t": t}
    c.update({k: v for k, v in (("labels", labels), ("sample_weights", sample_weights),
                                ("class_weights", class_weights)) if v})
    c.update({"costs": result[0], "mean": result[1], "delta": result[2]})
    return c


def cases():
    for name, cost, activation, z, t, params in CASES:
        yield case(name, cost, activation, z, t, params)
        yield case(name + ", sample weights", cost, activation, z, t, params, sample_weights=SAMPLE_WEIGHTS)
        if t is ONE_HOT:
            yield case(name + ", class weights", cost, activation, z, t, params, labels=LABELS,
                       class_weights=CLASS_WEIGHTS)
            if cost == "softmax-cross-entropy":
                yield case(name + ", both weights", cost, activation, z, t, params, labels=LABELS,
                           sample_weights=SAMPLE_WEIGHTS, class_weights=CLASS_WEIGHTS)
    for name, cost, activation, z, t, params in BINARY_CASES:
        labels = [int(row[0]) for row in t]
        yield case(name, cost, activation, z, t, params)
        yield case(name + ", class weights", cost, activation, z, t, params, labels=labels, class_weights=[0.75, 2.0])
    for name, cost, activation, z, t in EXTREME:
        yield case(name, cost, activation, z, t, {}, source="mpmath")


def balanced(labels):
    """scikit-learn's class weights n / (K n_k)."""
    classes = sorted(set(labels))
    return {"labels": labels, "class_weights": compute_class_weight("balanced", classes=np.array(classes), y=labels)}


def build():
    return ABOUT, {"cases": list(cases()),
                   "balanced": [balanced([0, 1, 2, 2, 1, 0, 2]), balanced([0] * 9 + [1]), balanced([1, 0, 3, 2])]}
