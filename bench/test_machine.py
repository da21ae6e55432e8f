"""Tests of the settings and limits that scripts/bench measures in; those of cores need Linux."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import machine
from bench import save
from contenders import Failed

HERE = str(Path(__file__).parent)


def alive(pid: int) -> bool:
    """Tells whether a process runs, and is not only left to be waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def ends(pid: int) -> bool:
    """Waits for the end of a process that is to end by itself."""
    deadline = time.monotonic() + 60
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not alive(pid)


class ProcessorTest(unittest.TestCase):
    def test_names_of_x86_and_arm(self):
        x86 = (
            "processor\t: 0\nmodel name\t: A CPU\nflags\t\t: fpu avx avx2 fma avx512f\n\nprocessor\t:"
            " 1\nmodel name\t: B\nflags\t\t: fpu\n"
        )
        self.assertEqual(machine.processor(x86), ("A CPU", ["AVX2", "FMA", "AVX-512"]))
        self.assertEqual(machine.processor("processor\t: 0\nFeatures\t: fp asimd\n"), ("", ["NEON"]))
        self.assertEqual(machine.processor(""), ("", []))


class HeldTest(unittest.TestCase):
    def test_limits_are_added_behind_flags_of_the_users(self):
        held = machine.held(
            "avx2",
            {
                "XLA_FLAGS": "--xla_cpu_max_isa=AVX512",
                "GODEBUG": "",
                "ATEN_CPU_CAPABILITY": "avx512",
                "PATH": "p",
            },
        )
        self.assertEqual(held["XLA_FLAGS"], "--xla_cpu_max_isa=AVX512 " + machine.ISAS["avx2"]["XLA_FLAGS"])
        self.assertEqual(held["GODEBUG"], machine.ISAS["avx2"]["GODEBUG"])
        self.assertEqual((held["ATEN_CPU_CAPABILITY"], held["PATH"]), ("avx2", "p"))

    def test_native_changes_nothing(self):
        self.assertEqual(machine.held("native", {"XLA_FLAGS": "--a"}), {"XLA_FLAGS": "--a"})


class UsedTest(unittest.TestCase):
    def test_what_was_inherited_is_not_counted(self):
        self.assertIn(machine.used_avx512(os.getpid(), 0), (False, None))

    def test_a_process_that_is_gone_says_nothing(self):
        self.assertIsNone(machine.used_avx512(0, 1))


class SaveTest(unittest.TestCase):
    def test_only_the_same_in_the_same_setting_on_the_same_machine_is_replaced(self):
        def of(setting, isa, value):
            return {
                "machine": {"isa": isa},
                "setting": setting,
                "row": "gradients",
                "what": "w",
                "mode": "warm",
                "value": value,
            }

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bench.json"
            for m in (
                of("idle", "native", 1),
                of("busy", "native", 2),
                of("idle", "avx2", 3),
                of("idle", "native", 4),
            ):
                every = save(path, [m])
            self.assertEqual([m["value"] for m in every], [4, 2, 3])
            self.assertEqual(json.loads(path.read_text(encoding="utf-8"))["measurements"], every)


@unittest.skipUnless(hasattr(os, "sched_setaffinity"), "programs can't be held to a core here")
class SettingTest(unittest.TestCase):
    def test_one_core_holds_what_is_started_within(self):
        before = os.sched_getaffinity(0)
        with contextlib.suppress(ValueError), machine.setting("one-core"):
            said = subprocess.run(
                [sys.executable, "-c", "import os; print(len(os.sched_getaffinity(0)))"],
                capture_output=True,
                text=True,
            )
            self.assertEqual(said.stdout.strip(), "1")
            raise ValueError  # it is undone however it ends
        self.assertEqual(os.sched_getaffinity(0), before)

    def test_a_busy_loop_holds_one_core_and_ends(self):
        for error in (None, KeyboardInterrupt):
            with contextlib.suppress(KeyboardInterrupt), machine.setting("busy") as loop:
                self.assertEqual(os.sched_getaffinity(loop), {max(os.sched_getaffinity(0))})
                before = machine.ticks_of(loop)
                while machine.ticks_of(loop) < before + 2:
                    time.sleep(0.02)  # it computes
                if error:
                    raise error
            self.assertFalse(alive(loop))

    def test_a_busy_loop_ends_with_a_bench_that_is_killed(self):
        script = (
            "import machine, time\nwith machine.setting('busy') as loop:\n    print(loop, flush=True)\n   "
            " time.sleep(600)"
        )
        with subprocess.Popen(
            [sys.executable, "-c", script], cwd=HERE, stdout=subprocess.PIPE, text=True
        ) as bench:
            loop = int(bench.stdout.readline())
            self.assertTrue(alive(loop))
            bench.kill()
        self.assertTrue(ends(loop))

    def test_a_busy_loop_that_others_end_is_an_error(self):
        with self.assertRaisesRegex(Failed, "busy loop was ended"), machine.setting("busy") as loop:
            os.kill(loop, signal.SIGKILL)
            self.assertTrue(ends(loop))


class BusyTest(unittest.TestCase):
    def test_our_own_loop_is_not_others(self):
        self.assertEqual(machine.share(100, 50, 50), 0)  # two cores, one held by the loop
        self.assertEqual(machine.share(100, 50, 0), 0.5)  # the same of others
        self.assertEqual(machine.share(100, 10, 40), 0.5)
        self.assertEqual(machine.share(0, 0, 1), 0)  # counted a tick apart

    @unittest.skipUnless(Path("/proc/stat").exists(), "the system does not count")
    def test_ticks_of_some_processors(self):
        every, idle = machine.ticks(machine.cores())
        self.assertGreater(every, idle)
        one, _ = machine.ticks({max(machine.cores())})
        self.assertTrue(0 < one <= machine.ticks(machine.cores())[0])
        self.assertEqual(machine.ticks(set()), (0, 0))


if __name__ == "__main__":
    unittest.main()
