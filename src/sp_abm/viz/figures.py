"""Figures: every picture by name, one list for dashboard, documents, reports and the command line."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Flag, auto
from pathlib import Path
from typing import Any, Final, Protocol

from sp_abm.errors import BadValue, CannotWrite, unknown
from sp_abm.results import Results
from sp_abm.viz.frame import Texts
from sp_abm.viz.loop_diagram import draw_loops, loop_diagram
from sp_abm.viz.material import Material
from sp_abm.viz.pictures.acquaintances import acquaintances, draw_acquaintances
from sp_abm.viz.pictures.equity import draw_equity, equity
from sp_abm.viz.pictures.fans import draw_fans, fans
from sp_abm.viz.pictures.funnel import draw_funnel, funnel
from sp_abm.viz.pictures.gp_workload import draw_gp_workload, gp_workload
from sp_abm.viz.pictures.horizons import draw_horizons, horizons
from sp_abm.viz.pictures.life_line import draw_life_line, life_line
from sp_abm.viz.pictures.moved import draw_moved, moved
from sp_abm.viz.pictures.pathway import draw_pathway, pathway
from sp_abm.viz.pictures.professionals import draw_professionals, professionals
from sp_abm.viz.pictures.roles import draw_roles, role_mix
from sp_abm.viz.pictures.spread import draw_spread, spread
from sp_abm.viz.pictures.stage_map import draw_stage_map, stage_map
from sp_abm.viz.pictures.stages import draw_stages, stage_stream
from sp_abm.viz.pictures.theory import draw_theory, theory_of_change
from sp_abm.viz.pictures.toolkit import draw_toolkit, toolkit
from sp_abm.viz.pictures.wall import draw_wall, wall
from sp_abm.viz.pictures.workforce import draw_workforce, workforce
from sp_abm.viz.png import to_png
from sp_abm.viz.table import Table
from sp_abm.viz.theme import LIGHT, Theme

ALSO_AS_PNG: Final = ("stages", "workforce", "funnel")
"""Pixels take a hundred times as long as a drawing: `write` makes them of these; `to_png` makes them of any."""


class Need(Flag):
    """What a picture cannot be drawn without."""

    RUN = auto()
    PORTRAIT = auto()
    BASELINE = auto()
    STORY = auto()


class View(Protocol):
    """What a picture shows, as numbers and words; each picture adds what it draws."""

    @property
    def texts(self) -> Texts:
        """Return the words around the picture."""

    @property
    def table(self) -> Table:
        """Return the same numbers in rows."""


@dataclass(frozen=True)
class Picture:
    """A drawn picture with all that goes with it: the SVG, its words, and the table of its numbers."""

    name: str
    svg: str
    title: str
    description: str
    notes: tuple[str, ...]
    table: Table


@dataclass(frozen=True)
class Figure:
    """A picture that can be drawn; the same material gives the same bytes.

    `viewed` makes the numbers, `drawn` the SVG: in a page that redraws, the first may be kept.
    """

    name: str
    title: str
    viewed: Callable[[Material], View]
    drawn: Callable[[Any, Theme], str]
    needs: Need = Need.RUN

    def can_draw(self, material: Material) -> bool:
        """Say whether the material has what this picture needs."""
        has = {
            Need.RUN: material.results is not None,
            Need.PORTRAIT: material.results is not None and bool(material.results.portrait),
            Need.BASELINE: material.baseline is not None,
            Need.STORY: material.story is not None,
        }
        return all(has[need] for need in self.needs)

    def picture(self, material: Material, theme: Theme = LIGHT) -> Picture:
        """Return the picture; raises `BadValue` if something is missing or the baseline is no fair one."""
        if not self.can_draw(material):
            raise BadValue(f"the figure {self.name} needs a {needed(self.needs)}.")
        view = self.viewed(material)
        words = view.texts
        notes = (words.subtitle, *words.notes, *words.footer)
        return Picture(self.name, self.drawn(view, theme), words.title, words.description, notes, view.table)

    def draw(self, results: Results, baseline: Results | None = None, theme: Theme = LIGHT) -> str:
        """Return the picture of a run, beside a baseline if one is given, as an SVG string."""
        return self.picture(Material(results, baseline), theme).svg


_WORDS: Final = {
    Need.RUN: "run",
    Need.PORTRAIT: "run with the portrait of its last week",
    Need.BASELINE: "baseline",
    Need.STORY: "story",
}


def needed(needs: Need) -> str:
    """Return in words what a picture cannot be drawn without."""
    return " and a ".join(_WORDS[need] for need in needs) or "nothing"


Pair = Callable[[Results, Results | None], View]


def _pair(view: Pair) -> Callable[[Material], View]:
    """Return a maker that looks at a run and its baseline only."""
    return lambda material: view(material.run, material.baseline)


FIGURES: Final[dict[str, Figure]] = {
    figure.name: figure
    for figure in (
        Figure("stages", "People in each health stage, week by week", _pair(stage_stream), draw_stages),
        Figure("moved", "Who is in another stage because of a plan", moved, draw_moved, Need.RUN | Need.BASELINE),
        Figure("equity", "Distress and reach by deprivation fifth", equity, draw_equity),
        Figure("loops", "Feedback links and their strengths", loop_diagram, draw_loops, Need(0)),
        Figure("stage-map", "What social prescribing is in each stage", _pair(stage_map), draw_stage_map),
        Figure("workforce", "Link workers: burnout, posts and people waiting", _pair(workforce), draw_workforce),
        Figure("wall", "Link workers in the last week, post by post", _pair(wall), draw_wall, Need.PORTRAIT),
        Figure("pathway", "From the route to what came of it, as a flow", _pair(pathway), draw_pathway),
        Figure("funnel", "From referral to activity", _pair(funnel), draw_funnel),
        Figure("fans", "Consultations, burnout, vacancy and money, with bands", fans, draw_fans),
        Figure("gp-workload", "Consultations against capacity", _pair(gp_workload), draw_gp_workload),
        Figure("horizons", "Reactive, mixed and proactive help", _pair(horizons), draw_horizons),
        Figure("roles", "How link workers divide their hours", _pair(role_mix), draw_roles),
        Figure("spread", "Proactive practice among networks", _pair(spread), draw_spread, Need.PORTRAIT),
        Figure(
            "professionals",
            "One team, its GPs and organisations",
            _pair(professionals),
            draw_professionals,
            Need.PORTRAIT,
        ),
        Figure(
            "acquaintances",
            "A sample of people and their ties",
            _pair(acquaintances),
            draw_acquaintances,
            Need.PORTRAIT,
        ),
        Figure("life-line", "One life, or one post, in two worlds", life_line, draw_life_line, Need.STORY),
        Figure("theory-of-change", "Measures from inputs to impact", theory_of_change, draw_theory),
        Figure("toolkit", "Steps of an outreach encounter", _pair(toolkit), draw_toolkit),
    )
}


def figure(name: str) -> Figure:
    """Return a picture by name, or raise `UnknownName` with the nearest one."""
    if name not in FIGURES:
        raise unknown("figure", name, FIGURES)
    return FIGURES[name]


def drawable(material: Material) -> list[Figure]:
    """Return the pictures that the material is enough for."""
    return [figure for figure in FIGURES.values() if figure.can_draw(material)]


def write(results: Results, folder: str | Path, baseline: Results | None = None, theme: Theme = LIGHT) -> list[Path]:
    """Write every picture as SVG, and as PNG those that say most; return the files; raises `CannotWrite`."""
    folder, material = Path(folder), Material(results, baseline)
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for drawn in drawable(material):
            svg = drawn.picture(material, theme).svg
            files = {f"{drawn.name}.svg": svg.encode()}
            if drawn.name in ALSO_AS_PNG:
                files[f"{drawn.name}.png"] = to_png(svg)
            for path, content in files.items():
                (folder / path).write_bytes(content)
                written.append(folder / path)
    except OSError as problem:
        raise CannotWrite(f"{folder} cannot be written: {problem.strerror or problem}.") from None
    return written
