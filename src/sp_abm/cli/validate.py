"""`sp-abm validate`: every target of the evidence beside what the model gives."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sp_abm.cli.options import AsJson, Workers, check_runs, examples
from sp_abm.cli.progress import Meter, announce_compiling
from sp_abm.cli.tables import plain_table, print_json, screen, wrapped
from sp_abm.strict_json import to_json

if TYPE_CHECKING:
    from sp_abm.validation import Verdict

REPORT = "validation.json"


def register(app: typer.Typer) -> None:
    """Add the command."""
    words = ("validate --place average-pcn", "validate --json", "validate --out validation")
    app.command(epilog=examples(*words))(validate)


def validate(
    place: Annotated[
        str | None,
        typer.Option(
            metavar="PLACE",
            help="Only the rows of one place: average-pcn, tower-hamlets, link-workers (100 and more of them, pooled "
            "over runs of Tower Hamlets) or national (30 average PCNs).",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the runs and the report here, and go on from there.")
    ] = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Hold the model against every target: evidence, model, verdict. Stopped, it goes on where it was."""
    from sp_abm.snapshot import write_file
    from sp_abm.validation import studies_of
    from sp_abm.validation import validate as run_all

    check_runs(1, workers)
    studies_of(place)
    folder = out.expanduser().resolve() if out else None
    if not as_json:
        announce_compiling()
    with Meter() as meter:
        verdicts = run_all(place, folder=folder, workers=workers, done=meter.worlds)
    content = [verdict.as_dict() for verdict in verdicts]
    if folder:
        write_file(folder / REPORT, to_json(content).encode())
    if as_json:
        print_json(content)
        return
    _print(verdicts)
    if folder:
        screen().print(f"Saved in {folder / REPORT}", soft_wrap=True)


def _print(verdicts: "Sequence[Verdict]") -> None:
    from sp_abm.validation import score_words
    from sp_abm.validation.verdicts import NEAR_WORDS

    table = plain_table("Row", "Statistic", "Evidence", "Model (95%)", "Verdict", is_of_names=True)
    for verdict in verdicts:
        target, model = verdict.target, verdict.model
        statistic = f"{target.statistic}\n  {target.unit}; {target.run}, {target.window}"
        interval = f"{model.mean:.3g}\n({model.low:.3g} to {model.high:.3g})"
        table.add_row(target.id, statistic, f"{target.low:g} to {target.high:g}", interval, verdict.verdict)
    console = screen()
    console.print(table)
    for sentence in score_words(verdicts):
        wrapped(console, sentence)
    for verdict in verdicts:
        if verdict.verdict != "meets":
            wrapped(console, f"{verdict.target.id} {verdict.verdict}: {verdict.why}.", 2)
    wrapped(console, f"Meets: the mean over seeds lies inside the evidence's interval; {NEAR_WORDS}. What was tried "
            "about the misses: docs/model/validation.md.")  # fmt: skip
