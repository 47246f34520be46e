"""`sp-abm evaluate`: one service measured five ways, beside what it truly did."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console

from sp_abm.cli.options import (
    EVALUATION,
    AsJson,
    Changes,
    Out,
    PlaceName,
    Plausible,
    ScenarioName,
    Workers,
    Years,
    check_runs,
    checked_folder,
    examples,
    parsed_changes,
    whole,
)
from sp_abm.cli.progress import Meter, announce_compiling
from sp_abm.cli.run import place_line
from sp_abm.cli.tables import (
    DISCLAIMER,
    add_heading,
    indented,
    plain_table,
    print_json,
    screen,
    span,
    with_sets,
    wrapped,
)
from sp_abm.errors import BadValue
from sp_abm.strict_json import to_json
from sp_abm.viz.amounts import interval
from sp_abm.vocabulary import WEEKS_PER_YEAR

if TYPE_CHECKING:
    from sp_abm.evaluation.laboratory import Evaluation

_WEEKS: Final = {6: WEEKS_PER_YEAR // 2, 12: WEEKS_PER_YEAR}
_HOW: Final = (
    "Before: in the week of referral (consultations: the half-year before it). After: {later} later (consultations: "
    "the half-year up to then, as a rate a year). Matched and compared: people not referred till then, followed from "
    "the same weeks on; matched on age, sex, deprivation, consultations and the survey at the start. Intervals are "
    "over replications."
)
NoEffect = Annotated[
    bool, typer.Option("--no-effect", metavar="", help="Let nothing the service does reach people's health.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog=examples(
            "evaluate today",
            "evaluate today --no-effect",
            "evaluate supported-workforce --place tower-hamlets --months 6 --out results",
            "evaluate today --json",
        )
    )(evaluate)


def evaluate(
    scenario: ScenarioName,
    place: PlaceName = "average-pcn",
    seeds: Annotated[int, whole("How many replications the intervals are made of.")] = 10,
    years: Years = 3,
    months: Annotated[int, whole("When people are asked again after referral: 6 or 12.")] = 12,
    no_effect: NoEffect = False,
    changes: Changes = None,
    plausible: Plausible = False,
    workers: Workers = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Measure one service as evaluators would, and compare with the same people in the world without it.

    People are followed from the week of their first referral: half a year before it, a year after it.
    """
    from sp_abm.evaluation.laboratory import evaluate as run_all
    from sp_abm.places import place as find_place
    from sp_abm.plausible import needed_sets
    from sp_abm.scenario import load

    check_runs(seeds, workers)
    weeks = _weeks(months)
    arm, where = load(scenario).with_changes(parsed_changes(changes), "--set"), find_place(place)
    folder = checked_folder(out, EVALUATION)
    sets = needed_sets() if plausible else ()
    announce_compiling()
    with Meter() as meter:
        found = run_all(
            arm, where, seeds, years, has_effect=not no_effect, sets=sets, workers=workers, done=meter.seeds
        )
    if as_json:
        print_json(found.as_dict(weeks))
    else:
        _show(screen(), found, weeks)
    if folder:
        _save(found, weeks, folder)
        screen(stderr=as_json).print(f"The evaluation and its figure are in {folder}", soft_wrap=True)


def _weeks(months: int) -> int:
    """Return the weeks that the months are, or raise `BadValue`."""
    if months not in _WEEKS:
        raise BadValue(f"--months {months} must be {' or '.join(map(str, _WEEKS))}.")
    return _WEEKS[months]


def _show(console: Console, found: "Evaluation", weeks: int) -> None:
    from sp_abm.acceptance import note
    from sp_abm.evaluation.words import span_words, why

    effect = "" if found.has_effect else ", the service without effect"
    title = f"{found.scenario.name} measured five ways{effect}: {span_words(weeks)} after referral"
    console.print(title, style="bold", soft_wrap=True)
    wrapped(console, place_line(found.place))
    wrapped(console, _who(found))
    console.print(_table(found, weeks))
    wrapped(console, _HOW.format(later=span_words(weeks)))
    console.print()
    for sentence in why(found, weeks):
        wrapped(console, sentence)
    console.print()
    for line in filter(None, (note(found.scenario.levers), DISCLAIMER)):
        wrapped(console, line)


def _who(found: "Evaluation") -> str:
    """Return in a sentence how many people were followed."""
    referred, complete, others = found.sizes.mean(axis=0)
    n, years = len(found.seeds), span(round(found.years * WEEKS_PER_YEAR))
    return (
        f"In each of {n} replication{'s' if n > 1 else ''} of {years}{with_sets(found.n_sets)}: "
        f"{referred:,.0f} people followed from their first referral on, {complete:,.0f} of them completers; "
        f"{others:,.0f} people not referred."
    )


def _table(found: "Evaluation", weeks: int) -> Any:
    from sp_abm.evaluation.estimators import LABELS, METHODS
    from sp_abm.evaluation.records import OUTCOMES, UNITS
    from sp_abm.evaluation.words import NAMES
    from sp_abm.viz.words import started

    table = plain_table("Outcome and method", "Change", "95% interval", "Off the truth by", right=(1, 3))
    for outcome in OUTCOMES:
        add_heading(table, f"{started(NAMES[outcome])}, {UNITS[outcome]}")
        for method in METHODS:
            estimate, bias = found.estimate(outcome, method, weeks), found.bias(outcome, method, weeks)
            mean, low_to_high = interval(estimate)
            off = "" if method == "truth" else interval(bias)[0]
            table.add_row(indented(LABELS[method]), mean, low_to_high, off)
    return table


def _save(found: "Evaluation", weeks: int, folder: Path) -> None:
    from sp_abm.snapshot import write_folder
    from sp_abm.viz.estimates import draw_estimates
    from sp_abm.viz.png import write_picture

    content = {
        "estimates": found.as_dict(weeks),
        "weeks": weeks,
        "seeds": list(found.seeds),
        "plausible_sets": found.n_sets,
        "years": found.years,
        "has_effect": found.has_effect,
        "scenario": {**found.scenario.content(), "name": found.scenario.name},
        "place": found.place.key,
        "people": dict(zip(("referred", "completers", "others"), found.sizes.mean(axis=0).tolist(), strict=True)),
    }

    def write(beside: Path) -> None:
        (beside / EVALUATION.marker).write_text(to_json(content), "utf-8")
        found.frame().to_csv(beside / "estimates.csv", index=False)
        write_picture(draw_estimates(found, weeks), beside, "estimates")

    write_folder(folder, write, is_checked=True)
