"""Pareto front: what the best mixes of levers cost and bring, and which of them are equally good within noise."""

from typing import TYPE_CHECKING, Final

from sp_abm.analysis.search import Search, spread_out
from sp_abm.viz.axes import Box, Drawing
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.legend import Key, legend, spot
from sp_abm.viz.studies.plane import Plane, axis, plane
from sp_abm.viz.studies.words import factor_words, in_unit, number_words, study_footer, value_words
from sp_abm.viz.svg import Element, line
from sp_abm.viz.theme import LIGHT, Theme
from sp_abm.viz.words import percent

if TYPE_CHECKING:
    import pandas as pd

EXAMPLES: Final = 5
_FAINT: Final = 0.35
_LEVER_DECIMALS: Final = 3


def draw_pareto(found: Search, theme: Theme = LIGHT) -> str:
    """Return cost and main aim of the mixes on the front, and of those equally good, as an SVG string."""
    main, cost = next(iter(found.aims)), found.cost
    front, equal = found.front, found.equal
    across = axis([*front[cost], *equal[cost]])
    up = axis([*front[f"{main}_low"], *front[f"{main}_high"], *equal[main]])
    measures = {name: emulator.quantity.measure for name, emulator in found.emulators.items()}
    aim = f"{measures[main].label}, {in_unit(measures[main].unit)} ({found.aims[main]} is better)"
    labels = f"{measures[cost].label}, {in_unit(measures[cost].unit)}", aim
    keys = (
        Key("on the front", theme.arm, "dot"),
        Key("equally good as the best within noise", theme.quiet_ink, "ring"),
        Key("the best", theme.ink, "bold ring"),
    )

    def draw(area: Box) -> Drawing:
        marks, top = legend(keys, area, theme)
        on = plane(across, up, labels, Box(area.left, top, area.width, 0.0), theme)
        return [*marks, *on.marks, *_marks(found, main, on, theme)], on.bottom

    return framed(pareto_texts(found), theme, draw)


def _marks(found: Search, main: str, on: Plane, theme: Theme) -> list[Element]:
    """Return the front with its intervals, the equally good mixes and the best."""
    marks: list[Element] = []
    front = found.front.to_dict("records")
    for row in front:
        at = on.x(row[found.cost])
        ends = (at, on.y(row[f"{main}_low"])), (at, on.y(row[f"{main}_high"]))
        marks.append(line(*ends, theme.arm, stroke_opacity=_FAINT))
    for row in found.equal.to_dict("records"):
        marks.append(spot("ring", on.x(row[found.cost]), on.y(row[main]), theme.quiet_ink))
    marks += [spot("dot", on.x(row[found.cost]), on.y(row[main]), theme.arm) for row in front]
    best = best_row(found)
    return [*marks, spot("bold ring", on.x(float(best[found.cost])), on.y(float(best[main])), theme.ink)]


def best_row(found: Search) -> "pd.Series":
    """Return the row of the best mix: it is one of those equally good."""
    is_best = [all(row[name] == value for name, value in found.best.items()) for row in found.equal.to_dict("records")]
    return found.equal.iloc[is_best.index(True)]


def _rounded(value: object) -> object:
    return round(value, _LEVER_DECIMALS) if isinstance(value, float) else value


def mix_words(row: "pd.Series", found: Search) -> str:
    """Return a mix of levers and its cost in words."""
    levers = ", ".join(f"{factor_words(name)} {value_words(_rounded(row[name]))}" for name in found.levers)
    return f"{levers} (cost {number_words(row[found.cost])})"


def pareto_texts(found: Search) -> Texts:
    """Return the words of the picture."""
    main = next(iter(found.aims))
    quantity = found.emulators[main].quantity
    within = "" if found.budget is None else f" for at most {number_words(found.budget)}"
    title = f"The best mix{within}: {mix_words(best_row(found), found)}"
    subtitle = (
        f"{quantity.label} against cost, for mixes of {len(found.levers)} levers; from emulators of the study’s runs. "
        "Lines: 95% intervals."
    )
    notes = [f"{percent(found.share_equal)} of all mixes that can be paid are equally good within noise, such as:"]
    examples = spread_out(found.equal, found.levers, EXAMPLES)
    notes += [f"· {mix_words(row, found)}" for _, row in examples.iterrows()]
    q2 = "; ".join(f"{name} {emulator.q2:.2f}" for name, emulator in found.emulators.items())
    notes.append(f"Q2 of the emulators at points held out: {q2}.")
    every = max(1, len(found.front) // EXAMPLES)
    front = "; ".join(
        f"cost {number_words(row[found.cost])}, {main} {number_words(row[main])}"
        for row in found.front.iloc[::every].to_dict("records")
    )
    return Texts(title, subtitle, tuple(notes), study_footer([quantity]), f"{title}. Along the front: {front}.")
