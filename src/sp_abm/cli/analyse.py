"""`sp-abm analyse`: what the runs of a sweep say together, as sentences, tables and pictures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import floor, isfinite, log10
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sp_abm.cli.options import AsJson, FolderKind, PictureWidth, ThemeName, checked_folder, examples, number
from sp_abm.cli.tables import DISCLAIMER, plain_table, print_json, screen, wrapped
from sp_abm.cli.verdicts import HEADLINES
from sp_abm.errors import BadValue, SpAbmError, unknown
from sp_abm.strict_json import to_json
from sp_abm.viz.amounts import number as shown_number

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from sp_abm.analysis.quantity import Quantity
    from sp_abm.opened import OpenStudy
    from sp_abm.viz.frame import Texts
    from sp_abm.viz.theme import Theme

MOST_ROWS: Final = 20
DIGITS, MOST_DIGITS = 3, 5
"""Significant digits of what differs between the numbers of a column, and at most of the numbers themselves."""


@dataclass(frozen=True)
class Asked:
    """What was asked of which study."""

    opened: "OpenStudy"
    measure: str
    arm: str
    is_level: bool
    x: str
    y: str
    threshold: float | None
    aims: Mapping[str, str]
    cost: str
    budget: float | None

    def quantity(self) -> "Quantity":
        """Return the quantity that the analysis is of."""
        from sp_abm.analysis.quantity import quantity

        return quantity(self.opened, self.measure, self.arm, is_level=self.is_level)


@dataclass(frozen=True)
class Shown:
    """An analysis done: its words, its tables by name (the first is shown), and its picture if it has one."""

    lines: tuple[str, ...]
    tables: "Mapping[str, pd.DataFrame]"
    draw: "Callable[[Theme], str] | None" = None


def _said(texts: "Texts") -> tuple[str, ...]:
    return (f"{texts.title}.", texts.subtitle, *texts.notes)


def _differences(asked: Asked) -> Shown:
    from sp_abm.analysis.differences import differences
    from sp_abm.comparison import CLEAR

    table = differences(asked.opened, [asked.measure])
    if asked.arm:
        table = table[table["arm"] == asked.arm]
    n = int((table["verdict"] == CLEAR).sum())
    first = next(iter(asked.opened.study.arms))
    words = f"{_label(asked.measure)}, each arm minus ‘{first}’ with the same luck: clear in {n} of {len(table)}."
    return Shown((words,), {"differences": table, "differences-of-all-measures": differences(asked.opened)})


def _label(measure: str) -> str:
    from sp_abm.measures import MEASURES

    return f"{MEASURES[measure].label} ({MEASURES[measure].unit})"


def _heat_map(asked: Asked) -> Shown:
    from sp_abm.analysis.heat_map import heat_map
    from sp_abm.viz.studies.heat_map import draw_heat_map, heat_map_texts

    found = heat_map(asked.quantity(), asked.x, asked.y, asked.threshold)
    tables = {"heat-map": found.table(), "tipping-points": found.crossings()}
    return Shown(_said(heat_map_texts(found)), tables, lambda look: draw_heat_map(found, look))


def _tornado(asked: Asked) -> Shown:
    from sp_abm.analysis.tornado import tornado
    from sp_abm.viz.studies.factor_bars import draw_tornado, tornado_texts

    found = tornado(asked.quantity())
    return Shown(_said(tornado_texts(found)), {"tornado": found.table()}, lambda look: draw_tornado(found, look))


def _morris(asked: Asked) -> Shown:
    from sp_abm.analysis.sensitivity import morris
    from sp_abm.viz.studies.morris import draw_morris, morris_texts

    found = morris(asked.quantity())
    return Shown(_said(morris_texts(found)), {"morris": found.table()}, lambda look: draw_morris(found, look))


def _sobol(asked: Asked) -> Shown:
    from sp_abm.analysis.sensitivity import sobol
    from sp_abm.viz.studies.factor_bars import draw_sobol, sobol_texts

    found = sobol(asked.quantity())
    tables = {"sobol": found.table()} | ({} if found.pairs.empty else {"sobol-pairs": found.pairs})
    return Shown(_said(sobol_texts(found)), tables, lambda look: draw_sobol(found, look))


def _emulator(asked: Asked) -> Shown:
    from sp_abm.analysis.emulator import emulate
    from sp_abm.viz.studies.emulator_check import draw_emulator, emulator_texts

    found = emulate(asked.quantity())
    return Shown(_said(emulator_texts(found)), {"emulator": found.table()}, lambda look: draw_emulator(found, look))


def _search(asked: Asked) -> Shown:
    from sp_abm.analysis.search import search
    from sp_abm.viz.studies.pareto import draw_pareto, pareto_texts

    if not asked.aims:
        raise BadValue("A search needs an aim: --less MEASURE or --more MEASURE, such as --less share_distress.")
    found = search(asked.opened, asked.aims, cost=asked.cost, budget=asked.budget, arm=asked.arm)
    tables = {"search": found.table(), "equally-good": found.equal}
    return Shown(_said(pareto_texts(found)), tables, lambda look: draw_pareto(found, look))


ANALYSES: Final[Mapping[str, Callable[[Asked], Shown]]] = {
    "differences": _differences,
    "heat-map": _heat_map,
    "tornado": _tornado,
    "morris": _morris,
    "sobol": _sobol,
    "emulator": _emulator,
    "search": _search,
}
ANALYSIS: Final = FolderKind(
    "an analysis",
    "analysis.json",
    "analyses",
    (
        "analysis.json",
        *(f"{name}.{kind}" for name in ANALYSES for kind in ("svg", "png", "csv")),
        *(f"{name}.csv" for name in ("differences-of-all-measures", "tipping-points", "sobol-pairs", "equally-good")),
    ),
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog=examples(
            "analyse results",
            "analyse results differences --measure share_distress",
            "analyse results heat-map --measure burnout_mean --x support_level --y caseload_cap --out pictures",
            "analyse results search --less share_distress --budget 1000000",
        )
    )(analyse)


What = Annotated[
    str, typer.Argument(metavar="WHAT", help=f"One of: {', '.join(ANALYSES)} (default: all that fit the design).")
]


def analyse(
    store: Annotated[Path, typer.Argument(metavar="STORE", help="The store of a finished sweep.")],
    what: What = "",
    measure: Annotated[str, typer.Option(metavar="NAME", help="Which measure (default: a headline it keeps).")] = "",
    arm: Annotated[str, typer.Option(metavar="NAME", help="Which arm (default: the second of two).")] = "",
    level: Annotated[
        bool, typer.Option("--level", metavar="", help="The level in the arm, not its difference from the first arm.")
    ] = False,
    x: Annotated[str, typer.Option(metavar="FACTOR", help="Heat map: the factor across.")] = "",
    y: Annotated[str, typer.Option(metavar="FACTOR", help="Heat map: the factor upwards.")] = "",
    threshold: Annotated[float | None, number("Heat map: where a level tips (a difference does at 0).")] = None,
    less: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Search: have less of this measure.")] = None,
    more: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Search: have more of this measure.")] = None,
    cost: Annotated[str, typer.Option(metavar="NAME", help="Search: the measure of cost.")] = "cost_total_gbp",
    budget: Annotated[float | None, number("Search: the most that a mix may cost.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write SVG, PNG and CSV into this folder.")] = None,
    theme: ThemeName = "light",
    width: PictureWidth = 860,
    as_json: AsJson = False,
) -> None:
    """Say what the runs of a sweep show together: effects, tipping points, what matters, the best mix for its cost."""
    from sp_abm.opened import open_study
    from sp_abm.viz.theme import checked_theme

    if what and what not in ANALYSES:
        raise unknown("analysis", what, ANALYSES)
    opened, look = open_study(store), checked_theme(theme, width)
    aims = dict.fromkeys(less or (), "less") | dict.fromkeys(more or (), "more")
    asked = Asked(opened, measure or _default_measure(opened), arm, level, x, y, threshold, aims, cost, budget)
    folder = checked_folder(out, ANALYSIS)
    done, refused = _done(asked, [what] if what else fitting(asked), is_sure=bool(what))
    if folder:
        save(asked, done, refused, folder, look)
    if as_json:
        print_json(_content(asked, done, refused))
    else:
        _show(asked, done, refused)
    if folder:
        screen(stderr=as_json).print(f"Tables and pictures are in {folder}", soft_wrap=True)


def _default_measure(opened: "OpenStudy") -> str:
    kept = list(opened.facts["measures"])
    return next((name for name in HEADLINES if name in kept), str(kept[0]))


def fitting(asked: Asked) -> list[str]:
    """Return the analyses that the design of a study is made for."""
    study = asked.opened.study
    by_design = {
        "grid": ["heat-map"] if len(study.factor_names) > 1 else [],
        "list": ["emulator"],
        "lhs": ["emulator"],
        "sobol": ["sobol", "emulator"],
        "morris": ["morris"],
        "ofat": ["tornado"],
    }
    found = ["differences"] if len(study.arms) > 1 else []
    found += by_design[study.design.kind] + (["search"] if asked.aims else [])
    if not found:
        raise BadValue(
            f"{study.name}: one arm and no two factors leave nothing to analyse; see its tables with status."
        )
    return found


def _done(asked: Asked, names: list[str], is_sure: bool) -> tuple[dict[str, Shown], dict[str, str]]:
    """Return what was done and, of what nobody asked for by name, why it could not be."""
    from sp_abm.analysis.quantity import check_finished, checked_measure

    check_finished(asked.opened)
    checked_measure(asked.opened, asked.measure)
    done, refused = {}, {}
    for name in names:
        try:
            done[name] = ANALYSES[name](asked)
        except SpAbmError as problem:
            if is_sure or len(names) == 1:
                raise
            refused[name] = str(problem)
    if not done:
        raise BadValue(" ".join(refused.values()))
    return done, refused


def _content(asked: Asked, done: Mapping[str, Shown], refused: Mapping[str, str]) -> dict[str, Any]:
    """Return all that was found, for machines."""
    analyses = {
        name: {
            "found": list(shown.lines),
            "tables": {title: table.to_dict("records") for title, table in shown.tables.items()},
        }
        for name, shown in done.items()
    }
    study = asked.opened.facts["name"]
    return {"study": study, "measure": asked.measure, "analyses": analyses, "refused": dict(refused)}


def _show(asked: Asked, done: Mapping[str, Shown], refused: Mapping[str, str]) -> None:
    console = screen()
    is_search = list(done) == ["search"]
    others = "" if is_search or len(asked.opened.facts["measures"]) == 1 else " (another: --measure NAME)"
    of = next(iter(asked.aims)) if is_search else f"{asked.measure}{others}"
    console.print(f"{asked.opened.facts['name']}: {of}", style="bold", soft_wrap=True)
    for shown in done.values():
        console.print()
        for line in shown.lines:
            wrapped(console, line)
        title, table = next(iter(shown.tables.items()))
        console.print(frame_table(table.head(MOST_ROWS)))
        if len(table) > MOST_ROWS:
            wrapped(console, f"and {len(table) - MOST_ROWS:,} rows more; --out DIR writes all of {title}.")
    for name, why in refused.items():
        console.print()
        wrapped(console, f"{name}: {why}")
    console.print()
    wrapped(console, DISCLAIMER)


def frame_table(frame: "pd.DataFrame") -> "Table":
    """Return a frame as a table on screen, without columns that only repeat; decimals tell a column's values apart."""
    kept = [name for name in frame.columns if name not in ("measure", "point")]
    columns = [frame[name].tolist() for name in kept]
    places = [_places(values) for values in columns]
    right = tuple(at for at, decimals in enumerate(places) if decimals is not None)
    headings = [str(name).replace("_", " ") for name in kept]
    table = plain_table(*headings, right=right, is_of_names=0 not in right)
    for row in zip(*columns, strict=True):
        table.add_row(*(_cell(value, decimals) for value, decimals in zip(row, places, strict=True)))
    return table


def _places(values: list[Any]) -> int | None:
    """Return how many decimals tell the numbers of a column apart; None for words."""
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return None
    known = [float(value) for value in values if isfinite(value)]
    if all(value == int(value) for value in known):
        return 0
    largest = max(map(abs, known))
    apart = max(known) - min(known) or largest
    return max(0, min(DIGITS - 1 - floor(log10(apart)), MOST_DIGITS - 1 - floor(log10(largest))))


def _cell(value: Any, places: int | None) -> str:
    if places is None:
        return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value).replace("_", " ")
    return shown_number(float(value), places)


def save(asked: Asked, done: Mapping[str, Shown], refused: Mapping[str, str], folder: Path, look: "Theme") -> None:
    """Write every table as CSV, every picture as SVG and PNG, and all of it as JSON, all or nothing."""
    from sp_abm.snapshot import write_folder
    from sp_abm.viz.png import write_picture

    def write(beside: Path) -> None:
        (beside / ANALYSIS.marker).write_text(to_json(_content(asked, done, refused)), "utf-8")
        for name, shown in done.items():
            for title, table in shown.tables.items():
                table.to_csv(beside / f"{title}.csv", index=False)
            if shown.draw:
                write_picture(shown.draw(look), beside, name)

    write_folder(folder, write, is_checked=True)
