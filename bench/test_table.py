"""Tests of the table: python -m unittest discover bench."""

import unittest

from table import OURS, Measurement, text


class TableTest(unittest.TestCase):
    def test_ratios_are_of_paired_rounds(self):
        m = Measurement("r", "w", "warm", values={OURS: [1.0, 2.0, 4.0], "jax": [3.0, 4.0, 4.0]})
        # Of the rounds' ratios 3, 2 and 1; the ratio of the medians would be 2 as well, but its spread would be none.
        self.assertEqual(m.to_json()["ratios"]["jax"], {"median": 2.0, "low": 1.0, "high": 3.0})
        self.assertEqual(m.to_json()["contenders"][OURS]["median"], 2.0)

    def test_a_missing_contender_leaves_gaps(self):
        m = Measurement("r", "w", "cold", values={OURS: [0.5]}, missing={"jax": "not installed"})
        cells = [cell.strip() for cell in text([m.to_json()], [OURS, "jax"]).splitlines()[2].strip("|").split("|")]
        self.assertEqual(cells, ["r", "w", "cold", "s", "0.5 [0.5–0.5]", "–", "–"])

    def test_a_row_without_ours_has_no_ratios(self):
        m = Measurement("r", "w", "warm", values={"torch": [123.4, 99.96]})
        self.assertEqual(m.to_json()["ratios"], {})
        self.assertIn("112 [100–123]", text([m.to_json()], [OURS, "torch"]))


if __name__ == "__main__":
    unittest.main()
