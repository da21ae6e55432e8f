"""Writes torch_net.json: a small net with what PyTorch makes of it, for the tests of the probes. Run with the
peer's Python of scripts/bench:

    .venv-bench/torch/bin/python internal/testnets/testdata/torch_net.py
"""

import json
from pathlib import Path

import torch
from torch.func import functional_call, grad, jacrev, vmap

torch.set_default_dtype(torch.float64)
torch.manual_seed(7)

sizes = (4, 6, 5, 3)
net = torch.nn.Sequential(
    *(m for a, b in zip(sizes, sizes[1:]) for m in (torch.nn.Linear(a, b, bias=False), torch.nn.Tanh()))
)[:-1]
for module in net:
    if isinstance(module, torch.nn.Linear):
        torch.nn.init.normal_(module.weight, std=1.2 * module.in_features**-0.5)
stages = [net[0:2], net[2:4], net[4:5]]

inputs, labels = torch.randn(8, sizes[0]), torch.randint(sizes[-1], (8,))
weights = {name: p.detach() for name, p in net.named_parameters()}


def loss(weights, x, label):
    return torch.nn.functional.cross_entropy(functional_call(net, weights, (x[None],)), label[None])


# The path from input 0 to input 1: the gradients of the loss with the label of input 0.
t = torch.linspace(0, 1, 9)[:, None]
points = inputs[0] * (1 - t) + inputs[1] * t
g = vmap(grad(loss, argnums=1), (None, 0, None))(weights, points, labels[0])
norms = g.norm(dim=1)
correlation = g @ g.T / norms[:, None] / norms

# The singular values of the Jacobians there, of the whole net and of its stages.
spectra, states = [torch.linalg.svdvals(vmap(jacrev(net))(points))], points
for stage in stages:
    spectra.append(torch.linalg.svdvals(vmap(jacrev(stage))(states)))
    states = stage(states)

# The gradients of each example of a minibatch.
each = vmap(grad(loss), (None, 0, 0))(weights, inputs, labels)
to_weights = torch.cat([gradient.flatten(1) for gradient in each.values()], dim=1)
to_inputs = vmap(grad(loss, argnums=1), (None, 0, 0))(weights, inputs, labels)


def agreement(rows):
    products = rows @ rows.T
    cosines = products / rows.norm(dim=1)[:, None] / rows.norm(dim=1)
    apart = ~torch.eye(len(rows), dtype=bool)
    return [
        cosines[apart].mean().item(), cosines[apart].min().item(), max(0, (-products[apart]).max().item()),
        (torch.linalg.matrix_norm(rows) ** 2 / torch.linalg.matrix_norm(rows, 2) ** 2).item(),
    ]


result = {
    "torch": torch.__version__,
    "sizes": sizes,
    "weights": [stage[0].weight.T.flatten().tolist() for stage in stages],
    "inputs": inputs.flatten().tolist(),
    "labels": labels.tolist(),
    "correlation": correlation.tolist(),
    "spectra": [s.tolist() for s in spectra],
    "agreement": {"weights": agreement(to_weights), "inputs": agreement(to_inputs)},
}
Path(__file__).with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
