"""Funding: once a year money answers to the impact that was recorded; every week, money in equals money out.

The review looks at the 52 weeks before it. How impact moves money is not in the evidence: strength, signal and rule
are levers, and at strength 0 nothing moves. Practice spreads among PCNs by what their peers have to show.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sp_abm.cases import NEVER
from sp_abm.kernels import Flags, Floats, Key, Whole, brief, inlined, total, uniform
from sp_abm.parameters.system import Funding
from sp_abm.vocabulary import WEEKS_PER_YEAR, InvestmentRule
from sp_abm.world import World

_PEOPLE_PER_RATE = 10_000
_COMPOUNDING = list(InvestmentRule).index(InvestmentRule.COMPOUNDING)
_SMALLEST = float(np.finfo(np.float64).tiny)


class Books(NamedTuple):
    """The commissioner's columns by which posts are funded and the books kept."""

    posts_per_10000: Floats
    posts_factor: Floats
    reimbursement: Floats
    grants_multiplier: Floats
    grants_factor: Floats
    income_reimbursement: Floats
    income_grants_nhs: Floats
    income_grants_council: Floats
    spent_posts: Floats
    spent_outreach: Floats
    spent_grants: Floats
    underspent: Floats
    spent_this_year: Floats


class Teams(NamedTuple):
    """The columns of PCNs by which their posts are funded and their approaches paid for."""

    residents: Whole
    fte_funded: Floats
    approaches: Floats


def funding(world: World, week: int) -> None:
    """Hold the yearly review, say who is proactive, fund posts (full-time equivalents), keep the books (pounds)."""
    if week % WEEKS_PER_YEAR == 0:
        _review(world, week)
    _begin_pilots(world, week)
    _keep_books(world)


def visible_impact(value: float, cases: float, spent: float) -> NDArray[np.float64]:
    """Return a year's impact by `InvestmentSignal`: in total, per case recorded, per pound; 0 where there is none."""
    return np.array([value, value / cases if cases else 0.0, value / spent if spent else 0.0])


def log_change(seen: float, reference: float) -> float:
    """Return the log of impact over its reference: finite, and 0 where there is nothing to compare with."""
    return float(np.log(max(seen / reference, _SMALLEST))) if reference else 0.0


def _review(world: World, week: int) -> None:
    """Look at the year gone by, let money and practice answer, and begin a new year.

    The two years before week 0 are the reference, which then stays.
    """
    books, pcns = world.commissioner, world.pcns
    spent = float(books.spent_this_year[0])
    seen = visible_impact(float(pcns.recorded_value.sum()), float(pcns.recorded_cases.sum()), spent)
    if week <= 0:
        books.impact_reference[0] = (books.impact_last_year[0] + seen) / 2
    else:
        _answer(world, seen, week)
        _spread_practice(world, week)
    books.impact_last_year[0] = seen
    pcns.recorded_value[:] = pcns.recorded_cases[:] = books.spent_this_year[0] = 0


def _answer(world: World, seen: NDArray[np.float64], week: int) -> None:
    """Move posts, support and grants: from what was asked for (anchored) or from where they stand (compounding)."""
    p, books, links = world.parameters.funding, world.commissioner, world.links
    signal = int(books.investment_signal[0])
    change = np.array([log_change(seen[signal], books.impact_reference[0, signal])])
    change = links.felt("impact->investment", week, change)
    is_compounding = books.investment_rule[0] == _COMPOUNDING
    bounds = (p.least_step, p.most_step) if is_compounding else (p.least_factor, p.most_factor)
    answers = (
        ("investment->posts", books.posts_factor, 1.0),
        ("investment->support", books.support_factor, p.response_support),
        ("investment->grants", books.grants_factor, p.response_grants),
    )
    for link, factor, response in answers:
        answer = np.exp(np.clip(books.investment_response * response * change, *np.log(bounds)))
        answer = 1 + links.felt(link, week, answer - 1)
        factor[:] = np.minimum(p.most_compounded, factor * answer) if is_compounding else answer


def _spread_practice(world: World, week: int) -> None:
    """Let PCNs become proactive: the likelier, the more of the others are, and the more these have to show."""
    p, pcns = world.parameters.funding, world.pcns
    is_proactive, others = pcns.is_proactive, max(1, pcns.id.size - 1)
    cases = max(1.0, float(pcns.recorded_cases[is_proactive].sum()))
    value_per_case = float(pcns.recorded_value[is_proactive].sum()) / cases
    hazard = p.rate_adoption_per_year * np.count_nonzero(is_proactive) / others * value_per_case
    u = world.luck.uniforms("adoption", week, pcns.id, np.zeros_like(pcns.id))[:, 0]
    pcns.is_proactive[:] = is_proactive | (u < -np.expm1(-hazard))


def _begin_pilots(world: World, week: int) -> None:
    """Let the pilots be proactive, drawn once for all; practice spreads from week 0 on, and whoever has it keeps it."""
    pcns, share = world.pcns, float(world.commissioner.share_pilot_pcns[0])
    _say_who_is_proactive(pcns.is_proactive, pcns.week_proactive, pcns.id, share, world.luck.key("pilots"), week)


@brief
def _say_who_is_proactive(is_proactive: Flags, since: Whole, ids: Whole, share: float, key: Key, week: int) -> None:
    """Let the PCNs of lowest luck be pilots, as many as the share says, and keep those that are proactive already."""
    n = ids.shape[0]
    u = np.empty(n)
    for pcn in range(n):
        u[pcn] = uniform(key, ids[pcn], 0, 0, 0)
    for place, pcn in enumerate(np.argsort(u)):
        is_proactive[pcn] = place / n < share or (is_proactive[pcn] and week > 0)
        if not is_proactive[pcn]:
            since[pcn] = NEVER
        elif week <= 0 or since[pcn] == NEVER:
            since[pcn] = week


def _keep_books(world: World) -> None:
    """Set the posts funded in each PCN, and write down the week's money."""
    p, place = world.parameters, world.place
    pcns, posts, costs = world.part(Teams, world.pcns), world.posts, (p.funding, p.outreach.cost_approach_gbp)
    books = world.part(Books, world.commissioner)
    _write_down(books, pcns, posts.fte, posts.in_post, world.organisations.places, place.posts_multiplier, *costs)


@inlined
def _fund_posts(books: Books, fte_funded: Floats, residents: Whole, multiplier: float) -> None:
    """Set the posts funded in each PCN, by residents, in full-time equivalents."""
    asked = books.posts_per_10000[0] * books.posts_factor[0] * books.reimbursement[0]
    density = asked * multiplier / _PEOPLE_PER_RATE
    for pcn in range(fte_funded.shape[0]):
        fte_funded[pcn] = density * residents[pcn]


@brief
def _write_down(
    books: Books,
    pcns: Teams,
    fte: Floats,
    in_post: Flags,
    places: Whole,
    multiplier: float,
    p: Funding,
    cost_approach: float,
) -> None:
    """Fund posts; write down the week's money: what the scheme, the NHS and the council pay, and where it goes."""
    _fund_posts(books, pcns.fte_funded, pcns.residents, multiplier)
    cost_post = p.cost_post_gbp_per_year / WEEKS_PER_YEAR
    funded = places.sum() * books.grants_multiplier[0] * books.grants_factor[0]
    spent_posts, spent_outreach = total(fte[in_post]) * cost_post, total(pcns.approaches) * cost_approach
    spent_grants = funded * p.cost_place_gbp_per_year / WEEKS_PER_YEAR
    from_nhs = p.share_grants_nhs * spent_grants
    from_council = spent_grants - from_nhs
    reimbursed = total(fte) * cost_post + spent_outreach
    money_in = reimbursed + from_nhs + from_council
    money_out = spent_posts + spent_outreach + spent_grants
    books.spent_posts[0], books.spent_outreach[0], books.spent_grants[0] = spent_posts, spent_outreach, spent_grants
    books.income_grants_nhs[0], books.income_grants_council[0] = from_nhs, from_council
    books.income_reimbursement[0], books.underspent[0] = reimbursed, max(0.0, money_in - money_out)
    books.spent_this_year[0] += money_out
