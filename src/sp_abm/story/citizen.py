"""The life of one citizen: events, stages, loneliness, and the way through the service."""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from sp_abm.agents.citizens import Citizens
from sp_abm.cases import NEVER, Cases
from sp_abm.declare import columns_of
from sp_abm.story.watch import Sentence, State, Watch, counted, joined, weeks
from sp_abm.vocabulary import ADULT_AGE, IMPROVING, NONE, CaseState, Outcome, Route, Stage
from sp_abm.world import World

DISTRESS: Final = (Stage.PRE_CRISIS, Stage.CRISIS)
_CASE: Final = "case."
_FELT: Final = 0.1
"""Support, 0 to 1, from which it is worth a word; what is left of it years later is not."""
_ROWS_OF_ORGANISATIONS: Final = ("activity_row", "volunteer_row")
_OWN: Final = tuple(name for name in Citizens._fields if name not in ("id", "case_row"))
_OF_THE_CASE: Final = tuple(name for name in Cases._fields if name not in ("citizen", "holder", "worker"))
_NO_CASE: Final = {f"{_CASE}{name}": spec.default for name, spec in columns_of(Cases).items() if name in _OF_THE_CASE}
_NO_CASE_YET: Final[State] = _NO_CASE | {f"{_CASE}worker": NONE}
_MOVES: Final = {
    (Stage.THRIVING, Stage.OFF_BALANCE): "went off balance",
    (Stage.THRIVING, Stage.PRE_CRISIS): "distress began",
    (Stage.OFF_BALANCE, Stage.PRE_CRISIS): "distress began",
    (Stage.OFF_BALANCE, Stage.THRIVING): "found balance again",
    (Stage.PRE_CRISIS, Stage.CRISIS): "fell into crisis",
    (Stage.PRE_CRISIS, Stage.RECOVERING): "began to recover",
    (Stage.CRISIS, Stage.RECOVERING): "came out of crisis and began to recover",
    (Stage.CRISIS, Stage.PRE_CRISIS): "came out of crisis, still in distress",
    (Stage.RECOVERING, Stage.THRIVING): "recovered",
    (Stage.RECOVERING, Stage.OFF_BALANCE): "recovered, but off balance",
    (Stage.RECOVERING, Stage.PRE_CRISIS): "relapsed: distress came back",
    (Stage.RECOVERING, Stage.CRISIS): "relapsed into crisis",
}
_ENDS: Final = {
    Outcome.COMPLETED: "the case closed, as planned",
    Outcome.TIMED_OUT: "the case closed because its time was up",
    Outcome.DISENGAGED: "lost touch with the link worker, and the case closed",
    Outcome.SERVICE_ENDED: "the case closed because the service ended",
}


class CitizenWatch(Watch):
    """Watches whoever lives in a dwelling in the week it is made, until that person moves away or dies."""

    def __init__(self, world: World, number: int) -> None:
        self.row = int(np.flatnonzero(world.citizens.id == number)[0])
        self.number = number
        self.her = "her" if world.citizens.female[self.row] else "his"
        self.exit = ""
        super().__init__(world)

    def look(self, world: World) -> State:
        """Return the person's own columns and those of the latest case, posts and organisations by their numbers."""
        citizens, cases, row = world.citizens, world.cases, self.row
        state = {name: getattr(citizens, name)[row].item() for name in _OWN}
        for name in _ROWS_OF_ORGANISATIONS:
            state[name] = int(world.organisations.id[state[name]]) if state[name] >= 0 else NONE
        case = citizens.case_row[row]
        if case < 0:
            return state | _NO_CASE_YET
        post = cases.worker[case]
        state[f"{_CASE}worker"] = int(world.link_workers.id[post]) if post >= 0 else NONE
        return state | {f"{_CASE}{name}": getattr(cases, name)[case].item() for name in _OF_THE_CASE}

    def look_around(self, world: World) -> dict[str, float]:
        """Return the service of the person's PCN and how present it is to the person's GP."""
        citizens, workers, cases = world.citizens, world.link_workers, world.cases
        pcn, books = citizens.pcn[self.row], world.commissioner
        is_open = (cases.state[: world.n_cases] != CaseState.CLOSED) & (cases.pcn[: world.n_cases] == pcn)
        is_waiting = is_open & (cases.worker[: world.n_cases] < 0)
        return {
            "funded": float(world.pcns.fte_funded[pcn]),
            "in_post": float(workers.fte[(workers.pcn == pcn) & workers.in_post].sum()),
            "open": float(is_open.sum()),
            "waiting": float(is_waiting.sum()),
            "awareness": float(world.gps.awareness[citizens.gp[self.row]]),
            "door": float(books.self_referral[0]),
            "outreach": float(books.outreach_share[0]),
        }

    def sentences(self, submodel: str, before: State, now: State, world: World) -> Iterator[Sentence]:
        """Tell what is worth telling of a change in this life."""
        if self.ends_with(before, now):
            self.exit = "died" if now["age"] == 0 else "moved away"
            yield self.exit, ""
        elif submodel in _TELLERS:
            yield from _TELLERS[submodel](self, before, now, world)

    def ends_with(self, before: State, now: State) -> bool:
        """Say whether somebody else lives here now."""
        return bool(now["holder"] != before["holder"])

    def description(self) -> str:
        """Return who this is, without a name."""
        female, age = self.first["female"], self.first["age"]
        noun = ("woman" if female else "man") if age >= ADULT_AGE else ("girl" if female else "boy")
        return f"the {noun} aged {age} in dwelling {self.number}"

    def condition(self) -> str:
        """Return how the person is now, or that the person has gone."""
        if self.exit:
            return self.exit
        state = self.state
        is_open, worker = state["case.state"] != CaseState.CLOSED, state["case.worker"]
        return ", ".join(
            part
            for part in (
                Stage(state["stage"]).label if Stage(state["stage"]) is not Stage.CRISIS else "in crisis",
                "unemployed" if state["unemployed"] else "",
                "physically ill" if state["ill"] else "",
                "lonely" if state["lonely"] else "",
                counted(state["n_live_ties"], "tie"),
                "" if not is_open else f"with link worker {worker}" if worker >= 0 else "on the waiting list",
                f"in an activity at organisation {state['activity_row']}" if state["activity_row"] >= 0 else "",
            )
            if part
        )


def _life_events(who: CitizenWatch, before: State, now: State, world: World) -> Iterator[Sentence]:
    if now["event_strain"] > before["event_strain"]:
        yield "had a stressful life event", ""
    if now["unemployed"] and not before["unemployed"]:
        yield f"lost {who.her} job", ""
    if before["unemployed"] and not now["unemployed"]:
        is_pensioner = now["age"] >= world.parameters.life_events.oldest_worker
        yield ("reached pension age" if is_pensioner else "found work"), ""
    if now["ill"] != before["ill"]:
        yield ("fell physically ill" if now["ill"] else "got over the physical illness"), ""


def _transitions(who: CitizenWatch, before: State, now: State, world: World) -> Iterator[Sentence]:
    move = Stage(before["stage"]), Stage(now["stage"])
    if move in _MOVES:
        lasted = f" after {weeks(before['weeks_in_distress'] + 1)} of distress"
        is_better = move[0] in DISTRESS and move[1] is Stage.RECOVERING
        yield _MOVES[move] + (lasted if is_better else ""), _pressures(before, is_worse=move not in IMPROVING)


def _pressures(state: State, *, is_worse: bool) -> str:
    """Return what pushed towards a change of stage, and what it happened in spite of."""
    burdens = joined(
        "unemployed" if state["unemployed"] else "",
        "lonely" if state["lonely"] else "",
        "under the strain of a life event" if state["event_strain"] > 0 else "",
    )
    contact, activity = state["contact_support"], state["activity_support"]
    help_felt = "" if max(contact, activity) < _FELT else "an activity" if activity >= contact else "the link worker"
    if is_worse:
        return joined(
            f"while {burdens}" if burdens else "", f"in spite of support from {help_felt}" if help_felt else ""
        )
    return joined(f"supported by {help_felt}" if help_felt else "", f"though {burdens}" if burdens else "")


def _influence(who: CitizenWatch, before: State, now: State, world: World) -> Iterator[Sentence]:
    if now["lonely"] and not before["lonely"]:
        few = f"with only {counted(now['n_live_ties'], 'tie')}" if now["n_live_ties"] < world.mean_ties else ""
        yield "became lonely", joined(few, "while in distress" if now["stage"] in DISTRESS else "")
    if before["lonely"] and not now["lonely"]:
        yield "was no longer lonely", "while in an activity" if now["activity_row"] >= 0 else ""


def _referred(who: CitizenWatch, before: State, now: State, world: World) -> Iterator[Sentence]:
    if now["case.week_referred"] != before["case.week_referred"]:
        yield _came(who, now, Route(now["case.route"]))


def _came(who: CitizenWatch, now: State, route: Route) -> Sentence:
    """Return how the person came to social prescribing, and why."""
    need = joined("in distress" if now["stage"] in DISTRESS else "", "lonely" if now["lonely"] else "")
    if route.is_medical:
        whom = "the GP" if route is Route.GP else "practice staff"
        shown = f"a consultation showed that {_she(who)} was {need}" if need and now["discloses"] else ""
        return f"was offered social prescribing by {whom} and accepted", shown or f"came up in one of {_visits(now)}"
    if route is Route.SELF:
        told, knew = f"somebody helped had told {_them(who)} of it", f"{_she(who)} knew how to get it"
        return "came to social prescribing without a GP", joined(need, told if now["weeks_told"] else knew)
    if route is Route.COMMUNITY:
        return "was sent to social prescribing by a community organisation", need
    return f"was met by {route.name.lower()} and accepted", "link workers went out to find people"


def _she(who: CitizenWatch) -> str:
    return "she" if who.her == "her" else "he"


def _them(who: CitizenWatch) -> str:
    return "her" if who.her == "her" else "him"


def _visits(state: State) -> str:
    number = state["consultations"]
    return f"{number} visits to the practice that week" if number > 1 else "the week's visits to the practice"


def _outreach(who: CitizenWatch, before: State, now: State, world: World) -> Iterator[Sentence]:
    yield from _referred(who, before, now, world)
    if now["aware"] and not before["aware"] and now["case.week_referred"] == before["case.week_referred"]:
        yield "heard of social prescribing from outreach", ""


def _allocation(who: CitizenWatch, before: State, now: State, world: World) -> Iterator[Sentence]:
    waited = world.week - now["case.week_referred"]
    if now["case.worker"] >= 0 and before["case.worker"] < 0:
        how = "took over the case" if now["case.changes"] else "took the case"
        since = f" after {weeks(waited)} on the waiting list" if waited and not now["case.changes"] else ""
        yield f"link worker {now['case.worker']} {how}{since}", ""
    if now["case.outcome"] == Outcome.GAVE_UP != before["case.outcome"]:
        yield f"gave up after {weeks(waited)} of waiting", "nobody had been in touch"


def _contact(who: CitizenWatch, before: State, now: State, world: World) -> Iterator[Sentence]:
    number, worker = now["case.n_contacts"], f"link worker {now['case.worker']}"
    if number != before["case.n_contacts"] and number == 1:
        waited = world.week - now["case.week_referred"]
        yield f"first conversation with {worker} {f'after {weeks(waited)} of waiting' if waited else 'at once'}", ""
    if now["case.week_third"] != before["case.week_third"]:
        yield f"third conversation with {worker}", ""
    if now["activity_row"] != before["activity_row"]:
        yield f"started an activity at organisation {now['activity_row']}", f"{worker} knew it and it had a free place"


def _participation(who: CitizenWatch, before: State, now: State, world: World) -> Iterator[Sentence]:
    if before["activity_row"] >= 0 > now["activity_row"]:
        lasted = before["weeks_in_activity"] + 1
        is_complete = lasted > world.parameters.participation.weeks_completed
        yield f"{'completed' if is_complete else 'dropped out of'} the activity after {weeks(lasted)}", ""
    if now["volunteer_row"] != before["volunteer_row"]:
        is_new = now["volunteer_row"] >= 0
        yield (f"became a volunteer at organisation {now['volunteer_row']}" if is_new else "stopped volunteering"), ""


def _word_of_mouth(who: CitizenWatch, before: State, now: State, world: World) -> Iterator[Sentence]:
    if now["aware"] and not before["aware"]:
        source = "somebody it had helped" if now["weeks_told"] > before["weeks_told"] else "the media"
        yield f"heard of social prescribing from {source}", ""
    if before["aware"] and not now["aware"]:
        yield "forgot about social prescribing", ""
    if now["trust"] < before["trust"]:
        yield "heard of somebody whom the service had dropped", ""


def _lost_worker(who: CitizenWatch, before: State, now: State, world: World) -> Iterator[Sentence]:
    if before["case.worker"] >= 0 > now["case.worker"]:
        is_dropped = now["case.state"] == CaseState.CLOSED
        end = "nobody took over the case" if is_dropped else "the case went back on the waiting list"
        yield end, f"link worker {before['case.worker']} left"


def _closure(who: CitizenWatch, before: State, now: State, world: World) -> Iterator[Sentence]:
    if now["case.outcome"] != before["case.outcome"] and now["case.outcome"] in _ENDS:
        number = now["case.n_contacts"]
        is_adequate = now["case.week_third"] != NEVER and now["case.week_started"] != NEVER
        got = f"after {counted(number, 'conversation')}{' and an activity' if is_adequate else ''}"
        yield _ENDS[Outcome(now["case.outcome"])], got if number else ""


_TELLERS: Final[dict[str, Callable[[CitizenWatch, State, State, World], Iterator[Sentence]]]] = {
    "staffing": _lost_worker,
    "life_events": _life_events,
    "transitions": _transitions,
    "influence": _influence,
    "referral": _referred,
    "outreach": _outreach,
    "allocation": _allocation,
    "contact": _contact,
    "participation": _participation,
    "word_of_mouth": _word_of_mouth,
    "turnover": _lost_worker,
    "closure": _closure,
}
