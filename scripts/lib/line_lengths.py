"""Checks that no line of the project's Go, shell and Python has more than 110 columns.

Run in the project's folder: line_lengths.py FOLDER... A tab counts as four columns. Files in testdata,
generated files, and lines of Go that can't be broken, of a raw string or of an example's output, don't count.
Prints each line that is too long and fails.
"""

import pathlib
import sys

LIMIT = 110


def kind(path, text):
    """Returns the language of a file, or nothing where it is none of the three or its lines don't count."""
    if "testdata" in path.parts or text.startswith("// Code generated"):
        return ""
    if path.suffix == "" and text.startswith("#!"):
        return "python" if "python" in text.splitlines()[0] else "shell"
    return {".go": "go", ".py": "python", ".sh": "shell", ".sbatch": "shell"}.get(path.suffix, "")


def too_long(text, language="go"):
    """Returns the numbers of the lines that have too many columns."""
    numbers, raw, output = [], False, False
    for number, line in enumerate(text.splitlines(), 1):
        comment = not raw and line.lstrip().startswith("//")
        output = comment and (output or line.strip() == "// Output:")
        quotes = 0 if comment or language != "go" else line.count("`")
        if len(line.expandtabs(4)) > LIMIT and not (raw or quotes or output):
            numbers.append(number)
        raw ^= quotes % 2 == 1
    return numbers


def main(folders):
    """Checks the files below the folders. Returns the exit status."""
    status = 0
    for path in sorted(path for folder in folders for path in pathlib.Path(folder).rglob("*")):
        if not path.is_file() or path.suffix not in ("", ".go", ".py", ".sh", ".sbatch"):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        language = kind(path, text)
        for number in too_long(text, language) if language else ():
            print(f"{path}:{number}: more than {LIMIT} columns: break the line")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
