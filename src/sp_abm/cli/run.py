"""`sp-abm run`: one scenario in one place, its measures as a table, as JSON, in a folder."""

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from sp_abm.caveats import OUTREACH_NOTE, goes_out
from sp_abm.cli.options import (
    RUN,
    AsJson,
    Changes,
    Cut,
    NoAcceptanceRange,
    Out,
    PlaceName,
    ScenarioName,
    Years,
    checked_folder,
    examples,
    parsed_changes,
    whole,
)
from sp_abm.cli.progress import Meter, announce_compiling
from sp_abm.cli.tables import DISCLAIMER, coverage, measures_table, print_json, screen, span, wrapped
from sp_abm.errors import BadValue
from sp_abm.strict_json import finite
from sp_abm.viz.amounts import plain

if TYPE_CHECKING:
    from sp_abm.places import Place
    from sp_abm.results import Results
    from sp_abm.scenario import Scenario
    from sp_abm.viz.acceptance import Ends

Seed = Annotated[int, whole("Which luck: the same seed gives the same run.")]
SwitchOff = Annotated[list[str] | None, typer.Option(metavar="SUBMODEL", help="Leave a submodel out of every week.")]
NoWarmUp = Annotated[
    bool,
    typer.Option(
        "--no-warm-up", metavar="", help="Skip the four years in which the start settles (quick, but cruder)."
    ),
]
PanelSize = Annotated[
    int | None, typer.Option(metavar="N", help="Follow N persons of 16 and over; saved as panel.parquet in --out.")
]
PanelEvery = Annotated[int, typer.Option(metavar="WEEKS", help="Read the panel every so many weeks.")]
Events = Annotated[
    bool,
    typer.Option("--events", metavar="", help="Log every change of state, as Parquet, XES and OCEL (needs --out)."),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog=examples(
            "run today",
            "run supported-workforce --years 10 --out results",
            "run today --set support_level=0.9 --set self_referral=off",
            "run outreach-with-support --set outreach_target=isolated",
            "run supported-workforce --cut 'burnout->intention'",
            "run my-scenario.toml --place my-town.toml --json",
            "run today --panel 2000 --panel-every 4 --out results",
            "run today --events --out results",
        )
    )(run)


def run(
    scenario: ScenarioName,
    place: PlaceName = "sandbox",
    seed: Seed = 1,
    years: Years = 5,
    changes: Changes = None,
    switch_off: SwitchOff = None,
    cut: Cut = None,
    no_warm_up: NoWarmUp = False,
    panel: PanelSize = None,
    panel_every: PanelEvery = 1,
    events: Events = False,
    no_acceptance_range: NoAcceptanceRange = False,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Run one scenario once and show what came of it."""
    from sp_abm.places import place as find_place
    from sp_abm.scenario import load
    from sp_abm.viz.acceptance import words_of_run

    if events and out is None:
        raise BadValue("--events writes the log into the folder of results: name one with --out.")
    given = parsed_changes(changes)
    arm, where = load(scenario).with_changes(given, "--set").with_cut(cut or (), "--cut"), find_place(place)
    folder = checked_folder(out, RUN)
    options = {"switch_off": tuple(switch_off or ()), "warm_up": not no_warm_up}
    watched = _panel(panel, panel_every, folder) | {"events": events}
    results = _simulated(arm, where, seed, years, options | watched)
    ends = {} if no_acceptance_range else _ends(arm, where, seed, years, options)
    if as_json:
        print_json(as_dict(results) | ({"acceptance": ends} if ends else {}))
    else:
        console = screen()
        _show(console, results, arm, where, given, words_of_run(ends))
        again = _again(scenario, place, seed, years, changes, switch_off, cut, no_warm_up)
        console.print(f"The same again: {again}", soft_wrap=True)
    if folder:
        replaced = " (in place of the earlier results there)" if folder.exists() and any(folder.iterdir()) else ""
        _save(results, folder, ends)
        screen(stderr=as_json).print(f"Results and figures are in {folder}{replaced}", soft_wrap=True)


def _simulated(arm: "Scenario", where: "Place", seed: int, years: float, options: dict[str, Any]) -> "Results":
    from sp_abm.randomness import checked_seed
    from sp_abm.run import simulate
    from sp_abm.schedule import week_without
    from sp_abm.simulation import checked_years

    checked_years(years)
    checked_seed(seed)
    week_without(options["switch_off"])
    announce_compiling()
    with Meter() as meter:
        return simulate(arm, where, seed, years, progress=meter.weeks, **options)


def _ends(arm: "Scenario", where: "Place", seed: int, years: float, options: dict[str, Any]) -> "Ends":
    """Return the range that acceptance leaves to key measures; where nobody goes out to people, nothing is run."""
    from sp_abm.viz.acceptance import ends_of_run

    if not goes_out(arm.levers):
        return {}
    with Meter() as meter:
        return ends_of_run(arm, where, seed, years, progress=meter.weeks, **options)


def _panel(panel: int | None, every: int, folder: Path | None) -> dict[str, Any]:
    """Return the options of a panel that has somewhere to go."""
    from sp_abm.panel import checked_panel

    checked_panel(panel, every)
    if panel is None and every != 1:
        raise BadValue(f"--panel-every {every} says how often a panel is read: name one with --panel N.")
    if panel is not None and folder is None:
        raise BadValue(f"--panel {panel} needs --out DIR: the panel is saved there as panel.parquet.")
    return {"panel": panel, "panel_every": every}


def as_dict(results: "Results") -> dict[str, Any]:
    """Return a run for machines: scenario, place, seed, years, measures and provenance."""
    from sp_abm.measures import MEASURES
    from sp_abm.viz.words import has_outreach

    summary, provenance = results.summary, results.provenance
    notes = {"note": OUTREACH_NOTE} if has_outreach(results) else {}
    return {
        **notes,
        **{key: provenance[key] for key in ("scenario", "place", "seed", "years")},
        "measures": {name: {"value": float(summary[name]), "unit": measure.unit} for name, measure in MEASURES.items()},
        "provenance": provenance,
    }


def place_line(where: "Place") -> str:
    """Return a place in words, with what to beware of and what it does not know of itself."""
    note = f"; {where.note}" if where.note else "" if where.is_real else "; not a real place"
    filled = f". Filled from England: {', '.join(where.filled)}" if where.filled else ""
    return f"Place: {where.name}, {where.residents:,} residents{note}{filled}"


def _show(
    console: Console, results: "Results", arm: "Scenario", where: "Place", given: dict[str, Any], acceptance: str
) -> None:
    from sp_abm.viz.words import has_outreach

    provenance = results.provenance
    title = f"{arm.name} in {where.name}, {span(results.n_weeks)}, seed {provenance['seed']}"
    console.print(title, style="bold", soft_wrap=True)
    lines = [arm.why, place_line(where)]
    lines += [f"Changed: {', '.join(f'{name} = {plain(value)}' for name, value in given.items())}"] if given else []
    lines += [f"Cut: {', '.join(f'{link} ({how})' for link, how in arm.cut.items())}"] if arm.cut else []
    lines += [f"Left out: {', '.join(provenance['switch_off'])}"] if provenance["switch_off"] else []
    lines += [OUTREACH_NOTE] if has_outreach(results) else []
    for line in filter(None, lines):
        wrapped(console, line)
    console.print(measures_table(results.summary.to_dict()))
    for line in filter(None, [coverage(results.n_weeks), acceptance]):
        wrapped(console, line)
    wrapped(
        console,
        f"{DISCLAIMER} One run is one throw of luck: it says nothing about what a plan changes. "
        "For that, use sp-abm compare.",
    )
    versions = provenance["versions"]
    console.print(
        f"Scenario hash {provenance['scenario_hash']}, model {versions['model']}, sp_abm {versions['sp_abm']}."
    )


def _again(
    scenario: str,
    place: str,
    seed: int,
    years: float,
    changes: list[str] | None,
    switch_off: list[str] | None,
    cut: list[str] | None,
    no_warm_up: bool,
) -> str:
    words = ["sp-abm", "run", scenario, "--place", place, "--seed", str(seed), "--years", f"{years:g}"]
    for change in changes or ():
        words += ["--set", change]
    for submodel in switch_off or ():
        words += ["--switch-off", submodel]
    for link in cut or ():
        words += ["--cut", link]
    return shlex.join([*words, "--no-warm-up"] if no_warm_up else words)


def _save(results: "Results", folder: Path, ends: "Ends") -> None:
    """Save results, also as XES and OCEL where there are events, with pictures and the range that acceptance leaves."""
    from sp_abm.event_export import to_ocel, to_xes
    from sp_abm.viz import figures

    about = results.provenance | ({"acceptance": finite(ends)} if ends else {})
    replace(results, provenance=about).save(folder)
    if results.events is not None:
        to_xes(results, folder / "events.xes")
        to_ocel(results, folder / "events.ocel.json")
    figures.write(results, folder / "figures")
