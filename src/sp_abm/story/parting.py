"""Parting: when two worlds first differ for one life or post, in what, and what led to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sp_abm.agents.citizens import Citizens
from sp_abm.agents.link_workers import LinkWorkers
from sp_abm.cases import Cases
from sp_abm.declare import columns_of
from sp_abm.story.watch import Change, Watch, first_difference, joined

_MEANINGS: Final = {
    **{name: spec.meaning for name, spec in columns_of(LinkWorkers).items()},
    **{name: spec.meaning for name, spec in columns_of(Citizens).items()},
    **{f"case.{name}": spec.meaning for name, spec in columns_of(Cases).items()},
}
_TEAM: Final = ("staffing", "allocation", "contact", "turnover", "closure")
_AROUND: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "funded": ("posts funded", ("staffing", "referral", "outreach", "allocation", "closure")),
    "in_post": ("link workers in post", (*_TEAM, "outreach")),
    "cap": ("caseload cap", ("allocation", "contact", "strain")),
    "support": ("support delivered", ("staffing", "strain", "turnover")),
    "waiting": ("people waiting", ("allocation", "contact")),
    "open": ("open cases", ("allocation", "contact", "closure")),
    "outreach": ("share of time for outreach", ("outreach", "contact", "strain")),
    "awareness": ("how present the service is to the GP", ("referral",)),
    "door": ("self-referral (1 is on)", ("referral",)),
}
_DIGITS: Final = (4, 9, 17)
"""Significant digits of fractions: a few, or where these are alike, more, and all there are."""
_FROM_OTHERS: Final = "it came from other people, whose lives had parted before"


@dataclass(frozen=True)
class Parting:
    """The week in which two worlds part, what is different then, and why."""

    week: int
    what: str
    why: str


def parting(one: Watch, other: Watch, names: tuple[str, str]) -> Parting | None:
    """Return where two watches of the same row part, or None if they never do."""
    if one.first != other.first:
        columns = {name: (one.first[name], other.first[name]) for name in one.first}
        return Parting(one.first_week, _differing(columns, names), "their parameters differ, so their pasts do")
    found = first_difference(one, other)
    if found is None:
        return None
    change = next(each for each in found if each)
    told = [watch.told_at(change.when) for watch in (one, other)]
    if told[0] != told[1]:
        what = "; ".join(
            f"in {name}: {words or 'nothing of the kind'}" for name, words in zip(names, told, strict=True)
        )
    else:
        what = _differing(_pairs(*found), names)
    return Parting(change.week, what, _why(change, one, other, names))


def _pairs(mine: Change | None, theirs: Change | None) -> dict[str, tuple[object, object]]:
    """Return each changed column with its value in both worlds after the moment of parting."""
    changes = (mine.columns if mine else {}, theirs.columns if theirs else {})
    before = {name: pair[0] for columns in changes for name, pair in columns.items()}
    after = [{name: columns[name][1] if name in columns else before[name] for name in before} for columns in changes]
    return {name: (after[0][name], after[1][name]) for name in before}


def _differing(columns: Mapping[str, tuple[object, object]], names: tuple[str, str]) -> str:
    """Say which column differs first, in the words of its declaration."""
    name, values = next((name, pair) for name, pair in columns.items() if pair[0] != pair[1])
    said = " and ".join(f"{value} in {world}" for value, world in zip(_told_apart(values), names, strict=True))
    return f"{_MEANINGS.get(name, name)}: {said}"


def _told_apart(values: tuple[object, object]) -> list[str]:
    """Return two values that differ in as few digits as show it."""
    shown = ([_short(value, digits) for value in values] for digits in _DIGITS)
    return next(pair for pair in shown if pair[0] != pair[1])


def _short(value: object, digits: int = 4) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.{digits}g}" if isinstance(value, float) else str(value)


def _why(change: Change, one: Watch, other: Watch, names: tuple[str, str]) -> str:
    """Return what around the row differed that week and may lead to such a change."""
    here, there = (watch.around[change.week - watch.first_week] for watch in (one, other))
    if bool(here["funded"]) != bool(there["funded"]):
        having, lacking = names if here["funded"] else names[::-1]
        return f"the service exists in {having} and not in {lacking}"
    found = [
        f"{words} {_short(here[key])} in {names[0]} and {_short(there[key])} in {names[1]}"
        for key, (words, submodels) in _AROUND.items()
        if change.submodel in submodels and here.get(key) != there.get(key)
    ]
    return joined(*found) or _FROM_OTHERS
