"""Writes reference.json: Dirac kernels by PyTorch, [height, width, in, out] as this project has them. Run
it in a Python with torch: python reference.py > reference.json"""

import json

import torch

dirac = []
for dims in [[3, 3, 4, 4], [3, 3, 2, 5], [5, 3, 4, 2]]:
    height, width, inputs, outputs = dims
    kernel = torch.nn.init.dirac_(torch.empty(outputs, inputs, height, width))
    dirac.append({"dims": dims, "values": kernel.permute(2, 3, 1, 0).flatten().tolist()})
print(json.dumps({"dirac": dirac}))
