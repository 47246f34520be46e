"""Markdown: tables, places to link to, and links between pages."""

import re
from collections.abc import Iterable
from pathlib import Path

MADE = "This page is made from the model by `python docs/make_pages.py`; a test keeps it in step."


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table; a stroke inside a cell is written so that it ends no cell."""
    head = list(head)
    cells = ([cell.replace("|", "\\|") for cell in row] for row in rows)
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *cells))


def anchored(name: str, words: str = "") -> str:
    """Return a name in code, which other pages can link to as `page.md#name`, and which leads to itself."""
    return f'<a id="{slug(name)}" href="#{slug(name)}">`{words or name}`</a>'


def slug(name: str) -> str:
    """Return what a name is called in an address: as it is, with a stroke for the arrow of a link."""
    return name.replace("->", "-")


def link(page: str, name: str, words: str = "") -> str:
    """Return a link to a name on a page, both in the same folder or `page` with its way there."""
    return f"[{words or f'`{name}`'}]({page}#{slug(name)})"


def page(title: str, *parts: str) -> str:
    """Return a whole page."""
    return "\n\n".join((f"# {title}", *(part for part in parts if part))) + "\n"


def paragraphs(docstring: str) -> str:
    """Return a docstring as prose: sentences in a row, paragraphs apart, ``code`` as `code`."""
    text = docstring.replace("``", "`")
    return "\n\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", text.strip()))


def sentence(text: str) -> str:
    """Return a text that begins with a capital and ends with a stop."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def filled(name: str, **parts: str) -> str:
    """Return a page written by hand in `making/prose/`, with the parts that are made put where `{{part}}` stands."""
    text = (Path(__file__).parent / "prose" / name).read_text("utf-8")
    for part, made in {"made": MADE, **parts}.items():
        text = text.replace(f"{{{{{part}}}}}", made)
    return text
