"""Pool: the same piece of work for many seeds, shared among processes, each answer as soon as it is there."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import TypeVar

Answer = TypeVar("Answer")


def for_each_seed(
    work: Callable[[int], Answer], seeds: Sequence[int], workers: int | None = None
) -> Iterator[tuple[int, Answer]]:
    """Yield (seed, work(seed)) in the order in which they are done; `work` must be picklable.

    `workers` is how many processes share the seeds: by default one a core, none for a single seed.
    """
    n = max(1, min(workers or os.cpu_count() or 1, len(seeds)))
    if n == 1:
        for seed in seeds:
            yield seed, work(seed)
        return
    pool = ProcessPoolExecutor(n, mp_context=get_context("spawn"))
    try:
        futures = {pool.submit(work, seed): seed for seed in seeds}
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        pool.shutdown(cancel_futures=True)
