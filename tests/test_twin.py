"""The plain-Mesa twin and the engine agree: every citizen, case, post, GP and organisation, in every week."""

import ast
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

from sp_abm.declare import columns_of
from sp_abm.levers import CHOICES, DEFAULTS, LEVERS, SWITCHES
from sp_abm.parameters import all_facts
from sp_abm.places import place
from sp_abm.recorder import N_CELLS, PEOPLE_TALLIES, SHAPE, SYSTEM_TALLIES
from sp_abm.scenario import Scenario, load
from sp_abm.schedule import NAMES
from sp_abm.simulation import Simulation
from sp_abm.submodels.turnover import p_intends
from sp_abm.tallies import MOVES_OF_SOME
from sp_abm.world import FLOWS, TABLES

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT))  # `benchmarks` lies beside `tests` and is not installed

from benchmarks.plain_mesa.columns import ATTRIBUTES, OF_THE_POST  # noqa: E402
from benchmarks.plain_mesa.luck import KeyedLuck, philox  # noqa: E402
from benchmarks.plain_mesa.model import WEEK, TwinModel  # noqa: E402
from benchmarks.plain_mesa.observation import Observer  # noqa: E402
from benchmarks.speed import Everybody  # noqa: E402

N_WEEKS = 104
TOLERANCE, SMALLEST = 1e-6, 1e-9
HAMLET = replace(
    place("sandbox"),
    key="twin-hamlet",
    residents=420,
    n_pcns=2,
    pcn_sizes=(3.0, 2.0),
    n_practices=5,
    gp_fte=9.0,
    organisations_per_10000=500.0,
    places_per_organisation=2.5,
    share_moving_per_year=0.2,
    posts_multiplier=230.0,
    referral_multiplier=60.0,
)
"""420 people, 2 PCNs, 4.3 posts and 21 organisations: as busy a service as a town of 100,000 has."""
RARE_THINGS = {
    "outreach_share": [{"from": 0, "value": 0.3}, {"from": 60, "value": 0}, {"from": 70, "value": 0.15}],
    "outreach_target": [
        {"from": 0, "value": "isolated"},
        {"from": 20, "value": "deprived_first"},
        {"from": 40, "value": "well_connected"},
        {"from": 75, "value": "everyone"},
    ],
    "posts_per_10000": [
        {"from": 0, "value": 2.5},
        {"from": 25, "value": 1.2},
        {"from": 40, "value": 2.21},
        {"from": 80, "value": 0},
        {"from": 88, "value": 0.565},
    ],
    "caseload_cap": [{"from": 0, "value": 5}, {"from": 50, "value": 1.5}, {"from": 65, "value": 4}],
    "support_level": [{"from": 0, "value": 0.39}, {"from": 10, "value": 1}, {"from": 50, "value": 0.1}],
    "self_referral": [{"from": 0, "value": "on"}, {"from": 30, "value": "off"}, {"from": 35, "value": "on"}],
    "support_role_clarity": [{"from": 0, "value": 0.9}, {"from": 60, "value": 0.2}],
    "support_peers": 0.7,
    "reimbursement": [{"from": 0, "value": 1}, {"from": 60, "value": 0.8}],
    "grants_multiplier": [{"from": 0, "value": 0.7}, {"from": 90, "value": 1.2}],
    "places_open": [{"from": 0, "value": 1}, {"from": 45, "value": 0.5}, {"from": 55, "value": 1}],
    "outreach_channel": [
        {"from": 0, "value": "volunteers"},
        {"from": 25, "value": "invitation"},
        {"from": 45, "value": "places"},
    ],
    "toolkit": [{"from": 0, "value": "on"}, {"from": 80, "value": "off"}],
    "share_pilot_pcns": 0.5,
    "investment_response": 0.2,
    "investment_signal": "per_pound",
    "investment_rule": "compounding",
    "equity_rule": [{"from": 0, "value": "deprived_first"}, {"from": 50, "value": "need_first"}],
    "gp_engagement": [{"from": 0, "value": 1.5}, {"from": 70, "value": 0.5}],
    "awareness_campaign": [{"from": 0, "value": 0.3}, {"from": 20, "value": 0}],
    "distress_shock": [{"from": 0, "value": 0}, {"from": 15, "value": 1.2}, {"from": 17, "value": 0}],
    "hardship": [{"from": 0, "value": 1}, {"from": 20, "value": 2}, {"from": 50, "value": 0.8}],
    "outreach.hours_approach": 2.3,
    "referral.weeks_between": 4,
    "referral.p_need_lonely": 0.6,
    "referral.min_awareness": 0.2,
    "referral.max_feedback_per_week": 0.5,
    "referral.rate_awareness_shared_per_week": 0.3,
    "allocation.rate_gives_up_per_week": 0.1,
    "contact.p_knows_at_start": 0.5,
    "contact.rate_learns_per_week": 0.1,
    "contact.rate_forgets_per_week": 0.05,
    "contact.rate_shares_per_week": 0.05,
    "contact.weeks_long_wait": 3,
    "contact.effect_toolkit": 2,
    "allocation.shares_between_pcns": 1,
    "strain.rate_sick_per_week": 0.1,
    "strain.effect_colleagues": 0.3,
    "funding.least_step": 0.85,
    "funding.response_support": 0.5,
    "funding.response_grants": 0.3,
    "funding.rate_adoption_per_year": 10,
    "outreach.p_volunteers_toolkit": 0.2,
    "participation.weeks_completed": 3,
    "participation.p_volunteers": 0.5,
    "residents.death_rate_0_15_per_year": 0.1,
    "residents.death_rate_16_24_per_year": 0.1,
    "residents.death_rate_25_44_per_year": 0.1,
    "residents.death_rate_45_64_per_year": 0.1,
    "residents.death_rate_65_74_per_year": 0.2,
    "residents.death_rate_75_plus_per_year": 0.5,
    "life_events.rate_event_per_year": 3,
    "staffing.min_weeks_to_fill": 0,
    "staffing.max_weeks_to_fill": 6,
    "turnover.rate_leaves_otherwise_per_week": 0.015,
    "turnover.effect_burnt_out": 4,
    "turnover.threshold_burnt_out": 0.3,
    "turnover.share_handed_on": 0.5,
    "influence.weeks_tie_wakes": 10,
    "influence.max_group_ties": 0.5,
    "influence.rate_lonely_per_week": 0.007,
    "help_seeking.max_consultations_per_week": 1,
    "transitions.rate_pre_crisis_crisis": 0.02,
}
OUTREACH, DECLINE = "outreach-with-support", "managed-decline"
SCENARIOS = {
    "today": lambda: Simulation.start(load("today"), HAMLET, 3, warm_up=False, weeks=N_WEEKS),
    OUTREACH: lambda: Simulation.start(load(OUTREACH), HAMLET, 4, weeks=N_WEEKS),
    DECLINE: lambda: Simulation.start(load(DECLINE), HAMLET, 6, weeks=N_WEEKS),
    "rare things": lambda: Simulation.start(
        Scenario("rare things"),
        replace(
            HAMLET,
            key="twin-village",
            residents=400,
            n_practices=9,
            share_moving_per_year=0.6,
            places_per_organisation=1.5,
        ),
        5,
        changes=RARE_THINGS,
        weeks=N_WEEKS,
    ),
}
HAPPENS = {
    "today": ("referred", "referred_non_medical", "contacts", "started", "completed", "hired", "adequate", "moved"),
    OUTREACH: ("approached", "met", "referred", "declined", "gave_up", "missed", "refused", "told"),
    DECLINE: ("referred", "adequate", "not_known", "no_place", "completed", "told"),
    "rare things": tuple(FLOWS),
}
KEPT = ("population.", "observation.", "staffing.min_weeks", "staffing.max_weeks")
"""Groups that act on nothing after the start, and two parameters that must keep their order."""
READABLE = {
    "sp_abm.declare": None,
    "sp_abm.randomness": {"QUESTIONS"},
    "sp_abm.levers": {"CHOICES", "LEVERS"},
    "sp_abm.vocabulary": None,
}
"""What the twin may take from the engine: words, numbers and names, and none of its rules."""


def read(twin, table, name, default):
    """Return a column of a table as the agents have it; None where a vacant post has nothing to say."""
    if table == "link_workers":
        return [read_post(post, name) for post in twin.posts]
    if table == "ties":
        return [int(tie.is_awake) for citizen in twin.citizens for tie in citizen.ties]
    if table == "knowledge":
        return [
            [organisation in post.worker.known for organisation in twin.organisations] if post.worker else None
            for post in twin.posts
        ]
    agents = [twin.commissioner] if table == "commissioner" else getattr(twin, table)
    values = [getattr(agent, ATTRIBUTES.get(name, name)) for agent in agents]
    return [default if value is None else getattr(value, "row", value) for value in values]


def read_post(post, name):
    """Return what a post and its holder have in a column."""
    if name == "in_post":
        return post.worker is not None
    if name in OF_THE_POST:
        value = getattr(post, name)
        return value.row if name == "pcn" else value
    if not post.worker:
        return None if name == "trait" else 0
    return len(post.worker.caseload) if name == "open_cases" else getattr(post.worker, name)


def columns_of_the_world(world):
    """Yield (table, column, its declaration, its values) of everything that may change."""
    for table in TABLES:
        columns = getattr(world, table)
        for name, declared in columns_of(type(columns)).items():
            if table != "ties" or name == "strength":
                values = getattr(columns, name)
                yield table, name, declared, values[: world.n_cases] if table == "cases" else values


def first_difference(world, twin):
    """Return where the two differ first, in words, or nothing."""
    for table, name, declared, ours in columns_of_the_world(world):
        theirs = read(twin, table, name, declared.default)
        if len(theirs) != len(ours):
            return f"{table} has {len(ours)} rows in the engine and {len(theirs)} in the twin"
        known = np.array([value is not None for value in theirs], bool)
        ours, rows = ours[known], np.flatnonzero(known)
        theirs = np.array([value for value in theirs if value is not None]).reshape(ours.shape)
        is_same = np.isclose(theirs, ours, TOLERANCE, SMALLEST) if ours.dtype.kind == "f" else theirs == ours
        for place_of in np.argwhere(~is_same)[:1]:
            at = tuple(place_of)
            row = (int(rows[at[0]]), *(int(k) for k in at[1:]))
            return f"{table}.{name}{list(row)} is {ours[at]} in the engine and {theirs[at]} in the twin"
    for flow, number in world.flows.items():
        if not np.isclose(twin.flows[flow], number, TOLERANCE):
            return f"flow {flow} is {number} in the engine and {twin.flows[flow]} in the twin"
    for post, ours in zip(twin.posts, p_intends(world, world.week - 1), strict=True):
        theirs = post.worker.p_intends(twin.parameters.turnover) if post.worker else ours
        if not np.isclose(theirs, ours, TOLERANCE):
            return f"the chance to intend of post {post.row} is {ours} in the engine and {theirs} in the twin"
    return ""


def first_miscount(recorder, counted):
    """Return where the engine's record of the latest week and the twin's count of people differ first."""
    for cell in range(N_CELLS):
        tally = counted.get(np.unravel_index(cell, SHAPE), {})
        for name, ours in zip(PEOPLE_TALLIES, recorder.people[recorder.n_weeks - 1, cell], strict=True):
            if not np.isclose(tally.get(name, 0), ours, TOLERANCE):
                return f"{name} of cell {cell} is {ours} in the engine's record and {tally.get(name, 0)} in the twin's"
    for name in MOVES_OF_SOME:
        ours = recorder.system[recorder.n_weeks - 1, SYSTEM_TALLIES.index(name)]
        theirs = sum(tally[name] for tally in counted.values())
        if theirs != ours:
            return f"{name} is {ours} in the engine's record and {theirs} in the twin's"
    return ""


def live_through_both(simulation, weeks):
    """Step engine and twin side by side, comparing every week; return what happened."""
    world = simulation.world
    twin, happened = TwinModel(world), dict.fromkeys(FLOWS, 0.0)
    observer = Observer(twin)
    assert not first_difference(world, twin), "as copied"
    for week in range(weeks):
        simulation.step()
        twin.step()
        difference = first_difference(world, twin) or first_miscount(simulation.recorder, observer.count_people(twin))
        assert not difference, f"week {week}: {difference}"
        happened = {flow: number + world.flows[flow] for flow, number in happened.items()}
    return happened


@pytest.mark.parametrize(
    "scenario", ["rare things", *(pytest.param(name, marks=pytest.mark.slow) for name in ("today", OUTREACH, DECLINE))]
)
def test_engine_and_twin_agree_on_everybody_in_every_week(scenario):
    happened = live_through_both(SCENARIOS[scenario](), N_WEEKS)
    assert happened["referred"] >= 200
    assert not [flow for flow in HAPPENS[scenario] if not happened[flow]], "did not happen: the test saw too little"


def any_changes(seed):
    """Return half of the parameters of the rare things changed, and two settings of every lever, all by chance."""
    chance, changes = Random(seed), dict(RARE_THINGS)
    for name, declared, default in all_facts():
        if chance.random() < 0.5 and not name.startswith(KEPT):
            value = RARE_THINGS.get(name, default) * chance.choice((0.5, 0.8, 1.3, 2))
            changes[name] = min(declared.high, max(declared.low, value))
    for name, declared in LEVERS.items():
        numbers = [min(declared.high, (DEFAULTS[name] or 0.2) * ratio) for ratio in (0.5, 0.8, 1.3, 2)]
        values = CHOICES.get(name, ("on", "off") if name in SWITCHES else numbers)
        changes[name] = [{"from": week, "value": chance.choice(values)} for week in (0, 25)]
    return changes


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 5, 6])
def test_engine_and_twin_agree_whatever_the_parameters_and_levers(seed):
    changes = any_changes(seed)
    happened = live_through_both(Simulation.start(Scenario("anything"), HAMLET, seed, changes=changes, weeks=60), 60)
    assert happened["referred"] >= 50 and happened["started"]


def test_the_twin_s_luck_is_philox_and_keyed_as_the_engine_keys():
    words = philox((0, 0, 0, 0), (0, 0))
    assert [f"{word:08x}" for word in words] == ["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"]
    world = Simulation.start(load("today"), HAMLET, 7, warm_up=False).world
    luck, citizens = KeyedLuck(7), world.citizens
    twin, luck.week = TwinModel(world), 5
    ours = world.luck.uniforms("contact", 5, citizens.id[:3], citizens.holder[:3].astype(np.uint32), 2)
    assert [luck.uniforms("contact", person, 4, 2) for person in twin.citizens[:3]] == ours.tolist()


def test_the_twin_goes_through_the_same_week():
    assert WEEK == NAMES


def test_the_twin_with_mesa_s_own_luck_lives_on_but_differently():
    world = Simulation.start(load(OUTREACH), HAMLET, 7, warm_up=False, weeks=20).world
    keyed, own = TwinModel(world), TwinModel(world, is_keyed=False)
    for _ in range(20):
        keyed.step()
        own.step()
    assert own.week == 20 and len(own.cases) > 5
    assert [person.stage for person in own.citizens] != [person.stage for person in keyed.citizens]


def test_the_twin_takes_no_rule_from_the_engine():
    for path in (ROOT / "benchmarks" / "plain_mesa").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            module = node.module if isinstance(node, ast.ImportFrom) else ""
            for name in names:
                source = module or name
                if source.split(".")[0] != "sp_abm":
                    continue
                assert source in READABLE and isinstance(node, ast.ImportFrom), f"{path.name} imports {source}"
                assert READABLE[source] is None or name in READABLE[source], f"{path.name} imports {source}.{name}"


def test_the_twin_does_not_even_load_the_engine_s_rules():
    words = "import benchmarks.plain_mesa, sys; print(*(name for name in sys.modules if name.startswith('sp_abm')))"
    loaded = subprocess.check_output([sys.executable, "-c", words], cwd=ROOT, text=True).split()
    assert "sp_abm.vocabulary" in loaded
    rules = ("sp_abm.submodels", "sp_abm.agents", "sp_abm.cases", "sp_abm.network", "sp_abm.world", "sp_abm.schedule")
    assert not [name for name in loaded if name.startswith(rules)]


def test_the_tuned_twin_is_the_same_model():
    world = Simulation.start(load(OUTREACH), HAMLET, 7, warm_up=False, weeks=30).world
    plain, tuned = TwinModel(world), TwinModel(world)
    tuned.everybody = Everybody(tuned.citizens)
    for _ in range(30):
        plain.step()
        tuned.step()
    assert plain.flows == tuned.flows and len(plain.cases) > 20
    for name in ("stage", "trust", "lonely", "aware", "n_live_ties", "activity_support", "holder"):
        assert read(plain, "citizens", name, 0) == read(tuned, "citizens", name, 0), name
