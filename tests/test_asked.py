"""Asked: links hold whole scenarios and bring them back; hostile links and files get a friendly word."""

import json
import random
from dataclasses import replace
from importlib import import_module
from importlib.resources import files
from urllib.parse import urlencode

import numpy as np
import pytest

from sp_abm.errors import BadValue, SpAbmError
from sp_abm.levers import CHOICES, LEVERS, SWITCHES, shown
from sp_abm.loops import LINKS
from sp_abm.parameters import all_facts
from sp_abm.scenario import from_toml, load, scenario_names
from sp_abm.viz.again import as_command, as_python, as_toml
from sp_abm.viz.asked import MOST_LETTERS, MOST_NAME, Asked, asked_in, clean_name, plain, uploaded

FACTS = {full: fact for full, fact, _ in all_facts() if not full.startswith("staffing.m")}


def any_asked(luck: random.Random) -> Asked:
    """Return an ask drawn by chance: a scenario, levers constant and dated, parameters, cuts, a name."""
    place = luck.choice(["sandbox", "average-pcn"])
    asked = Asked(luck.choice(scenario_names()), place, seed=luck.randrange(10**6), years=luck.randint(1, 10))
    asked = replace(asked, runs=luck.randint(0, 50), name=luck.choice(["", "Müller’s plan", "a & b = c, 50% <b>"]))
    asked = replace(asked, plausible=luck.random() < 0.5)
    asked = replace(asked, start=luck.choice(["", "2026-04-06"]), warm_up=luck.choice(["", "no-service"]))
    fields = []
    for lever in luck.sample(list(LEVERS), luck.randint(0, 6)):
        weeks = sorted(luck.sample(range(1, 400), luck.randint(0, 3)))
        values = [any_value(luck, lever) for _ in range(len(weeks) + 1)]
        steps = [f"{week}:{value}" for week, value in zip([0, *weeks], values, strict=True)]
        fields.append((lever, ",".join(steps) if weeks else values[0]))
    for name in luck.sample(list(FACTS), luck.randint(0, 4)):
        fields.append((name, repr(luck.uniform(FACTS[name].low, FACTS[name].high))))
    for link in luck.sample(list(LINKS), luck.randint(0, 3)):
        fields.append(("cut", link if luck.random() < 0.5 else f"{link}={luck.random()!r}"))
    return asked_in(f"{asked.query()}&{urlencode(fields)}")


def any_value(luck: random.Random, lever: str) -> str:
    if lever in CHOICES:
        return luck.choice(CHOICES[lever])
    if lever in SWITCHES:
        return luck.choice(["on", "off"])
    return repr(luck.uniform(LEVERS[lever].low, LEVERS[lever].high))


@pytest.mark.parametrize("number", range(200))
def test_a_link_brings_back_exactly_what_was_asked(number):
    asked = any_asked(random.Random(number))
    for default in (Asked(), Asked(place="average-pcn")):
        again = asked_in(asked.query(), default)
        assert again == asked
        assert again.resolved() == asked.resolved()


def test_a_plan_of_a_comparison_is_in_the_place_it_names_or_else_in_that_of_the_page():
    from sp_abm.viz.pages.compare import plans_in

    page = Asked(place="average-pcn")
    named = urlencode({"plan": Asked("today").query()})
    assert [plan.place for plan in plans_in(named, page)] == ["sandbox"]
    assert [plan.place for plan in plans_in("plan=scenario%3Dtoday", page)] == ["average-pcn"]
    assert {plan.place for plan in plans_in("", page)} == {"average-pcn"}


@pytest.mark.parametrize("number", range(0, 200, 10))
def test_a_scenario_written_as_a_file_is_the_same_scenario_when_read_and_when_uploaded(number):
    asked = any_asked(random.Random(number))
    assert from_toml(as_toml(asked), "test").hash == asked.resolved().hash
    assert uploaded(as_toml(asked), "plan.toml", Asked()).resolved().hash == asked.resolved().hash


@pytest.mark.parametrize("name", scenario_names())
def test_every_shipped_scenario_can_be_uploaded_as_a_file_and_survives_its_link(name):
    taken = uploaded(as_toml(Asked(name)), "plan.toml", Asked())
    assert asked_in(taken.query()).resolved().hash == load(name).hash


HOSTILE_LINKS = [
    "scenario=../../etc/passwd",
    "scenario=/etc/passwd",
    "scenario=%2e%2e%2f%2e%2e%2fsecret.toml",
    "scenario=today.toml",
    "scenario=<script>alert(1)</script>",
    "warm_up=../today",
    "support_level=nan",
    "support_level=inf",
    "support_level=1e999",
    "support_level=" + "9" * 5000,
    "support_level=-0.1",
    "support_level=0.1,0.2",
    "support_level=5:0.1,3:0.2",
    "support_level=999999:0.5",
    "support_level=0x10",
    "support_level=__import__('os')",
    "outreach_target=1",
    "toolkit=maybe",
    "seed=-1",
    "seed=1.5",
    "seed=99999999999999999999",
    "seed=\u0661",
    "years=0",
    "years=11",
    "years=1e3",
    "runs=51",
    "plausible=2",
    "plausible=-1",
    "plausible=True",
    "plausible=1&plausible=1",
    "plausible=" + "1" * 5000,
    "plausible=<script>alert(1)</script>",
    "start=2025-13-01",
    "start=yesterday",
    "cut=nothing->nowhere",
    "cut=burnout->intention=1e9",
    "strain.sd_trait=1e308",
    "strain.__class__=1",
    "__class__=1",
    "support_level=0.5&support_level=0.6",
    "=1",
    "&".join(f"a{k}=1" for k in range(200)),
    "name=" + "x" * (MOST_LETTERS + 1),
    "plan=" + "plan%3D" * 2000,
    "scenario=%ff%fe",
]


@pytest.mark.parametrize("query", HOSTILE_LINKS, ids=range(len(HOSTILE_LINKS)))
def test_a_hostile_link_is_refused_in_words_a_visitor_can_read(query):
    with pytest.raises(SpAbmError) as refused:
        asked_in(query)
    assert 10 < len(str(refused.value)) < 800 and "\n" not in str(refused.value)
    assert "<script>" not in str(refused.value) or "‘" in str(refused.value)


@pytest.mark.parametrize("reader", ["story.step_in", "people.whom_in", "compare.plans_in", "files._theme"])
@pytest.mark.parametrize("query", ["&".join(["plan=seed%3D2"] * 200), "kind=%ff", "person=" + "1" * MOST_LETTERS])
def test_whatever_reads_a_link_refuses_the_same_links_in_words(reader, query):
    module, name = reader.rsplit(".", 1)
    room = "sp_abm.viz" if module == "files" else "sp_abm.viz.pages"
    read = getattr(import_module(f"{room}.{module}"), name)
    with pytest.raises(BadValue, match=r"^The link (has 6,007 letters; this page reads 6,000|cannot be read)"):
        read(query, Asked()) if name == "plans_in" else read(query)


HOSTILE_FILES = [
    "not toml at all {{{",
    "",
    "\x00\x01\x02",
    "a = " + "[" * 5000,
    "a = " + "9" * 90_000,
    "x" * 200_000,
    'name = "x"',
    'base = "../../etc/passwd"\n[levers]\ncaseload_cap = 50',
    "[levers]\nsupport_level = 99",
    "[levers]\nsupport_level = \"__import__('os')\"",
    "[levers]\nnonsense = 1",
    "[parameters.strain]\n__class__ = 1",
    "levers = 1",
    '[cut]\n"a->b" = "frozen"',
    "[levers]\nsupport_level = [" + ",".join(f"{{from={k},value=0.{k % 9 + 1}}}" for k in range(2000)) + "]",
]


@pytest.mark.parametrize("text", HOSTILE_FILES, ids=range(len(HOSTILE_FILES)))
def test_a_hostile_file_is_refused_in_words_a_visitor_can_read(text):
    with pytest.raises(SpAbmError) as refused:
        uploaded(text, "../../plan<b>.toml", Asked())
    assert len(str(refused.value)) < 1000


def test_names_lose_control_signs_and_length():
    assert clean_name("  a\x00\x1b[31m\u202eb\n c  ") == "a [31m b c"
    assert len(clean_name("x" * 10_000)) == MOST_NAME


def test_moving_a_lever_back_is_no_change():
    asked = Asked("today")
    moved = asked.with_lever("support_level", 0.8)
    assert moved.query() == "scenario=today&place=sandbox&support_level=0.8"
    assert moved.resolved().name == "today, changed"
    assert moved.with_lever("support_level", 0.39) == asked
    assert asked.with_cut("burnout->intention", True).with_cut("burnout->intention", False) == asked


ALONE = "support_level = 0.9\nsupport_peers = 0.39\n"
"""Peers stay as today's 0.39, which they would not if they were left out: they follow the support level."""


def test_a_channel_that_stays_as_it_was_does_not_follow_the_support_level_that_is_changed():
    link = asked_in("scenario=today&support_level=0.9&support_peers=0.39")
    file = uploaded(f"[levers]\n{ALONE}", "alone.toml", Asked())
    for asked in (link, file, asked_in(link.query()), from_toml(as_toml(link), "again")):
        plan = asked if not isinstance(asked, Asked) else asked.resolved()
        assert [plan.value(f"support_{name}", 9) for name in ("level", "peers", "security")] == [0.9, 0.39, 0.9]
    assert link.with_lever("support_level", 0.39) == asked_in("scenario=today&support_peers=0.39") == Asked("today")


@pytest.mark.parametrize("name", scenario_names())
def test_a_scenario_we_ship_means_the_same_as_a_file_of_the_visitors_own(name):
    text = files("sp_abm").joinpath("data", "scenarios", f"{name}.toml").read_text("utf-8")
    again, first = (
        uploaded(text, f"{name}.toml", Asked()).resolved(),
        {lever: load(name).value(lever, 0) for lever in LEVERS},
    )
    assert np.array_equal(again.timeline(520), load(name).timeline(520))
    assert (again.start, again.warm_up, again.cut) == (load(name).start, load(name).warm_up, load(name).cut)
    fixed = asked_in(urlencode([("scenario", name), *((lever, plain(shown(lever, first[lever]))) for lever in LEVERS)]))
    assert np.array_equal(fixed.resolved().timeline(520), np.repeat([list(first.values())], 520, axis=0))


def test_the_same_again_as_a_command_and_in_python():
    asked = Asked("today", seed=7).with_lever("support_level", 0.8).with_cut("burnout->intention", True)
    assert as_command(asked) == (
        "sp-abm run today --place sandbox --years 3 --seed 7 --set support_level=0.8 --cut 'burnout->intention'"
    )
    assert as_command(asked, 10) == ""  # the command line pairs seeds from 1 on
    pairs = as_command(replace(asked, seed=1), 10)
    assert pairs == "sp-abm compare today today-changed.toml --place sandbox --years 3 --seeds 10"
    assert "'support_level': 0.8" in as_python(asked) and "seed=7" in as_python(asked)
    for lines in (as_python(asked), as_python(asked, 10)):
        compile(lines, "again", "exec")


def plan_made_by(lines: str):
    """Run lines of Python up to the plan, and return the plan."""
    known: dict[str, object] = {}
    exec(lines[: lines.index("\n", lines.index("plan = "))], known)
    return known["plan"]


@pytest.mark.parametrize("number", range(40))
def test_the_lines_of_python_make_the_plan_that_is_asked_with_its_start_and_warm_up(number):
    asked = any_asked(random.Random(number))
    assert plan_made_by(as_python(asked)) == plan_made_by(as_python(asked, 10)) == asked.resolved()


def test_whatever_differs_from_the_scenario_is_drawn_for_the_lines_of_python():
    drawn = [any_asked(random.Random(number)) for number in range(40)]
    for field in ("start", "warm_up", "levers", "parameters", "cut", "name"):
        assert {bool(getattr(asked, field)) for asked in drawn} == {True, False}


def test_a_hostile_name_stays_a_text_in_the_file_and_in_python():
    asked = replace(Asked("today").with_lever("support_level", 0.8), name='"]\n[levers]\nx=1 \\')
    assert from_toml(as_toml(asked), "test").name == asked.resolved().name
    assert plan_made_by(as_python(asked, 10)).name == asked.resolved().name
    assert json.dumps(asked.resolved().name) in as_toml(asked)
