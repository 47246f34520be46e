"""Loop study: the strengths of links that `sp-abm loops` measured and left in a file, for the diagram of all links."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any, Final

from sp_abm.errors import BadFile, BadValue, unknown
from sp_abm.loops import LINKS
from sp_abm.measures import MEASURES
from sp_abm.viz.figures import FIGURES
from sp_abm.viz.loop_shares import share_material
from sp_abm.viz.material import Material, Strength
from sp_abm.viz.report import Report

FILE: Final = "loops.json"
Shares = Mapping[str, Mapping[str, Strength]]


@dataclass(frozen=True)
class SavedStudy:
    """A study that was saved: of which plan, and what share of each measure's change every link carries."""

    plan: str
    shares: Shares

    def material(self, measure: str = "") -> Material:
        """Return what the diagram is drawn from, of a measure of the study or of its first."""
        known = list(next(iter(self.shares.values())))
        wanted = measure or known[0]
        if wanted not in known:
            raise unknown("measure of the study", wanted, known)
        return share_material(self.plan, wanted, {name: found[wanted] for name, found in self.shares.items()})


def saved_study(path: str | Path) -> SavedStudy:
    """Return the study in a folder of `loops --out` or a file of `loops --json`; raises `BadFile`."""
    path = Path(path)
    path = path / FILE if path.is_dir() else path
    try:
        content = json.loads(path.read_text("utf-8"))
        shares = {str(name): _by_measure(found) for name, found in content["links"].items()}
        plan = str(content["plan"])
    except OSError as problem:
        raise BadFile(f"{path} cannot be read: {problem.strerror or problem}.") from None
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        words = f"{type(problem).__name__}: {problem}"
        raise BadFile(f"{path} is no study of the loops, or damaged or of another version: {words}.") from None
    if not all(shares.values()) or len({tuple(found) for found in shares.values()}) != 1:
        raise BadFile(f"{path} holds no shares of every link: study them with sp-abm loops --part shares --json.")
    for name in shares:
        if name not in LINKS:
            raise unknown("link", name, LINKS, str(path))
    return SavedStudy(plan, shares)


def _by_measure(found: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Strength]:
    """Return the strengths of a link by measure; what the file has no number for is missing."""
    return {
        MEASURES[measure].name: Strength(*(_number(share[end]) for end in ("mean", "low", "high")))
        for measure, share in found.items()
    }


def _number(value: float | None) -> float:
    number = float("nan") if value is None else float(value)
    if value is not None and not isfinite(number):
        raise ValueError(f"{value!r} is not a number")
    return number


def with_loops(report: Report, study: SavedStudy) -> Report:
    """Return a report with the diagram of a study before the other pictures of the study's plan.

    A page that would be too large leaves out the last pictures, and this one was asked for.
    """
    names = [plan.name for plan in report.plans]
    if study.plan not in names:
        raise BadValue(f"the study is of {study.plan}, but the results are of {', '.join(names)}.")
    picture = FIGURES["loops"].picture(study.material())
    plans = (
        replace(plan, pictures=(picture, *plan.pictures)) if plan.name == study.plan else plan for plan in report.plans
    )
    return replace(report, plans=tuple(plans))
