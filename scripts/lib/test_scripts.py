"""Tests of what the scripts' Python decides without a kernel, an index or a terminal."""

import io
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import nbformat

import check_lists
import fault_counts
import patch_module
import relocate
import run_notebook
import run_pip
from notebook_progress import Progress, rewrites


class PipSettings(unittest.TestCase):
    """Where packages come from is the user's to say; what else pip is told is not."""

    def test_of_all_settings_those_about_the_source_stay(self):
        listing = "\n".join(
            [
                "global.index-url='https://mirror.example.org/simple'",
                "global.no-binary=':all:'",
                "global.timeout='7'",
                "install.user='true'",
                "install.timeout='8'",
                ":env:.cert='/etc/company.pem'",
                ":env:.extra-index-url='https://a.example.org\\nhttps://b.example.org'",
                ":env:.target='/somewhere'",
                ":env:.no-index='1'",
                "freeze.timeout='9'",
            ]
        )
        want = {
            "index-url": "https://mirror.example.org/simple",
            "timeout": "8",
            "cert": "/etc/company.pem",
            "extra-index-url": "https://a.example.org https://b.example.org",
        }
        self.assertEqual(run_pip.settings(listing), want)

    def test_no_index_stays_where_a_folder_has_the_packages(self):
        kept = run_pip.settings(":env:.no-index='1'\nglobal.find-links='/wheels'")
        self.assertEqual(kept, {"no-index": "1", "find-links": "/wheels"})

    def test_the_environment_has_no_other_settings(self):
        own = {
            "PATH": "/bin",
            "PIP_USER": "1",
            "PIP_CONFIG_FILE": "/home/pip.conf",
            "PIP_CONSTRAINT": "c.txt",
        }
        got = run_pip.environment(own, {"index-url": "https://mirror.example.org/simple"})
        want = {
            "PATH": "/bin",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": "https://mirror.example.org/simple",
        }
        self.assertEqual(got, want)


class Relocation(unittest.TestCase):
    def test_mended_files(self):
        old, new = b"/home/a/.venv", b"/mnt/home/a/.venv"
        for text, want in {
            b"#!/home/a/.venv/bin/python\nimport re\n": b"#!/mnt/home/a/.venv/bin/python\nimport re\n",
            b"VIRTUAL_ENV=/home/a/.venv\n": b"VIRTUAL_ENV=/mnt/home/a/.venv\n",
            b"VIRTUAL_ENV='/home/a/.venv'\n": b"VIRTUAL_ENV='/mnt/home/a/.venv'\n",
            b"other = /home/a/.venv2/bin /x/home/a/.venv/bin\n": (
                b"other = /home/a/.venv2/bin /x/home/a/.venv/bin\n"
            ),
            b"command = python3 -m venv --clear /home/a/.venv\n": (
                b"command = python3 -m venv --clear /mnt/home/a/.venv\n"
            ),
        }.items():
            self.assertEqual(relocate.mend(text, old, new), want)

    def test_scripts_run_in_folders_that_a_first_line_cannot_name(self):
        for name in ("with a blank", "x" * 150):
            with tempfile.TemporaryDirectory() as folder:
                new = Path(folder) / name
                (new / "bin").mkdir(parents=True)
                (new / "pyvenv.cfg").write_text("")
                script = new / "bin" / "says"
                script.write_text("#!/old/bin/python\nprint('said')\n")
                script.chmod(0o755)
                relocate.relocate("/old", str(new))
                self.assertIn(str(new / "bin" / "python"), script.read_text())
                (new / "bin" / "python").symlink_to(sys.executable)
                self.assertEqual(subprocess.run([script], capture_output=True, text=True).stdout, "said\n")

    def test_programs_are_left_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "bin").mkdir()
            (Path(folder) / "pyvenv.cfg").write_text("")
            program = Path(folder) / "bin" / "gonb"
            program.write_bytes(b"\x7fELF\0/old/bin")
            relocate.relocate("/old", folder)
            self.assertEqual(program.read_bytes(), b"\x7fELF\0/old/bin")


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Printing(unittest.TestCase):
    def test_lines_are_rewritten_where_the_terminal_can_and_the_user_wants(self):
        for variables, want in (
            ({"TERM": "xterm"}, True),
            ({"TERM": "dumb"}, False),
            ({}, False),
            ({"TERM": "xterm", "NO_COLOR": "1"}, False),
            ({"TERM": "xterm", "NO_COLOR": ""}, True),
        ):
            with mock.patch.dict(os.environ, variables, clear=True):
                self.assertEqual(rewrites(Terminal()), want, variables)
        self.assertFalse(rewrites(io.StringIO()))

    def test_a_dumb_terminal_gets_no_escape_sequences(self):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x := 1")])
        with mock.patch.dict(os.environ, {"TERM": "dumb"}), mock.patch("sys.stdout", Terminal()) as output:
            progress = Progress(notebook, True)
            progress.start(0)
            progress.tick()
            progress.done(notebook.cells[0], {"content": {"status": "ok"}})
        self.assertIn("cell  1 of 1", output.getvalue())
        self.assertNotIn("\x1b", output.getvalue())


class Sentences(unittest.TestCase):
    def test_what_ended_a_cell(self):
        for stderr, value, want in (
            ("", "signal: killed", "the memory did not suffice"),
            (
                "F0000 00:00:1 parse_flags_from_env.cc:234] Unknown flag in XLA_FLAGS: --xla_tpu=1 \n",
                "exit status 2",
                "XLA does not know --xla_tpu=1,",
            ),
            ("error: the depth is 0\n", "exit status 1", "the depth is 0"),
            ("", "error: undefined: x (cell 1, line 2)\n    x()", "undefined: x (cell 1, line 2)"),
            (
                "panic: no\n\ngoroutine 1 [running]:\nmain.main()\n\tcell 1, line 2 +0x67\n",
                "exit status 2",
                "panic: no (cell 1, line 2)",
            ),
            ("", "exit status 3", "exit status 3"),
        ):
            outputs = [nbformat.v4.new_output("stream", name="stderr", text=stderr)] if stderr else []
            cell = SimpleNamespace(outputs=outputs)
            error = SimpleNamespace(ename="ERROR", evalue=value, traceback="")
            self.assertIn(want, run_notebook.sentence(cell, error))
        error = SimpleNamespace(ename="KeyError", evalue="'x'", traceback="")
        self.assertEqual(run_notebook.sentence(SimpleNamespace(outputs=[]), error), "KeyError: 'x'")


class Patches(unittest.TestCase):
    PATCH = """A word about it.

--- a/folder/a.txt
+++ b/folder/a.txt
@@ -1,3 +1,3 @@
 one
-two
+2
 three
@@ -5,2 +5,3 @@
 five
+5 1/2
 six
--- a/new.txt
+++ b/new.txt
@@ -0,0 +1 @@
+- a list
"""

    def patched(self, text):
        with tempfile.TemporaryDirectory() as folder:
            module, patch = Path(folder, "module"), Path(folder, "a.patch")
            (module / "folder").mkdir(parents=True)
            (module / "folder" / "a.txt").write_text(text, encoding="utf-8")
            patch.write_text(self.PATCH, encoding="utf-8")
            with mock.patch("sys.argv", ["", str(module), str(patch), str(Path(folder, "out"))]):
                patch_module.main()
            self.assertEqual((module / "folder" / "a.txt").read_text(encoding="utf-8"), text)
            return [
                Path(folder, "out", *name.split("/")).read_text(encoding="utf-8")
                for name in ("folder/a.txt", "new.txt")
            ]

    def test_a_patch_that_fits(self):
        self.assertEqual(
            self.patched("one\ntwo\nthree\nfour\nfive\nsix\nseven\n"),
            ["one\n2\nthree\nfour\nfive\n5 1/2\nsix\nseven\n", "- a list\n"],
        )

    def test_a_patch_for_another_version_is_refused(self):
        with self.assertRaisesRegex(SystemExit, "the patch does not fit folder/a.txt at line 5"):
            self.patched("one\ntwo\nthree\nfour\nV\nsix\n")


class Outputs(unittest.TestCase):
    def test_text_that_came_in_pieces_is_one(self):
        def text(name, words):
            return nbformat.v4.new_output("stream", name=name, text=words)

        picture = nbformat.v4.new_output("display_data", {"text/plain": "a picture"})
        outputs = [
            text("stdout", "a\n"),
            text("stdout", "b\n"),
            text("stderr", "c\n"),
            text("stdout", "d"),
            picture,
            text("stdout", "e"),
        ]
        want = [
            text("stdout", "a\nb\n"),
            text("stderr", "c\n"),
            text("stdout", "d"),
            picture,
            text("stdout", "e"),
        ]
        self.assertEqual(run_notebook.joined(outputs), want)


class Lists(unittest.TestCase):
    def test_without_the_plugin_all_else_is_there(self):
        text = (check_lists.HOME / "requirements.txt").read_text(encoding="utf-8")
        names = [line.split("==")[0] for line in text.splitlines() if line[:1].isalpha()]
        bare = [
            line.split("==")[0]
            for line in check_lists.without_plugin(text).splitlines()
            if line[:1].isalpha()
        ]
        self.assertIn("lammps-jax-pjrt-cpu", names)
        self.assertEqual(bare, [name for name in names if name != "lammps-jax-pjrt-cpu"])


class FaultCounts(unittest.TestCase):
    """What was not survived must show, also where its process did not live to say so."""

    LINES = ["tried 1-1 faults 3 TestA", "tried 1-2 inputs 20 TestB/x", "survived 1-2", "survived 1-1"]

    def test_what_was_survived(self):
        counts = fault_counts.Counts(self.LINES)
        self.assertEqual(
            counts.sentence(), "3 faults tried, 3 survived; 20 bad inputs tried, 20 survived; 0 crashes."
        )
        self.assertTrue(counts.all_survived())

    def test_what_was_not(self):
        for lines, survived, crashes in (
            (["tried 2-1 faults 1 TestC", "failed 2-1"], 3, 0),
            (["tried 2-1 faults 1 TestC"], 3, 1),
            (["crash 2-1 TestC"], 3, 1),
        ):
            counts = fault_counts.Counts(self.LINES + lines)
            self.assertEqual((counts.survived["faults"], counts.crashes), (survived, crashes))
            self.assertFalse(counts.all_survived())
        self.assertFalse(fault_counts.Counts([]).all_survived(), "nothing was tried")
        with self.assertRaises(ValueError):
            fault_counts.Counts(["tried 2-1"])

    def test_the_page(self):
        page = f"before\n{fault_counts.BEGIN}old\n{fault_counts.END}\nafter\n"
        self.assertEqual(fault_counts.put(page, "new"), page.replace("old", "new"))
        with self.assertRaises(ValueError):
            fault_counts.put("no markers", "new")
        self.assertIn(
            fault_counts.BEGIN, (check_lists.HOME / "docs" / "reliability.md").read_text(encoding="utf-8")
        )


if __name__ == "__main__":
    unittest.main()
