"""Times this project and its peers on the same work; scripts/bench is the command for it, and docs/bench.md
the account of it.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from statistics import median

import machine
from contenders import Contender, Failed, Warm
from table import OURS, Measurement, report

HOME = Path(__file__).resolve().parent.parent
PEERS = {"jax": "jax_peer.py", "torch": "torch_peer.py"}

# What each row times: jobs, and for each what it is and how.
JOBS = {
    "gradients": {
        "feedforward": ("input gradients, feedforward, centred", ("cold", "warm")),
        "residual": ("input gradients, residual, batch norm, β = 0.1", ("cold", "warm")),
        "drawing": ("the weights of the first alone", ("warm",)),
        "products": ("the matrix products of the first alone", ("warm",)),
    },
    "figure2": {"figure2": ("Figure 2: 3 nets, 5 depths, 20 draws", ("cold",))},
    "figure3": {"figure3": ("Figure 3: 100 nets, without and with batch norm", ("cold",))},
    "conv": {
        "conv-feedforward": ("image gradients, feedforward, 256 images", ("cold", "warm")),
        "conv-residual": ("image gradients, residual, 256 images", ("cold", "warm")),
    },
    "path": {"path": ("a probe of paths, residual, 4 pairs of images, 64 points each", ("cold", "warm"))},
    "step": {
        "step-relu": ("training step, ReLU net, batch 128", ("cold", "warm")),
        "step-resnet": ("training step, resnet, batch 128", ("cold", "warm")),
    },
}
ROWS = [*JOBS, "notebook", "growth"]
OURS_LACKS = {"products"}  # GoMLX has no other matrix products than XLA's
COMPILES_NOTHING = {"torch"}

# The sizes of the row on growth: of depths with few draws, of draws, and of inputs.
GROWTH_DEPTHS, GROWTH_DRAWS, GROWTH_INPUTS = (10, 50, 200, 500), (20, 80), (256, 1024)

# A round of a peer's waiting threads must not run into the next contender's.
PAUSE_SECONDS = 0.1

# What a kernel does behind its first cells is done then.
SETTLE_SECONDS = 3

# The share of the processors that other programs may use.
QUIET = 0.05

# How far numbers may lie apart, as a share of their length. In float64 rounding is 1e-16 and 50 layers
# enlarge it to at most 1e-12 here. In float32, which is what is timed, rounding also flips the gates that lie
# nearest to their kink, and deep feedforward nets shatter what comes through them.
FLOAT64_TOLERANCE, FLOAT32_TOLERANCE, SHATTERED_TOLERANCE = 1e-9, 1e-2, 0.2

Measure = Callable[[int], float]


def in_turn(measurement: Measurement, measures: dict[str, Measure], rounds: int) -> None:
    """Measures all contenders once, and then again, round after round. One that fails is left out, and said
    to be.
    """
    measures = dict(measures)
    for number in range(1, rounds + 1):
        for name in list(measures):
            try:
                measurement.values.setdefault(name, []).append(measures[name](number))
            except Failed as failure:
                drop(measurement, measures, name, failure)
            time.sleep(PAUSE_SECONDS)


def drop(measurement: Measurement, measures: dict, name: str, failure: Failed) -> None:
    """Leaves a contender out, because its rounds would not be paired any more."""
    measurement.missing[name] = str(failure)
    measurement.values.pop(name, None)
    del measures[name]
    print(f"    {name} is left out: {failure}", flush=True)


def cold(row: str, job: str, what: str, contenders: list[Contender], rounds: int) -> Measurement:
    measurement = Measurement(row, what, "cold")
    in_turn(measurement, {c.name: lambda _, c=c: c.cold(job) for c in contenders}, rounds)
    return measurement


def warm(row: str, job: str, what: str, contenders: list[Contender], rounds: int) -> Measurement:
    measurement = Measurement(row, what, "warm")
    with contextlib.ExitStack() as stack:
        measures: dict[str, Measure] = {}
        running: dict[str, Warm] = {}
        for c in contenders:
            process = stack.enter_context(c.warm(job))
            measures[c.name] = lambda number, process=process: process.round(number)["seconds"]
            try:
                process.round(0)  # compiles
            except Failed as failure:
                drop(measurement, measures, c.name, failure)
            running[c.name] = process
        in_turn(measurement, measures, rounds)
        measurement.avx512 = {
            name: machine.used_avx512(running[name].process.pid, time.monotonic() - running[name].started)
            for name in measures
        }
    return measurement


def notebook_row(contenders: list[Contender], rounds: int) -> list[Measurement]:
    """A changed cell: each round edits the depth, to one that was not there before."""
    import notebook

    measured = {
        draws: Measurement("notebook", f"changed cell to new picture, residual, {what}", "warm")
        for draws, what in {20: "20 draws", 1: "one draw"}.items()
    }
    with contextlib.ExitStack() as stack:
        kernels: dict[str, notebook.Notebook] = {}
        for c in contenders:
            if c.name == "torch":
                continue
            try:
                opened = (
                    notebook.open_ours(stack) if c.name == OURS else notebook.open_jax(stack, c.command[0])
                )
                opened.edited(40, 20)
            except (Failed, RuntimeError) as failure:
                for measurement in measured.values():
                    measurement.missing[c.name] = str(failure)
                print(f"    {c.name} is left out: {failure}", flush=True)
                continue
            kernels[c.name] = opened
        time.sleep(SETTLE_SECONDS)
        for draws, measurement in measured.items():
            in_turn(
                measurement,
                {
                    name: lambda number, opened=opened, draws=draws: opened.edited(40 + number, draws)
                    for name, opened in kernels.items()
                },
                rounds,
            )
    return list(measured.values())


def growth_row(contenders: list[Contender], rounds: int) -> list[Measurement]:
    """How compiling, running and memory grow, in processes of their own. Compiling is a round with all
    compiled anew, in memory that an earlier one has used, less a round without: of several of both, which
    take turns, the medians. A peer that compiles nothing has no such number.
    """
    found: list[Measurement] = []

    def grow(what: str, modes: dict[str, Callable[[list[dict], list[dict]], float]], *options: str) -> None:
        measured = {
            mode: Measurement("growth", what, mode, "MiB" if mode == "memory" else "s") for mode in modes
        }
        for number in range(1, rounds + 1):
            for c in contenders:
                if any(c.name in m.missing for m in measured.values()):
                    continue
                try:
                    with c.warm("residual", *options) as process:
                        process.round(0)  # compiles for the first time
                        kept, anew = zip(
                            *((process.round(k), process.round(k, fresh=True)) for k in range(1, 4))
                        )
                    for mode, of in modes.items():
                        if not (mode == "compile" and c.name in COMPILES_NOTHING):
                            measured[mode].values.setdefault(c.name, []).append(of(kept, anew))
                except Failed as failure:
                    for m in measured.values():
                        m.missing[c.name] = str(failure)
                        m.values.pop(c.name, None)
                    print(f"    {c.name} is left out: {failure}", flush=True)
                time.sleep(PAUSE_SECONDS)
        found.extend(measured.values())

    def seconds(answers: list[dict]) -> float:
        return median(a["seconds"] for a in answers)

    times = {
        "compile": lambda kept, anew: seconds(anew) - seconds(kept),
        "run": lambda kept, _: seconds(kept),
    }
    memory = {"memory": lambda _, anew: anew[-1]["peak_mib"]}
    for depth in GROWTH_DEPTHS:
        grow(f"{depth} layers, 4 draws", times, "--depth", str(depth), "--draws", "4")
    for draws in GROWTH_DRAWS:
        grow(f"50 layers, {draws} draws, 256 inputs", memory, "--draws", str(draws))
    for inputs in GROWTH_INPUTS[1:]:
        grow(f"50 layers, 20 draws, {inputs} inputs", memory, "--inputs", str(inputs))
    return found


def run_row(asked: str, contenders: list[Contender], rounds: int) -> Iterator[list[Measurement]]:
    """Yields the measurements of a row, or of one of its jobs, as they are done."""
    if asked == "notebook":
        yield notebook_row(contenders, rounds)
    if asked == "growth":
        yield growth_row(contenders, rounds)
    for row, jobs in JOBS.items():
        for job, (what, modes) in jobs.items():
            able = [c for c in contenders if not (c.name == OURS and job in OURS_LACKS)]
            if asked in (row, job) and able:
                for mode in modes:
                    print(f"==> {what}, {mode}", flush=True)
                    yield [(cold if mode == "cold" else warm)(row, job, what, able, rounds)]


def check(contenders: list[Contender]) -> bool:
    """Feeds the peers our weights and says how far their numbers are from ours."""
    good = True
    with tempfile.TemporaryDirectory() as folder:
        contenders[0].output("check", folder)
        for peer in contenders[1:]:
            for line in peer.output("check", folder).splitlines():
                case = json.loads(line)
                tolerance = FLOAT64_TOLERANCE
                if case["case"].endswith("float32"):
                    tolerance = SHATTERED_TOLERANCE if "feedforward" in case["case"] else FLOAT32_TOLERANCE
                for what, distance in case["distances"].items():
                    passed = distance <= tolerance
                    good = good and passed
                    print(
                        f"{'ok    ' if passed else 'FAILED'} {peer.name:6} {case['case']:26} {what:26}"
                        f" {distance:.1e} (at most {tolerance:.0e})"
                    )
    return good


def commit() -> str:
    """Returns the commit, with + where the code differs from it, and nothing outside of a checkout."""
    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", "-C", str(HOME), *arguments], capture_output=True, text=True
        ).stdout.strip()

    return git("rev-parse", "--short=12", "HEAD") + (
        "+" if git("status", "--porcelain", "--", "pkg", "bench", "go.mod") else ""
    )


def save(path: Path, measured: list[dict]) -> list[dict]:
    """Writes the measurements into the file, in place of earlier ones of the same on such a machine, and
    returns all that stand there.
    """
    def identity(m: dict) -> str:
        return json.dumps([m["machine"], m.get("setting"), m["row"], m["what"], m["mode"]], sort_keys=True)

    every = {}
    with contextlib.suppress(OSError, ValueError):
        every = {identity(m): m for m in json.loads(path.read_text(encoding="utf-8"))["measurements"]}
    every |= {identity(m): m for m in measured}
    ordered = sorted(every.values(), key=lambda m: ROWS.index(m["row"]))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".json.new")
    temporary.write_text(
        json.dumps({"measurements": ordered}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    os.replace(temporary, path)
    return ordered


def measure(
    row: str, setting: str, contenders: list[Contender], rounds: int, header: dict, results: Path
) -> list[dict]:
    """Times a row in a setting, and returns all that stands in the file of results."""
    print(f"==> {row}, {machine.SETTINGS[setting]}, {rounds} rounds", flush=True)
    every: list[dict] = []
    with machine.setting(setting) as loop:
        others = round(machine.busy(loop), 2)
        if others > QUIET:
            print(
                f"    other programs use {others:.0%} of the processors: these times are not good for"
                " comparing",
                flush=True,
            )
        abouts = {c.name: c.about() for c in contenders}
        threads = {name: about["threads"] for name, about in abouts.items()}
        if any(n > len(machine.cores()) for n in threads.values()):
            print(f"    more threads than cores: {threads}", flush=True)
        header = {**header, "setting": setting, "busy_elsewhere": others, "threads": threads,
                  "versions": {name: about["version"] for name, about in abouts.items()}}
        for measured in run_row(row, contenders, rounds):
            every = save(results, [{**m.to_json(), **header} for m in measured])
    return every


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument(
        "rows",
        nargs="*",
        metavar="ROW",
        help=f"what to time: {', '.join(ROWS)}, or one job of these (default: all)",
    )
    parser.add_argument(
        "--rounds", type=int, default=5, metavar="N", help="how often each contender is timed (default: 5)"
    )
    parser.add_argument(
        "--peers",
        default="jax,torch",
        metavar="NAMES",
        help="whom to compare with: jax, torch, jax,torch (the default) or none",
    )
    parser.add_argument(
        "--setting",
        default="idle",
        choices=[*machine.SETTINGS, "all"],
        help="all cores idle (the default), one core, one core busy",
    )
    parser.add_argument(
        "--isa",
        default="native",
        choices=machine.ISAS,
        help="the widest vector instructions to use (default: the processor's)",
    )
    parser.add_argument(
        "--check", action="store_true", help="time nothing, but check that all compute the same"
    )
    parser.add_argument("--ours", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--results", type=Path, required=True, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    # What a locale can't print must not end a run.
    sys.stdout.reconfigure(errors="replace")
    jobs = dict.fromkeys([*ROWS, *(job for row in JOBS.values() for job in row)])
    names = [name for name in arguments.peers.split(",") if name != "none"]
    for given, known, what in ((arguments.rows, jobs, "row"), (names, PEERS, "peer")):
        for name in given:
            if name not in known:
                parser.error(f"unknown {what} {name}: choose from {', '.join(known)}")
    if arguments.rounds < 1:
        parser.error("--rounds takes a number of at least 1")
    here = machine.describe(arguments.isa)
    needed = machine.NEEDS.get(arguments.isa)
    if needed and needed not in here["vectors"]:
        parser.error(
            f"--isa {arguments.isa} needs a processor with {needed}, and this one has"
            f" {', '.join(here['vectors']) or 'nothing that is known'}"
        )
    if arguments.setting != "idle" and not hasattr(os, "sched_setaffinity"):
        parser.error(f"--setting {arguments.setting} needs Linux, where programs can be held to a core")
    if arguments.isa != "native" and not os.environ.get("XLA_FLAGS", "-").strip().startswith("-"):
        parser.error(
            "--isa needs flags in the variable XLA_FLAGS itself, which names a file: put them there, or"
            " unset it"
        )
    memory = os.environ.pop("GLIBC_TUNABLES", "")  # our programs' own: the peers run as they come
    os.environ.update(machine.held(arguments.isa, dict(os.environ)))  # for all that is started from here
    tunables = ":".join(filter(None, [memory, os.environ.get("GLIBC_TUNABLES")]))
    contenders = []
    for name, command in {
        OURS: ("env", f"GLIBC_TUNABLES={tunables}", str(arguments.ours)),
        **{
            name: (
                str(HOME / ".venv-bench" / name / "bin" / "python"),
                str(HOME / "bench" / "peers" / PEERS[name]),
            )
            for name in names
        },
    }.items():
        contender = Contender(name, command)
        try:
            about = contender.about()
        except Failed as failure:
            if name == OURS:
                sys.exit(f"error: {failure}")
            print(f"{name} is left out: {failure}; scripts/bench --setup installs it")
            continue
        contenders.append(contender)
        print(f"{name}: {about['version']}, threads: {about['threads'] or 'unknown'}")
    if arguments.check:
        sys.exit(0 if check(contenders) else 1)
    header = {
        "commit": commit(),
        "started": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": here,
    }
    settings = list(machine.SETTINGS) if arguments.setting == "all" else [arguments.setting]
    every: list[dict] = []
    for row in arguments.rows or ROWS:
        for setting in settings:
            every = measure(row, setting, contenders, arguments.rounds, header, arguments.results) or every
    print(report(every, [OURS, *PEERS]))
    print(
        f"\nmedian [least–largest] of {arguments.rounds} rounds, in {arguments.results}; ratios are of paired"
        " rounds, above 1 where ours is better"
    )


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        sys.exit(f"error: {failure}")
