"""Picture: a picture on a page, with its table and its files under it."""

from sp_abm.viz.figures import Picture
from sp_abm.viz.pages.markup import details, figure, table, tag, words


def picture_block(picture: Picture, query: str, is_slide: bool = True) -> str:
    """Return a picture with its description, its table, and links to its files; `query` asks for it again."""
    panel = details(
        f"Table: {picture.title}",
        words("p", picture.description) + table(picture.title, picture.table.columns, picture.table.shown()),
    )
    links = [
        words("a", kind.upper(), href=f"/get/{picture.name}.{kind}?{query}",
              download=f"{picture.name}.{kind}", aria_label=f"{picture.name} as {kind.upper()}")
        for kind in ("svg", "png", "csv")
    ]  # fmt: skip
    return figure(picture.name, picture.svg, panel, tag("p", *links, class_="downloads"), is_slide)
