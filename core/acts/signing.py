"""Signing a visit: what a signature covers, whether it still holds, and what was changed since."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeVar

from cattrs import BaseValidationError

from core import clock
from core.convert import converter
from core.errors import StorageError
from core.forms import catalog as forms
from core.forms.wording import record_name
from core.model.assessment import NotDone
from core.model.form_record import FormRecord, Item
from core.model.ids import PatientId, SpirometryId, VisitId
from core.model.nouns import NOUNS, Signed, may_be_signed
from core.model.record import PatientRecord
from core.model.signature import (
    ChangeSince,
    Lock,
    LockLevel,
    Meaning,
    Signature,
    SignatureState,
)
from core.model.thresholds import defaults
from core.model.trail import Names, TrailEntry, VisitName
from core.model.user import Right
from core.model.visit import Visit
from core.session import Session
from core.views import trail_words, visit_summary
from core.views.visit_summary import VisitSummary
from core.words import N_, _

T = TypeVar("T")
SIGNED = N_("signed")  # why a visit is locked that was signed
_SIGNED = [noun for noun in NOUNS.values() if noun.signed is not Signed.NEVER]
# Of a record; what the summary does not show, or was said about it later, is not signed.
COVERED = tuple(noun.part for noun in _SIGNED if noun.part)
_CAME_LATER = {
    "forms",
    "checks",
    "laboratory",
}  # left out where empty, or they would void what was signed before
_OF_A_VISIT = {noun.table for noun in _SIGNED if noun.of == "visit"}
# The table, the part of a record that its rows are, and what each row is.
_OF_A_DAY: Mapping[str, tuple[str, type[Any]]] = {
    noun.table: (noun.part, noun.value)
    for noun in _SIGNED
    if noun.signed is Signed.DAY and noun.value is not None
}
# Of a patient. A visit has its own version of the schedule; one that was changed past the moves is in the hash.
_NOT_SHOWN = {"note", "protocol_version"}
# Whether a summary says the same by other thresholds: by the hash of its data, and both sets of them.
_SAYS_THE_SAME: dict[
    tuple[str, frozenset[tuple[str, float]], frozenset[tuple[str, float]]], bool
] = {}

Row = dict[str, Any]
Texts = dict[int, tuple[object, str]]  # by identity: the value, and its text
_AS_IT_IS = {str, int, float, bool, type(None)}  # kinds of value


@dataclass(frozen=True, slots=True)
class _Changed:
    """An entry of the trail with the row before it and after it, where there was one."""

    entry: TrailEntry
    sides: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a person has before them to sign: the words, and the hash of the data they were made from."""

    patient_id: PatientId
    visit_id: VisitId
    summary: VisitSummary
    data_hash: str


def look(session: Session, record: PatientRecord, visit_id: VisitId) -> Shown:
    """The summary of a visit with the state of its signatures: screen, paper and signature are of this."""
    texts: Texts = {}
    found = _states(session, record, visit_id, texts)
    return Shown(
        patient_id=record.patient.id,
        visit_id=visit_id,
        summary=visit_summary.build(record, visit_id, session.users.names(), signed=found),
        data_hash=_hash(record, visit_id, texts),
    )


def sign(session: Session, shown: Shown, meaning: Meaning, password: str) -> Signature:
    """Sign what was shown, and lock the visit in the same transaction.

    Raises NotAllowed, WrongPassword, TooManyAttempts; StorageError where the data is another by now.
    """
    (signature,) = sign_several(session, [shown], meaning, password)
    return signature


def sign_several(
    session: Session, shown: Sequence[Shown], meaning: Meaning, password: str
) -> tuple[Signature, ...]:
    """Sign each of what was shown with one password, all of it or none; the rest is as with ``sign``."""
    session.need(Right.SIGN)
    records = {one.patient_id: session.record(one.patient_id) for one in shown}
    if any(records[one.patient_id].visit(one.visit_id).is_draft for one in shown):
        raise ValueError("only a finished visit is signed")
    session.confirm(password)
    for one in shown:
        if data_hash(records[one.patient_id], one.visit_id) != one.data_hash:
            text = _(
                "{visit}, {day}, was changed meanwhile: nothing was signed. Look at it again first."
            )
            raise StorageError(text.format(visit=one.summary.title, day=one.summary.on))
    signatures = tuple(_signature(session, one, meaning) for one in shown)
    with session.write(SIGNED):
        for one, signature in zip(shown, signatures, strict=True):
            session.signatures.save(signature)
            locks = records[one.patient_id].locks_on(one.visit_id)
            if not any(lock.level is LockLevel.VISIT for lock in locks):
                session.locks.save(_lock(signature, one.patient_id))
    return signatures


def _signature(session: Session, shown: Shown, meaning: Meaning) -> Signature:
    user, head = session.user, session.trail_head
    words = converter.dumps(shown.summary)
    return Signature(
        visit_id=shown.visit_id,
        signed_by=user.login,
        printed_name=user.full_name,
        role=user.role,
        meaning=meaning,
        signed_at=clock.now(),
        data_hash=shown.data_hash,
        shown=words,
        shown_hash=hashlib.sha256(words.encode()).hexdigest(),
        trail_sequence=0 if head is None else head.sequence,
    )


def _lock(signature: Signature, patient_id: PatientId) -> Lock:
    return Lock(
        level=LockLevel.VISIT,
        subject=signature.visit_id,
        patient_id=patient_id,
        locked_by=signature.signed_by,
        locked_at=signature.signed_at,
        reason=SIGNED,
    )


def states(
    session: Session, record: PatientRecord, visit_id: VisitId | None = None
) -> tuple[SignatureState, ...]:
    """Every signature of a visit, or of the patient, with what was changed since of what it covers."""
    return _states(session, record, visit_id, {})


def _states(
    session: Session, record: PatientRecord, visit_id: VisitId | None, texts: Texts
) -> tuple[SignatureState, ...]:
    given = [s for s in record.signatures if visit_id in (None, s.visit_id)]
    if not given:
        return ()
    first = min(signature.trail_sequence for signature in given)
    entries = session.trail.entries(patient_id=record.patient.id, after_sequence=first)
    rows = [
        _Changed(entry, tuple(_rows(entry))) for entry in entries if may_be_signed(entry.entity)
    ]
    changed = [one for one in rows if one.entry.entity != "patient" or _patient_differs(one.sides)]
    moved = session.trail.entries(entity="threshold", after_sequence=first)
    zones = {entry.row: entry.local.tzinfo for entry in entries if entry.entity == "signature"}
    names = _names(record, session.users.names())
    touching = {
        visit.id: tuple(_touching(record, visit, changed))
        for visit in record.visits
        if any(signature.visit_id == visit.id for signature in given)
    }
    found = []
    for signature in given:
        now, after = _hash(record, signature.visit_id, texts), signature.trail_sequence
        since = [e for e in touching[signature.visit_id] if e.sequence > after]
        since += _moving(record, signature, now, [e for e in moved if e.sequence > after])
        since.sort(key=lambda entry: entry.sequence)
        found.append(
            SignatureState(
                signature=signature,
                signed_at=signature.signed_at.astimezone(zones.get(signature.id)),
                same_data=now == signature.data_hash or (not since and _was_so(record, signature)),
                changes=tuple(_change(entry, names) for entry in since),
            )
        )
    return tuple(found)


def unsigned(session: Session, record: PatientRecord) -> tuple[tuple[Visit, bool], ...]:
    """The finished visits without a valid signature, each with whether it had one."""
    found = states(session, record)
    signed = {one.signature.visit_id for one in found}
    valid = {one.signature.visit_id for one in found if one.valid}
    return tuple((v, v.id in signed) for v in record.finished_visits if v.id not in valid)


def data_hash(record: PatientRecord, visit_id: VisitId) -> str:
    """SHA-256 of the data that the summary of a visit is made from, in hex.

    Made over values, not words, so that another version's wording voids nothing; what has its default is
    left out, so that a field which a later version adds voids nothing either.
    """
    return _hash(record, visit_id, {})


def _hash(record: PatientRecord, visit_id: VisitId, texts: Texts) -> str:
    """``texts`` remembers what is the same for every visit of the record, by the identity of the values.

    Each value is kept beside its text: what is made for one visit (a medicine whose end was not known yet) is
    gone after it otherwise, and the next value may get its identity.
    """

    def text(one: object) -> str:
        if id(one) not in texts:
            texts[id(one)] = one, _plain_text(one)
        return texts[id(one)][1]

    known = record.known_at(record.visit(visit_id))
    form: dict[str, Any] = {"patient": _plain(replace(known.patient, note=""))}
    for part in COVERED:
        texts_of_part = sorted(text(one) for one in getattr(known, part))
        if texts_of_part or part not in _CAME_LATER:
            form[part] = texts_of_part
    return hashlib.sha256(_plain_text(form).encode()).hexdigest()


def _was_so(record: PatientRecord, signature: Signature) -> bool:
    """Whether it is the data of the hash by the rule of before events were listed wherever they may belong.

    An event of no visit, known to its month or year, counted on the middle of it then.
    """
    day = record.visit(signature.visit_id).date
    events = tuple(e for e in record.events if e.visit_id is not None or e.onset.assumed <= day)
    before = replace(record, events=events)
    return events != record.events and _hash(before, signature.visit_id, {}) == signature.data_hash


def _plain_text(value: Any) -> str:
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if not is_dataclass(value):
        return converter.unstructure(value)
    kind: Any = type(value)
    named = ((name, default, getattr(value, name)) for name, default in _compared(kind))
    return {name: _inner(inner) for name, default, inner in named if inner != default}


@cache
def _compared(kind: type[Any]) -> tuple[tuple[str, Any], ...]:
    """The fields of a class by name, each with its default."""
    return tuple((one.name, one.default) for one in fields(kind) if one.compare)


def _inner(value: Any) -> Any:
    if type(value) in _AS_IT_IS:
        return value  # most of them are; the converter would take its time to say so
    if isinstance(value, Mapping):
        return {str(key): _inner(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [_inner(one) for one in value]
    return _plain(value)


def _touching(
    record: PatientRecord, visit: Visit, changed: Sequence[_Changed]
) -> Iterator[TrailEntry]:
    """The entries (newest first) that changed what the visit's summary was made from, as it stood then."""
    tests = {test.id: test.visit_id for test in record.spirometry}
    for one in changed:
        if one.entry.entity == "spirometry":
            tests |= {row["id"]: row["visit_id"] for row in one.sides}
    covered = _Covered(visit, tests, PatientRecord(patient=record.patient, visits=record.visits))
    past = _Forms(record)
    for one in changed:
        if one.entry.entity in _Forms.TABLES:
            touched = covered.differs(*past.undo(one.entry))
        else:
            touched = covered.touched_by(one)
        if one.entry.entity == "visit":
            covered = covered.before(one.entry)
            touched = touched or covered.touched_by(one)
        if touched:
            yield one.entry


class _Covered:
    """Which rows a visit's summary was made from at one moment; ``bare`` has the visits of that moment only."""

    def __init__(
        self, visit: Visit, tests: Mapping[SpirometryId, VisitId], bare: PatientRecord
    ) -> None:
        self._visit = visit
        self._tests = tests
        self._bare = bare
        self._known = {one.id for one in bare.known_at(visit).visits}

    def before(self, entry: TrailEntry) -> "_Covered":
        """As it was before an entry about a visit."""
        visits = tuple(one for one in self._bare.visits if one.id != entry.row)
        row = None if entry.before is None else json.loads(entry.before)
        if row is not None and (earlier := _structured(row, Visit)) is not None:
            visits = (*visits, earlier)
        return _Covered(self._visit, self._tests, replace(self._bare, visits=visits))

    def touched_by(self, changed: _Changed) -> bool:
        """Whether what an entry changed was among them, before or after the change."""
        sides = changed.sides
        match changed.entry.entity:
            case "visit":
                return changed.entry.row in self._known
            case "blow":
                tests = (self._tests.get(row["spirometry_id"]) for row in sides)
                return any(one is None or one in self._known for one in tests)
            case table if table in _OF_A_VISIT:
                return any(row["visit_id"] in self._known for row in sides)
            case table if table in _OF_A_DAY:
                return any(self._holds(*_OF_A_DAY[table], row) for row in sides)
        return True  # the patient and the criteria count at every visit, and what nobody knows

    def differs(self, before: FormRecord | None, after: FormRecord | None) -> bool:
        """Whether a record of a form said something else in the summary before it was changed."""
        return self._bare.told_otherwise(self._visit, before, after)

    def _holds(self, part: str, kind: type[Any], row: Row) -> bool:
        one = _structured(row, kind)
        if one is None:
            return True  # written by another version: rather void than wrong
        only: dict[str, Any] = {part: (one,)}
        record = replace(self._bare, **only)
        return bool(getattr(record.known_at(self._visit), part))


class _Forms:
    """The records of forms that are data as they were, going back entry by entry from how they are."""

    TABLES = frozenset({"record", "item"})

    def __init__(self, record: PatientRecord) -> None:
        self._records: dict[str, FormRecord] = {one.id: one for one in record.forms}

    def undo(self, entry: TrailEntry) -> tuple[FormRecord | None, FormRecord | None]:
        """The record before an entry about it and after it; None where there was none."""
        row = json.loads(entry.before or entry.after or "{}")
        named = row["id"] if entry.entity == "record" else row["record_id"]
        after = self._records.get(named)
        if entry.entity == "item":
            item = None if entry.before is None else _item(row)
            before = None if after is None else after.with_item(row["field"], item)
        elif entry.before is None:
            before = None
        else:
            items = {} if after is None else after.items
            before = _bare_record(row, items)
        self._records.pop(named, None)
        if before is not None:
            self._records[named] = before
        return before, after


def _item(row: Row) -> Item:
    not_done = None if row["not_done"] is None else NotDone(row["not_done"])
    return Item(value=row["value"], not_done=not_done, note=row["note"], kept=row["kept"])


def _bare_record(row: Row, items: Mapping[str, Item]) -> FormRecord:
    form = forms.find(row["form"], row["version"])
    bare: FormRecord = converter.structure({**row, "items": {}}, FormRecord)
    return replace(bare, items=items, course=None if form is None else form.course)


def _structured(row: Row, kind: type[T]) -> T | None:
    """The value of a row; None where it was written for another version's columns."""
    try:
        return converter.structure(row, kind)
    except (BaseValidationError, ValueError):
        return None


def _patient_differs(sides: Sequence[Row]) -> bool:
    if len(sides) < 2:
        return True
    before, after = sides
    named = (before | after).keys() - _NOT_SHOWN
    return any(before.get(name) != after.get(name) for name in named)


def _moving(
    record: PatientRecord, signature: Signature, data: str, since: Sequence[TrailEntry]
) -> list[TrailEntry]:
    """The changes of the clinic's thresholds (newest first) by which the visit's summary says something else.

    They are settings of the whole clinic: one that was changed back, or that the summary of this visit
    does not hang on, voids nothing.
    """
    now, shipped = record.thresholds, defaults()
    then = dict(now)
    for entry in since:
        if entry.row in shipped:
            row = (
                {"value": shipped[entry.row]} if entry.before is None else json.loads(entry.before)
            )
            then[entry.row] = row["value"]
    moved = {name for name in now if now[name] != then[name]}
    if not moved:
        return []
    key = (data, frozenset(then.items()), frozenset(now.items()))
    if key not in _SAYS_THE_SAME:
        bare = replace(record, signatures=())
        today = visit_summary.build(bare, signature.visit_id, {})
        signed = visit_summary.build(replace(bare, thresholds=then), signature.visit_id, {})
        _SAYS_THE_SAME[key] = today == signed
    return [] if _SAYS_THE_SAME[key] else [entry for entry in since if entry.row in moved]


def _rows(entry: TrailEntry) -> Iterator[Row]:
    """The row before the change and after it, where there was one."""
    for side in (entry.before, entry.after):
        if side is not None:
            yield json.loads(side)


def _change(entry: TrailEntry, names: Names) -> ChangeSince:
    return ChangeSince(
        by=names.person(entry.actor),
        at=entry.local,
        what=trail_words.what(entry, names),
        reason=trail_words.why(entry),
    )


def _names(record: PatientRecord, people: Mapping[str, str]) -> Names:
    patient = record.patient
    return Names(
        people=people,
        patients={patient.id: patient.record_number},
        visits={
            visit.id: VisitName(
                code=visit.code,
                on=visit.date,
                protocol=patient.protocol,
                version=record.version_of(visit),
                is_first=record.is_first(visit),
            )
            for visit in record.visits
        },
        spirometry={test.id: test.visit_id for test in record.spirometry},
        records={one.id: record_name(one) for one in record.forms},
    )
