"""What results hang on: the packaged table of every parameter's sensitivity, and the page of the book about it.

`python -m experiments.hanging` writes both from the committed tables of the three studies.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from experiments.common import filled, study_of
from experiments.headlines import strongest_table
from experiments.sensitivity_morris.analyse import SCRIPT as MORRIS
from experiments.sensitivity_sobol.analyse import SCRIPT as SOBOL
from experiments.structural_alternatives.analyse import SCRIPT as STRUCTURE

ROOT: Final = Path(__file__).parents[1]
TABLE: Final = ROOT / "src" / "sp_abm" / "data" / "sensitivity.csv"
PAGE: Final = ROOT / "docs" / "model" / "sensitivity.md"
INDICES: Final = ((MORRIS, "mu_star", "Morris mu*"), (SOBOL, "ST", "Sobol ST"))


def hanging() -> pd.DataFrame:
    """Return one row a parameter, headline difference and method, in the order of the studies."""
    tables = []
    for script, index, method in INDICES:
        found = script.found
        kept = pd.DataFrame(
            {
                "parameter": found["factor"],
                "measure": found["measure"],
                "difference": found["arm"] + " minus " + found["against"],
                "method": method,
                "value": found[index],
                "rank": found["rank"],
                "of": found["factor"].nunique(),
                "beyond_luck": found["beyond_luck"].map({True: "yes", False: "no"}),
                "study": study_of(script.folder).name,
                "model": found["model"],
            }
        )
        tables.append(kept)
    return pd.concat(tables)


def page_words() -> Mapping[str, str]:
    """Return every number of the page by the study's name and its own."""
    return dict(_page_words())


def _page_words() -> Iterator[tuple[str, str]]:
    for script, prefix in ((MORRIS, "morris"), (SOBOL, "sobol"), (STRUCTURE, "structure")):
        yield from ((f"{prefix}.{name}", words) for name, words in script.words.items())
    for script, prefix, index in ((MORRIS, "morris", "mu_star"), (SOBOL, "sobol", "ST")):
        yield f"{prefix}.strongest", strongest_table(script.found, index, "parameters.md")


def made() -> Mapping[Path, str]:
    """Return what each file says."""
    table = hanging().to_csv(index=False, lineterminator="\n")
    return {TABLE: table, PAGE: filled(PAGE.read_text("utf-8"), page_words())}


def main() -> None:
    """Write them."""
    for path, content in made().items():
        path.write_text(content, "utf-8")


if __name__ == "__main__":
    main()
