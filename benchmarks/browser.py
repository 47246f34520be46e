"""A dashboard in its own process and a browser without a network, for tests, measurements and screenshots."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
CHROMIUM: Final = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))), None
)
AXE: Final = ROOT / "node_modules" / "axe-core" / "axe.min.js"
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HEADLINE: Final = ".finding [data-measure]:visible"
PAGES: Final = ("", "explore", "compare", "loop", "people", "evidence")
_LONGEST_START: Final = 180


@dataclass
class Server:
    """A dashboard that runs: its address, its process, and how long it took to begin."""

    address: str
    process: subprocess.Popen[str]
    seconds: float

    @property
    def memory(self) -> int:
        """Return the bytes that the process holds in memory (Linux)."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text("utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) * 1024


@contextlib.contextmanager
def serving(place: str = "sandbox") -> Iterator[Server]:
    """Serve the dashboard as a user would, until the end of the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "sp_abm", "dashboard", "--port", str(port), "--place", place]
    path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path})
    try:
        while "http://" not in (line := process.stdout.readline()):
            if not line or time.monotonic() - began > _LONGEST_START:
                raise RuntimeError("The dashboard did not start.")
        yield Server(f"http://127.0.0.1:{port}", process, time.monotonic() - began)
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


@contextlib.contextmanager
def browsing() -> Iterator[Any]:
    """Open a browser without a window until the end of the block."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watched:
    """A page that is watched: whatever it asks of others is refused and noted, as are failures and errors."""

    page: Any
    address: str
    outside: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a path and wait for its heading."""
        self.page.goto(f"{self.address}{path}")
        self.page.wait_for_selector("main h1", timeout=60_000)

    def headline(self, timeout: float = 60_000) -> list[str]:
        """Return the sentences of the headline, once they are those of the present choice."""
        self.page.wait_for_selector(f".finding[aria-busy=false] {HEADLINE.split()[1]}", timeout=timeout)
        return self.page.locator(".finding [data-measure]").all_inner_texts()

    def settled(self, timeout: float = 240_000) -> None:
        """Wait until no run is on its way any more."""
        self.page.wait_for_function("() => !document.querySelector('main .status progress')", timeout=timeout)
        self.page.wait_for_timeout(150)

    def axe(self) -> list[str]:
        """Return what axe-core finds wrong, one line an element."""
        self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{violation['id']}: {node['html'][:160]}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    def open_panels(self) -> None:
        """Open every panel of the page."""
        self.page.evaluate("document.querySelectorAll('details').forEach((panel) => { panel.open = true; })")

    @property
    def troubles(self) -> dict[str, list[str]]:
        """Return all that must be empty."""
        return {"outside": self.outside, "failed": self.failed, "errors": self.errors}


def has_failed(request: Any) -> bool:
    """Say whether a request failed, and was not merely given up by the browser, since it went on to another page."""
    return bool(request.failure != "net::ERR_ABORTED")


@contextlib.contextmanager
def visiting(
    browser: Any, server: Server, width: int = 1366, height: int = 768, theme: str = "light"
) -> Iterator[Watched]:
    """Open a page in a fresh profile, without a network, until the end of the block."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, accept_downloads=True
    )
    watched = Watched(context.new_page(), server.address)

    def ask(route: Any) -> None:
        if route.request.url.startswith((server.address, "data:", "blob:")):
            route.continue_()
        else:
            watched.outside.append(route.request.url)
            route.abort()

    page = watched.page
    page.route("**/*", ask)
    page.on("requestfailed", lambda request: watched.failed.append(request.url) if has_failed(request) else None)
    page.on("response", lambda answer: watched.failed.append(answer.url) if answer.status >= 400 else None)
    page.on("console", lambda said: watched.errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda problem: watched.errors.append(str(problem)))
    try:
        yield watched
    finally:
        context.close()
