"""Material: what pictures are made from: a run, the run it stands beside, and what only some pictures need."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sp_abm.comparison import COLUMNS, Comparison, Difference, difference_in, stage_moves, values_of
from sp_abm.errors import BadValue
from sp_abm.results import Results
from sp_abm.story import Story
from sp_abm.viz.courses import Course, course
from sp_abm.viz.findings import ranges_in_words

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Strength:
    """How strong a link is: what it carries of a measure's change, and its interval; missing bounds are one run."""

    mean: float
    low: float = float("nan")
    high: float = float("nan")


@dataclass(frozen=True)
class Sketch:
    """What is kept of one run, or of a pair with the same luck: every measure, who moved (5, 5), and the courses."""

    values: Floats
    before: Floats | None = None
    moves: Floats | None = None
    course: Course | None = None
    before_course: Course | None = None


def sketch(results: Results, baseline: Results | None = None) -> Sketch:
    """Return what is kept of a run, or of a pair: light enough to keep of many."""
    if baseline is None:
        return Sketch(np.asarray(results.summary, np.float64), course=course(results))
    return Sketch(
        values_of(results, baseline),
        values_of(baseline, baseline),
        stage_moves(baseline, results),
        course(results),
        course(baseline),
    )


@dataclass(frozen=True)
class Material:
    """What is there to draw.

    `sketches` are of every pair, this one included, where there are several with different luck; `strengths` are by
    the name of a link, and `strengths_of` says what they are shares of; a life line is drawn of `story`. The pairs took
    `n_sets` plausible sets of parameters in turn, none where it is 0.
    """

    results: Results | None = None
    baseline: Results | None = None
    sketches: tuple[Sketch, ...] = ()
    strengths: Mapping[str, Strength] = field(default_factory=dict)
    strengths_of: str = ""
    story: Story | None = None
    n_sets: int = 0

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

    @property
    def n_runs(self) -> int:
        """Return how many runs, or pairs, with different luck there are."""
        return max(1, len(self.sketches))

    @property
    def ranges(self) -> str:
        """Return in a sentence what ranges over the pairs are of."""
        return ranges_in_words(self.n_runs, self.n_sets)

    @property
    def moves(self) -> Floats:
        """Return people by stage in the baseline and here, shape (pairs, 5, 5)."""
        found = [each.moves for each in self.sketches if each.moves is not None]
        return np.stack(found or [stage_moves(self.baseline_run, self.run)])

    def difference(self, measure: str) -> Difference | None:
        """Return the paired difference from the baseline in a measure, or None where there is but one pair."""
        pairs = [(each.values, each.before) for each in self.sketches if each.before is not None]
        if len(pairs) < 2:
            return None
        here, before = (np.stack([pair[side] for pair in pairs if pair[side] is not None]) for side in (0, 1))
        return difference_in(measure, here, before)

    def mean(self, measure: str) -> float | None:
        """Return a measure's mean over the runs that have a value, or None where there is but one run."""
        if len(self.sketches) < 2:
            return None
        values = np.array([each.values[COLUMNS[measure]] for each in self.sketches])
        return float(values[np.isfinite(values)].mean()) if np.isfinite(values).any() else float("nan")

    @classmethod
    def of_pairs(cls, pairs: Iterable[tuple[Results, Results | None]], n_sets: int = 0) -> "Material":
        """Return the first of several runs, or pairs, with the sketches of all; the others are not kept.

        They took `n_sets` plausible sets of parameters in turn.
        """
        first: tuple[Results | None, Results | None] = (None, None)
        sketches: list[Sketch] = []
        for results, baseline in pairs:
            if not sketches:
                first = results, baseline
            sketches.append(sketch(results, baseline))
        return cls(first[0], first[1], tuple(sketches), n_sets=n_sets)

    @classmethod
    def of(cls, comparison: Comparison, arm: int = 1) -> "Material":
        """Return an arm of a comparison, by position, against the first; there are no courses, so no bands."""
        sketches = tuple(
            Sketch(values[arm], values[0], moves[arm])
            for values, moves in zip(comparison.values, comparison.moves, strict=True)
        )
        return cls(comparison.first[arm], comparison.first[0], sketches, n_sets=comparison.n_sets)
