"""Shows on the terminal how far a notebook that runs without a browser is."""

import os
import re
import shutil
import sys
import time

# Where the output is no terminal, a cell that runs long says so this often.
HEARTBEAT_SECONDS = 30


def rewrites(output):
    """Tells whether lines of an output can be rewritten in place: on a terminal that follows such orders, for
    who wants them.
    """
    return output.isatty() and os.environ.get("TERM", "dumb") != "dumb" and not os.environ.get("NO_COLOR")


class Progress:
    """Shows on standard output which cell runs: one line a cell, rewritten in place on a terminal."""

    def __init__(self, notebook, print_outputs):
        self.labels = labels(notebook)
        self.print_outputs = print_outputs
        self.number = 0
        self.status = ""
        self.live = rewrites(sys.stdout)
        # Whether standard output is a pipe that nobody reads any more, and what is to happen then.
        self.unread = False
        self.on_unread = lambda: None

    def print(self, text, end="\n"):
        """Prints at once. Where that fails, nothing more is printed: a terminal that has gone is no reason to
        end a run.
        """
        try:
            print(text, end=end, flush=True)
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if isinstance(error, BrokenPipeError):
                self.unread = True
                self.on_unread()

    def start(self, index):
        """Begins with the cell of that index in the notebook."""
        self.number = list(self.labels).index(index) + 1
        self.label = self.labels[index]
        self.began = self.spoke = time.monotonic()
        self.status = ""
        self.tick()

    def line(self):
        seconds = time.monotonic() - self.began
        return f"    cell {self.number:2d} of {len(self.labels)}  {seconds:5.1f} s  {self.label}"

    def tick(self):
        """Rewrites the running cell's line; without a terminal, says now and then that it still runs."""
        if not self.number:
            return
        text = f"{self.line()}  {self.status}" if self.status else self.line()
        if self.live:
            width = shutil.get_terminal_size().columns
            self.print(f"\r\x1b[K{text[: width - 1]}", end="")
        elif time.monotonic() - self.spoke >= HEARTBEAT_SECONDS:
            self.spoke = time.monotonic()
            self.print(f"{text} ...")

    def done(self, cell, reply):
        """Leaves a line for a cell that ran to its end, and what it printed where that is wanted."""
        if reply["content"]["status"] != "ok":
            return
        self.print(f"\r\x1b[K{self.line()}" if self.live else self.line())
        if self.print_outputs:
            self.print("".join(o.text for o in cell.outputs if o.output_type == "stream"), end="")

    def abandon(self):
        """Ends the line of a cell that did not come to its end."""
        if self.live and self.number:
            self.print("")


def labels(notebook):
    """Maps the index of each cell with code to what to call it: the heading above it, or its first line that
    is no import.
    """
    result, heading = {}, ""
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            for line in cell.source.splitlines():
                if re.match(r"#{1,6} ", line):
                    heading = line.lstrip("# ").strip()
        elif cell.cell_type == "code" and cell.source.strip():
            code = re.sub(
                r"^import (\(.*?^\)|.*?$)|^[%!].*?$", "", cell.source, flags=re.MULTILINE | re.DOTALL
            )
            result[index] = heading or (code.strip() or cell.source.strip()).splitlines()[0]
            heading = ""
    return result
