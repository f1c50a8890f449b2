"""Loading all patients as one group, from what was computed of them before and still holds."""

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial

from core import VERSION, resources
from core.acts import all_patients
from core.acts.all_patients import Cancelled, Progress
from core.cohort import packed, rows
from core.cohort.frames import Cohort
from core.cohort.holding import Watched
from core.cohort.packed import Packed
from core.errors import StorageError
from core.forms import catalog as forms
from core.model import terms
from core.model.ids import PatientId
from core.model.user import Right
from core.protocols import catalog as protocols
from core.session import Session
from core.store import Database, derived, records
from core.store.aside import Aside
from core.store.derived import Kept
from core.words import _, language, notation

TRIES = 5  # the rules may be changed while a group is computed
_SLICE_S = 0.2  # what is read between two writes is read again where a write came in


def load(
    session: Session,
    today: date,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Cohort | None:
    """All patients of the file as they are today; None where it was given up, or the file was closed meanwhile.

    In any thread: the file is read through a connection of its own. What was computed is kept in the file with the
    next `keep`, which this calls where it runs in the file's own thread. ``progress`` and ``cancelled`` are called in
    this thread, patient by patient. Raises NotAllowed where the role has no clinical data, and StorageError.
    """
    session.need(Right.READ)
    aside, given_up = all_patients.aside(session), all_patients.ending(session, cancelled)
    for _again in range(TRIES):
        rules = aside.ask(_rules)
        every, made = _found(aside, session.derived.key, rules, today, progress, given_up)
        if session.is_open and aside.ask(_rules) == rules:
            session.derived.keep(made)
            if session.derived.is_here:
                with suppress(StorageError):  # a full disk keeps nobody from looking at it
                    keep(session)
            return None if every is None else replace(packed.unpack(every), today=today)
        if given_up():
            return None
    raise StorageError(_("The rules are just being changed. Try again in a moment."))


def keep(session: Session) -> None:
    """Keep in the file what was computed in another thread. Call it in the file's own. Raises StorageError."""
    session.derived.write()


def _found(
    aside: Aside,
    key: bytes,
    rules: str,
    today: date,
    progress: Progress | None,
    given_up: Cancelled,
) -> tuple[Sequence[Packed] | None, Sequence[Kept]]:
    """What is known of every patient (None where it was given up), and what of it was computed just now."""
    wanted, held = aside.ask(
        lambda db: (derived.positions(db), derived.kept(db, key, rules, today))
    )
    known = {who: Packed(*one) for who, (at, one) in held.items() if wanted.get(who) == at}
    left = [who for who in wanted if who not in known]
    made: list[Kept] = []
    tell = progress or (lambda _done, _of: None)
    tell(len(known), len(wanted))
    while left:
        done = aside.ask(partial(_computed, tuple(left), rules, today, given_up))
        made += done
        if given_up():
            return None, made
        known |= {one.patient_id: Packed(*one.packed) for one in done}
        left = left[len(done) :]
        tell(len(wanted) - len(left), len(wanted))
    return [known[who] for who in wanted], made


def _computed(
    ids: Sequence[PatientId], rules: str, today: date, given_up: Cancelled, db: Database
) -> Sequence[Kept]:
    """The first of these patients, as many as a moment is enough for."""
    until, made = time.monotonic() + _SLICE_S, []
    for who in ids:
        if given_up():
            break
        day = Watched.of(today)
        found = rows.of(records.load(db, who), day)
        one = Kept(
            patient_id=who,
            position=derived.position(db, who),
            rules=rules,
            since=today,
            until=day.holds_until,
            packed=packed.pack(found),
        )
        made.append(one)
        if time.monotonic() > until:
            break
    return made


def _rules(db: Database) -> str:
    """A digest of everything that what is computed of a patient depends on, beside the patient and the day."""
    parts: Mapping[str, object] = {
        "program": VERSION,
        "resources": resources.path("validation", "manifest.sha256").read_text("utf-8"),
        "file": derived.common(db),
        "forms": sorted(forms.versions()),
        "schedules": sorted((one.id, one.version) for one in protocols.newest().values()),
        "terms": terms.in_use(),
        "zone": time.tzname,  # the day of an instant is that of this computer
        "words": [language().info().get("language", ""), repr(notation())],
    }
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
