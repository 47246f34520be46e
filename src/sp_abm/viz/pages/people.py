"""People: who is behind the number? One life, or one post, in two worlds of the same luck."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from sp_abm.caveats import ONE_STORY, OUTREACH_NOTE
from sp_abm.errors import BadValue, SpAbmError, unknown
from sp_abm.scenario import load, scenario_names
from sp_abm.story import Story, tell
from sp_abm.story.telling import KINDS, Told
from sp_abm.viz.asked import Asked, fields_of
from sp_abm.viz.figures import FIGURES, Need
from sp_abm.viz.material import Material
from sp_abm.viz.pages.cards import person_card, scenario_card
from sp_abm.viz.pages.markup import tag, words
from sp_abm.viz.pages.picture import picture_block
from sp_abm.viz.pages.running import Look, place_of, use_work
from sp_abm.viz.pages.ui import component
from sp_abm.viz.pages.waiting import Waiting
from sp_abm.viz.pages.widgets import Person, html, refusal
from sp_abm.viz.runs import Report
from sp_abm.viz.words import as_sentence

_OTHERS: Final = {"citizen": "no-service", "link worker": "supported-workforce"}
_DIGITS: Final = 7


@dataclass(frozen=True)
class Whom:
    """Whose life is told: the kind, the number (empty: somebody is chosen), the world beside."""

    kind: str = "citizen"
    person: str = ""
    other: str = ""

    @property
    def world(self) -> str:
        """Return the name of the scenario of the other world."""
        return self.other or _OTHERS[self.kind]


def whom_in(search: str) -> Whom:
    """Return whose life a link asks for; raises `UnknownName` or `BadValue`."""
    fields = dict(fields_of(search))
    kind, person, other = (fields.get(name, "") for name in ("kind", "person", "other"))
    if kind and kind not in KINDS:
        raise unknown("kind of person", kind[:40], KINDS, "the link")
    if person and not (person.isascii() and person.isdigit() and len(person) <= _DIGITS):
        raise BadValue("person (the link) must be a whole number of at most 7 digits.")
    if other and other not in scenario_names():
        raise unknown("shipped scenario", other[:40], scenario_names(), "the link")
    return Whom(kind or "citizen", person, other)


def story_of(asked: Asked, whom: Whom, report: Report = lambda _: None) -> Story:
    """Return the story that is asked for, told now."""

    def progress(_: str, done: int, total: int) -> None:
        report(done / max(total, 1))

    arms = (asked.resolved(), load(whom.world))
    number = int(whom.person) if whom.person else None
    return tell(whom.kind, number, arms, place_of(asked), asked.seed, asked.years, progress=progress)


@component
def People(asked: Asked, look: Look, search: str, on_link: Callable[[str], None]) -> None:
    """Ask for a person, and tell their life in the plan and in the other world."""
    refused = ""
    try:
        whom = whom_in(search)
    except SpAbmError as problem:
        whom, refused = Whom(), f"This link cannot be followed, so somebody is chosen. {problem}"

    made, progress = use_work(lambda report: story_of(asked, whom, report), (asked, whom))

    def ask(wanted: dict[str, str]) -> None:
        fields = {name: str(wanted[name]) for name in ("kind", "person", "other") if wanted.get(name)}
        on_link(f"/people?{asked.query()}&{urlencode(fields)}")

    refusal(refused)
    Person(
        kind=whom.kind,
        person=whom.person,
        other=whom.world,
        worlds=list(scenario_names()),
        cards={"the person": person_card(), "the other world": scenario_card(load(whom.world))},
        event_tell_of=ask,
    )
    Waiting(progress, ONE_STORY)
    if made:
        html("div", _pictures(made, asked, whom, look), class_="measure")
        html("section", _told(made), class_="panel", aria_label="The life", data_slide="story")


def _pictures(story: Story, asked: Asked, whom: Whom, look: Look) -> str:
    theme = look.drawn()
    drawn = [figure for figure in FIGURES.values() if figure.needs == Need.STORY]
    query = asked.query(kind=whom.kind, person=str(story.number), other=whom.world, theme=look.theme)
    return "".join(picture_block(figure.picture(Material(story=story), theme), query) for figure in drawn)


def _told(story: Story) -> str:
    """Return the two lives beside each other, week by week."""
    first, second = story.worlds
    parted = story.parting
    split = "The two worlds never part for this person."
    if parted:
        split = as_sentence(f"The two worlds part in week {parted.week}: {parted.what}")
        split += f" {as_sentence(f'Why: {parted.why}')}" if parted.why else ""
    weeks = sorted({each.week for world in story.worlds for each in world.happenings})
    rows = [("at the start", first.at_start, second.at_start)]
    rows += [(f"week {week}", _said(first, week), _said(second, week)) for week in weeks]
    rows += [("at the end", first.at_end, second.at_end)]
    body = "".join(
        tag(
            "tr", words("th", when, scope="row"), words("td", here), words("td", "the same" if here == there else there)
        )
        for when, here, there in rows
    )
    head = tag(
        "tr", words("th", "When", scope="col"), *(words("th", f"In ‘{w.scenario}’", scope="col") for w in story.worlds)
    )
    shown = tag(
        "table", words("caption", f"{story.kind} {story.number}: {story.who}"), tag("thead", head), tag("tbody", body)
    )
    return (
        words("h2", f"{story.kind.capitalize()} {story.number}: {story.who}")
        + words("p", split)
        + "".join(words("p", said) for said in _of_outreach(story))
        + tag("div", shown, class_="scroll", tabindex="0", role="region", aria_label="The life in words")
    )


def _of_outreach(story: Story) -> list[str]:
    """Return what must be said of worlds with outreach: the doubt, and what it leaves of this life."""
    return [OUTREACH_NOTE, *(each.told for each in story.accepted)] if story.has_outreach else []


def _said(world: Told, week: int) -> str:
    return " ".join(as_sentence(each.told) for each in world.happenings if each.week == week)
