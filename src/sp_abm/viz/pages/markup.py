"""Markup: small pieces of HTML with every word that is not ours escaped."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from sp_abm.viz.findings import Finding, intervals_in_words

_NUMERIC: Final = ' class="number"'
VERDICT_CLASSES: Final = {"clear": "clear", "unclear": "unclear", "identical": "same"}


def tag(name: str, *inside: str, **attributes: str) -> str:
    """Return an element around pieces of HTML; the attribute `class_` is written ``class``."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items() if value
    )
    return f"<{name}{written}>{''.join(inside)}</{name}>"


def words(name: str, text: str, **attributes: str) -> str:
    """Return an element around a text, which is escaped."""
    return tag(name, escape(text), **attributes)


def link(text: str, address: str, **attributes: str) -> str:
    """Return a link within the dashboard."""
    return words("a", text, href=address, **attributes)


def table(caption: str, headings: Sequence[str], rows: Iterable[Sequence[str]], numeric_from: int = 1) -> str:
    """Return a table whose first column names the row; cells are escaped; it scrolls in its own box."""
    head = "".join(
        f'<th scope="col"{_NUMERIC if k >= numeric_from else ""}>{escape(h)}</th>' for k, h in enumerate(headings)
    )
    body = "".join(_row(row, numeric_from) for row in rows)
    inside = f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table>{inside}</table></div>'
    )


def _row(row: Sequence[str], numeric_from: int) -> str:
    cells = [f'<th scope="row">{escape(row[0])}</th>']
    cells += [f"<td{_NUMERIC if k >= numeric_from else ''}>{escape(cell)}</td>" for k, cell in enumerate(row[1:], 1)]
    return f"<tr>{''.join(cells)}</tr>"


def details(summary: str, inside: str, class_: str = "", is_open: bool = False) -> str:
    """Return a native panel that opens and shuts."""
    opened = " open" if is_open else ""
    kind = f' class="{escape(class_)}"' if class_ else ""
    return f"<details{kind}{opened}><summary>{escape(summary)}</summary>{inside}</details>"


def verdict_mark(verdict: str) -> str:
    """Return the word for the doubt of a difference, as a label."""
    return words("span", verdict, class_=f"verdict {VERDICT_CLASSES.get(verdict, 'few')}")


def findings_table(caption: str, found: Sequence[Finding], baseline: str, plan: str) -> str:
    """Return findings as a table, with the same words for numbers as everywhere else."""
    headings = ["Measure", "Unit", baseline, plan, "Difference", "95% interval", "Verdict"]
    rows = [
        [entry.label, entry.unit, entry.baseline, entry.plan, entry.difference, entry.range, entry.verdict]
        for entry in found
    ]
    return table(f"{caption}{intervals_in_words(found)}", headings, rows, numeric_from=2)


def figure(name: str, svg: str, panel: str, downloads: str, notes: str) -> str:
    """Return a picture with its table and its downloads under it; the picture carries title and description."""
    inside = tag("div", svg, class_="picture", tabindex="0", role="group", aria_label=f"Picture: {name}")
    caption = tag("figcaption", panel, downloads)
    return tag("figure", inside, caption, data_slide=name, data_notes=notes, id=f"figure-{name}")
