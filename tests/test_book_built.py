"""The built book: no warnings, every page there, nothing asked of another machine, a search that works without one."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
WRITTEN = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md") if "making" not in path.parts)
CHROMIUM = shutil.which("chromium")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Return the folder of the built book; a warning of the builder is an error."""
    folder = tmp_path_factory.mktemp("book")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not re.search("^WARNING", done.stderr, re.MULTILINE), done.stderr
    return folder


def test_the_book_builds_without_a_warning_and_has_every_page(site):
    built = {path.relative_to(site).with_suffix(".md").as_posix() for path in site.rglob("*.html")}
    assert set(WRITTEN) <= built
    assert not list(site.rglob("*.py"))


def test_no_built_page_loads_anything_from_elsewhere(site):
    """What a page loads: scripts, pictures, frames, links nobody has to follow by hand, imports of styles."""
    loads = re.compile(
        r'<(?:script|img|iframe|source|link|video|audio)\b[^>]*?(?:src|href)="(?:https?:)?//|@import|url\(["\']?https?:'
    )
    pages = [*site.rglob("*.html"), *site.rglob("*.css")]
    assert len(pages) > len(WRITTEN)
    assert [path.name for path in pages if loads.search(path.read_text("utf-8"))] == []


@pytest.fixture
def opened(site):
    """Return a browser's page without a network, and the lists of requests that leave the folder and of errors."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as starter:
        browser = starter.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(offline=True).new_page()
        outside, errors = [], []
        page.on(
            "request", lambda request: None if request.url.startswith(site.as_uri()) else outside.append(request.url)
        )
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page, outside, errors
        browser.close()


def test_a_browser_without_a_network_shows_every_page_and_asks_nobody_for_anything(site, opened):
    page, outside, errors = opened
    for name in WRITTEN:
        page.goto((site / name).with_suffix(".html").as_uri())
        assert page.locator("h1").first.inner_text(), name
    assert (outside, errors) == ([], [])


def test_the_search_finds_a_parameter_in_pages_opened_from_a_folder(site, opened):
    page, outside, errors = opened
    page.goto((site / "index.html").as_uri())
    page.keyboard.press("/")
    page.keyboard.type("weeks_long_wait")
    found = page.locator(".md-search-result__item").first
    found.wait_for(timeout=20_000)
    assert "weeks_long_wait" in found.inner_text()
    assert (outside, errors) == ([], [])
