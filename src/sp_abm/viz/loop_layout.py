"""Loop layout: where the parts of the systems map stand, and the steps between them that are mere counting."""

from typing import Final

PLACES: Final[dict[str, tuple[float, float]]] = {
    "toolkit": (0, 0),
    "visible_impact": (1, 0),
    "impact": (2, 0),
    "investment": (3, 0),
    "posts": (4, 0),
    "consultations": (0, 1),
    "grants": (3, 1),
    "support": (4, 1),
    "contact_depth": (5, 1),
    "identification": (0, 2),
    "recovery": (1, 2),
    "peers": (3, 2),
    "burnout": (4, 2),
    "load": (5, 2),
    "gp_awareness": (0, 3),
    "referral": (1, 3),
    "connection": (2, 3),
    "continuity": (3, 3),
    "intention": (4, 3),
    "vacancy": (5, 3),
    "feedback": (0, 4),
    "occupied_places": (2, 4),
    "knowledge": (3, 4),
    "leaving": (4, 4),
    "loneliness": (5, 4),
    "bad_experience": (0, 5),
    "demand": (1, 5),
    "waiting": (2, 5),
    "starts": (3, 5),
    "activity": (4, 5),
    "ties": (5, 5),
    "trust": (0, 6),
    "self_referral": (1, 6),
    "giving_up": (2, 6),
    "completed": (3, 6),
    "volunteers": (4, 6),
    "places": (5, 6),
    "awareness": (1, 7),
    "word_of_mouth": (2, 7),
    "helped": (3, 7),
}
"""Column and row of each end of a link, on a grid of 6 x 8."""
COUNTED: Final = (
    ("visible_impact", "impact"),
    ("connection", "impact"),
    ("posts", "load"),
    ("identification", "referral"),
    ("referral", "demand"),
    ("self_referral", "demand"),
    ("connection", "starts"),
    ("starts", "activity"),
    ("starts", "completed"),
    ("completed", "helped"),
    ("giving_up", "bad_experience"),
)
"""Steps that follow by counting and that no link of its own carries: they close the circles."""
BENT: Final = {("support", "intention"): 0.42}
"""Links that go around what stands in between: by how many columns, to the right."""
COLUMNS, ROWS = 6, 8
