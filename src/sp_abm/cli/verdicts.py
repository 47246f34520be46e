"""A comparison in words: differences with their doubt, who moved, and what is clear."""

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from sp_abm.cli.tables import add_heading, by_subject, indented, plain_table
from sp_abm.measures import MEASURES
from sp_abm.viz.amounts import IDENTICAL, MISSING, amount, interval, number, scaled, verdict
from sp_abm.vocabulary import Stage

if TYPE_CHECKING:
    from sp_abm.comparison import Comparison, Difference

MOST_NAMED: Final = 6
MOST_MOVES: Final = 6
HEADLINES: Final = ("share_thriving", "share_distress", "share_lonely", "burnout_mean", "leaving_rate_per_year",
                    "gp_consultations_per_person_per_year", "cost_total_gbp")  # fmt: skip
_STAGES: Final = {
    stage: f"in {stage.label}" if stage in (Stage.PRE_CRISIS, Stage.CRISIS) else stage.label for stage in Stage
}


def differences_table(comparison: "Comparison", arm: int) -> Table:
    """Return every measure's level in the first arm, its difference, its interval and the verdict on noise."""
    from sp_abm.viz.findings import level_of

    table = plain_table("Measure", comparison.arms[0], "Difference", "95% interval", "Verdict", right=(1, 2, 3))
    for subject, measures in by_subject():
        add_heading(table, subject)
        for measure in measures:
            difference = comparison.difference(arm, measure.name)
            level, unit = amount(level_of(comparison, measure.name, 0), measure.unit)
            mean, range_ = interval(difference, scaled(measure.unit)[0])
            word = verdict(difference)
            style = "bold" if word == "clear" else "dim" if word in (IDENTICAL, MISSING) else ""
            table.add_row(indented(f"{measure.label}, {unit}"), level, mean, range_, word, style=style)
    return table


def who_moved(comparison: "Comparison", arm: int) -> list[str]:
    """Return in words how many of the same people are elsewhere because of an arm, and how many the other way round."""
    from sp_abm.comparison import paired_difference

    moves = comparison.moves[:, arm]
    found = []
    for otherwise in Stage:
        for now in Stage:
            there, back = moves[:, otherwise, now], moves[:, now, otherwise]
            if there.mean() > back.mean() or (there.any() and there.mean() == back.mean() and otherwise > now):
                net = paired_difference(there - back)
                words = f"{_people(there)} people are {_STAGES[now]} who would have been {_STAGES[otherwise]}"
                found.append((net, f"{words}, {_people(back)} the other way round; on balance {_net(net)}"))
    found.sort(key=lambda pair: (pair[0].verdict != "clear", -abs(pair[0].mean)))
    adults = round(float(moves.sum(axis=(1, 2)).mean()))
    head = f"Who moved: the same people in both worlds (about {adults:,} people of 16 and over) in the last week"
    if not found:
        return [f"{head}: nobody is at another stage."]
    rest = len(found) - MOST_MOVES
    tail = [f"  and {rest} smaller exchange{'s' if rest > 1 else ''}."] if rest > 0 else []
    return [head, *(f"  {words}" for _, words in found[:MOST_MOVES]), *tail]


def _people(moved: NDArray[np.float64]) -> str:
    """Return a mean number of people with its interval, which cannot reach below nobody."""
    from sp_abm.comparison import paired_difference

    found = paired_difference(moved)
    places = 0 if found.mean >= 10 or found.mean == 0 else 1
    low, high = number(max(0.0, found.low), places), number(found.high, places)
    return number(found.mean, places) + ("" if np.isnan(found.low) else f" ({low} to {high})")


def _net(net: "Difference") -> str:
    mean, range_ = interval(net)
    doubt = "" if range_ == MISSING else f" ({range_.replace('+', '')})"
    return f"{mean.removeprefix('+')}{doubt}: {verdict(net)}."


def conclusion(comparison: "Comparison", arm: int) -> list[str]:
    """Return sentences that say what is clear and what is not."""
    from sp_abm.comparison import ENOUGH_PAIRS

    seeds = len(comparison.seeds)
    if seeds < ENOUGH_PAIRS:
        return [f"Too few runs to call anything clear: {seeds} of at least {ENOUGH_PAIRS} (--seeds {ENOUGH_PAIRS})."]
    found = {name: comparison.difference(arm, name) for name in MEASURES}
    ranked = dict.fromkeys((*HEADLINES, *_strongest_first(found)))
    clear = [name for name in ranked if verdict(found[name]) == "clear"]
    open_ = [name for name in HEADLINES if verdict(found[name]) == "unclear"]
    lines = ["No difference is clear."]
    if clear:
        among = ", among them" if len(clear) > MOST_NAMED else ""
        changes = [f"  {_changed(name, found[name])}" for name in clear[:MOST_NAMED]]
        lines = [f"Clear in {len(clear)} of {len(found)} measures{among}:", *changes]
    if open_:
        labels = "; ".join(_lower(MEASURES[name].label) for name in open_)
        lines.append(f"Not clear: {labels}. More runs may tell (--seeds {3 * seeds}).")
    return lines


def _strongest_first(found: "dict[str, Difference]") -> list[str]:
    """Return measures by how many half intervals their difference is away from nothing."""

    def strength(name: str) -> float:
        half = (found[name].high - found[name].low) / 2
        return abs(found[name].mean) / half if half > 0 else 0.0

    return sorted(found, key=strength, reverse=True)


def _changed(name: str, difference: "Difference") -> str:
    """Return one clear difference as a sentence: by how much a measure is higher or lower, or a paired one's value."""
    factor, unit = scaled(MEASURES[name].unit)
    mean, range_ = interval(difference, factor)
    if MEASURES[name].is_paired:
        return f"{_lower(MEASURES[name].label)}: {mean} ({range_}) {unit}"
    low, high = range_.split(" to ")
    ends = (low, high) if difference.mean > 0 else (high, low)
    sizes = [end.lstrip("+-") for end in (mean, *ends)]
    side = "higher" if difference.mean > 0 else "lower"
    scale = f"on a scale of {unit}" if unit.startswith("0 to ") else unit
    return f"{_lower(MEASURES[name].label)}: {side} by {sizes[0]} ({sizes[1]} to {sizes[2]}) {scale}"


def _lower(label: str) -> str:
    """Return a label as it stands within a sentence; abbreviations such as GP keep their capitals."""
    return label if label[1:2].isupper() else f"{label[:1].lower()}{label[1:]}"
