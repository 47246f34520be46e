"""The map of the tests: what each file of tests is about, in its own words."""

import ast
from pathlib import Path

from making.markdown import MADE, page, paragraphs, table

TESTS = Path(__file__).parents[2] / "tests"
HEAD = f"""{MADE}

Every file of tests begins with what it holds; here they are. Names of tests are sentences, so
`pytest tests/submodels/test_strain.py -v` reads as a list of claims. Each rule has a case worked by hand, an extreme, a
direction (more support never raises burnout, with luck held fixed) and an invariant. A test that needs luck states how
often it may fail by chance, or fixes the seed.

    make quick     # all but the slow ones
    make test      # all of them
    make check     # style, types, and who may import whom

`bash .ci/run` is what a change must pass: the checks, the quick tests on a second Python, then every test."""
KINDS = """Which kinds there are: *unit* (a table, a file, a message), *rules* (each submodel), *invariants* (what holds
at the end of every week, whatever levers are pulled), *directions* (what more of something does), *twin* (the whole
week again as ordinary Mesa agents, compared citizen by citizen), *identity* (same luck, same bits, over threads, rows
and caches), *liveness* (every submodel, lever and parameter matters to a measure that can be named), *behaviour* (what
the whole model must show, and must not), *faults* (kills, full disks, damaged files), *hostile input*, and the *book*
itself."""


def row(path: Path) -> tuple[str, str]:
    """Return a file of tests and what it says it holds."""
    says = paragraphs(ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").split("\n\n")[0]
    return f"`{path.relative_to(TESTS.parent).as_posix()}`", says


def tests_page() -> str:
    """Return the page of every file of tests."""
    head = ("file", "what it holds")
    rules = table(head, map(row, sorted((TESTS / "submodels").glob("test_*.py"))))
    others = [path for path in sorted(TESTS.rglob("test_*.py")) if path.parent.name != "submodels"]
    whole = table(head, map(row, others))
    return page("How it is checked", HEAD, KINDS, "## The rules, one by one", rules, "## The whole", whole)
