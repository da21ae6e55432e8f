"""Copies a Go module and applies a patch to the copy: the module itself, which lies in Go's cache, stays as
it is.

Usage: python patch_module.py MODULE PATCH FOLDER

MODULE is the module's folder, PATCH a unified diff whose paths begin with a/ and b/, FOLDER the new one. A
patch that does not fit line by line is refused.
"""

import re
import shutil
import sys
from pathlib import Path

HUNK = re.compile(r"^@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@")


def patched(old: list[str], hunks: list[tuple[int, list[str]]], name: str) -> list[str]:
    """Returns the lines of a file after the hunks, each the number of its first old line and its lines with
    their marks.
    """
    new, done = [], 0
    for first, lines in hunks:
        start = max(first - 1, 0)
        before = [line[1:] for line in lines if line[0] in " -"]
        if old[start : start + len(before)] != before:
            sys.exit(
                f"error: the patch does not fit {name} at line {first}: make it anew for this version of the"
                " module"
            )
        new += old[done:start] + [line[1:] for line in lines if line[0] in " +"]
        done = start + len(before)
    return new + old[done:]


def read_patch(text: str) -> dict[str, list[tuple[int, list[str]]]]:
    """Returns the hunks of each file."""
    files, hunks, lines = {}, [], []
    for line in text.splitlines():
        hunk = HUNK.match(line)
        if line.startswith("+++ b/"):
            files[line.removeprefix("+++ b/").split("\t")[0]] = hunks = []
            lines = []
        elif hunk:
            lines = []
            hunks.append((int(hunk[1]), lines))
        elif line[:1] in (" ", "+", "-") and not line.startswith("--- "):
            lines.append(line)
        else:
            lines = []  # what stands between files
    return files


def main() -> None:
    module, patch, folder = (Path(argument) for argument in sys.argv[1:])
    # Files without their rights: Go's cache is read-only.
    shutil.copytree(
        module, folder, copy_function=shutil.copyfile, ignore=shutil.ignore_patterns("examples", "docs")
    )
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir():
            path.chmod(0o755)
    for name, hunks in read_patch(patch.read_text(encoding="utf-8")).items():
        path = folder / name
        old = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        path.write_text("\n".join(patched(old, hunks, name)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
