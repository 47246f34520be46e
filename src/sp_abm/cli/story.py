"""`sp-abm story`: one life, or one post, in plain words, and the same life in another world beside it."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sp_abm.caveats import ONE_STORY, OUTREACH_NOTE
from sp_abm.cli.options import AsJson, PlaceName, Years, examples
from sp_abm.cli.progress import Meter, announce_compiling
from sp_abm.cli.run import place_line
from sp_abm.cli.tables import DISCLAIMER, plain_table, print_json, screen, wrapped

if TYPE_CHECKING:
    from sp_abm.story import Story

Seed = Annotated[int, typer.Option(help="Which luck: both worlds meet the same.")]
World = Annotated[str, typer.Option("--scenario", help="The first world: a shipped scenario or your own .toml file.")]
OtherWorld = Annotated[str, typer.Option("--other", help="The world beside it.")]
_CHOSEN = {
    "citizen": "Chosen as the first whom the service saw and helped most in the first world that has one.",
    "link worker": "Chosen as the post that changed hands most often in the first world that has one.",
}


def register(app: typer.Typer) -> None:
    """Add the command and its two kinds of story."""
    told = ("story citizen", "story citizen 1234 --scenario outreach-with-support --other today", "story link-worker 3")
    stories = typer.Typer(
        name="story",
        help="Tell one life in plain words, with its causes, and the same life in another world beside it.",
        epilog=examples(*told),
        no_args_is_help=True,
    )
    stories.command("citizen", epilog=examples(*told[:2], "story citizen 1234 --json"))(citizen)
    stories.command("link-worker", epilog=examples(told[2], "story link-worker 3 --other no-service --json"))(
        link_worker
    )
    app.add_typer(stories)


def citizen(
    number: Annotated[
        int | None, typer.Argument(metavar="ID", help="The number of a dwelling; without one somebody is chosen.")
    ] = None,
    scenario: World = "today",
    other: OtherWorld = "no-service",
    place: PlaceName = "sandbox",
    seed: Seed = 1,
    years: Years = 5,
    as_json: AsJson = False,
) -> None:
    """Tell the life of whoever lives in a dwelling at the start."""
    _tell("citizen", number, (scenario, other), place, seed, years, as_json)


def link_worker(
    number: Annotated[
        int | None, typer.Argument(metavar="ID", help="The number of a post; without one a post is chosen.")
    ] = None,
    scenario: World = "today",
    other: OtherWorld = "supported-workforce",
    place: PlaceName = "sandbox",
    seed: Seed = 1,
    years: Years = 5,
    as_json: AsJson = False,
) -> None:
    """Tell the story of a link worker's post and of those who hold it."""
    _tell("link worker", number, (scenario, other), place, seed, years, as_json)


def _tell(
    kind: str, number: int | None, arms: tuple[str, str], place: str, seed: int, years: float, as_json: bool
) -> None:
    from sp_abm.story import tell

    announce_compiling()
    with Meter() as meter:
        story = tell(kind, number, arms, place, seed, years, progress=meter.weeks)
    if as_json:
        print_json(story.as_dict() | {"notes": _notes(story)})
        return
    console = screen()
    _show(console, story)
    if number is None:
        wrapped(console, _CHOSEN[kind])


def _show(console: Console, story: "Story") -> None:
    first, second = story.worlds
    title = f"{story.who[:1].upper()}{story.who[1:]}: ‘{first.scenario}’ beside ‘{second.scenario}’"
    console.print(title, style="bold", soft_wrap=True)
    wrapped(console, f"{place_line(story.place)}. {story.weeks} weeks, seed {story.seed}.")
    console.print(_beside(story))
    if story.parting is None:
        wrapped(console, "The two worlds never part: everything here is the same in both.")
    else:
        wrapped(console, f"The two worlds part in week {story.parting.week}: {story.parting.what}.")
        wrapped(console, f"Why: {story.parting.why}.")
    for note in _notes(story):
        wrapped(console, note)


def _beside(story: "Story") -> Table:
    """Return both lives week by week; what is the same in both is told once."""
    first, second = story.worlds
    table = plain_table("When", f"In ‘{first.scenario}’", f"In ‘{second.scenario}’")
    table.columns[0].no_wrap = True
    table.add_row("at the start", _sentence(first.at_start), _other(first.at_start, second.at_start))
    told = [{each.week: "" for each in world.happenings} for world in story.worlds]
    for lines, world in zip(told, story.worlds, strict=True):
        for each in world.happenings:
            lines[each.week] = "\n".join(filter(None, (lines[each.week], _sentence(each.told))))
    has_parted = story.parting is None
    for week in sorted(told[0].keys() | told[1].keys()):
        if not has_parted and story.parting and week >= story.parting.week:
            has_parted = True
            table.add_section()
            table.add_row(f"week {story.parting.week}", Text("Here the two worlds part.", style="bold"), "")
        here, there = (lines.get(week, "") for lines in told)
        table.add_row(f"{first.date_of(week):%b %Y}, week {week}", here, "the same" if here == there else there)
    table.add_section()
    table.add_row("at the end", _sentence(first.at_end), _other(first.at_end, second.at_end))
    return table


def _other(here: str, there: str) -> str:
    return "the same" if here == there else _sentence(there)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _notes(story: "Story") -> list[str]:
    """Return what must be said beside a story."""
    outreach = [OUTREACH_NOTE] if story.has_outreach else []
    return [*outreach, *(each.told for each in story.accepted), f"{DISCLAIMER} {ONE_STORY}"]
