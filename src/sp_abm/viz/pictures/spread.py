"""Spread: when each primary care network (PCN) took up proactive practice."""

from dataclasses import dataclass
from typing import Final

from sp_abm.cases import NEVER
from sp_abm.errors import BadValue
from sp_abm.results import Results
from sp_abm.viz.axes import Box, Drawing, middle_of, x_axis, year_scale
from sp_abm.viz.frame import Texts, framed
from sp_abm.viz.rows import most_ticks
from sp_abm.viz.svg import Element, element, rectangle, text
from sp_abm.viz.table import Cell, Table, table
from sp_abm.viz.theme import LABEL_SIZE, LIGHT, SMALL_SIZE, Theme
from sp_abm.viz.words import ONE_RUN, check_pair, decimal, footer, has_outreach, percent, quoted
from sp_abm.vocabulary import WEEKS_PER_YEAR

MOST_ROWS: Final = 40
_NAMES: Final = 62.0
_VALUES: Final = 112.0
_ROW: Final = 30.0
_BAR: Final = 16.0
_AXIS: Final = 44.0
_DOT: Final = 5.0


@dataclass(frozen=True)
class Network:
    """One PCN: its residents, and the week since which it is proactive (None: it is not)."""

    number: int
    residents: int
    since: int | None


@dataclass(frozen=True)
class Spread:
    """What the picture shows: the PCNs by when they took it up, here; and how many there were in the baseline."""

    networks: tuple[Network, ...]
    weeks: int
    texts: Texts

    @property
    def table(self) -> Table:
        """Return one row a PCN."""
        rows: list[list[Cell]] = [
            [f"PCN {each.number}", each.residents, "no" if each.since is None else "yes", each.since]
            for each in self.networks
        ]
        return table(["network", "residents", "proactive at the end", "since week"], rows)


def spread(results: Results, baseline: Results | None = None) -> Spread:
    """Return when the PCNs of a run took up proactive practice."""
    check_pair(results, baseline)
    return Spread(networks_of(results), results.n_weeks, _texts(results, baseline))


def networks_of(results: Results) -> tuple[Network, ...]:
    """Return the PCNs, the earliest adopters first; raises `BadValue` if the results carry no portrait."""
    if "pcns" not in results.portrait:
        raise BadValue("these results carry no portrait of the networks; run the scenario again to have one.")
    pcns = results.portrait["pcns"]
    works = has_outreach(results)
    found = [
        Network(row + 1, int(residents), int(since) if works and since != NEVER else None)
        for row, (residents, since) in enumerate(zip(pcns["residents"], pcns["week_proactive"], strict=True))
    ]
    return tuple(sorted(found, key=lambda each: (each.since is None, each.since or 0, each.number)))


def _texts(results: Results, baseline: Results | None) -> Texts:
    networks = networks_of(results)
    title = _title(networks, results)
    if baseline is not None:
        others = networks_of(baseline)
        title += f"; in {quoted(baseline)} {sum(each.since is not None for each in others)} of {len(others)}"
    residents = sum(each.residents for each in networks)
    covered = sum(each.residents for each in networks if each.since is not None) / max(1, residents)
    subtitle = (
        f"Each primary care network (PCN) and since when it goes out to people; at the end {percent(covered)} of "
        f"{decimal(residents, 0)} residents are in such a network"
    )
    notes = ["Practice spreads at the yearly review, the likelier the more of the others have it and can show for it."]
    notes += [] if has_outreach(results) else ["No time is given to outreach in this plan, so no network is proactive."]
    notes += [f"Only the first {MOST_ROWS} networks are drawn."] if len(networks) > MOST_ROWS else []
    notes.append("One run: another draw of luck spreads it otherwise." if baseline is None else ONE_RUN)
    return Texts(title, subtitle, tuple(notes), tuple(footer(results, baseline)), f"{title}. {subtitle}.")


def _title(networks: tuple[Network, ...], results: Results) -> str:
    n, taken = len(networks), sum(each.since is not None for each in networks)
    if not taken:
        return f"None of {n} networks is proactive"
    first = sum(each.since == 0 for each in networks)
    years = results.n_weeks / WEEKS_PER_YEAR
    return f"Proactive practice went from {first} to {taken} of {n} networks in {years:.3g} years"


def draw_spread(view: Spread, theme: Theme = LIGHT) -> str:
    """Return the spread among PCNs as an SVG string."""

    def draw(area: Box) -> Drawing:
        shown = view.networks[:MOST_ROWS]
        plot = Box(area.left + _NAMES, area.top, area.width - _NAMES - _VALUES, _ROW * len(shown))
        x = year_scale(view.weeks, plot)
        marks: list[Element] = []
        for row, each in enumerate(shown):
            y = plot.top + (row + 0.5) * _ROW
            name = f"PCN {each.number}"
            marks.append(text(area.left, middle_of(y, LABEL_SIZE), name, theme.ink, LABEL_SIZE, is_strong=True))
            marks.append(rectangle(plot.left, y - _BAR / 2, plot.width, _BAR, theme.shade, rx=2))
            words = "not proactive"
            if each.since is not None:
                start = x(float(each.since))
                marks.append(rectangle(start, y - _BAR / 2, plot.right - start, _BAR, theme.arm, rx=2))
                marks.append(element("circle", {"cx": start, "cy": y, "r": _DOT, "fill": theme.ink}))
                words = "from the start" if each.since == 0 else f"since week {each.since}"
            marks.append(text(area.right, middle_of(y, SMALL_SIZE), words, theme.quiet_ink, SMALL_SIZE, "end"))
        return [*marks, *x_axis(view.weeks, plot, theme, most_ticks(plot))], plot.bottom + _AXIS

    return framed(view.texts, theme, draw)
