"""Readings: what a survey would write down about a person this week, noisy where surveys are; nothing acts on them."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sp_abm.kernels import Flags, Floats, Whole
from sp_abm.parameters.system import Observation
from sp_abm.randomness import Luck
from sp_abm.vocabulary import Stage

LIFE_SCALE: Final = (0.0, 10.0)
SWEMWBS_SCALE: Final = (7.0, 35.0)

AnyFloats = NDArray[np.floating]


class Asked(NamedTuple):
    """The columns of the people who are asked."""

    id: NDArray[np.uint32]
    holder: Whole
    stage: Whole
    lonely: Flags
    contentment: AnyFloats


class Answers(NamedTuple):
    """What they answer, person by person."""

    distress: Floats
    life_satisfaction: Floats
    swemwbs: Floats


def survey(asked: Asked, week: int, luck: Luck, p: Observation) -> Answers:
    """Return what people answer in a week: whoever asks the same person in the same week hears the same."""
    u = luck.uniforms("reading", week, asked.id, asked.holder.astype(np.uint32))
    distress = distress_score(asked.stage, p)
    life = life_satisfaction(asked.stage, asked.lonely, asked.contentment, u[:, 0], p)
    return Answers(distress, life, swemwbs(distress, asked.contentment, u[:, 1], p))


def distress_score(stage: Whole, p: Observation) -> Floats:
    """Return the score on the scale of the GHQ-12, 0 to 12, that goes with each person's stage."""
    return _by_stage("ghq", p)[stage]


def life_satisfaction(stage: Whole, lonely: Flags, contentment: AnyFloats, u: Floats, p: Observation) -> Floats:
    """Return life satisfaction, 0 to 10: of the stage, less loneliness, the person's own part and this week's."""
    lasting = _by_stage("life", p)[stage] - p.life_lonely * lonely + contentment
    reading: Floats = np.clip(lasting + p.sd_life_weekly * ndtri(u), *LIFE_SCALE)
    return reading


def swemwbs(distress: Floats, contentment: AnyFloats, u: Floats, p: Observation) -> Floats:
    """Return the short Warwick-Edinburgh wellbeing score, 7 to 35: related to distress, not its reverse (POP-026)."""
    lasting = p.swemwbs_at_no_distress - p.swemwbs_lost_to_distress * distress + p.swemwbs_of_contentment * contentment
    reading: Floats = np.clip(lasting + p.sd_swemwbs_weekly * ndtri(u), *SWEMWBS_SCALE)
    return reading


def _by_stage(reading: str, p: Observation) -> Floats:
    return np.array([getattr(p, f"{reading}_{stage.word}") for stage in Stage], np.float64)
