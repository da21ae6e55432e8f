"""Writes the kernelspec of the notebooks' kernel, `gonb`, into the virtual environment that runs this.

Usage: python kernelspec.py HOME GOROOT BACKEND GOOS GOARCH MEMORY

HOME is the repository's folder, GOROOT that of Go, BACKEND the GoMLX backend of a cell, GOOS and GOARCH this
machine's, MEMORY the settings of the C library's. Everything in the kernelspec is an absolute path, so that
the kernel works from any notebook and from any Jupyter that is started in the environment.
"""

import json
import sys
from pathlib import Path


def kernelspec(
    home: Path, venv: Path, goroot: Path, backend: str, goos: str, goarch: str, memory: str
) -> dict:
    env = {
        # The kernel's own goimports and go; our gonb and gopls before any others; then Go; then what else the
        # user has (a C compiler).
        "PATH": f"{venv / 'lib' / 'kernel'}:{venv / 'bin'}:{goroot / 'bin'}:",
        "SHATTERED_HOME": str(home),
        # What gopls reads before anybody asks for completion: it imports almost all of what cells use.
        "GONB_WARM_UP": "github.com/shattered-gradients/shattered/pkg/explore",
        "GOMLX_BACKEND": backend,
        "GOMLX_NO_AUTO_INSTALL": "1",
        "PJRT_PLUGIN_LIBRARY_PATH": str(venv / "lib" / "pjrt"),
        "GLIBC_TUNABLES": memory,
        # Linking is most of the time a cell takes to build: without symbols and debugging information and,
        # where it can link C code too, by Go's own linker, it takes half.
        "GOFLAGS": "'-ldflags=-s -w -linkmode=internal'" if sys.platform == "linux" else "'-ldflags=-s -w'",
        # What a user may have set for work of their own (go env -w, too): another system to build for, no
        # modules.
        "GO111MODULE": "on",
        "GOOS": goos,
        "GOARCH": goarch,
        # The kernel's own go.work, and no other: the scripts run Go with GOWORK=off, which a cell must not
        # inherit.
        "GOWORK": "",
    }
    if (venv / "lib" / "pjrt" / "pjrt_c_api_cuda_plugin.so").exists():
        # Where XLA finds ptxas and libdevice; quoted, since XLA splits its flags at spaces.
        env["XLA_FLAGS"] = f"--xla_gpu_cuda_data_dir='{venv / 'lib' / 'nvidia' / 'cu13'}'"
    # Jupyter reads the values as templates: a dollar in a path is doubled; only PATH refers to the user's
    # own.
    env = {name: value.replace("$", "$$") for name, value in env.items()}
    env["PATH"] += "${PATH}"
    return {
        "argv": [
            str(venv / "bin" / "gonb"),
            "--kernel",
            "{connection_file}",
            f"-go_work={home}",
        ],
        "display_name": "Go (Shattered)",
        "language": "go",
        # Jupyter then interrupts the kernel and all that it has started: a cell that compiles, too, at which
        # GoNB would let a message pass. The program of a cell is interrupted twice, by Jupyter and by GoNB.
        "interrupt_mode": "signal",
        "env": env,
    }


def main() -> None:
    home, goroot, *names = Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]
    venv = Path(sys.prefix)
    folder = venv / "share" / "jupyter" / "kernels" / "gonb"
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(kernelspec(home, venv, goroot, *names), indent=2)
    (folder / "kernel.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
