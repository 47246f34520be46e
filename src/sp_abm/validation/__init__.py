"""Validation: the model held against every target of the evidence, from runs made for it."""

from sp_abm.validation.pieces import STATISTICS, studies_of, validate
from sp_abm.validation.verdicts import Verdict, score_words

__all__ = ["STATISTICS", "Verdict", "score_words", "studies_of", "validate"]
