"""Installation and operational qualification: this very installation checked, and a dated report of it.

It needs no display and no clinic file: it makes one, encrypted, in a temporary folder. A check that
fails, or breaks off, stops none of the others.
"""

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from time import perf_counter

from core import clock
from core.commands.validation import clinic_file, installation, paper, reference
from core.commands.validation.checks import carry_out, once
from core.errors import FileExists, StorageError
from core.model.validation import Check, Part, Validation
from core.reports import validation as report
from core.words import _


def run() -> Validation:
    """Carry out every check. Raises StorageError where there is no room for a temporary folder."""
    started_at, started = clock.now(), perf_counter()
    try:
        # Windows keeps what a virus scanner is just reading: it is encrypted, and may stay.
        folder = tempfile.TemporaryDirectory(
            prefix="als-follow-up-validation-", ignore_cleanup_errors=True
        )
    except OSError as error:
        text = _("No temporary folder can be made here ({reason}). Free some space and try again.")
        raise StorageError(text.format(reason=error.strerror)) from error
    with folder as name:
        checks = tuple(_checks(Path(name)))
    return Validation(
        started_at=started_at,
        seconds=perf_counter() - started,
        facts=installation.facts(),
        checks=checks,
    )


def write(out: Path) -> Validation:
    """Carry out every check and print what was found to a new file.

    Raises FileExists, since a report is filed and never written over; StorageError.
    """
    if out.exists():
        raise FileExists(
            _("The file {name} exists already. Give another name, or delete it first.").format(
                name=out.name
            )
        )
    if not out.parent.is_dir():
        text = _("There is no folder {name}. Make it first, or choose another place.")
        raise StorageError(text.format(name=out.parent))
    found = run()
    try:
        pdf = report.render(found)
    except (
        Exception
    ) as error:  # what is printed with may be what is broken: the verdict is still said
        raise StorageError(
            _("The report cannot be printed ({kind}). Checks that failed: {ids}.").format(
                kind=type(error).__name__,
                ids=", ".join(check.id for check in found.failed) or _("none"),
            )
        ) from error
    try:
        with out.open("xb") as file:
            file.write(pdf)
    except OSError as error:
        raise StorageError(
            _("The file {name} cannot be written ({reason}). Choose another place.").format(
                name=out.name, reason=error.strerror
            )
        ) from error
    return found


def _checks(folder: Path) -> Iterator[Check]:
    scene = once(partial(clinic_file.prepare, folder))
    yield from carry_out(Part.INSTALLATION, installation.checks(folder))
    yield from carry_out(Part.REFERENCE, reference.checks())
    yield from carry_out(Part.CLINIC_FILE, clinic_file.checks(scene))
    yield from carry_out(Part.PAPER, paper.checks(scene))
