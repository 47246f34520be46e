"""`sp-abm replay`: England's roll-out of link workers, 2019 to 2024, beside the published figures."""

from math import isfinite
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sp_abm.cli.options import AsJson, Workers, check_runs, examples, whole
from sp_abm.cli.progress import Meter, announce_compiling
from sp_abm.cli.tables import DISCLAIMER, plain_table, print_json, screen, wrapped
from sp_abm.viz.amounts import decimals, number

if TYPE_CHECKING:
    from sp_abm.replay import Replayed

_HOW: Final = (
    "A sample of average networks, each with its own luck, scaled to England's residents; intervals (95%) are over "
    "networks. A figure published without an interval is met within a tenth and near within a fifth. Posts are what "
    "the scenario asks for, so their rows check the input; referrals and refusals come out of the model. Published "
    "referrals are of people on practice lists, of whom England has about a tenth more than residents."
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=examples("replay", "replay --networks 60", "replay --json"))(replay)


def replay(
    networks: Annotated[int, whole("How many networks (PCNs) to replay, at least 2.")] = 30,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Replay the national roll-out on a sample of networks and set it beside what was published."""
    from sp_abm.replay import replay as run_all

    check_runs(networks, workers, "--networks", 2)
    announce_compiling()
    with Meter() as meter:
        found = run_all(networks, workers=workers, done=lambda done, total: meter.runs(done, total, 0))
    if as_json:
        print_json([row.as_dict() for row in found])
        return
    _show(found, networks)


def _show(found: "list[Replayed]", networks: int) -> None:
    console = screen()
    console.print(f"National roll-out, July 2019 to July 2024, {networks} average networks", style="bold")
    table = plain_table("Evidence", "What", "When", "Published", "Model", "95% interval", "Verdict", right=(3, 4))
    for one in found:
        row, model = one.row, one.model
        places = decimals(one.published[0], 3)
        interval = f"{number(model.low, places)} to {number(model.high, places)}"
        verdict = f"{one.verdict} (input)" if row.is_input else one.verdict
        table.add_row(
            row.id,
            f"{row.what}, {row.unit}",
            row.when,
            _figure(*one.published, places),
            number(model.mean, places),
            interval,
            verdict,
        )
    console.print(table)
    wrapped(console, missed(found))
    wrapped(console, f"{_HOW} {DISCLAIMER}")


def _figure(low: float, high: float, places: int) -> str:
    """Return a published figure, or its interval."""
    if low == high:
        return number(low, places)
    return f"{number(low, places)} to {number(high, places)}" if isfinite(high) else f"over {number(low, places)}"


def missed(found: "list[Replayed]") -> str:
    """Return in a sentence what does not match."""
    wrong = [
        f"{one.row.what} {one.row.when} ({one.row.id}: model {one.model.mean / one.published[0]:.2f} times the figure)"
        if one.published[0] == one.published[1]
        else f"{one.row.what} {one.row.when} ({one.row.id})"
        for one in found
        if one.verdict != "meets"
    ]
    return f"What does not match: {'; '.join(wrong)}." if wrong else "Every figure is matched."
