"""The study of the loops: shares of links and loops, the gain of the vicious circle, the tipping point of support."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from sp_abm.comparison import Difference, checked_seeds, in_turn, paired_difference
from sp_abm.errors import BadValue, unknown
from sp_abm.kept import Found, gathered
from sp_abm.loop_laboratory.gain import gain
from sp_abm.loop_laboratory.pieces import PARTS, Piece, made
from sp_abm.loop_laboratory.shares import ALL, WHOLE, batches, cuts, share
from sp_abm.loop_laboratory.tipping import LEVELS, NO_REVIEW, RULES, TippingPoint, tipping_point, with_review
from sp_abm.measures import MEASURES
from sp_abm.places import Place
from sp_abm.places import place as find_place
from sp_abm.pool import Done
from sp_abm.scenario import Scenario, load
from sp_abm.simulation import checked_years

SHOWN: Final = ("burnout_mean", "expected_leaving_rate_per_year", "share_distress")
"""Measures whose change is shared out unless others are asked for: burnout, leaving, stages."""
Review = tuple[str, str]
"""A rule and a signal of the yearly review."""


@dataclass(frozen=True)
class LoopStudy:
    """What the laboratory found; a part that was not asked for is empty.

    `changes` by measure; `shares` by link, loop or `ALL`, then by measure; `gains` and `tipping` by (rule, signal).
    `n_sets` is how many plausible sets of parameters the seeds took in turn, 0 where they had the defaults.
    """

    baseline: Scenario
    plan: Scenario
    place: Place
    years: float
    seeds: tuple[int, ...]
    changes: dict[str, Difference]
    shares: dict[str, dict[str, Difference]]
    gains: dict[Review, Difference]
    tipping: dict[Review, TippingPoint]
    n_sets: int = 0

    def strengths(self, measure: str = SHOWN[0]) -> dict[str, tuple[float, float, float]]:
        """Return {link: (mean, low, high)}, the shares that a picture of the links shows; missing where none."""
        return {
            name: (found[measure].mean, found[measure].low, found[measure].high)
            for name, found in self.shares.items()
            if "->" in name
        }

    def as_dict(self) -> dict[str, Any]:
        """Return the study for machines."""
        return {
            "plan": self.plan.name,
            "baseline": self.baseline.name,
            "place": self.place.key,
            "years": self.years,
            "seeds": list(self.seeds),
            "plausible_sets": self.n_sets,
            "changes": {measure: vars(found) for measure, found in self.changes.items()},
            "links": self._of(lambda name: "->" in name),
            "loops": self._of(lambda name: "->" not in name),
            "gain": {f"{rule}, {signal}": vars(found) for (rule, signal), found in self.gains.items()},
            "tipping": {f"{rule}, {signal}": _point(found) for (rule, signal), found in self.tipping.items()},
        }

    def _of(self, is_wanted: Callable[[str], bool]) -> dict[str, Any]:
        return {
            name: {measure: vars(found) for measure, found in by_measure.items()}
            for name, by_measure in self.shares.items()
            if is_wanted(name)
        }


def _point(found: TippingPoint) -> dict[str, Any]:
    drifts = [{"level": level, **vars(drift)} for level, drift in zip(LEVELS, found.drifts, strict=True)]
    return {**{part: getattr(found, part) for part in ("level", "low", "high", "verdict")}, "drifts": drifts}


def study(
    plan: str | Path | Scenario = "supported-workforce",
    baseline: str | Path | Scenario = "today",
    place: str | Path | Place = "sandbox",
    seeds: int | Sequence[int] = 4,
    years: float = 3,
    *,
    parts: Sequence[str] = PARTS,
    measures: Sequence[str] = SHOWN,
    changes: Mapping[str, Any] | None = None,
    sets: Sequence[Mapping[str, float]] = (),
    workers: int | None = None,
    done: Done | None = None,
) -> LoopStudy:
    """Study the loops: `years` is how long the plan runs against the baseline; gain takes three years, tipping ten.

    `changes` are levers and parameters changed in both; `sets` are plausible sets of parameters, taken in turn by the
    replications. What was finished before, by whomever, is taken from the cache. Raises `UnknownName` or `BadValue`.
    """
    arms = (load(baseline).with_changes(changes or {}, "given"), load(plan).with_changes(changes or {}, "given"))
    if arms[0].content() == arms[1].content():
        raise BadValue(f"The plan {arms[1].name!r} is the baseline {arms[0].name!r}: there is no change to share out.")
    for kind, names, known in (("part of the study", parts, PARTS), ("measure", measures, MEASURES)):
        for name in names:
            if name not in known:
                raise unknown(kind, name, known)
    where, numbers, weeks = find_place(place), checked_seeds(seeds), checked_years(years)
    before, after = (in_turn(arm, sets, numbers) for arm in arms)
    pieces = [
        piece
        for part in parts
        for seed in numbers
        for piece in _pieces(part, before[seed], after[seed], where, seed, weeks, tuple(measures))
    ]
    files = {piece: piece.file for piece in pieces}
    found = gathered(made, files, workers, done, size=lambda piece: piece.years)
    (changes_of, shares_of), n_sets = _shared(found, measures), min(len(sets), len(numbers))
    return LoopStudy(*arms, where, years, numbers, changes_of, shares_of, _gains(found), _tips(found), n_sets)


def _pieces(
    part: str,
    baseline: Scenario,
    plan: Scenario,
    place: Place,
    seed: int,
    weeks: int,
    measures: tuple[str, ...],
) -> list[Piece]:
    """Return the pieces of a part and seed; gain and tipping ask about the baseline under each rule and signal."""
    if part == "shares":
        return [Piece(part, baseline, plan, place, seed, weeks, measures, names) for names in batches()]
    levels: tuple[tuple[float, ...], ...] = tuple((level,) for level in LEVELS) if part == "tipping" else ((),)
    return [
        Piece(part, arm, arm, place, seed, 0, (), (*level, *review))
        for review in ((NO_REVIEW, *RULES) if part == "gain" else RULES)
        for arm in [baseline if review == NO_REVIEW else with_review(baseline, *review)]
        for level in levels
    ]


def _shared(
    found: dict[Piece, Found], measures: Sequence[str]
) -> tuple[dict[str, Difference], dict[str, dict[str, Difference]]]:
    """Return the plan's changes by measure, and each cut's shares of them."""
    by_seed: dict[int, dict[str, list[float]]] = {}
    for piece, one in found.items():
        if piece.kind == "shares":
            by_seed.setdefault(piece.seed, {}).update(one["values"])
    values = list(by_seed.values())
    if not values:
        return {}, {}
    whole = np.array([one[WHOLE] for one in values])
    changes = {measure: paired_difference(whole[:, k]) for k, measure in enumerate(measures)}
    shares = {}
    for name in cuts():
        left = np.array([one[name] for one in values])
        shares[name] = {measure: share(whole[:, k], left[:, k]) for k, measure in enumerate(measures)}
    return changes, shares


def _gains(found: dict[Piece, Found]) -> dict[Review, Difference]:
    by_review = _by_review(found, "gain")
    return {
        review: gain(*(np.array([one[part] for _, one in ones]) for part in ("on", "cut")))
        for review, ones in by_review.items()
    }


def _tips(found: dict[Piece, Found]) -> dict[Review, TippingPoint]:
    by_review = _by_review(found, "tipping")
    return {
        review: tipping_point(
            {level: [one["drift"] for piece, one in ones if piece.setting[0] == level] for level in LEVELS}
        )
        for review, ones in by_review.items()
    }


def _by_review(found: dict[Piece, Found], kind: str) -> dict[Review, list[tuple[Piece, Found]]]:
    grouped: dict[Review, list[tuple[Piece, Found]]] = {}
    for piece, one in found.items():
        if piece.kind == kind:
            rule, signal = (str(word) for word in piece.setting[-2:])
            grouped.setdefault((rule, signal), []).append((piece, one))
    return grouped


__all__ = ["ALL", "PARTS", "SHOWN", "LoopStudy", "study"]
