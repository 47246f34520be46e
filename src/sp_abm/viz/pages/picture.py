"""Picture: a picture on a page, with its table and its files under it."""

from sp_abm.viz.asked import Asked
from sp_abm.viz.figures import Picture
from sp_abm.viz.pages.markup import details, figure, table, tag, words


def picture_block(asked: Asked, picture: Picture, theme: str) -> str:
    """Return a picture with its description, its table, and links to its files."""
    shown = [tuple(map(str, row)) for row in picture.table.shown()]
    panel = details(
        f"Table: {picture.title}",
        words("p", picture.description) + table(picture.title, picture.table.columns, shown),
    )
    query = asked.query()
    links = [
        words("a", kind.upper(), href=f"/get/{picture.name}.{kind}?{query}&theme={theme}",
              download=f"{picture.name}.{kind}", aria_label=f"{picture.name} as {kind.upper()}")
        for kind in ("svg", "png", "csv")
    ]  # fmt: skip
    return figure(picture.name, picture.svg, panel, tag("p", *links, class_="downloads"))


def bare_picture(picture: Picture) -> str:
    """Return a picture with its table, for what has no link of its own to files."""
    panel = details(f"Table: {picture.title}", table(picture.title, picture.table.columns, picture.table.shown()))
    return figure(picture.name, picture.svg, panel, "")
