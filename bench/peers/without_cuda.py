"""Makes an installed PyTorch load without the 3 GB of CUDA libraries that its wheel for Linux is linked with.

Usage: python without_cuda.py TORCH_FOLDER

The dynamic linker wants a library for each name, and an address for each function. So a library of empty
functions takes the place of all but CUDA's small runtime, which is installed: without a GPU, PyTorch asks
that runtime for devices, finds none, and calls no other. A function that was called all the same would end
the process.
"""

import re
import subprocess
import sys
from pathlib import Path

# Functions of the libraries that are replaced, by the beginnings of their names, and those libraries that are
# not: the runtime, and the driver's, which PyTorch opens by itself where there is one.
FUNCTIONS = re.compile(r"(cublas|cudnn|cufft|cupti|cusparse|cusolver|nvrtc|nccl|nvshmem|cuFile)\w*")
KEPT = {"libcudart.so.13", "libcuda.so.1"}


def output(*command: object) -> str:
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True).stdout


def main() -> None:
    torch = Path(sys.argv[1])
    libraries = sorted((torch / "lib").glob("*.so"))
    symbols = output("nm", "-D", "--undefined-only", *libraries)
    functions = sorted({name for name in re.findall(r" U (\w+)", symbols) if FUNCTIONS.fullmatch(name)})
    own = {library.name for library in libraries}
    needed = (
        set(re.findall(r"NEEDED.*\[(lib(?:cu|nv|nccl)\S*)\]", output("readelf", "-d", *libraries)))
        - own
        - KEPT
    )
    folder = torch.parent / "nvidia" / "cu13" / "lib"  # where PyTorch looks
    folder.mkdir(parents=True, exist_ok=True)
    # That they call a function of the C library's, which has a version, gives the library a table of
    # versions. Without one glibc does not take it for functions that PyTorch wants in a version.
    source = "void abort(void);\n" + "".join(f"void {name}(void) {{ abort(); }}\n" for name in functions)
    for name in needed:
        command = ["cc", "-shared", "-fPIC", "-w", "-o", str(folder / name), "-x", "c", "-"]
        subprocess.run(command, input=source, text=True, check=True)


if __name__ == "__main__":
    main()
