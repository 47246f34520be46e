"""`sp-abm calibrate`: which parameter values the evidence leaves, block by block, then together."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from sp_abm.cli.options import AsJson, Workers, check_runs, examples, whole
from sp_abm.cli.progress import Meter, announce_compiling, duration
from sp_abm.cli.tables import plain_table, print_json, screen, wrapped
from sp_abm.errors import BadValue

if TYPE_CHECKING:
    from sp_abm.calibration.record import Calibrated
BlockName = Annotated[
    list[str] | None,
    typer.Option(
        metavar="BLOCK",
        help="stages, consulting, pathway or workforce; may be given several times (default: all, then together).",
    ),
]
KeptIn = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Keep runs, record and sets here, and go on from there.")
]
PlanOnly = Annotated[bool, typer.Option("--plan", metavar="", help="Say what would be run, and run nothing.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog=examples(
            "calibrate --plan", "calibrate --out calibration", "calibrate --block stages --waves 2 --out stages"
        )
    )(calibrate)


def calibrate(
    block: BlockName = None,
    waves: Annotated[int, whole("How many waves of runs each block has.")] = 1,
    points: Annotated[int | None, whole("How many points a wave has (default: each block its own).")] = None,
    sets: Annotated[int, whole("How many plausible sets are wanted.")] = 50,
    out: KeptIn = None,
    plan: PlanOnly = False,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Match the model to the calibration rows: keep the parameter sets that no row rules out.

    Stopped, it goes on where it was. It changes no parameter: the defaults are judged beside the sets.
    """
    from sp_abm.calibration import calibrate as run_all
    from sp_abm.calibration import plan as plan_of

    check_runs(1, workers)
    planned = plan_of(block or (), waves, points, sets)
    console = screen()
    if not as_json:
        for line in planned.words():
            wrapped(console, line)
    if plan:
        if as_json:
            print_json(planned.as_dict())
        return
    if out is None:
        raise BadValue("--out is missing: name the folder where the runs are kept, or ask for --plan only.")
    folder = out.expanduser().resolve()
    announce_compiling()
    with Meter() as meter:
        found = run_all(planned, folder, workers=workers, done=meter.trials)
    if as_json:
        print_json(found.as_dict())
    else:
        _show(console, found)
        console.print(f"The runs and the record are in {folder}", soft_wrap=True)


def _show(console: Console, found: "Calibrated") -> None:
    """Print what each row rules out, and what is left."""
    record = found.as_dict()
    table = plain_table("Row", "Statistic", "Evidence", "Runs from", "to", "Rules out", is_of_names=True)
    for block in record["blocks"].values():
        for row, entry in block["rows"].items():
            evidence, runs = entry["evidence"], entry["run"]
            ruled_out = f"{entry['share_ruled_out']:.0%}" if entry["is_emulated"] else "not emulated"
            ends = f"{runs['least']:.3g}", f"{runs['greatest']:.3g}"
            table.add_row(row, evidence["statistic"], f"{evidence['low']:g} to {evidence['high']:g}", *ends, ruled_out)
    console.print(table)
    for name, block in record["blocks"].items():
        left = block["waves"][-1]["share_left"]
        wrapped(console, f"{name}: {left:.1%} of the ranges of its {len(block['free'])} parameters is left.")
    together = record["together"]
    if together:
        wrapped(console, f"Together: {together['kept']} of {together['tried']} sets have no implausible row.")
    wrapped(console, f"Not fitted: {', '.join(record['not_fitted'])} (see docs/model/calibration.md).")
    wrapped(console, f"All runs took {duration(record['processor_seconds'])} of one processor.")
