"""The command line `sp-abm`: each command in its own file, heavy libraries loaded only when a command needs them."""

import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType
from typing import Annotated

import typer

from sp_abm import __version__
from sp_abm.cli import catalogue, compare, dashboard, demo, run, story
from sp_abm.cli.options import examples
from sp_abm.cli.tables import screen
from sp_abm.errors import SpAbmError

USERS_MISTAKE = 2
INTERRUPTED = 130
WELCOME = """\
sp-abm: an agent-based model of social prescribing.

Try first:
  sp-abm run today                          run today's service in the sandbox, a small made-up town
  sp-abm compare today supported-workforce  what would change, and whether it is more than luck
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
for module in (run, compare, story, dashboard, demo, catalogue):
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


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 2 a mistake that can be mended, 130 stopped by Ctrl-C."""
    is_main_thread = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, _stop) if is_main_thread else None
    try:
        app(None if arguments is None else list(arguments), prog_name="sp-abm")
    except SpAbmError as problem:
        screen(stderr=True).print(f"Error: {problem}", soft_wrap=True)
        sys.exit(USERS_MISTAKE)
    except KeyboardInterrupt:
        _say_stopped()
        sys.exit(INTERRUPTED)
    except SystemExit as end:
        if end.code == INTERRUPTED:
            _say_stopped()
        raise
    finally:
        if before is not None:
            signal.signal(signal.SIGINT, before)


def _say_stopped() -> None:
    print("\nStopped. Nothing that was finished before is lost.", file=sys.stderr)
