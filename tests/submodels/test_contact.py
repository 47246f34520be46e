"""Contact: hours that last as long as they last, and a place that fits if one is known and free."""

from itertools import pairwise

import numpy as np
import pytest

from sp_abm.agents.community import Terms, room
from sp_abm.agents.link_workers import hours_direct
from sp_abm.loops import Blend
from sp_abm.submodels.contact import contact, felt, p_accepts, terms
from sp_abm.vocabulary import CaseState, Stage

EAGER = {"contact.rate_contact_per_week": 50, "contact.p_attends": 1}
KEEN = EAGER | {"contact.share_ready": 1000, "contact.share_ready_early": 1000}
STILL = {"contact.rate_learns_per_week": 0, "contact.rate_forgets_per_week": 0}


def at_work(world, fte=None):
    """Return a world with experienced teams; with `fte`, only the first worker is in post, for that time."""
    workers = world.link_workers
    workers.weeks_in_post[:] = 104
    world.citizens.stage[:], world.citizens.age[:] = Stage.THRIVING, 40
    if fte is not None:
        workers.in_post[1:], workers.fte[0] = False, fte
    world.open_week()
    return world


def one_organisation(world, places, kind=0):
    """Let the first worker know one organisation of a kind, with that many places, and no other."""
    world.knowledge.known[:] = False
    world.knowledge.known[0, 5] = True
    world.organisations.kind[5], world.organisations.places[5] = kind, places
    return 5


def test_a_full_time_week_has_30_slots(small_world):
    """37.5 x .6 x .888 = 19.98 hours for people, / (40/60) = 29.97 appointments; a newcomer has .4 of that."""
    p = small_world.parameters
    small_world.link_workers.weeks_in_post[:] = [0, 26, 26, 26, 26, 26]
    small_world.link_workers.in_post[2] = False
    hours = hours_direct(small_world.link_workers, p.staffing, p.contact)
    assert hours == pytest.approx([7.992, 19.98, 0, 19.98, 19.98, 19.98])
    assert hours[1] / (40 / 60) == pytest.approx(29.97)


def test_whole_slots_are_used_and_the_rest_is_carried(fresh_world, add_case):
    """50 people want a contact each week: 29 are seen, .97 is carried, and next week 30.94: 30, .94 carried."""
    world = at_work(fresh_world(**EAGER), fte=1)
    for citizen in range(50):
        add_case(world, citizen, worker=0)
    for week, seen, carried in [(1, 29, 0.97), (2, 30, 0.94), (3, 30, 0.91)]:
        world.open_week()
        contact(world, week)
        assert world.flows["contacts"] == seen
        assert world.link_workers.slots_used[0] == pytest.approx(seen)
        assert world.link_workers.slots_carried[0] == pytest.approx(carried)


def test_a_missed_appointment_costs_seven_tenths(fresh_world, add_case):
    """Nobody comes. After 41 of them 29.97 - 28.7 = 1.27 is left, enough for one more; after 42, .57 is not."""
    world = at_work(fresh_world(**{**EAGER, "contact.p_attends": 0}), fte=1)
    for citizen in range(50):
        add_case(world, citizen, worker=0)
    contact(world, 1)
    assert (world.flows["missed"], world.flows["contacts"]) == (42, 0)
    assert world.link_workers.slots_used[0] == pytest.approx(29.4)
    assert not world.cases.n_contacts[:50].any()


def test_hours_given_to_outreach_are_not_there_for_contacts(fresh_world, add_case):
    """19.35 - 4 = 15.35 hours are 23.025 slots."""
    world = at_work(fresh_world(**EAGER), fte=1)
    world.link_workers.hours_outreach[0] = 4
    for citizen in range(50):
        add_case(world, citizen, worker=0)
    contact(world, 1)
    assert world.flows["contacts"] == 23


def test_hours_used_never_pass_hours_available_by_more_than_one_appointment(fresh_world, add_case):
    world = at_work(fresh_world())
    world.link_workers.weeks_in_post[:] = [0, 3, 9, 15, 20, 80]
    for citizen in range(600):
        add_case(world, citizen, worker=citizen % 6)
    p = world.parameters
    for week in range(1, 30):
        contact(world, week)
        slots = hours_direct(world.link_workers, p.staffing, p.contact) * 60 / p.contact.minutes_contact
        assert (world.link_workers.slots_used <= slots + 1).all()
        assert (world.link_workers.slots_carried <= 1).all()


def test_slots_that_nobody_wants_are_not_saved_up(fresh_world):
    world = at_work(fresh_world(), fte=1)
    for week in range(1, 10):
        contact(world, week)
    assert world.link_workers.slots_carried[0] == 1 and world.link_workers.slots_used[0] == 0


def test_first_conversations_come_first_and_then_the_longest_silence(fresh_world, add_case):
    """A tenth of a post has 2.9 slots: of four people the unseen one and the one longest unseen are met.

    Next week .9 carried and 2.9 are 3.8: the two left out come first, then the lower number of the two just met.
    """
    world = at_work(fresh_world(**EAGER), fte=0.1)
    short = add_case(world, 1, worker=0, n_contacts=1, week_last=8, plan=8)
    long = add_case(world, 2, worker=0, n_contacts=1, week_last=3, plan=8)
    longer = add_case(world, 3, worker=0, n_contacts=1, week_last=2, plan=8)
    unseen = add_case(world, 4, worker=0, plan=8, week=7)
    contact(world, 9)
    assert world.cases.n_contacts[[short, long, longer, unseen]].tolist() == [1, 1, 2, 1]
    assert world.cases.week_first[unseen] == world.cases.week_last[unseen] == 9
    assert (world.flows["first_contacts"], world.flows["weeks_waited"]) == (1, 2)
    contact(world, 10)
    assert world.cases.n_contacts[[short, long, longer, unseen]].tolist() == [2, 2, 3, 1]


def test_cases_without_a_worker_and_closed_cases_are_not_seen(fresh_world, add_case):
    world = at_work(fresh_world(**EAGER))
    add_case(world, 1)
    add_case(world, 2, state=CaseState.CLOSED)
    contact(world, 1)
    assert world.flows["contacts"] == 0


def test_a_case_wants_a_contact_in_half_of_weeks(fresh_world, add_case):
    """1 - exp(-.667) = .486753 of 3,000; attended .88 of that: 1,285, standard deviation 27; four are allowed."""
    world = at_work(fresh_world())
    world.link_workers.fte[:] = 100
    for citizen in range(3000):
        add_case(world, citizen, worker=citizen % 6)
    contact(world, 1)
    assert abs(world.flows["contacts"] + world.flows["missed"] - 3000 * 0.486753) < 4 * 27.4
    assert abs(world.flows["contacts"] - 3000 * 0.486753 * 0.88) < 4 * 27.1


def test_support_from_contact_is_thin_at_first_deep_from_the_third_and_fades(fresh_world, add_case):
    """.17, .17, .33, .33; then weeks without: .33 x exp(-1/4) = .2570, x exp(-1/4) again = .2002."""
    world = at_work(fresh_world(**EAGER))
    case = add_case(world, 1, worker=0, plan=8)
    felt = []
    for week in range(1, 7):
        contact(world, week)
        felt.append(world.citizens.contact_support[1])
        if week == 4:
            world.cases.state[case] = CaseState.CLOSED
    assert felt == pytest.approx([0.17, 0.17, 0.33, 0.33, 0.33 * np.exp(-0.25), 0.33 * np.exp(-0.5)])
    assert world.cases.week_third[case] == 3
    for week in range(7, 40):
        contact(world, week)
    assert world.citizens.contact_support[1] == 0


@pytest.mark.parametrize(("plan", "first_try"), [(2, 1), (8, 2), (10, 2)])
def test_connection_is_tried_from_the_second_contact_and_for_light_touch_from_the_first(
    fresh_world, add_case, plan, first_try
):
    """The worker knows nothing, so that each attempt shows as one that failed for want of knowledge."""
    world = at_work(fresh_world(**KEEN, **STILL))
    world.knowledge.known[:] = False
    add_case(world, 1, worker=0, plan=plan)
    tried = []
    for week in range(1, 5):
        world.open_week()
        contact(world, week)
        tried.append(world.flows["not_known"])
    assert tried == [week >= first_try for week in range(1, 5)]


def test_an_attempt_fails_for_want_of_knowledge_of_a_place_or_of_will(fresh_world, add_case):
    """Nothing of the kind known: not known. Known but full: no place. Free but not taken up: refused. Else started."""
    reasons = []
    for kind, places, ready in [(1, 5, 1000), (0, 0, 1000), (0, 5, 0), (0, 5, 1000)]:
        change = {"contact.share_ready": ready, "contact.share_ready_early": ready}
        world = at_work(fresh_world(**{**KEEN, **STILL, **change}))
        one_organisation(world, places)
        add_case(world, 1, worker=0, plan=2, kind=kind)
        contact(world, 1)
        reasons.append([name for name in ("not_known", "no_place", "refused", "started") if world.flows[name]])
    assert reasons == [["not_known"], ["no_place"], ["refused"], ["started"]]


def test_whoever_starts_has_a_place(fresh_world, add_case):
    world = at_work(fresh_world(**KEEN, **STILL))
    organisation = one_organisation(world, 5)
    case = add_case(world, 1, worker=0, plan=2, kind=0)
    contact(world, 3)
    assert world.cases.week_started[case] == 3 and world.cases.state[case] == CaseState.CONNECTED
    assert world.citizens.activity_row[1] == organisation and world.organisations.occupied[organisation] == 1
    world.open_week()
    contact(world, 4)
    assert world.flows["contacts"] == 1 and world.flows["started"] == 0


def test_an_organisation_never_takes_more_than_its_room(fresh_world, add_case):
    """20 people fit one organisation of 3 places: 3 start, 17 find no place."""
    world = at_work(fresh_world(**KEEN, **STILL), fte=1)
    organisation = one_organisation(world, 3)
    for citizen in range(20):
        add_case(world, citizen, worker=0, plan=2, kind=0)
    contact(world, 1)
    assert (world.flows["started"], world.flows["no_place"]) == (3, 17)
    assert world.organisations.occupied[organisation] == 3


def test_a_cut_in_grants_closes_no_place_in_use_and_blocks_new_ones(fresh_world, add_case):
    """Of 6 places half are paid for and 4 are taken: nobody is turned out, nobody starts."""
    world = at_work(fresh_world(**KEEN, **STILL))
    world.commissioner.grants_multiplier[0] = 0.5
    organisation = one_organisation(world, 6)
    world.organisations.occupied[organisation] = 4
    add_case(world, 1, worker=0, plan=2, kind=0)
    contact(world, 1)
    assert world.flows["no_place"] == 1 and world.organisations.occupied[organisation] == 4


def test_room_is_own_places_by_grants_and_what_volunteers_add(small_world):
    """5 places x .5 = 2.5, so 2; 3 volunteers x 1.5 = 4.5, so 4; 6 in all, and with half of them open 3."""
    organisations, own = small_world.organisations, Blend(1.0, np.zeros(1))
    organisations.places[0], organisations.volunteers[0] = 5, 3
    assert room(organisations, 0, Terms(0.5, 1.0, 1.5, own)) == 6
    assert room(organisations, 0, Terms(0.5, 0.5, 1.5, own)) == 3
    assert room(organisations, 0, Terms(0.0, 1.0, 0.0, own)) == 0


def test_acceptance_falls_with_burnout_and_changes(small_world, add_case):
    """At burnout .40: .60. One standard deviation (.18) above: odds 1.5 x e^-.49 = .91894, chance .478878.

    One change of worker: odds 1.5 x .5 = .75, chance .428571. Both: odds .45947, chance .314820.
    """
    case, p = add_case(small_world, 1, worker=0), small_world.parameters.contact
    expected = {(0.40, 0): 0.6, (0.58, 0): 0.478878, (0.40, 1): 0.428571, (0.58, 1): 0.314820}
    for (burnout, changes), chance in expected.items():
        small_world.link_workers.burnout[0], small_world.cases.changes[case] = burnout, changes
        found = p_accepts(small_world.cases, case, felt(small_world, terms(small_world, 0), 0), p)
        assert found == pytest.approx(chance, abs=1e-6)


def test_few_are_ready_at_the_second_contact_of_a_longer_case(fresh_world, add_case):
    """Burnout .40, chance .6: light touch .70 x .6 = .42 start, standard cases at their second contact .35 x .6 = .21.

    1,000 of each; four standard deviations are 62 and 52.
    """
    started = []
    for plan, seen in [(2, 0), (8, 1), (8, 2)]:
        world = at_work(fresh_world(**EAGER, **STILL))
        world.link_workers.fte[:], world.link_workers.burnout[:] = 100, 0.40
        world.organisations.places[:], world.knowledge.known[:] = 1000, True
        for citizen in range(1000):
            case = add_case(world, citizen, worker=citizen % 6, plan=plan)
            if seen:
                world.cases.n_contacts[case], world.cases.week_first[case] = seen, 0
        contact(world, 1)
        started.append(world.flows["started"])
    assert abs(started[0] - 420) < 62 and abs(started[1] - 210) < 52 and abs(started[2] - 420) < 62


def test_a_more_burnt_out_worker_never_connects_more_people(fresh_world, add_case):
    started = []
    for burnout in (0.0, 0.4, 0.7, 1.0):
        world = at_work(fresh_world(**EAGER, **STILL))
        world.link_workers.burnout[:] = burnout
        world.knowledge.known[:], world.organisations.places[:] = True, 1000
        for citizen in range(150):
            add_case(world, citizen, worker=citizen % 6, plan=2)
        contact(world, 1)
        started.append(set(np.flatnonzero(world.citizens.activity_row >= 0)))
    assert all(many >= few for many, few in pairwise(started))
    assert len(started[0]) > len(started[-1])


def test_workers_get_to_know_their_own_pcn_and_lose_touch(fresh_world):
    world = at_work(fresh_world(**{"contact.rate_learns_per_week": 50, "contact.rate_forgets_per_week": 0}))
    world.knowledge.known[:], world.organisations.pcn[:4] = False, 3
    world.link_workers.in_post[2] = False
    contact(world, 1)
    known = world.knowledge.known
    assert not known[2].any() and not known[:, :4].any()
    assert known[[0, 1, 3, 4, 5], 4:].all()
    forgetful = at_work(fresh_world(**{"contact.rate_learns_per_week": 0, "contact.rate_forgets_per_week": 50}))
    forgetful.knowledge.known[:] = True
    contact(forgetful, 1)
    assert not forgetful.knowledge.known.any()


def test_in_the_long_run_two_thirds_of_organisations_are_known(small_world):
    """.008 / (.008 + .004) = .667 of 120; means over 400 weeks, memory about 83 weeks, standard deviation near .03."""
    small_world.link_workers.in_post[:] = True
    shares = []
    for week in range(900):
        contact(small_world, week)
        shares.append(small_world.knowledge.known.mean())
    assert np.mean(shares[300:]) == pytest.approx(2 / 3, abs=0.08)


def test_without_workers_nothing_happens(fresh_world, add_case):
    world = at_work(fresh_world(**EAGER))
    world.link_workers.in_post[:] = False
    for citizen in range(10):
        add_case(world, citizen, worker=0)
    contact(world, 1)
    assert world.flows["contacts"] == 0 and not world.link_workers.slots_used.any()


def test_without_organisations_nobody_is_connected(fresh_world, add_case):
    world = at_work(fresh_world(**KEEN, **STILL))
    world.organisations.places[:], world.knowledge.known[:] = 0, True
    for citizen in range(10):
        add_case(world, citizen, worker=0, plan=2)
    contact(world, 1)
    assert world.flows["no_place"] == 10 and not world.organisations.occupied.any()


def test_a_long_wait_and_a_full_house_cost_trust(fresh_world, add_case):
    """Seen first after 9 weeks: .50 - .05; after 8: .50. Looking where all known places are taken: .50 - .02."""
    world = at_work(fresh_world(**KEEN, **STILL))
    one_organisation(world, 0)
    long, short = (add_case(world, i, worker=0, week_referred=10 - weeks, plan=8) for i, weeks in ((1, 9), (2, 8)))
    crowded = add_case(world, 3, worker=0, week_referred=10, plan=2, kind=0)
    contact(world, 10)
    people = world.cases.citizen[[long, short, crowded]]
    assert world.citizens.trust[people] == pytest.approx([0.45, 0.5, 0.48])
    assert world.pcns.trust_lost == pytest.approx([-0.07])


def test_colleagues_pass_on_what_they_know_and_time_for_the_community_helps(fresh_world):
    """Nothing is learned alone without hours; from a colleague at once when certain; a vacant post teaches nobody."""
    world = at_work(fresh_world(**STILL, **{"contact.rate_shares_per_week": 50}))
    world.knowledge.known[:] = False
    world.knowledge.known[0, 3] = world.knowledge.known[1, 4] = True
    world.link_workers.in_post[1] = False
    contact(world, 1)
    assert world.knowledge.known[2].nonzero()[0].tolist() == [3]
    learned = []
    for hours in (0.0, 2.0, 20.0):
        world = at_work(fresh_world(**{"contact.rate_shares_per_week": 0, "contact.rate_forgets_per_week": 0}))
        world.link_workers.hours_building[:] = hours
        world.knowledge.known[:] = False
        contact(world, 1)
        learned.append(world.knowledge.known.sum())
    assert learned[0] == 0 and learned == sorted(learned) and learned[2] > learned[1]
