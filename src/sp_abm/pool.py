"""Pool: the same piece of work for many seeds (or other things), shared among processes, answers as they come."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import TypeVar

from sp_abm.errors import WorkersLost

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Done = Callable[[int, int], None]
"""Called with how many items are done, and how many there are."""


def for_each(
    work: Callable[[Item], Answer], items: Sequence[Item], workers: int | None = None
) -> Iterator[tuple[Item, Answer]]:
    """Yield (item, work(item)) in the order in which they are done; `work` and the items must be picklable.

    `workers` is how many processes share the items: by default one a core, none for a single item. Raises
    `WorkersLost` if one of them ends before its work is done.
    """
    n = max(1, min(workers or os.cpu_count() or 1, len(items)))
    if n == 1:
        for item in items:
            yield item, work(item)
        return
    pool = ProcessPoolExecutor(n, mp_context=get_context("spawn"), initializer=follow_parent)
    try:
        futures = {pool.submit(work, item): item for item in items}
        for future in as_completed(futures):
            yield futures[future], future.result()
    except BrokenProcessPool:
        raise WorkersLost(
            "A process that shared the work ended before it was done. In a script of your own, start this below "
            '`if __name__ == "__main__":`, or use workers=1.'
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def gathered(
    work: Callable[[Item], Answer], items: Sequence[Item], workers: int | None = None, done: Done | None = None
) -> list[Answer]:
    """Return work(item) of every item, in the order of the items; `done` is called after each."""
    found: dict[Item, Answer] = {}
    for item, answer in for_each(work, items, workers):
        found[item] = answer
        if done:
            done(len(found), len(items))
    return [found[item] for item in items]


def follow_parent() -> None:
    """Have this process end as soon as the one that started it has gone, however that came."""
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent:
        wait([parent.sentinel])
        os._exit(1)
