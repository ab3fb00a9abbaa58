"""Learning rates of every schedule."""

import math

import numpy as np
import torch
from sklearn.neural_network._stochastic_optimizers import SGDOptimizer
from torch.optim import lr_scheduler as S

ABOUT = ("rates[e] is the learning rate of epoch (or step) e = 0, 1, …. Every case starts from rate. With a warm-up, "
         "the rate of epoch e < warmup is multiplied by start + (1−start) e/warmup, and the schedule behind it begins "
         "at 0 in epoch warmup. plateau: costs[e] is the cost after epoch e, which decides rates[e+1]. "
         "inverse-scaling: rate / (e+1)^power. cosine: half a wave over period epochs, so that the last of E epochs "
         "has the least rate if period = E−1; behind period the wave goes on upwards. source is torch or sklearn.")

EPOCHS = 30
RATE = 0.4


def rates_of(make, costs=None):
    """The rates that a scheduler of PyTorch sets."""
    o = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=RATE)
    s, rates = make(o), []
    for e in range(EPOCHS):
        rates.append(o.param_groups[0]["lr"])
        o.step()
        if e + 1 < EPOCHS:
            s.step(costs[e]) if costs else s.step()
    return rates


def inverse(power):
    o = SGDOptimizer([np.zeros(1)], learning_rate_init=RATE, lr_schedule="invscaling", power_t=power)
    rates = [o.learning_rate]
    for e in range(1, EPOCHS):
        o.iteration_ends(e)
        rates.append(o.learning_rate)
    return rates


PLAIN = [  # name, parameters, PyTorch's scheduler
    ("step", {"every": 7, "factor": 0.5}, lambda o: S.StepLR(o, 7, 0.5)),
    ("step", {"every": 1, "factor": 0.9}, lambda o: S.StepLR(o, 1, 0.9)),
    ("exponential", {"factor": 0.9}, lambda o: S.ExponentialLR(o, 0.9)),
    ("exponential", {"factor": 1.05}, lambda o: S.ExponentialLR(o, 1.05)),
    ("polynomial", {"total": 20, "power": 1.0}, lambda o: S.PolynomialLR(o, 20, 1.0)),
    ("polynomial", {"total": 30, "power": 2.0}, lambda o: S.PolynomialLR(o, 30, 2.0)),
    ("polynomial", {"total": 29, "power": 0.5}, lambda o: S.PolynomialLR(o, 29, 0.5)),
    ("cosine", {"period": 29, "least": 0.0}, lambda o: S.CosineAnnealingLR(o, 29, 0.0)),
    ("cosine", {"period": 29, "least": 0.004}, lambda o: S.CosineAnnealingLR(o, 29, 0.004)),
    ("cosine", {"period": 10, "least": 0.01}, lambda o: S.CosineAnnealingLR(o, 10, 0.01)),
    ("cosine-restarts", {"period": 10, "times": 1, "least": 0.0},
     lambda o: S.CosineAnnealingWarmRestarts(o, 10, 1, 0.0)),
    ("cosine-restarts", {"period": 4, "times": 2, "least": 0.02},
     lambda o: S.CosineAnnealingWarmRestarts(o, 4, 2, 0.02)),
]


def one_cycle(**p):
    """PyTorch takes the largest rate, and starts from a share of it."""
    return lambda o: S.OneCycleLR(o, max_lr=RATE, total_steps=EPOCHS, pct_start=p["rise"], anneal_strategy=p["anneal"],
                                  div_factor=p["start_divisor"], final_div_factor=p["end_divisor"],
                                  three_phase=p["three_phase"], cycle_momentum=False)


ONE_CYCLE = [dict(rise=r, anneal=a, start_divisor=d, end_divisor=f, three_phase=t) for r, a, d, f, t in (
    (0.3, "cos", 25.0, 1e4, False), (0.3, "linear", 25.0, 1e4, False), (0.5, "cos", 10.0, 100.0, False),
    (0.4, "linear", 10.0, 100.0, True))]

WARM = [  # the schedule behind a warm-up
    ("constant", {}, lambda o: S.LambdaLR(o, lambda e: 1.0), lambda e: 1.0),
    ("step", {"every": 7, "factor": 0.5}, lambda o: S.StepLR(o, 7, 0.5), lambda e: 0.5 ** (e // 7)),
    ("cosine", {"period": 24, "least": 0.0}, lambda o: S.CosineAnnealingLR(o, 24, 0.0),
     lambda e: (1 + math.cos(math.pi * e / 24)) / 2),
    ("polynomial", {"total": 25, "power": 2.0}, lambda o: S.PolynomialLR(o, 25, 2.0), lambda e: (1 - min(e, 25) / 25) ** 2),
]


def warm(start, epochs, make, factor):
    """LinearLR in front of a schedule; the formula must confirm PyTorch."""
    def both(o):
        first = S.LinearLR(o, start_factor=start, total_iters=epochs)
        second = make(o)
        return S.SequentialLR(o, [first, second], milestones=[epochs])
    formula = [RATE * (start + (1 - start) * e / epochs if e < epochs else factor(e - epochs)) for e in range(EPOCHS)]
    rates = rates_of(both)
    if not all(abs(r - f) <= 1e-12 * RATE for r, f in zip(rates, formula)):
        raise ValueError(f"PyTorch's warm-up gives {rates}, the formula {formula}")
    return rates


FALLING = [1.0, 0.9, 0.8, 0.8, 0.80001, 0.79999, 0.79995, 0.8, 0.7, 0.71, 0.72, 0.73, 0.7, 0.7, 0.69, 0.695, 0.6, 0.6, 0.6,
           0.6, 0.6, 0.6, 0.61, 0.5, 0.52, 0.51, 0.505, 0.5, 0.499, 0.5]
RISING = [0.5, 0.5, 0.4, 0.6, 0.7, 0.6, 0.5, 0.45, 0.4, 0.39, 0.4, 0.41, 0.42, 0.3, 0.31, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3,
          0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3]
PLATEAU = [dict(factor=f, patience=p, threshold=t, threshold_mode=m, cooldown=c, least=l) for f, p, t, m, c, l in (
    (0.1, 2, 1e-4, "rel", 0, 0.0), (0.5, 0, 1e-4, "rel", 0, 0.0), (0.5, 1, 0.01, "abs", 2, 0.03))]


def plateau(p):
    return lambda o: S.ReduceLROnPlateau(o, mode="min", factor=p["factor"], patience=p["patience"],
                                         threshold=p["threshold"], threshold_mode=p["threshold_mode"],
                                         cooldown=p["cooldown"], min_lr=p["least"], eps=0)


def cases():
    yield "constant", {}, "torch", rates_of(lambda o: S.LambdaLR(o, lambda e: 1.0)), {}
    for name, params, make in PLAIN:
        yield name, params, "torch", rates_of(make), {}
    for power in (0.5, 1.0, 0.25):
        yield "inverse-scaling", {"power": power}, "sklearn", inverse(power), {}
    for p in ONE_CYCLE:
        yield "one-cycle", p, "torch", rates_of(one_cycle(**p)), {}
    for name, params, make, factor in WARM:
        start, epochs = (1 / 3, 10) if name == "constant" else (0.1, 5)
        yield name, params, "torch", warm(start, epochs, make, factor), {"warmup": epochs, "start": start}
    for p in PLATEAU:
        for costs in (FALLING, RISING):
            yield "plateau", p, "torch", rates_of(plateau(p), costs), {"costs": costs}


def build():
    return ABOUT, {"rate": RATE, "cases": [
        {"schedule": name, "params": params, **more, "source": source, "rates": rates}
        for name, params, source, rates, more in cases()]}
