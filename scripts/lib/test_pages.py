"""Tests of the pages that are made of notebooks and of Markdown files."""

import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import nbformat

import pages

HOME = Path(__file__).resolve().parents[2]

# What makes a browser ask for something: an address that is not within the page or beside it.
ASKS = re.compile(r"""(?:\bsrc=|<link [^>]*href=|\bimport\b[^<;]*|url\()\s*["']?(https?:)?//""")


class Formulas(unittest.TestCase):
    def test_formulas_are_mathml(self):
        page = pages.rendered("Theorem: $\\mathcal R = 2^{-L}$, and\n\n$$ \\frac{\\theta^2}{3\\pi} $$\n")
        self.assertEqual(page.count("<math "), 2)
        for part in ('alttext="\\mathcal R = 2^{-L}"', "<msup>", "<mfrac>", 'display="block"'):
            self.assertIn(part, page)
        self.assertNotIn("$", page)

    def test_what_is_no_tex_stays_to_be_read(self):
        self.assertEqual(pages.formula("\\frac{1} & {", "inline"), "<code>\\frac{1} &amp; {</code>")

    def test_prices_are_no_formulas_in_code(self):
        self.assertIn("<code>$1 and $2</code>", pages.rendered("`$1 and $2`"))


class Pages(unittest.TestCase):
    def test_notebooks_need_no_network(self):
        for path in sorted((HOME / "notebooks").glob("*.ipynb")):
            notebook = nbformat.read(path, as_version=4)
            page = pages.notebook_page(notebook, path.stem)
            self.assertIsNone(ASKS.search(page), path.name)
            self.assertNotIn(".ipynb", "".join(re.findall(r"<a [^>]*>", page)), path.name)
            formulas = sum(
                len(re.findall(r"\$[^$]+\$", cell.source))
                for cell in notebook.cells
                if cell.cell_type == "markdown"
            )
            self.assertGreaterEqual(
                page.count("<math ") + 2, formulas, path.name
            )  # two of a pair of $$ count as one

    def test_headings_have_the_anchors_of_github(self):
        self.assertIn('<h2 id="what-you-see-the-ll-nets">', pages.rendered("## What you see: the `LL` nets"))

    def test_links_lead_into_the_site_or_to_the_code(self):
        known = {"README.md": "README.html", "docs/a.md": "docs/a.html", "docs/f.png": "docs/f.png"}
        page = (
            '<a href="a.md#top"> <img src="f.png"> <a href="../pkg/x.go"> <a href="#here"> <a'
            ' href="https://e.org/a.md"> <a href="../README.md">'
        )
        self.assertEqual(
            pages.relinked(page, "docs/b.md", "docs/b.html", known, "https://code"),
            '<a href="a.html#top"> <img src="f.png"> <a href="https://code/pkg/x.go"> <a href="#here"> <a'
            ' href="https://e.org/a.md"> <a href="../README.html">',
        )


class Site(unittest.TestCase):
    def test_all_links_within_the_site_exist(self):
        with tempfile.TemporaryDirectory() as folder:
            results, site = Path(folder, "results"), Path(folder, "a site")
            results.mkdir()
            site.mkdir()
            (results / "index.html").write_text("index")
            (results / "figure-1.png").write_bytes(b"picture")
            subprocess.run(
                [sys.executable, HOME / "scripts" / "lib" / "site.py", HOME, results, site],
                check=True,
                stdout=subprocess.DEVNULL,
            )
            (site / "index.html").write_text('<span id="top">')
            found = sorted(site.rglob("*.html"))
            self.assertIn(site / "notebooks" / "03_theory.html", found)
            self.assertEqual((site / "figure-1.png").read_bytes(), b"picture")
            anchors = {path: set(re.findall(r'\bid="([^"]+)"', path.read_text())) for path in found}
            for path in found:
                for address, anchor in re.findall(r'(?:href|src)="([^":#]*)(?:#([^"]*))?"', path.read_text()):
                    target = (path.parent / address).resolve() if address else path
                    self.assertTrue(target.exists(), f"{path.name} links to {address}")
                    if anchor and target in anchors:
                        self.assertIn(anchor, anchors[target], f"{path.name} links to {address}#{anchor}")


if __name__ == "__main__":
    unittest.main()
