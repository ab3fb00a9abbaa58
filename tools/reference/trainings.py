"""Five full-batch steps of small networks."""

import random

import torch
import torch.nn.functional as F

ABOUT = ("Every training starts at initial and takes five steps on the whole batch x, t. steps[i].cost is the cost "
         "before step i+1: the mean over samples of the sum over outputs, ½Σ(a−t)² for quadratic. steps[i].gradient_norm "
         "is the norm of its gradient before clipping, without decay; steps[i].layers are the parameters after it. "
         "w[j] holds the weights into neuron j. clip_norm multiplies the gradient by min(1, clip_norm / (norm + 1e-6)). "
         "decay is L2, added to the gradient as λ w: of the weights only where decays is weights, else of all.")

FUNCTIONS = {"identity": lambda z: z, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": F.relu,
             "softmax": lambda z: torch.softmax(z, 1)}
STEPS = 5


def values(seed, rows, cols, scale=1.0):
    r = random.Random(seed)
    return [[round(r.gauss(0, scale), 3) for _ in range(cols)] for _ in range(rows)]


def parameters(seed, widths):
    return [{"w": values(seed + i, out, into, 1 / into**0.5), "b": values(seed + 10 + i, 1, out, 0.1)[0]}
            for i, (into, out) in enumerate(zip(widths, widths[1:]))]


def cost_of(cost, z, activation, t):
    if cost == "softmax-cross-entropy":
        return F.cross_entropy(z, t)
    a = FUNCTIONS[activation](z)
    if cost == "cross-entropy":
        return F.binary_cross_entropy_with_logits(z, t, reduction="sum") / len(t)
    return 0.5 * F.mse_loss(a, t, reduction="sum") / len(t)


def training(name, widths, activations, cost, optimizer, params, x, t, seed):
    initial = parameters(seed, widths)
    w = [torch.tensor(p["w"], requires_grad=True) for p in initial]
    b = [torch.tensor(p["b"], requires_grad=True) for p in initial]
    decay, rate = params.get("decay", 0.0), params["rate"]
    groups = [{"params": w, "weight_decay": decay},
              {"params": b, "weight_decay": 0.0 if params.get("decays") == "weights" else decay}]
    if optimizer == "adam":
        o = torch.optim.Adam(groups, lr=rate, betas=(params["beta1"], params["beta2"]), eps=params["eps"], foreach=False)
    else:
        o = torch.optim.SGD(groups, lr=rate, momentum=params.get("momentum", 0.0), foreach=False)
    steps = []
    for _ in range(STEPS):
        a = torch.tensor(x)
        for i, σ in enumerate(activations):
            z = a @ w[i].T + b[i]
            a = FUNCTIONS[σ](z)
        c = cost_of(cost, z, activations[-1], torch.tensor(t))
        o.zero_grad()
        c.backward()
        norm = torch.nn.utils.clip_grad_norm_(w + b, params.get("clip_norm", float("inf"))).item()
        o.step()
        steps.append({"cost": c.item(), "gradient_norm": norm,
                      "layers": [{"w": u.tolist(), "b": v.tolist()} for u, v in zip(w, b)]})
    return {"name": name, "widths": widths, "activations": activations, "cost": cost, "optimizer": optimizer,
            "params": params, "x": x, "t": t, "initial": initial, "steps": steps}


def build():
    hot = lambda labels, k: [[1.0 if j == y else 0.0 for j in range(k)] for y in labels]
    adam = {"rate": 0.05, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
    momentum = {"rate": 0.5, "momentum": 0.9, "decay": 0.01}
    target = [[a * b, a - b] for a, b in values(52, 8, 2)]
    target = [[round(v, 3) for v in row] for row in target]
    return ABOUT, {"trainings": [
        training("relu, softmax cross-entropy, Adam", [4, 5, 3], ["relu", "softmax"], "softmax-cross-entropy", "adam",
                 adam, values(50, 6, 4), hot([0, 1, 2, 2, 0, 1], 3), 100),
        training("sigmoid, quadratic, momentum, L2 of the weights", [3, 4, 2], ["sigmoid", "sigmoid"], "quadratic",
                 "momentum", {**momentum, "decays": "weights"}, values(51, 5, 3), hot([0, 1, 1, 0, 1], 2), 200),
        training("sigmoid, quadratic, momentum, L2 of all", [3, 4, 2], ["sigmoid", "sigmoid"], "quadratic",
                 "momentum", {**momentum, "decays": "all"}, values(51, 5, 3), hot([0, 1, 1, 0, 1], 2), 200),
        training("tanh, regression, SGD clipped by norm", [2, 6, 4, 2], ["tanh", "tanh", "identity"], "quadratic", "sgd",
                 {"rate": 0.3, "clip_norm": 0.75}, values(52, 8, 2), target, 300),
        training("no hidden layer, cross-entropy, SGD", [3, 1], ["sigmoid"], "cross-entropy", "sgd", {"rate": 1.0},
                 values(51, 5, 3), [[0.0], [1.0], [1.0], [0.0], [1.0]], 400),
    ]}
