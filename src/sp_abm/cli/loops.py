"""`sp-abm loops`: what each link and loop carries, the gain of the vicious circle, the tipping point of support."""

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from sp_abm.cli.options import (
    LOOP_STUDY,
    AsJson,
    Changes,
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
from sp_abm.cli.tables import DISCLAIMER, plain_table, print_json, screen, span, with_sets, wrapped
from sp_abm.strict_json import to_json
from sp_abm.vocabulary import WEEKS_PER_YEAR

if TYPE_CHECKING:
    from sp_abm.loop_laboratory.laboratory import LoopStudy

Plan = Annotated[str, typer.Argument(help="The scenario whose effect is shared out among links and loops.")]
Against = Annotated[str, typer.Option(help="The scenario it is compared with; cut links are frozen at it.")]
Part = Annotated[
    list[str] | None, typer.Option(help="shares, gain or tipping; may be given several times (default: all).")
]
MeasureName = Annotated[
    list[str] | None, typer.Option(help="A measure to share out (see `measures`); may be given several times.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog=examples(
            "loops",
            "loops --part tipping --seeds 20",
            "loops horizon-2 --against today --measure share_distress --part shares",
            "loops --set transitions.effect_support=0.3 --seeds 20",
            "loops --out results",
        )
    )(loops)


def loops(
    plan: Plan = "supported-workforce",
    against: Against = "today",
    place: PlaceName = "sandbox",
    seeds: Annotated[int, whole("How many replications the intervals are made of.")] = 4,
    years: Years = 3,
    part: Part = None,
    measure: MeasureName = None,
    changes: Changes = None,
    plausible: Plausible = False,
    workers: Workers = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Study the feedback loops: cut each link, push the vicious circle, and look for the tipping point of support.

    A study that was stopped goes on where it was: what is finished is kept in the cache.
    """
    from sp_abm.loop_laboratory.laboratory import PARTS, SHOWN, study
    from sp_abm.plausible import needed_sets

    check_runs(seeds, workers)
    folder = checked_folder(out, LOOP_STUDY)
    wanted: dict[str, Any] = {
        "parts": tuple(part or PARTS),
        "measures": tuple(measure or SHOWN),
        "changes": parsed_changes(changes),
        "sets": needed_sets() if plausible else (),
    }
    announce_compiling()
    with Meter() as meter:
        found = study(plan, against, place, seeds, years, **wanted, workers=workers, done=meter.years)
    if as_json:
        print_json(found.as_dict() | ({"note": _note(found)} if _note(found) else {}))
    else:
        _show(screen(), found)
    if folder:
        _save(found, folder)
        what = "The study and its figures are" if found.shares else "The study is"
        screen(stderr=as_json).print(f"{what} in {folder}", soft_wrap=True)


def _show(console: Console, found: "LoopStudy") -> None:
    from sp_abm.loop_laboratory.words import said

    n = len(found.seeds)
    runs = f"{n} replication{'s' if n > 1 else ''}{with_sets(found.n_sets)}"
    title = f"The loops: {found.plan.name} against {found.baseline.name}, {runs}"
    console.print(title, style="bold", soft_wrap=True)
    wrapped(console, place_line(found.place))
    if found.shares:
        console.print(_shares(found))
        wrapped(
            console,
            f"Share of the change over {span(round(found.years * WEEKS_PER_YEAR))} that is gone when a link or loop is "
            "frozen at what came through it in the baseline, with its 95% interval. Shares need not add up to 100%. "
            "Links and loops that carry nothing of any measure are left out.",
        )
        console.print()
    if found.gains:
        console.print(_gains(found))
    if found.tipping:
        console.print(_tipping(found))
    for line in (*said(found), *filter(None, [_note(found)])):
        wrapped(console, line)
    console.print()
    wrapped(
        console,
        f"{DISCLAIMER} How impact moves money is not in the evidence: rule, signal and strength are assumptions. "
        f"{'Fewer than 10 replications: intervals are rough.' if n < 10 else ''}",
    )


def _note(found: "LoopStudy") -> str:
    """Return what must be said where one of the two goes out to people."""
    from sp_abm.acceptance import note

    return note(found.plan.levers) or note(found.baseline.levers)


def _shares(found: "LoopStudy") -> Any:
    from sp_abm.loop_laboratory.words import name_of, percent
    from sp_abm.measures import MEASURES

    table = plain_table("Link or loop", *(MEASURES[measure].label for measure in found.changes), is_of_names=True)
    for name, by_measure in found.shares.items():
        if any(isfinite(share.mean) and round(share.mean, 2) for share in by_measure.values()):
            table.add_row(name_of(name), *(percent(by_measure[measure]) for measure in found.changes))
    return table


def _gains(found: "LoopStudy") -> Any:
    from sp_abm.loop_laboratory.words import gain_verdict, percent

    table = plain_table("Rule of the review", "Signal", "What comes back of a push on burnout", "The push")
    for (rule, signal), gain in found.gains.items():
        table.add_row(rule, signal, percent(gain), gain_verdict(gain))
    return table


def _tipping(found: "LoopStudy") -> Any:
    from sp_abm.loop_laboratory.tipping import LEVELS
    from sp_abm.loop_laboratory.words import point

    levels = [f"at {level:g}" for level in LEVELS]
    table = plain_table("Rule of the review", "Signal", *levels, "Tipping point of support")
    for (rule, signal), tip in found.tipping.items():
        drifts = [f"{100 * drift.mean:+.1f}" for drift in tip.drifts]
        table.add_row(rule, signal, *drifts, point(tip))
    table.caption = (
        "Yearly drift of funded posts in per cent, by the level of support that arrives; ten years, response 1"
    )
    return table


def _save(found: "LoopStudy", folder: Path) -> None:
    import pandas as pd

    from sp_abm.snapshot import write_folder
    from sp_abm.viz.loop_shares import draw_loop_diagram, draw_loop_shares
    from sp_abm.viz.png import write_picture

    rows = [
        {"name": name, "measure": measure, **vars(share)}
        for name, by_measure in found.shares.items()
        for measure, share in by_measure.items()
    ]

    def write(beside: Path) -> None:
        (beside / LOOP_STUDY.marker).write_text(to_json(found.as_dict()), "utf-8")
        pd.DataFrame(rows, columns=["name", "measure", "mean", "low", "high", "verdict"]).to_csv(
            beside / "shares.csv", index=False
        )
        if not rows:
            return
        pictures = {"shares": draw_loop_shares(found), "diagram": draw_loop_diagram(found, rows[0]["measure"])}
        for name, svg in pictures.items():
            write_picture(svg, beside, name)

    write_folder(folder, write, is_checked=True)
