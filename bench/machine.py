"""The machine that scripts/bench measures on: its processors and their vector instructions, what holds the
contenders to fewer of either, and how busy others keep them.
"""

import contextlib
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from contenders import Failed

# Vector instructions by the kernel's names of them, those of x86 before those of ARM, narrow before wide.
VECTORS = {
    "sse4_2": "SSE4.2",
    "avx2": "AVX2",
    "fma": "FMA",
    "avx512f": "AVX-512",
    "amx_tile": "AMX",
    "asimd": "NEON",
    "sve": "SVE",
}

SETTINGS = {"idle": "all cores idle", "one-core": "one core", "busy": "one core held by a busy loop"}

# What keeps the contenders from wider vectors than those named: XLA's compiler, XLA's and PyTorch's oneDNN,
# PyTorch's own code and its MKL, and ours that draws numbers; and from AVX-512 the C library and Go's
# collector of garbage. YNNPACK, which XLA multiplies some matrices by, takes what the processor has, whatever
# it is told: without it XLA takes oneDNN.
ISAS: dict[str, dict[str, str]] = {
    "native": {},
    "avx2": {
        "XLA_FLAGS": "--xla_cpu_max_isa=AVX2 --xla_cpu_experimental_ynn_fusion_type=",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "ATEN_CPU_CAPABILITY": "avx2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "SHATTERED_MAX_ISA": "avx2",
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW",
        "GODEBUG": "cpu.avx512f=off,cpu.avx512bw=off,cpu.avx512vl=off",
    },
    "avx512": {
        "XLA_FLAGS": "--xla_cpu_max_isa=AVX512",
        "ONEDNN_MAX_CPU_ISA": "AVX512_CORE",
        "ATEN_CPU_CAPABILITY": "avx512",
        "MKL_ENABLE_INSTRUCTIONS": "AVX512",
        "SHATTERED_MAX_ISA": "avx512",
    },
}
NEEDS = {"avx2": "AVX2", "avx512": "AVX-512"}

# What stands between several values of a variable. Of flags the last counts.
BETWEEN = {"XLA_FLAGS": " ", "GLIBC_TUNABLES": ":", "GODEBUG": ","}

# A busy loop, which ends with the process that started it, however that ends. A terminal's interrupt is that
# process's to answer.
LOOP = """import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
while os.getppid() == int(sys.argv[1]):
    for _ in range(1_000_000):
        pass
"""


def cores() -> set[int]:
    """Returns the processors that programs started from here may use."""
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))


def describe(isa: str) -> dict[str, object]:
    """Describes the machine, and what the contenders are held to."""
    text = ""
    with contextlib.suppress(OSError):
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model, vectors = processor(text)
    return {
        "platform": f"{platform.system()} {platform.machine()}",
        "processor": model or platform.processor(),
        "processors": len(cores()),
        "vectors": vectors,
        "isa": isa,
    }


def processor(cpuinfo: str) -> tuple[str, list[str]]:
    """Returns the name of the processor and its vector instructions, from the text of /proc/cpuinfo."""
    fields: dict[str, str] = {}
    for line in cpuinfo.splitlines():
        name, _, value = line.partition(":")
        fields.setdefault(name.strip(), value.strip())
    flags = (fields.get("flags") or fields.get("Features") or "").split()
    return fields.get("model name", ""), [name for flag, name in VECTORS.items() if flag in flags]


def held(isa: str, environment: dict[str, str]) -> dict[str, str]:
    """Returns the environment with what holds programs to those vector instructions added."""
    result = dict(environment)
    for name, value in ISAS[isa].items():
        before = result.get(name) if name in BETWEEN else None
        result[name] = f"{before}{BETWEEN[name]}{value}" if before else value
    return result


def used_avx512(pid: int, age: float) -> bool | None:
    """Tells whether a thread of the process, of those that still run, has used AVX-512 in these last seconds,
    and None where the kernel does not say. A process inherits when the one that started it used them last:
    its age tells the two apart.
    """
    threads = list(Path(f"/proc/{pid}/task").glob("*/arch_status"))
    try:
        elapsed = [int(thread.read_text(encoding="utf-8").split()[1]) for thread in threads]
        return any(0 <= milliseconds < 1000 * age for milliseconds in elapsed) if threads else None
    except (OSError, IndexError, ValueError):
        return None


@contextlib.contextmanager
def setting(name: str) -> Iterator[int | None]:
    """Makes the setting for the programs that are started within, and yields the process of the busy loop
    where there is one. It holds the last core, which interrupts come to least.
    """
    allowed = cores()
    if name == "one-core":
        os.sched_setaffinity(0, {max(allowed)})
        try:
            yield None
        finally:
            os.sched_setaffinity(0, allowed)
    elif name == "busy":
        with busy_loop(max(allowed)) as loop:
            yield loop
    else:
        yield None


@contextlib.contextmanager
def busy_loop(core: int) -> Iterator[int]:
    """Keeps a core busy, at the priority of whoever asks."""
    process = subprocess.Popen([sys.executable, "-I", "-c", LOOP, str(os.getpid())], stdin=subprocess.DEVNULL)
    try:
        os.sched_setaffinity(process.pid, {core})
        yield process.pid
        if process.poll() is not None:
            raise Failed("the busy loop was ended by others: what was measured meanwhile is not what it says")
    finally:
        process.kill()
        process.wait()


def busy(loop: int | None = None) -> float:
    """Returns the share of the processors that other programs use now, apart from our own busy loop, on
    Linux; elsewhere 0.
    """
    try:
        before = ticks(cores()), ticks_of(loop)
        time.sleep(0.5)
        after = ticks(cores()), ticks_of(loop)
    except OSError:
        return 0.0
    return share(after[0][0] - before[0][0], after[0][1] - before[0][1], after[1] - before[1])


def share(every: int, idle: int, own: int) -> float:
    """Returns the share of others in all ticks, of which some were idle and some our own."""
    return max(0.0, (every - idle - own) / max(every, 1))


def ticks(of: set[int]) -> tuple[int, int]:
    """Returns how many ticks these processors have counted, and how many of them idle or waiting for the
    disk.
    """
    every = idle = 0
    for line in Path("/proc/stat").read_text(encoding="utf-8").splitlines():
        name, *times = line.split()
        if name.startswith("cpu") and name[3:].isdigit() and int(name[3:]) in of:
            every += sum(int(t) for t in times[:8])
            idle += int(times[3]) + int(times[4])
    return every, idle


def ticks_of(process: int | None) -> int:
    """Returns how many ticks a process has used, 0 for none."""
    if process is None:
        return 0
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
