"""Waiting: what a page shows while its runs are made, with a button to stop them."""

from typing import Final

from sp_abm.viz.pages.running import Progress
from sp_abm.viz.pages.ui import component
from sp_abm.viz.pages.widgets import Status

_LABELS: Final = {"stop": "Stop", "again": "Run again"}


@component
def Waiting(progress: Progress, words: str) -> None:
    """Say how the work stands: running, stopped, failed, or done, in which case `words` are said."""
    if progress.problem:
        words = progress.problem
    elif progress.is_stopped:
        words = "Stopped."
    elif progress.is_pending:
        words = "Running the model …"
    keys = ["stop"] if progress.is_pending else ["again"] if progress.is_stopped or progress.problem else []
    Status(
        words=words,
        is_running=progress.is_pending,
        done=progress.done,
        buttons=[{"key": key, "label": _LABELS[key]} for key in keys],
        event_press=lambda key: progress.stop() if key == "stop" else progress.again(),
    )
