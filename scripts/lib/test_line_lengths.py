"""Tests of line_lengths.py. Run: python -m unittest discover --start-directory scripts/lib"""

import contextlib
import io
import os
import pathlib
import tempfile
import unittest

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
        self.assertEqual(line_lengths.too_long(f"# `{LONG}`", "shell"), [1])

    def test_files(self):
        for name, text, long in [
            ("a/a.go", LONG, True),
            ("a/testdata/a.go", LONG, False),
            ("a/a.go", "// Code generated\n" + LONG, False),
            ("a.py", "# " + LONG, True),
            ("lib/a.sh", LONG, True),
            ("train.sbatch", LONG, True),
            ("setup", "#!/usr/bin/env bash\n" + LONG, True),
            ("setup", "#!/usr/bin/env bash\nx", False),
            ("LICENSE", LONG, False),
            ("a.md", LONG, False),
        ]:
            with tempfile.TemporaryDirectory() as folder:
                before = os.getcwd()
                os.chdir(folder)
                self.addCleanup(os.chdir, before)
                path = pathlib.Path("pkg", name)
                path.parent.mkdir(parents=True)
                path.write_text(text, encoding="utf-8")
                output = io.StringIO()
                with contextlib.redirect_stdout(output):
                    status = line_lengths.main(["pkg"])
                os.chdir(before)
            self.assertEqual(status, 1 if long else 0, name)
            said = f"{path}:{text.count(chr(10)) + 1}: more than 110 columns: break the line\n"
            self.assertEqual(output.getvalue(), said if long else "", name)


if __name__ == "__main__":
    unittest.main()
