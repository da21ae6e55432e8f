#!/usr/bin/env python3
"""Makes the ONNX files of this folder, and truth.npz: inputs, outputs, and PyTorch's gradients of the sum of
the outputs.

The tests need neither PyTorch nor this script. To make the fixtures anew, in an environment of the packages
of bench/requirements-torch.txt and of requirements.txt beside this file:

    python fixtures.py

Weights are float32; outputs and gradients are computed in float64 with the same weights, so that they are
exact to the precision of the test.
"""

import copy
import pathlib

import numpy as np
import onnx
import torch
from torch import nn

FOLDER = pathlib.Path(__file__).parent
BATCH = 4


class PreActivation(nn.Module):
    """A pre-activation residual block: the exporter folds its second norm into the convolution in front, and
    can't fold the first.
    """

    def __init__(self, filters, out, stride):
        super().__init__()
        self.norm1, self.norm2 = nn.BatchNorm2d(filters), nn.BatchNorm2d(out)
        self.conv1 = nn.Conv2d(filters, out, 3, stride, 1, bias=False)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.shortcut = nn.Conv2d(filters, out, 1, stride, bias=False) if stride > 1 else nn.Identity()

    def forward(self, x):
        h = torch.relu(self.norm1(x))
        branch = self.conv2(torch.relu(self.norm2(self.conv1(h))))
        return self.shortcut(x) + branch


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, 1, 1)
        self.blocks = nn.Sequential(PreActivation(8, 8, 1), PreActivation(8, 16, 2))
        self.norm, self.head = nn.BatchNorm2d(16), nn.Linear(16, 10)

    def forward(self, x):
        x = torch.relu(self.norm(self.blocks(self.stem(x))))
        return self.head(x.mean(dim=(2, 3)))


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        batch, steps, width = x.shape
        q, k, v = self.qkv(x).reshape(batch, steps, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        seen = nn.functional.scaled_dot_product_attention(q, k, v)
        return self.out(seen.transpose(1, 2).reshape(batch, steps, width))


class Transformer(nn.Module):
    """A pre-LN block of a transformer over steps of numbers."""

    def __init__(self, width=8, gelu="none"):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, 2)
        self.up, self.down, self.gelu = nn.Linear(width, 32), nn.Linear(32, width), nn.GELU(approximate=gelu)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.down(self.gelu(self.up(self.norm2(x))))


class TwoInputs(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(4, 8), nn.Linear(2, 8)

    def forward(self, x, condition):
        return torch.tanh(self.first(x)) * torch.sigmoid(self.second(condition))


def spread(module):
    """Gives norms statistics and weights that are not those of an untrained net."""
    for norm in module.modules():
        if isinstance(norm, nn.BatchNorm2d):
            nn.init.normal_(norm.running_mean, 0, 0.5)
            nn.init.uniform_(norm.running_var, 0.5, 2)
        if isinstance(norm, (nn.BatchNorm2d, nn.LayerNorm)):
            nn.init.uniform_(norm.weight, 0.5, 1.5)
            nn.init.normal_(norm.bias, 0, 0.3)
    return module.eval()


def export(name, module, *inputs, names=("x",), dynamic=True, **options):
    """Writes an ONNX file by the exporter's own defaults, but for the names."""
    batch = torch.export.Dim("batch", min=1, max=1 << 20)
    shapes = tuple({0: batch} for _ in inputs) if dynamic else None
    torch.onnx.export(
        module, inputs, FOLDER / f"{name}.onnx", input_names=list(names), output_names=["y"], dynamo=True,
        dynamic_shapes=shapes, verbose=False, **options)
    strip(FOLDER / f"{name}.onnx")


def strip(path):
    """Takes out what the exporter notes of where an operator came from: half of a small file, with the paths
    of this machine.
    """
    model = onnx.load(path, load_external_data=False)
    for noted in [
        model,
        model.graph,
        *model.graph.node,
        *model.graph.value_info,
        *model.graph.input,
        *model.graph.output,
        *model.graph.initializer,
    ]:
        del noted.metadata_props[:]
    onnx.save(model, path)


def true(name, module, *inputs, names=("x",)):
    """Returns inputs, output and gradients by name."""
    module = copy.deepcopy(module).double()
    wide = [x.double().requires_grad_() for x in inputs]
    y = module(*wide)
    found = {f"{name}.y": y.detach().numpy()}
    for label, x, gradient in zip(names, wide, torch.autograd.grad(y.sum(), wide)):
        found[f"{name}.{label}"] = x.detach().numpy().astype(np.float32)
        found[f"{name}.gradient.{label}"] = gradient.numpy()
    return found


def main():
    torch.manual_seed(1)
    dense = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 3))
    fixtures = {
        "dense": (dense, [torch.randn(BATCH, 6)], ("x",), {"external_data": False}),
        "external": (
            dense,
            [torch.randn(BATCH, 6)],
            ("x",),
            {},
        ),  # with its weights in a file of their own, the default
        "resnet": (spread(ResNet()), [torch.randn(BATCH, 3, 8, 8)], ("x",), {"external_data": False}),
        "transformer": (spread(Transformer()), [torch.randn(BATCH, 5, 8)], ("x",), {"external_data": False}),
        "approximate": (
            spread(Transformer(gelu="tanh")),
            [torch.randn(BATCH, 5, 8)],
            ("x",),
            {"external_data": False},
        ),
        # before there was an operator Gelu
        "opset18": (
            spread(Transformer(gelu="tanh")),
            [torch.randn(BATCH, 5, 8)],
            ("x",),
            {"external_data": False, "opset_version": 18},
        ),
        "two_inputs": (
            TwoInputs(),
            [torch.randn(BATCH, 4), torch.randn(BATCH, 2)],
            ("x", "condition"),
            {"external_data": False},
        ),
    }
    truth = {}
    for name, (module, inputs, names, options) in fixtures.items():
        module.eval()
        export(name, module, *inputs, names=names, **options)
        truth |= true(name, module, *inputs, names=names)
    # What is refused: a batch whose size is fixed, and an operator that can't be imported.
    export("fixed_batch", dense, torch.randn(1, 6), dynamic=False, external_data=False)
    export(
        "unsupported",
        nn.Sequential(nn.Linear(6, 3), nn.LeakyReLU(0.1)),
        torch.randn(BATCH, 6),
        external_data=False,
    )
    np.savez_compressed(FOLDER / "truth.npz", **truth)


if __name__ == "__main__":
    main()
