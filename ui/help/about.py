"""What this program is made of, whose work it stands on, and where it keeps what it keeps."""

import platform
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import qVersion

from core import VERSION, resources
from core.commands.validation import manifest
from core.guide import ABOUT, GuidePage
from core.store import self_check
from core.store.migrations import newest
from ui import log
from ui.words import tr

LICENCES, LICENCE = "licences", "licence-"  # the page of all, and what the pages of each begin with
OWN = "als-follow-up"
OF_DEVELOPERS = {"pip", "setuptools"}  # named by a library, and not shipped
_NAME = re.compile(r"[\w.-]+")
_IS_LICENCE = re.compile(r"licen[cs]e|copying|notice", re.IGNORECASE)  # in a path
# Within these, and with a licence of their own; the texts are in the packages that hold them.
INSIDE = (
    ("Python", "PSF-2.0"),
    ("Qt", "LGPL-3.0-only"),
    ("SQLCipher", "BSD-3-Clause"),
    ("SQLite", "Public domain"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Where the open clinic file is, and where its backups go; None for what there is not."""

    file: Path
    backups: Path
    second_place: Path | None


@dataclass(frozen=True, slots=True)
class Licence:
    """A library that is shipped, and the name of its licence."""

    name: str
    version: str
    licence: str


def page(where: Whereabouts | None) -> GuidePage:
    """Versions and places; nothing of a patient."""
    lines = [f"# {tr('About')}", "", tr("ALS Follow-up {version}").format(version=VERSION), ""]
    lines += [f"| {tr('What')} | {tr('Here')} |", "|---|---|"]
    lines += [f"| {name} | {_plain(value)} |" for name, value in facts(where)]
    lines += ["", f"[{tr('Licences of everything that is shipped')}]({LICENCES})"]
    return GuidePage(ABOUT, "\n".join(lines))


def facts(where: Whereabouts | None) -> tuple[tuple[str, str], ...]:
    """What the page says, as (name, value)."""
    none = tr("no clinic file is open")
    second = tr("none") if where is None or where.second_place is None else where.second_place
    return (
        (tr("Program"), VERSION),
        ("Python", platform.python_version()),
        ("Qt, PySide6", f"{qVersion()}, {pyside_version}"),
        ("SQLCipher, SQLite", f"{self_check.cipher()}, {self_check.SQLITE}"),
        (tr("Operating system"), platform.platform()),
        (tr("Clinic file"), none if where is None else str(where.file)),
        (tr("Its schema"), newest()),
        (tr("Backups"), none if where is None else str(where.backups)),
        (tr("Second place of backups"), str(second)),
        (tr("Log of this workstation"), str(log.folder() / log.NAME)),
    )


def to_copy(where: Whereabouts | None) -> str:
    """The same as plain text, for an e-mail."""
    return "\n".join(f"{name}: {value}" for name, value in facts(where))


def licences() -> GuidePage:
    """One line for everything that is shipped, and a link to each whole text."""
    lines = [f"# {tr('Licences')}", "", tr("This program is shipped with what others have made.")]
    own = f"[ALS Follow-up]({LICENCE}{OWN})"
    lines += ["", f"| {tr('What')} | {tr('Version')} | {tr('Licence')} |", "|---|---|---|"]
    lines.append(f"| {own} | {VERSION} | MIT |")
    for one in shipped():
        name = f"[{one.name}]({LICENCE}{one.name})"
        lines.append(f"| {name} | {one.version} | {_plain(one.licence)} |")
    lines += [f"| {name} |  | {licence} |" for name, licence in INSIDE]
    return GuidePage(LICENCES, "\n".join(lines))


def licence(name: str) -> GuidePage:
    """The whole text of one licence; its name alone where the package has no text."""
    if name == OWN:
        title, text = "ALS Follow-up", resources.LICENCE.read_text("utf-8")
    else:
        one = metadata.distribution(name)
        title, text = one.metadata["Name"], _licence_text(one) or _licence_name(one)
    return GuidePage(f"{LICENCE}{name}", f"{title}\n\n{text}", is_plain=True)


@cache
def shipped() -> tuple[Licence, ...]:
    """The libraries that the program names, and those that they need, in order of their names."""
    found: dict[str, Licence] = {}
    waiting = list(manifest.libraries())
    while waiting:
        name = waiting.pop()
        if name in found or name in OF_DEVELOPERS:
            continue
        try:
            one = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # of another system
        found[name] = Licence(one.metadata["Name"], one.version, _licence_name(one))
        waiting += _needed(one)
    return tuple(sorted(found.values(), key=lambda one: one.name.lower()))


def _needed(one: metadata.Distribution) -> Iterator[str]:
    for line in one.requires or ():
        found = _NAME.match(line)
        if found is not None and "extra ==" not in line:
            yield found[0]


def _licence_name(one: metadata.Distribution) -> str:
    told = one.metadata
    said = _first(told.get_all("License-Expression"))
    kinds = [
        line.rpartition(" :: ")[2]
        for line in told.get_all("Classifier") or ()
        if line.startswith("License :: ")
    ]
    whole = _first(told.get_all("License"))
    return said or ", ".join(kinds) or whole.partition("\n")[0] or tr("see its text")


def _first(values: list[str] | None) -> str:
    return values[0] if values else ""


def _licence_text(one: metadata.Distribution) -> str:
    files = [
        path
        for path in one.files or ()
        if ".dist-info" in str(path) and _IS_LICENCE.search(str(path))
    ]
    texts = (Path(str(path.locate())) for path in files)
    return "\n\n".join(path.read_text("utf-8", "replace") for path in texts if path.is_file())


def _plain(text: str) -> str:
    """As the text of a cell: nothing in it is read as Markdown."""
    return "".join(f"\\{char}" if char in r"\`*_[]<>|#" else char for char in text)
