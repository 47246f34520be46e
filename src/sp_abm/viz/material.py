"""Material: what pictures are made from: a run, the run it stands beside, and what only some pictures need."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sp_abm.comparison import Comparison
from sp_abm.errors import BadValue
from sp_abm.results import Results
from sp_abm.story import Story


@dataclass(frozen=True)
class Strength:
    """How strong a link is: what it carries of a measure's change, and its interval; missing bounds are one run."""

    mean: float
    low: float = float("nan")
    high: float = float("nan")


@dataclass(frozen=True)
class Material:
    """What is there to draw.

    `comparison` gives intervals over many pairs, whose `arm` is the run here; `others` are further pairs of the same
    two plans with other seeds; `strengths` are by the name of a link; a life line is drawn of `story`.
    """

    results: Results | None = None
    baseline: Results | None = None
    comparison: Comparison | None = None
    arm: int = 1
    others: tuple[tuple[Results, Results | None], ...] = ()
    strengths: Mapping[str, Strength] = field(default_factory=dict)
    story: Story | None = None

    @property
    def run(self) -> Results:
        """Return the run, or raise `BadValue` if there is none."""
        if self.results is None:
            raise BadValue("this picture needs the results of a run.")
        return self.results

    @property
    def baseline_run(self) -> Results:
        """Return the run it stands beside, or raise `BadValue` if there is none."""
        if self.baseline is None:
            raise BadValue("this picture needs a second run to stand beside.")
        return self.baseline

    @property
    def told(self) -> Story:
        """Return the story, or raise `BadValue` if there is none."""
        if self.story is None:
            raise BadValue("this picture needs a story.")
        return self.story

    @classmethod
    def of(cls, comparison: Comparison, arm: int = 1) -> "Material":
        """Return an arm of a comparison, by position, against the first."""
        return cls(comparison.first[arm], comparison.first[0], comparison, arm)
