"""Hooks of mkdocs: the navigation has the pages that are there, whoever wrote them, in the order of `mkdocs.yml`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

Part = list[Any]
STUDIES = "experiments"
"""The folder beside `docs` whose pages and figures are pages of the book too."""
_SEARCH = '<div class="md-search" data-md-component="search" role="dialog"'


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Leave out of the navigation what is not written yet, and add what it does not name."""
    folder = Path(config.docs_dir)
    pages = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.md"))
    studies = [name for name, _ in _studies(folder, "**/*.md")]
    config.nav = completed(config.nav or [], [page for page in pages if not page.startswith("making/")] + studies)
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Take in the standing studies, whose folder is not below the book's."""
    for pattern in ("**/*.md", "*/*.svg"):
        for name, path in _studies(Path(config.docs_dir), pattern):
            files.append(File.generated(config, name, abs_src_path=str(path)))
    return files


def _studies(docs: Path, pattern: str) -> list[tuple[str, Path]]:
    """Return the files of the standing studies, with their names in the book."""
    return [(path.relative_to(docs.parent).as_posix(), path) for path in sorted((docs.parent / STUDIES).glob(pattern))]


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Let links between the book and the studies lead where they stand in the book."""
    if page.file.src_uri.startswith(f"{STUDIES}/"):
        return markdown.replace("](../../docs/", "](../../").replace("](../docs/", "](../")
    return markdown.replace(f"](../{STUDIES}/", f"]({STUDIES}/").replace(f"](../../{STUDIES}/", f"](../{STUDIES}/")


def on_post_page(output: str, **_: Any) -> str:
    """Say to screen readers what the theme's search is."""
    return output.replace(_SEARCH, f'{_SEARCH} aria-label="Search"')


def completed(nav: Part, pages: list[str]) -> Part:
    """Return a navigation of exactly these pages; one it does not name comes after the last of its folder."""
    found = _only(nav, pages)
    for page in pages:
        if page not in named(found):
            _part_of(found, page).append(page)
    return found


def named(part: Part) -> Iterator[str]:
    """Yield the pages that a navigation names, in order."""
    for entry in part:
        if isinstance(entry, str):
            yield entry
        else:
            yield from named(next(iter(entry.values())))


def _only(part: Part, pages: list[str]) -> Part:
    kept: Part = []
    for entry in part:
        if isinstance(entry, str):
            kept += [entry] * (entry in pages)
        else:
            ((title, inside),) = entry.items()
            inside = _only(inside, pages)
            kept += [{title: inside}] if inside else []
    return kept


def _part_of(nav: Part, page: str) -> Part:
    """Return the last part that names a page of the same folder, or the whole."""
    folder = Path(page).parent
    found = nav
    for entry in nav:
        inside = next(iter(entry.values())) if isinstance(entry, dict) else []
        if any(Path(other).parent == folder for other in named(inside)):
            found = inside
    return found
