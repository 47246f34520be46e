"""Figures: every picture by name, and all of them written to a folder."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sp_abm.errors import CannotWrite, unknown
from sp_abm.results import Results
from sp_abm.viz.funnel import draw_funnel
from sp_abm.viz.png import to_png
from sp_abm.viz.stages import draw_stages
from sp_abm.viz.theme import LIGHT, Theme
from sp_abm.viz.workforce import draw_workforce

Draw = Callable[[Results, Results | None, Theme], str]


@dataclass(frozen=True)
class Figure:
    """A picture that can be drawn from results; `draw` gives the same bytes for the same results."""

    name: str
    title: str
    drawn_by: Draw

    def draw(self, results: Results, baseline: Results | None = None, theme: Theme = LIGHT) -> str:
        """Return the picture as an SVG string; raises `BadValue` if the baseline is no fair one."""
        return self.drawn_by(results, baseline, theme)


FIGURES: Final[dict[str, Figure]] = {
    figure.name: figure
    for figure in (
        Figure("stages", "People in each health stage, week by week", draw_stages),
        Figure("workforce", "Link workers: burnout, posts and people waiting", draw_workforce),
        Figure("funnel", "From referral to activity", draw_funnel),
    )
}


def figure(name: str) -> Figure:
    """Return a picture by name, or raise `UnknownName` with the nearest one."""
    if name not in FIGURES:
        raise unknown("figure", name, FIGURES)
    return FIGURES[name]


def write(results: Results, folder: str | Path, baseline: Results | None = None, theme: Theme = LIGHT) -> list[Path]:
    """Write every picture as SVG and PNG and return the files; raises `CannotWrite`."""
    folder = Path(folder)
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for drawn in FIGURES.values():
            svg = drawn.draw(results, baseline, theme)
            for path, content in ((f"{drawn.name}.svg", svg.encode()), (f"{drawn.name}.png", to_png(svg))):
                (folder / path).write_bytes(content)
                written.append(folder / path)
    except OSError as problem:
        raise CannotWrite(f"{folder} cannot be written: {problem.strerror or problem}.") from None
    return written
