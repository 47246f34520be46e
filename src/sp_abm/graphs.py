"""Graphs: the citizens' ties and the professional network of a world as networkx graphs, made when asked for."""

from typing import TYPE_CHECKING, Any

import numpy as np

from sp_abm.vocabulary import TieKind
from sp_abm.world import World

if TYPE_CHECKING:
    import networkx as nx


class Network:
    """The two networks of a world as networkx graphs, made when asked for."""

    def __init__(self, world: World) -> None:
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
        graph.add_nodes_from(("pcn", pcn) for pcn in range(world.pcns.id.size))
        for row, pcn in enumerate(world.practices.pcn):
            graph.add_edge(("practice", row), ("pcn", int(pcn)), tie="belongs to")
        for row, practice in enumerate(world.gps.practice):
            graph.add_edge(("gp", row), ("practice", int(practice)), tie="works in")
        for row, pcn in enumerate(world.organisations.pcn):
            graph.add_edge(("organisation", row), ("pcn", int(pcn)), tie="works in")
        for row in np.flatnonzero(world.link_workers.fte > 0).tolist():
            graph.add_edge(("post", row), ("pcn", int(world.link_workers.pcn[row])), tie="employed by")
            for organisation in np.flatnonzero(world.knowledge.known[row]):
                graph.add_edge(("post", row), ("organisation", int(organisation)), tie="knows")
        for node in graph:
            graph.nodes[node]["kind"] = node[0]
        return graph
