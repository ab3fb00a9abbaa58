"""σ(z) and σ'(z) of every activation."""

import random

import torch
import torch.nn.functional as F

import exact

ABOUT = ("For every case: a = σ(z) and da = σ'(z) of PyTorch; exact_a and exact_da are those of mpmath, correctly "
         "rounded. Softmax goes by rows: upstream is ∂C/∂a and dz is ∂C/∂z. Softplus has a threshold of 1000 where "
         "PyTorch's default, 20, replaces ln(1+e^z) by z, which is less than 2.1e-9 away. PyTorch's "
         "derivative of hard-sigmoid is the float32 nearest to 1/6.")

KINKS = [-6.0, -3.0, -2.5, -1.0, -0.0, 0.0, 1.0, 2.5, 3.0, 6.0]
NEAR = [-2.9999999999999996, 2.9999999999999996, 5.999999999999999, 6.000000000000001]
SMALL = [s * x for x in (1e-300, 1e-8, 1e-3) for s in (-1, 1)]
LARGE = [s * x for x in (8.5, 20.0, 40.0, 700.0) for s in (-1, 1)]

CASES = [  # name, parameters, PyTorch's function
    ("identity", {}, lambda z: z * 1),
    ("sigmoid", {}, torch.sigmoid),
    ("tanh", {}, torch.tanh),
    ("relu", {}, F.relu),
    ("exp", {}, torch.exp),
    ("leaky-relu", {"slope": 0.01}, lambda z: F.leaky_relu(z, 0.01)),
    ("leaky-relu", {"slope": 0.2}, lambda z: F.leaky_relu(z, 0.2)),
    ("elu", {"alpha": 1.0}, F.elu),
    ("elu", {"alpha": 0.5}, lambda z: F.elu(z, 0.5)),
    ("selu", {}, F.selu),
    ("softplus", {}, lambda z: F.softplus(z, threshold=1000)),
    ("gelu", {}, F.gelu),
    ("gelu-tanh", {}, lambda z: F.gelu(z, approximate="tanh")),
    ("silu", {}, F.silu),
    ("hard-sigmoid", {}, F.hardsigmoid),
    ("clipped-relu", {"high": 6.0}, F.relu6),
    ("clipped-relu", {"high": 1.0}, lambda z: F.hardtanh(z, 0.0, 1.0)),
]

ROWS = [  # z and upstream of the softmax
    ([0.0, 0.0, 0.0], [1.0, -2.0, 0.5]),
    ([1.0, 2.0, 3.0, 4.0], [0.5, -1.0, 2.0, 0.25]),
    ([-0.0, 0.0, 1e-8, -1e-8, 1e-300], [1.0, 1.0, 1.0, 1.0, 1.0]),
    ([700.0, 700.5, 699.0], [1.0, 0.0, 0.0]),
    ([-700.0, -701.0, -40.0], [1.0, -1.0, 3.0]),
    ([740.0, 0.0], [1.0, -1.0]),
    ([1000.0, -1000.0, 999.0], [-0.3, 0.2, 0.7]),
    ([5.0], [2.0]),
    ([-3.1, 0.4, 2.2, -0.7, 1.9, 0.0, -8.0, 3.3, 0.1, -1.2], [0.1, -0.2, 0.3, 0.4, -0.5, 0.6, 0.7, -0.8, 0.9, 1.0]),
]


def close(what, x, y, scale=1.0):
    """Fails unless PyTorch's x is y but for what its formulas lose."""
    tolerance = 1e-8 if what == "σ' of hard-sigmoid" else 2e-15
    for a, b in zip(x, y):
        if not abs(a - b) <= tolerance * max(scale, abs(b)):
            raise ValueError(f"{what}: PyTorch has {a!r}, mpmath {b!r}")


def elementwise(name, params, function, values):
    z = torch.tensor(values, requires_grad=True)
    a = function(z)
    a.sum().backward()
    pairs = [exact.ELEMENTWISE[name](exact.mpf(x), **{k: exact.mpf(v) for k, v in params.items()}) for x in values]
    case = {"name": name, "params": params, "a": a.tolist(), "da": z.grad.tolist(),
            "exact_a": exact.rounded([p[0] for p in pairs]), "exact_da": exact.rounded([p[1] for p in pairs])}
    for k in range(len(values)):
        scale = max(1.0, abs(values[k]))
        close(f"σ of {name}", case["a"][k:k + 1], case["exact_a"][k:k + 1], scale)
        close(f"σ' of {name}", case["da"][k:k + 1], case["exact_da"][k:k + 1], scale)
    return case


def softmax(values, upstream):
    z = torch.tensor(values, requires_grad=True)
    a = torch.softmax(z, 0)
    a.backward(torch.tensor(upstream))
    exact_a, pull = exact.activate("softmax", [exact.mpf(x) for x in values])
    exact_dz = pull([exact.mpf(x) for x in upstream])
    row = {"z": values, "upstream": upstream, "a": a.tolist(), "dz": z.grad.tolist(),
           "exact_a": exact.rounded(exact_a), "exact_dz": exact.rounded(exact_dz)}
    close("softmax", row["a"], row["exact_a"])
    close("softmax, dz", row["dz"], row["exact_dz"])
    return row


def build():
    r = random.Random(1)
    values = sorted(KINKS[:4] + KINKS[6:] + NEAR + SMALL + LARGE + [round(r.uniform(-7, 7), 3) for _ in range(4)])
    values += [-0.0, 0.0]
    return ABOUT, {"z": values, "elementwise": [elementwise(*c, values) for c in CASES],
                   "softmax": [softmax(*r) for r in ROWS]}
