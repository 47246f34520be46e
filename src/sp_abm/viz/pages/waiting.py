"""Waiting: what a page shows while its runs are made, with a button to stop them, and one to ask for more."""

from collections.abc import Callable
from typing import Final

from sp_abm.viz.pages.running import Progress
from sp_abm.viz.pages.ui import component
from sp_abm.viz.pages.widgets import Status

RUNNING: Final = "Running the model …"
_LABELS: Final = {"stop": "Stop", "again": "Run again"}


@component
def Waiting(
    progress: Progress, words: str, while_running: str = RUNNING, more: tuple[str, Callable[[], None]] | None = None
) -> None:
    """Say how the work stands: running, stopped, failed, or done, in which case `words` are said.

    `more` is the label of a further button, shown while nothing runs, and what it does.
    """
    if progress.problem:
        words = progress.problem
    elif progress.is_stopped:
        words = "Stopped."
    elif progress.is_pending:
        words = while_running
    labels = {key: _LABELS[key] for key in _keys(progress)}
    acts = {"stop": progress.stop, "again": progress.again}
    if more and not progress.is_pending:
        labels["more"], acts["more"] = more
    Status(
        words=words,
        is_running=progress.is_pending,
        done=progress.done,
        buttons=[{"key": key, "label": label} for key, label in labels.items()],
        event_press=lambda key: acts[key]() if key in acts else None,
    )


def _keys(progress: Progress) -> list[str]:
    if progress.is_pending:
        return ["stop"]
    return ["again"] if progress.is_stopped or progress.problem else []
