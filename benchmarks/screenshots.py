"""A picture of every page in both themes, of Explore on a phone, and of the presenter mode: to be looked at."""

from pathlib import Path
from typing import Final

from benchmarks.browser import PAGES, ROOT, Watched, browsing, serving, visiting

FOLDER: Final = ROOT / "docs" / "screenshots"
_SETTLE: Final = 600
_PATIENCE: Final = 900_000
"""Milliseconds for what a page has to run: the links of the Loop page take longest."""


def _take(watched: Watched, name: str, folder: Path) -> None:
    watched.page.wait_for_timeout(_SETTLE)
    watched.settled(_PATIENCE)
    watched.page.screenshot(path=folder / f"{name}.png")
    print(folder / f"{name}.png")


def taken(folder: Path = FOLDER) -> None:
    """Take every picture into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with serving() as server, browsing() as browser:
        for theme in ("light", "dark"):
            with visiting(browser, server, theme=theme) as watched:
                for page in PAGES:
                    watched.go(f"/{page}")
                    _take(watched, f"{page or 'story'}-{theme}", folder)
        with visiting(browser, server, 390, 844) as watched:
            watched.go("/explore")
            _take(watched, "explore-phone", folder)
        with visiting(browser, server, 1280, 720) as watched:
            watched.go("/explore")
            watched.settled(_PATIENCE)
            watched.page.click("text=Present")
            _take(watched, "presenting-headline", folder)
            watched.page.keyboard.press("ArrowRight")
            _take(watched, "presenting-picture", folder)
            watched.page.keyboard.press("Escape")
            watched.go("/")
            watched.settled(_PATIENCE)
            watched.page.check("#guess-1")
            watched.page.click("text=Reveal")
            watched.page.click("text=Present")
            watched.page.keyboard.press("n")
            _take(watched, "presenting-story", folder)


if __name__ == "__main__":
    taken()
