"""PNG: a picture as pixels, drawn with the bundled font so that it looks the same on every machine."""

from pathlib import Path
from typing import Final

from sp_abm.viz.theme import FONT

ZOOM: Final = 2
"""Pixels of the PNG for each unit of the SVG, sharp enough for print and slides."""


def write_picture(svg: str, folder: Path, name: str) -> None:
    """Write a picture into a folder, as SVG and as PNG."""
    (folder / f"{name}.svg").write_text(svg, "utf-8")
    (folder / f"{name}.png").write_bytes(to_png(svg))


def to_png(svg: str) -> bytes:
    """Return the SVG drawing as a PNG file's bytes."""
    # Imported here, because the renderer is only needed by those who want pixels.
    import font_source_sans_pro as font
    import resvg_py

    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=ZOOM,
            skip_system_fonts=True,
            font_files=sorted(font.font_files_ttf.values()),
            font_family=FONT,
            sans_serif_family=FONT,
            serif_family=FONT,
        )
    )
