"""The world of one run: every table, its luck, its levers, and the flows counted this week."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from sp_abm.agents.citizens import Citizens, Clients
from sp_abm.agents.commissioner import Commissioner
from sp_abm.agents.community import Organisations
from sp_abm.agents.gps import Gps, Practices
from sp_abm.agents.link_workers import Knowledge, LinkWorkers, Pcns, Posts
from sp_abm.cases import Cases, open_cases, rows_of_cases_closed, rows_of_open_cases
from sp_abm.declare import copied, grown, new_table, part
from sp_abm.kernels import Whole
from sp_abm.loops import Blend, Links, mean_by
from sp_abm.network import Ties
from sp_abm.parameters import Parameters
from sp_abm.places import Place
from sp_abm.population import Start
from sp_abm.randomness import Luck
from sp_abm.vocabulary import ADULT_AGE, WARM_UP_WEEKS

P = TypeVar("P", bound=tuple[Any, ...])
_NOBODY: Final = np.empty(0, np.int32)
CHUNK: Final = 16384
"""Citizens a compiled pass handles at a time; fixed, so that sums do not depend on the number of threads."""

FLOWS: Final[dict[str, str]] = {
    "offered": "offers of social prescribing made in general practice",
    "declined": "offers declined",
    "referred": "people referred: accepted offers, self-referrals and outreach",
    "referred_non_medical": "of these, by a route other than general practice",
    "approached": "outreach approaches made",
    "met": "people met by outreach",
    "name_cards": "name cards given to people met",
    "conversations": "conversations with the toolkit's cards",
    "small_steps": "small steps agreed in them",
    "follow_ups": "small steps followed up the week after",
    "data_left": "conversations that left data behind",
    "toolkit_volunteers": "people who came to volunteer in a conversation",
    "gave_up": "people who gave up before their first contact",
    "first_contacts": "people seen for the first time",
    "weeks_waited": "weeks from referral to first contact, summed over those first seen",
    "contacts": "contacts attended",
    "missed": "appointments missed",
    "not_known": "attempts at connection that failed because the link worker knew nothing fitting",
    "no_place": "attempts that failed because no place was free",
    "refused": "attempts the person did not take up",
    "started": "people who started an activity",
    "left_activity": "people who left an activity",
    "completed": "of these, after completing it",
    "told": "people told about the service by somebody helped",
    "heard_bad_news": "people told of a dropped case",
    "closed_seen": "cases closed of people seen at least once",
    "contacts_of_closed": "contacts those cases had",
    "adequate": "cases closed after adequate help",
    "outcomes_recorded": "closed cases whose outcome was written down",
    "dropped": "cases dropped when their link worker left",
    "leavers": "link workers who left",
    "expected_leavers": "sum of link workers' chances of leaving",
    "hired": "link workers who started",
    "moved": "residents who moved away and were replaced",
    "died": "residents who died and were replaced by births",
}

NAMED_FLOWS: Final = ("declined", "completed", "moved", "died")
"""Flows whose people the columns no longer tell at the end of the submodel: it names them."""

TABLES: Final = (
    "citizens",
    "ties",
    "cases",
    "link_workers",
    "knowledge",
    "pcns",
    "gps",
    "practices",
    "organisations",
    "commissioner",
)


@lru_cache
def _chunks(n: int) -> list[tuple[int, int]]:
    """Return the first row of each chunk of n rows and the row after its last."""
    return [(low, min(low + CHUNK, n)) for low in range(0, n, CHUNK)]


class World:
    """Everything a submodel may read and write; `levers` has shape (weeks from 0, levers)."""

    def __init__(
        self,
        place: Place,
        parameters: Parameters,
        seed: int,
        start: Start,
        *,
        week: int = -WARM_UP_WEEKS,
        threads: int = 1,
    ) -> None:
        self.place = place
        self.parameters = parameters
        self.luck = Luck(seed)
        self.week = week
        self.first_week = week
        self.levers: NDArray[np.float64] = np.empty((0, 0))
        self.warm_up_levers: NDArray[np.float64] = np.empty(0)
        self.citizens: Citizens = start.citizens
        self.ties: Ties = start.ties
        self.gps: Gps = start.gps
        self.practices: Practices = start.practices
        self.pcns: Pcns = start.pcns
        self.organisations: Organisations = start.organisations
        self.link_workers: LinkWorkers = new_table(LinkWorkers, 0)
        self.knowledge = Knowledge(np.zeros((0, start.organisations.id.shape[0]), np.bool_))
        self.commissioner: Commissioner = new_table(Commissioner, 1)
        self.cases: Cases = new_table(Cases, 64)
        self.n_cases = 0
        self.flows: dict[str, float] = dict.fromkeys(FLOWS, 0.0)
        self.links = Links()
        self.people_of: dict[str, NDArray[np.int32]] = dict.fromkeys(NAMED_FLOWS, _NOBODY)
        self.threads = threads
        self._parts: dict[type, tuple[Any, Any]] = {}
        adults = start.citizens.n_live_ties[start.citizens.age >= ADULT_AGE]
        self.mean_ties = float(adults.mean())
        log_ties = np.log1p(adults.astype(np.float64))
        self.mean_log_ties, self.sd_log_ties = float(log_ties.mean()), float(log_ties.std()) or 1.0
        n = self.citizens.id.shape[0]
        self.scratch_rows = np.empty(n, np.int32)
        self.scratch_marks = np.empty(n, np.int8)
        self.scratch_entries = np.empty(n, np.int32)

    def reset(self, parameters: Parameters, seed: int, week: int) -> None:
        """Begin anew in a week with a run's own parameters and luck, keeping the people as they are."""
        self.parameters = parameters
        self.luck = Luck(seed)
        self.week = self.first_week = week

    @property
    def levers_now(self) -> NDArray[np.float64]:
        """Return this week's lever values: today's during the warm-up, the last ones after the timeline."""
        if self.week < 0 or not self.levers.shape[0]:
            return self.warm_up_levers
        values: NDArray[np.float64] = self.levers[min(self.week, self.levers.shape[0] - 1)]
        return values

    @property
    def clients(self) -> Clients:
        """Return the columns of citizens that the rules about cases read and write."""
        return self.part(Clients, self.citizens)

    @property
    def posts(self) -> Posts:
        """Return the columns of link workers that the rules about cases read and write."""
        return self.part(Posts, self.link_workers)

    def part(self, columns: type[P], table: Any) -> P:
        """Return some of a table's columns as `declare.part` does, put together once for as long as the table is."""
        kept = self._parts.get(columns)
        if kept is None or kept[0] is not table:
            kept = self._parts[columns] = (table, part(columns, table))
        found: P = kept[1]
        return found

    @property
    def open_rows(self) -> NDArray[np.int64]:
        """Return the rows of open cases: the closed ones stay, and after some years there are thirty for each."""
        return rows_of_open_cases(self.cases.state, self.n_cases)

    def rows_closed_in(self, week: int) -> NDArray[np.int64]:
        """Return the rows of the cases closed in a week."""
        return rows_of_cases_closed(self.cases.state, self.cases.week_closed, self.n_cases, week)

    def open_week(self) -> None:
        """Set every flow to zero, and of nobody, for a new week."""
        self.flows = dict.fromkeys(FLOWS, 0.0)
        self.people_of = dict.fromkeys(NAMED_FLOWS, _NOBODY)

    def count(self, **flows: float) -> None:
        """Add to this week's flows; an undeclared name raises `KeyError`."""
        for name, number in flows.items():
            self.flows[name] += float(number)

    def name(self, **people: NDArray[np.int32]) -> None:
        """Say whom this week's flows are made of, by citizen rows; other flows than the named ones raise `KeyError`."""
        for flow, rows in people.items():
            if flow not in self.people_of:
                raise KeyError(flow)
            self.people_of[flow] = rows

    def open_cases(self, rows: Whole, routes: Whole, week: int) -> None:
        """Open a case for each citizen row with its route, making room first."""
        needed = self.n_cases + rows.size
        if needed > self.cases.citizen.shape[0]:
            self.cases = grown(self.cases, max(needed, 2 * self.cases.citizen.shape[0]))
        p, key = self.parameters.referral, self.luck.key("kind")
        open_cases(self.cases, self.n_cases, self.clients, rows, routes, p, key, week)
        self.n_cases += rows.size

    def blend(self, link: str, week: int, signal: Callable[[], Any]) -> Blend:
        """Return what comes through a link about people of 16 and over; `signal()` gives its values by citizen."""
        n_pcns = self.pcns.id.shape[0]
        return self.links.blend(link, week, n_pcns, lambda: self.mean_of_adults(signal()))

    def mean_of_adults(self, values: Any) -> NDArray[np.float64]:
        """Return the mean of a value over the people of 16 and over of each PCN."""
        is_adult = self.citizens.age >= ADULT_AGE
        return mean_by(self.citizens.pcn[is_adult], np.asarray(values)[is_adult], self.pcns.id.shape[0])

    def pass_over_citizens(self, kernel: Callable[..., Any], *arguments: Any) -> list[Any]:
        """Call kernel(low, high, *arguments) for everybody: at once by one thread, by more for chunks of rows.

        Return the answers in order; what comes of a rule must not depend on where a chunk ends.
        """
        n = self.citizens.id.shape[0]
        return self.pass_over_chunks(kernel, *arguments) if self.threads > 1 else [kernel(0, n, *arguments)]

    def pass_over_chunks(self, kernel: Callable[..., Any], *arguments: Any) -> list[Any]:
        """Call kernel(low, high, *arguments) for fixed chunks of rows, also by one thread: for sums of fractions."""
        edges = _chunks(self.citizens.id.shape[0])
        if self.threads > 1 and len(edges) > 1:
            with ThreadPoolExecutor(self.threads) as pool:
                return list(pool.map(lambda edge: kernel(*edge, *arguments), edges))
        return [kernel(low, high, *arguments) for low, high in edges]

    def gathered(self, counts: list[int], scratch: NDArray[np.int32] | None = None) -> NDArray[np.int32]:
        """Return what a pass left in a scratch column (rows, unless given), `counts[k]` of them in chunk k."""
        left = self.scratch_rows if scratch is None else scratch
        pieces = [left[k * CHUNK : k * CHUNK + count] for k, count in enumerate(counts)]
        return np.concatenate(pieces) if len(pieces) > 1 else pieces[0].copy()

    def copy(self) -> "World":
        """Return an independent copy of the whole state; only the ties' places and kinds are shared."""
        other = object.__new__(World)
        other.__dict__.update(self.__dict__)
        for name in TABLES:
            if name != "ties":
                setattr(other, name, copied(getattr(self, name)))
        other.ties = self.ties._replace(strength=self.ties.strength.copy())
        other.flows, other.people_of = dict(self.flows), dict(self.people_of)
        other.links, other._parts = self.links.copy(), {}
        for name in ("scratch_rows", "scratch_marks", "scratch_entries"):
            setattr(other, name, getattr(self, name).copy())
        return other
