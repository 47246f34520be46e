"""Words: what the study of the loops found, in plain sentences."""

from math import isfinite
from typing import Final

from sp_abm.comparison import Difference
from sp_abm.loop_laboratory import gain as gains
from sp_abm.loop_laboratory.laboratory import LoopStudy
from sp_abm.loop_laboratory.tipping import FOUND, NOWHERE, TippingPoint
from sp_abm.loops import LOOPS
from sp_abm.measures import MEASURES

_MOST_NAMED: Final = 3
_PER_HUNDRED: Final = 100
DAMPED, RUNAWAY, OPEN = "dies out", "grows", "unclear"


def percent(share: Difference) -> str:
    """Return a share in per cent with its interval, or a dash."""
    if not isfinite(share.mean):
        return "-"
    mean, low, high = (f"{_PER_HUNDRED * part:z.0f}" for part in (share.mean, share.low, share.high))
    return f"{mean}% ({low} to {high})" if isfinite(share.low) else f"{mean}%"


def name_of(name: str) -> str:
    """Return a link, or a loop with its words."""
    return f"{name} {LOOPS[name]}" if name in LOOPS else name


def gain_verdict(found: Difference) -> str:
    """Say whether a push dies out or grows: only where the interval leaves out 1."""
    if not isfinite(found.low):
        return OPEN
    return DAMPED if found.high < 1 else RUNAWAY if found.low > 1 else OPEN


def said(study: LoopStudy) -> list[str]:
    """Return the findings in sentences, one a part."""
    lines = [_carried(study, measure) for measure in study.changes]
    lines += [_turned(study)] if study.gains else []
    lines += [_tipped(study)] if study.tipping else []
    return lines


def _carried(study: LoopStudy, measure: str) -> str:
    change, label = study.changes[measure], MEASURES[measure].label
    size = f"{change.mean:+.4f} ({change.low:+.4f} to {change.high:+.4f})"
    by_name = {name: found[measure] for name, found in study.shares.items()}
    if not any(isfinite(found.mean) for found in by_name.values()):
        return f"{label}: {study.plan.name} changes it by {size}, no more than luck: there is nothing to share out."
    clear = {name: found for name, found in by_name.items() if found.is_clear}
    links = sorted((name for name in clear if "->" in name), key=lambda name: -abs(clear[name].mean))[:_MOST_NAMED]
    loops = sorted((name for name in clear if name in LOOPS), key=lambda name: -abs(clear[name].mean))[:_MOST_NAMED]
    words = [f"{name_of(name)} {percent(clear[name])}" for name in [*links, *loops]]
    carried = f"most by {'; '.join(words)}" if words else "by no single link or loop that stands out from luck"
    return f"{label}: {study.plan.name} changes it by {size}, carried {carried}."


def _turned(study: LoopStudy) -> str:
    verdicts = {gain_verdict(found) for found in study.gains.values()}
    largest = max(study.gains, key=lambda review: study.gains[review].mean)
    found = study.gains[largest]
    start = (
        f"The vicious circle: of a push of {gains.PUSH_SD:g} standard deviations on burnout, what comes back within "
        f"{gains.YEARS} years is at most {percent(found)} ({', '.join(largest)})"
    )
    if verdicts == {DAMPED}:
        return f"{start}: under every rule and signal it dies out."
    if verdicts == {RUNAWAY}:
        return f"{start}: under every rule and signal it grows."
    return f"{start}; whether it dies out depends on the rule and the signal, or is unclear from so few replications."


def _tipped(study: LoopStudy) -> str:
    verdicts = {found.verdict for found in study.tipping.values()}
    if verdicts == {NOWHERE}:
        return "Tipping point of support: no tipping point. Under every rule and signal posts fall at every level."
    if len(verdicts) == 1 and FOUND not in verdicts:
        return f"Tipping point of support: under every rule and signal {next(iter(verdicts))}."
    return f"Tipping point of support: it depends on the rule. {'; '.join(map(_review, study.tipping.items()))}."


def _review(item: tuple[tuple[str, str], TippingPoint]) -> str:
    (rule, signal), found = item
    return f"{rule}, {signal}: {point(found)}"


def point(found: TippingPoint) -> str:
    """Return a tipping point with its interval, or why there is none."""
    if found.verdict != FOUND:
        return found.verdict
    high = f"{found.high:.2f}" if isfinite(found.high) else "above 1"
    return f"{found.level:.2f} ({found.low:.2f} to {high})"
