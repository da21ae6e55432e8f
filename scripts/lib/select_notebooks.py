"""Prints the notebooks that make the figures asked for, one path a line, in the order of their names.

Usage: python select_notebooks.py FOLDER [FIGURE ...]

FOLDER holds the notebooks. A FIGURE is a number as in the paper, or a name such as figure-1; without any, all
notebooks are printed. Which figures a notebook makes stands in its own metadata: "shattered": {"figures":
["figure-1", "figure-2"]}.

Exit status: 2, with one sentence, when a figure is unknown.
"""

import json
import re
import sys
from pathlib import Path


def figures(notebook: Path) -> list[str]:
    """Returns the names of the figures that a notebook makes."""
    metadata = json.loads(notebook.read_text(encoding="utf-8"))["metadata"]
    return metadata.get("shattered", {}).get("figures", [])


def name(figure: str) -> str:
    """Returns the name of a figure however it was written: 1, figure-1, Figure 1."""
    return re.sub(r"^(figure)?[-_ ]*(?=\d)", "figure-", figure.strip().lower())


def main() -> None:
    folder, asked = Path(sys.argv[1]), [name(figure) for figure in sys.argv[2:]]
    makes = {notebook: figures(notebook) for notebook in sorted(folder.glob("*.ipynb"))}
    if not makes:
        sys.exit(f"error: there is no notebook in {folder}")
    known = [figure for made in makes.values() for figure in made]
    for figure in asked:
        if figure not in known:
            print(f"error: no notebook makes {figure}: choose from {', '.join(known)}", file=sys.stderr)
            sys.exit(2)
    for notebook, made in makes.items():
        if not asked or set(made) & set(asked):
            print(notebook)


if __name__ == "__main__":
    main()
