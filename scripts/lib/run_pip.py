"""Runs pip with the user's settings about where packages come from, and with no others of theirs.

Usage: python run_pip.py ARGUMENT...

An index, a proxy or a certificate of the user's own (pip.conf or PIP_...) is often the only way to packages.
What else they may have set for their own work, such as another target, constraints or `user = true`, would
install something else or somewhere else.
"""

import ast
import os
import subprocess
import sys

# Settings that say where packages come from and how to get there.
KEPT = (
    "index-url",
    "extra-index-url",
    "find-links",
    "trusted-host",
    "proxy",
    "cert",
    "client-cert",
    "keyring-provider",
    "default-timeout",
    "timeout",
    "cache-dir",
    "no-cache-dir",
)


def settings(listing: str) -> dict[str, str]:
    """Returns the kept settings of what `pip config list` prints; later sections win, as in pip."""
    result = {}
    for section in ("global", "install", ":env:"):
        for line in listing.splitlines():
            name, _, value = line.partition("=")
            if name.startswith(section + ".") and value:
                result[name.removeprefix(section + ".")] = " ".join(ast.literal_eval(value).split())
    # Without an index packages can come from folders only; where none is named, none could come at all.
    kept = KEPT + ("no-index",) if "find-links" in result else KEPT
    return {name: value for name, value in result.items() if name in kept}


def environment(own: dict[str, str], kept: dict[str, str]) -> dict[str, str]:
    """Returns the environment without pip's settings but the kept ones."""
    result = {name: value for name, value in own.items() if not name.startswith("PIP_")}
    result["PIP_CONFIG_FILE"] = os.devnull
    for name, value in kept.items():
        result["PIP_" + name.upper().replace("-", "_")] = value
    return result


def main() -> None:
    # Isolated (-I) from modules of the same names in the working folder.
    pip = [sys.executable, "-I", "-m", "pip"]
    listing = subprocess.run([*pip, "config", "list"], capture_output=True, text=True, errors="replace")
    if listing.returncode:
        sys.exit(listing.stderr)
    os.execve(sys.executable, [*pip, *sys.argv[1:]], environment(dict(os.environ), settings(listing.stdout)))


if __name__ == "__main__":
    main()
