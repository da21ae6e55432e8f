"""Sums up what the tests' processes have counted: faults that were made to happen, bad inputs that were
given, what of it was survived, and crashes.

Usage: fault_counts.py COUNTS [PAGE]

COUNTS is the file that internal/faulttest writes, a line each time:

    tried ID faults|inputs NUMBER TEST    what a test is about to try
    survived ID                           that the test ended, and had not failed
    failed ID                             that it had
    crash ID TEST                         that a program crashed

What was tried and neither survived nor failed belonged to a process that did not live to say: it counts as a
crash. With a PAGE, the sentence is written there, between its two marker lines.
"""

import sys
from pathlib import Path

import atomic_file

BEGIN = "<!-- counts: written by `scripts/test --all --save-counts` -->\n"
END = "<!-- end of counts -->"


class Counts:
    """What was tried and survived, by kind, and how often something crashed."""

    def __init__(self, lines):
        tried, ended = {}, {}
        self.crashes = 0
        for line in lines:
            match line.split():
                case ["tried", identity, kind, number, *_]:
                    tried[identity] = (kind, int(number))
                case ["survived" | "failed" as how, identity]:
                    ended[identity] = how
                case ["crash", *_]:
                    self.crashes += 1
                case _:
                    raise ValueError(f"no count: {line!r}")
        self.tried = {"faults": 0, "inputs": 0}
        self.survived = {"faults": 0, "inputs": 0}
        for identity, (kind, number) in tried.items():
            self.tried[kind] += number
            if identity not in ended:
                self.crashes += 1
            elif ended[identity] == "survived":
                self.survived[kind] += number

    def sentence(self):
        """The counts for reading."""
        return (
            f"{self.tried['faults']} faults tried, {self.survived['faults']} survived; {self.tried['inputs']}"
            f" bad inputs tried, {self.survived['inputs']} survived; {self.crashes} crashes."
        )

    def all_survived(self):
        """Whether nothing crashed or was lost, and something was tried."""
        return self.crashes == 0 and self.survived == self.tried and all(self.tried.values())


def put(page, sentence):
    """Returns the text of a page with the sentence between its markers."""
    before, found, rest = page.partition(BEGIN)
    _, closed, after = rest.partition(END)
    if not (found and closed):
        raise ValueError("the page has no place for the counts: put the two marker lines into it")
    return before + BEGIN + sentence + "\n" + END + after


def main(arguments):
    counts = Counts(Path(arguments[0]).read_text(encoding="utf-8").splitlines())
    print(counts.sentence())
    if not counts.all_survived():
        return 1
    if len(arguments) > 1:
        page = Path(arguments[1])
        atomic_file.write(page, put(page.read_text(encoding="utf-8"), counts.sentence()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
