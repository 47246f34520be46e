"""Word of mouth: good news makes people aware, bad news costs trust, and most of it is forgotten."""

import numpy as np
import pytest

from sp_abm.loops import Links
from sp_abm.parameters import Parameters
from sp_abm.submodels.word_of_mouth import people_told, word_of_mouth
from sp_abm.vocabulary import CaseState, Outcome

P = Parameters().word_of_mouth
REMEMBER = {
    "word_of_mouth.rate_awareness_forgotten_per_week": 0,
    "word_of_mouth.p_tells": 1,
    "word_of_mouth.p_tells_again": 0,
}
HELPED = {
    "state": CaseState.CLOSED,
    "outcome": Outcome.COMPLETED,
    "n_contacts": 5,
    "week_third": 3,
    "week_started": 4,
    "week_closed": 9,
}
DROPPED = {"state": CaseState.CLOSED, "outcome": Outcome.DROPPED, "n_contacts": 1, "week_closed": 9}


def nobody_aware(world):
    """Return a world in which everybody is 40 and nobody knows the service."""
    world.citizens.age[:], world.citizens.aware[:] = 40, False
    world.open_week()
    return world


def friends(world, row):
    """Return the rows of a citizen's live ties."""
    entries = slice(world.ties.start[row], world.ties.start[row + 1])
    return set(world.ties.other[entries][world.ties.strength[entries] > 0].tolist())


def sociable(world, least=6):
    """Return the first row with at least that many different live ties."""
    return next(row for row in range(5000) if len(friends(world, row)) >= least)


def test_half_tell_two_and_half_of_those_three_more():
    """Below .49 tells; of these below .47 tells again: 2 + 3 = 5."""
    assert people_told((0.49, 0.0, 0.0, 0.0), 1.0, P) == 0
    assert people_told((0.489, 0.47, 0.0, 0.0), 1.0, P) == 2
    assert people_told((0.489, 0.469, 0.0, 0.0), 1.0, P) == 5


@pytest.mark.parametrize(("again", "number"), [(0, 2), (1, 5)])
def test_ties_of_a_person_helped_become_aware(fresh_world, add_case, again, number):
    world = nobody_aware(fresh_world(**{**REMEMBER, "word_of_mouth.p_tells_again": again}))
    row = sociable(world)
    add_case(world, row, **HELPED)
    word_of_mouth(world, 10)
    told = set(np.flatnonzero(world.citizens.aware).tolist())
    assert len(told) == number == world.flows["told"]
    assert told <= friends(world, row)


def test_a_person_with_fewer_ties_tells_them_all(fresh_world, add_case):
    world = nobody_aware(fresh_world(**{**REMEMBER, "word_of_mouth.p_tells_again": 1}))
    row = next(row for row in range(5000) if len(friends(world, row)) == 3)
    add_case(world, row, **HELPED)
    word_of_mouth(world, 10)
    assert set(np.flatnonzero(world.citizens.aware).tolist()) == friends(world, row)


@pytest.mark.parametrize(("closed", "tells"), [(8, False), (9, True), (10, False)])
def test_only_last_weeks_closures_are_told(fresh_world, add_case, closed, tells):
    world = nobody_aware(fresh_world(**REMEMBER))
    add_case(world, sociable(world), **{**HELPED, "week_closed": closed})
    word_of_mouth(world, 10)
    assert (world.flows["told"] > 0) == tells == world.citizens.aware.any()


def test_an_open_case_and_thin_help_are_not_told(fresh_world, add_case):
    world = nobody_aware(fresh_world(**REMEMBER))
    row = sociable(world)
    add_case(world, row, **{**HELPED, "state": CaseState.CONNECTED})
    add_case(world, row, **{**HELPED, "week_third": -9999})
    add_case(world, row, **{**HELPED, "week_started": -9999})
    word_of_mouth(world, 10)
    assert not world.citizens.aware.any()


def test_a_new_holder_does_not_tell_what_the_last_one_lived_through(fresh_world, add_case):
    world = nobody_aware(fresh_world(**REMEMBER))
    row = sociable(world)
    add_case(world, row, **HELPED)
    add_case(world, row, **DROPPED)
    world.citizens.holder[row] += 1
    word_of_mouth(world, 10)
    assert world.flows["told"] == world.flows["heard_bad_news"] == 0


def test_with_all_ties_cut_nobody_is_told(fresh_world, add_case):
    world = nobody_aware(fresh_world(**REMEMBER))
    world.ties.strength[:] = 0
    for row in range(100):
        add_case(world, row, **(HELPED if row % 2 else DROPPED))
    word_of_mouth(world, 10)
    assert world.flows["told"] == world.flows["heard_bad_news"] == 0
    assert not world.citizens.aware.any() and (world.citizens.trust == 0.5).all()


def test_what_was_lost_in_trust_is_counted_for_a_week_and_then_forgotten(fresh_world, add_case):
    world = nobody_aware(fresh_world(**REMEMBER))
    add_case(world, sociable(world), **DROPPED)
    world.pcns.trust_lost[:] = -3
    word_of_mouth(world, 10)
    assert not world.pcns.trust_lost.any()


def two_hundred_helped(world, add_case):
    """Give 200 people who have two live ties or more a case that helped them."""
    for row in [row for row in range(2000) if len(friends(world, row)) >= 2][:200]:
        add_case(world, row, **HELPED)
    return world


def test_a_link_half_as_strong_makes_half_as_many_tell(fresh_world, add_case):
    """Of 200, each tells two with p_tells 1 x .5: 200 told, standard deviation 2 x sqrt(50) = 14; four of them."""
    world = two_hundred_helped(nobody_aware(fresh_world(**REMEMBER)), add_case)
    world.links = Links({"helped->word_of_mouth": 0.5})
    word_of_mouth(world, 10)
    assert abs(world.flows["told"] - 200) < 4 * 14.2


def test_being_told_half_as_strongly_makes_half_of_those_told_aware(fresh_world, add_case):
    """All 400 are told; who becomes aware is among those who would, and about half of them (sd under 10)."""
    whole = two_hundred_helped(nobody_aware(fresh_world(**REMEMBER)), add_case)
    half = two_hundred_helped(nobody_aware(fresh_world(**REMEMBER)), add_case)
    half.links = Links({"word_of_mouth->awareness": 0.5})
    for world in (whole, half):
        word_of_mouth(world, 10)
        assert world.flows["told"] == 400
    aware, of = half.citizens.aware, whole.citizens.aware
    assert (aware <= of).all() and abs(aware.sum() - of.sum() / 2) < 41


def test_a_campaign_of_half_a_year_tells_half_of_those_who_do_not_know(fresh_world):
    """Without media or forgetting, a hazard of -ln(.5)/52 a week for 52 weeks: half of 5,000, standard deviation 35."""
    off = {"word_of_mouth.share_aware_from_media": 0, "word_of_mouth.rate_awareness_forgotten_per_week": 0}
    world = nobody_aware(fresh_world(**off))
    world.commissioner.awareness_campaign[0] = 0.5
    for week in range(52):
        word_of_mouth(world, week)
    assert abs(world.citizens.aware.sum() - 2500) < 4 * 35.4


def test_bad_news_lowers_the_trust_of_two_ties(fresh_world, add_case):
    """Two of the dropped person's ties go from .5 to .45; nobody becomes aware."""
    world = nobody_aware(fresh_world(**REMEMBER))
    row = sociable(world)
    add_case(world, row, **DROPPED)
    word_of_mouth(world, 10)
    shaken = np.flatnonzero(world.citizens.trust != 0.5)
    assert set(shaken.tolist()) <= friends(world, row) and shaken.size == 2 == world.flows["heard_bad_news"]
    assert world.citizens.trust[shaken] == pytest.approx([0.45, 0.45])
    assert not world.citizens.aware.any()


def test_trust_never_falls_below_0_whatever_is_heard(fresh_world, add_case):
    world = nobody_aware(fresh_world(**REMEMBER))
    world.citizens.trust[:] = 0.01
    add_case(world, sociable(world), **DROPPED)
    word_of_mouth(world, 10)
    assert world.citizens.trust.min() == 0


def test_being_told_prompts_use_for_13_weeks(fresh_world, add_case):
    """Told in week 10, after that week's referral: referral may be prompted in weeks 11 to 23, which is 13 weeks.

    At .009 a week 1 - exp(-.009 x 13) = 11% would then use it (EO112).
    """
    world = nobody_aware(fresh_world(**REMEMBER))
    add_case(world, sociable(world), **HELPED)
    word_of_mouth(world, 10)
    told = np.flatnonzero(world.citizens.aware)[0]
    prompted = []
    for week in range(11, 40):
        if world.citizens.weeks_told[told] > 0:  # what referral reads
            prompted.append(week)
        word_of_mouth(world, week)
    assert prompted == list(range(11, 24))


def test_awareness_is_forgotten_at_1_per_cent_a_week(fresh_world):
    """Without media, after 52 weeks exp(-.52) = .5945 of 5,000 still know, 2,973, give or take four times 35."""
    world = nobody_aware(fresh_world(**{"word_of_mouth.share_aware_from_media": 0}))
    world.citizens.aware[:] = True
    for week in range(52):
        word_of_mouth(world, week)
    assert abs(world.citizens.aware.sum() - 2972.6) < 4 * 34.7


@pytest.mark.parametrize("at_start", [False, True])
def test_media_alone_hold_8_per_cent_aware(fresh_world, at_start):
    """Hazards .01 off and .01 x .08/.92 on: after 700 weeks (e^-7.6 of the start is left) 8% of 5,000 are aware.

    Means over 300 weeks, memory 92 weeks: standard deviation about .0027; four of them are .011.
    """
    world = nobody_aware(fresh_world())
    world.citizens.aware[:] = at_start
    shares = []
    for week in range(1000):
        word_of_mouth(world, week)
        shares.append(world.citizens.aware.mean())
    assert np.mean(shares[700:]) == pytest.approx(0.08, abs=0.011)


def test_the_young_neither_learn_nor_forget(small_world):
    young = small_world.citizens.age < 16
    small_world.citizens.aware[:] = False
    small_world.citizens.aware[np.flatnonzero(young)[:5]] = True
    for week in range(50):
        word_of_mouth(small_world, week)
    assert small_world.citizens.aware[young].sum() == 5


def test_the_more_people_tell_the_more_are_aware(fresh_world, add_case):
    aware = []
    for p_tells in (0.0, 0.49, 1.0):
        world = nobody_aware(fresh_world(**{**REMEMBER, "word_of_mouth.p_tells": p_tells}))
        for row in range(200):
            add_case(world, row, **HELPED)
        word_of_mouth(world, 10)
        aware.append(set(np.flatnonzero(world.citizens.aware)))
    assert aware[0] <= aware[1] <= aware[2] and not aware[0] and len(aware[1]) < len(aware[2])


def test_trust_and_weeks_stay_in_their_ranges(fresh_world, add_case):
    world = fresh_world()
    for week in range(30):
        for row in range(20):
            closed = {**(HELPED if row % 3 else DROPPED), "week_closed": week}
            add_case(world, 20 * week + row, **closed)
        word_of_mouth(world, week + 1)
        assert (world.citizens.trust >= 0).all() and (world.citizens.trust <= 1).all()
        assert (world.citizens.weeks_told <= 13).all()
