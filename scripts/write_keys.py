"""Writes `docs/guide/keyboard.md`, the keys of the program for who reads the guide outside of it.

    uv run python -m scripts.write_keys

Inside, the page is made from the same list in the language in use. Run it again after a change of `ui/actions.py`.
"""

from core import resources
from core.words import untranslated
from ui.help import keyboard


def text() -> str:
    """The page as it is written, in English."""
    with untranslated():
        return keyboard.page().text


def main() -> None:
    path = resources.DOCUMENTS / "guide" / "keyboard.md"
    path.write_text(text(), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
