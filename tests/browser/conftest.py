"""A dashboard and a browser for all tests of this folder; without a Chromium they say so and do not run."""

import pytest
from benchmarks import browser as tools


@pytest.fixture(scope="session")
def chromium():
    if tools.CHROMIUM is None:
        pytest.skip("no Chromium is installed: apt-get install chromium")
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[dev]'")
    with tools.browsing() as browser:
        yield browser


@pytest.fixture(scope="session")
def server(chromium):
    with tools.serving() as served:
        yield served


@pytest.fixture
def visit(chromium, server):
    """Open pages in profiles of their own; at the end nothing may have been asked outside, failed or gone wrong."""
    opened = []

    def open_page(**options):
        context = tools.visiting(chromium, server, **options)
        watched = context.__enter__()
        opened.append((context, watched))
        return watched

    yield open_page
    troubles = [watched.troubles for _, watched in opened]
    for context, _ in opened:
        context.__exit__(None, None, None)
    assert troubles == [{"outside": [], "failed": [], "errors": []}] * len(opened)
