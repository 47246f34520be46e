"""`sp-abm dashboard`: the model on screen, in the browser."""

from typing import Annotated, Final

import typer

from sp_abm.cli.options import PlaceName, examples, whole

THIS_MACHINE: Final = ("127.0.0.1", "localhost", "::1")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=examples("dashboard", "dashboard --port 9000 --place average-pcn"))(dashboard)


def dashboard(
    port: Annotated[int, whole("The port to listen on.")] = 8765,
    host: Annotated[
        str, typer.Option(help="The address to listen on; 127.0.0.1 can be reached from this machine only.")
    ] = "127.0.0.1",
    place: PlaceName = "sandbox",
) -> None:
    """Serve the model for the browser: move levers and see what real runs make of them, against today."""
    from sp_abm.cli.progress import announce_compiling
    from sp_abm.places import place as find_place

    find_place(place)  # a wrong name is told before the libraries of the dashboard are loaded
    from sp_abm.viz.server import serve

    announce_compiling()
    if host not in THIS_MACHINE:
        print(f"Anyone who can reach {host} can use it.", flush=True)
    serve(port=port, host=host, place=place)
