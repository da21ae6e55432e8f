"""The programs that scripts/bench times: ours and the peers, which take the same commands (see bench/ours and
bench/peers/common.py).
"""

import json
import math
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


class Failed(Exception):
    """A program that did not do its job; the message is one sentence."""


@dataclass(frozen=True)
class Contender:
    """A program and its name in the table."""

    name: str
    command: tuple[str, ...]

    def about(self) -> dict:
        """Returns what the program says of itself, its version and on how many threads it computes (0 where
        it can't tell); fails where it does not run.
        """
        return json.loads(self.output("version"))

    def output(self, *arguments: str) -> str:
        """Runs the program to its end and returns what it prints."""
        try:
            done = subprocess.run([*self.command, *arguments], capture_output=True, text=True)
        except OSError as error:
            raise Failed(f"{self.name} does not start: {error.strerror}") from None
        if done.returncode:
            raise Failed(f"{self.name} {' '.join(arguments)} failed: {last_line(done.stderr)}")
        return done.stdout

    def cold(self, job: str, *options: str) -> float:
        """Returns the seconds from starting the program to its numbers being on disk and the process gone."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "numbers.npz"
            began = time.perf_counter()
            self.output("cold", job, *options, str(path))
            seconds = time.perf_counter() - began
            if not path.exists():
                raise Failed(f"{self.name} wrote no numbers for {job}")
            return seconds

    def warm(self, job: str, *options: str) -> "Warm":
        """Starts the program for rounds of a job."""
        return Warm(self, job, *options)


class Warm:
    """A process that does a job as often as it is asked; between rounds it waits for a line, and uses no
    processor.
    """

    def __init__(self, contender: Contender, job: str, *options: str):
        self.contender, self.job = contender, job
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [*contender.command, "warm", job, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )
        self.started = time.monotonic()

    def round(self, number: int, fresh: bool = False) -> dict[str, float]:
        """Does one round, with everything compiled anew if it is to be fresh, and returns its seconds and the
        most memory that the process has held.
        """
        try:
            self.process.stdin.write(f"{number} fresh\n" if fresh else f"{number}\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.errors.seek(0)
            raise Failed(f"{self.contender.name} {self.job} failed: {last_line(self.errors.read())}")
        answer = json.loads(line)
        if not math.isfinite(answer["checksum"]):
            raise Failed(f"{self.contender.name} {self.job} gave numbers that are not finite")
        return answer

    def __enter__(self) -> "Warm":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.errors.close()


def last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it said nothing"
