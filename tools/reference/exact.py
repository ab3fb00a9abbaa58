"""Activations and costs in mpmath, with so many digits that their values, rounded to
float64, are the correctly rounded ones. They check PyTorch's values, and replace them
where PyTorch loses digits."""

from mpmath import mp, mpf

mp.dps = 450  # e^-1000 beside 1

ZERO, ONE, TWO, HALF = mpf(0), mpf(1), mpf(2), mpf(1) / 2


def _density(z):  # the normal distribution's density
    return mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi)


def _gelu_tanh(z):
    c = mp.sqrt(2 / mp.pi)
    k = mpf("0.044715")
    t = mp.tanh(c * (z + k * z**3))
    return HALF * z * (1 + t), HALF * (1 + t) + HALF * z * (1 - t * t) * c * (1 + 3 * k * z * z)


def _sigmoid(z):
    return 1 / (1 + mp.exp(-z))


SELU_ALPHA = mpf("1.6732632423543772848170429916717")
SELU_SCALE = mpf("1.0507009873554804934193349852946")

# name → function of z and parameters that returns σ(z) and σ'(z). At a kink σ' is
# PyTorch's: that of the left side, and 0 at both ends of a clipped range.
ELEMENTWISE = {
    "identity": lambda z: (z, ONE),
    "sigmoid": lambda z: (_sigmoid(z), _sigmoid(z) * _sigmoid(-z)),
    "tanh": lambda z: (mp.tanh(z), mp.sech(z) ** 2),
    "relu": lambda z: (z, ONE) if z > 0 else (ZERO, ZERO),
    "exp": lambda z: (mp.exp(z), mp.exp(z)),
    "leaky-relu": lambda z, slope: (z, ONE) if z > 0 else (slope * z, slope),
    "elu": lambda z, alpha: (z, ONE) if z > 0 else (alpha * mp.expm1(z), alpha * mp.exp(z)),
    "selu": lambda z: (SELU_SCALE * z, SELU_SCALE) if z > 0 else (
        SELU_SCALE * SELU_ALPHA * mp.expm1(z), SELU_SCALE * SELU_ALPHA * mp.exp(z)),
    "softplus": lambda z: (mp.log1p(mp.exp(-abs(z))) + max(z, ZERO), _sigmoid(z)),
    "gelu": lambda z: (HALF * z * mp.erfc(-z / mp.sqrt(2)), HALF * mp.erfc(-z / mp.sqrt(2)) + z * _density(z)),
    "gelu-tanh": _gelu_tanh,
    "silu": lambda z: (z * _sigmoid(z), _sigmoid(z) * (1 + z * _sigmoid(-z))),
    "hard-sigmoid": lambda z: (ZERO, ZERO) if z <= -3 else (ONE, ZERO) if z >= 3 else (z / 6 + HALF, ONE / 6),
    "clipped-relu": lambda z, high: (ZERO, ZERO) if z <= 0 else (high, ZERO) if z >= high else (z, ONE),
}


def softmax(z):
    e = [mp.exp(x - max(z)) for x in z]
    return [x / mp.fsum(e) for x in e]


def activate(name, z, params=None):
    """Returns a and a function that turns ∂C/∂a into ∂C/∂z, for one sample."""
    if name == "softmax":
        a = softmax(z)

        def pull(g):
            s = mp.fsum(x * y for x, y in zip(g, a))
            return [x * (y - s) for x, y in zip(a, g)]
        return a, pull
    pairs = [ELEMENTWISE[name](x, **{k: mpf(v) for k, v in (params or {}).items()}) for x in z]
    return [p[0] for p in pairs], lambda g: [x * p[1] for x, p in zip(g, pairs)]


def _xlog(x, y):
    return ZERO if x == 0 else x * mp.log(y)


def _ratio(x, y):  # x/y, 0 where x is
    return ZERO if x == 0 else x / y


def _sign(x):
    return ZERO if x == 0 else mp.sign(x)


def _huber(a, t, delta):
    d = a - t
    if abs(d) <= delta:
        return d * d / 2, d
    return delta * (abs(d) - delta / 2), delta * _sign(d)


def _hinge(a, t):
    y = 2 * t - 1
    m = 1 - y * a
    return (m, -y) if m > 0 else (ZERO, ZERO)


def _squared_hinge(a, t):
    m, slope = _hinge(a, t)
    return m * m, 2 * m * slope


def _hellinger(a, t):
    r = mp.sqrt(a) - mp.sqrt(t)
    return r * r / mp.sqrt(2), r / (mp.sqrt(2) * mp.sqrt(a))


# name → function of an output, a target and parameters that returns the output's
# term of the cost and its derivative by a.
TERMS = {
    "quadratic": lambda a, t: ((a - t) ** 2 / 2, a - t),
    "cross-entropy": lambda a, t: (-_xlog(t, a) - _xlog(1 - t, 1 - a), _ratio(1 - t, 1 - a) - _ratio(t, a)),
    "softmax-cross-entropy": lambda a, t: (-_xlog(t, a), -_ratio(t, a)),
    "huber": _huber,
    "absolute": lambda a, t: (abs(a - t), _sign(a - t)),
    "hinge": _hinge,
    "squared-hinge": _squared_hinge,
    "poisson": lambda a, t: (a - _xlog(t, a), 1 - _ratio(t, a)),
    "kullback-leibler": lambda a, t: (_xlog(t, t / a), -_ratio(t, a)),
    "hellinger": _hellinger,
    "generalized-kl": lambda a, t: (_xlog(t, t / a) - t + a, 1 - _ratio(t, a)),
    "itakura-saito": lambda a, t: (t / a - mp.log(t / a) - 1, (a - t) / a**2),
    "exponential": lambda a, t: ((a - t) ** 2, 2 * (a - t)),  # completed by cost
}


def cost(name, activation, z, t, params=None):
    """Returns the cost of one sample and δ = ∂C/∂z."""
    z, t = [mpf(x) for x in z], [mpf(x) for x in t]
    params = {k: mpf(v) for k, v in (params or {}).items()}
    a, pull = activate(activation, z)
    tau = params.pop("tau", None)
    terms = [TERMS[name](x, y, **params) for x, y in zip(a, t)]
    c, g = mp.fsum(x[0] for x in terms), [x[1] for x in terms]
    if name == "exponential":
        c = tau * mp.exp(c / tau)
        g = [x * c / tau for x in g]
    return c, pull(g)


def rounded(x):
    """x, or a list of such, as float64; nothing that isn't finite."""
    if isinstance(x, list):
        return [rounded(v) for v in x]
    y = float(x)
    if y == 0:
        y = 0.0
    return y
