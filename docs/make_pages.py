"""Write the pages of the book that are made from the model itself: ``python docs/make_pages.py``."""

from pathlib import Path

from making.pages import PAGES

FOLDER = Path(__file__).parent

if __name__ == "__main__":
    for name, made in PAGES.items():
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_text(made(), "utf-8")
