"""Funding: what comes in goes out, to the penny."""

import numpy as np
import pytest

from sp_abm.levers import LEVERS
from sp_abm.schedule import step
from sp_abm.submodels.funding import funding

COST_POST = 36428 / 52


def money_in(books):
    """Return the pounds that come in this week."""
    return books.income_reimbursement[0] + books.income_grants_nhs[0] + books.income_grants_council[0]


def money_out(books):
    """Return the pounds that go out this week, those handed back unspent included."""
    return books.spent_posts[0] + books.spent_outreach[0] + books.spent_grants[0] + books.underspent[0]


def test_the_sandbox_pays_for_six_posts(small_world):
    """.45 posts per 10,000 x 12/.45 (the sandbox is denser) x 5,000 residents / 10,000 = 6."""
    funding(small_world, 0)
    assert small_world.pcns.fte_funded == pytest.approx([6.0])


def test_the_books_of_a_week_with_one_vacancy(small_world):
    """Five of six posts are filled and 12 approaches were made last week at 2 pounds each.

    A post costs 36,428 / 52 = 700.54 pounds a week. Spent on posts 5 x 700.54 = 3,502.69, on outreach 12 x 2 = 24,
    on grants 20 organisations x 26 places x 300 / 52 = 3,000, half of it the NHS's. Reimbursed 6 x 700.54 + 24 =
    4,227.23; unspent 700.54. Money out so far this year: 3,502.69 + 24 + 3,000.
    """
    world = small_world
    world.link_workers.in_post[2] = False
    world.pcns.approaches[:] = 12
    funding(world, 0)
    books = world.commissioner
    assert books.spent_posts[0] == pytest.approx(5 * COST_POST)
    assert books.spent_outreach[0] == pytest.approx(24)
    assert books.spent_grants[0] == pytest.approx(3000)
    assert books.income_grants_nhs[0] == books.income_grants_council[0] == pytest.approx(1500)
    assert books.income_reimbursement[0] == pytest.approx(6 * COST_POST + 24)
    assert books.underspent[0] == pytest.approx(COST_POST)
    assert books.spent_this_year[0] == pytest.approx(5 * COST_POST + 3024)


def test_what_the_nhs_does_not_pay_of_the_grants_the_council_does(fresh_world):
    for share in (0, 0.25, 1):
        world = fresh_world(**{"funding.share_grants_nhs": share})
        funding(world, 1)
        books = world.commissioner
        assert books.income_grants_nhs[0] == pytest.approx(share * 3000)
        assert books.income_grants_council[0] == pytest.approx((1 - share) * 3000)


def test_posts_go_by_what_is_asked_for_what_the_review_made_of_it_and_what_the_scheme_pays(small_world):
    """6 posts x .5 after the review x .8 reimbursed = 2.4."""
    books = small_world.commissioner
    books.posts_factor[0], books.reimbursement[0] = 0.5, 0.8
    funding(small_world, 1)
    assert small_world.pcns.fte_funded == pytest.approx([2.4])


def test_without_posts_nothing_is_paid_for_them(fresh_world):
    world = fresh_world()
    world.commissioner.posts_per_10000[0] = 0
    world.link_workers.fte[:] = 0
    world.link_workers.in_post[:] = False
    funding(world, 0)
    assert world.pcns.fte_funded[0] == world.commissioner.spent_posts[0] == world.commissioner.underspent[0] == 0


def test_asking_for_more_posts_never_funds_fewer(small_world):
    funded = []
    for density in (0, 0.2, 0.45, 0.9, 50):
        small_world.commissioner.posts_per_10000[0] = density
        funding(small_world, 0)
        funded.append(small_world.pcns.fte_funded[0])
    assert funded == sorted(funded)


def test_money_in_equals_money_out_to_the_penny_in_every_week(fresh_world):
    """Workers leave often, so that posts stand vacant; outreach is on; the service shrinks, grows and ends."""
    world = fresh_world(**{"turnover.rate_leaves_otherwise_per_week": 0.05})
    levers = world.levers_now.copy()
    world.levers = np.tile(levers, (80, 1))
    outreach, posts = list(LEVERS).index("outreach_share"), list(LEVERS).index("posts_per_10000")
    world.levers[:, outreach] = 0.2
    world.levers[20:, posts], world.levers[40:, posts], world.levers[70:, posts] = 0.3, 0.71, 0.0
    unspent = []
    for _ in range(80):
        step(world)
        books = world.commissioner
        assert abs(money_in(books) - money_out(books)) < 0.005
        assert all((getattr(books, name) >= 0).all() for name in books._fields)
        unspent.append(books.underspent[0])
    assert max(unspent) > COST_POST
