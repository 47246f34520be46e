"""`sp-abm report`: a saved run or comparison as one HTML file or as slides."""

from pathlib import Path
from typing import Annotated

import typer

from sp_abm.cli.options import examples
from sp_abm.cli.tables import screen
from sp_abm.errors import BadValue


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog=examples("report results --html report.html", "report comparison --html report.html --pptx report.pptx")
    )(report)


def report(
    results: Annotated[Path, typer.Argument(help="A folder that `run --out` or `compare --out` wrote.")],
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one HTML file that needs no network.")
    ] = None,
    pptx: Annotated[Path | None, typer.Option(metavar="FILE", help="Write slides (PowerPoint).")] = None,
    study: Annotated[
        Path | None, typer.Option(help="A study of the loops (`loops --out` or `--json`): adds their diagram.")
    ] = None,
) -> None:
    """Write a report of saved results, with the numbers and pictures that the dashboard shows of them."""
    from sp_abm.viz.loop_study import saved_study, with_loops
    from sp_abm.viz.report_html import as_html
    from sp_abm.viz.saved import saved_report
    from sp_abm.viz.slides import as_slides

    if html is None and pptx is None:
        raise BadValue("Say what to write: --html FILE, --pptx FILE, or both.")
    found = saved_report(results)
    if study:
        found = with_loops(found, saved_study(study))
    if html:
        _write(html, as_html(found).encode())
    if pptx:
        _write(pptx, as_slides(found))


def _write(path: Path, content: bytes) -> None:
    from sp_abm.snapshot import write_file

    write_file(path, content)
    screen().print(f"Written: {path}", soft_wrap=True)
