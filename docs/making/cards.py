"""Scenario cards for a workshop: to print, cut out, guess about and turn over."""

from making.markdown import MADE, page, sentence, slug
from making.scenarios import shipped, words
from sp_abm.levers import DEFAULTS, LEVERS
from sp_abm.parameters import all_facts
from sp_abm.scenario import Scenario
from sp_abm.vocabulary import WEEKS_PER_YEAR

HEAD = f"""{MADE}

Print this page (it prints two cards side by side) and cut them out. Give the cards, not the sheet below them: a guess
before the result is the point. Each card says what is changed against *today*; everything else stays."""
GUESS = "<br>".join(
    (
        "Before we run it, I think",
        "☐ link workers' burnout rises / stays / falls",
        "☐ the wait for a first contact gets longer / stays / gets shorter",
        "☐ people helped enough get fewer / stay / get more",
        "☐ distress in the whole place rises / cannot be told / falls",
    )
)
MANY, PLACES = 3, 2


def changes(scenario: Scenario) -> list[str]:
    """Return what a scenario changes against today, one sentence a lever."""
    found = []
    for name, timeline in scenario.levers.items():
        steps = [(week, value) for week, value in timeline if week or value != DEFAULTS[name]]
        if not steps:
            continue
        is_yearly = all(week % WEEKS_PER_YEAR == 0 for week, _ in steps)
        first = ", then ".join(f"{said(name, value)}{when(week, is_yearly)}" for week, value in steps[:MANY])
        more = " and so on" if len(steps) > MANY else ""
        meaning = LEVERS[name].meaning.partition(";")[0]
        found.append(f"- {sentence(meaning)[:-1]}: **{first}{more}** (today {said(name, DEFAULTS[name])})")
    facts = {full: (fact, value) for full, fact, value in all_facts()}
    for name, value in scenario.parameters.items():
        fact, today = facts[name]
        found.append(f"- {sentence(fact.meaning)[:-1]}: **{value:g}** (today {today:g})")
    return found


def said(lever: str, value: float) -> str:
    """Return a lever's value as a person says it: a long fraction to two places."""
    said_whole = words(lever, value).replace("_", " ")
    is_long = len(said_whole.partition(".")[2]) > PLACES
    return f"{value:.{PLACES}f}" if is_long else said_whole


def when(week: int, is_yearly: bool) -> str:
    """Return when a value begins, as a person says it: in years where all of its steps are."""
    years = week // WEEKS_PER_YEAR
    in_years = f" after {years} year{'' if years == 1 else 's'}"
    return (in_years if is_yearly else f" from week {week}") if week else ""


def card(scenario: Scenario) -> str:
    """Return one card."""
    changed = "\n".join(changes(scenario)) or "- Nothing: everything as it is today."
    title = scenario.name.replace("-", " ").capitalize()
    return f'<div class="card" markdown>\n\n## {title}\n\n{scenario.why}\n\n{changed}\n\n{GUESS}\n\n</div>'


def cards_page() -> str:
    """Return the page of every card, and of what was expected, for whoever holds the session."""
    found = shipped()
    cards = '<div class="cards" markdown>\n\n' + "\n\n".join(map(card, found)) + "\n\n</div>"
    answers = "\n".join(
        f"- [**{one.name}**](../model/scenarios.md#{slug(one.name)}): {one.expected}" for one in found
    )  # fmt: skip
    about = "Written down before the scenario was run. It is not the result: run it and see."
    return page("Scenario cards", HEAD, cards, "## For the facilitator: what was expected", about, answers)
