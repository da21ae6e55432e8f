"""Mends a virtual environment that was moved: puts its new folder where its files and links hold the old one.

Usage: python relocate.py OLD NEW

NEW is where the environment is now. Compiled files are left alone, and so is what its packages hold: nothing
in there is a path.
"""

import os
import re
import sys
from pathlib import Path

# What a program's first line may hold (on Linux 127 bytes, elsewhere less is known): no blank, and not too
# much.
LONGEST = 127


def shebang(python: bytes) -> bytes:
    """Returns the first lines of a script that this Python runs, as pip writes them."""
    line = b"#!" + python + b"\n"
    if b" " in line or len(line) > LONGEST:
        return b"#!/bin/sh\n'''exec' \"" + python + b"\" \"$0\" \"$@\"\n' '''\n"
    return line


def mend(text: bytes, old: bytes, new: bytes) -> bytes:
    """Returns a file's text with the new folder in place of the old one."""
    begin, first = b"", re.match(rb"#!" + re.escape(old) + rb"(/bin/\S+)\n", text)
    if first:
        begin, text = shebang(new + first[1]), text[first.end() :]
    return begin + re.sub(rb"(?<![\w./-])" + re.escape(old) + rb"(?![\w.-])", lambda match: new, text)


def relocate(old: str, new: str) -> None:
    folder = Path(new)
    for path in [folder / "pyvenv.cfg", *sorted((folder / "bin").iterdir())]:
        if path.is_symlink() or not path.is_file():
            continue
        text = path.read_bytes()
        mended = mend(text, os.fsencode(old), os.fsencode(new))
        # Programs of Go hold the path too, in what they say about where they were built.
        if mended != text and b"\0" not in text:
            temporary = path.with_name(path.name + ".new")
            temporary.write_bytes(mended)
            temporary.chmod(path.stat().st_mode)
            temporary.replace(path)


if __name__ == "__main__":
    relocate(sys.argv[1], sys.argv[2])
