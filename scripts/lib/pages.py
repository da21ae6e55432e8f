"""Makes pages of notebooks and of Markdown files that need no network: formulas become MathML, which browsers
draw by themselves, and no script is asked for.
"""

import html
import posixpath
import re
from pathlib import Path

from jinja2 import Environment, pass_context
from latex2mathml.converter import convert
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

FOLDER = Path(__file__).parent


class Renderer(IPythonRenderer):
    """Renders Markdown as nbconvert does, its formulas as MathML, and its headings with the anchors that
    GitHub gives them.
    """

    def block_math(self, body):
        return formula(body, "block")

    def inline_math(self, body):
        return formula(body, "inline")

    def heading(self, text, level, **attributes):
        anchor = re.sub(r"[^\w -]", "", re.sub(r"<[^>]*>", "", text)).lower().replace(" ", "-")
        return f'<h{level} id="{anchor}">{text}</h{level}>\n'


def formula(tex, display):
    """Returns a formula as MathML, with its TeX for whoever copies it; one that can't be read as TeX in a
    code element.
    """
    try:
        drawn = convert(tex, display=display)
    except Exception:  # the library has many kinds, and no common one
        return f"<code>{html.escape(tex)}</code>"
    return drawn.replace("<math ", f'<math alttext="{html.escape(tex)}" ', 1)


def rendered(markdown, attachments=None):
    """Returns Markdown as HTML."""
    return MarkdownWithMath(
        renderer=Renderer(escape=False, attachments=attachments or {}, anchor_link_text="")
    ).render(markdown)


class Exporter(HTMLExporter):
    """Exports a notebook as a page that needs no other file and no network."""

    @pass_context
    def markdown2html(self, context, source):
        return rendered(source, context.get("cell", {}).get("attachments"))


def notebook_page(notebook, name):
    """Returns the page of a notebook with its outputs. Links to other notebooks lead to their pages beside
    it.
    """
    exporter = Exporter(template_file=str(FOLDER / "page.html.j2"))
    page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": name}})
    return re.sub(r'(<a [^>]*href="[\w-]+)\.ipynb(["#])', r"\1.html\2", page)


def markdown_page(text, index):
    """Returns the page of a Markdown file; index is the address of the site's first page as seen from this
    one.
    """
    title = re.search(r"^# (.+)$", text, flags=re.MULTILINE)
    template = Environment(autoescape=True).from_string(
        (FOLDER / "markdown.html.j2").read_text(encoding="utf-8")
    )
    return template.render(title=title[1] if title else "", body=rendered(text), index=index)


def relinked(page, source, target, pages, elsewhere):
    """Returns a page whose links lead to where their targets are in the site.

    The page is made of the file source of the repository and becomes the file target of the site; pages says
    of other files of the repository which files of the site they become. What the site does not have is below
    the address elsewhere.
    """

    def link(match):
        attribute, address, anchor = match.groups()
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), html.unescape(address)))
        if path in pages:
            there = posixpath.relpath(pages[path], posixpath.dirname(target) or ".")
        elif path in pages.values():
            there = posixpath.relpath(path, posixpath.dirname(target) or ".")
        else:
            there = f"{elsewhere}/{path}"
        return f'{attribute}="{html.escape(there)}{anchor or ""}"'

    return re.sub(r'\b(href|src)="([^":#?]+)(#[^"]*)?"', link, page)
