"""Texts: what each page is called, what it asks, and what a presenter may say about it."""

from typing import Final

TITLES: Final[dict[str, tuple[str, str]]] = {
    "story": ("Story", "Why does it matter?"),
    "explore": ("Explore", "What if link workers were better supported, or went out to meet people?"),
    "compare": ("Compare", "Which plan, and for whom?"),
    "loop": ("Loop", "Why did that happen?"),
    "people": ("People", "Who is behind the number?"),
    "evidence": ("Evidence", "Why believe it, and why not?"),
}
"""Of each page its name and its question."""

NOTES: Final[dict[str, str]] = {
    "story": "Let everybody write down a guess before you reveal. Ask who was surprised, and why.",
    "explore": "Say first that this is an invented town with more link workers than any real one. Move one lever at a "
    "time. Read the sentence aloud with its range and what that is of, and say ‘unclear’ where it says so.",
    "compare": "Ask who gains and who waits. The same people meet the same luck in each plan.",
    "loop": "Ask the room to draw the circle first. Then cut one link and ask what will happen.",
    "people": "One life shows how, not how much. Do not take it for a typical one.",
    "evidence": "When asked where the numbers come from: each has a source or says that it is assumed.",
}
