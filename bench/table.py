"""Measurements of several contenders in turn: their medians and spreads, the ratios of paired rounds, as JSON and as a table."""

from dataclasses import dataclass, field
from statistics import median

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

    def ratios(self, contender: str) -> list[float]:
        """Returns the contender's value over ours, round by round: above 1 where ours is faster, or smaller."""
        return [theirs / ours for ours, theirs in zip(self.values.get(OURS, []), self.values[contender], strict=True)] if OURS in self.values else []

    def to_json(self) -> dict:
        """Returns what stands in results/bench.json."""
        return {
            "row": self.row,
            "what": self.what,
            "mode": self.mode,
            "unit": self.unit,
            "contenders": {name: {**spread(values), "rounds": values} for name, values in self.values.items()},
            "ratios": {name: spread(self.ratios(name)) for name in self.values if name != OURS and OURS in self.values},
            "missing": self.missing,
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


def text(measurements: list[dict], contenders: list[str]) -> str:
    """Returns the table, in Markdown: of each contender its median and spread, and its ratio to ours, of paired rounds."""
    header = ["row", "what", "mode", "unit"]
    for name in contenders:
        header += [name] if name == OURS else [name, f"{name} / {OURS}"]
    lines = [header, ["---"] * len(header)]
    for m in measurements:
        line = [m["row"], m["what"], m["mode"], m["unit"]]
        for name in contenders:
            measured, ratio = m["contenders"].get(name), m["ratios"].get(name)
            line.append(between(measured) if measured else "–")
            if name != OURS:
                line.append(between(ratio) if ratio else "–")
        lines.append(line)
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines)
