"""The plain-Mesa twin: the whole week again as ordinary Mesa agents, for reading, for truth and for the speed ratio.

It shares parameters, levers, vocabulary, the initial world and the luck with `sp_abm`, and none of its rules.
"""

from benchmarks.plain_mesa.luck import KeyedLuck, MesaLuck
from benchmarks.plain_mesa.model import TwinModel

__all__ = ["KeyedLuck", "MesaLuck", "TwinModel"]
