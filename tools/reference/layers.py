"""Layer normalisation, clipping, max-norm and the numbers of initialisations."""

import math
import random

import torch
import torch.nn.functional as F

ABOUT = ("layer_norm: y = gamma (x − mean) / √(var + eps) + beta by rows, var being the mean of squares (not n−1); "
         "upstream is ∂C/∂y; dgamma and dbeta are sums over rows. clip_norm: all tensors are multiplied by "
         "min(1, max / (norm + 1e-6)), PyTorch's form, norm being that of all elements together before; exact has no "
         "1e-6. max_norm: rows longer than max are multiplied by max / (norm + 1e-7), PyTorch's renorm; exact has no "
         "1e-7. init: uniform within ±bound, or normal with deviation std. orthogonal: W Wᵀ = gain² I if rows ≤ cols, "
         "else Wᵀ W = gain² I; error is how far PyTorch's own matrix is from that.")


def values(seed, rows, cols, scale=1.0):
    r = random.Random(seed)
    return [[round(r.gauss(0, scale), 4) for _ in range(cols)] for _ in range(rows)]


def layer_norm(name, x, gamma, beta, upstream):
    x, gamma, beta = (torch.tensor(v, requires_grad=True) for v in (x, gamma, beta))
    y = F.layer_norm(x, x.shape[1:], gamma, beta, eps=1e-5)
    y.backward(torch.tensor(upstream))
    return {"name": name, "eps": 1e-5, "x": x, "gamma": gamma, "beta": beta, "upstream": upstream, "y": y,
            "mean": x.mean(1), "var": x.var(1, unbiased=False), "dx": x.grad, "dgamma": gamma.grad, "dbeta": beta.grad}


def layer_norms():
    gamma, beta = [1.0, 0.5, -2.0, 1.25, 0.0], [0.0, 0.1, -0.3, 2.0, 1.0]
    up = values(10, 4, 5)
    yield layer_norm("plain", values(11, 4, 5), [1.0] * 5, [0.0] * 5, up)
    yield layer_norm("affine", values(12, 4, 5, 3.0), gamma, beta, up)
    yield layer_norm("equal elements, one other, small, large mean",
                     [[2.0] * 5, [1.0, 0.0, 0.0, 0.0, 0.0], [1e-4, -1e-4, 2e-4, 0.0, 1e-5],
                      [1000.5, 1000.25, 999.75, 1001.0, 1000.0]], gamma, beta, up)
    yield layer_norm("one element", [[3.0], [-2.0]], [2.0], [0.5], [[1.0], [-1.0]])
    yield layer_norm("17 elements", values(13, 2, 17), values(14, 1, 17)[0], values(15, 1, 17)[0], values(16, 2, 17))


def clip_values():
    x = [-5.0, -1.0, -0.5, -0.0, 0.0, 0.25, 0.5, 0.50001, 1.0, 3.0]
    for limit in (0.5, 1.0, 10.0):
        g = torch.zeros(len(x), requires_grad=True)
        g.grad = torch.tensor(x)
        torch.nn.utils.clip_grad_value_([g], limit)
        yield {"limit": limit, "x": x, "y": g.grad}


def clip_norms():
    groups = [("three tensors", [values(20, 2, 3), values(21, 1, 2), values(22, 3, 1)]), ("zero", [[[0.0, 0.0], [0.0, -0.0]]]),
              ("3, 4", [[[3.0, 4.0]]]), ("large", [[[3e100, 4e100]]]),
              ("small", [[[3e-9, 4e-9]]])]
    for name, tensors in groups:
        for limit in (0.5, 1.0, 5.0, 100.0):
            params = [torch.zeros(len(t), len(t[0]), requires_grad=True) for t in tensors]
            for p, t in zip(params, tensors):
                p.grad = torch.tensor(t)
            norm = torch.nn.utils.clip_grad_norm_(params, limit).item()
            factor = 1.0 if norm <= limit else limit / norm
            yield {"name": name, "max": limit, "x": tensors, "norm": norm, "y": [p.grad for p in params],
                   "exact": [[[factor * x for x in row] for row in t] for t in tensors]}


def max_norms():
    w = values(30, 4, 6) + [[0.0] * 6, [3.0, 4.0, 0.0, 0.0, 0.0, 0.0]]
    for limit in (0.5, 2.0, 5.0):
        y = torch.renorm(torch.tensor(w), p=2, dim=0, maxnorm=limit)
        norms = [math.sqrt(math.fsum(x * x for x in row)) for row in w]
        exact = [[x * (limit / n if n > limit else 1.0) for x in row] for n, row in zip(norms, w)]
        yield {"max": limit, "w": w, "norms": norms, "y": y, "exact": exact}


def inits():
    """Bounds and deviations, with the gains of torch.nn.init."""
    gain = torch.nn.init.calculate_gain
    for fan_in, fan_out in ((784, 30), (30, 10), (7, 500)):
        for name, g in (("sigmoid", gain("sigmoid")), ("tanh", gain("tanh")), ("relu", gain("relu")),
                        ("leaky-relu 0.01", gain("leaky_relu", 0.01)), ("leaky-relu 0.2", gain("leaky_relu", 0.2)),
                        ("selu", gain("selu")), ("identity", gain("linear"))):
            std = g * math.sqrt(2 / (fan_in + fan_out))
            yield {"init": "glorot", "gain_of": name, "gain": g, "in": fan_in, "out": fan_out, "std": std,
                   "bound": math.sqrt(3) * std}
            std = g / math.sqrt(fan_in)
            kind = "lecun" if name == "identity" else "he"
            yield {"init": kind, "gain_of": name, "gain": g, "in": fan_in, "out": fan_out, "std": std,
                   "bound": math.sqrt(3) * std}


def confirm(rows):
    """Fails unless torch.nn.init draws within the bounds and with the deviations."""
    torch.manual_seed(1)
    for r in rows:
        if r["in"] * r["out"] < 3500:
            continue
        w = torch.empty(r["out"], r["in"])
        if r["init"] == "glorot":
            draws = (torch.nn.init.xavier_uniform_, torch.nn.init.xavier_normal_)
            u, n = (f(w.clone(), gain=r["gain"]) for f in draws)
        else:
            name, _, slope = r["gain_of"].partition(" ")
            name = {"identity": "linear", "leaky-relu": "leaky_relu"}.get(name, name)
            draws = (torch.nn.init.kaiming_uniform_, torch.nn.init.kaiming_normal_)
            u, n = (f(w.clone(), a=float(slope or 0), nonlinearity=name) for f in draws)
        largest, std = u.abs().max().item(), n.std().item()
        if not 0.99 * r["bound"] < largest <= r["bound"] or not abs(std / r["std"] - 1) < 0.03:
            raise ValueError(f"torch.nn.init has a bound near {largest} and a deviation near {std}, not {r}")
    return rows


def orthogonals():
    for rows, cols, gain in ((5, 5, 1.0), (3, 7, 1.0), (8, 4, 2.0**0.5)):
        torch.manual_seed(2)
        w = torch.nn.init.orthogonal_(torch.empty(rows, cols), gain)
        product = w @ w.T if rows <= cols else w.T @ w
        error = (product - gain**2 * torch.eye(min(rows, cols))).abs().max().item()
        yield {"rows": rows, "cols": cols, "gain": gain, "error_below": 1e-14 if error < 1e-14 else error}


def build():
    return ABOUT, {"layer_norm": list(layer_norms()), "clip_value": list(clip_values()), "clip_norm": list(clip_norms()),
                   "max_norm": list(max_norms()), "init": confirm(list(inits())), "orthogonal": list(orthogonals())}
