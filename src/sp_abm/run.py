"""Run: one call from a scenario's name to its results."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from sp_abm.errors import BadValue
from sp_abm.initialisation import Progress, quiet
from sp_abm.loops import Cuts
from sp_abm.panel import checked_panel
from sp_abm.places import Place
from sp_abm.places import place as find_place
from sp_abm.randomness import checked_seed
from sp_abm.results import Results
from sp_abm.scenario import Scenario, load
from sp_abm.simulation import Rules, Simulation, checked_years

THREADED_FROM: Final = 100_000
"""Residents from which a single run uses more than one thread (the bits are the same)."""


def threads_for(residents: int) -> int:
    """Return how many threads one run should use; the variable SP_ABM_THREADS overrides it."""
    given = os.environ.get("SP_ABM_THREADS", "")
    if given.isdigit() and int(given) > 0:
        return int(given)
    return min(4, os.cpu_count() or 1) if residents >= THREADED_FROM else 1


def _check_threads(threads: object) -> None:
    """Raise `BadValue` unless a number of threads is a whole number from 1 up, or left to `threads_for`."""
    if threads is not None and (not isinstance(threads, int) or threads < 1):
        raise BadValue(f"threads = {threads!r} must be a whole number, 1 or more.")


def simulate(
    scenario: str | Path | Scenario = "today",
    place: str | Path | Place = "sandbox",
    seed: int = 1,
    years: float = 5,
    *,
    parameters: Mapping[str, float] | None = None,
    switch_off: Iterable[str] = (),
    rules: Rules | None = None,
    cut: Iterable[str] | Cuts = (),
    warm_up: bool = True,
    events: bool = False,
    threads: int | None = None,
    panel: int | None = None,
    panel_every: int = 1,
    progress: Progress = quiet,
    **levers: Any,
) -> Results:
    """Simulate a scenario in a place and return its results.

    `scenario` and `place` are shipped names or TOML files; `seed` is a whole number from 0 to 4,294,967,295; `years`
    go from a week (0.02) to 50 and are simulated in weeks, 52 a year; `parameters` maps full names such as
    ``staffing.share_support_delivered`` to values; `switch_off` names submodels to leave out; `rules` maps names of
    submodels to functions of (world, week) that take their place from week 0 on; `cut` names links to freeze
    (``burnout->intention``) or scale (``burnout->intention=0.5``), see `loops`; `events` keeps a log of every change
    of state; `panel` is how many persons of 16 and over to follow, read every `panel_every` weeks; `warm_up` False
    leaves out the 208 weeks before week 0; `threads` is how many compute (the bits are the same); `progress` is called
    with what is done, how many weeks of it, and of how many; further keywords are levers, constant or a list of dated
    steps. Raises `UnknownName`, `BadValue` or `BadFile`, each naming the
    place, the value and what was allowed.
    """
    weeks = checked_years(years)
    checked_panel(panel, panel_every)
    _check_threads(threads)
    where = find_place(place)
    simulation = Simulation.start(
        load(scenario).with_cut(cut),
        where,
        checked_seed(seed),
        changes={**levers, **(parameters or {})},
        switch_off=switch_off,
        rules=rules,
        warm_up=warm_up,
        events=events,
        threads=threads or threads_for(where.residents),
        weeks=weeks,
        progress=progress,
    )
    simulation.follow(panel, panel_every)
    return simulation.run(weeks, progress).results()
