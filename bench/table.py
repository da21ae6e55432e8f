"""Measurements of several contenders in turn: their medians and spreads, the ratios of paired rounds, as JSON
and as a table.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from machine import SETTINGS

OURS = "ours"


@dataclass
class Measurement:
    """One row: what was measured of each contender, round by round."""

    row: str  # the name that scripts/bench takes
    what: str
    mode: str  # cold, warm, ...
    unit: str = "s"
    values: dict[str, list[float]] = field(default_factory=dict)  # by contender, one value a round
    missing: dict[str, str] = field(default_factory=dict)  # why a contender has none
    avx512: dict[str, bool | None] = field(
        default_factory=dict
    )  # whether a contender used AVX-512, where its process was there to look at

    def ratios(self, contender: str) -> list[float]:
        """Returns the contender's value over ours, round by round: above 1 where ours is faster, or
        smaller.
        """
        return (
            [
                theirs / ours
                for ours, theirs in zip(self.values.get(OURS, []), self.values[contender], strict=True)
            ]
            if OURS in self.values
            else []
        )

    def to_json(self) -> dict:
        """Returns what stands in results/bench.json."""
        return {
            "row": self.row,
            "what": self.what,
            "mode": self.mode,
            "unit": self.unit,
            "contenders": {
                name: {**spread(values), "rounds": values} for name, values in self.values.items()
            },
            "ratios": {
                name: spread(self.ratios(name))
                for name in self.values
                if name != OURS and OURS in self.values
            },
            "missing": self.missing,
            "avx512": self.avx512,
        }


def spread(values: list[float]) -> dict[str, float]:
    """Returns median, least and largest value."""
    return {"median": median(values), "low": min(values), "high": max(values)}


def number(value: float) -> str:
    """Writes a number with three digits."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def between(s: dict[str, float]) -> str:
    """Writes a median and its spread."""
    return f"{number(s['median'])} [{number(s['low'])}–{number(s['high'])}]"


def report(measurements: list[dict], contenders: list[str]) -> str:
    """Returns a table for each machine, and for what the contenders were held to there, under a heading that
    says so, in Markdown.
    """
    tables: dict[str, list[dict]] = {}
    for m in measurements:
        tables.setdefault(json.dumps(m["machine"], sort_keys=True), []).append(m)
    return "\n\n".join(f"{heading(table)}\n\n{text(table, contenders)}" for table in tables.values())


def heading(measurements: list[dict]) -> str:
    """Returns the processor and its vector instructions, what held the contenders to fewer and how well it
    did, when all was measured, and with which code.
    """
    machine = measurements[0]["machine"]
    isa, vectors = machine.get("isa", "native"), machine.get("vectors")
    title = (
        f"### {machine['processor'] or machine['platform']}, processors: {machine['processors']},"
        f" {' '.join(vectors) if vectors else 'vectors unknown'}"
    )
    lines = []
    if isa != "native":
        title += f", all held to {isa.upper()}"
    if isa == "avx2" and "AVX-512" in vectors:
        wide = distinct(name for m in measurements for name, used in m["avx512"].items() if used)
        sure = any(m["avx512"] for m in measurements) and all(
            used is not None for m in measurements for used in m["avx512"].values()
        )
        kept = "no warm process used AVX-512" if sure else "whether all kept to it is not known"
        lines.append(
            "All were held to AVX2:"
            f" {'AVX-512 was used all the same by ' + ', '.join(wide) if wide else kept}."
        )
    days = sorted({m["started"][:10] for m in measurements})
    versions: dict[str, list[str]] = {}
    for m in measurements:
        for name, version in m["versions"].items():
            versions[name] = distinct([*versions.get(name, []), version])
    commits = distinct(m["commit"] or "unknown" for m in measurements)
    lines.append(f"Measured {' to '.join(distinct([days[0], days[-1]]))}, commit {', '.join(commits)}.")
    lines.extend(f"{name}: {'; '.join(of)}." for name, of in versions.items())
    return "\n".join([title, "", *(f"- {line}" for line in lines)])


def distinct(values: Iterable[str]) -> list[str]:
    """Returns the values in the order of their first appearance."""
    return list(dict.fromkeys(values))


def text(measurements: list[dict], contenders: list[str]) -> str:
    """Returns the table, in Markdown: of each contender its median and spread, and its ratio to ours, of
    paired rounds. The settings of what was measured stand beneath each other.
    """
    header = ["row", "what", "mode", "unit", "setting"]
    for name in contenders:
        header += [name] if name == OURS else [name, f"{name} / {OURS}"]
    lines = [header, ["---"] * len(header)]
    places: dict[tuple[str, str, str], int] = {}
    for m in measurements:
        places.setdefault((m["row"], m["what"], m["mode"]), len(places))
    order = list(SETTINGS)
    for m in sorted(
        measurements,
        key=lambda m: (places[m["row"], m["what"], m["mode"]], order.index(m.get("setting", "idle"))),
    ):
        line = [m["row"], m["what"], m["mode"], m["unit"], m.get("setting", "idle")]
        for name in contenders:
            measured, ratio = m["contenders"].get(name), m["ratios"].get(name)
            line.append(between(measured) if measured else "–")
            if name != OURS:
                line.append(between(ratio) if ratio else "–")
        lines.append(line)
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines
    )
