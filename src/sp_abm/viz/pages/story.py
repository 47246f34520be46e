"""Story: why does it matter? A walk of six steps, with a guess before each reveal."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from sp_abm.comparison import ENOUGH_PAIRS, Comparison
from sp_abm.viz.acceptance import words_of_arm
from sp_abm.viz.asked import BASELINE, Asked, fields_of
from sp_abm.viz.drawn import material_of, pictures
from sp_abm.viz.findings import Finding, finding, pairs_in_words, runs_in_words, sets_in_words
from sp_abm.viz.pages.markup import link, tag, verdict_mark, words
from sp_abm.viz.pages.picture import picture_block
from sp_abm.viz.pages.running import SMALL, STORE, Look, arms_of, n_sets_of, place_of, seeds_of, sets_of, use_work
from sp_abm.viz.pages.ui import component, solara
from sp_abm.viz.pages.waiting import Waiting
from sp_abm.viz.pages.widgets import Walk
from sp_abm.viz.runs import Report
from sp_abm.viz.words import as_sentence

ACCEPTED: Final = ("share_distress",)
"""What a step with outreach says over the range of acceptance: in a walk there is room for one number."""
_MORE: Final = ("It rises", "It falls", "No clear change")


@dataclass(frozen=True)
class Step:
    """One idea: a text, a question with choices, and what is run to answer it."""

    title: str
    text: str
    question: str = ""
    choices: tuple[str, ...] = ()
    scenario: str = "today"
    measures: tuple[str, ...] = ()
    picture: str = ""


STEPS: Final = (
    Step(
        "A person",
        "Somebody is off balance: alone, short of money, not ill. The GP sends them to a link worker, who has time to "
        "listen and knows what there is nearby.",
        "Of 1,000 people who are referred, how many get enough support to matter: three talks and an activity?",
        ("About 100", "About 250", "About 500", "Nearly all"),
        measures=("share_adequate_dose", "share_contacted", "share_started_activity"),
        picture="funnel",
    ),
    Step(
        "A link worker",
        "A link worker holds dozens of open cases, often alone in a practice. Work that outruns support wears "
        "them down.",
        "Of 100 link workers, how many leave in a year?",
        ("About 5", "About 20", "About 50"),
        measures=("expected_leaving_rate_per_year", "burnout_mean"),
        picture="workforce",
    ),
    Step(
        "The circle turns",
        "When one leaves, colleagues take over their cases, what they knew is lost, and it takes months to fill the "
        "post. More load, more strain, and the next one leaves.",
        "If a third fewer posts were paid for, what would happen to the number of people waiting?",
        _MORE,
        scenario="fewer-posts",
        measures=("n_waiting", "mean_wait_weeks", "burnout_mean"),
    ),
    Step(
        "Support breaks it",
        "Supervision, clear roles, a place in the team, colleagues, and money that is known to go on.",
        "With full support promised, what happens to leaving?",
        _MORE,
        scenario="supported-workforce",
        measures=("expected_leaving_rate_per_year", "burnout_mean", "share_adequate_dose"),
        picture="workforce",
    ),
    Step(
        "Reactive or proactive",
        "Today people must come, or be sent. What if link workers went out to meet those who do not ask?",
        "With support, and a fifth of their time for outreach: what happens to crisis in the whole place?",
        _MORE,
        scenario="outreach-with-support",
        measures=("reach_per_1000_per_year", "share_adequate_dose", "share_crisis"),
        picture="stages",
    ),
    Step(
        "Your turn",
        "Now choose yourself: move a lever, and see what the same people’s lives would be.",
    ),
)


@component
def StoryWalk(asked: Asked, look: Look, step: int, on_step: Callable[[int], None]) -> None:
    """Show one step; the runs behind it begin at once, but what they say is sent only after a guess."""
    guesses: dict[int, int]
    guesses, set_guesses = solara.use_state({})
    here = STEPS[step]
    plan = plan_of(here, asked)
    pairs = ENOUGH_PAIRS if place_of(asked).residents <= SMALL else 1

    def work(report: Report) -> tuple[str, str]:
        seeds, sets = seeds_of(plan, pairs), sets_of(plan)
        made = STORE.comparison(arms_of(plan), place_of(plan), seeds, plan.years, report, is_urgent=False, sets=sets)
        made = STORE.accepted(made, report)
        return answer_to(here, made, look, replace(plan, runs=pairs).query(theme=look.theme))

    made, progress = use_work(work, (step, plan, look))
    guess = guesses.get(step, -1)
    said, picture = made if made and guess >= 0 else ("", "")
    Walk(
        titles=[each.title for each in STEPS],
        step=step,
        text=words("p", here.text) + (_way_on(asked) if not here.question else ""),
        question=here.question,
        choices=list(here.choices),
        guess=guess,
        answer=said,
        picture=picture,
        event_go_to=lambda place: on_step(max(0, min(len(STEPS) - 1, int(place)))),
        event_reveal=lambda choice: set_guesses({**guesses, step: int(choice)}),
    )
    if here.question:
        Waiting(progress, said_of(here, pairs, n_sets_of(plan, pairs)))


def said_of(step: Step, pairs: int, n_sets: int) -> str:
    """Return how many runs stand behind a step, and what its ranges are of; one without a plan has levels alone."""
    if step.scenario != BASELINE:
        return pairs_in_words(pairs, n_sets)
    own = f", with {sets_in_words(n_sets)}" if n_sets and pairs > 1 else ""
    return as_sentence(runs_in_words(pairs, n_sets) + own)


def step_in(search: str) -> int:
    """Return the step that a link names, counted from 0; the first where it names none that there is."""
    number = dict(fields_of(search)).get("step", "1")
    return int(number) - 1 if number in map(str, range(1, len(STEPS) + 1)) else 0


def plan_of(step: Step, asked: Asked) -> Asked:
    """Return what a step runs, in the place and for the years that are asked for."""
    if step.scenario == "fewer-posts":
        return replace(asked.of_scenario("today"), name="a third fewer posts").with_lever("posts_per_10000", 0.3)
    return asked.of_scenario(step.scenario)


def answer_to(step: Step, made: Comparison, look: Look, query: str) -> tuple[str, str]:
    """Return what the model says to a step's question, with its doubt, and its picture; `query` asks for that again."""
    lines = "".join(_line(finding(made, measure), step.scenario == "today") for measure in step.measures)
    accepted = words_of_arm(made, measures=ACCEPTED)
    lines += words("p", accepted, class_="hint") if accepted else ""
    if not step.picture:
        return lines, ""
    drawn = pictures(material_of(made), [step.picture], look.drawn())[step.picture]
    if len(made.seeds) > 1:
        lines += words("p", f"Means of {len(made.seeds)} runs. The picture shows one of them, seed {made.seeds[0]}.")
    return lines, picture_block(drawn, query)


def _line(found: Finding, is_alone: bool) -> str:
    text = f"{found.label}, {found.unit}: {found.plan}"
    if is_alone:
        return words("p", f"{text}.")
    return tag("p", words("span", f"{text}; today {found.baseline} ({found.difference}, 95% {found.range})."),
               " ", verdict_mark(found.verdict))  # fmt: skip


def _way_on(asked: Asked) -> str:
    links = [
        link("Explore: move a lever", f"/explore?{asked.query()}"),
        link("Meet a person", f"/people?{asked.query()}"),
    ]
    return tag("p", *links, class_="downloads")
