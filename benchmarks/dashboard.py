"""Times of the dashboard as a visitor meets them, each against its limit; `make acceptance` writes them down."""

import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.browser import ROOT, Server, Watched, browsing, serving, visiting

PAGE: Final = ROOT / "docs" / "acceptance.md"
FACTOR: Final = 3
"""By how much a shared machine of a CI may be slower than the limits."""
CHANGES: Final = 30
_MB: Final = 1024**2
_REST: Final = 1500
"""Milliseconds between two changes: a person looks at what came of the first, while its range is on its way."""


@dataclass(frozen=True)
class Limit:
    """One promise: what is measured, its unit, and the bound; `is_least` where more is better."""

    words: str
    unit: str
    bound: float
    is_least: bool = False

    def holds(self, value: float, factor: float = 1.0) -> bool:
        """Return whether a value keeps the promise, allowing a slower machine its factor."""
        return value >= self.bound if self.is_least else value <= self.bound * factor


LIMITS: Final[dict[str, Limit]] = {
    "start": Limit("start of the command to its address, with compiled rules at hand", "s", 10),
    "cold_page": Limit("first visit of Explore to its headline", "s", 6),
    "lever": Limit(f"lever to headline of one real paired run, 95th percentile of {CHANGES} changes", "ms", 400),
    "band": Limit("lever to the range of five pairs, median of 5 changes", "s", 2),
    "cancel": Limit("stop of a run in a real place", "s", 1),
    "player": Limit("frames drawn of those due, ten sessions playing at 10 weeks a second", "%", 95, is_least=True),
    "memory": Limit("memory of one more session, mean of 30", "MB", 3),
}


_TIMED: Final = """([lever, value, wanted]) => new Promise((done) => {
  const slider = document.querySelector(`#lever-${lever}`);
  const began = performance.now();
  let isBusy = false;
  const look = () => {
    if (document.querySelector('.finding').getAttribute('aria-busy') === 'true') isBusy = true;
    else if (isBusy && new RegExp(wanted).test(document.querySelector('.status p').innerText)) {
      watcher.disconnect();
      done(performance.now() - began);
    }
  };
  const watcher = new MutationObserver(look);
  watcher.observe(document.querySelector('main'),
    { subtree: true, childList: true, attributes: true, characterData: true });
  slider.value = value;
  slider.dispatchEvent(new Event('change', { bubbles: true }));
})"""


def lever_times(watched: Watched, changes: int = CHANGES) -> list[float]:
    """Return the milliseconds from letting go of a lever to the new headline, for changes never asked before."""
    found = []
    for change in range(changes):
        watched.page.wait_for_timeout(_REST)
        found.append(watched.page.evaluate(_TIMED, ["posts_per_10000", round(0.5 + 0.05 * (change % 30), 2), "."]))
    return found


def percentile_95(found: list[float]) -> float:
    """Return the value that at least 95 of 100 do not exceed."""
    return sorted(found)[int(0.95 * len(found))]


def band_times(watched: Watched, changes: int = 5) -> list[float]:
    """Return the seconds from letting go of a lever to a headline with the range of five pairs."""
    found = []
    for change in range(changes):
        watched.settled()
        wanted = "^(5|10) pairs"
        found.append(watched.page.evaluate(_TIMED, ["caseload_cap", 30 + 5 * change, wanted]) / 1000)
    return found


def cold_page(browser: Any, server: Server) -> float:
    """Return the seconds from nothing to the headline of Explore."""
    with visiting(browser, server) as watched:
        began = time.monotonic()
        watched.go("/explore")
        watched.headline()
        return time.monotonic() - began


def cancel_time(browser: Any, server: Server) -> float:
    """Return the seconds in which a run of ten years in a real place stops."""
    with visiting(browser, server) as watched:
        watched.go("/explore?scenario=horizon-2&place=average-pcn&years=10&seed=91")
        watched.page.wait_for_selector(".status progress", timeout=60_000)
        watched.page.wait_for_timeout(1_000)
        began = time.monotonic()
        watched.page.click("text=Stop")
        words = "() => document.querySelector('.status').innerText.includes('Stopped')"
        watched.page.wait_for_function(words, timeout=60_000)
        return time.monotonic() - began


def sessions(browser: Any, server: Server, number: int) -> Iterator[Watched]:
    """Yield so many settled visits of Explore, all of them open until the end."""
    from contextlib import ExitStack

    with ExitStack() as opened:
        found = []
        for _ in range(number):
            watched = opened.enter_context(visiting(browser, server))
            watched.go("/explore")
            watched.headline()
            watched.settled()
            found.append(watched)
        yield from found


def player_share(browser: Any, server: Server, number: int = 10, seconds: float = 8) -> float:
    """Return the per cent of due weeks that are drawn while several sessions play at once, all from their first week.

    All are open before the first one plays: a film is over sooner than ten pages are opened.
    """
    playing: list[Watched] = []
    for watched in sessions(browser, server, number):
        playing.append(watched)
        if len(playing) == number:
            for each in playing:
                each.page.click(".player [data-play]")
            watched.page.wait_for_timeout(seconds * 1000)
            frames = [each.page.evaluate("window.spAbmFrames") for each in playing]
            return 100 * sum(each["drawn"] for each in frames) / max(1, sum(each["wanted"] for each in frames))
    raise RuntimeError("no session was opened")


def session_memory(browser: Any, server: Server, number: int = 30) -> float:
    """Return the megabytes by which one more session makes the server grow."""
    before = server.memory
    for place, _ in enumerate(sessions(browser, server, number), 1):
        if place == number:
            return (server.memory - before) / number / _MB
    raise RuntimeError("no session was opened")


def measured(say: Callable[[str], None] = print) -> dict[str, float]:
    """Return every number, measured one after the other on a server that has just begun."""
    say(f"The machine's load before anything is measured: {load()}.")
    with serving():
        pass  # the rules are compiled and the town is settled from here on
    found: dict[str, float] = {}
    with serving() as server, browsing() as browser:
        found["start"] = server.seconds
        found["cold_page"] = cold_page(browser, server)
        with visiting(browser, server) as watched:
            watched.go("/explore?scenario=today")
            watched.headline()
            found["lever"] = percentile_95(lever_times(watched))
            found["band"] = median(band_times(watched))
        found["cancel"] = cancel_time(browser, server)
        found["player"] = player_share(browser, server)
        found["memory"] = session_memory(browser, server)
    for name, value in found.items():
        limit = LIMITS[name]
        say(f"{'holds ' if limit.holds(value) else 'MISSES'} {name}: {value:.2f} {limit.unit} ({limit.words})")
    return found


def load() -> str:
    """Return the load averages of the machine, and what they are to be held against."""
    averages = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return f"load averages {averages} (1, 5, 15 minutes) on {os.cpu_count()} cores"


def page(found: dict[str, float], before: str) -> str:
    """Return the measurements as a page of the documents; `before` is the load when they began."""
    rows = [
        f"| {limit.words} | {'at least' if limit.is_least else 'at most'} {limit.bound:g} {limit.unit} "
        f"| {found[name]:.2f} {limit.unit} | {'holds' if limit.holds(found[name]) else 'misses'} |"
        for name, limit in LIMITS.items()
    ]
    return "\n".join(
        [
            "# Acceptance of the dashboard",
            "",
            "Written by `make acceptance`: a real server and a real browser on one machine, without a network.",
            f"{datetime.now(UTC):%d %B %Y}, Python {platform.python_version()}; {before} at the start, {load()} at the "
            "end. Above the number of cores, times are too long.",
            "",
            "| what | limit | measured | |",
            "|---|---|---|---|",
            *rows,
            "",
            f"A CI takes as many changes and sessions, and allows {FACTOR} times each limit of time",
            "(`tests/browser/test_acceptance.py`).",
            "",
        ]
    )


def main() -> None:
    """Measure, say and write; `--json` prints numbers alone."""
    before = load()
    is_for_machines = "--json" in sys.argv
    found = measured((lambda _: None) if is_for_machines else print)
    if is_for_machines:
        print(json.dumps(found))
    Path(PAGE).write_text(page(found, before), "utf-8")


if __name__ == "__main__":
    main()
