#!/usr/bin/env python3
"""Training steps of PyTorch, JAX, scikit-learn and numpy, beside nabla's.

Install, on Debian:   apt install python3-torch python3-sklearn python3-numpy
elsewhere:            pip install torch --index-url https://download.pytorch.org/whl/cpu
                      pip install scikit-learn numpy jax
Run:                  /usr/bin/python3 train_peers.py [--nets 784-30-10] [--batches 1,10] [--json]
                      [--nabla "nabla"]    the command whose `bench train` is timed between rounds
                      [--with dropout,adam | --with all]   PyTorch's steps with these, beside plain ones

The same nets, cost and number of different samples as `nabla bench train`: 4,096 in
order. Before anything is timed, each library's gradient is compared with numpy's,
computed in float64. One thread unless --threads says otherwise. scikit-learn has no
quadratic cost for sigmoid outputs: there it trains its own cost (log loss), whose
gradient costs as much, on the same net. "PyTorch bfloat16" is PyTorch with autocast: parameters in
float32, products in bfloat16, so its gradient is compared with less precision. JAX compiles
a step (jit) that gives its parameters' memory back, and takes one step a call. Rounds go
through all candidates; the best of a cell counts. What isn't installed is left out.
"""
import argparse, json, os, subprocess, sys, time

parser = argparse.ArgumentParser()
parser.add_argument("--nets", default="784-30-10,784-128-10,784-512-256-10,1024-1024-1024-1024")
parser.add_argument("--batches", default="1,10,32,128,512")
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--seconds", type=float, default=0.15, help="of a timed block")
parser.add_argument("--with", dest="variants", default="", help="steps of PyTorch with dropout, layer-norm, …, or all")
parser.add_argument("--nabla", help="nabla command, timed in the same rounds")
parser.add_argument("--json", action="store_true")
args = parser.parse_args()
for name in "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS":
    os.environ[name] = str(args.threads)
for name in "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE":
    os.environ.pop(name, None)

import warnings
import numpy as np

warnings.filterwarnings("ignore")
try:
    import torch
    torch.set_num_threads(args.threads)
except ImportError:
    torch = None
try:
    import sklearn
    from sklearn.neural_network import MLPClassifier
except ImportError:
    sklearn = None

try:
    if args.threads == 1:
        os.environ["XLA_FLAGS"] = os.environ.get("XLA_FLAGS", "") + " --xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax
except ImportError:
    jax = None

SAMPLES, ETA = 4096, 0.01
torch_no_grad = torch.no_grad() if torch else lambda f: f
rng = np.random.default_rng(1)


def quadratic(widths):
    """784-30-10 is the classical one: sigmoid and quadratic cost; the others have
    relu, softmax and its cross-entropy."""
    return widths == [784, 30, 10]


def parameters(widths):
    scale = [np.sqrt((1 if quadratic(widths) else 2) / n) for n in widths]
    w = [(rng.standard_normal((o, i)) * s).astype(np.float32) for i, o, s in zip(widths, widths[1:], scale)]
    return w, [np.zeros(o, np.float32) for o in widths[1:]]


def samples(widths):
    x = rng.random((SAMPLES, widths[0]), dtype=np.float32)
    labels = rng.integers(0, widths[-1], SAMPLES)
    t = np.zeros((SAMPLES, widths[-1]), np.float32)
    t[np.arange(SAMPLES), labels] = 1
    return x, t, labels


class Numpy:
    def __init__(self, widths, batch, w, b, x, t, labels, eta, dtype=np.float32):
        self.w, self.b = [v.astype(dtype) for v in w], [v.astype(dtype) for v in b]
        self.x, self.t, self.eta, self.batch, self.next = x.astype(dtype), t.astype(dtype), eta, batch, 0
        self.quadratic = quadratic(widths)

    def step(self):
        i, self.next = self.next, (self.next + self.batch) % (SAMPLES - self.batch + 1)
        a, t = [self.x[i:i + self.batch]], self.t[i:i + self.batch]
        for k, (w, b) in enumerate(zip(self.w, self.b)):
            z = a[-1] @ w.T + b
            if self.quadratic:
                a.append(1 / (1 + np.exp(-z)))
            elif k < len(self.w) - 1:
                a.append(np.maximum(z, 0))
            else:
                e = np.exp(z - z.max(1, keepdims=True))
                a.append(e / e.sum(1, keepdims=True))
        d = a[-1] - t
        if self.quadratic:
            d *= a[-1] * (1 - a[-1])
        alpha = self.eta / self.batch
        for k in range(len(self.w) - 1, -1, -1):
            below = None
            if k > 0:
                below = d @ self.w[k]
                below *= a[k] * (1 - a[k]) if self.quadratic else a[k] > 0
            self.w[k] -= alpha * (d.T @ a[k])
            self.b[k] -= alpha * d.sum(0)
            d = below

    def run(self, n):
        for _ in range(n):
            self.step()


class Torch:
    variant = "sgd"  # a name that `nabla bench train --with` knows
    bfloat16 = False

    def __init__(self, widths, batch, w, b, x, t, labels, eta):
        layers, self.quadratic = [], quadratic(widths)
        if self.variant == "input-dropout":
            layers.append(torch.nn.Dropout(0.2))
        for k, (v, c) in enumerate(zip(w, b)):
            l = torch.nn.Linear(v.shape[1], v.shape[0])
            with torch.no_grad():
                l.weight.copy_(torch.from_numpy(v))
                l.bias.copy_(torch.from_numpy(c))
            layers.append(l)
            hidden = k < len(w) - 1
            if hidden and self.variant == "layer-norm":
                layers.append(torch.nn.LayerNorm(v.shape[0]))
            if self.quadratic:
                layers.append(torch.nn.Sigmoid())
            elif hidden:
                layers.append(torch.nn.ReLU())
            if hidden and self.variant == "dropout":
                layers.append(torch.nn.Dropout(0.5))
        self.linear = [l for l in layers if isinstance(l, torch.nn.Linear)]
        self.net = torch.nn.Sequential(*layers)
        self.sgd = OPTIMIZERS.get(self.variant, OPTIMIZERS["sgd"])(self.net.parameters(), eta)
        self.weight = torch.tensor([0.5, 2.0]).repeat(widths[-1])[:widths[-1]] if self.variant == "class-weights" else None
        self.x, self.t, self.labels = torch.from_numpy(x), torch.from_numpy(t), torch.from_numpy(labels)
        self.batch, self.next = batch, 0

    def run(self, n):
        for _ in range(n):
            i, self.next = self.next, (self.next + self.batch) % (SAMPLES - self.batch + 1)
            with torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16):
                out = self.net(self.x[i:i + self.batch])
            out = out.float()
            labels = self.labels[i:i + self.batch]
            if self.quadratic and self.weight is not None:
                cost = 0.5 * (((out - self.t[i:i + self.batch]) ** 2).sum(1) * self.weight[labels]).sum() / self.batch
            elif self.quadratic:
                cost = 0.5 * torch.nn.functional.mse_loss(out, self.t[i:i + self.batch], reduction="sum") / self.batch
            else:
                cost = torch.nn.functional.cross_entropy(out, labels, weight=self.weight)
            self.sgd.zero_grad(set_to_none=True)
            cost.backward()
            if self.variant == "clip-norm":
                torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
            elif self.variant == "clip-value":
                torch.nn.utils.clip_grad_value_(self.net.parameters(), 0.1)
            self.sgd.step()
            if self.variant == "max-norm":
                with torch.no_grad():
                    for l in self.linear:
                        l.weight.copy_(torch.renorm(l.weight, 2, 0, 3.0))

    w = property(lambda self: [l.weight.detach().numpy() for l in self.linear])
    b = property(lambda self: [l.bias.detach().numpy() for l in self.linear])


class TorchBfloat16(Torch):
    bfloat16 = True
    tolerance = 0.1  # of the largest element of a gradient


class Jax:
    def __init__(self, widths, batch, w, b, x, t, labels, eta):
        jnp, quad = jax.numpy, quadratic(widths)

        def cost(params, x, t):
            for k, (w, b) in enumerate(params):
                z = x @ w.T + b
                x = jax.nn.sigmoid(z) if quad else jax.nn.relu(z)
            if quad:
                return 0.5 * ((x - t) ** 2).sum() / batch
            return -(t * jax.nn.log_softmax(z)).sum() / batch

        def step(params, x, t, i):
            x, t = (jax.lax.dynamic_slice_in_dim(v, i, batch) for v in (x, t))
            g = jax.grad(cost)(params, x, t)
            return jax.tree.map(lambda p, g: p - eta * g, params, g)

        self.params = [(jnp.array(v), jnp.array(c)) for v, c in zip(w, b)]
        self.x, self.t, self.batch, self.next = jnp.array(x), jnp.array(t), batch, 0
        self.step = jax.jit(step, donate_argnums=0)

    def run(self, n):
        for _ in range(n):
            i, self.next = self.next, (self.next + self.batch) % (SAMPLES - self.batch + 1)
            self.params = self.step(self.params, self.x, self.t, i)
        jax.block_until_ready(self.params)

    w = property(lambda self: [np.asarray(w) for w, _ in self.params])
    b = property(lambda self: [np.asarray(b) for _, b in self.params])


class Lion:
    """PyTorch has no Lion: its steps, with PyTorch's operations on many tensors at once."""

    def __init__(self, params, lr, betas=(0.9, 0.99)):
        self.params, self.lr, self.betas = list(params), lr, betas
        self.m = [torch.zeros_like(p) for p in self.params]

    def zero_grad(self, set_to_none):
        for p in self.params:
            p.grad = None

    @torch_no_grad
    def step(self):
        b1, b2 = self.betas
        for p, m in zip(self.params, self.m):
            p.add_(torch.sign(m.mul(b1).add_(p.grad, alpha=1 - b1)), alpha=-self.lr)
            m.mul_(b2).add_(p.grad, alpha=1 - b2)


class Sklearn:
    """MLPClassifier.partial_fit goes through what it is given in batches."""

    def __init__(self, widths, batch, w, b, x, t, labels, eta):
        self.net = MLPClassifier(widths[1:-1], activation="logistic" if quadratic(widths) else "relu", solver="sgd", alpha=0,
                                 batch_size=batch, learning_rate_init=eta, momentum=0, nesterovs_momentum=False, shuffle=False)
        self.net.partial_fit(x[:batch], labels[:batch], classes=np.arange(widths[-1]))
        self.net.coefs_ = [np.ascontiguousarray(v.T) for v in w]
        self.net.intercepts_ = [v.copy() for v in b]
        self.net._optimizer = type(self.net._optimizer)(self.net.coefs_ + self.net.intercepts_, eta, "constant", 0.0, False)
        self.x, self.labels, self.batch, self.next = x, labels, batch, 0

    def run(self, n):
        """Takes n steps, up to 4,096 samples in a call of the library."""
        while n > 0:
            k = min(n, SAMPLES // self.batch)
            self.net.partial_fit(self.x[:k * self.batch], self.labels[:k * self.batch])
            n -= k

    w = property(lambda self: [v.T for v in self.net.coefs_])
    b = property(lambda self: self.net.intercepts_)


def check(name, make, widths, data):
    """Compares one step at a learning rate of 1 with numpy's in float64."""
    if name == "scikit-learn" and quadratic(widths):
        return
    w, b = parameters(widths)
    exact = Numpy(widths, 10, w, b, *data, 1.0, np.float64)
    other = make(widths, 10, w, b, *data, 1.0)
    exact.run(1)
    other.run(1)
    for k in range(len(w)):
        for before, want, got in (w[k], exact.w[k], other.w[k]), (b[k], exact.b[k], other.b[k]):
            g = np.abs(want - before).max()
            off = np.abs(want - got).max()
            if not off <= getattr(make, "tolerance", 1e-3) * g + 1e-6:
                sys.exit(f"{name}: gradient of layer {k + 1} of {widths} is off by {off:.2g} where its largest element is {g:.2g}")


def timed(peer, seconds):
    """Samples a second: enough steps to fill a block."""
    peer.run(1)
    start, n = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        peer.run(max(1, n // 2))
        n += max(1, n // 2)
    return n * peer.batch / (time.perf_counter() - start)


def nabla_rows(net, flags):
    out = subprocess.run(args.nabla.split() + ["bench", "train", "--json", "--mode", "step", "--rounds", "10", "--threads", str(args.threads), "--layers", net.replace("-", ",")]
                         + (["--activation", "sigmoid", "--cost", "quadratic"] if net == "784-30-10" else ["--activation", "relu", "--cost", "softmax-cross-entropy"])
                         + flags, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def nabla(net, batches):
    return {r["batch"]: r["samples_per_second"] for r in nabla_rows(net, ["--batch", args.batches]) if "batch" in r}


OPTIMIZERS = torch and {
    "sgd": lambda p, lr: torch.optim.SGD(p, lr=lr),
    "momentum": lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9),
    "nesterov": lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9, nesterov=True),
    "adagrad": lambda p, lr: torch.optim.Adagrad(p, lr=lr),
    "rmsprop": lambda p, lr: torch.optim.RMSprop(p, lr=lr, alpha=0.9),
    "adam": lambda p, lr: torch.optim.Adam(p, lr=lr),
    "adamw": lambda p, lr: torch.optim.AdamW(p, lr=lr),
    "amsgrad": lambda p, lr: torch.optim.Adam(p, lr=lr, amsgrad=True),
    "lion": Lion,
    "l2": lambda p, lr: torch.optim.SGD(p, lr=lr, weight_decay=1e-4),
}
VARIANTS = [*(OPTIMIZERS or []), "dropout", "input-dropout", "layer-norm", "class-weights", "clip-norm", "clip-value", "max-norm"]


def with_variants(nets, batches, variants):
    """Times PyTorch's steps with each variant, beside its plain ones, and nabla's."""
    for net in nets:
        widths = [int(n) for n in net.split("-")]
        data = samples(widths)
        w, b = parameters(widths)
        for batch in batches:
            running = {v: type("Torch_" + v, (Torch,), {"variant": v})(widths, batch, w, b, *data, ETA / 100) for v in ["sgd", *(v for v in variants if v != "sgd")]}
            best, ours = {}, {}
            for _ in range(args.rounds):
                for v, peer in running.items():
                    best[v] = max(best.get(v, 0), timed(peer, args.seconds))
                if args.nabla:
                    for v, rate in nabla_with(net, batch, list(running)).items():
                        ours[v] = max(ours.get(v, 0), rate)
            for v, rate in best.items():
                row = {"net": net, "mode": "step", "with": v, "batch": batch, "threads": args.threads, "samples_per_second": ours.get(v, 0),
                       "peers": {"PyTorch": rate}, "of_plain": best["sgd"] / rate}
                print(json.dumps(row) if args.json else
                      f"{net:21} batch {batch:3}  {v:13} " + (f"nabla {ours[v]:9.0f}/s ({ours['sgd'] / ours[v]:.2f} of plain)  " if v in ours else "")
                      + f"PyTorch {rate:9.0f}/s ({row['of_plain']:.2f} of plain)", flush=True)


def nabla_with(net, batch, variants):
    rows = nabla_rows(net, ["--batch", str(batch), "--with", ",".join(variants)])
    return {r["with"]: r["samples_per_second"] for r in rows if "with" in r}


peers = {"numpy": Numpy}
if torch:
    peers["PyTorch"], peers["PyTorch bfloat16"] = Torch, TorchBfloat16
if jax:
    peers["JAX"] = Jax
if sklearn:
    peers["scikit-learn"] = Sklearn
versions = {"numpy": np, "PyTorch": torch, "JAX": jax, "scikit-learn": sklearn}
head = ", ".join(f"{n} {m.__version__}" for n, m in versions.items() if m) + f", Python {sys.version.split()[0]}, {args.threads} thread(s)"
print(json.dumps({"head": head}) if args.json else head)

batches = [int(b) for b in args.batches.split(",")]
if args.variants:
    if not torch:
        sys.exit("--with is for PyTorch, which isn't installed")
    chosen = VARIANTS if args.variants == "all" else args.variants.split(",")
    if unknown := [v for v in chosen if v not in VARIANTS]:
        sys.exit(f"--with {unknown[0]}: want all or some of {', '.join(VARIANTS)}")
    with_variants(args.nets.split(","), batches, chosen)
    sys.exit()
for net in args.nets.split(","):
    widths = [int(n) for n in net.split("-")]
    data = samples(widths)
    for name, make in peers.items():
        check(name, make, widths, data)
    best = {b: {} for b in batches}
    w, b = parameters(widths)
    running = {(name, batch): make(widths, batch, w, b, *data, ETA) for batch in batches for name, make in peers.items()}
    for _ in range(args.rounds):
        for (name, batch), peer in running.items():
            best[batch][name] = max(best[batch].get(name, 0), timed(peer, args.seconds))
        if args.nabla:
            for batch, rate in nabla(net, batches).items():
                best[batch]["nabla"] = max(best[batch].get("nabla", 0), rate)
    for batch in batches:
        if args.json:
            print(json.dumps({"net": net, "mode": "step", "batch": batch, "threads": args.threads, "samples_per_second": best[batch].pop("nabla", 0), "peers": best[batch]}), flush=True)
            continue
        ours = best[batch].pop("nabla", None)
        cells = "  ".join(f"{n} {r:9.0f}/s" + (f" ({ours / r:5.1f}×)" if ours else "") for n, r in best[batch].items())
        print(f"{net:21} batch {batch:3}  " + (f"nabla {ours:9.0f}/s  " if ours else "") + cells, flush=True)
