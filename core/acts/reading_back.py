"""Reading an export of this program back into a clinic file without patients: all of it, or nothing.

What was entered comes with the ids, the days and the people of then. Signatures and locks do not: they hold in the file
in which they were given. The trail says that it was read back, and from what.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core import clock
from core.convert import converter
from core.errors import UnreadableImport
from core.forms import catalog as forms
from core.forms.definition import FieldType
from core.forms.reading import fits
from core.imports import own_export
from core.imports.own_export import Read, Texts
from core.model.attachment import Attachment
from core.model.ids import PatientId
from core.model.nouns import NOT_EXPORTED, NOUNS
from core.model.stored import LONG, Cell, Holds
from core.model.user import Right, Role, User
from core.session import Session
from core.words import N_, _

STAY_BEHIND = frozenset({"signature", "lock"})
_BY_HAND = frozenset({"user", "attachment"})
TABLES = tuple(
    name for name in NOUNS if name not in NOT_EXPORTED | STAY_BEHIND | _BY_HAND
)  # in the order in which foreign keys let rows be written
MOST = 2**63 - 1  # what SQLite can hold
_NUMBERS = frozenset({FieldType.NUMBER, FieldType.INTEGER, FieldType.YES_NO, FieldType.DERIVED})


@dataclass(frozen=True, slots=True)
class ReadBack:
    """How much was read back."""

    patients: int
    rows: int


def read_back(session: Session, path: Path) -> ReadBack:
    """Raises UnreadableImport with one sentence, NotAllowed, Locked, StorageError, OSError: nothing was saved then."""
    session.need(Right.ENTER)
    session.need(Right.CLINIC)
    if session.patients.all():
        raise UnreadableImport(
            _(
                "This clinic file has patients already. An export is read back into a new clinic file only."
            )
        )
    found = own_export.read(path)
    rows = sum(len(found.tables[name].rows) for name in TABLES if name in found.tables)
    patients = len(_of(found, "patient").rows)
    reason = N_("read back from an export of this program")
    try:
        with session.write(
            f"{reason}: {patients} patients, {rows} rows, SHA-256 {found.sha256}",
            granted=frozenset({Right.PEOPLE}),
        ):
            _save(session, found)
            _look_at_it(session)
    finally:
        session.use_own()
    return ReadBack(patients, rows)


def _save(session: Session, found: Read) -> None:
    if found.demonstration:  # or nobody would know that no person has these values
        session.clinics.save(replace(session.clinic, demonstration=True))
    _save_users(session, _of(found, "user"))
    for table in TABLES:
        texts = _of(found, table)
        holds = session.stored.holds(table)
        if texts.columns != tuple(holds):
            text = _(
                "This export was made by another version of the program: “{table}” has other columns. Read it back with that version."
            )
            raise UnreadableImport(text.format(table=table))
        session.stored.insert(table, texts.columns, _rows(table, texts, holds, found))
        if table == "definition":
            session.use_own()  # what is entered in a form of the clinic needs it
        if table == "item":
            _save_attachments(session, found)


def _of(found: Read, table: str) -> Texts:
    if table not in found.tables:
        text = _("{name} of this export is missing. Export the data again.")
        raise UnreadableImport(text.format(name=f"{LONG}/{table}.csv"))
    return found.tables[table]


def _save_users(session: Session, texts: Texts) -> None:
    """Whoever entered something is known here, without a password: an administrator lets them in, or not."""
    known = {one.login.casefold(): one for one in session.users.all()}
    for row in texts.rows:
        said = dict(zip(texts.columns, row, strict=True))
        here = known.get(said["login"].casefold())
        if here is None:
            session.users.save(_user(said))
        elif here.full_name != said["full_name"]:
            text = _(
                "{login} is {here} in this clinic file, and {there} in the export. Read it back into another clinic file."
            )
            raise UnreadableImport(
                text.format(login=here.login, here=here.full_name, there=said["full_name"])
            )


def _user(said: Mapping[str, str]) -> User:
    try:
        return User(
            login=said["login"],
            full_name=said["full_name"],
            created_at=clock.now(),
            role=Role(said["role"]),
            disabled_at=clock.now(),
        )
    except (KeyError, ValueError) as error:
        raise _bad("user") from error


def _save_attachments(session: Session, found: Read) -> None:
    texts = _of(found, "attachment")
    for row in texts.rows:
        said = dict(zip(texts.columns, row, strict=True))
        content = found.attached.get(said.get("id", ""))
        try:
            one = converter.structure({**said, "size": int(said["size"])}, Attachment)
        except Exception as error:
            raise _bad("attachment") from error
        if content is None:
            raise _bad("attachment")
        session.attachments.add(one, content)


def _rows(
    table: str, texts: Texts, holds: Mapping[str, Holds], found: Read
) -> Iterator[Sequence[Cell]]:
    """The rows with their values as the file holds them."""
    how = [holds[name] for name in texts.columns]
    records = _forms_of_records(found) if table == "item" else {}
    for row in texts.rows:
        try:
            cells = [_cell(text, one) for text, one in zip(row, how, strict=True)]
            if table == "item":
                place = texts.columns.index("value")
                said = dict(zip(texts.columns, row, strict=True))
                cells[place] = _value(said, records[said["record_id"]])
        except (KeyError, ValueError) as error:
            raise _bad(table) from error
        if any(isinstance(one, int) and abs(one) > MOST for one in cells):
            raise _bad(table)
        yield cells


def _cell(text: str, holds: Holds) -> Cell:
    """Nothing is no value where the column allows that, else an empty text."""
    if text == "" and holds.may_be_empty:
        return None
    match holds.type:
        case "INTEGER":
            return int(text)
        case "REAL":
            return float(text)
    return text


def _forms_of_records(found: Read) -> dict[str, tuple[str, str]]:
    texts = _of(found, "record")
    own, form, version = (texts.columns.index(name) for name in ("id", "form", "version"))
    return {row[own]: (row[form], row[version]) for row in texts.rows}


def _value(said: Mapping[str, str], form: tuple[str, str]) -> Cell:
    """The value of an item as its field has it. Raises ValueError where there is no such field, or it allows no such value."""
    text = said["value"]
    if text == "" and said["not_done"]:
        return None
    definition = forms.find(*form)
    field = None if definition is None else definition.find(said["field"])
    if field is None:
        raise ValueError("no such field")
    value: str | int | float = text
    if field.type in _NUMBERS:
        value = int(text) if text.lstrip("-").isdigit() else float(text)
    if not fits(field, value):
        raise ValueError("a value that the field does not allow")
    return value


def _look_at_it(session: Session) -> None:
    """Every record must be one that the program can show."""
    for patient in session.patients.all():
        try:
            session.record(PatientId(patient.id))
        except (ValueError, KeyError, TypeError) as error:
            raise _bad("patient") from error


def _bad(table: str) -> UnreadableImport:
    text = _("“{table}” of this export holds what this program cannot read: nothing was saved.")
    return UnreadableImport(text.format(table=table))
