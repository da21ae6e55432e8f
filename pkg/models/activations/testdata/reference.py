"""Writes reference.json: values and derivatives of the activations by PyTorch, in float64, and the slopes of
tailored rectifiers by another way than the package's: correlations by quadrature over an angle. Run it in a
Python with torch: python reference.py > reference.json"""

import json

import numpy
import torch
from torch.nn import functional

X = [-30.0, -4.0, -2.0, -1.0, -0.5, -0.01, 0.0, 0.01, 0.5, 1.0, 2.0, 4.0, 30.0]

ACTIVATIONS = {
    "relu": functional.relu,
    "leaky-0.1": lambda x: functional.leaky_relu(x, 0.1),
    "leaky-0.3": lambda x: functional.leaky_relu(x, 0.3),
    "leaky-0.9": lambda x: functional.leaky_relu(x, 0.9),
    "elu": functional.elu,
    "selu": functional.selu,
    "gelu": functional.gelu,
    "silu": functional.silu,
    "tanh": torch.tanh,
    "softplus": lambda x: functional.softplus(x, threshold=1e9),
    "sine": torch.sin,
}


def reference(rho):
    x = torch.tensor(X, dtype=torch.float64, requires_grad=True)
    y = rho(x)
    (slopes,) = torch.autograd.grad(y.sum(), x)
    return {"values": y.tolist(), "slopes": slopes.tolist()}


def correlation(a, c):
    """E[rho(u) rho(v)] of standard normals u, v of correlation c, for the leaky rectifier scaled to
    E[rho^2] = 1: its radial part is E[r^2] = 2, and its angular one the mean over a circle (midpoint
    rule)."""

    def rho(z):
        return numpy.where(z > 0, z, a * z) * numpy.sqrt(2 / (1 + a * a))

    t = (numpy.arange(200000) + 0.5) * (2 * numpy.pi / 200000)
    return 2 * numpy.mean(rho(numpy.cos(t)) * rho(numpy.cos(t - numpy.arccos(c))))


def tailored(depth, target):
    low, high = 0.0, 1.0
    for _ in range(40):
        a, c = (low + high) / 2, 0.0
        for _ in range(depth):
            c = min(1.0, correlation(a, c))
        low, high = (a, high) if c > target else (low, a)
    return {"depth": depth, "target": target, "slope": high}


print(json.dumps({
    "x": X,
    "activations": {name: reference(rho) for name, rho in ACTIVATIONS.items()},
    "tailored": [tailored(50, 0.9), tailored(24, 0.5)],
}, indent=1))
