"""Picture: a picture on a page, with its table and its files under it."""

from sp_abm.viz.figures import Picture
from sp_abm.viz.pages.markup import details, figure, table, tag, words
from sp_abm.viz.words import as_sentence


def picture_block(picture: Picture, query: str) -> str:
    """Return a picture with its description, its table, and links to its files; `query` asks for it again.

    A presenter's notes have the words that a picture for a room may leave out.
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
    notes = " ".join(map(as_sentence, picture.notes))
    return figure(picture.name, picture.svg, panel, tag("p", *links, class_="downloads"), notes)
