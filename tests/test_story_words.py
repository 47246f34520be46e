"""Sentences of a story: what is said of each change in a life or a post, and how somebody is."""

from types import SimpleNamespace as Made

import numpy as np
import pytest

from sp_abm.cases import NEVER
from sp_abm.story.citizen import CitizenWatch
from sp_abm.story.link_worker import LinkWorkerWatch
from sp_abm.vocabulary import CaseState, Outcome, Route, Stage

CALM = {
    "holder": 0, "age": 34, "stage": Stage.THRIVING, "event_strain": 0.0, "unemployed": False, "ill": False,
    "lonely": False, "n_live_ties": 3, "discloses": True, "consultations": 1, "weeks_told": 0, "aware": False,
    "trust": 0.5, "activity_row": -1, "weeks_in_activity": 0, "volunteer_row": -1, "contact_support": 0.0,
    "activity_support": 0.0, "weeks_in_distress": 0, "case.week_referred": NEVER, "case.worker": -1, "case.route": 0,
    "case.changes": 0, "case.outcome": Outcome.NOT_YET, "case.n_contacts": 0, "case.week_third": NEVER,
    "case.week_started": NEVER, "case.state": CaseState.CLOSED,
}  # fmt: skip
WEEK = 10
WORLD = Made(
    week=WEEK, mean_ties=3.0,
    parameters=Made(life_events=Made(oldest_worker=66), participation=Made(weeks_completed=12),
                    turnover=Made(threshold_burnt_out=0.5), staffing=Made(weeks_ramp=26)),
)  # fmt: skip
SEEN = {"case.worker": 7, "case.week_referred": 8, "case.n_contacts": 2}
REFERRED = {"case.week_referred": WEEK}

LIVES = {
    "pension": ("life_events", {"unemployed": True, "age": 66}, {"unemployed": False}, "reached pension age", ""),
    "work": ("life_events", {"unemployed": True, "age": 65}, {"unemployed": False}, "found work", ""),
    "ill": ("life_events", {}, {"ill": True}, "fell physically ill", ""),
    "well": ("life_events", {"ill": True}, {"ill": False}, "got over the physical illness", ""),
    "worse": (
        "transitions", {"lonely": True, "contact_support": 0.2}, {"stage": Stage.PRE_CRISIS}, "distress began",
        "while lonely and in spite of support from the link worker",
    ),
    "in spite": (
        "transitions", {"activity_support": 0.2}, {"stage": Stage.OFF_BALANCE}, "went off balance",
        "in spite of support from an activity",
    ),
    "better": (
        "transitions", {"stage": Stage.OFF_BALANCE, "contact_support": 0.3, "activity_support": 0.3},
        {"stage": Stage.THRIVING}, "found balance again", "supported by an activity",
    ),
    "relief": (
        "transitions", {"stage": Stage.CRISIS, "weeks_in_distress": 4, "unemployed": True}, {"stage": Stage.PRE_CRISIS},
        "came out of crisis, still in distress", "though unemployed",
    ),
    "recovery": (
        "transitions", {"stage": Stage.PRE_CRISIS, "weeks_in_distress": 0, "contact_support": 0.1},
        {"stage": Stage.RECOVERING}, "began to recover after 1 week of distress", "supported by the link worker",
    ),
    "lonely": ("influence", {}, {"lonely": True}, "became lonely", ""),
    "few ties": ("influence", {}, {"lonely": True, "n_live_ties": 1}, "became lonely", "with only 1 tie"),
    "company": (
        "influence", {"lonely": True, "activity_row": 0}, {"lonely": False}, "was no longer lonely",
        "while in an activity",
    ),
    "alone": ("influence", {"lonely": True}, {"lonely": False}, "was no longer lonely", ""),
    "GP": (
        "referral", {"lonely": True, "stage": Stage.CRISIS}, REFERRED,
        "was offered social prescribing by the GP and accepted",
        "a consultation showed that she was in distress and lonely",
    ),
    "staff": (
        "referral", {"lonely": True, "discloses": False, "consultations": 2},
        REFERRED | {"case.route": Route.PRACTICE_STAFF},
        "was offered social prescribing by practice staff and accepted",
        "came up in one of 2 visits to the practice that week",
    ),
    "one visit": (
        "referral", {}, REFERRED, "was offered social prescribing by the GP and accepted",
        "came up in one of the week's visits to the practice",
    ),
    "told": (
        "referral", {"weeks_told": 3}, REFERRED | {"case.route": Route.SELF},
        "came to social prescribing without a GP", "somebody helped had told her of it",
    ),
    "by herself": (
        "referral", {"lonely": True}, REFERRED | {"case.route": Route.SELF},
        "came to social prescribing without a GP", "lonely and she knew how to get it",
    ),
    "community": (
        "referral", {}, REFERRED | {"case.route": Route.COMMUNITY},
        "was sent to social prescribing by a community organisation", "",
    ),
    "met": (
        "outreach", {}, REFERRED | {"case.route": Route.OUTREACH, "aware": True}, "was met by outreach and accepted",
        "link workers went out to find people",
    ),
    "heard only": ("outreach", {}, {"aware": True}, "heard of social prescribing from outreach", ""),
    "taken": ("allocation", REFERRED, {"case.worker": 7}, "link worker 7 took the case", ""),
    "taken later": (
        "allocation", {"case.week_referred": 9}, {"case.worker": 7},
        "link worker 7 took the case after 1 week on the waiting list", "",
    ),
    "taken over": (
        "allocation", {"case.week_referred": 2, "case.changes": 1}, {"case.worker": 7},
        "link worker 7 took over the case", "",
    ),
    "gave up": (
        "allocation", {"case.week_referred": 4}, {"case.outcome": Outcome.GAVE_UP}, "gave up after 6 weeks of waiting",
        "nobody had been in touch",
    ),
    "at once": (
        "contact", {"case.worker": 7} | REFERRED, {"case.n_contacts": 1},
        "first conversation with link worker 7 at once", "",
    ),
    "third": (
        "contact", SEEN, {"case.week_third": WEEK, "case.n_contacts": 3}, "third conversation with link worker 7", "",
    ),
    "dropped out": (
        "participation", {"activity_row": 5, "weeks_in_activity": 11}, {"activity_row": -1, "weeks_in_activity": 0},
        "dropped out of the activity after 12 weeks", "",
    ),
    "completed": (
        "participation", {"activity_row": 0, "weeks_in_activity": 12}, {"activity_row": -1, "weeks_in_activity": 0},
        "completed the activity after 13 weeks", "",
    ),
    "volunteer": ("participation", {}, {"volunteer_row": 0}, "became a volunteer at organisation 0", ""),
    "stopped": ("participation", {"volunteer_row": 4}, {"volunteer_row": -1}, "stopped volunteering", ""),
    "from a friend": (
        "word_of_mouth", {}, {"aware": True, "weeks_told": 1},
        "heard of social prescribing from somebody it had helped", "",
    ),
    "from the media": (
        "word_of_mouth", {"weeks_told": 2}, {"aware": True, "weeks_told": 1},
        "heard of social prescribing from the media", "",
    ),
    "forgot": ("word_of_mouth", {"aware": True}, {"aware": False}, "forgot about social prescribing", ""),
    "bad word": ("word_of_mouth", {}, {"trust": 0.4}, "heard of somebody whom the service had dropped", ""),
    "lost touch": (
        "closure", SEEN, {"case.outcome": Outcome.DISENGAGED},
        "lost touch with the link worker, and the case closed", "after 2 conversations",
    ),
    "timed out": (
        "closure", SEEN | {"case.n_contacts": 1, "case.week_started": 9}, {"case.outcome": Outcome.TIMED_OUT},
        "the case closed because its time was up", "after 1 conversation",
    ),
    "nothing got": (
        "closure", {"case.week_referred": 8}, {"case.outcome": Outcome.SERVICE_ENDED},
        "the case closed because the service ended", "",
    ),
}  # fmt: skip


def a_life(her="her"):
    """Return the watch of somebody in a dwelling 12, without a world to look at."""
    watch = CitizenWatch.__new__(CitizenWatch)
    watch.her, watch.number, watch.exit = her, 12, ""
    return watch


@pytest.mark.parametrize(("submodel", "before", "now", "what", "why"), LIVES.values(), ids=LIVES)
def test_a_change_in_a_life_is_told_once_with_its_cause(submodel, before, now, what, why):
    assert list(a_life().sentences(submodel, CALM | before, CALM | before | now, WORLD)) == [(what, why)]


@pytest.mark.parametrize(
    ("submodel", "before", "now"),
    [
        ("transitions", {"stage": Stage.CRISIS}, {"weeks_in_distress": 3}),
        ("referral", {"case.week_referred": 3}, {"consultations": 2}),
        ("allocation", {"case.outcome": Outcome.GAVE_UP}, {}),
        ("contact", SEEN, {"case.n_contacts": 3}),
        ("word_of_mouth", {"aware": True}, {"trust": 0.6, "weeks_told": 4}),
        ("closure", SEEN, {"case.outcome": Outcome.GAVE_UP}),
        ("strain", {}, {"ill": True}),
    ],
)
def test_what_is_not_worth_a_word_is_not_told(submodel, before, now):
    assert list(a_life().sentences(submodel, CALM | before, CALM | before | now, WORLD)) == []


def test_a_man_is_he_and_his():
    told = list(a_life("his").sentences("life_events", CALM, CALM | {"unemployed": True}, WORLD))
    told += a_life("his").sentences("referral", CALM | {"lonely": True}, CALM | {"lonely": True} | REFERRED, WORLD)
    route = REFERRED | {"case.route": Route.SELF}
    told += a_life("his").sentences("referral", CALM | {"weeks_told": 1}, CALM | {"weeks_told": 1} | route, WORLD)
    assert [what + why for what, why in told] == [
        "lost his job",
        "was offered social prescribing by the GP and accepteda consultation showed that he was lonely",
        "came to social prescribing without a GPsomebody helped had told him of it",
    ]


@pytest.mark.parametrize(
    ("female", "age", "noun"), [(True, 16, "woman"), (False, 16, "man"), (True, 15, "girl"), (False, 15, "boy")]
)
def test_who_it_is_goes_by_sex_and_age(female, age, noun):
    watch = a_life()
    watch.first = {"female": female, "age": age}
    assert watch.description() == f"the {noun} aged {age} in dwelling 12"


def test_how_somebody_is_says_all_that_weighs_and_helps():
    watch = a_life()
    watch.state = CALM | {
        "stage": Stage.CRISIS, "unemployed": True, "ill": True, "lonely": True, "n_live_ties": 1,
        "case.state": CaseState.WAITING, "activity_row": 0,
    }  # fmt: skip
    assert watch.condition() == (
        "in crisis, unemployed, physically ill, lonely, 1 tie, on the waiting list, in an activity at organisation 0"
    )


def test_around_a_life_stand_the_posts_and_cases_of_its_own_pcn():
    """PCN 1 has a full-time and a half-time post, one of them filled; of its cases two are open and one waits."""
    watch = a_life()
    watch.row = 2
    cases = Made(
        state=np.array([CaseState.WAITING, CaseState.CONNECTED, CaseState.CLOSED, *[CaseState.WAITING] * 2]),
        pcn=np.array([1, 1, 1, 0, 1]), worker=np.array([-1, 4, -1, -1, -1]),
    )  # fmt: skip
    workers = Made(fte=np.array([1.0, 0.5, 1.0]), pcn=np.array([1, 1, 0]), in_post=np.array([False, True, True]))
    world = Made(
        citizens=Made(pcn=np.array([0, 0, 1]), gp=np.array([0, 0, 3])), cases=cases, n_cases=4, link_workers=workers,
        commissioner=Made(self_referral=[1.0], outreach_share=[0.25]), pcns=Made(fte_funded=np.array([9.0, 1.5])),
        gps=Made(awareness=np.array([0.1, 0.1, 0.1, 0.7])),
    )  # fmt: skip
    assert watch.look_around(world) == {
        "funded": 1.5, "in_post": 0.5, "open": 2, "waiting": 1, "awareness": 0.7, "door": 1, "outreach": 0.25,
    }  # fmt: skip


def a_post(band=1):
    """Return the watch of a post without a world to look at."""
    watch = LinkWorkerWatch.__new__(LinkWorkerWatch)
    watch.number, watch._band, watch._is_full = 3, band, False
    return watch


POST = {
    "fte": 1.0, "in_post": True, "holder": 2, "open_cases": 3, "burnout": 0.4, "intends": False, "weeks_in_post": 9,
    "load": 1.0, "condition": 0.0, "trait": 1.0,
}  # fmt: skip
POSTS = {
    "opened": (
        {"fte": 0.0, "in_post": False}, {"fte": 0.5}, "staffing", "the post was opened, 0.5 full-time",
        "posts were funded",
    ),
    "closed": ({"in_post": False}, {"fte": 0.0}, "staffing", "the vacant post was closed", "it was no longer funded"),
    "like others": ({}, {"holder": 3, "trait": 1.2}, "staffing", "a new link worker started", ""),
    "hardier": (
        {}, {"holder": 3, "trait": 0.6}, "staffing", "a new link worker started",
        "strain hits this person 0.6 times as hard as the average",
    ),
    "rested": (
        {}, {"burnout": 0.19, "load": 0.5, "condition": -0.5, "trait": 0.5}, "strain",
        "recovering: now rested (burnout 0.19)",
        "a load of 0.5 where 1 is bearable, easy times at work and at home and strain hits this person less than most",
    ),
    "worn": (
        {}, {"burnout": 0.56, "condition": 0.5, "trait": 1.2}, "strain", "now burnt out (burnout 0.56)",
        "hard times at work and at home",
    ),
    "left": (
        {"weeks_in_post": 1, "burnout": 0.5}, {"in_post": False}, "turnover", "left after 1 week in post",
        "had not been thinking of leaving when asked",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "now", "submodel", "what", "why"), POSTS.values(), ids=POSTS)
def test_a_change_in_a_post_is_told_once_with_its_cause(before, now, submodel, what, why, monkeypatch):
    monkeypatch.setattr(LinkWorkerWatch, "parted_cases", lambda self, world: (0, 0))
    assert list(a_post().sentences(submodel, POST | before, POST | before | now, WORLD)) == [(what, why)]


@pytest.mark.parametrize(("band", "burnout"), [(1, 0.54), (1, 0.21), (2, 0.46), (0, 0.29), (2, 0.9)])
def test_burnout_near_a_border_is_not_told_again(band, burnout):
    assert list(a_post(band).sentences("strain", POST, POST | {"burnout": burnout}, WORLD)) == []


def test_how_a_post_is():
    watch = a_post()
    said = []
    for change in ({"fte": 0.0}, {"in_post": False}, {"intends": True, "open_cases": 1}):
        watch.state = POST | change
        said.append(watch.condition())
    assert said == [
        "no such post", "vacant", "in post for 9 weeks, 1 open case, burnout 0.40, thinking of leaving",
    ]  # fmt: skip
