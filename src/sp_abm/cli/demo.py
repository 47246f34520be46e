"""`sp-abm demo`: three plans for one borough, with figures, as a first look."""

from pathlib import Path
from typing import Annotated, Final

import typer

from sp_abm.cli.options import COMPARISON, checked_folder, examples
from sp_abm.cli.tables import screen

SCENARIOS: Final = ("today", "supported-workforce", "outreach-with-support")
PLACE = "tower-hamlets"
SEEDS = 10
YEARS = 5.0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=examples("demo", "demo --out somewhere-else"))(demo)


def demo(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the comparison and its figures go.")] = Path(
        "demo-results"
    ),
) -> None:
    """Compare three plans for Tower Hamlets over five years, and draw the figures."""
    from sp_abm.cli.compare import compared, save, show
    from sp_abm.places import place
    from sp_abm.scenario import load
    from sp_abm.viz.acceptance import with_acceptance

    folder = checked_folder(out, COMPARISON)
    where = place(PLACE)
    console = screen()
    console.print(
        f"Three plans for {where.name} ({where.residents:,} residents), {SEEDS} paired runs of {YEARS:g} years each: "
        f"{', '.join(SCENARIOS)}."
    )
    console.print(
        "The very first run on a machine compiles the model, about a minute; the runs then take some minutes.\n"
    )
    comparison = compared([load(name) for name in SCENARIOS], where, SEEDS, YEARS)
    comparison = with_acceptance(comparison, most_seeds=1)
    show(console, comparison)
    if folder:
        save(comparison, folder)
        console.print(f"The comparison and its figures are in {folder}", soft_wrap=True)
    console.print("Next: sp-abm dashboard, or sp-abm compare --help")
