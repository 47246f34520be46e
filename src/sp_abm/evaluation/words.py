"""Words: why five ways to measure one service differ, said from the numbers."""

from math import isfinite

from sp_abm.evaluation.laboratory import Evaluation
from sp_abm.evaluation.records import IS_GOOD, OUTCOMES
from sp_abm.vocabulary import WEEKS_PER_YEAR

NAMES = {
    "gp_consultations": "GP and nurse consultations",
    "distress": "distress",
    "life_satisfaction": "life satisfaction",
    "loneliness": "loneliness",
    "swemwbs": "SWEMWBS",
}
_UNITS = {
    "gp_consultations": "consultations a year",
    "loneliness": "in 100 people",
}
_PER_HUNDRED = 100


def change(outcome: str, value: float) -> str:
    """Return a change with its sign and unit."""
    return amount(outcome, value, is_signed=True)


def amount(outcome: str, value: float, *, is_signed: bool = False) -> str:
    """Return a number with its unit as a person reads it."""
    size = value * (_PER_HUNDRED if outcome == "loneliness" else 1)
    number = f"{size:{'+' if is_signed else ''}.{1 if outcome == 'loneliness' else 2}f}".replace("-", "−")
    return f"{number} {_UNITS.get(outcome, 'points')}"


def span_words(weeks: int) -> str:
    """Return half a year or a year in words."""
    return "half a year" if weeks < WEEKS_PER_YEAR else "a year"


def why(found: Evaluation, weeks: int, outcome: str = "distress") -> list[str]:
    """Return sentences on why the five methods differ in an outcome, and where matching fails in the others."""
    return [
        _recovery(found, weeks, outcome),
        _completers(found, weeks, outcome),
        _trend(found, weeks, outcome),
        _matching(found, weeks),
        _truth(found, weeks, outcome),
    ]


def _recovery(found: Evaluation, weeks: int, outcome: str) -> str:
    naive, bias = found.estimate(outcome, "before_after", weeks), found.bias(outcome, "before_after", weeks)
    before, others = found.state(outcome, "referred_before", weeks), found.state(outcome, "others_before", weeks)
    start = (
        f"Before and after: {NAMES[outcome]} of the people referred changes by "
        f"{change(outcome, naive.mean)} in {span_words(weeks)}"
    )
    if not bias.is_clear:
        return f"{start}; how much of it would have come anyway cannot be told from so few runs."
    is_worse = (before < others) == IS_GOOD[outcome]
    return f"{start}; {change(outcome, bias.mean)} of that would come without the service too" + (
        f": people are referred at their worst ({amount(outcome, before)} at referral, {amount(outcome, others)} among "
        "everybody else), and bad spells pass."
        if is_worse
        else "."
    )


def _completers(found: Evaluation, weeks: int, outcome: str) -> str:
    shown, true = found.estimate(outcome, "completers", weeks).mean, found.state(outcome, "completers_truth", weeks)
    naive = found.bias(outcome, "before_after", weeks).mean
    referred, complete = found.sizes[:, 0].sum(), found.sizes[:, 1].sum()
    anyway = shown - true
    words = (
        f"Completers only: {_PER_HUNDRED * complete / referred:.0f} of 100 people referred have three contacts and an "
        f"activity. They change by {change(outcome, shown)}, of which the service did "
        f"{change(outcome, true) if true else 'nothing'}"
    )
    if abs(anyway) > abs(naive):
        return f"{words}; the rest would have come anyway, more than for all who were referred: who stays is selected."
    return f"{words}."


def _trend(found: Evaluation, weeks: int, outcome: str) -> str:
    drift = found.state(outcome, "others_after", weeks) - found.state(outcome, "others_before", weeks)
    return (
        "Difference in differences takes off what happened to people not referred, "
        f"{change(outcome, drift)}: "
        "they were not at their worst when the count began, so it removes what happens to everybody, not the recovery."
    )


def _matching(found: Evaluation, weeks: int) -> str:
    biases = {outcome: found.bias(outcome, "matched", weeks) for outcome in OUTCOMES}
    missed = {outcome: bias for outcome, bias in biases.items() if bias.is_clear}
    near = [NAMES[outcome] for outcome in OUTCOMES if outcome not in missed]
    words = "Matched controls"
    if near:
        words += f" cannot be told from the truth in {_listed(near)}"
    if missed:
        wrong = _listed([f"{NAMES[name]} by {change(name, bias.mean)}" for name, bias in missed.items()])
        words += (
            f"{' but' if near else ''} miss it in {wrong}, for what records do not show: illness, how readily a person "
        )
        words += "consults, how long a spell has lasted"
    return f"{words}."


def _truth(found: Evaluation, weeks: int, outcome: str) -> str:
    true = found.estimate(outcome, "truth", weeks)
    if not found.has_effect:
        return f"The truth is {amount(outcome, true.mean)}: the service reaches nobody's health here, in either world."
    interval = (
        f" (95% interval up to {amount(outcome, abs(true.high - true.mean))} either way)" if isfinite(true.low) else ""
    )
    return (
        f"The truth, {change(outcome, true.mean)}{interval}, is the same people with the same luck in "
        "the world without the service."
    )


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
