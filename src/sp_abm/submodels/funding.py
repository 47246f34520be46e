"""Funding: posts and grants are paid for, by the week; money in equals money out.

Simpler than its page: the commissioner does not yet answer to impact (investment response 0).
"""

import numpy as np

from sp_abm.vocabulary import WEEKS_PER_YEAR
from sp_abm.world import World

_PEOPLE_PER_RATE = 10_000


def funding(world: World, week: int) -> None:
    """Set the posts funded in each PCN (full-time equivalents) and keep the week's books (pounds)."""
    p, books, workers, pcns = world.parameters.funding, world.commissioner, world.link_workers, world.pcns
    density = (
        books.posts_per_10000[0]
        * books.posts_factor[0]
        * books.reimbursement[0]
        * world.place.posts_multiplier
        / _PEOPLE_PER_RATE
    )
    pcns.fte_funded[:] = density * pcns.residents

    cost_post = p.cost_post_gbp_per_year / WEEKS_PER_YEAR
    grants = world.organisations.places.sum() * books.grants_multiplier[0] * books.grants_factor[0]
    outreach = world.parameters.outreach
    approaches = workers.hours_outreach.sum() / outreach.hours_approach
    books.spent_posts[0] = workers.fte[workers.in_post].sum() * cost_post
    books.spent_outreach[0] = approaches * outreach.cost_approach_gbp
    books.spent_grants[0] = grants * p.cost_place_gbp_per_year / WEEKS_PER_YEAR
    books.income_grants_nhs[0] = p.share_grants_nhs * books.spent_grants[0]
    books.income_grants_council[0] = books.spent_grants[0] - books.income_grants_nhs[0]
    books.income_reimbursement[0] = workers.fte.sum() * cost_post + books.spent_outreach[0]
    money_in = books.income_reimbursement[0] + books.income_grants_nhs[0] + books.income_grants_council[0]
    money_out = books.spent_posts[0] + books.spent_outreach[0] + books.spent_grants[0]
    books.underspent[0] = np.maximum(0.0, money_in - money_out)
