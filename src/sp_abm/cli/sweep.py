"""`sp-abm sweep`, `status` and `resume`: run a study file, see how far it is, and go on from there."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sp_abm.cli.options import AsJson, examples, whole
from sp_abm.cli.progress import Meter, announce_compiling, duration
from sp_abm.cli.tables import print_json, screen, wrapped
from sp_abm.cluster import WAIT_SECONDS
from sp_abm.errors import BadValue

if TYPE_CHECKING:
    from sp_abm.plan import Plan
    from sp_abm.sweep import Swept

Workers = Annotated[
    int | None, whole("How many processes share the runs (default: one a core; 0: this process alone).")
]
Scheduler = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Let the workers of a Dask scheduler do it: tcp://host:port.")
]
SchedulerFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="The same, by the file that dask scheduler wrote.")
]
Wait = Annotated[
    float, typer.Option(metavar="SECONDS", help="How long to wait for the scheduler, and for a worker of it.")
]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The store of a sweep.")]
MOST_ERRORS = 3
BYTES_PER_MB = 1e6


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        epilog=examples(
            "sweep study.toml --plan",
            "sweep study.toml --out results --workers 4",
            "sweep study.toml --out results --scheduler tcp://127.0.0.1:8786",
        )
    )(sweep)
    app.command(epilog=examples("status results", "status results --json", "status results --csv tables"))(status)
    app.command(epilog=examples("resume results"))(resume)
    app.command(epilog=examples("compact results"))(compact)


def sweep(
    study: Annotated[Path, typer.Argument(metavar="STUDY", help="A study file, such as study.toml.")],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The store: a new folder, or an earlier one of this study.")
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", metavar="", help="Say what would be run, and run nothing.")] = False,
    workers: Workers = None,
    scheduler: Scheduler = None,
    scheduler_file: SchedulerFile = None,
    wait: Wait = WAIT_SECONDS,
) -> None:
    """Run all runs of a study that its store does not hold yet; each is kept as soon as it is done."""
    from sp_abm.plan import plan_of
    from sp_abm.study import load_study

    found = load_study(study)
    planned = plan_of(found)
    console = screen()
    for line in plan_words(planned):
        wrapped(console, line)
    if plan:
        return
    if out is None:
        raise BadValue("--out is missing: name the folder where the runs are kept, or ask for --plan only.")
    from sp_abm.sweep import sweep as run_all

    with Meter() as meter:
        swept = run_all(found, out, told=_told(meter), **_means(workers, scheduler, scheduler_file, wait))
    _say(swept, out)


def resume(
    folder: Folder,
    workers: Workers = None,
    scheduler: Scheduler = None,
    scheduler_file: SchedulerFile = None,
    wait: Wait = WAIT_SECONDS,
) -> None:
    """Go on with a sweep that was stopped, whatever stopped it; what failed is tried once more."""
    from sp_abm.sweep import resume as go_on

    with Meter() as meter:
        swept = go_on(folder, told=_told(meter), **_means(workers, scheduler, scheduler_file, wait))
    _say(swept, folder)


def status(
    folder: Folder,
    csv: Annotated[Path | None, typer.Option(metavar="DIR", help="Write the tables as CSV into this folder.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say how far a sweep is, and why runs failed."""
    from sp_abm.opened import open_study

    found = open_study(folder)
    counts = {name: int((found.runs["status"] == name).sum()) for name in ("done", "failed", "missing")}
    failures = found.runs[found.runs["status"] == "failed"]["error"].map(_last_line).value_counts()
    if csv:
        found.export(csv)
    if as_json:
        print_json({"study": found.facts["name"], "runs": len(found.runs), **counts, "errors": failures.to_dict()})
        return
    console = screen()
    wrapped(console, f"{found.facts['name']}: {len(found.runs):,} runs, {_count_words(counts)}.")
    for error, n in failures.head(MOST_ERRORS).items():
        wrapped(console, f"{n:,} failed: {error}", 2)
    if counts["done"] < len(found.runs):
        wrapped(console, f"Go on: sp-abm resume {folder}")


def compact(folder: Folder) -> None:
    """Write the weeks of all runs into a few Parquet files, for a notebook or SQL to read at once; cells stay."""
    from sp_abm.opened import open_study
    from sp_abm.plan import counted

    found = open_study(folder)
    weekly = found.compact()
    parts = sorted(weekly.glob("*.parquet"))
    size = sum(part.stat().st_size for part in parts) / BYTES_PER_MB
    n = int((found.runs["status"] == "done").sum())
    words = f"The weeks of {n:,} runs are in {weekly}/*.parquet: {counted(len(parts), 'file')}, {size:,.1f} MB."
    screen().print(words, soft_wrap=True, highlight=False)


def plan_words(plan: "Plan") -> list[str]:
    """Return what a plan would run, and about how long that takes, in sentences."""
    from sp_abm.plan import counted, sizes

    study = plan.study
    product = sizes(len(plan.points), len(study.arms), max(plan.counts))
    if study.replications.is_sequential:
        rule = study.replications
        product += (
            f" (then {rule.batch:,} more at a time, at most {rule.most:,}, until the difference in {rule.measure}"
            f" has a half-width of at most {rule.half_width:g})"
        )
    same = len(plan.runs) - len(plan.cells)
    alike = f" {same:,} of them are alike with others and run once." if same else ""
    return [
        f"{study.name}: {product}.",
        f"{counted(len(plan.runs), 'run')} of {counted(study.weeks, 'week')} in {study.place.name}, seeds alike in all"
        f" arms and points.{alike} About {duration(plan.seconds)} on one core, warm-ups not counted.",
    ]


def _means(workers: int | None, scheduler: str | None, scheduler_file: Path | None, wait: float) -> dict[str, Any]:
    """Return the options that say who does the work, once they have been looked at."""
    if workers is not None and workers < 0:
        raise BadValue(f"--workers {workers} must be at least 0.")
    if scheduler is None and scheduler_file is None:
        announce_compiling()
    return {
        "workers": workers,
        "scheduler": scheduler,
        "scheduler_file": scheduler_file,
        "wait_seconds": wait,
    }


def _told(meter: Meter) -> Any:
    def told(swept: "Swept") -> None:
        meter.runs(swept.ran, swept.wanted - swept.reused, swept.failed)

    return told


def _say(swept: "Swept", folder: Path) -> None:
    console = screen()
    wrapped(
        console,
        f"{swept.wanted:,} runs in {folder}: {swept.reused:,} were there, {swept.ran:,} were run"
        + (f", {swept.failed:,} of them failed (see: sp-abm status {folder})." if swept.failed else "."),
    )


def _last_line(error: str) -> str:
    return error.strip().splitlines()[-1] if error.strip() else ""


def _count_words(counts: dict[str, int]) -> str:
    return ", ".join(f"{n:,} {name}" for name, n in counts.items())
