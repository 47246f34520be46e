"""Words around a picture: numbers as people read them, names of arms, and the lines at its foot."""

from math import isfinite
from typing import Final

from sp_abm.caveats import NOT_A_FORECAST, NOT_REAL, OUTREACH_NOTE, goes_out
from sp_abm.errors import BadValue, UnknownName
from sp_abm.places import Place, place
from sp_abm.results import Results
from sp_abm.scenario import Scenario
from sp_abm.viz.svg import shortened
from sp_abm.viz.theme import SUBTITLE_SIZE
from sp_abm.vocabulary import WEEKS_PER_YEAR

ONE_RUN: Final = "One run of each with the same luck: a small difference may be chance."
NO_VALUE: Final = "no value"
NAME_WIDTH: Final = 230.0
"""Most pixels that a scenario's or place's name may take; a longer one is shortened."""
_SMALL_SHARE: Final = 0.01
_SAME_RUN: Final = ("place", "residents", "seed", "weeks")


def arm_name(results: Results) -> str:
    """Return the scenario's name as shown in pictures: spaces for hyphens, shortened where it is long."""
    name = str(results.provenance["scenario"]).replace("-", " ").strip() or "unnamed"
    return shortened(name, NAME_WIDTH, SUBTITLE_SIZE)


def quoted(results: Results) -> str:
    """Return the scenario's name in quotation marks."""
    return f"‘{arm_name(results)}’"


def percent(share: float) -> str:
    """Return a share as a percentage: one decimal, two below one per cent."""
    if not isfinite(share):
        return NO_VALUE
    return f"{share:.{2 if 0 < share < _SMALL_SHARE else 1}%}"


def decimal(value: float, decimals: int) -> str:
    """Return a number with so many decimals and commas between thousands."""
    return f"{value:,.{decimals}f}" if isfinite(value) else NO_VALUE


def signed(difference: float, decimals: int) -> str:
    """Return a difference with its sign, a true minus, and ± where it rounds to nothing."""
    if not isfinite(difference):
        return NO_VALUE
    size = f"{abs(difference):,.{decimals}f}"
    if float(size.replace(",", "")) == 0:
        return f"±{size}"
    return f"{'+' if difference > 0 else '−'}{size}"


def in_points(difference: float) -> str:
    """Return a difference of shares in percentage points."""
    return signed(100 * difference, 1)


def last_weeks(results: Results) -> str:
    """Return the words for the weeks that a summary covers."""
    return f"last {min(results.n_weeks, WEEKS_PER_YEAR)} weeks"


def check_pair(results: Results, baseline: Results | None) -> None:
    """Raise `BadValue` if the baseline is of another place, seed or length: no fair comparison."""
    for key in _SAME_RUN if baseline is not None else ():
        ours, theirs = results.provenance.get(key), baseline.provenance.get(key) if baseline else None
        if ours != theirs:
            raise BadValue(f"baseline: {key} = {theirs!r} must be that of the run, {ours!r}.")


def place_note(results: Results) -> str:
    """Return what must be said of a place that is not real, or nothing."""
    if results.provenance.get("place_is_real", True):
        return ""
    note = str(results.provenance.get("place_note", "")) or _shipped_note(str(results.provenance["place"]))
    return as_sentence(note or NOT_REAL)


def caution(where: Place) -> str:
    """Return what must be said of a place that is not real, or nothing."""
    return "" if where.is_real else as_sentence(where.note or NOT_REAL)


def started(words: str) -> str:
    """Return words as they begin a sentence."""
    return f"{words[:1].upper()}{words[1:]}"


def as_sentence(words: str) -> str:
    """Return the words with a capital first letter and a full stop."""
    return f"{started(words.strip().rstrip('.'))}."


def _shipped_note(key: str) -> str:
    """Return the note of a shipped place; a user's own place may have none."""
    try:
        return place(key).note
    except UnknownName:
        return ""


def footer(results: Results, baseline: Results | None) -> list[str]:
    """Return the lines at the foot of every picture: what it is not, its origin, and the place's note."""
    about = results.provenance
    where = shortened(str(about.get("place_name") or about["place"]), NAME_WIDTH, SUBTITLE_SIZE)
    origin = f"{NOT_A_FORECAST} · {where} · seed {about['seed']} · scenario {about['scenario_hash']}"
    if baseline is not None:
        origin += f" against {baseline.provenance['scenario_hash']}"
    runs = [results] if baseline is None else [results, baseline]
    outreach = OUTREACH_NOTE if any(map(has_outreach, runs)) else ""
    return [origin, *filter(None, [place_note(results), outreach])]


def outreach_note(*scenarios: Scenario) -> str:
    """Return what must be said where some scenario goes out to people, or nothing."""
    return OUTREACH_NOTE if any(goes_out(scenario.levers) for scenario in scenarios) else ""


def has_outreach(results: Results) -> bool:
    """Return whether link workers ever go out to meet people in a run."""
    return goes_out(results.provenance.get("scenario_content", {}).get("levers", {}))
