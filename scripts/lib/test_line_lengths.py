"""Tests of line_lengths.py. Run: python -m unittest discover --start-directory scripts/lib"""

import contextlib
import io
import os
import pathlib
import tempfile
import unittest
from unittest import mock

import line_lengths

LONG = "x" * 111


class LineLengthsTest(unittest.TestCase):
    def test_lines(self):
        for text, want in {
            "x" * 110: [],
            LONG: [1],
            "\t" + "x" * 106: [],
            "\t" + "x" * 107: [1],
            "ä" * 110: [],
            f"a\n// {LONG}": [2],
            f"a := `\n{LONG}\n{LONG}`\n{LONG}": [4],
            f"f(`a`, {LONG})": [],
            f"// a ` alone\n{LONG}": [2],
            f"\t// Output:\n\t// {LONG}\n}}\n// {LONG}": [4],
        }.items():
            self.assertEqual(line_lengths.too_long(text), want, text)

    def test_packages(self):
        files = {
            "pkg/a/a.go": LONG,
            "pkg/a/testdata/t.go": LONG,
            "pkg/b/b.go": "b",
            "pkg/b/c.go": "// Code generated\n" + LONG,
        }
        for wide, want in {
            (): "pkg/a/a.go:1: more than 110 columns",
            ("pkg/a",): "",
            ("pkg/a", "pkg/b"): "pkg/b has no line of more than 110 columns",
        }.items():
            with tempfile.TemporaryDirectory() as folder:
                before = os.getcwd()
                os.chdir(folder)
                self.addCleanup(os.chdir, before)
                for name, text in files.items():
                    os.makedirs(os.path.dirname(name), exist_ok=True)
                    pathlib.Path(name).write_text(text, encoding="utf-8")
                output = io.StringIO()
                with mock.patch.object(line_lengths, "WIDE", wide), contextlib.redirect_stdout(output):
                    status = line_lengths.main(["pkg"])
                os.chdir(before)
            self.assertEqual(status, 1 if want else 0)
            self.assertTrue(output.getvalue().startswith(want), output.getvalue())
            self.assertEqual(output.getvalue().count("\n"), 1 if want else 0)


if __name__ == "__main__":
    unittest.main()
