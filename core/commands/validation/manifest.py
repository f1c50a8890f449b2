"""What the release was made of: the SHA-256 of every shipped file, and the versions of its libraries."""

import hashlib
from pathlib import Path

from core import resources

FILE = "manifest.sha256"
VERSIONS = "versions.txt"


def listed() -> dict[str, str]:
    """The digest of every file as the release has it, by name. Raises OSError, ValueError."""
    lines = resources.path("validation", FILE).read_text("utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def present() -> dict[str, str]:
    """The digest of every file as it lies here, by name; of one that cannot be read an empty one."""
    return {name: _digest(path) for name, path in _files().items()}


def own_digest() -> str:
    """The digest of the list itself, by which it can be told from one that was rewritten."""
    return _digest(resources.path("validation", FILE))


def text_of(digests: dict[str, str]) -> str:
    """As ``sha256sum`` writes it."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))


def libraries() -> dict[str, tuple[str, ...]]:
    """The versions that the release was tested with, by library; a few have one for each Python."""
    found: dict[str, tuple[str, ...]] = {}
    for line in resources.path("validation", VERSIONS).read_text("utf-8").splitlines():
        name, _equals, version = line.partition("==")
        found[name] = (*found.get(name, ()), version)
    return found


def _files() -> dict[str, Path]:
    """Everything shipped that is not Python. Hidden files are those of desktops and editors."""
    own = resources.path("validation", FILE)
    shipped = {
        path.relative_to(resources.FOLDER).as_posix(): path
        for path in resources.FOLDER.rglob("*")
        if path.is_file() and not path.name.startswith(".") and path != own
    }
    fonts = {f"fonts/{path.name}": path for path in resources.fonts().values()}
    return shipped | fonts | resources.documents()


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
