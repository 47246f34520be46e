"""`sp-abm figure`: one picture of a run, of two beside each other or of a life, as SVG, PNG, table or JSON."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sp_abm.cli.options import (
    AsJson,
    NoAcceptanceRange,
    PictureWidth,
    PlaceName,
    Plausible,
    ThemeName,
    Years,
    as_given,
    examples,
    is_given,
    whole,
)
from sp_abm.cli.progress import Meter, announce_compiling
from sp_abm.cli.tables import plain_table, print_json, screen, wrapped
from sp_abm.errors import BadValue, CannotWrite

if TYPE_CHECKING:
    from sp_abm.plausible import Sets
    from sp_abm.results import Results
    from sp_abm.viz.figures import Picture
    from sp_abm.viz.material import Material

KINDS: Final = (".svg", ".png", ".csv")
MOST_SEEDS: Final = 100
_TODAY, _NO_SERVICE = "today", "no-service"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog=examples(
            "figure --list",
            "figure stages --scenario supported-workforce --other today --out stages.svg",
            "figure funnel --place average-pcn --out funnel.png --theme dark --width 390",
            "figure fans --scenario supported-workforce --other today --seeds 10 --out fans.svg",
            "figure theory-of-change --scenario outreach-with-support --other today --seeds 20 --plausible",
            "figure loops --study results --measure share_distress --out loops.svg",
            "figure life-line --citizen 112 --out life.svg",
            "figure workforce --scenario my-results --json",
        )
    )(figure)


Name = Annotated[str | None, typer.Argument(help="Which picture; without one, or with --list, all are named.")]
Drawn = Annotated[
    str, typer.Option(help="What is drawn: a shipped scenario, your own .toml file, or a folder of results.")
]
Against = Annotated[str | None, typer.Option(help="What it is drawn against: the same kinds. Some pictures need one.")]
Study = Annotated[
    Path | None, typer.Option(help="For the figure loops: what `loops --out` wrote, or a file of `loops --json`.")
]
OfMeasure = Annotated[str, typer.Option(help="Which measure of that study is drawn (default: its first).")]
File = Annotated[Path | None, typer.Option(metavar="FILE", help="Where it goes: a .svg, .png or .csv file.")]


def figure(
    context: typer.Context,
    name: Name = None,
    scenario: Drawn = _TODAY,
    other: Against = None,
    place: PlaceName = "sandbox",
    seed: Annotated[int, whole("Which luck: both runs meet the same.")] = 1,
    years: Years = 5,
    seeds: Annotated[int, whole("Pairs of runs, seeds from --seed up: bands and intervals need several.")] = 1,
    plausible: Plausible = False,
    citizen: Annotated[int | None, whole("Whose life a life line shows: the number of a dwelling.")] = None,
    link_worker: Annotated[int | None, whole("Which post a life line shows, instead of a citizen.")] = None,
    study: Study = None,
    measure: OfMeasure = "",
    out: File = None,
    theme: ThemeName = "light",
    width: PictureWidth = 860,
    no_acceptance_range: NoAcceptanceRange = False,
    is_list: Annotated[bool, typer.Option("--list", metavar="", help="Name every picture.")] = False,
    as_json: AsJson = False,
) -> None:
    """Draw one picture, or show its numbers as a table."""
    from sp_abm.viz.figures import Need
    from sp_abm.viz.figures import figure as find_figure
    from sp_abm.viz.theme import checked_theme

    if is_list or name is None:
        _list(as_json)
        return
    found, look = find_figure(name), checked_theme(theme, width)
    _check_ending(out)
    accepted = ""
    is_life, is_study = Need.STORY in found.needs, study is not None or bool(measure)
    if found.needs & (Need.BASELINE | Need.STORY):
        other = other or (_NO_SERVICE if scenario == _TODAY else _TODAY)
    who = (citizen, link_worker)
    _check_kind(
        found.name, is_of_somebody=who != (None, None) and not is_life, is_wide=plausible and is_life | is_study
    )
    if is_study:
        material = _studied(found.name, study, measure)
    elif is_life:
        material = _story((scenario, other or _TODAY), who, place, seed, years)
    else:
        names = [scenario, *filter(None, [other])]
        _check_runs(names, seeds, plausible, context)
        material = _material(names, place, seed, years, seeds, plausible)
        accepted = "" if no_acceptance_range else _accepted(material, scenario, place, seed, years)
    _give(found.picture(material, look), accepted, out, as_json, context)


def _check_kind(name: str, *, is_of_somebody: bool, is_wide: bool) -> None:
    """Refuse a person where no life is drawn, and plausible sets where no pairs of runs are."""
    if is_of_somebody:
        raise BadValue(f"--citizen and --link-worker are for the figure life-line, not for {name}.")
    if is_wide:
        raise BadValue(f"--plausible is for pictures of pairs of runs, not for {name} as asked for.")


def _check_ending(out: Path | None) -> None:
    if out is not None and out.suffix not in KINDS:
        raise BadValue(f"--out {out} must end in one of: {', '.join(KINDS)}.")


def _give(picture: "Picture", accepted: str, out: Path | None, as_json: bool, context: typer.Context) -> None:
    """Print the picture's numbers, as JSON or for people with how to draw it, and write it where it is to go.

    `accepted` is what few and many accepting outreach leave of the run that is drawn.
    """
    if as_json:
        _print_json(picture, accepted)
    elif out is None:
        _show(picture)
        command = shlex.join([*as_given(context), "--out", f"{picture.name}.svg"])
        screen().print(f"Draw it: {command}", soft_wrap=True)
    if out is not None:
        _write(picture, out)
        screen(stderr=as_json).print(f"{picture.title}\nIt is in {out}", soft_wrap=True)
    if accepted and not as_json:
        wrapped(screen(), accepted)


def _list(as_json: bool) -> None:
    from sp_abm.viz.figures import FIGURES, needed

    rows = [{"figure": each.name, "shows": each.title, "needs": needed(each.needs)} for each in FIGURES.values()]
    if as_json:
        print_json(rows)
        return
    table = plain_table("Figure", "Shows", "Needs", is_of_names=True)
    for row in rows:
        table.add_row(*row.values())
    screen().print(table)


def _studied(name: str, study: Path | None, measure: str) -> "Material":
    """Return the strengths of a study of the loops, which only one picture shows."""
    from sp_abm.viz.loop_study import saved_study

    if name != "loops" or study is None:
        raise BadValue("--study and --measure are for: sp-abm figure loops --study PATH [--measure NAME].")
    return saved_study(study).material(measure)


def _story(
    arms: tuple[str, str], who: tuple[int | None, int | None], place: str, seed: int, years: float
) -> "Material":
    """Return the story of a citizen, or of a post, to draw a life line of."""
    from sp_abm.story import tell
    from sp_abm.viz.material import Material

    citizen, link_worker = who
    if citizen is not None and link_worker is not None:
        raise BadValue("--citizen and --link-worker: name one of them.")
    kind, number = ("citizen", citizen) if link_worker is None else ("link worker", link_worker)
    announce_compiling()
    with Meter() as meter:
        told = tell(kind, number, arms, place, seed, years, progress=meter.weeks)
    return Material(story=told)


def _check_runs(names: list[str], seeds: int, plausible: bool, context: typer.Context) -> None:
    """Refuse as many runs as there cannot be, and what says how to run where folders hold results already."""
    if not 1 <= seeds <= MOST_SEEDS:
        raise BadValue(f"--seeds {seeds} must be from 1 to {MOST_SEEDS}.")
    if plausible and seeds == 1:
        raise BadValue("--plausible gives every pair of runs another parameter set: it needs --seeds of 2 or more.")
    folders = [name for name in names if Path(name).is_dir()]
    if folders and seeds > 1:
        raise BadValue(f"--seeds {seeds} needs scenarios to run; {folders[0]} holds the results of one run.")
    given = [f"--{name}" for name in ("place", "seed", "years") if is_given(context, name)]
    if given and folders == names:
        raise BadValue(f"{', '.join(given)}: nothing is run, {' and '.join(names)} hold results already.")


def _material(names: list[str], place: str, seed: int, years: float, seeds: int, plausible: bool) -> "Material":
    """Return a run, with its baseline if one is named, and further pairs of them with other seeds, and sets in turn."""
    from sp_abm.plausible import needed_sets
    from sp_abm.viz.material import Material

    sets = needed_sets() if plausible else ()
    first, other = names[0], names[1] if len(names) > 1 else None

    def pair(step: int) -> "tuple[Results, Results | None]":
        turn = (place, seed + step, years, sets, step)
        return _results(first, *turn), None if other is None else _results(other, *turn)

    return Material(*pair(0)) if seeds == 1 else Material.of_pairs(map(pair, range(seeds)), min(len(sets), seeds))


def _results(name: str, place: str, seed: int, years: float, sets: "Sets", position: int) -> "Results":
    """Return the results in a folder of that name, or of a run of that scenario, with the set of its turn if any."""
    from sp_abm.comparison import with_set
    from sp_abm.results import Results
    from sp_abm.run import simulate
    from sp_abm.scenario import load

    if Path(name).is_dir():
        return Results.load(name)
    announce_compiling()
    with Meter() as meter:
        return simulate(with_set(load(name), sets, position), place, seed, years, progress=meter.weeks)


def _accepted(material: "Material", scenario: str, place: str, seed: int, years: float) -> str:
    """Return what few and many accepting outreach leave of the first run drawn; of a folder, as it was saved."""
    from sp_abm.places import place as find_place
    from sp_abm.scenario import load
    from sp_abm.viz.acceptance import ends_of_run, words_of_run
    from sp_abm.viz.saved import saved_ends
    from sp_abm.viz.words import has_outreach

    if material.results is None or not has_outreach(material.results):
        return ""
    if Path(scenario).is_dir():
        return words_of_run(saved_ends(material.results, Path(scenario)))
    with Meter() as meter:
        return words_of_run(ends_of_run(load(scenario), find_place(place), seed, years, progress=meter.weeks))


def _print_json(picture: "Picture", accepted: str) -> None:
    content = {
        "figure": picture.name,
        "title": picture.title,
        "description": picture.description,
        "columns": picture.table.columns,
        "rows": picture.table.rows,
    }
    print_json(content | ({"acceptance": accepted} if accepted else {}))


def _show(picture: "Picture") -> None:
    console = screen()
    wrapped(console, picture.title)
    table = plain_table(*picture.table.columns, right=tuple(range(1, len(picture.table.columns))))
    for row in picture.table.shown():
        table.add_row(*row)
    console.print(table)
    for note in picture.notes:
        wrapped(console, note)


def _write(picture: "Picture", out: Path) -> None:
    from sp_abm.viz.png import to_png

    content = {".svg": picture.svg.encode, ".csv": picture.table.csv().encode, ".png": lambda: to_png(picture.svg)}
    try:
        out.expanduser().write_bytes(content[out.suffix]())
    except OSError as problem:
        raise CannotWrite(f"--out {out} cannot be written: {problem.strerror or problem}.") from None
