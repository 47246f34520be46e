"""Picture: a picture on a page, with its table and its files under it."""

from itertools import takewhile

from sp_abm.caveats import NOT_A_FORECAST
from sp_abm.viz.figures import Picture
from sp_abm.viz.pages.markup import details, figure, table, tag, words
from sp_abm.viz.words import as_sentence


def picture_block(picture: Picture, query: str) -> str:
    """Return a picture with its description, its table, and links to its files; `query` asks for it again.

    A presenter's notes have the words that a picture for a room may leave out, but not those on where it comes from.
    """
    panel = details(
        f"Table: {picture.title}",
        words("p", picture.description) + table(picture.title, picture.table.columns, picture.table.shown()),
    )
    links = [
        words("a", kind.upper(), href=f"/get/{picture.name}.{kind}?{query}",
              download=f"{picture.name}.{kind}", aria_label=f"{picture.name} as {kind.upper()}")
        for kind in ("svg", "png", "csv")
    ]  # fmt: skip
    notes = " ".join(map(as_sentence, takewhile(lambda note: not note.startswith(NOT_A_FORECAST), picture.notes)))
    return figure(picture.name, picture.svg, panel, tag("p", *links, class_="downloads"), notes)
