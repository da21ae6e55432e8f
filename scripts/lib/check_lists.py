"""Checks that every package of the lists has a build for every system and Python that the lists are for.

Usage: python check_lists.py UV

UV is the program uv, which resolves for other systems than its own: it asks the index, and downloads and
installs nothing. Exit status: 1, with a line for each list, system and Python that something is missing for.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]

PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")

LINUX = ("x86_64-manylinux_2_28", "aarch64-manylinux_2_28")
MACOS = ("aarch64-apple-darwin", "x86_64-apple-darwin")

# What README.md and docs/platforms.md promise.
PROMISED = {
    "requirements.txt": (*LINUX, *MACOS),
    "requirements-cuda.txt": ("x86_64-manylinux_2_28",),
    "bench/requirements-jax.txt": (*LINUX, "aarch64-apple-darwin"),
    "bench/requirements-torch.txt": LINUX,
}

# Where XLA's plugin has no build that the list's own markers leave out; the set-up leaves it out itself.
WITHOUT_PLUGIN = ("x86_64-unknown-linux-musl",)


def without_plugin(text: str) -> str:
    """Returns the list without XLA's plugin, as scripts/setup does."""
    kept, skipping = [], False
    for line in text.splitlines(keepends=True):
        if not line.startswith(" "):
            skipping = line.startswith("lammps-jax-pjrt-cpu==")
        if not skipping:
            kept.append(line)
    return "".join(kept)


def missing(uv: str, requirements: Path, system: str, python: str) -> str:
    """Returns why the list can't be installed on that system and Python, or nothing where it can."""
    with tempfile.TemporaryDirectory() as target:
        ran = subprocess.run(
            [uv, "pip", "install", "--dry-run", "--no-deps", "--require-hashes", "--only-binary", ":all:",
             "--target", target, "--python-platform", system, "--python-version", python, "--requirement",
             requirements],
            capture_output=True, text=True, errors="replace",
        )  # fmt: skip
    return "" if ran.returncode == 0 else " ".join(ran.stderr.split())


def main() -> None:
    uv, failures, count = sys.argv[1], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "requirements.txt"
        bare.write_text(
            without_plugin((HOME / "requirements.txt").read_text(encoding="utf-8")), encoding="utf-8"
        )
        lists = [(name, HOME / name, systems) for name, systems in PROMISED.items()]
        lists.append(("requirements.txt without XLA's plugin", bare, WITHOUT_PLUGIN))
        for name, path, systems in lists:
            for system in systems:
                # The peers of the benchmark need a newer Python (scripts/bench).
                for python in PYTHONS[1:] if name.startswith("bench/") else PYTHONS:
                    count += 1
                    why = missing(uv, path, system, python)
                    if why:
                        failures += 1
                        print(f"{name} on {system} with Python {python}: {why}")
    print(f"    {count - failures} of {count} combinations of list, system and Python can be installed")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
