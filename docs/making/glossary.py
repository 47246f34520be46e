"""The glossary: words of care, of experiments and of the protocol, and every list of words that the code declares."""

import enum
import inspect

import sp_abm.vocabulary
from making.markdown import paragraphs, table
from making.references import prose
from sp_abm.vocabulary import Route, Stage


def lists() -> str:
    """Return every enumeration of the vocabulary with its words."""
    kinds = [
        kind
        for _, kind in inspect.getmembers(sp_abm.vocabulary, inspect.isclass)
        if issubclass(kind, enum.Enum) and kind.__module__ == sp_abm.vocabulary.__name__
    ]
    rows = (
        (f"`{kind.__name__}`", paragraphs(kind.__doc__ or "").split("\n\n")[0], ", ".join(map(word, kind)))
        for kind in kinds
    )
    return table(("list", "what it says", "words"), rows)


def about(kind: type[enum.Enum]) -> str:
    """Return the sentence a list is declared with."""
    return paragraphs(kind.__doc__ or "").split("\n\n")[0]


def word(member: enum.Enum) -> str:
    """Return a word as a person writes it."""
    if isinstance(member, Stage):
        return member.label
    if member is Route.GP:
        return member.name
    return str(member.value) if isinstance(member.value, str) else member.name.lower().replace("_", " ")


def glossary_page() -> str:
    """Return the page of every word."""
    return prose("glossary.md", lists=lists())
