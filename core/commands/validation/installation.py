"""Whether what is installed here is what was released: its files, its libraries, what the file is opened with."""

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import metadata
from pathlib import Path

from core import VERSION, clock
from core.commands.validation import manifest
from core.commands.validation.checks import Found, Planned
from core.findings import alerts
from core.instruments import catalog as instruments
from core.model import measurement, terms, thresholds
from core.model.patient import Sex
from core.protocols import catalog as protocols
from core.science import lung_function
from core.store import self_check
from core.store.file import OLDEST_SQLITE, PRAGMAS
from core.store.instance import FREE_WANTED
from core.store.migrations import newest
from core.words import _, number

OLDEST_PYTHON = (3, 11)


def facts() -> tuple[tuple[str, str], ...]:
    """What the installation is made of, as (name, value)."""
    offset = clock.now().astimezone().strftime("%z")
    runs = _("as a built program") if getattr(sys, "frozen", False) else _("from its source")
    return (
        (_("Program"), f"ALS Follow-up {VERSION}, {runs}"),
        (_("Schema of the clinic file"), newest()),
        (_("Workstation"), platform.node()),
        (_("Operating system"), platform.platform()),
        (_("Processor"), f"{platform.machine()}, {os.cpu_count()}"),
        (_("Time zone"), _("UTC {offset}").format(offset=f"{offset[:3]}:{offset[3:]}")),
        (_("SHA-256 of the list of shipped files"), manifest.own_digest()),
    )


def checks(folder: Path) -> Iterator[Planned]:
    """``folder`` is where what is made for the checks may lie."""
    yield Planned(
        what=_("Every shipped file is the released one (SHA-256)"),
        basis="R8",
        expected=_("all the same"),
        look=_shipped_files,
    )
    yield Planned(
        what=_("Questionnaires, schedules, equations, alerts and terms can be read"),
        basis=_("installation"),
        expected=_("each of them at least once"),
        look=_catalogues,
    )
    yield Planned(
        what=_("Python"),
        basis=_("installation"),
        expected=_("{version} or newer").format(version=".".join(map(str, OLDEST_PYTHON))),
        look=lambda: Found(
            f"{platform.python_implementation()} {platform.python_version()}",
            passed=sys.version_info >= OLDEST_PYTHON,
        ),
    )
    for library, versions in _libraries().items():
        yield Planned(
            what=library,
            basis=_("installation"),
            expected=_(" or ").join(versions),
            look=partial(_library, library, versions),
        )
    yield Planned(
        what=_("SQLite, without the bug that damaged files"),
        basis="R1, R2",
        expected=_("{version} or newer").format(version=".".join(map(str, OLDEST_SQLITE))),
        look=lambda: Found(
            self_check.SQLITE,
            passed=tuple(map(int, self_check.SQLITE.split("."))) >= OLDEST_SQLITE,
        ),
    )
    settings = partial(self_check.settings, folder / "settings.als")
    yield Planned(
        what=_("How a clinic file is opened, and its cipher"),
        basis="R2, R4, R10",
        expected=_in_words({name: str(value) for name, value in PRAGMAS.items()})
        + _(", SQLCipher, each page signed"),
        look=partial(_settings, settings),
    )
    yield Planned(
        what=_("Free space on the disk of the temporary folder"),
        basis="R7",
        expected=_("{n} MB or more").format(n=FREE_WANTED // 1024**2),
        look=partial(_free_space, folder),
    )


def _shipped_files() -> Found:
    listed, present = manifest.listed(), manifest.present()
    differing = sorted(
        name for name in listed.keys() | present.keys() if listed.get(name) != present.get(name)
    )
    same = _("{n} of {all} the same").format(n=len(listed.keys() - set(differing)), all=len(listed))
    if not differing:
        return Found(same, passed=bool(listed))
    text = _("{same}; changed, missing or added: {names}")
    return Found(text.format(same=same, names=", ".join(differing)), passed=False)


def _catalogues() -> Found:
    equations = lung_function.equations()
    for equation in equations.values():
        for parameter in equation.splines:
            for sex in (Sex.FEMALE, Sex.MALE):
                lung_function.splines(equation.id, parameter, sex)
    counts = {
        _("questionnaires"): len(instruments.shipped()),
        _("schedules"): len(protocols.shipped()),
        _("equations"): len(equations),
        _("alerts"): len(alerts.shipped().alerts),
        _("thresholds"): len(thresholds.shipped()),
        _("measurements"): len(measurement.kinds()),
        _("event terms"): len(terms.ctcae()),
    }
    words = ", ".join(f"{count} {name}" for name, count in counts.items())
    return Found(words, passed=all(counts.values()))


def _libraries() -> Mapping[str, tuple[str, ...]]:
    """Those of the release; without their list one that stands for all of them and fails."""
    try:
        return manifest.libraries()
    except OSError:
        return {manifest.VERSIONS: ()}


def _library(name: str, versions: tuple[str, ...]) -> Found:
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Found(_("not installed"), passed=False)
    return Found(version, passed=version in versions)


def _settings(read: Callable[[], Mapping[str, str]]) -> Found:
    found = dict(read())
    version, signed = found.pop("cipher_version"), found.pop("cipher_use_hmac")
    wanted = {name: str(value) for name, value in PRAGMAS.items()}
    words = _("{settings}, SQLCipher {version}, {signed}").format(
        settings=_in_words(found),
        version=version or _("none"),
        signed=_("each page signed") if signed == "1" else _("pages not signed"),
    )
    return Found(words, passed=found == wanted and bool(version) and signed == "1")


def _in_words(settings: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in settings.items())


def _free_space(folder: Path) -> Found:
    free = shutil.disk_usage(folder).free
    words = _("{n} MB").format(n=number(free / 1024**2, 0))
    return Found(words, passed=free >= FREE_WANTED)
