"""Writes dks.json: activations by Deep Kernel Shaping (Martens et al. 2021), their values and derivatives in
float64 by other ways than the package's: adaptive quadrature and MINPACK's solver from SciPy, for the four
conditions in the unknowns alpha, beta, gamma and delta at once. Run it in a Python with scipy:
python dks.py > dks.json"""

import json

import numpy
from scipy import integrate, optimize, special

X = [-4.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 4.0]
ZETA = 1.5
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def normal(z):
    return numpy.exp(-z * z / 2) / numpy.sqrt(2 * numpy.pi)


def exponential(z, scale, alpha):
    below = numpy.minimum(z, 0)
    return (scale * numpy.where(z > 0, z, alpha * numpy.expm1(below)),
            scale * numpy.where(z > 0, 1, alpha * numpy.exp(below)))


def silu(z):
    s = special.expit(z)
    return z * s, s * (1 + z * (1 - s))


# The values and slopes, and where the solver starts: alpha over sqrt(C'(1) - 1), and beta, which is in alphas
# for the last two.
ACTIVATIONS = {
    "tanh": (lambda z: (numpy.tanh(z), numpy.cosh(z) ** -2.0), 1.4, 0.55),
    "softplus": (lambda z: (numpy.logaddexp(0, z), special.expit(z)), 3.6, 0.4),
    "silu": (silu, 2.0, 0.35),
    "gelu": (lambda z: (z * special.ndtr(z), special.ndtr(z) + z * normal(z)), 1.4, 0.26),
    "sine": (lambda z: (numpy.sin(z), numpy.cos(z)), 1.0, 0.95),
    "elu": (lambda z: exponential(z, 1, 1), 1.5, -1.5),
    "selu": (lambda z: exponential(z, SELU_SCALE, SELU_ALPHA), 1.4, -2.6),
}


def shaped(rho, p):
    alpha, beta, gamma, delta = p

    def phi(x):
        value, slope = rho(alpha * x + beta)
        return gamma * (value + delta), gamma * alpha * slope

    return phi


def mean(f, kink):
    """E[f(z)] of a standard normal z, on both sides of the kink."""
    parts = [integrate.quad(lambda z: f(z) * normal(z), low, high, epsabs=1e-13, epsrel=1e-13, limit=500)[0]
             for low, high in ((-13, kink), (kink, 13))]
    return sum(parts)


def conditions(rho, p, slope):
    """What the four conditions leave: the root of C(0), Q(1) - 1, Q'(1) - 1 and C'(1) less its target. The
    last two are divided by the target less 1, which makes the equations of deep nets as well conditioned as
    others."""
    phi, kink = shaped(rho, p), min(max(-p[1] / p[0], -13.0), 13.0)
    return [mean(lambda z: phi(z)[0], kink), mean(lambda z: phi(z)[0] ** 2, kink) - 1,
            (mean(lambda z: z * phi(z)[0] * phi(z)[1], kink) - 1) / (slope - 1),
            (mean(lambda z: phi(z)[1] ** 2, kink) - slope) / (slope - 1)]


def reference(name, depth):
    rho, alpha, beta = ACTIVATIONS[name]
    slope = ZETA ** (1 / depth)
    alpha *= numpy.sqrt(slope - 1)
    if name in ("elu", "selu"):
        beta *= alpha
    value, derivative = rho(numpy.float64(beta))
    start = [alpha, beta, 1 / (alpha * derivative), -value]
    p, _, _, message = optimize.fsolve(lambda p: conditions(rho, p, slope), start, xtol=1e-13, epsfcn=1e-9,
                                       maxfev=10000, full_output=True)
    left = numpy.max(numpy.abs(conditions(rho, p, slope)))
    if left > 1e-9:
        raise ValueError(f"{name} at {depth} layers: {left} left, {message}")
    values, slopes = shaped(rho, p)(numpy.array(X))
    return {"activation": name, "depth": depth, "zeta": ZETA, "constants": p.tolist(),
            "values": values.tolist(), "slopes": slopes.tolist()}


shapes = [reference(name, depth) for name in ACTIVATIONS for depth in (10, 50, 200)]
print('{"x": %s, "shapes": [\n%s\n]}' % (json.dumps(X), ",\n".join(map(json.dumps, shapes))))
