"""Stories: constructed lives whose sentences are known, worlds that part in the week they must, and the command."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sp_abm.cases import close_case
from sp_abm.cli import main
from sp_abm.errors import BadValue, UnknownName
from sp_abm.places import place
from sp_abm.scenario import load
from sp_abm.simulation import Simulation
from sp_abm.story import tell
from sp_abm.story.citizen import CitizenWatch
from sp_abm.story.link_worker import LinkWorkerWatch
from sp_abm.story.parting import Parting, parting
from sp_abm.vocabulary import CaseState, Outcome, Route, Stage

HAMLET = replace(
    place("sandbox"),
    key="hamlet",
    residents=900,
    n_pcns=2,
    pcn_sizes=(1.0, 1.0),
    gp_fte=6.0,
    organisations_per_10000=200.0,
)
TODAY = load("today").with_changes({"posts_per_10000": 1.5})
WORLDS = ("‘one’", "‘other’")


def dated(week, **levers):
    """Return today's scenario with levers changed from a week on."""
    steps = {name: [{"from": week, "value": value}] for name, value in levers.items()}
    first = [{"from": 0, "value": 1.5}]
    if "posts_per_10000" in steps:
        steps["posts_per_10000"] = first + steps["posts_per_10000"]
    return replace(TODAY.with_changes(steps), name="dated")


def grown_up(world, **columns):
    """Return the row of a woman of 34, well and content, with these columns set."""
    row = int(np.flatnonzero(world.citizens.age >= 16)[40])
    calm = {"age": 34, "female": True, "stage": Stage.THRIVING, "event_strain": 0, "unemployed": False, "lonely": False}
    calm |= {"n_live_ties": 3, "aware": False, "discloses": True, "ill": False}
    for name, value in (calm | columns).items():
        getattr(world.citizens, name)[row] = value
    return row


def lived(watch, world, week, submodel, **columns):
    """Let a submodel change a person's columns in a week."""
    world.week = week
    for name, value in columns.items():
        getattr(world.citizens, name)[watch.row] = value
    watch.after(submodel, world)


def told(watch):
    """Return a story as (week, what, why)."""
    return [(each.week, each.what, each.why) for each in watch.happenings]


def test_a_life_is_told_in_plain_words_with_its_causes(small_world):
    row = grown_up(small_world)
    watch = CitizenWatch(small_world, int(small_world.citizens.id[row]))
    assert watch.description() == f"the woman aged 34 in dwelling {row}"
    assert watch.at_start == "thriving, 3 ties"
    lived(watch, small_world, 3, "life_events", unemployed=True)
    lived(watch, small_world, 5, "life_events", event_strain=0.8)
    lived(watch, small_world, 6, "transitions", stage=Stage.PRE_CRISIS)
    lived(watch, small_world, 7, "influence", lonely=True)
    lived(watch, small_world, 8, "life_events", unemployed=False)
    lived(watch, small_world, 9, "transitions", weeks_in_distress=2, stage=Stage.CRISIS)
    lived(watch, small_world, 11, "participation", activity_support=0.6)
    lived(watch, small_world, 12, "transitions", stage=Stage.RECOVERING)
    lived(
        watch, small_world, 13, "residents", holder=small_world.citizens.holder[row] + 1, age=50, stage=Stage.THRIVING
    )
    lived(watch, small_world, 14, "life_events", unemployed=True)
    assert told(watch) == [
        (3, "lost her job", ""),
        (5, "had a stressful life event", ""),
        (6, "distress began", "while unemployed and under the strain of a life event"),
        (7, "became lonely", "with only 3 ties and while in distress"),
        (8, "found work", ""),
        (9, "fell into crisis", "while lonely and under the strain of a life event"),
        (
            12,
            "came out of crisis and began to recover after 3 weeks of distress",
            "supported by an activity and though lonely and under the strain of a life event",
        ),
        (13, "moved away", ""),
    ]
    assert watch.condition() == "moved away"


def test_whose_place_a_newborn_takes_has_died(small_world):
    row = grown_up(small_world)
    watch = CitizenWatch(small_world, row)
    lived(watch, small_world, 2, "residents", holder=7, age=0)
    assert told(watch) == [(2, "died", "")] and watch.condition() == "died"


def test_the_track_of_a_life_has_one_entry_a_week_of_change_and_ends_with_it(small_world):
    """Lonely from week 3; in week 5 off balance and lonely no more; in week 9 somebody else has moved in."""
    row = grown_up(small_world)
    watch = CitizenWatch(small_world, int(small_world.citizens.id[row]))
    lived(watch, small_world, 3, "influence", lonely=True)
    lived(watch, small_world, 4, "influence", n_live_ties=9)
    lived(watch, small_world, 5, "transitions", stage=Stage.OFF_BALANCE)
    lived(watch, small_world, 5, "influence", lonely=False)
    lived(watch, small_world, 9, "residents", holder=1, stage=Stage.CRISIS)
    went = [(week, values.get("stage"), values.get("lonely")) for week, values in watch.track(("stage", "lonely"))]
    assert went == [(0, 0, False), (3, 0, True), (5, 1, False), (9, None, None)]


def test_faint_support_is_not_given_as_a_cause(small_world):
    row = grown_up(small_world, stage=Stage.RECOVERING, activity_support=0.01)
    watch = CitizenWatch(small_world, row)
    lived(watch, small_world, 1, "transitions", stage=Stage.THRIVING)
    assert told(watch) == [(1, "recovered", "")]


def test_a_way_through_the_service_is_told_from_referral_to_closure(small_world, add_case):
    """Referred in week 2, allocated in week 4, seen in weeks 6, 7 and 8, connected in week 8, closed in week 10."""
    world, worker = small_world, 1
    row = grown_up(world, stage=Stage.PRE_CRISIS)
    watch, number = CitizenWatch(world, row), int(world.link_workers.id[worker])
    world.week = 2
    case = add_case(world, row, route=Route.GP, week=2)
    lived(watch, world, 2, "referral", consultations=1)
    assert watch.condition() == "pre-crisis, 3 ties, on the waiting list"
    world.cases.worker[case], world.cases.state[case] = worker, CaseState.ALLOCATED
    lived(watch, world, 4, "allocation")
    assert watch.condition() == f"pre-crisis, 3 ties, with link worker {number}"
    for week, column in ((6, "week_first"), (7, "week_last"), (8, "week_third")):
        world.cases.n_contacts[case] += 1
        getattr(world.cases, column)[case] = week
        if week == 8:
            world.cases.week_started[case], world.citizens.activity_row[row] = week, 5
        lived(watch, world, week, "contact")
    world.link_workers.open_cases[worker] = 1
    close_case(world.cases, case, world.link_workers, Outcome.COMPLETED, 10)
    lived(watch, world, 10, "closure")
    where = int(world.organisations.id[5])
    assert told(watch) == [
        (
            2,
            "was offered social prescribing by the GP and accepted",
            "a consultation showed that she was in distress",
        ),
        (4, f"link worker {number} took the case after 2 weeks on the waiting list", ""),
        (6, f"first conversation with link worker {number} after 4 weeks of waiting", ""),
        (8, f"third conversation with link worker {number}", ""),
        (
            8,
            f"started an activity at organisation {where}",
            f"link worker {number} knew it and it had a free place",
        ),
        (10, "the case closed, as planned", "after 3 conversations and an activity"),
    ]


@pytest.mark.parametrize(
    ("outcome", "what"),
    [(None, "the case went back on the waiting list"), (Outcome.DROPPED, "nobody took over the case")],
)
def test_a_link_worker_who_leaves_is_told_to_those_who_lose_one(small_world, add_case, outcome, what):
    row = grown_up(small_world)
    case = add_case(small_world, row, worker=0, n_contacts=2)
    watch = CitizenWatch(small_world, row)
    small_world.cases.worker[case] = -1
    small_world.cases.state[case] = CaseState.CLOSED if outcome else CaseState.WAITING
    small_world.cases.outcome[case] = outcome or Outcome.NOT_YET
    lived(watch, small_world, 1, "turnover")
    assert told(watch) == [(1, what, f"link worker {small_world.link_workers.id[0]} left")]


def worked(watch, world, week, submodel, **columns):
    """Let a submodel change a post's columns in a week."""
    world.week = week
    for name, value in columns.items():
        getattr(world.link_workers, name)[watch.row(world)] = value
    watch.after(submodel, world)


def test_a_post_is_told_from_strain_to_leaving_and_the_next_holder(small_world, add_case):
    world = small_world
    cases = [add_case(world, row, worker=2) for row in (11, 12, 13)]
    world.link_workers.burnout[2], world.link_workers.weeks_in_post[2] = 0.45, 60
    world.link_workers.intends[2] = False
    watch = LinkWorkerWatch(world, int(world.link_workers.id[2]))
    assert watch.at_start == "in post for 60 weeks, 3 open cases, burnout 0.45"
    worked(watch, world, 1, "strain", burnout=0.52)  # not clearly past the border of .5
    worked(watch, world, 2, "strain", burnout=0.58, load=1.4, condition=0, trait=1)
    worked(watch, world, 3, "turnover", intends=True, weeks_in_post=62)
    watch.after("strain", world)
    world.cases.outcome[cases[0]], world.cases.state[cases[0]] = Outcome.DROPPED, CaseState.CLOSED
    world.cases.worker[cases] = -1
    worked(watch, world, 4, "turnover", in_post=False, intends=False, open_cases=0, burnout=0)
    holder = world.link_workers.holder[2] + 1
    worked(watch, world, 20, "staffing", in_post=True, holder=holder, burnout=0.3, trait=1.6)
    worked(watch, world, 21, "strain", burnout=0.31)
    worked(watch, world, 30, "staffing", fte=0, in_post=False)
    support = f"{world.pcns.support[0].mean():.2f}"
    assert told(watch) == [
        (2, "now burnt out (burnout 0.58)", "a load of 1.4 where 1 is bearable"),
        (3, "began to think of leaving", f"burnout 0.58, support {support}"),
        (
            4,
            "left after 62 weeks in post; 2 cases handed on and 1 dropped",
            "had been thinking of leaving and burnt out",
        ),
        (20, "a new link worker started", "strain hits this person 1.6 times as hard as the average"),
        (30, "the post was closed and its holder let go", "it was no longer funded"),
    ]


def test_a_full_caseload_is_told_once_until_there_is_room_again(small_world):
    """The cap is 75 and the worker has learned the job; there is room again at 60."""
    watch = LinkWorkerWatch(small_world, 0)
    small_world.link_workers.weeks_in_post[0] = 500
    for week, open_cases in enumerate((74, 75, 74, 75, 61, 75, 60, 75)):
        worked(watch, small_world, week, "allocation", open_cases=open_cases)
    full = [(each.week, each.what) for each in watch.happenings]
    assert full == [(1, "caseload full with 75 open cases"), (7, "caseload full with 75 open cases")]


def test_two_watches_part_at_the_first_change_that_one_does_not_share(small_world):
    row = grown_up(small_world)
    here, there = small_world, small_world.copy()
    one, other = (CitizenWatch(world, row) for world in (here, there))
    for watch, world in ((one, here), (other, there)):
        for week in range(3):
            world.week = week
            watch.after("staffing", world)
        lived(watch, world, 1, "life_events", ill=True)
    assert parting(one, other, WORLDS) is None
    there.pcns.fte_funded[:] = 0
    for watch, world in ((one, here), (other, there)):
        lived(watch, world, 3, "staffing")
    lived(one, here, 3, "word_of_mouth", aware=True)
    lived(other, there, 4, "life_events", unemployed=True)
    what = "in ‘one’: heard of social prescribing from the media; in ‘other’: nothing of the kind"
    assert parting(one, other, WORLDS) == Parting(3, what, "the service exists in ‘one’ and not in ‘other’")
    assert parting(other, one, WORLDS).week == 3


def test_what_differs_by_rounding_alone_parts_no_posts(small_world):
    """Sums that come in another order differ in their sixteenth digit, which is no difference between two lives."""
    worlds = (small_world, small_world.copy(), small_world.copy())
    watches = [LinkWorkerWatch(world, 0) for world in worlds]
    for watch, world, burnout in zip(watches, worlds, (0.5, 0.5 + 1e-13, 0.5 + 1e-7), strict=True):
        world.week = 0
        watch.after("staffing", world)
        worked(watch, world, 0, "strain", burnout=burnout)
    assert parting(watches[0], watches[1], WORLDS) is None
    assert parting(watches[0], watches[2], WORLDS).week == 0


@cache
def story(kind, number, week, years=0.8, **levers):
    """Return a story of the hamlet today and with levers changed from a week on."""
    scenarios = (TODAY, dated(week, **levers)) if levers else (TODAY, TODAY)
    return tell(kind, number, scenarios, HAMLET, 1, years)


@pytest.mark.parametrize(("kind", "number"), [("citizen", None), ("citizen", 77), ("link worker", 0)])
def test_identical_worlds_never_part(kind, number):
    same = story(kind, number, 0)
    assert same.parting is None and same.as_dict()["parting"] is None
    assert same.worlds[0].happenings == same.worlds[1].happenings
    assert same.worlds[0].at_end == same.worlds[1].at_end


def test_a_lever_of_a_week_parts_a_post_in_that_week_and_not_before():
    apart = story("link worker", 0, 20, support_level=1)
    assert apart.parting.week == 20
    assert apart.parting.what.startswith("hours given to building up the community this week: 1.99")
    assert apart.parting.why.startswith("support delivered 0.39 in ‘today’ and 0.4")


def test_a_service_that_ends_parts_those_who_use_it_from_that_week_on():
    ended = story("citizen", None, 10, posts_per_10000=0)
    assert ended.parting.week >= 10
    assert ended.parting.why == "the service exists in ‘today’ and not in ‘dated’"
    assert any("first conversation" in each.what for each in ended.worlds[0].happenings)
    before = [[each for each in world.happenings if each.week < 10] for world in ended.worlds]
    assert before[0] == before[1]
    post = story("link worker", 0, 10, posts_per_10000=0)
    assert post.parting.week == 10 and "the post was closed" in post.parting.what


def test_watching_changes_nothing():
    plain, watched = (Simulation.start(TODAY, HAMLET, 1, weeks=20) for _ in range(2))
    watched.observers += [CitizenWatch(watched.world, 77), LinkWorkerWatch(watched.world, 0)]
    results = [simulation.run(20).results() for simulation in (plain, watched)]
    assert np.array_equal(results[0].people, results[1].people)
    assert np.array_equal(results[0].system, results[1].system)


@pytest.mark.parametrize(
    ("kind", "number", "words"),
    [
        ("citizen", 900, "citizen 900 does not exist; Sandbox has citizens 0 to 899"),
        ("citizen", -1, "citizen -1 does not exist"),
        ("citizen", 2.5, "citizen 2.5 must be a whole number"),
        ("citizen", True, "citizen True must be a whole number"),
        ("link worker", 17, "link worker 17 does not exist in either world; posts in week 0: 0, 4096"),
        ("GP", 1, "kind = 'GP' must be one of: citizen, link worker"),
    ],
)
def test_somebody_who_does_not_exist_has_no_story(kind, number, words):
    with pytest.raises(BadValue, match=words):
        tell(kind, number, (TODAY, TODAY), HAMLET, 1, 0.1)


def test_an_unknown_scenario_gets_the_nearest_name():
    with pytest.raises(UnknownName, match="Did you mean today"):
        tell("citizen", 1, ("todai", "no-service"))


def said(capsys, *arguments):
    """Return the exit code of `sp-abm story`, what it printed, and its errors."""
    with pytest.raises(SystemExit) as end:
        main(["story", *arguments])
    out = capsys.readouterr()
    return end.value.code or 0, " ".join(out.out.split()), out.err


def test_the_command_tells_both_worlds_and_where_they_part(capsys):
    code, text, _ = said(capsys, "citizen", "1036", "--years", "0.5")
    assert code == 0
    for words in ("in dwelling 1036: ‘today’ beside ‘no-service’", "not a real place", "not a forecast", "Why: the"):
        assert words in text
    assert "Here the two worlds part" in text and "Outreach" not in text


def test_the_command_prints_json_and_nothing_else(capsys):
    code, text, _ = said(capsys, "link-worker", "2", "--years", "0.5", "--other", "outreach-with-support", "--json")
    found = json.loads(text)
    assert code == 0 and found["id"] == 2 and found["who"] == "link worker 2"
    assert [world["scenario"] for world in found["worlds"]] == ["today", "outreach-with-support"]
    for world in found["worlds"]:
        assert all(set(event) == {"week", "date", "what", "why"} for event in world["events"])
    assert set(found["parting"]) == {"week", "date", "what", "why"}
    assert any("share is assumed" in note for note in found["notes"])


def test_the_command_refuses_somebody_who_does_not_exist(capsys):
    code, text, problem = said(capsys, "citizen", "5000")
    assert code == 2 and not text
    assert "Error: citizen 5000 does not exist; Sandbox has citizens 0 to 4999." in problem
