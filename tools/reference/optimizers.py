"""Parameters and state after every step of each optimizer."""

import random

import numpy as np
import torch

ABOUT = ("Every case starts at w, with state 0, and takes the steps whose gradients are the rows of g. after[i] are the "
         "parameters after step i+1; state is what the optimizer holds at the end. decay is λ of L2, added to the "
         "gradient as λ w, except for adamw and lion, where it is decoupled: w −= η λ w. l1 adds λ sign(w), 0 at 0. "
         "AMSGrad keeps the largest v before its bias is corrected, as PyTorch does. source is torch, or numpy for "
         "what PyTorch 1.13 doesn't have: Lion (Chen et al., Symbolic Discovery of Optimization Algorithms, 2023, "
         "algorithm 2) and L1.")

PARAMETERS, STEPS = 12, 8


def problem():
    """w and g: gradients of every size, some 0, some 0 from a step on, one w that is 0."""
    r = random.Random(2)
    w = [round(r.gauss(0, 1), 4) for _ in range(PARAMETERS)]
    scale = [1, 1, 1e-3, 1e-6, 100, 10, 0.1, 0, 1, 1, 1e-2, 1]
    g = [[round(r.gauss(0, 1), 4) * s for s in scale] for _ in range(STEPS)]
    w[8] = 0.0
    for i in range(STEPS):
        g[i][9] = g[i][9] if i < 3 else 0.0   # 0 from the fourth step on
        g[i][10] = 0.0 if i < 5 else g[i][10]  # 0 up to the fifth
        g[i][11] = 0.25 if i % 2 else -0.25    # back and forth
    return w, g


W, G = problem()

# PyTorch's names of state → the names that files have.
STATE = {"momentum_buffer": "v", "square_avg": "s", "exp_avg": "m", "exp_avg_sq": "v", "max_exp_avg_sq": "vmax", "sum": "s"}


def in_torch(make):
    w = torch.tensor(W, requires_grad=True)
    o = make([w])
    after = []
    for g in G:
        w.grad = torch.tensor(g)
        o.step()
        after.append(w.tolist())
    state = {STATE[k]: v.tolist() for k, v in o.state[w].items() if k in STATE and v is not None}
    return after, state


def lion(rate, beta1, beta2, decay):
    w, m, after = np.array(W), np.zeros(PARAMETERS), []
    for g in np.array(G):
        update = np.sign(beta1 * m + (1 - beta1) * g)
        w = w - rate * (update + decay * w)
        m = beta2 * m + (1 - beta2) * g
        after.append(w)
    return after, {"m": m}


def l1(rate, decay):
    w, after = np.array(W), []
    for g in np.array(G):
        w = w - rate * (g + decay * np.sign(w))
        after.append(w)
    return after, {}


O = torch.optim


def sgd(rate, momentum=0.0, decay=0.0, nesterov=False):
    return lambda p: O.SGD(p, lr=rate, momentum=momentum, weight_decay=decay, nesterov=nesterov, foreach=False)


def adam(kind, rate, beta1, beta2, eps, decay=0.0, amsgrad=False):
    return lambda p: kind(p, lr=rate, betas=(beta1, beta2), eps=eps, weight_decay=decay, amsgrad=amsgrad, foreach=False)


def cases():
    yield "sgd", {"rate": 0.5}, sgd(0.5)
    yield "sgd", {"rate": 0.1, "decay": 0.01}, sgd(0.1, decay=0.01)
    yield "sgd", {"rate": 0.01, "decay": 5.0}, sgd(0.01, decay=5.0)
    for rate, mu, decay in ((0.05, 0.9, 0.0), (0.2, 0.5, 0.0), (0.05, 0.9, 0.01)):
        p = {"rate": rate, "momentum": mu, "decay": decay}
        yield "momentum", p, sgd(rate, mu, decay)
        yield "nesterov", p, sgd(rate, mu, decay, nesterov=True)
    for rate, rho, eps, decay in ((0.003, 0.9, 1e-8, 0.0), (0.1, 0.5, 1e-3, 0.1)):
        yield ("rmsprop", {"rate": rate, "beta2": rho, "eps": eps, "decay": decay},
               lambda p: O.RMSprop(p, lr=rate, alpha=rho, eps=eps, weight_decay=decay, foreach=False))
    for rate, b1, b2, eps in ((0.003, 0.9, 0.999, 1e-8), (0.05, 0.5, 0.9, 1e-4)):
        p = {"rate": rate, "beta1": b1, "beta2": b2, "eps": eps}
        yield "adam", {**p, "decay": 0.0}, adam(O.Adam, rate, b1, b2, eps)
        yield "amsgrad", {**p, "decay": 0.0}, adam(O.Adam, rate, b1, b2, eps, amsgrad=True)
        yield "adamw", {**p, "decay": 0.01}, adam(O.AdamW, rate, b1, b2, eps, 0.01)
    p = {"rate": 0.003, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
    yield "adam", {**p, "decay": 0.1}, adam(O.Adam, 0.003, 0.9, 0.999, 1e-8, 0.1)
    yield "amsgrad", {**p, "decay": 0.1}, adam(O.Adam, 0.003, 0.9, 0.999, 1e-8, 0.1, amsgrad=True)
    yield "adamw", {**p, "decay": 0.5}, adam(O.AdamW, 0.003, 0.9, 0.999, 1e-8, 0.5)
    for rate, eps, decay in ((0.01, 1e-10, 0.0), (0.1, 1e-6, 0.05)):
        yield ("adagrad", {"rate": rate, "eps": eps, "decay": decay},
               lambda p: O.Adagrad(p, lr=rate, eps=eps, weight_decay=decay, foreach=False))
    for rate, b1, b2, decay in ((0.0001, 0.9, 0.99, 0.0), (0.0003, 0.95, 0.98, 0.1), (0.01, 0.5, 0.5, 1.0)):
        yield "lion", {"rate": rate, "beta1": b1, "beta2": b2, "decay": decay}, None
    yield "sgd", {"rate": 0.1, "l1": 0.01}, None


def build():
    result = []
    for name, params, make in cases():
        if make:
            after, state = in_torch(make)
        elif name == "lion":
            after, state = lion(*params.values())
        else:
            after, state = l1(*params.values())
        result.append({"optimizer": name, "params": params, "source": "torch" if make else "numpy",
                       "after": after, "state": state})
    return ABOUT, {"w": W, "g": G, "cases": result}
