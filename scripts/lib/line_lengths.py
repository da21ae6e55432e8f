"""Checks that no line of the project's Go code has more than 110 columns.

Run in the project's folder: line_lengths.py FOLDER... A tab counts as four columns. Files in testdata, generated
files, and lines that can't be broken, of a raw string or of an example's output, don't count. Prints each line
that is too long and fails.

WIDE lists the packages that are still to be rewrapped. It can only shrink: a package that is in it without need
is an error as well.
"""

import pathlib
import sys

LIMIT = 110

WIDE = """
pkg/answer
pkg/explore
pkg/figures
pkg/jobs
pkg/lab
pkg/meanfield
pkg/paper
pkg/paper/dial
pkg/paper/figure1
pkg/paper/figure2
pkg/paper/figure3
pkg/paper/figure4
pkg/paper/figure5
pkg/plots
""".split()


def too_long(text):
    """Returns the numbers of the lines that have too many columns."""
    numbers, raw, output = [], False, False
    for number, line in enumerate(text.splitlines(), 1):
        comment = not raw and line.lstrip().startswith("//")
        output = comment and (output or line.strip() == "// Output:")
        quotes = 0 if comment else line.count("`")
        if len(line.expandtabs(4)) > LIMIT and not (raw or quotes or output):
            numbers.append(number)
        raw ^= quotes % 2 == 1
    return numbers


def main(folders):
    """Checks the Go files below the folders. Returns the exit status."""
    wide, status = set(), 0
    for path in sorted(path for folder in folders for path in pathlib.Path(folder).rglob("*.go")):
        text = path.read_text(encoding="utf-8")
        if "testdata" in path.parts or text.startswith("// Code generated"):
            continue
        package = path.parent.as_posix()
        for number in too_long(text):
            wide.add(package)
            if package not in WIDE:
                print(f"{path}:{number}: more than {LIMIT} columns: break the line")
                status = 1
    for package in WIDE:
        if package not in wide:
            print(f"{package} has no line of more than {LIMIT} columns: take it off the list in {sys.argv[0]}")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
