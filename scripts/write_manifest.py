"""Writes what a validation holds an installation against to `resources/validation/`.

The SHA-256 of every file in `resources/`, of what is read in the help, and of the fonts, and the versions of the libraries that
pyproject.toml names as requirements.txt locks them. Run it again after changing any of these; a test
says when:

    uv run python -m scripts.write_manifest
"""

import re
import tomllib
from pathlib import Path

from core import resources
from core.commands.validation import manifest

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    _write(manifest.VERSIONS, versions())
    _write(manifest.FILE, manifest.text_of(manifest.present()))


def versions() -> str:
    """One line for every library that the program names, and for each version of it that is locked."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = [re.split(r"[=<>~! ]", one)[0] for one in project["dependencies"]]
    locked = (ROOT / "requirements.txt").read_text("utf-8")
    return "".join(
        f"{name}=={version}\n"
        for name in sorted(named, key=str.lower)
        for version in re.findall(rf"^{name}==(\S+)", locked, re.MULTILINE | re.IGNORECASE)
    )


def _write(name: str, text: str) -> None:
    resources.path("validation", name).write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    main()
