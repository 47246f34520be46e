"""Every number in a rule: its value, unit, bounds, source and role, in frozen groups named after submodels."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sp_abm.declare import Fact, facts_of
from sp_abm.errors import BadValue, unknown
from sp_abm.parameters.pathway import (
    Allocation,
    Closure,
    Contact,
    Outreach,
    Participation,
    Referral,
    WordOfMouth,
)
from sp_abm.parameters.people import HelpSeeking, Influence, LifeEvents, Population, Residents, Transitions
from sp_abm.parameters.system import Funding, Landscape, Observation, Staffing, Strain, Turnover

__all__ = ["Parameters", "all_facts", "changed", "group_type"]


class Parameters(NamedTuple):
    """The whole set; make another with `changed`, nobody mutates one."""

    population: Population = Population()
    landscape: Landscape = Landscape()
    funding: Funding = Funding()
    staffing: Staffing = Staffing()
    residents: Residents = Residents()
    life_events: LifeEvents = LifeEvents()
    transitions: Transitions = Transitions()
    influence: Influence = Influence()
    help_seeking: HelpSeeking = HelpSeeking()
    referral: Referral = Referral()
    outreach: Outreach = Outreach()
    allocation: Allocation = Allocation()
    contact: Contact = Contact()
    participation: Participation = Participation()
    word_of_mouth: WordOfMouth = WordOfMouth()
    strain: Strain = Strain()
    turnover: Turnover = Turnover()
    closure: Closure = Closure()
    observation: Observation = Observation()


def group_type(group: str) -> type[NamedTuple]:
    """Return the class of a named group."""
    return type(getattr(Parameters(), group))


def all_facts() -> Iterator[tuple[str, Fact, float]]:
    """Yield (full name such as ``strain.sd_trait``, its fact, its default) for every parameter."""
    defaults = Parameters()
    for group in Parameters._fields:
        values = getattr(defaults, group)
        for name, declared in facts_of(type(values)).items():
            yield f"{group}.{name}", declared, getattr(values, name)


def changed(parameters: Parameters, changes: Mapping[str, Any], where: str = "parameters") -> Parameters:
    """Return a new set with the given full names changed, each checked against its bounds.

    Raises `UnknownName` with the nearest name, or `BadValue` naming the value and what was allowed.
    """
    for full, value in changes.items():
        group, _, name = full.partition(".")
        if group not in Parameters._fields or name not in facts_of(group_type(group)):
            raise unknown("parameter", full, (known for known, _, _ in all_facts()), where)
        number = facts_of(group_type(group))[name].checked(f"{full} ({where})", value)
        parameters = parameters._replace(**{group: getattr(parameters, group)._replace(**{name: number})})
    staffing = parameters.staffing
    if staffing.min_weeks_to_fill > staffing.max_weeks_to_fill:
        raise BadValue(
            f"staffing.min_weeks_to_fill = {staffing.min_weeks_to_fill:g} weeks is above "
            f"staffing.max_weeks_to_fill = {staffing.max_weeks_to_fill:g}."
        )
    return parameters
