"""The ODD protocol, in full and on one page."""

import inspect
from collections import Counter
from dataclasses import fields

import sp_abm.initialisation
import sp_abm.schedule
from making.markdown import link, paragraphs, sentence, table
from making.references import prose
from making.sources import ENTITIES, sources
from making.week import overview
from making.words import grades
from sp_abm.declare import columns_of, facts_of
from sp_abm.evidence import Target, ids_in, targets
from sp_abm.levers import DEFAULTS
from sp_abm.loops import LINKS, LOOPS
from sp_abm.measures import MEASURES, Subject
from sp_abm.parameters import all_facts
from sp_abm.places import Place, places
from sp_abm.randomness import QUESTIONS
from sp_abm.vocabulary import WARM_UP_WEEKS, WEEKS_PER_YEAR, Stage

KINDS = {
    "citizens": ("citizen", "a resident, in one household, registered with one practice"),
    "ties": ("tie", "between two citizens: household, close or weak; alive or asleep"),
    "cases": ("case", "the relation between a citizen and a link worker, from referral to closure"),
    "link_workers": ("link worker", "a post, full- or part-time, and the worker in it"),
    "knowledge": ("knowledge", "which link worker knows which organisation"),
    "pcns": ("PCN", "a primary care network: practices, and a team of link workers"),
    "gps": ("GP", "a doctor with patients, awareness and feedback of their own"),
    "practices": ("practice", "a GP practice"),
    "organisations": ("organisation", "a community organisation (VCSE) with one kind of activity and places"),
    "commissioner": ("commissioner", "sets posts, support and grants, and keeps the books"),
}


def entities() -> str:
    """Return the kinds of entity, how many state variables each has, and where they stand."""
    rows = (
        (name, says, str(len(columns_of(ENTITIES[kind]))), f"[`{kind}`](columns.md#{kind})")
        for kind, (name, says) in KINDS.items()
    )
    return table(("entity", "what it is", "state variables", "table"), rows)


def patterns() -> str:
    """Return the targets that were kept for checking, and the parameters that lean on the same figures after all."""
    rows = (
        (
            link("evidence.md", one.id, one.id),
            sentence(one.statistic),
            f"{one.low:g} to {one.high:g} {one.unit}",
            ", ".join(link("parameters.md", full) for full in leaning_on(one)),
        )
        for one in targets().values()
        if one.kind == "pattern"
    )
    return table(("pattern", "statistic", "interval of the evidence", "same figures behind"), rows)


def leaning_on(target: Target) -> list[str]:
    """Return the parameters whose source names a target, or a figure that the target rests on."""
    figures = {target.id, *ids_in(target.evidence)}
    return [full for full, fact, _ in all_facts() if figures & set(ids_in(fact.source))]


def initialisation() -> str:
    """Return how a world is made, as the module that makes it says."""
    return inspect.getdoc(sp_abm.initialisation) or ""


def stages() -> str:
    """Return the health stages in words."""
    return ", ".join(stage.label for stage in Stage)


def odd_page() -> str:
    """Return the page of the whole protocol."""
    kinds = Counter(one.kind for one in targets().values())
    facts = facts_of(Place)
    text = initialisation()
    return prose(
        "odd.md",
        n_calibration=str(kinds["calibration"]),
        n_patterns=str(kinds["pattern"]),
        patterns=patterns(),
        entities=entities(),
        weeks=str(WEEKS_PER_YEAR),
        warm_up=str(WARM_UP_WEEKS),
        places=", ".join(where.name for where in places().values()),
        stages=sentence(stages()).rstrip("."),
        week=overview("week.md"),
        why_order=paragraphs(inspect.getdoc(sp_abm.schedule) or "").split("\n\n")[1],
        questions=", ".join(question.replace("_", " ") for question in QUESTIONS),
        n_measures=str(len(MEASURES)),
        subjects=", ".join(f"[{subject.value}](measures.md#{heading(subject.value)})" for subject in Subject),
        n_links=str(len(LINKS)),
        n_loops=str(len(LOOPS)),
        initialisation=sentence(text.partition(": ")[2]),
        facts_of_place=", ".join(facts[item.name].meaning for item in fields(Place) if item.name in facts),
    )


def heading(words: str) -> str:
    """Return what a heading is called in an address."""
    return "-".join("".join(sign for sign in words.lower() if sign.isalnum() or sign == " ").split())


def odd_summary_page() -> str:
    """Return the protocol on one page."""
    week = (link("week.md", source.name, source.name.replace("_", " ")) for source in sources())
    return prose(
        "odd-summary.md",
        entities_words=", ".join(f"{KINDS[kind][0]}s" for kind in KINDS if kind not in ("knowledge", "commissioner")),
        week_words=", ".join(week),
        stages=stages(),
        n_measures=str(len(MEASURES)),
        grades=grades(),
        posts=f"{DEFAULTS['posts_per_10000']:g}",
    )
