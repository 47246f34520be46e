"""Server: the dashboard on this computer only, with nothing asked of any other."""

import contextlib
import gc
import socket
import warnings
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sp_abm.errors import BadValue, SpAbmError
from sp_abm.places import place as find_place

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

DEFAULT_PORT: Final = 8765
HIGHEST_PORT: Final = 65_535
IDLE_TIMEOUT: Final = "10m"
"""How long a page that was left keeps its state on the server."""

_FONTS: Final = {"SourceSansPro": 400, "SourceSansProSemibold": 600}
_FONT_PATH: Final = "/sp-abm-fonts"
_NO_ZOOM: Final = b", maximum-scale=1, user-scalable=no, minimal-ui"
_MAX_SECONDS_TO_STOP: Final = 2
_STYLE: Final = Path(__file__).with_name("page.css")
_GUARDS: Final = {"x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "no-referrer"}


def serve(port: int = DEFAULT_PORT, host: str = "127.0.0.1", place: str | Path = "sandbox") -> None:
    """Show the dashboard at this address until it is stopped with Ctrl+C.

    Raises `BadValue` if the port is out of range or taken, and as `places.place` does.
    """
    where = find_place(place)
    opened = _socket(host, port)
    from sp_abm.viz.pages.running import served, warm

    served.place = where
    warm()
    import uvicorn

    with warnings.catch_warnings(), contextlib.suppress(KeyboardInterrupt), opened:
        warnings.simplefilter("ignore")  # Solara advises on cookies and proxies at every page
        app = application(f"http://{host}:{port}/")
        gc.freeze()  # looking for rubbish among all that is loaded held the first visitor up for a seventh of a second
        config = uvicorn.Config(
            app, log_level="warning", loop="asyncio", timeout_graceful_shutdown=_MAX_SECONDS_TO_STOP
        )
        uvicorn.Server(config).run(sockets=[opened])


def _socket(host: str, port: object) -> socket.socket:
    """Return a socket bound to the address, or raise `BadValue` saying what to do."""
    if isinstance(port, bool) or not isinstance(port, int) or not 1 <= port <= HIGHEST_PORT:
        raise BadValue(f"port = {port!r} must be a whole number from 1 to {HIGHEST_PORT}.")
    with contextlib.ExitStack() as undo:
        try:
            kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            opened = undo.enter_context(socket.socket(kind, socket.SOCK_STREAM))
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            opened.bind(address)
            opened.listen()
        except (OSError, UnicodeError) as problem:
            reason = getattr(problem, "strerror", None) or problem
            raise BadValue(f"port = {port} on {host} cannot be used: {reason}. Choose another one.") from None
        undo.pop_all()
    return opened


def application(address: str) -> "Starlette":
    """Return the web application: Solara's, with a page in English that can be zoomed, and our fonts."""
    import solara.server.app
    import solara.server.starlette as inner
    from starlette.applications import Starlette
    from starlette.routing import Mount, Route

    _configure(address)
    apps: Any = solara.server.app
    apps.apps["__default__"] = apps.AppScript("sp_abm.viz.dashboard")
    from sp_abm.viz.pages.texts import TITLES

    async def page(request: "Request") -> Any:
        response: Any = await inner.root(request)
        response.body = _mended(bytes(response.body))
        response.headers["content-length"] = str(len(response.body))
        response.headers.update(_GUARDS)
        return response

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with inner.lifespan(inner.app):
            print(f"The dashboard is at {address} (stop with Ctrl+C).", flush=True)
            yield

    pages = [Route("/" if key == "story" else f"/{key}", page) for key in TITLES]
    routes = [*pages, Route("/get/{name:path}", _get), Mount(_FONT_PATH, _fonts()), Mount("/", inner.app)]
    return Starlette(routes=routes, lifespan=lifespan)


async def _get(request: "Request") -> "Response":
    """Hand out a file that a link asks for, or say in words why not."""
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import PlainTextResponse, Response

    from sp_abm.viz.files import made_file

    try:
        file = await run_in_threadpool(made_file, request.path_params["name"], request.url.query)
    except SpAbmError as problem:
        return PlainTextResponse(f"{problem}\n", status_code=400, headers=_GUARDS)
    headers = {"content-disposition": f'attachment; filename="{file.name}"', **_GUARDS}
    return Response(file.content, media_type=file.kind, headers=headers)


def _configure(address: str) -> None:
    """Set Solara to tell nobody, fetch nothing and show no banner."""
    import solara.settings
    from solara.server import settings

    settings.main.mode = "production"
    settings.main.base_url = address
    settings.telemetry.mixpanel_enable = False
    settings.theme.show_banner = False
    settings.theme.loader = "plain"
    settings.theme.title = "Social prescribing model"
    settings.theme.variant = settings.ThemeVariant.light
    settings.assets.fontawesome_enabled = False
    settings.kernel.cull_timeout = IDLE_TIMEOUT
    # A file that `solara-assets` lacks is looked for here, not on the internet.
    solara.settings.assets.cdn = f"{address}missing/"


def _fonts() -> Any:
    """Return the application that serves the bundled font."""
    import font_source_sans_pro as font
    from starlette.staticfiles import StaticFiles

    return StaticFiles(directory=font.font_directory)


def _mended(page: bytes) -> bytes:
    """Return Solara's page with its language, zoom allowed, and the font that the pictures are drawn with."""
    import font_source_sans_pro as font

    faces = "".join(
        f'@font-face{{font-family:"Source Sans Pro";font-weight:{weight};font-display:swap;'
        f'src:url("{_FONT_PATH}/{Path(font.font_files_ttf[name]).name}") format("truetype")}}'
        for name, weight in _FONTS.items()
    )
    page = page.replace(b"<html>", b'<html lang="en-GB">', 1).replace(_NO_ZOOM, b"", 1)
    return page.replace(b"</head>", f"<style>{faces}{_STYLE.read_text('utf-8')}</style></head>".encode(), 1)
