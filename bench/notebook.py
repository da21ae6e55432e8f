"""The row of notebook cells: how long a changed cell takes to its new picture, in our kernel and in Python's
with JAX.

Both kernels are warm: they have run the cell before, with another depth. The cell takes the gradients of 20
draws of a resnet, or of one, and draws the gradient of the first, the mean autocorrelation and the
covariance.
"""

import contextlib
import json
import os
import tempfile
import time
from pathlib import Path

from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpecManager

from contenders import Failed

OUR_IMPORTS = """%noautoget
import (
    "github.com/janpfeifer/must"
    "github.com/shattered-gradients/shattered/pkg/explore"
    "github.com/shattered-gradients/shattered/pkg/lab"
    "github.com/shattered-gradients/shattered/pkg/models"
    "github.com/shattered-gradients/shattered/pkg/models/norms"
    "github.com/shattered-gradients/shattered/pkg/probes/gradients"
)
"""

OUR_CELL = """%%
s := must.M1(lab.Open())
defer s.Close()
net := models.Config{{Net: "residual", Depth: {depth}, Norm: norms.Batch, Beta: 0.1}}
must.M(explore.Show(s, gradients.Config{{Net: net, Draws: {draws}, Seed: 1}}))
"""

JAX_IMPORTS = """import sys
sys.path.insert(0, {peers!r})
%matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
import common, jax_peer
"""

JAX_CELL = """size = common.Size(depth={depth}, draws={draws})
g = jax_peer.gradients_job(0.1)(size)(0)["gradients"]
centred = g[0] - g[0].mean()
figure, panels = plt.subplots(1, 3, figsize=(15, 4))
panels[0].plot(size.points(), g[0])
panels[1].plot(common.mean_acf(g))
figure.colorbar(panels[2].imshow(abs(np.outer(centred, centred)) / g[0].var()))
plt.show()
"""


class Notebook:
    """A kernel with an edited cell."""

    def __init__(self, name: str, imports: str, cell: str, spec_folder: str | None = None):
        self.name, self.cell = name, cell
        specs = (
            KernelSpecManager(kernel_dirs=[spec_folder], ensure_native_kernel=False)
            if spec_folder
            else KernelSpecManager()
        )
        self.manager = KernelManager(kernel_name=name, kernel_spec_manager=specs)
        self.manager.start_kernel(stdout=open(os.devnull, "w"), stderr=open(os.devnull, "w"))
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)
        self.run(imports)

    def run(self, code: str) -> bool:
        """Runs a cell, and returns whether it made a picture."""
        pictures = []

        def seen(message: dict) -> None:
            data = message["content"].get("data", {})
            pictures.append(
                "image/png" in data
                or "<img" in data.get("text/html", "")
                or "<svg" in data.get("text/html", "")
            )

        reply = self.client.execute_interactive(code, timeout=300, output_hook=seen)
        if reply["content"]["status"] != "ok":
            raise Failed(f"a cell failed in the kernel {self.name}: {reply['content'].get('evalue', '')}")
        return any(pictures)

    def edited(self, depth: int, draws: int) -> float:
        """Returns the seconds from running the cell with this depth and so many draws to its end."""
        began = time.perf_counter()
        if not self.run(self.cell.format(depth=depth, draws=draws)):
            raise Failed(f"the cell made no picture in the kernel {self.name}")
        return time.perf_counter() - began

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=False)


def open_ours(stack: contextlib.ExitStack) -> Notebook:
    """Opens a notebook on our kernel."""
    notebook = Notebook("gonb", OUR_IMPORTS, OUR_CELL)
    stack.callback(notebook.close)
    return notebook


def open_jax(stack: contextlib.ExitStack, python: str) -> Notebook:
    """Opens a notebook on the Python that has JAX."""
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    spec = {
        "argv": [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "JAX",
        "language": "python",
    }
    kernel = Path(folder) / "bench-jax" / "kernel.json"
    kernel.parent.mkdir()
    kernel.write_text(json.dumps(spec), encoding="utf-8")
    peers = str(Path(__file__).parent / "peers")
    notebook = Notebook("bench-jax", JAX_IMPORTS.format(peers=peers), JAX_CELL, folder)
    stack.callback(notebook.close)
    return notebook
