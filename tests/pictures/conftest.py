"""Runs made by hand and by chance, a story, and the one check that every picture must pass."""

from datetime import date
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pytest

from sp_abm.loops import LINKS
from sp_abm.places import place
from sp_abm.recorder import N_CELLS, PEOPLE_TALLIES, SYSTEM_TALLIES
from sp_abm.results import CASE_COLUMNS, Results
from sp_abm.story.parting import Parting
from sp_abm.story.telling import Accepted, Story, Told
from sp_abm.story.watch import Happening
from sp_abm.viz.material import Strength
from sp_abm.viz.svg import text_width
from sp_abm.viz.theme import STRONG_WEIGHT
from sp_abm.vocabulary import Outcome, Route, Stage

SVG = "{http://www.w3.org/2000/svg}"
NEVER = -9999
HOSTILE = '<script>alert("x")</script>&\'"]]>\x00\x1b � 医 a-very-long-name-that-goes-on'
SHARES = {"thriving": 0.55, "off_balance": 0.25, "pre_crisis": 0.13, "crisis": 0.02, "recovering": 0.05}


def provenance(weeks, name, **about):
    made = {"scenario": name, "scenario_hash": "abcdef123456", "seed": 7, "weeks": weeks}
    where = {"place": "sandbox", "place_name": "Sandbox", "place_is_real": False, "residents": 1200}
    return made | where | about


def hand_made(weeks=260, name="hand-made", burnout=0.4, workers=5.0, portrait=None, **about):
    people = np.zeros((weeks, N_CELLS, len(PEOPLE_TALLIES)))
    system = np.zeros((weeks, len(SYSTEM_TALLIES)))
    for tally, value in {"n_citizens": 1200, "n_adults": 1000, "consultations": 100}.items():
        people[:, 0, PEOPLE_TALLIES.index(tally)] = value
    for stage, share in SHARES.items():
        people[:, 0, PEOPLE_TALLIES.index(f"n_{stage}")] = 1000 * share
    tallies = {"weeks": 1, "fte_funded": 6, "fte_in_post": workers, "n_workers": workers, "n_waiting": 40}
    tallies |= {"sum_burnout": burnout * workers, "expected_leavers": 0.02}
    for tally, value in tallies.items():
        system[:, SYSTEM_TALLIES.index(tally)] = value
    cases = {column: np.full(100, NEVER) for column in CASE_COLUMNS}
    cases |= {"route": np.repeat([0, 1], 50), "stage": np.full(100, 2), "outcome": np.full(100, Outcome.COMPLETED)}
    cases["week_referred"] = np.full(100, weeks - 40)
    for column, reached in (("week_first", 90), ("week_third", 30), ("week_started", 38)):
        cases[column][:reached] = weeks - 35
    final = {"stage": np.repeat([0, 1, 2, 3, 4], 20), "holder": np.zeros(100, int), "age": np.full(100, 40)}
    return Results(provenance(weeks, name, **about), system, people, cases, final, portrait=portrait or {})


@pytest.fixture(scope="session")
def a_run():
    """Return a maker of runs by hand: 1,000 people of 16 and over, constant shares, 100 people referred."""
    return hand_made


def chance_portrait(luck, posts, pcns, organisations, people):
    """Return a portrait of that many posts, PCNs, organisations and people."""
    n_practices = 2 * pcns
    edges = [(a, b) for a, b in combinations(range(people), 2) if luck.random() < 0.1]
    one, other = np.array(edges, int).reshape(-1, 2).T
    flag = lambda n: luck.random(n) < 0.5  # noqa: E731
    return {
        "posts": {
            "id": np.arange(posts),
            "pcn": luck.integers(0, pcns, posts),
            "fte": luck.choice([0.0, 0.2, 1.0], posts),
            "in_post": flag(posts),
            "open_cases": luck.integers(0, 500, posts),
            "burnout": luck.choice([0.0, 0.25, 0.5, 1.0, 0.37], posts),
            "intends": flag(posts),
            "weeks_in_post": luck.integers(0, 999, posts),
            "limit": luck.integers(0, 500, posts),
        },
        "pcns": {
            "residents": luck.integers(0, 90_000, pcns),
            "is_proactive": flag(pcns),
            "week_proactive": luck.choice([NEVER, 0, 52], pcns),
        },
        "practices": {"pcn": np.arange(n_practices) % pcns},
        "gps": {"practice": luck.integers(0, n_practices, 4 * pcns), "awareness": luck.random(4 * pcns)},
        "organisations": {
            "pcn": luck.integers(0, pcns, organisations),
            "kind": luck.integers(0, 6, organisations),
            "occupied": luck.integers(0, 9, organisations),
            "places": luck.integers(0, 9, organisations),
        },
        "knows": dict(
            zip(("post", "organisation"), np.nonzero(luck.random((posts, organisations)) < 0.5), strict=True)
        ),
        "people": {
            "id": np.arange(people),
            "age": luck.integers(16, 95, people),
            "stage": luck.integers(0, 5, people),
            "lonely": flag(people),
            "aware": flag(people),
            "volunteer_row": luck.integers(-1, 2, people),
            "activity_row": luck.integers(-1, 2, people),
            "is_seen": flag(people),
        },
        "ties": {"one": one, "other": other, "kind": luck.integers(0, 3, len(edges))},
    }


def chance_cases(luck, weeks):
    """Return cases of anybody, by any route, some never seen."""
    n = int(luck.choice([0, 1, 40, 3000]))
    cases = {column: luck.integers(0, 3, n) for column in CASE_COLUMNS}
    cases |= {"route": luck.integers(0, len(Route), n), "stage": luck.integers(0, len(Stage), n)}
    cases["outcome"] = luck.integers(0, len(Outcome), n)
    last = luck.integers(-90, max(1, weeks), n)
    for column in ("week_referred", "week_first", "week_third", "week_started", "week_closed"):
        last = (
            last if column == "week_referred" else np.where(luck.random(n) < 0.7, last + luck.integers(0, 9, n), NEVER)
        )
        cases[column] = last
    return cases


def chance_people(luck, weeks):
    """Return tallies of people: in some runs nobody, one person, everybody in one stage, or no number at all."""
    people = np.zeros((weeks, N_CELLS, len(PEOPLE_TALLIES)))
    size = int(luck.choice([0, 1, 70, 5000]))
    adults = luck.integers(0, size + 1, (weeks, N_CELLS))
    shares = np.eye(5)[luck.integers(5)] if luck.random() < 0.3 else luck.dirichlet(np.ones(5))
    for position, stage in enumerate(Stage):
        people[:, :, PEOPLE_TALLIES.index(f"n_{stage.word}")] = adults * shares[position]
    for tally, factor in {"n_adults": 1, "n_citizens": 1.2, "consultations": 0.1, "referred_people": 0.01}.items():
        people[:, :, PEOPLE_TALLIES.index(tally)] = adults * factor
    if luck.random() < 0.2:
        people[luck.integers(0, weeks, weeks // 3)] = np.nan
    return people


def chance_run(seed, name, weeks, **about):
    luck = np.random.default_rng(seed)
    size = 10.0 ** luck.integers(-2, 7)
    system = luck.random((weeks, len(SYSTEM_TALLIES))) * size * (luck.random(len(SYSTEM_TALLIES)) < 0.7)
    system[:, SYSTEM_TALLIES.index("weeks")] = 1
    final = {"stage": luck.integers(0, 5, 200), "holder": luck.integers(0, 2, 200), "age": luck.integers(0, 95, 200)}
    portrait = chance_portrait(
        luck, *(int(luck.choice(n)) for n in ((0, 1, 6, 49, 300), (1, 7, 60), (0, 20, 90), (0, 1, 60)))
    )
    about["scenario_content"] = {"levers": {"outreach_share": [(0, float(luck.choice([0, 0.2])))]}, "cut": {}}
    cases, people = chance_cases(luck, weeks), chance_people(luck, weeks)
    return Results(provenance(weeks, name, **about), system, people, cases, final, portrait=portrait)


@pytest.fixture(scope="session")
def a_run_of_chance():
    """Return a maker of runs with random and extreme content: `a_run_of_chance(seed, name, weeks)`."""
    return chance_run


@pytest.fixture(scope="session")
def a_story():
    """Return a maker of stories of a citizen or a post, with that many happenings a world."""

    def make(kind="citizen", n=30, weeks=260, parts=True, name="today"):
        luck = np.random.default_rng(n)
        told = []
        for world in (name, "no-service"):
            when = sorted(luck.integers(0, weeks, n).tolist())
            happenings = tuple(Happening(week, "contact", "something was told " * 4, "because") for week in when)
            track = [(0, state(kind, luck)), *((week, state(kind, luck)) for week in sorted(set(when) - {0}))]
            told.append(Told(world, date(2025, 1, 6), "at home", "gone", happenings, (*track, (weeks - 1, {})), "f00"))
        parting = Parting(weeks // 2, "something differs", "for a reason") if parts else None
        accepted = tuple(Accepted(kind, name, share, parting, "at home") for share in (0.2, 0.85))
        return Story(kind, 112, "the woman aged 25", place("sandbox"), 7, weeks, (told[0], told[1]), parting, accepted)

    return make


def state(kind, luck):
    if kind == "citizen":
        names = {"stage": 5, "lonely": 2, "case.state": 5, "case.worker": 2, "activity_row": 2}
        return {name: int(luck.integers(high)) for name, high in names.items()}
    return {
        "fte": 1.0,
        "in_post": bool(luck.integers(2)),
        "burnout": float(luck.random()),
        "intends": bool(luck.integers(2)),
    }


@pytest.fixture(scope="session")
def some_strengths():
    """Return a strength with an interval for each declared link."""
    luck = np.random.default_rng(1)
    return {
        name: Strength(mean, mean - 0.1, mean + 0.1)
        for name, mean in zip(LINKS, luck.normal(size=len(LINKS)), strict=True)
    }


def texts(svg):
    return list(ElementTree.fromstring(svg).iter(f"{SVG}text"))


@pytest.fixture(scope="session")
def words():
    """Return a reader of all words in a picture."""
    return lambda svg: " | ".join(element.text or "" for element in texts(svg))


def box_of(element):
    size, x, y = (float(element.get(key, "nan")) for key in ("font-size", "x", "y"))
    width = text_width(element.text or "", size, element.get("font-weight") == str(STRONG_WEIGHT))
    left = x - {"middle": width / 2, "end": width}.get(element.get("text-anchor", ""), 0.0)
    return left, y - 0.75 * size, left + width, y + 0.25 * size


@pytest.fixture(scope="session")
def check_text():
    """Return the check of all pictures: every text lies inside the picture and touches no other text."""

    def check(svg):
        root = ElementTree.fromstring(svg)
        width, height = (float(side) for side in root.get("viewBox").split()[2:])
        boxes = [(element.text, *box_of(element)) for element in texts(svg)]
        for content, left, top, right, bottom in boxes:
            assert left >= 0 and top >= 0 and right <= width and bottom <= height, f"{content!r} leaves the picture"
        for (one, *a), (other, *b) in combinations(boxes, 2):
            is_apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
            assert is_apart, f"{one!r} touches {other!r}"

    return check
