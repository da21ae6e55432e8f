"""What the peers have in common: the sizes of the jobs, the shapes of the nets of images, and how
scripts/bench talks to a peer.

    peer.py cold JOB [--depth L] [--draws D] [--inputs M] OUT.npz   does the job once and writes its numbers
    peer.py warm JOB [--depth L] [--draws D] [--inputs M]           does it anew for every line of standard
                                                                    input: the round's number, and "fresh"
                                                                    behind it if all is to be compiled anew
    peer.py check FOLDER                                            compares its numbers with those that `ours
                                                                    check` wrote there
    peer.py version                                                 says what runs, and on how many threads,
                                                                    in a line of JSON

A job is a function from the number of a round to arrays: NumPy's, so that the work is done when it returns.
The nets are those of pkg/models, and their conventions are written there; `check` holds the peers to them.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

Arrays = dict[str, np.ndarray]
Job = Callable[[int], Arrays]

WIDTH = 200  # units a layer of the nets of Figures 1 and 2
BETA = 0.1  # weight of the residual branch there and in Figure 5
EPSILON = 1e-5  # added to the variance in batch normalisation
LOW, HIGH = -2.0, 2.0  # ends of the grid of inputs
LAGS = 15  # largest lag of Figure 2
FIGURE2_NETS = (None, 1.0, 0.1)  # beta; None for the feedforward net
FIGURE2_DEPTHS = (2, 4, 10, 24, 50)
FIGURE3_DRAWS, FIGURE3_WIDTH = 100, 100
STEP_WIDTH, STEP_RESOLUTIONS, CLASSES = 8, 4, 10  # the thin nets of Figure 6
CONV_WIDTH, CONV_RESOLUTIONS = 16, 3  # those of Figure 5
PATH_PAIRS, PATH_POINTS = 4, 64  # of the probe of paths
RATE, BETA1, BETA2, ADAM_EPSILON = 1e-3, 0.9, 0.999, 1e-7  # GoMLX's Adam


@dataclass(frozen=True)
class Size:
    """How large a job is."""

    depth: int = 50
    draws: int = 20
    inputs: int = 0  # 0: the job's own

    def points(self) -> np.ndarray:
        """Returns the grid of inputs."""
        return np.linspace(LOW, HIGH, self.inputs or 256, dtype=np.float32)

    def noise(self, images: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns white noise for images of CIFAR-10's shape, [images, 32, 32, 3], and random labels."""
        rng = np.random.default_rng(1)
        count = self.inputs or images
        return rng.standard_normal((count, 32, 32, 3), dtype=np.float32), rng.integers(
            0, CLASSES, count
        ).astype(np.int32)


    def ends(self) -> np.ndarray:
        """Returns pairs of images of white noise, [pairs, 2, 32, 32, 3]."""
        return np.random.default_rng(2).standard_normal((PATH_PAIRS, 2, 32, 32, 3), dtype=np.float32)


@dataclass(frozen=True)
class Convolution:
    """The shape of a 3 x 3 convolution."""

    inputs: int
    outputs: int
    stride: int


def branches(depth: int, width: int, resolutions: int) -> list[list[Convolution]]:
    """Returns the convolutions behind the first, in branches of two, of which the last has one where the
    depth is even.
    """
    plan, inputs, count = [], width, depth // 2
    for b in range(count):
        outputs = width << (b * resolutions // max(count, resolutions))
        plan.append(
            [Convolution(inputs, outputs, 2 if outputs > inputs else 1), Convolution(outputs, outputs, 1)]
        )
        inputs = outputs
    if depth % 2 == 0:
        plan[-1].pop()
    return plan


def kernel_shapes(depth: int, width: int, resolutions: int) -> list[tuple[int, int, int, int]]:
    """Returns the shapes of all kernels, height x width x inputs x outputs."""
    plan = branches(depth, width, resolutions)
    return [(3, 3, 3, width)] + [(3, 3, c.inputs, c.outputs) for branch in plan for c in branch]


def mean_acf(gradients: np.ndarray) -> np.ndarray:
    """Returns the autocorrelation function at lags 0 to LAGS, in the biased estimator, averaged over
    draws.
    """
    centred = gradients - gradients.mean(axis=1, keepdims=True, dtype=np.float64)
    length = centred.shape[1]
    acf = np.stack([(centred[:, : length - k] * centred[:, k:]).sum(axis=1) for k in range(LAGS + 1)], axis=1)
    return (acf / acf[:, :1]).mean(axis=0)


def shares(counts: np.ndarray, inputs: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the means over draws and units of the shares of active inputs and of co-active pairs; counts is
    draws x layers x units.
    """
    counts = counts.astype(np.float64)
    active = (counts / inputs).mean(axis=(0, 2))
    return active, (counts * (counts - 1) / (inputs * (inputs - 1))).mean(axis=(0, 2))


def correlation(products: np.ndarray) -> np.ndarray:
    """Returns the correlation of gradients at each distance, from the inner products of those on each path,
    paths x points x points: Definition 1 with an expectation over paths, its means along diagonals.
    """
    c = products.mean(axis=0, dtype=np.float64)
    deviations = np.sqrt(np.diagonal(c))
    return np.array(
        [np.diagonal(c, k).mean() / (deviations[: len(c) - k] * deviations[k:]).mean() for k in range(len(c))]
    )


def distance(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Returns the length of the difference as a share of the length of ours."""
    return float(
        np.linalg.norm(np.ravel(ours).astype(float) - np.ravel(theirs))
        / np.linalg.norm(np.ravel(ours).astype(float))
    )


def in_precision(arrays: Arrays, precision: str) -> Arrays:
    """Returns the arrays with all fractions in the precision of the case: scripts/export writes float64
    whatever the net ran in.
    """
    return {
        name: a.astype(precision) if a.dtype.kind == "f" and name != "losses" else a
        for name, a in arrays.items()
    }


def serve(job: Job, forget: Callable[[], None]) -> None:
    """Answers each line of standard input with how long the job took."""
    for line in sys.stdin:
        number, _, fresh = line.strip().partition(" ")
        if fresh:
            forget()
        began = time.perf_counter()
        result = job(int(number))
        seconds = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        total = sum(float(np.abs(values).sum()) for values in result.values())
        print(json.dumps({"seconds": seconds, "peak_mib": peak, "checksum": total}), flush=True)


def main(
    jobs: dict[str, Callable[[Size], Job]],
    check: Callable[[str, Arrays], dict[str, float]],
    version: Callable[[], str],
    threads: Callable[[], int],
    forget: Callable[[], None] = lambda: None,
) -> None:
    """Does what the command line says. `check` returns the distances of a peer's numbers from those in an
    archive of ours; `forget` drops compiled programs.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("cold", "warm"):
        command = commands.add_parser(name)
        command.add_argument("job", choices=jobs)
        for option, default in (("--depth", 50), ("--draws", 20), ("--inputs", 0)):
            command.add_argument(option, type=int, default=default)
    commands.choices["cold"].add_argument("output", type=Path)
    commands.add_parser("check").add_argument("folder", type=Path)
    commands.add_parser("version")
    arguments = parser.parse_args()
    if arguments.command == "version":
        print(json.dumps({"version": version(), "threads": threads()}))
        return
    if arguments.command == "check":
        for path in sorted(arguments.folder.glob("*.npz")):
            case, _, precision = path.stem.rpartition("-")
            distances = check(case, in_precision(dict(np.load(path)), precision))
            print(json.dumps({"case": path.stem, "distances": distances}), flush=True)
        return
    job = jobs[arguments.job](Size(arguments.depth, arguments.draws, arguments.inputs))
    if arguments.command == "warm":
        serve(job, forget)
    else:
        np.savez(arguments.output, **job(0))
