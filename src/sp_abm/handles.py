"""Handles: Mesa agents for the few, views for the many. Attributes read and write the row; rules use columns.

A link worker's handle lives from hire to leaving; the post's row lives on. Citizens are too many to be registered:
`Citizens` gives views on demand.
"""

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Final
from weakref import WeakKeyDictionary

import mesa
import numpy as np

from sp_abm.errors import BadValue, unknown

if TYPE_CHECKING:
    from sp_abm.world import World


class _WeakIds:
    """Counters by model that do not keep a model alive, as Mesa 3.3's own do."""

    def __init__(self) -> None:
        self._counters: WeakKeyDictionary[mesa.Model, Iterator[int]] = WeakKeyDictionary()

    def __getitem__(self, model: mesa.Model) -> Iterator[int]:
        return self._counters.setdefault(model, itertools.count(1))


class _Row:
    """Something whose declared columns are read and written as attributes."""

    table: ClassVar[str]
    _world: "World"
    row: int

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in ("row", "table"):
            raise AttributeError(name)
        columns = getattr(self._world, self.table)
        if name not in columns._fields:
            raise AttributeError(unknown(f"column of {self.table}", name, columns._fields))
        value = getattr(columns, name)[self.row]
        return value.item() if isinstance(value, np.generic) else value

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *getattr(self._world, self.table)._fields})

    def _write(self, name: str, value: Any) -> bool:
        """Write an attribute to its column if there is one of that name."""
        if name.startswith("_") or "_world" not in self.__dict__:
            return False
        columns = getattr(self._world, self.table)
        if name in columns._fields:
            getattr(columns, name)[self.row] = value
            return True
        return False


class Handle(_Row, mesa.Agent):
    """A registered Mesa agent that stands for one row of a table."""

    _ids: ClassVar[Any] = _WeakIds()

    def __init__(self, model: mesa.Model, world: "World", row: int) -> None:
        object.__setattr__(self, "row", row)
        super().__init__(model)
        object.__setattr__(self, "_world", world)

    def __setattr__(self, name: str, value: Any) -> None:
        if not self._write(name, value):
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.row}>"


class LinkWorker(Handle):
    """The holder of a post, from hire to leaving."""

    table = "link_workers"


class GP(Handle):
    """A GP."""

    table = "gps"


class Practice(Handle):
    """A GP practice."""

    table = "practices"


class PCN(Handle):
    """A primary care network."""

    table = "pcns"


class Organisation(Handle):
    """A community organisation."""

    table = "organisations"


class Commissioner(Handle):
    """The commissioner."""

    table = "commissioner"


LASTING: Final[tuple[type[Handle], ...]] = (GP, Practice, PCN, Organisation, Commissioner)


class CitizenView(_Row):
    """One citizen, on demand; not registered with the model."""

    table = "citizens"

    def __init__(self, world: "World", row: int) -> None:
        object.__setattr__(self, "_world", world)
        object.__setattr__(self, "row", row)

    def __setattr__(self, name: str, value: Any) -> None:
        if not self._write(name, value):
            raise AttributeError(unknown("column of citizens", name, self._world.citizens._fields))

    def __repr__(self) -> str:
        return f"<Citizen {self.row}>"


class CitizenViews:
    """All citizens by row: `citizens[42].stage`, `len(citizens)`, and iteration."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def __len__(self) -> int:
        return int(self._world.citizens.id.shape[0])

    def __getitem__(self, row: int) -> CitizenView:
        if not -len(self) <= row < len(self):
            raise BadValue(f"citizen {row} does not exist; this place has rows 0 to {len(self) - 1}.")
        return CitizenView(self._world, row % len(self))

    def __iter__(self) -> Iterator[CitizenView]:
        return (self[row] for row in range(len(self)))
