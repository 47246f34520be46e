"""The command line `sp-abm`: each command in its own file, heavy libraries loaded only when a command needs them."""

import io
import os
import signal
import sys
import threading
from _thread import interrupt_main
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Annotated, Any, Final

import typer

from sp_abm import __version__
from sp_abm.cli import (
    analyse,
    calibrate,
    catalogue,
    compare,
    dashboard,
    demo,
    evaluate,
    figure,
    loops,
    parameters,
    replay,
    report,
    run,
    story,
    sweep,
    validate,
)
from sp_abm.cli.options import examples
from sp_abm.cli.tables import screen
from sp_abm.errors import SpAbmError

USERS_MISTAKE = 2
INTERRUPTED = 130
_SECONDS_UNTIL_AGAIN: Final = 0.1
WELCOME = """\
sp-abm: an agent-based model of social prescribing.

Try first:
  sp-abm run today                          run today's service in the sandbox, a small made-up town
  sp-abm compare today supported-workforce  what would change, and whether it is more than luck
  sp-abm evaluate today                     what an evaluator would measure of it, and what it truly does
  sp-abm loops                              what each feedback loop carries, and where support tips
  sp-abm story citizen                      one life in plain words, with the service and without it
  sp-abm dashboard                          the same on screen, with levers to pull
  sp-abm demo                               three plans in Tower Hamlets, with figures (takes some minutes)

Look around: sp-abm scenarios, places, levers, measures, parameters
Every command explains itself: sp-abm run --help

Illustrative model, not a forecast."""

app = typer.Typer(
    name="sp-abm",
    help="An agent-based model of social prescribing. Illustrative, not a forecast.",
    epilog=examples("run today", "compare today supported-workforce", "dashboard"),
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    add_completion=False,
)
for module in (
    run,
    compare,
    evaluate,
    loops,
    replay,
    sweep,
    analyse,
    story,
    figure,
    report,
    dashboard,
    demo,
    validate,
    calibrate,
    catalogue,
    parameters,
):
    module.register(app)


def _version(is_asked: bool) -> None:
    if is_asked:
        print(f"sp-abm {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def welcome(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", metavar="", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Say what to try first when no command is given."""
    if context.invoked_subcommand is None:
        screen().print(WELCOME, soft_wrap=True)


def _stop(number: int, frame: FrameType | None) -> None:
    """End the processes that share the work, then interrupt this one: nobody waits for runs nobody wants."""
    from multiprocessing import active_children

    for child in active_children():
        child.terminate()
    raise KeyboardInterrupt


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C end the work, also where it comes when Python cannot raise, as in a callback of the compiler.

    There an interrupt is lost, and only told of as what could not be raised: it is sent once more.
    """
    timers: list[threading.Timer] = []
    told = sys.unraisablehook

    def again(lost: Any) -> None:
        if lost.exc_type is not KeyboardInterrupt:
            told(lost)
            return
        timers.append(threading.Timer(_SECONDS_UNTIL_AGAIN, interrupt_main))
        timers[-1].start()

    is_main_thread = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, _stop) if is_main_thread else None
    sys.unraisablehook = again
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()
        sys.unraisablehook = told
        if before is not None:
            signal.signal(signal.SIGINT, before)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 2 a mistake that can be mended, 130 stopped by Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without a letter shows a question mark
    with _interruptible():
        sys.exit(_exit_code(None if arguments is None else list(arguments)))


def _exit_code(arguments: list[str] | None) -> int:
    """Run a command, write all it says, and return its exit code; what goes wrong is told in one line."""
    try:
        code = _done(arguments)
        sys.stdout.flush()
    except SpAbmError as problem:
        return _refused(str(problem))
    except OSError as problem:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123  what could not be written is not tried again
        return _refused(f"{problem.filename or 'the output'} cannot be used: {problem.strerror or problem}.")
    except KeyboardInterrupt:
        code = INTERRUPTED
    if code == INTERRUPTED:
        print("\nStopped. Nothing that was finished before is lost.", file=sys.stderr)
    return code


def _done(arguments: list[str] | None) -> int:
    """Run a command and return the exit code that Typer would end with."""
    try:
        app(arguments, prog_name="sp-abm")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def _refused(problem: str) -> int:
    screen(stderr=True).print(f"Error: {problem}", soft_wrap=True)
    return USERS_MISTAKE
