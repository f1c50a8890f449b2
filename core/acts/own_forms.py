"""The clinic's own forms: checked, added to the clinic file, and there when it is opened again."""

from pathlib import Path

from core import clock
from core.errors import InvalidForm
from core.forms import catalog
from core.forms.definition import Form
from core.imports import redcap
from core.session import Session
from core.store.definitions import FORM, Definition
from core.words import N_, _


def read(path: Path) -> tuple[tuple[str, Form], ...]:
    """The forms in a file, each with its definition's text: a TOML of ours, or a data dictionary of REDCap (CSV).

    Raises InvalidForm, naming the line to fix, UnreadableImport, OSError.
    """
    data = path.read_bytes()
    if path.suffix.lower() == ".csv":
        return tuple(
            (one.text, catalog.read(f"{one.id}.toml", one.text.encode()))
            for one in redcap.forms(data)
        )
    form = catalog.read(path.name, data)
    return ((data.decode("utf-8"), form),)


def add(session: Session, text: str, form: Form) -> None:
    """Add a form, or a new version of one; what is there is never changed.

    Raises InvalidForm where this version is there already, or a newer one, or where it is part of a form that is not; NotAllowed, Locked, StorageError.
    """
    newest = catalog.newest().get(form.id)
    if newest is not None and int(form.version) <= int(newest.version):
        message = _(
            "There is a form “{id}” of version {version} already. Give this one version {next}, or another id."
        )
        next_one = int(newest.version) + 1
        raise InvalidForm(message.format(id=form.id, version=newest.version, next=next_one))
    catalog.check_parent(form, text, catalog.newest().values())
    with session.write(N_("form added")):
        session.definitions.add(
            Definition(
                kind=FORM,
                id=form.id,
                version=form.version,
                text=text,
                added_by=session.login,
                added_at=clock.now(),
            )
        )
    session.use_own()


def of_clinic(session: Session) -> tuple[Form, ...]:
    """Every version of the clinic's own forms, in the order in which they were added."""
    keys = [(one.id, one.version) for one in session.definitions.all() if one.kind == FORM]
    found = (catalog.find(*key) for key in keys)
    return tuple(form for form in found if form is not None)
