"""`sp-abm compare`: several scenarios with the same luck, what differs, and whether it is more than luck."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from sp_abm.cli.options import (
    COMPARISON,
    AsJson,
    Changes,
    NoAcceptanceRange,
    Out,
    PlaceName,
    Plausible,
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
from sp_abm.cli.tables import DISCLAIMER, coverage, print_json, screen, span, with_sets, wrapped
from sp_abm.strict_json import to_json
from sp_abm.viz.amounts import plain

if TYPE_CHECKING:
    from sp_abm.comparison import Comparison
    from sp_abm.places import Place
    from sp_abm.results import Results
    from sp_abm.scenario import Scenario


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog=examples(
            "compare today supported-workforce",
            "compare today outreach-with-support no-service --seeds 30",
            "compare today supported-workforce --place average-pcn --out results",
            "compare today my-scenario.toml --set caseload_cap=50 --json",
            "compare today supported-workforce --seeds 30 --plausible",
        )
    )(compare)


def compare(
    scenarios: Annotated[
        list[str], typer.Argument(help="Two or more scenarios, the first is the one the others are compared with.")
    ],
    place: PlaceName = "sandbox",
    seeds: Annotated[int, whole("How many paired runs; a verdict needs at least 10.")] = 10,
    years: Years = 5,
    changes: Changes = None,
    plausible: Plausible = False,
    workers: Workers = None,
    no_acceptance_range: NoAcceptanceRange = False,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Compare scenarios seed by seed with the same luck, so that a difference is an effect.

    What is given with --set is changed in every scenario.
    """
    from sp_abm.places import place as find_place
    from sp_abm.scenario import load
    from sp_abm.viz.acceptance import with_acceptance

    given = parsed_changes(changes)
    arms = [load(scenario).with_changes(given, "--set") for scenario in scenarios]
    where = find_place(place)
    folder = checked_folder(out, COMPARISON)
    comparison = compared(arms, where, seeds, years, workers, plausible=plausible)
    if not no_acceptance_range:
        comparison = with_acceptance(comparison)
    if as_json:
        print_json(comparison.as_dict())
    else:
        show(screen(), comparison, given)
    if folder:
        save(comparison, folder)
        screen(stderr=as_json).print(f"The comparison and its figures are in {folder}", soft_wrap=True)


def compared(
    arms: "list[Scenario]",
    where: "Place",
    seeds: int,
    years: float,
    workers: int | None = None,
    *,
    plausible: bool = False,
) -> "Comparison":
    """Return the comparison, showing progress while it runs."""
    from sp_abm.comparison import compare as run_all

    check_runs(seeds, workers)
    announce_compiling()
    with Meter() as meter:
        return run_all(arms, where, seeds, years, plausible=plausible, workers=workers, done=meter.seeds)


def show(console: Console, comparison: "Comparison", given: Mapping[str, float | str] | None = None) -> None:
    """Print one arm after the other: the answer in a sentence, the differences, and who moved."""
    from sp_abm.cli.verdicts import conclusion, differences_table, who_moved
    from sp_abm.viz.acceptance import words_of_arm

    seeds = len(comparison.seeds)
    runs = f"{seeds} paired run{'s' if seeds > 1 else ''}{with_sets(comparison.n_sets)}"
    for arm in range(1, len(comparison.arms)):
        weeks = comparison.first[arm].n_weeks
        title = f"{comparison.arms[arm]} against {comparison.arms[0]}: {span(weeks)}, {runs}"
        console.print(title, style="bold", soft_wrap=True)
        if arm == 1:
            wrapped(console, place_line(comparison.place))
            for name, value in (given or {}).items():
                wrapped(console, f"Changed in every scenario: {name} = {plain(value)}")
        console.print(differences_table(comparison, arm))
        wrapped(console, coverage(weeks))
        console.print()
        said = [*conclusion(comparison, arm), *filter(None, [words_of_arm(comparison, arm)])]
        for lines in (who_moved(comparison, arm), said):
            for line in lines:
                wrapped(console, line.strip(), len(line) - len(line.lstrip()))
            console.print()
    if comparison.sets:
        wrapped(console, "Every pair has a parameter set of its own, so that intervals hold luck and what is not known "
                "about the parameters fitted (sp-abm calibrate).")  # fmt: skip
    wrapped(
        console,
        f"{DISCLAIMER} Both plans meet the same people and the same luck, so a difference is an effect in the model. "
        "Of measures that a plan does not change, about 1 in 20 may look clear by luck.",
    )


def save(comparison: "Comparison", folder: Path) -> None:
    """Write the comparison as JSON and CSV, and a folder of figures for each arm's first run."""
    from sp_abm.snapshot import write_folder

    provenance = {arm: first.provenance for arm, first in zip(comparison.arms, comparison.first, strict=True)}
    content = comparison.as_dict() | {"provenance": provenance}

    def write(beside: Path) -> None:
        (beside / COMPARISON.marker).write_text(to_json(content), "utf-8")
        comparison.differences().to_csv(beside / "differences.csv")
        comparison.summaries.to_csv(beside / "summaries.csv")

    write_folder(folder, write, is_checked=True)
    _write_figures(comparison.arms, comparison.first, folder / "figures")


def _write_figures(arms: "tuple[str, ...]", first: "tuple[Results, ...]", folder: Path) -> None:
    from sp_abm.viz import figures

    for position, (arm, results) in enumerate(zip(arms, first, strict=True)):
        name = "-".join("".join(sign if sign.isalnum() else " " for sign in arm).split())
        figures.write(results, folder / f"{position}-{name}", baseline=first[0] if position else None)
