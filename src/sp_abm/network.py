"""Ties between citizens (household, close, weak) as compressed rows, and the professional network."""

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sp_abm.agents.citizens import Citizens
from sp_abm.declare import column
from sp_abm.kernels import Whole, compiled, inlined
from sp_abm.vocabulary import TieKind

if TYPE_CHECKING:
    import networkx as nx

    from sp_abm.world import World

I32: TypeAlias = NDArray[np.int32]
U8: TypeAlias = NDArray[np.uint8]


class Ties(NamedTuple):
    """Ties of row i are entries start[i] to start[i+1]; each tie stands in both its rows.

    `start` has one entry more than there are citizens; the others one entry per directed tie.
    """

    start: Annotated[I32, column(np.int32, "first tie of the row", "entry", "population")]
    other: Annotated[I32, column(np.int32, "row of the other person", "row", "population")]
    kind: Annotated[U8, column(np.uint8, "household, close or weak", "TieKind", "population")]
    strength: Annotated[
        U8,
        column(
            np.uint8,
            "1 alive, 0 asleep until the two know each other again",
            "0 or 1",
            "influence",
            "residents",
            "population",
        ),
    ]


def read_only(ties: Ties) -> Ties:
    """Return the ties with places and kinds protected, as they are when memory-mapped."""
    views = {name: getattr(ties, name).view() for name in ("start", "other", "kind")}
    for view in views.values():
        view.flags.writeable = False
    return ties._replace(**views)


@inlined
def set_strength(
    start: Whole, other: Whole, kind: Whole, strength: Whole, n_live: Whole, row: int, entry: int, value: int
) -> None:
    """Set a tie's strength in both its rows and keep the two counts of live ties; idempotent."""
    if strength[entry] == value:
        return
    friend = other[entry]
    strength[entry] = value
    for mirror in range(start[friend], start[friend + 1]):
        if other[mirror] == row and kind[mirror] == kind[entry]:
            strength[mirror] = value
            break
    step = 1 if value else -1
    n_live[row] += step
    n_live[friend] += step


@compiled
def wake(ties: Ties, citizens: Citizens, rows: Whole, entries: Whole) -> None:
    """Wake one tie of each row."""
    start, other, kind, strength, n_live = ties.start, ties.other, ties.kind, ties.strength, citizens.n_live_ties
    for k in range(rows.shape[0]):
        set_strength(start, other, kind, strength, n_live, rows[k], entries[k], 1)


@compiled
def put_to_sleep(ties: Ties, citizens: Citizens, rows: Whole) -> None:
    """Put the close and weak ties of rows to sleep: somebody new lives there."""
    start, other, kind, strength, n_live = ties.start, ties.other, ties.kind, ties.strength, citizens.n_live_ties
    for row in rows:
        for entry in range(start[row], start[row + 1]):
            if kind[entry] != TieKind.HOUSEHOLD:
                set_strength(start, other, kind, strength, n_live, row, entry, 0)


class Network:
    """The two networks of a world as networkx graphs, made when asked for."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def to_networkx(self) -> "nx.Graph[Any]":
        """Return the citizens' ties: nodes are citizen rows; edges carry `kind` and `is_alive`."""
        import networkx as nx

        ties = self._world.ties
        rows = np.repeat(np.arange(ties.start.shape[0] - 1), np.diff(ties.start))
        once = rows < ties.other
        graph: nx.Graph[Any] = nx.Graph()
        graph.add_nodes_from(range(ties.start.shape[0] - 1))
        kinds = [kind.name.lower() for kind in TieKind]
        columns = (rows[once], ties.other[once], ties.kind[once], ties.strength[once])
        graph.add_edges_from(
            (int(a), int(b), {"kind": kinds[k], "is_alive": bool(s)}) for a, b, k, s in zip(*columns, strict=True)
        )
        return graph

    @property
    def professional(self) -> "nx.Graph[Any]":
        """Return GPs, practices, PCNs, posts and organisations with who works with or knows whom."""
        import networkx as nx

        world, graph = self._world, nx.Graph()
        for pcn in range(world.pcns.id.shape[0]):
            graph.add_node(("pcn", pcn), kind="pcn")
        for row, pcn in enumerate(world.practices.pcn):
            graph.add_edge(("practice", row), ("pcn", int(pcn)), tie="belongs to")
        for row, practice in enumerate(world.gps.practice):
            graph.add_edge(("gp", row), ("practice", int(practice)), tie="works in")
        for row, pcn in enumerate(world.organisations.pcn):
            graph.add_edge(("organisation", row), ("pcn", int(pcn)), tie="works in")
        for row in np.flatnonzero(world.link_workers.fte > 0).tolist():
            graph.add_edge(("post", int(row)), ("pcn", int(world.link_workers.pcn[row])), tie="employed by")
            for organisation in np.flatnonzero(world.knowledge.known[row]):
                graph.add_edge(("post", int(row)), ("organisation", int(organisation)), tie="knows")
        for node in graph:
            graph.nodes[node].setdefault("kind", node[0])
        return graph
