"""The week: one ordered tuple of submodels. This tuple is the model; to change the order, change it here.

Support received this week acts on next week's transitions; a referral may be allocated and seen in its own week;
closure comes after turnover, so that a case whose link worker left is handed on or dropped once; word of mouth
tells of last week's closures.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Final, Protocol

from sp_abm.errors import unknown
from sp_abm.submodels.allocation import allocation
from sp_abm.submodels.closure import closure
from sp_abm.submodels.contact import contact
from sp_abm.submodels.funding import funding
from sp_abm.submodels.help_seeking import help_seeking
from sp_abm.submodels.influence import influence
from sp_abm.submodels.landscape import landscape
from sp_abm.submodels.life_events import life_events
from sp_abm.submodels.outreach import outreach
from sp_abm.submodels.participation import participation
from sp_abm.submodels.referral import referral
from sp_abm.submodels.residents import residents
from sp_abm.submodels.staffing import staffing
from sp_abm.submodels.strain import strain
from sp_abm.submodels.transitions import transitions
from sp_abm.submodels.turnover import turnover
from sp_abm.submodels.word_of_mouth import word_of_mouth
from sp_abm.world import World

Submodel = Callable[[World, int], None]


class Observer(Protocol):
    """Somebody who watches a run and changes nothing: an event log, a panel, a story."""

    def after(self, submodel: str, world: World) -> None:
        """Look at the world right after a submodel."""

    def close_week(self, world: World) -> None:
        """Look at the world after the last submodel; `world.week` is the week just simulated."""


WEEK: Final[tuple[Submodel, ...]] = (
    landscape,
    funding,
    staffing,
    residents,
    life_events,
    transitions,
    influence,
    help_seeking,
    referral,
    outreach,
    allocation,
    contact,
    participation,
    word_of_mouth,
    strain,
    turnover,
    closure,
)

NAMES: Final = tuple(submodel.__name__ for submodel in WEEK)


def week_without(switched_off: Iterable[str]) -> tuple[Submodel, ...]:
    """Return the week without the named submodels; raises `UnknownName` with the nearest one."""
    off: Collection[str] = set(switched_off)
    for name in off:
        if name not in NAMES:
            raise unknown("submodel", name, NAMES, "switch_off")
    return tuple(submodel for submodel in WEEK if submodel.__name__ not in off)


def step(world: World, submodels: Iterable[Submodel] = WEEK, observers: Collection[Observer] = ()) -> None:
    """Simulate one week, let observers look, and move the clock on."""
    world.open_week()
    for submodel in submodels:
        submodel(world, world.week)
        for observer in observers:
            observer.after(submodel.__name__, world)
    for observer in observers:
        observer.close_week(world)
    world.week += 1
