"""Pages written by hand for everybody, with a few numbers from the model and links to the sources."""

import os
from collections import Counter
from pathlib import Path

from making.references import prose
from sp_abm.levers import DEFAULTS
from sp_abm.parameters import all_facts
from sp_abm.schedule import WEEK
from sp_abm.vocabulary import Grade

DOCS = Path(__file__).parents[1]
RESULTS = (
    "model/validation.md",
    "model/calibration.md",
    "model/sensitivity.md",
    "model/evaluation-laboratory.md",
    "model/loop-laboratory.md",
    "model/national-replay.md",
    "acceptance.md",
)
"""Pages with results of checks, written by the commands that make them; those that are there are listed."""


def results() -> str:
    """Return the pages of results that are there, by their titles."""
    found = [(path, (DOCS / path).read_text("utf-8").partition("\n")[0]) for path in RESULTS if (DOCS / path).is_file()]
    lines = [f"- [{title.strip('# ')}]({os.path.relpath(path, 'model')})" for path, title in found]
    return "\n".join([*lines, "- [What does not come out, and what is not there](what-does-not-come-out.md)"])


def grades() -> str:
    """Return how many numbers have which grade, in a sentence."""
    found = Counter(fact.grade for _, fact, _ in all_facts())
    assumed, total = found.pop(Grade.ASSUMED), sum(found.values())
    words = ", ".join(f"{found[grade]} {grade.value}" for grade in Grade if grade in found)
    return f"Of {assumed + total} numbers {assumed} are assumed; the others are {words}."


def plain_page() -> str:
    """Return the description for people who commission services."""
    return prose("plain-description.md", way="model/")


def questions_page() -> str:
    """Return the page of questions and answers."""
    posts = f"{DEFAULTS['posts_per_10000']:g}"
    return prose("questions.md", way="../model/", grades=grades(), posts=posts, n_rules=str(len(WEEK)))


def design_page() -> str:
    """Return the page that leads from pictures of service design to the model."""
    return prose("design-work.md")


def checking_page() -> str:
    """Return the page of verification and validation in five rows."""
    return prose("verification-and-validation.md", results=results())
