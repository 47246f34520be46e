"""Funding: once a year money answers to the impact that was recorded; every week, money in equals money out.

The review looks at the 52 weeks before it. How impact moves money is not in the evidence: strength, signal and rule
are levers, and at strength 0 nothing moves. Practice spreads among PCNs by what their peers have to show.
"""

import numpy as np
from numpy.typing import NDArray

from sp_abm.cases import NEVER
from sp_abm.vocabulary import WEEKS_PER_YEAR, InvestmentRule
from sp_abm.world import World

_PEOPLE_PER_RATE = 10_000
_COMPOUNDING = list(InvestmentRule).index(InvestmentRule.COMPOUNDING)
_SMALLEST = float(np.finfo(np.float64).tiny)


def funding(world: World, week: int) -> None:
    """Hold the yearly review, say who is proactive, fund posts (full-time equivalents), keep the books (pounds)."""
    if week % WEEKS_PER_YEAR == 0:
        _review(world, week)
    _begin_pilots(world, week)
    _fund_posts(world)
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
    pcns = world.pcns
    u = world.luck.uniforms("pilots", 0, pcns.id, np.zeros_like(pcns.id))[:, 0]
    place = np.argsort(np.argsort(u))
    is_pilot = place / u.size < world.commissioner.share_pilot_pcns[0]
    pcns.is_proactive[:] = is_pilot | (pcns.is_proactive & (week > 0))
    since = week if week <= 0 else np.where(pcns.week_proactive == NEVER, week, pcns.week_proactive)
    pcns.week_proactive[:] = np.where(pcns.is_proactive, since, NEVER)


def _fund_posts(world: World) -> None:
    """Set the posts funded in each PCN, by residents, in full-time equivalents."""
    books, pcns = world.commissioner, world.pcns
    density = (
        books.posts_per_10000[0]
        * books.posts_factor[0]
        * books.reimbursement[0]
        * world.place.posts_multiplier
        / _PEOPLE_PER_RATE
    )
    pcns.fte_funded[:] = density * pcns.residents


def _keep_books(world: World) -> None:
    """Write down the week's money: what the scheme, the NHS and the council pay, and where it goes."""
    p, books, workers = world.parameters.funding, world.commissioner, world.link_workers
    cost_post = p.cost_post_gbp_per_year / WEEKS_PER_YEAR
    grants = world.organisations.places.sum() * books.grants_multiplier[0] * books.grants_factor[0]
    books.spent_posts[0] = workers.fte[workers.in_post].sum() * cost_post
    books.spent_outreach[0] = world.pcns.approaches.sum() * world.parameters.outreach.cost_approach_gbp
    books.spent_grants[0] = grants * p.cost_place_gbp_per_year / WEEKS_PER_YEAR
    books.income_grants_nhs[0] = p.share_grants_nhs * books.spent_grants[0]
    books.income_grants_council[0] = books.spent_grants[0] - books.income_grants_nhs[0]
    books.income_reimbursement[0] = workers.fte.sum() * cost_post + books.spent_outreach[0]
    money_in = books.income_reimbursement[0] + books.income_grants_nhs[0] + books.income_grants_council[0]
    money_out = books.spent_posts[0] + books.spent_outreach[0] + books.spent_grants[0]
    books.underspent[0] = np.maximum(0.0, money_in - money_out)
    books.spent_this_year[0] += money_out
