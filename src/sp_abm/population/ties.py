"""Ties: everybody in a household, close friends mostly near home, and weak ties further out."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sp_abm.agents.citizens import Citizens
from sp_abm.kernels import compiled
from sp_abm.network import Ties
from sp_abm.parameters.people import Population
from sp_abm.population.luck import pair_uniforms, uniforms
from sp_abm.population.numbers_of_ties import close_numbers, weak_numbers
from sp_abm.vocabulary import ADULT_AGE, AGE_BAND_STARTS, TieKind

I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
U32 = NDArray[np.uint32]
U8 = NDArray[np.uint8]
F64 = NDArray[np.float64]
Flag = NDArray[np.bool_]
ROUNDS_BY_PLACE: Final = 6
ROUNDS: Final = 12
CLOSE, WEAK = "close ties", "weak ties"


class Seekers(NamedTuple):
    """Loose ends of ties, one entry an end: whose, which of theirs, and near which row its other end is.

    `meets` is NaN for an end that is not local; those look within the age band, anywhere in the place.
    """

    row: U32
    number: U32
    meets: F64

    def among(self, chosen: Flag) -> "Seekers":
        """Return some of the ends."""
        return Seekers(self.row[chosen], self.number[chosen], self.meets[chosen])


def tie(citizens: Citizens, parameters: Population, seed: int) -> Ties:
    """Return the ties of all citizens: household entries of a row first, then close, then weak, all alive.

    Adults know adults and children know children, in the same numbers [assumed for children, so that a row whose
    child grows up has friends]; everybody has the household's ties. `share_ties` thins close and weak ties by
    luck; at 0 no tie is left at all, not even the household's.
    """
    n = citizens.id.shape[0]
    close, weak = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    if parameters.share_ties > 0:
        is_adult = citizens.age >= ADULT_AGE
        for group in (np.flatnonzero(is_adult), np.flatnonzero(~is_adult)):
            group_close, group_weak = _made(citizens, group, parameters, seed)
            close.append(_kept(group_close, n, parameters.share_ties, seed))
            weak.append(_kept(group_weak, n, parameters.share_ties, seed))
    return _rows(citizens, np.concatenate(close), np.concatenate(weak), has_households=parameters.share_ties > 0)


def _made(citizens: Citizens, group: I64, parameters: Population, seed: int) -> tuple[I64, I64]:
    """Return the close and the weak ties among a group of rows, as sorted codes."""
    nobody = np.empty(0, np.int64)
    if not group.size:
        return nobody, nobody
    luck = uniforms(seed, "number of ties", group)
    circles = 2 * uniforms(seed, "circles", group)[:, 0] - 1
    numbers = close_numbers(parameters, luck[:, 0])
    meets = group + parameters.spread_local_close * circles
    seekers = _seekers(seed, CLOSE, group, numbers, meets, parameters.share_local_close)
    close = _matched(citizens, seed, CLOSE, seekers, parameters.spread_circle, nobody)
    numbers = weak_numbers(parameters, luck[:, 1])
    seekers = _seekers(seed, WEAK, group, numbers, group.astype(np.float64), parameters.share_local_weak)
    return close, _matched(citizens, seed, WEAK, seekers, parameters.spread_local_weak, close)


def _seekers(seed: int, question: str, group: I64, numbers: I64, meets: F64, share_local: float) -> Seekers:
    """Return the loose ends of people who each have a number of them; luck makes a share of them local."""
    row = np.repeat(group, numbers).astype(np.uint32)
    number = (np.arange(row.shape[0]) - np.repeat(np.cumsum(numbers) - numbers, numbers)).astype(np.uint32)
    is_local = pair_uniforms(seed, f"{question} near home", row, number) < share_local
    return Seekers(row, number, np.where(is_local, np.repeat(meets, numbers), np.nan))


def _matched(citizens: Citizens, seed: int, question: str, seekers: Seekers, spread: float, taken: I64) -> I64:
    """Return ties as sorted codes, low row * n + high row: ends that stand side by side join.

    Ends line up by where they meet or by age band, with luck; neighbours in the line join unless they are of
    one household or tied already. The rest try again, further out each time, in the end anywhere; the few
    that are left over then stay loose.
    """
    n = citizens.id.shape[0]
    made = np.empty(0, np.int64)
    for attempt in range(ROUNDS):
        if seekers.row.shape[0] < 2:
            break
        order = _line(citizens, seed, question, seekers, spread, attempt)
        one, other = order[0 : order.shape[0] - 1 : 2], order[1::2]
        a, b = seekers.row[one].astype(np.int64), seekers.row[other].astype(np.int64)
        codes = np.minimum(a, b) * n + np.maximum(a, b)
        is_new = citizens.household[a] != citizens.household[b]
        is_new &= _first_of_its_kind(codes) & ~_contains(taken, codes) & ~_contains(made, codes)
        made = np.sort(np.concatenate([made, codes[is_new]]))
        is_loose = np.ones(order.shape[0], np.bool_)
        is_loose[one[is_new]] = is_loose[other[is_new]] = False
        seekers, spread = seekers.among(is_loose), spread * 2
    return made


def _line(citizens: Citizens, seed: int, question: str, seekers: Seekers, spread: float, attempt: int) -> I64:
    """Return the order in which loose ends stand in line: local ones by place, then those by age band."""
    places = pair_uniforms(seed, question, seekers.row, seekers.number, attempt)
    if attempt < ROUNDS_BY_PLACE:
        band: U8 = np.searchsorted(AGE_BAND_STARTS, citizens.age, side="right").astype(np.uint8)
        beyond = np.nanmax(seekers.meets, initial=0.0) + spread
        _set_places(places, seekers.row, seekers.meets, band, spread, beyond)
    return np.argsort(places, kind="stable")


@compiled
def _set_places(places: F64, row: U32, meets: F64, band: U8, spread: float, beyond: float) -> None:
    """Turn luck into places in line: `spread` either way of where an end meets, or beyond by age band."""
    for i in range(places.shape[0]):
        if np.isnan(meets[i]):
            places[i] += beyond + band[row[i]]
        else:
            places[i] = meets[i] + (2 * places[i] - 1) * spread


def _first_of_its_kind(codes: I64) -> Flag:
    is_first = np.zeros(codes.shape[0], np.bool_)
    is_first[np.unique(codes, return_index=True)[1]] = True
    return is_first


def _contains(known: I64, codes: I64) -> Flag:
    """Say which codes are among the known ones, which are sorted."""
    if not known.shape[0]:
        return np.zeros(codes.shape[0], np.bool_)
    places = np.minimum(np.searchsorted(known, codes), known.shape[0] - 1)
    is_known: Flag = known[places] == codes
    return is_known


def _kept(codes: I64, n: int, share: float, seed: int) -> I64:
    """Return the ties that luck keeps; a smaller share keeps some of what a larger one keeps."""
    if share >= 1:
        return codes
    return codes[pair_uniforms(seed, "kept ties", codes // n, codes % n) < share]


def _rows(citizens: Citizens, close: I64, weak: I64, *, has_households: bool) -> Ties:
    """Return ties as compressed rows."""
    n = citizens.id.shape[0]
    low = (np.concatenate([close, weak]) // n).astype(np.int32)
    high = (np.concatenate([close, weak]) % n).astype(np.int32)
    kind = np.repeat(np.array([TieKind.CLOSE, TieKind.WEAK], np.uint8), [close.shape[0], weak.shape[0]])
    sizes = np.bincount(citizens.household)[citizens.household] if has_households else np.ones(n, np.int64)
    degree = sizes - 1 + np.bincount(low, minlength=n) + np.bincount(high, minlength=n)
    start = np.zeros(n + 1, np.int32)
    np.cumsum(degree, out=start[1:])
    other, kinds = np.empty(start[-1], np.int32), np.zeros(start[-1], np.uint8)
    _fill(start, other, kinds, sizes, low, high, kind)
    return Ties(start, other, kinds, np.ones_like(kinds))


@compiled
def _fill(start: I32, other: I32, kind: U8, sizes: I64, low: I32, high: I32, kinds: U8) -> None:
    """Write each row's household, then every tie into both its rows, in the order given."""
    n = start.shape[0] - 1
    free = start[:-1].copy()
    first = 0
    while first < n:
        for row in range(first, first + sizes[first]):
            for housemate in range(first, first + sizes[first]):
                if housemate != row:
                    other[free[row]] = housemate
                    free[row] += 1
        first += sizes[first]
    for edge in range(low.shape[0]):
        a, b = low[edge], high[edge]
        other[free[a]], other[free[b]] = b, a
        kind[free[a]], kind[free[b]] = kinds[edge], kinds[edge]
        free[a] += 1
        free[b] += 1
