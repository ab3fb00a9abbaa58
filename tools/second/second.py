#!/usr/bin/env python3
"""Trains the built-in digits as `nabla train` does, and prints the fingerprint.

This is a second implementation of docs/arithmetic.md, in Python with numpy. It uses
none of nabla's code. The argument is the file of the digits, dataset/digits/digits.csv.gz.
"""

import gzip
import hashlib
import math
import sys
from fractions import Fraction

import numpy as np

F = np.float32
VERSION = "2"
SEED, HIDDEN, BATCH, LEAST_STEPS, RATE = 1, 100, 32, 1500, 0.003


# Random numbers: PCG with the DXSM output.
class Random:
    def __init__(self, seed, stream):
        self.state = seed << 64 | stream

    def word(self):
        mask = (1 << 64) - 1
        self.state = (self.state * (2549297995355413924 << 64 | 4865540595714422341)
                      + (6364136223846793005 << 64 | 1442695040888963407)) % (1 << 128)
        hi, lo = self.state >> 64, self.state & mask
        hi ^= hi >> 32
        hi = hi * 0xDA942042E4DD58B5 & mask
        hi ^= hi >> 48
        return hi * (lo | 1) & mask

    def below(self, n):
        p = self.word() * n
        while p % (1 << 64) < (-n % (1 << 64)) % n:
            p = self.word() * n
        return p >> 64

    def uniform(self):
        return (self.word() >> 11) * 2.0 ** -53

    def normal(self):
        radius = math.sqrt(-2 * log(1 - self.uniform()))
        return radius * cos(2 * math.pi * self.uniform())

    def shuffle(self, p):
        for i in range(len(p) - 1, 0, -1):
            j = self.below(i + 1)
            p[i], p[j] = p[j], p[i]


# Float64: the fused multiply-add by exact fractions, logarithm and cosine.
def fma64(x, y, z):
    exact = Fraction(x) * Fraction(y) + Fraction(z)
    return float(exact) if exact else x * y + z


def horner(x, c, fma):
    p = c[-1]
    for a in c[-2::-1]:
        p = fma(p, x, a)
    return p


def hexes(text):
    return [float.fromhex(x) for x in text.split()]


LOG = hexes("""-0x1p-1 0x1.5555555555546p-2 -0x1.fffffffffee88p-3 0x1.999999999bf56p-3
 -0x1.55555556713ddp-3 0x1.2492492453cafp-3 -0x1.ffffff2a4957fp-4 0x1.c71c7119fe2d9p-4
 -0x1.9999c219195e6p-4 0x1.745d5804bdb45p-4 -0x1.55510b59a1191p-4 0x1.3b09bcbf97e2ep-4
 -0x1.24d4055a0c59cp-4 0x1.11df8f548ce01p-4 -0x1.fc0000ff20307p-5 0x1.cfa55c6e2d986p-5
 -0x1.ce7da30bc5c51p-5 0x1.0a93d154d1edap-4 -0x1.f18962e89ca69p-5 0x1.b907db511159bp-6""")
SIN = hexes("""-0x1.5555555555549p-3 0x1.111111110f8a7p-7 -0x1.a01a019c16448p-13
 0x1.71de357b44278p-19 -0x1.ae5e68bf38bcdp-26 0x1.5d93adc67ee66p-33""")
COS = hexes("""0x1.555555555554cp-5 -0x1.6c16c16c15222p-10 0x1.a01a019cbfd3p-16
 -0x1.27e4f81315bccp-22 0x1.1ee9f198517d2p-29 -0x1.8fb15657ba499p-37""")
ROOT_HALF = float.fromhex("0x1.6a09e667f3bcdp-1")
LOG_HI, LOG_LO = float.fromhex("0x1.62e42fefa38p-1"), float.fromhex("0x1.ef35793c7673p-45")


def log(x):
    """ln x of a normal x."""
    m, k = math.frexp(x)  # m in [1/2, 1)
    if m < ROOT_HALF:
        m, k = 2 * m, k - 1
    f = m - 1
    big = k * LOG_HI
    hi = big + f
    lo = f - (hi - big)
    lo = fma64(float(k), LOG_LO, lo)
    lo = fma64(f * f, horner(f, LOG, fma64), lo)
    return hi + lo


def cos(x):
    """cos x of 0 <= x < 2**30."""
    hi, mid, low = hexes("0x1.921fb54442d18p0 0x1.1a62633145c07p-54 -0x1.f1976b7ed8fbcp-110")
    n = fma64(x, float.fromhex("0x1.45f306dc9c883p-1"), 1.5 * 2.0 ** 52) - 1.5 * 2.0 ** 52
    t = fma64(-n, hi, x)
    p = n * mid
    r = t + -p
    u = r - t
    rl = (t - (r - u)) + (-p - u)
    rl -= fma64(n, low, fma64(n, mid, -p))
    q, r2 = int(n) & 3, r * r
    if q & 1 == 0:
        h = 0.5 * r2
        w = 1 - h
        wl = -h - (w - 1)
        y = w + (wl + fma64(r2 * r2, horner(r2, COS, fma64), -(r * rl)))
    else:
        y = r + fma64(r2 * r, horner(r2, SIN, fma64), fma64(rl, -0.5 * r2, rl))
    return -y if q in (1, 2) else y


# Float32, on arrays.
def fma(x, y, z):
    """x*y + z with one rounding. The product is exact in float64; where the rounded sum lies
    halfway between two float32, or among the subnormal ones, it is rounded to odd first."""
    p = np.multiply(x, y, dtype=np.float64)
    z = np.asarray(z, np.float64)
    s = p + z
    b = s.view(np.int64)
    risky = ((b & 0x1FFFFFFF) == 1 << 28) | ((np.abs(s) < 2.0 ** -126) & (s != 0))
    if risky.any():
        p, z, t = p[risky], np.broadcast_to(z, s.shape)[risky], s[risky]
        u = t - p
        e = (p - (t - u)) + (z - u)
        c = t.view(np.int64)
        odd = np.where((e == 0) | (c & 1 == 1), c, np.where((e > 0) == (t > 0), c + 1, c - 1))
        s[risky] = odd.view(np.float64)
    return s.astype(F)


def rows(a, w):
    """a @ w.T: 16 lanes along k, then a tree reduction."""
    acc = np.zeros((len(a), len(w), 16), F)
    for k in range(0, a.shape[1], 16):
        n = min(16, a.shape[1] - k)
        acc[:, :, :n] = fma(a[:, None, k:k + n], w[None, :, k:k + n], acc[:, :, :n])
    for n in (8, 4, 2, 1):
        acc = acc[:, :, :n] + acc[:, :, n:2 * n]
    return acc[:, :, 0]


def outer(a, b):
    """a.T @ b: one chain along the rows, in ascending order."""
    acc = np.zeros((a.shape[1], b.shape[1]), F)
    for x, y in zip(a, b):
        acc = fma(x[:, None], y[None, :], acc)
    return acc


def exp(x):
    """e**x for x <= 0."""
    c = [F(v) for v in hexes("0x1p-1 0x1.5554bp-3 0x1.5554ep-5 0x1.12279ap-7 0x1.6d5686p-10")]
    one, rounding = np.ones_like(x), F(1.5 * 2 ** 23 + 127)
    x = np.maximum(x, F(-106))
    kr = fma(x, F(float.fromhex("0x1.715476p0")), rounding)
    k = kr - rounding
    r = fma(-k, F(float.fromhex("0x1.62e43p-1")), x)
    l = -k * F(float.fromhex("-0x1.05c61p-29"))
    rq = horner(r, [one * v for v in c], fma) * r
    h = one + r
    t = r - (h - one)
    t = fma(rq, r, t)
    t = fma(l, h + t, t)
    m = h + t
    power = ((kr + F(64)).view(np.uint32) << np.uint32(23)).view(F)
    return ((m * power).astype(np.float64) * 2.0 ** -64).astype(F)


def softmax(z):
    e = exp(z - z.max(1, keepdims=True))
    acc = np.zeros((len(z), 64), F)
    acc[:, :z.shape[1]] += e
    for n in (32, 16, 8, 4, 2, 1):
        acc = acc[:, :n] + acc[:, n:2 * n]
    return e / acc


def small(x, least):
    """+0 in place of what is below least."""
    return np.where(np.abs(x) < least, F(0), x)


def power(x, n):
    p = 1.0
    while n:
        if n & 1:
            p *= x
        x *= x
        n >>= 1
    return p


def adam(w, m, v, g, t, rate):
    b1, b2, c1, c2 = F(0.9), F(0.999), F(1 - 0.9), F(1 - 0.999)
    step = F(rate / (1 - power(0.9, t)))
    scale = F(1 / math.sqrt(1 - power(0.999, t)))
    g = small(g, 2.0 ** -50)
    m[:] = fma(c1, g, b1 * m)
    v[:] = fma(c2 * g, g, b2 * v)
    v[v < 2.0 ** -111] = 0
    m[v == 0] = 0
    m[:] = small(m, 2.0 ** -63)
    w[:] = fma(-step, m / fma(scale, np.sqrt(v), np.full_like(v, F(1e-8))), w)


def digits(path):
    """The training part: inputs and labels."""
    with gzip.open(path, "rt") as f:
        table = np.array([[int(x) for x in line.split(",")] for line in f])
    labels, test = table[:, -1], set()
    for c in range(10):
        members = [int(i) for i in np.flatnonzero(labels == c)]
        Random(1797, c).shuffle(members)
        test.update(members[:math.floor(0.2 * len(members) + 0.5)])
    part = [i for i in range(len(table)) if i not in test]
    x = table[part, :-1].astype(np.float64)
    return ((x - x.sum() / x.size) / 16).astype(F), labels[part]


def initial(out, inputs, layer, gain):
    r, scale = Random(SEED, layer), math.sqrt(1 / inputs * gain)
    return np.array([scale * r.normal() for _ in range(out * inputs)]).astype(F).reshape(out, inputs)


def main(path):
    x, labels = digits(path)
    n = len(x)
    targets = np.eye(10, dtype=F)[labels]
    epochs = max(20, min(200, (LEAST_STEPS * BATCH + n - 1) // n))
    decay = F(min(0.001, 1 / n))
    w1, w2 = initial(HIDDEN, 64, 1, 2.0), initial(10, HIDDEN, 2, 1.0)
    params = [w1, np.zeros(HIDDEN, F), w2, np.zeros(10, F)]
    moments = [(np.zeros_like(p), np.zeros_like(p)) for p in params]
    order, random, t = list(range(n)), Random(SEED, 0), 0
    for epoch in range(epochs):
        rate = RATE * (0.01 + (1 - 0.01) * 0.5 * (1 + cos(math.pi * epoch / (epochs - 1))))
        for k in range(n):
            l = k + random.below(n - k)
            order[k], order[l] = order[l], order[k]
        for k in range(0, n, BATCH):
            batch, t = order[k:k + BATCH], t + 1
            a0, ones = x[batch], np.ones((len(batch), 1), F)
            z1 = rows(a0, w1) + params[1]
            a1 = np.where(z1 < 0, F(0), z1)
            d2 = small(softmax(rows(a1, w2) + params[3]) - targets[batch], 2.0 ** -63)
            d1 = small(outer(d2.T, w2) * (z1 > 0), 2.0 ** -63)
            alpha = F(1 / len(batch))
            grads = [alpha * outer(d1, a0), alpha * outer(ones, d1)[0], alpha * outer(d2, a1), alpha * outer(ones, d2)[0]]
            for i in (0, 2):
                grads[i] = fma(decay, params[i], grads[i])
            for p, (m, v), g in zip(params, moments, grads):
                adam(p, m, v, g, t, rate)
    h = hashlib.sha256(VERSION.encode())
    for p in params:
        h.update(p.astype("<f4").tobytes())
    print(h.hexdigest())


main(sys.argv[1])
