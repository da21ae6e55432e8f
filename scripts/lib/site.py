"""Writes the site beside its index: the notebooks, the README and the documentation as pages.

Usage: python site.py HOME RESULTS FOLDER

HOME is the repository, RESULTS a results folder with index.html, FOLDER where the site goes. Notebooks are
shown as they ran for the results, and where they did not, with the outputs that they are kept with.
"""

import shutil
import sys
from pathlib import Path

import nbformat

import atomic_file
import pages

# Where the files are that a page links to and the site does not hold: code, scripts, licences.
ELSEWHERE = "https://github.com/shattered-gradients/shattered/blob/main"

# What the index links to, or holds already.
KINDS = (".json", ".csv", ".npz", ".png", ".svg")


def main() -> None:
    home, results, folder = (Path(argument).resolve() for argument in sys.argv[1:])
    for source in sorted(results.iterdir()):
        if source.suffix in KINDS and source.name != "bench.json":
            shutil.copyfile(source, folder / source.name)
    texts = [
        path.relative_to(home).as_posix()
        for path in (*sorted(home.glob("*.md")), *sorted(home.glob("docs/*.md")))
    ]
    notebooks = [path.relative_to(home).as_posix() for path in sorted(home.glob("notebooks/*.ipynb"))]
    targets = {name: str(Path(name).with_suffix(".html")) for name in (*texts, *notebooks)}
    for name in ("docs", "notebooks"):
        (folder / name).mkdir(exist_ok=True)
    for picture in home.glob("docs/*.png"):
        shutil.copyfile(picture, folder / "docs" / picture.name)
        targets[f"docs/{picture.name}"] = f"docs/{picture.name}"
    for source, target in targets.items():
        if source in texts:
            index = "../index.html" if "/" in source else "index.html"
            page = pages.markdown_page((home / source).read_text(encoding="utf-8"), index)
        elif source in notebooks:
            ran = results / Path(target).name
            page = (
                ran.read_text(encoding="utf-8")
                if ran.exists()
                else pages.notebook_page(nbformat.read(home / source, as_version=4), Path(source).stem)
            )
        else:
            continue
        atomic_file.write(folder / target, pages.relinked(page, source, target, targets, ELSEWHERE))
    print(f"{len(texts)} texts, {len(notebooks)} notebooks")


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(f"error: the site can't be written: {error}")
