"""Writes reference.json: layer, group and RMS normalisation by PyTorch in float64, of a dense batch and of
images, and the derivative of sum(sin(k) y_k), k = 0, 1, ..., with respect to x. Run it in a Python with
torch: python reference.py > reference.json"""

import json

import torch
from torch.nn import functional

EPSILON = 1e-5


def images_first(rho):
    """From channels last, as this project has them, to channels first and back."""
    return lambda x: torch.movedim(rho(torch.movedim(x, -1, 1)), 1, -1)


NORMS = {
    "layer": lambda x: functional.layer_norm(x, x.shape[1:], eps=EPSILON),
    "group": images_first(lambda x: functional.group_norm(x, 3 if x.shape[1] == 6 else 2, eps=EPSILON)),
    "rms": lambda x: functional.rms_norm(x, x.shape[1:], eps=EPSILON),
}

cases = []
torch.manual_seed(1)
for dims in [[2, 6], [2, 2, 1, 4]]:
    values = (torch.randn(dims, dtype=torch.float64) * 2 + 0.5).round(decimals=3)
    for name, norm in NORMS.items():
        x = values.clone().requires_grad_()
        y = norm(x)
        weights = torch.sin(torch.arange(y.numel(), dtype=torch.float64)).reshape(y.shape)
        (slopes,) = torch.autograd.grad((weights * y).sum(), x)
        cases.append({"norm": name, "dims": dims, "x": values.flatten().tolist(),
                      "y": y.flatten().tolist(), "slopes": slopes.flatten().tolist()})
print(json.dumps(cases))
