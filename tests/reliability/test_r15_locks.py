"""R15: locks are held by the file itself, whoever writes and in whatever way; unlocked, everything works again."""

from contextlib import suppress
from dataclasses import replace
from datetime import date
from inspect import getmembers, isfunction

import pytest

from core import clock
from core.acts import locking
from core.entering import recomputing
from core.entering.visit.beginning import start_visit
from core.entering.visit.draft import Draft
from core.entering.visit.since import Line
from core.errors import Locked, NotAllowed
from core.findings.plausibility import Finding, Level
from core.forms import catalog
from core.laboratory import catalog as laboratory
from core.model import nouns
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.assessment import Answer, NotDone
from core.model.form_record import FormRecord, Item
from core.model.laboratory import LabResult
from core.model.measurement import Measurement
from core.model.partial_date import PartialDate
from core.model.signature import LockLevel
from core.model.user import Right, Role
from core.model.visit import ClinicalStage, Mode, Respondent, TaskResult
from core.session import Session, new_user
from core.store import audit, locks, triggers
from tests.core.examples import a_patient
from tests.core.store.nouns import NOUNS, Nouns
from tests.files.sample_clinic import ATTACHMENT, DEFINITION, MEDICINE, SCAN

LOCKABLE = {noun.table for noun in nouns.NOUNS.values() if noun.lockable}

# The other patient's rows differ from the locked one's in this, beside whose they are.
ANOTHER = {
    "patient": {"record_number": "13"},
    "form": {"instrument": "other"},
    "answer": {"instrument": "other"},
    "reconciliation": {"instrument": "other"},
    "measurement": {"kind": "other"},
    "task_result": {"task": "other"},
    "visit_mark": {"code": "M9"},
    "criterion_result": {"criterion": "other"},
    "typed_text": {"field": "other"},
    "blow": {"number": 2},
    "threshold": {"id": "slope_minimum_days"},
    "item": {"field": "other"},
    "record_check": {"form": "other"},
    "laboratory": {"name": "Elsewhere"},
    "synonym": {"text": "another word"},
    "dictionary": {"version": "28.0"},
}
CHANGE = {
    "clinic": ("name", "Elsewhere"),
    "patient": ("family_name", "Karimi"),
    "external_result": ("value", 60.0),
    "schedule_move": ("reason", "another"),
    "visit": ("weight_kg", 60.5),
    "visit_mark": ("reason", "another"),
    "appointment": ("note", "another"),
    "form": ("not_done", "refused"),
    "answer": ("note", "another"),
    "spirometry": ("device", "another"),
    "blow": ("volume_ml", 3100),
    "adverse_event": ("grade", 3),
    "milestone": ("note", "another"),
    "task_result": ("note", "another"),
    "typed_text": ("text", "another"),
    "measurement": ("value", 51.0),
    "reconciliation": ("reason", "another"),
    "decision": ("reason", "another"),
    "sheet_text": ("text", "another"),
    "criterion_result": ("note", "another"),
    "threshold": ("value", 45.0),
    "record": ("version", "2"),
    "item": ("note", "another"),
    "record_check": ("answer", "ended"),
    "laboratory": ("note", "another"),
    "reference_range": ("unit", "another"),
    "lab_result": ("note", "another"),
    "rater_training": ("note", "another"),
    "calibration_check": ("note", "another"),
    "synonym": ("term", "Fall"),
    "dictionary": ("terms", 3),
}
ONLY_ADDED = {"definition", "attachment"}  # never changed, locked or not
FORM_OF = {
    **dict.fromkeys(("form", "answer", "reconciliation"), "alsfrs-r"),
    **dict.fromkeys(("spirometry", "blow"), "spirometry"),
    "measurement": "measurements",
    "task_result": "tasks",
    "adverse_event": "adverse-events",
    **dict.fromkeys(("record", "item", "record_check"), "medicine"),
    "lab_result": "laboratory",
}
OF_VISIT = {*FORM_OF, "visit", "typed_text"}
OF_NOBODY = {
    *("clinic", "threshold", "definition"),
    *("laboratory", "reference_range", "rater_training", "calibration_check"),
    *("synonym", "dictionary"),
}
NEVER_LOCKED = {"user", "signature", "lock", "data_query", "query_reply"}
OWNER = {
    **dict.fromkeys(LOCKABLE, "patient_id"),
    **dict.fromkeys({*FORM_OF, "visit"} - {"visit", "adverse_event"}, "visit_id"),
    "adverse_event": "visit_id",
    "blow": "spirometry_id",
    "item": "record_id",
    "typed_text": "subject",
}


class Undone(Exception):
    pass


class Bench:
    """A patient with a row in every table, another one beside them, and a lock on the first."""

    def __init__(self, session):
        self.session = session
        self.nouns = Nouns(session)
        self.nouns.save_all()
        self.patient, self.visit = self.nouns.person.id, self.nouns.meeting.id
        self.theirs = {
            self.patient: "p-other",
            self.visit: "v-other",
            self.nouns.test.id: "s-other",
            MEDICINE.id: "record-other",
        }
        with session.write("another patient"):
            for table in NOUNS:
                if table in LOCKABLE - ONLY_ADDED and table != "clinic":
                    self._insert(table, self.other(table))

    def _first(self, table):
        return next(self.session._db.query(f"SELECT * FROM {table} ORDER BY rowid"))

    def keys(self, table):
        return self.session._db.table(table).pks

    def other(self, table):
        row = self._first(table) | ANOTHER.get(table, {})
        row = {name: self.theirs.get(value, value) for name, value in row.items()}
        if "id" in row and row["id"] == self._first(table)["id"]:
            row["id"] = f"{table}-other"
        return row

    def _insert(self, table, row, verb="INSERT"):
        names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
        self.session._db.execute(f"{verb} INTO {table} ({names}) VALUES ({marks})", row)

    def _update(self, table, row, **changes):
        sets = ", ".join(f"{name} = :new_{name}" for name in changes)
        where = " AND ".join(f"{name} = :{name}" for name in self.keys(table))
        new = {f"new_{name}": value for name, value in changes.items()}
        self.session._db.execute(f"UPDATE {table} SET {sets} WHERE {where}", row | new)

    def _delete(self, table, row):
        where = " AND ".join(f"{name} = :{name}" for name in self.keys(table))
        self.session._db.execute(f"DELETE FROM {table} WHERE {where}", row)

    def attempts(self, table):
        """Every way to change a row of a table, by name."""
        row, keys = self._first(table), self.keys(table)
        column, value = CHANGE[table]
        found = {
            "change": lambda: self._update(table, row, **{column: value}),
            "nothing changed": lambda: self._update(table, row, **{column: row[column]}),
            "delete": lambda: self._delete(table, row),
            "replace": lambda: self._insert(table, row | {column: value}, "INSERT OR REPLACE"),
        }
        if table == "clinic":
            return found
        other, owner = self.other(table), OWNER[table]
        own = next(name for name in reversed(keys) if table == "threshold" or name != owner)
        key = 7 if own == "number" else "another key"
        found["key"] = lambda: self._update(table, row, **{own: key})
        new = row | ANOTHER.get(table, {}) | {own: key}
        found["insert"] = lambda: self._insert(table, new)
        if table == "laboratory":  # no name is given twice
            found["insert"] = lambda: self._insert(table, new | {"name": "A third one"})
        if table not in {"patient", *OF_NOBODY}:
            found["out"] = lambda: self._update(table, row, **{owner: other[owner]})
            found["into"] = lambda: self._update(table, other, **{owner: row[owner]})
            if owner not in keys:
                moved = other | {name: row[name] for name in keys}
                found["replaced by another's"] = lambda: self._insert(
                    table, moved, "INSERT OR REPLACE"
                )
        if table == "patient":
            found["insert"] = lambda: self._insert(table, new | {"record_number": "14"})
            taken = other | {"id": "p-third", "record_number": row["record_number"]}
            found["its number taken"] = lambda: self._insert(table, taken, "INSERT OR REPLACE")
        return found

    def lock(self, level, form=""):
        match level:
            case LockLevel.FORM:
                return locking.lock_form(self.session, self.patient, self.visit, form, "checked")
            case LockLevel.VISIT:
                return locking.lock_visit(self.session, self.patient, self.visit, "checked")
            case LockLevel.PATIENT:
                return locking.lock_patient(self.session, self.patient, "checked")
            case LockLevel.DATABASE:
                return locking.freeze(self.session, "checked")

    def got_through(self, attempts, names):
        """Which of these ways were not refused by a lock."""
        through = set()
        before = self.everything()
        for name in names:
            try:
                with suppress(Undone), self.session.write("tried"):
                    self.session._db.execute("PRAGMA defer_foreign_keys = ON")
                    attempts[name]()
                    through.add(name)
                    raise Undone  # so that each way is tried on the same rows
            except Locked:
                pass
        assert self.everything() == before
        return through

    def everything(self):
        db = self.session._db
        return {
            table: sorted(map(repr, db.query(f"SELECT * FROM {table}")))
            for table in sorted(LOCKABLE)
        }


@pytest.fixture
def bench(session):
    return Bench(session)


def held_by(level, table):
    match level:
        case LockLevel.DATABASE:
            return True
        case LockLevel.PATIENT:
            return table not in OF_NOBODY
        case LockLevel.VISIT:
            return table in OF_VISIT
        case LockLevel.FORM:
            return table in FORM_OF


# A row that is not the locked one's yet: it is new, or goes from nobody's form to another.
FREE = {
    (LockLevel.PATIENT, "patient"): {"insert"},
    (LockLevel.VISIT, "visit"): {"insert", "into"},
    (LockLevel.FORM, "form"): {"insert", "into"},
    (LockLevel.FORM, "answer"): {"insert", "into"},
    (LockLevel.FORM, "reconciliation"): {"insert", "into"},
    (LockLevel.FORM, "record_check"): {"insert", "into"},
}


def test_r15_every_table_is_held_or_never_locked_on_purpose(session):
    tables = set(session._db.table_names()) - audit.NOT_AUDITED
    assert tables == LOCKABLE | NEVER_LOCKED
    assert set(CHANGE) == LOCKABLE - ONLY_ADDED


@pytest.mark.parametrize("table", sorted(LOCKABLE - ONLY_ADDED))
def test_r15_no_way_to_write_gets_through_a_lock(bench, table):
    """Every kind of statement on every table at every level: 0 through; unlocked again all of them work."""
    attempts = bench.attempts(table)
    assert bench.got_through(attempts, attempts) == set(attempts)  # each of them can work
    for level in LockLevel:
        held = set(attempts) if held_by(level, table) else set()
        held -= FREE.get((level, table), set())
        lock = bench.lock(level, FORM_OF.get(table, "alsfrs-r"))
        assert bench.got_through(attempts, attempts) == set(attempts) - held, level
        locking.unlock(bench.session, lock, reason="a slip of the pen")
        assert bench.got_through(attempts, attempts) == set(attempts), level


def test_r15_a_frozen_file_takes_no_definition(bench):
    bench.lock(LockLevel.DATABASE)
    another = replace(DEFINITION, version="2")
    with pytest.raises(Locked), bench.session.write("another form"):
        bench.session.definitions.add(another)


@pytest.mark.parametrize("level", [LockLevel.PATIENT, LockLevel.DATABASE])
def test_r15_a_locked_patient_gets_and_loses_no_attached_file(bench, level):
    session = bench.session
    lock = bench.lock(level)
    another = replace(ATTACHMENT, id="f2", patient_id=bench.patient)
    with pytest.raises(Locked), session.write("another scan"):
        session.attachments.add(another, SCAN)
    with pytest.raises(Locked), session.write("the wrong one"):
        session.attachments.remove(ATTACHMENT.id)
    locking.unlock(session, lock, reason="a slip of the pen")
    with session.write("the wrong one"):
        session.attachments.add(another, SCAN)
        session.attachments.remove(ATTACHMENT.id)
    assert [one.id for one in session.attachments.of(bench.patient)] == ["f2"]


@pytest.mark.parametrize("table", ["visit", "answer", "blow", "patient"])
def test_r15_without_its_triggers_the_file_would_let_everything_through(bench, table):
    """The proof that the test above can fail."""
    bench.lock(LockLevel.PATIENT)
    for name in locks.triggers(bench.session._db):
        bench.session._db.execute(f"DROP TRIGGER {name}")
    attempts = bench.attempts(table)
    assert bench.got_through(attempts, attempts) == set(attempts)


def test_r15_what_replaces_a_row_is_held_by_the_pragma(bench):
    """INSERT OR REPLACE deletes the locked row without a word where the pragma is off."""
    bench.lock(LockLevel.PATIENT)
    attempts = bench.attempts("milestone")
    bench.session._db.execute("PRAGMA recursive_triggers = OFF")
    assert bench.got_through(attempts, attempts) == {"replaced by another's"}


def test_r15_a_lock_is_never_changed_or_removed(bench):
    lock = bench.lock(LockLevel.VISIT)
    for sql in (
        "DELETE FROM lock",
        "UPDATE lock SET subject = 'another'",
        "UPDATE lock SET reason = 'another'",
        (
            f"INSERT OR REPLACE INTO lock SELECT '{lock.id}', level, 'another', patient_id, locked_by,"
            " locked_at, reason, unlocked_by, unlocked_at, unlock_reason FROM lock"
        ),
    ):
        with pytest.raises(Exception, match=r"refused this entry|a lock is"), bench.session.write():
            bench.session._db.execute(sql)
    assert bench.session.locks.all() == (lock,)


def test_r15_who_may_not_unlock_cannot_go_round_it(bench, clinic_path, key):
    lock = bench.lock(LockLevel.DATABASE)
    with bench.session.write("people"):
        for role in Role:
            bench.session.users.save(new_user(role.value, role.value.title(), role))
    bench.session.close()
    for role in Role:
        session = Session(clinic_path, key, role.value)
        if Right.LOCK not in session.rights:
            with pytest.raises(NotAllowed):
                locking.unlock(session, lock, reason="mine")
            with pytest.raises(NotAllowed), session.write("round it"):
                session._db.execute("UPDATE lock SET unlocked_by = 'administrator',"
                                    " unlocked_at = locked_at, unlock_reason = 'x'")  # fmt: skip
            with pytest.raises((Locked, NotAllowed)), session.write("past it"):
                session._db.execute("UPDATE visit SET note = 'x'")
        assert session.locks.all() == (lock,)
        session.close()


def test_r15_locking_and_unlocking_ask_for_a_reason(bench):
    with pytest.raises(ValueError, match="reason"):
        locking.lock_visit(bench.session, bench.patient, bench.visit, " ")
    lock = bench.lock(LockLevel.VISIT)
    with pytest.raises(ValueError, match="reason"):
        locking.unlock(bench.session, lock, reason="")
    locking.unlock(bench.session, lock, reason="a slip of the pen")
    (kept,) = bench.session.locks.all()
    assert (kept.reason, kept.unlock_reason, kept.unlocked_by) == (
        "checked",
        "a slip of the pen",
        "dr.demo",
    )
    said = [entry.reason for entry in bench.session.trail.entries(entity="lock")]
    assert said == ["a slip of the pen", "checked"]


FINDING = Finding(rule="P2", level=Level.QUERY, slot="speech", found="2→4", message="Really?")
READS = {
    "asks", "comparisons.form_before", "comparisons.is_correction", "comparisons.possible",
    "comparisons.questions", "comparisons.shows_previous", "comparisons.typed_reason",
    "comparisons.waiting_correction", "first_open_step", "measurements.of", "open_points",
    "questionnaires.default_variant", "questionnaires.form", "questionnaires.instrument",
    "forms.entry", "forms.form", "forms.not_done", "forms.records", "since.begin", "since.line", "since.read", "since.resumed",
    "questionnaires.left_out", "questionnaires.untouched", "questionnaires.variant_problem",
    "reload", "spirometry.has_entries", "spirometry.turn_to", "spirometry.twice", "steps",
    "events.form", "forms.found", "forms.waits", "monitoring.due", "monitoring.event_texts", "monitoring.read",
    "monitoring.read_time", "patient_forms.form", "patient_forms.has_nothing", "patient_forms.known",
    "tasks.result", "unfinished", "unsaved.fields", "unsaved.open_points", "unsaved.points",
    "unsaved.typing", "unsaved.waiting",
}  # fmt: skip


def functions(draft):
    """Every public function of a Draft and of its parts."""
    for name, _one in getmembers(Draft, isfunction):
        yield name
    for part, one in vars(draft).items():
        if type(one).__module__.startswith("core.entering"):
            for name, _one in getmembers(type(one), isfunction):
                yield f"{part}.{name}"


def a_medicine(draft, *, of_visit=False):
    return FormRecord(
        patient_id=draft.record.patient.id,
        visit_id=draft.visit.id if of_visit else None,
        form="medicine",
        version="1",
        entered_by="nurse",
        entered_at=clock.now(),
        items={"substance": Item(value="Riluzole"), "started": Item(value="2024")},
    )


def changed(form):
    """An event with another note, as it would be saved."""
    form.type("note", "another")
    return form.judge().entered


def a_result(draft):
    return LabResult(
        patient_id=draft.record.patient.id,
        visit_id=draft.visit.id,
        test="urea",
        taken_on=draft.visit.date,
        value=5.0,
        unit="mmol/L",
        typed="5.0",
        typed_unit="mmol/L",
        entered_by="nurse",
        entered_at=clock.now(),
    )


def draft_writes(draft):
    """Every function of a Draft and its parts that writes, on the visit that is locked."""
    test, event, milestone = (
        draft.spirometry.entered,
        draft.record.events[0],
        draft.record.milestones[0],
    )
    scored = Answer(item="speech", value=3)
    form = catalog.newest()["medicine"]
    taken = a_medicine(draft)
    line = Line(form=form, record=taken)
    return {
        "since.nothing_new": lambda: draft.since.nothing_new("medicine"),
        "since.all_the_same": draft.since.all_the_same,
        "since.same": lambda: draft.since.same(line),
        "since.add": lambda: draft.since.add(a_medicine(draft)),
        "since.end": lambda: draft.since.end(line, taken, ""),
        "since.change": lambda: draft.since.change(line, taken, a_medicine(draft), ""),
        "forms.save": lambda: draft.forms.save(a_medicine(draft, of_visit=True)),
        "forms.save_not_done": lambda: draft.forms.save_not_done(
            catalog.newest()["device"], NotDone.REFUSED
        ),
        "save_details": lambda: draft.save_details(
            on=draft.visit.date, mode=Mode.PHONE, respondent=Respondent.PATIENT, weight_kg=61.0
        ),
        "save_paper": lambda: draft.save_paper(paper_on=draft.visit.date, paper_by="N. Urse"),
        "unsaved.keep_typing": lambda: draft.unsaved.keep_typing("details", {"weight": "7"}),
        "save_note": lambda: draft.save_note("another"),
        "save_clinical_stage": lambda: draft.save_clinical_stage(ClinicalStage.TWO),
        "save_new_events": lambda: draft.save_new_events(asked=False),
        "answer": lambda: draft.answer("alsfrs-r", "speech", scored),
        "comparisons.leave_correction": lambda: draft.comparisons.leave_correction(
            "alsfrs-r", "speech", scored
        ),
        "comparisons.keep": lambda: draft.comparisons.keep("alsfrs-r", FINDING, "as it is"),
        "comparisons.leave_reason": lambda: draft.comparisons.leave_reason(
            "alsfrs-r", FINDING, "as"
        ),
        "questionnaires.save_how": lambda: draft.questionnaires.save_how(
            "alsfrs-r", mode=Mode.PHONE, respondent=None, interpreter=True
        ),
        "questionnaires.save_not_done": lambda: draft.questionnaires.save_not_done(
            "alsfrs-r", "refused"
        ),
        "spirometry.add": draft.spirometry.add,
        "spirometry.remove": lambda: draft.spirometry.remove("another"),
        "spirometry.save": lambda: draft.spirometry.save(replace(test, device="another")),
        "measurements.save": lambda: draft.measurements.save(
            Measurement(visit_id=draft.visit.id, kind="snip", value=50.0)
        ),
        "measurements.remove": lambda: draft.measurements.remove("snip"),
        "unsaved.save": lambda: draft.unsaved.save("details.weight", "7o"),
        "unsaved.save_all": lambda: draft.unsaved.save_all(
            {"details.date": "3o", "details.weight": "7"}
        ),
        "events.save": lambda: draft.events.save(event),
        "events.enter": lambda: draft.events.enter(changed(draft.events.form(event))),
        "laboratory.write": lambda: draft.laboratory.write([a_result(draft)]),
        "laboratory.keep": lambda: draft.laboratory.keep({"alt": "4x"}),
        "laboratory.enter": lambda: draft.laboratory.enter(laboratory.tests()["alt"], "40"),
        "laboratory.say_not_done": lambda: draft.laboratory.say_not_done(
            [laboratory.tests()["ast"]], NotDone.REFUSED
        ),
        "patient_forms.say_nothing": lambda: draft.patient_forms.say_nothing(
            catalog.newest()["wishes"], said=True
        ),
        "save_milestone": lambda: draft.save_milestone(replace(milestone, note="another")),
        "tasks.save": lambda: draft.tasks.save(
            TaskResult(visit_id=draft.visit.id, task="mri", done=False, note="broken")
        ),
        "tasks.save_undecided": lambda: draft.tasks.save_undecided("mri"),
        "save_height": lambda: draft.save_height(171.0),
        "discard": lambda: draft.discard("begun by mistake"),
    }


OF_THE_PATIENT = {"save_milestone", "save_height"}  # what a visit's lock does not hold
# These need a state of their own first; what they write, the statements above have tried.
NOT_NOW = {
    "comparisons.correct", "comparisons.show", "finish", "forms.remove", "questionnaires.answer",
    "forms.forget", "laboratory.choose", "laboratory.comment", "monitoring.add", "monitoring.describe",
    "monitoring.remove", "monitoring.save", "monitoring.save_not_measured", "remote.mark", "remote.take_back",
    "questionnaires.undo", "since.take_back", "since.undo", "reopen", "unsaved.discard", "unsaved.set_aside",
}  # fmt: skip


@pytest.mark.parametrize("level", [LockLevel.VISIT, LockLevel.PATIENT, LockLevel.DATABASE])
def test_r15_nothing_of_a_locked_visit_is_entered(bench, level):
    draft = Draft(bench.session, bench.patient, bench.visit)
    writes = draft_writes(draft)
    public = {name for name in functions(draft) if not name.startswith("_") and "._" not in name}
    assert public - READS - NOT_NOW == set(writes) and public > READS | NOT_NOW
    bench.lock(level)
    free = OF_THE_PATIENT if level is LockLevel.VISIT else set()
    for name in sorted(set(writes) - free):
        before = bench.everything()
        with pytest.raises(Locked):
            writes[name]()
        assert bench.everything() == before, name


def test_r15_every_one_of_them_works_where_nothing_is_locked(bench):
    """The proof that it is the lock that refuses."""
    lock = bench.lock(LockLevel.VISIT)
    locking.unlock(bench.session, lock, reason="a slip of the pen")
    for name in draft_writes(Draft(bench.session, bench.patient, bench.visit)):
        before = bench.everything()
        draft = Draft(bench.session, bench.patient, bench.visit)
        if name == "discard":
            continue
        draft_writes(draft)[name]()
        if name != "spirometry.remove":
            assert bench.everything() != before, name


def test_r15_a_finished_visit_that_is_locked_is_not_reopened(session, patient, visit_day):
    visit = visit_day(date(2026, 7, 21), "M2", scores=(4,) * 12)
    lock = locking.lock_visit(session, patient.id, visit.id, "monitored")
    draft = Draft(session, patient.id, visit.id)
    with pytest.raises(Locked, match="This visit is locked"):
        draft.reopen("a slip of the pen")
    locking.unlock(session, lock, reason="a slip of the pen")
    draft.reopen("a slip of the pen")
    assert draft.visit.is_draft
    locking.lock_visit(session, patient.id, visit.id, "monitored")
    with pytest.raises(Locked):
        draft.questionnaires.undo("alsfrs-r") or draft.save_note("x")
    with pytest.raises((Locked, ValueError)):
        draft.finish()
    assert session.record(patient.id).visit(visit.id).is_draft


def test_r15_a_locked_patient_gets_no_visit_and_a_frozen_file_no_patient(session, patient):
    lock = locking.lock_patient(session, patient.id, "left the study")
    with pytest.raises(Locked, match="patient's record is locked"):
        start_visit(session, patient.id, None, date(2026, 7, 21))
    with pytest.raises(Locked), session.write("corrected"):
        recomputing.save_patient(session, a_patient(id=patient.id, family_name="Other"))
    locking.unlock(session, lock, reason="came back")
    start_visit(session, patient.id, None, date(2026, 7, 21))
    locking.freeze(session, "closing of the database")
    with pytest.raises(Locked, match="clinic file is frozen"), session.write("entered"):
        recomputing.save_patient(session, a_patient(record_number="99"))
    with pytest.raises(Locked), session.write("settings"):
        session.thresholds.save("a1_vc_percent", 45.0)


def test_r15_a_form_alone_is_locked(bench):
    """The rest of its visit goes on."""
    bench.lock(LockLevel.FORM, "spirometry")
    draft = Draft(bench.session, bench.patient, bench.visit)
    with pytest.raises(Locked, match="This form is locked"):
        draft.spirometry.save(draft.spirometry.entered)
    draft.answer("alsfrs-r", "speech", Answer(item="speech", value=3))
    assert draft.questionnaires.form("alsfrs-r").answers["speech"].value == 3


def test_r15_a_correction_that_would_move_locked_numbers_names_the_visits(
    session, patient, visit_day
):
    days = [date(2026, 7, 21), date(2026, 9, 20)]
    visits = [
        visit_day(day, code, blows=(3200,)) for day, code in zip(days, ("M2", "M4"), strict=True)
    ]
    visit_day(date(2026, 11, 20), "M6", blows=(3100,))
    taken = [
        locking.lock_visit(session, patient.id, visits[0].id, "signed"),
        locking.lock_form(session, patient.id, visits[1].id, "spirometry", "checked"),
    ]
    before = session.record(patient.id)
    older = replace(patient, born=date(1957, 3, 14))
    told = r"locked visits \(21 Jul 2026, 20 Sep 2026\): nothing was changed"
    with pytest.raises(Locked, match=told), session.write("passport seen"):
        recomputing.save_patient(session, older)
    with pytest.raises(Locked, match=told):
        recomputing.change_equation(session, "gli-2012", "the new standard")
    assert session.record(patient.id).spirometry == before.spirometry
    assert session.patients.get(patient.id) == patient
    locking.unlock(session, *taken, reason="passport seen")
    with session.write("passport seen"):
        recomputing.save_patient(session, older)
    ages = [s.age_years for s in session.record(patient.id).spirometry]
    assert [round(age - s.age_years) for age, s in zip(ages, before.spirometry, strict=True)] == [
        2
    ] * 3


def test_r15_a_visits_lock_does_not_keep_anybody_from_recording_a_death(
    session, patient, visit_day
):
    visit = visit_day(date(2026, 7, 21), "M2")
    locking.lock_visit(session, patient.id, visit.id, "signed")
    death = Milestone(
        patient_id=patient.id, kind=MilestoneKind.DEATH, happened_on=PartialDate(2026, 8, 3)
    )
    with session.write():
        session.milestones.save(death)
    assert session.record(patient.id).died == death


def test_r15_an_upgrade_is_no_change_that_a_lock_forbids(bench):
    """Its steps may have to write rows of every visit there is."""
    bench.lock(LockLevel.DATABASE)
    db = bench.session._db
    with bench.session.write("schema upgrade"):
        triggers.release(db)
        triggers.make(db, held=False)
        db.execute("UPDATE visit SET note = note || '.'")
        triggers.make(db)
    with pytest.raises(Locked), bench.session.write():
        db.execute("UPDATE visit SET note = ''")
    assert {row["note"] for row in bench.session._db.query("SELECT note FROM visit")} == {"."}
