"""Tests of the table: python -m unittest discover bench."""

import unittest

from table import OURS, Measurement, heading, report, text

WIDE = {
    "platform": "Linux x86_64",
    "processor": "Some CPU",
    "processors": 2,
    "vectors": ["AVX2", "AVX-512"],
    "isa": "native",
}


def measured(setting="idle", row="r", machine=WIDE, ours=1.0, started="2026-01-02T03:04:05+00:00", **more):
    """Returns a measurement as it stands in results/bench.json."""
    m = Measurement(row, "w", "warm", values={OURS: [ours]}, **more)
    return {
        **m.to_json(),
        "machine": machine,
        "setting": setting,
        "commit": "c0ffee",
        "started": started,
        "versions": {OURS: "one"},
    }


class TableTest(unittest.TestCase):
    def test_ratios_are_of_paired_rounds(self):
        m = Measurement("r", "w", "warm", values={OURS: [1.0, 2.0, 4.0], "jax": [3.0, 4.0, 4.0]})
        # Of the rounds' ratios 3, 2 and 1; the ratio of the medians would be 2 as well, but its spread would
        # be none.
        self.assertEqual(m.to_json()["ratios"]["jax"], {"median": 2.0, "low": 1.0, "high": 3.0})
        self.assertEqual(m.to_json()["contenders"][OURS]["median"], 2.0)

    def test_a_missing_contender_leaves_gaps(self):
        m = Measurement("r", "w", "cold", values={OURS: [0.5]}, missing={"jax": "not installed"})
        cells = [
            cell.strip() for cell in text([m.to_json()], [OURS, "jax"]).splitlines()[2].strip("|").split("|")
        ]
        self.assertEqual(cells, ["r", "w", "cold", "s", "idle", "0.5 [0.5–0.5]", "–", "–"])

    def test_a_row_without_ours_has_no_ratios(self):
        m = Measurement("r", "w", "warm", values={"torch": [123.4, 99.96]})
        self.assertEqual(m.to_json()["ratios"], {})
        self.assertIn("112 [100–123]", text([m.to_json()], [OURS, "torch"]))

    def test_settings_of_a_row_stand_beneath_each_other(self):
        lines = text(
            [measured("busy"), measured("idle", row="other"), measured("idle"), measured("one-core")], [OURS]
        ).splitlines()[2:]
        self.assertEqual([tuple(cell.strip() for cell in line.split("|"))[1:6:4] for line in lines],
                         [("r", "idle"), ("r", "one-core"), ("r", "busy"), ("other", "idle")])

    def test_each_machine_has_a_table_with_its_processor(self):
        other = {**WIDE, "processor": "Other CPU", "vectors": ["NEON"], "processors": 4}
        parts = report([measured(), measured(machine=other, ours=7.0), measured("busy")], [OURS]).split(
            "### "
        )[1:]
        self.assertEqual(
            [part.splitlines()[0] for part in parts],
            ["Some CPU, processors: 2, AVX2 AVX-512", "Other CPU, processors: 4, NEON"],
        )
        self.assertEqual([part.count("| r ") for part in parts], [2, 1])
        self.assertIn("7 [7–7]", parts[1])

    def test_heading_says_when_and_with_what(self):
        said = heading(
            [
                measured(),
                {
                    **measured(started="2026-01-05T00:00:00+00:00"),
                    "commit": "beef",
                    "versions": {OURS: "two", "jax": "J"},
                },
            ]
        )
        for want in (
            "Measured 2026-01-02 to 2026-01-05, commit c0ffee, beef.",
            "- ours: one; two.",
            "- jax: J.",
        ):
            self.assertIn(want, said)
        self.assertNotIn("held", said)

    def test_heading_says_whether_the_limit_held(self):
        narrow = {**WIDE, "isa": "avx2"}
        for used, want in (
            ({OURS: False, "jax": True}, "AVX-512 was used all the same by jax"),
            ({OURS: False, "jax": False}, "no warm process used AVX-512"),
            ({OURS: False, "jax": None}, "whether all kept to it is not known"),
            ({}, "whether all kept to it is not known"),
        ):
            said = heading([measured(machine=narrow, avx512=used)])
            self.assertIn("all held to AVX2", said.splitlines()[0])
            self.assertIn(want, said)


if __name__ == "__main__":
    unittest.main()
