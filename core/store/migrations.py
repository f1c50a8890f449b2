"""The schema, as the ordered steps that built it. Never edit a released step."""

import json
import secrets
from typing import Any

from sqlite_utils import Database, Migrations

migrations = Migrations("als-follow-up")


def newest() -> str:
    """The name of the last step: what the schema is called."""
    return str(migrations._migrations[-1].name)  # noqa: SLF001  no public list of them


@migrations()
def m001_first_schema(db: Database) -> None:
    for statement in _M001.split(";\n\n"):
        db.execute(statement)


@migrations()
def m002_clinical_science(db: Database) -> None:
    for statement in _M002.split(";\n\n"):
        db.execute(statement)


@migrations()
def m003_spirometry_inputs(db: Database) -> None:
    """The inputs that % predicted had been computed from so far: the patient's, on the day of the visit.

    A birth date that cannot be right, after the visit or 130 years before it, gives no age.
    """
    db.execute(
        """
        UPDATE spirometry
           SET equation_version = '1',
               sex = patient.sex,
               age_years = CASE
                   WHEN (julianday(visit.date) - julianday(patient.born)) / 365.25 BETWEEN 0 AND 130
                   THEN (julianday(visit.date) - julianday(patient.born)) / 365.25 END
          FROM visit JOIN patient ON patient.id = visit.patient_id
         WHERE visit.id = spirometry.visit_id
        """
    )


@migrations()
def m004_trustworthy_file(db: Database) -> None:
    """Roles, signatures, locks, queries, typed texts with their authors; the trail becomes a chain."""
    for statement in _M004.split(";\n\n"):
        db.execute(statement)
    patient_of: dict[
        str, str
    ] = {}  # a visit's or a spirometry session's id: they may be gone by now
    for old in list(db.query("SELECT * FROM audit_before ORDER BY id")):
        entity, changed = old["entity"], json.loads(old["after"] or old["before"])
        owner = changed.get("patient_id") or patient_of.get(
            changed.get("visit_id") or changed.get("spirometry_id") or ""
        )
        if entity == "patient":
            owner = changed["id"]
        elif entity in {"visit", "spirometry"}:
            patient_of[changed["id"]] = str(owner)
        db.execute(
            f"""
            INSERT INTO audit SELECT *, audit_hash({_M004_HASHED}) FROM (
                SELECT :id AS id, :at AS at, 0 AS utc_offset_min, :actor AS actor, '' AS workstation,
                       '' AS program, '' AS schema, :reason AS reason, :entity AS entity, :row AS row,
                       :owner AS patient_id, :before AS before, :after AS after,
                       coalesce((SELECT hash FROM audit ORDER BY id DESC LIMIT 1), x'') AS previous)
            """,  # noqa: S608  our own column names
            {
                **old,
                "row": "/".join(str(changed[column]) for column in _M004_KEYS[entity]),
                "owner": owner,
            },
        )
    db.execute("DROP TABLE audit_before")


@migrations()
def m005_typed_texts_have_authors(db: Database) -> None:
    """What was typed into a visit so far is its rater's; the trail follows it from table to table."""
    db.execute(
        """
        INSERT INTO typed_text (author, place, subject, field, text, at)
        SELECT visit.rater, 'visit', visit_id, field, text, visit.started_at
          FROM raw_text JOIN visit ON visit.id = visit_id
        """
    )
    db.execute("DELETE FROM raw_text")


@migrations()
def m006_no_raw_text(db: Database) -> None:
    db.execute("DROP TABLE raw_text")


@migrations()
def m007_decisions(db: Database) -> None:
    """One table of what people decided about findings."""
    for statement in _M007.split(";\n\n"):
        db.execute(statement)


@migrations()
def m007b_acknowledgements_are_decisions(db: Database) -> None:
    """Each alert that was acknowledged becomes a decision on its action; the trail follows it."""
    for row in list(db.query("SELECT * FROM acknowledgement ORDER BY at, rowid")):
        made = decision_of(row)
        db.execute(
            f"INSERT INTO decision ({', '.join(made)})"  # noqa: S608  our own column names
            f" VALUES ({', '.join(f':{name}' for name in made)})",
            made,
        )
    db.execute("DELETE FROM acknowledgement")
    db.execute("DROP TABLE acknowledgement")


@migrations()
def m008_deviations(db: Database) -> None:
    """Whether a criterion may be deviated from is the investigator's decision; what others said is a proposal."""
    db.execute(
        "ALTER TABLE criterion_result ADD COLUMN proposed INTEGER NOT NULL DEFAULT 0"
        " CHECK (proposed IN (0, 1))"
    )
    db.execute(
        "UPDATE criterion_result SET proposed = 1 WHERE waiver <> ''"
        " AND waived_by NOT IN (SELECT login FROM user WHERE role = 'neurologist')"
    )
    for statement in _M008.split(";\n\n"):
        db.execute(statement)


@migrations()
def m009_file_names(db: Database) -> None:
    """A clinic may say that the names of saved files hold the record number and the day."""
    db.execute(
        "ALTER TABLE clinic ADD COLUMN telling_file_names INTEGER NOT NULL DEFAULT 0"
        " CHECK (telling_file_names IN (0, 1))"
    )


@migrations()
def m010_forms(db: Database) -> None:
    """Records of forms that are data, and what was asked about them at a visit."""
    for statement in _M010.split(";\n\n"):
        db.execute(statement)


@migrations()
def m011_attachments(db: Database) -> None:
    """Files that are attached to records, in a table of their own."""
    for statement in _M011.split(";\n\n"):
        db.execute(statement)


@migrations()
def m011b_registers(db: Database) -> None:
    """The clinic's logs of rater training and of spirometer checks."""
    for statement in _M011B.split(";\n\n"):
        db.execute(statement)


@migrations()
def m012_laboratory(db: Database) -> None:
    """Laboratory results, and the clinic's laboratories with their reference ranges."""
    for statement in _M012.split(";\n\n"):
        db.execute(statement)


@migrations()
def m013_terms(db: Database) -> None:
    """The clinic's synonyms for terms of adverse events, and dictionaries that it imported."""
    for statement in _M013.split(";\n\n"):
        db.execute(statement)


@migrations()
def m014_records_of_a_form(db: Database) -> None:
    """What is read of one form for the whole clinic is found without the records of all the others."""
    db.execute("CREATE INDEX record_of_form ON record (form, within)")


@migrations()
def m015_schedule_moves(db: Database) -> None:
    """From which version of their schedule a patient was moved to which: earlier visits keep theirs."""
    for statement in _M015.split(";\n\n"):
        db.execute(statement)


@migrations()
def m016_patient_sheet(db: Database) -> None:
    """The sheet for the patient: words that a clinician wrote, and when and where the clinic is called."""
    for statement in _M016.split(";\n\n"):
        db.execute(statement)


@migrations()
def m017_appointments(db: Database) -> None:
    """When patients come for planned visits."""
    for statement in _M017.split(";\n\n"):
        db.execute(statement)


@migrations()
def m018_notation(db: Database) -> None:
    """A clinic says how days and pressures of gases are shown."""
    db.execute(
        "ALTER TABLE clinic ADD COLUMN day_style TEXT NOT NULL DEFAULT 'letters'"
        " CHECK (day_style IN ('letters', 'iso', 'points'))"
    )
    db.execute(
        "ALTER TABLE clinic ADD COLUMN gas_unit TEXT NOT NULL DEFAULT 'mmHg'"
        " CHECK (gas_unit IN ('mmHg', 'kPa'))"
    )


@migrations()
def m021_export_secret(db: Database) -> None:
    """What de-identified exports are coded with: made by chance, once for each file, and never changed."""
    for statement in _M021.split(";\n\n"):
        db.execute(statement)
    db.execute("INSERT INTO export_secret (id, secret) VALUES (1, ?)", [secrets.token_bytes(32)])


@migrations()
def m022_not_done_remotely(db: Database) -> None:
    """Something may be left undone because the visit was by telephone or video.

    Only what the columns may hold changes, so no table is made anew: SQLite names this way of changing a check itself
    (https://www.sqlite.org/lang_altertable.html#otheralter).
    """
    db.execute("PRAGMA writable_schema = ON")
    db.execute(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table'",
        ("'no_equipment', 'not_asked')", "'no_equipment', 'not_asked', 'remote')"),
    )
    db.execute("PRAGMA writable_schema = RESET")


def decision_of(acknowledgement: dict[str, Any]) -> dict[str, Any]:
    """The row of a decision that says what an acknowledgement of an alert said."""
    key = str(acknowledgement["alert"])
    key = "A19.speech" if key == "A16.speech" else key
    alert = key.partition(".")[0]
    return {
        "id": acknowledgement["id"],
        "patient_id": acknowledgement["patient_id"],
        "kind": "action",
        "subject": _M007_ACTION.get(alert, alert or "?"),
        "choice": "noted",
        "reason": acknowledgement["reason"],
        "review_on": None,
        "facts": json.dumps({key: acknowledgement["value"]}),
        "visit_id": acknowledgement["visit_id"],
        "by": acknowledgement["by"],
        "at": acknowledgement["at"],
    }


# A partial date is an ISO prefix (2012, 2012-09, 2012-09-15): padded with -01 it must be a real day.
_PARTIAL = (
    "length({0}) IN (4, 7, 10)"
    " AND date(substr({0} || '-01-01', 1, 10)) IS substr({0} || '-01-01', 1, 10)"
)

_M001 = f"""
CREATE TABLE clinic (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    name          TEXT NOT NULL CHECK (trim(name) <> ''),
    letterhead    TEXT NOT NULL,
    protocol      TEXT NOT NULL,
    equation      TEXT NOT NULL,
    demonstration INTEGER NOT NULL CHECK (demonstration IN (0, 1))
) STRICT;

CREATE TABLE user (
    login      TEXT PRIMARY KEY COLLATE NOCASE CHECK (trim(login) <> ''),
    full_name  TEXT NOT NULL CHECK (trim(full_name) <> ''),
    created_at TEXT NOT NULL CHECK (datetime(created_at) IS NOT NULL)
) STRICT;

CREATE TABLE patient (
    id                     TEXT PRIMARY KEY,
    record_number          TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (trim(record_number) <> ''),
    family_name            TEXT NOT NULL,
    given_name             TEXT NOT NULL,
    sex                    TEXT NOT NULL CHECK (sex IN ('female', 'male', 'unknown')),
    born                   TEXT CHECK (born IS date(born)),
    stated_age_years       INTEGER CHECK (stated_age_years BETWEEN 0 AND 120),
    stated_duration_months REAL CHECK (stated_duration_months >= 0),
    stated_on              TEXT CHECK (stated_on IS date(stated_on)),
    onset_region           TEXT NOT NULL
        CHECK (onset_region IN ('bulbar', 'limb', 'respiratory', 'unknown')),
    onset                  TEXT CHECK (onset IS NULL OR ({_PARTIAL.format("onset")})),
    diagnosis              TEXT CHECK (diagnosis IS NULL OR ({_PARTIAL.format("diagnosis")})),
    height_cm              REAL CHECK (height_cm BETWEEN 50 AND 250),
    protocol               TEXT NOT NULL,
    protocol_version       TEXT NOT NULL,
    reference_on           TEXT CHECK (reference_on IS date(reference_on)),
    registered_on          TEXT NOT NULL CHECK (registered_on IS date(registered_on)),
    note                   TEXT NOT NULL
) STRICT;

CREATE TABLE external_result (
    id          TEXT PRIMARY KEY,
    patient_id  TEXT NOT NULL REFERENCES patient,
    kind        TEXT NOT NULL CHECK (kind IN ('alsfrs_r_total', 'fvc_percent')),
    value       REAL NOT NULL CHECK (
        CASE kind WHEN 'alsfrs_r_total' THEN value BETWEEN 0 AND 48 AND value = round(value)
                  ELSE value > 0 AND value < 250 END),
    measured_on TEXT CHECK (measured_on IS date(measured_on)),
    source      TEXT NOT NULL
) STRICT;

CREATE TABLE visit (
    id          TEXT PRIMARY KEY,
    patient_id  TEXT NOT NULL REFERENCES patient,
    kind        TEXT NOT NULL CHECK (kind IN ('scheduled', 'unscheduled')),
    code        TEXT CHECK ((code IS NULL) = (kind = 'unscheduled')),
    date        TEXT NOT NULL CHECK (date IS date(date)),
    state       TEXT NOT NULL CHECK (state IN ('draft', 'finished')),
    rater       TEXT NOT NULL REFERENCES user,
    mode        TEXT CHECK (mode IN ('in_person', 'phone', 'video', 'paper_mailed')),
    respondent  TEXT
        CHECK (respondent IN ('patient', 'patient_via_caregiver', 'caregiver_proxy')),
    weight_kg   REAL CHECK (weight_kg > 0 AND weight_kg < 400),
    new_events  INTEGER CHECK (new_events IN (0, 1)),
    note        TEXT NOT NULL,
    started_at  TEXT NOT NULL CHECK (datetime(started_at) IS NOT NULL),
    finished_at TEXT CHECK ((finished_at IS NOT NULL) = (state = 'finished'))
) STRICT;

CREATE INDEX visit_of_patient ON visit (patient_id, date);

CREATE TABLE visit_mark (
    patient_id TEXT NOT NULL REFERENCES patient,
    code       TEXT NOT NULL,
    mark       TEXT NOT NULL CHECK (mark IN ('missed', 'skipped', 'cancelled')),
    reason     TEXT NOT NULL CHECK (trim(reason) <> ''),
    PRIMARY KEY (patient_id, code)
) STRICT;

CREATE TABLE form (
    visit_id   TEXT NOT NULL REFERENCES visit,
    instrument TEXT NOT NULL,
    version    TEXT NOT NULL,
    not_done   TEXT CHECK (not_done IN
        ('refused', 'too_unwell', 'not_applicable', 'no_time', 'no_equipment', 'not_asked')),
    PRIMARY KEY (visit_id, instrument)
) STRICT;

CREATE TABLE answer (
    visit_id   TEXT NOT NULL,
    instrument TEXT NOT NULL,
    slot       TEXT NOT NULL,
    item       TEXT NOT NULL,
    value      INTEGER CHECK (value BETWEEN 0 AND 100),
    not_done   TEXT CHECK (not_done IN
        ('refused', 'too_unwell', 'not_applicable', 'no_time', 'no_equipment', 'not_asked')),
    note       TEXT NOT NULL,
    PRIMARY KEY (visit_id, instrument, slot),
    FOREIGN KEY (visit_id, instrument) REFERENCES form,
    CHECK ((value IS NULL) <> (not_done IS NULL))
) STRICT;

CREATE TABLE spirometry (
    id        TEXT PRIMARY KEY,
    visit_id  TEXT NOT NULL REFERENCES visit,
    test_type TEXT NOT NULL CHECK (test_type IN ('fvc', 'svc')),
    position  TEXT NOT NULL CHECK (position IN ('sitting', 'supine')),
    device    TEXT NOT NULL,
    height_cm REAL CHECK (height_cm BETWEEN 50 AND 250),
    equation  TEXT NOT NULL,
    not_done  TEXT CHECK (not_done IN
        ('refused', 'too_unwell', 'not_applicable', 'no_time', 'no_equipment', 'not_asked'))
) STRICT;

CREATE INDEX spirometry_of_visit ON spirometry (visit_id);

CREATE TABLE blow (
    spirometry_id TEXT NOT NULL REFERENCES spirometry,
    number        INTEGER NOT NULL CHECK (number BETWEEN 1 AND 8),
    volume_ml     INTEGER NOT NULL CHECK (volume_ml BETWEEN 1 AND 12000),
    quality       TEXT NOT NULL CHECK (quality IN ('acceptable', 'usable', 'rejected')),
    remark        TEXT NOT NULL,
    PRIMARY KEY (spirometry_id, number)
) STRICT;

CREATE TABLE adverse_event (
    id         TEXT PRIMARY KEY,
    patient_id TEXT NOT NULL REFERENCES patient,
    visit_id   TEXT REFERENCES visit,
    term       TEXT NOT NULL CHECK (trim(term) <> ''),
    coded_term TEXT NOT NULL,
    onset      TEXT NOT NULL CHECK ({_PARTIAL.format("onset")}),
    ended      TEXT CHECK (ended IS NULL OR ({_PARTIAL.format("ended")})),
    grade      INTEGER NOT NULL CHECK (grade BETWEEN 1 AND 5),
    serious    INTEGER NOT NULL CHECK (serious IN (0, 1)),
    outcome    TEXT NOT NULL CHECK (outcome IN ('recovered', 'recovered_with_sequelae',
        'recovering', 'not_recovered', 'fatal', 'unknown')),
    note       TEXT NOT NULL
) STRICT;

CREATE INDEX adverse_event_of_patient ON adverse_event (patient_id);

CREATE TABLE milestone (
    id          TEXT PRIMARY KEY,
    patient_id  TEXT NOT NULL REFERENCES patient,
    kind        TEXT NOT NULL CHECK (kind IN ('niv', 'gastrostomy', 'nasogastric_tube',
        'tracheostomy', 'cough_assist', 'wheelchair', 'withdrawal', 'death')),
    happened_on TEXT NOT NULL CHECK ({_PARTIAL.format("happened_on")}),
    note        TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX one_death ON milestone (patient_id) WHERE kind = 'death';

CREATE TABLE task_result (
    visit_id TEXT NOT NULL REFERENCES visit,
    task     TEXT NOT NULL,
    done     INTEGER NOT NULL CHECK (done IN (0, 1)),
    note     TEXT NOT NULL CHECK (done = 1 OR trim(note) <> ''),
    PRIMARY KEY (visit_id, task)
) STRICT;

CREATE TABLE raw_text (
    visit_id TEXT NOT NULL REFERENCES visit,
    field    TEXT NOT NULL,
    text     TEXT NOT NULL,
    PRIMARY KEY (visit_id, field)
) STRICT;

CREATE TABLE audit (
    id     INTEGER PRIMARY KEY,
    at     TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ')),
    actor  TEXT NOT NULL,
    reason TEXT NOT NULL,
    entity TEXT NOT NULL,
    before TEXT,
    after  TEXT
) STRICT;

CREATE TRIGGER audit_is_append_only_update BEFORE UPDATE ON audit
    BEGIN SELECT raise(ABORT, 'the audit trail is append-only'); END;

CREATE TRIGGER audit_is_append_only_delete BEFORE DELETE ON audit
    BEGIN SELECT raise(ABORT, 'the audit trail is append-only'); END
"""

_NOT_DONE = "'refused', 'too_unwell', 'not_applicable', 'no_time', 'no_equipment', 'not_asked'"

_M002 = f"""
ALTER TABLE patient ADD COLUMN reference_group TEXT NOT NULL DEFAULT '';

ALTER TABLE visit ADD COLUMN clinical_stage TEXT
    CHECK (clinical_stage IN ('1', '2', '3', '4A', '4B', '5'));

ALTER TABLE form ADD COLUMN rater TEXT REFERENCES user;

ALTER TABLE form ADD COLUMN mode TEXT
    CHECK (mode IN ('in_person', 'phone', 'video', 'paper_mailed'));

ALTER TABLE form ADD COLUMN respondent TEXT
    CHECK (respondent IN ('patient', 'patient_via_caregiver', 'caregiver_proxy'));

ALTER TABLE form ADD COLUMN interpreter INTEGER CHECK (interpreter IN (0, 1));

ALTER TABLE form ADD COLUMN compared_at TEXT
    CHECK (compared_at IS NULL OR datetime(compared_at) IS NOT NULL);

ALTER TABLE answer ADD COLUMN corrected TEXT NOT NULL DEFAULT '';

ALTER TABLE spirometry ADD COLUMN equation_version TEXT NOT NULL DEFAULT '';

ALTER TABLE spirometry ADD COLUMN sex TEXT NOT NULL DEFAULT 'unknown'
    CHECK (sex IN ('female', 'male', 'unknown'));

ALTER TABLE spirometry ADD COLUMN age_years REAL CHECK (age_years BETWEEN 0 AND 130);

ALTER TABLE spirometry ADD COLUMN reference_group INTEGER CHECK (reference_group BETWEEN 1 AND 9);

ALTER TABLE spirometry ADD COLUMN interface TEXT CHECK (interface IN ('mouthpiece', 'face_mask'));

ALTER TABLE spirometry ADD COLUMN device_percent REAL
    CHECK (device_percent > 0 AND device_percent < 250);

ALTER TABLE blow ADD COLUMN fev1_ml INTEGER CHECK (fev1_ml BETWEEN 1 AND 12000);

CREATE TABLE measurement (
    visit_id TEXT NOT NULL REFERENCES visit,
    kind     TEXT NOT NULL,
    value    REAL,
    not_done TEXT CHECK (not_done IN ({_NOT_DONE})),
    note     TEXT NOT NULL,
    PRIMARY KEY (visit_id, kind),
    CHECK ((value IS NULL) <> (not_done IS NULL))
) STRICT;

CREATE TABLE reconciliation (
    visit_id   TEXT NOT NULL,
    instrument TEXT NOT NULL,
    rule       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    found      TEXT NOT NULL,
    decision   TEXT NOT NULL CHECK (decision IN ('kept', 'corrected')),
    reason     TEXT NOT NULL CHECK (trim(reason) <> ''),
    by         TEXT NOT NULL REFERENCES user,
    at         TEXT NOT NULL CHECK (datetime(at) IS NOT NULL),
    PRIMARY KEY (visit_id, instrument, rule, subject),
    FOREIGN KEY (visit_id, instrument) REFERENCES form
) STRICT;

CREATE TABLE acknowledgement (
    id         TEXT PRIMARY KEY,
    patient_id TEXT NOT NULL REFERENCES patient,
    alert      TEXT NOT NULL,
    visit_id   TEXT REFERENCES visit,
    value      REAL,
    reason     TEXT NOT NULL CHECK (trim(reason) <> ''),
    by         TEXT NOT NULL REFERENCES user,
    at         TEXT NOT NULL CHECK (datetime(at) IS NOT NULL)
) STRICT;

CREATE INDEX acknowledgement_of_patient ON acknowledgement (patient_id);

CREATE TABLE criterion_result (
    patient_id TEXT NOT NULL REFERENCES patient,
    protocol   TEXT NOT NULL,
    version    TEXT NOT NULL,
    criterion  TEXT NOT NULL,
    met        INTEGER CHECK (met IN (0, 1)),
    note       TEXT NOT NULL,
    waiver     TEXT NOT NULL,
    waived_by  TEXT REFERENCES user,
    waived_at  TEXT CHECK (waived_at IS NULL OR datetime(waived_at) IS NOT NULL),
    PRIMARY KEY (patient_id, protocol, version, criterion),
    CHECK ((trim(waiver) <> '') = (waived_by IS NOT NULL AND waived_at IS NOT NULL))
) STRICT;

CREATE TABLE threshold (
    id    TEXT PRIMARY KEY,
    value REAL NOT NULL
) STRICT
"""

_M004 = """
ALTER TABLE user ADD COLUMN role TEXT NOT NULL DEFAULT 'neurologist'
    CHECK (role IN ('nurse', 'neurologist', 'monitor', 'administrator'));

ALTER TABLE user ADD COLUMN disabled_at TEXT
    CHECK (disabled_at IS NULL OR datetime(disabled_at) IS NOT NULL);

ALTER TABLE user ADD COLUMN must_change INTEGER NOT NULL DEFAULT 0 CHECK (must_change IN (0, 1));

ALTER TABLE user ADD COLUMN password_at TEXT
    CHECK (password_at IS NULL OR datetime(password_at) IS NOT NULL);

ALTER TABLE clinic ADD COLUMN idle_lock_min INTEGER NOT NULL DEFAULT 5
    CHECK (idle_lock_min BETWEEN 1 AND 15);

ALTER TABLE visit ADD COLUMN paper_on TEXT CHECK (paper_on IS date(paper_on));

ALTER TABLE visit ADD COLUMN paper_by TEXT NOT NULL DEFAULT '';

CREATE TABLE typed_text (
    author  TEXT NOT NULL REFERENCES user,
    place   TEXT NOT NULL CHECK (trim(place) <> ''),
    subject TEXT NOT NULL,
    field   TEXT NOT NULL,
    text    TEXT NOT NULL,
    at      TEXT NOT NULL CHECK (datetime(at) IS NOT NULL),
    PRIMARY KEY (author, place, subject, field)
) STRICT;

CREATE TABLE signature (
    id             TEXT PRIMARY KEY,
    visit_id       TEXT NOT NULL REFERENCES visit,
    signed_by      TEXT NOT NULL REFERENCES user,
    printed_name   TEXT NOT NULL CHECK (trim(printed_name) <> ''),
    role           TEXT NOT NULL,
    meaning        TEXT NOT NULL CHECK (meaning IN ('reviewed', 'approved', 'responsible')),
    signed_at      TEXT NOT NULL CHECK (datetime(signed_at) IS NOT NULL),
    data_hash      TEXT NOT NULL CHECK (length(data_hash) = 64),
    shown          TEXT NOT NULL,
    shown_hash     TEXT NOT NULL CHECK (length(shown_hash) = 64),
    trail_sequence INTEGER NOT NULL
) STRICT;

CREATE INDEX signature_of_visit ON signature (visit_id);

CREATE TRIGGER signature_stays_update BEFORE UPDATE ON signature
    BEGIN SELECT raise(ABORT, 'a signature is never changed'); END;

CREATE TRIGGER signature_stays_delete BEFORE DELETE ON signature
    BEGIN SELECT raise(ABORT, 'a signature is never removed'); END;

CREATE TABLE lock (
    id            TEXT PRIMARY KEY,
    level         TEXT NOT NULL CHECK (level IN ('form', 'visit', 'patient', 'database')),
    subject       TEXT NOT NULL CHECK ((subject = '') = (level = 'database')),
    patient_id    TEXT REFERENCES patient CHECK ((patient_id IS NULL) = (level = 'database')),
    locked_by     TEXT NOT NULL REFERENCES user,
    locked_at     TEXT NOT NULL CHECK (datetime(locked_at) IS NOT NULL),
    reason        TEXT NOT NULL CHECK (trim(reason) <> ''),
    unlocked_by   TEXT REFERENCES user,
    unlocked_at   TEXT CHECK (unlocked_at IS NULL OR datetime(unlocked_at) IS NOT NULL),
    unlock_reason TEXT NOT NULL,
    CHECK ((unlocked_at IS NULL) = (unlocked_by IS NULL)),
    CHECK ((unlocked_at IS NULL) = (trim(unlock_reason) = ''))
) STRICT;

CREATE UNIQUE INDEX lock_holds ON lock (level, subject) WHERE unlocked_at IS NULL;

CREATE TRIGGER lock_is_only_unlocked BEFORE UPDATE ON lock
    WHEN OLD.unlocked_at IS NOT NULL
      OR (OLD.id, OLD.level, OLD.subject, OLD.patient_id, OLD.locked_by, OLD.locked_at, OLD.reason)
         IS NOT (NEW.id, NEW.level, NEW.subject, NEW.patient_id, NEW.locked_by, NEW.locked_at, NEW.reason)
    BEGIN SELECT raise(ABORT, 'a lock is only unlocked'); END;

CREATE TRIGGER lock_stays BEFORE DELETE ON lock
    BEGIN SELECT raise(ABORT, 'a lock is never removed'); END;

CREATE TABLE data_query (
    id         TEXT PRIMARY KEY,
    patient_id TEXT NOT NULL REFERENCES patient,
    visit_id   TEXT REFERENCES visit,
    step       TEXT NOT NULL,
    field      TEXT NOT NULL,
    label      TEXT NOT NULL,
    rule       TEXT NOT NULL,
    text       TEXT NOT NULL CHECK (trim(text) <> ''),
    opened_by  TEXT NOT NULL REFERENCES user,
    opened_at  TEXT NOT NULL CHECK (datetime(opened_at) IS NOT NULL),
    closed_by  TEXT REFERENCES user,
    closed_at  TEXT CHECK (closed_at IS NULL OR datetime(closed_at) IS NOT NULL),
    CHECK ((closed_at IS NULL) = (closed_by IS NULL))
) STRICT;

CREATE INDEX data_query_of_patient ON data_query (patient_id);

CREATE TABLE query_reply (
    query_id TEXT NOT NULL REFERENCES data_query,
    number   INTEGER NOT NULL CHECK (number > 0),
    by       TEXT NOT NULL REFERENCES user,
    at       TEXT NOT NULL CHECK (datetime(at) IS NOT NULL),
    text     TEXT NOT NULL CHECK (trim(text) <> ''),
    asks     INTEGER NOT NULL CHECK (asks IN (0, 1)),
    PRIMARY KEY (query_id, number)
) STRICT;

CREATE TRIGGER data_query_stays BEFORE DELETE ON data_query
    BEGIN SELECT raise(ABORT, 'a question is never removed'); END;

CREATE TRIGGER data_query_is_only_closed BEFORE UPDATE ON data_query
    WHEN (OLD.id, OLD.patient_id, OLD.step, OLD.field, OLD.label, OLD.rule, OLD.text, OLD.opened_by,
          OLD.opened_at)
         IS NOT (NEW.id, NEW.patient_id, NEW.step, NEW.field, NEW.label, NEW.rule, NEW.text,
                 NEW.opened_by, NEW.opened_at)
    BEGIN SELECT raise(ABORT, 'a question is only closed or asked again'); END;

CREATE TRIGGER data_query_is_closed_by_right BEFORE UPDATE OF closed_by, closed_at ON data_query
    WHEN (OLD.closed_by, OLD.closed_at) IS NOT (NEW.closed_by, NEW.closed_at)
    BEGIN SELECT audit_actor('query closed'); END;

CREATE TRIGGER query_reply_stays_update BEFORE UPDATE ON query_reply
    WHEN (OLD.query_id, OLD.number, OLD.by, OLD.at, OLD.text, OLD.asks)
         IS NOT (NEW.query_id, NEW.number, NEW.by, NEW.at, NEW.text, NEW.asks)
    BEGIN SELECT raise(ABORT, 'an answer is never changed'); END;

CREATE TRIGGER query_reply_stays_delete BEFORE DELETE ON query_reply
    BEGIN SELECT raise(ABORT, 'an answer is never removed'); END;

ALTER TABLE audit RENAME TO audit_before;

DROP TRIGGER audit_is_append_only_update;

DROP TRIGGER audit_is_append_only_delete;

CREATE TABLE audit (
    id             INTEGER PRIMARY KEY,
    at             TEXT NOT NULL,
    utc_offset_min INTEGER NOT NULL,
    actor          TEXT NOT NULL,
    workstation    TEXT NOT NULL,
    program        TEXT NOT NULL,
    schema         TEXT NOT NULL,
    reason         TEXT NOT NULL,
    entity         TEXT NOT NULL,
    row            TEXT NOT NULL,
    patient_id     TEXT,
    before         TEXT,
    after          TEXT,
    previous       BLOB NOT NULL,
    hash           BLOB NOT NULL
) STRICT;

CREATE INDEX audit_of_patient ON audit (patient_id) WHERE patient_id IS NOT NULL;

CREATE TABLE audit_head (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    sequence INTEGER NOT NULL,
    mac      BLOB NOT NULL
) STRICT;

CREATE TRIGGER audit_is_append_only_update BEFORE UPDATE ON audit
    BEGIN SELECT raise(ABORT, 'the audit trail is append-only'); END;

CREATE TRIGGER audit_is_append_only_delete BEFORE DELETE ON audit
    BEGIN SELECT raise(ABORT, 'the audit trail is append-only'); END
"""

_M004_HASHED = (
    "id, at, utc_offset_min, actor, workstation, program, schema, reason, entity, row, patient_id,"
    " before, after, previous"
)
_M004_KEYS = {
    "clinic": ("id",),
    "user": ("login",),
    "patient": ("id",),
    "external_result": ("id",),
    "visit": ("id",),
    "visit_mark": ("patient_id", "code"),
    "form": ("visit_id", "instrument"),
    "answer": ("visit_id", "instrument", "slot"),
    "spirometry": ("id",),
    "blow": ("spirometry_id", "number"),
    "adverse_event": ("id",),
    "milestone": ("id",),
    "task_result": ("visit_id", "task"),
    "raw_text": ("visit_id", "field"),
    "measurement": ("visit_id", "kind"),
    "reconciliation": ("visit_id", "instrument", "rule", "subject"),
    "acknowledgement": ("id",),
    "criterion_result": ("patient_id", "protocol", "version", "criterion"),
    "threshold": ("id",),
}

_M007 = """
CREATE TABLE decision (
    id         TEXT PRIMARY KEY,
    patient_id TEXT NOT NULL REFERENCES patient,
    kind       TEXT NOT NULL CHECK (trim(kind) <> ''),
    subject    TEXT NOT NULL CHECK (trim(subject) <> ''),
    choice     TEXT NOT NULL CHECK (trim(choice) <> ''),
    reason     TEXT NOT NULL CHECK (choice <> 'not_now' OR trim(reason) <> ''),
    review_on  TEXT CHECK (review_on IS date(review_on)),
    facts      TEXT NOT NULL CHECK (json_valid(facts) AND json_type(facts) = 'object'),
    visit_id   TEXT REFERENCES visit,
    by         TEXT NOT NULL REFERENCES user,
    at         TEXT NOT NULL CHECK (datetime(at) IS NOT NULL)
) STRICT;

CREATE INDEX decision_of_patient ON decision (patient_id)
"""

_M007_ACTION = {
    **dict.fromkeys(("A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "A12"), "breathing"),
    **dict.fromkeys(("A13", "A14", "A15", "A16"), "feeding"),
    **dict.fromkeys(("A10", "A11"), "progression"),
    "A17": "safety",
    "A18": "medicine",
    "A19": "communication",
}

_M008 = """
CREATE TRIGGER deviation_is_decided_by_right_insert BEFORE INSERT ON criterion_result
    WHEN NEW.waiver <> '' AND NEW.proposed = 0
     AND NOT EXISTS (
         SELECT 1 FROM criterion_result AS before
          WHERE (before.patient_id, before.protocol, before.version, before.criterion)
             IS (NEW.patient_id, NEW.protocol, NEW.version, NEW.criterion)
            AND (before.waiver, before.waived_by, before.waived_at, before.proposed)
             IS (NEW.waiver, NEW.waived_by, NEW.waived_at, NEW.proposed))
    BEGIN SELECT audit_actor('deviation decided'); END;

CREATE TRIGGER deviation_is_decided_by_right_update BEFORE UPDATE ON criterion_result
    WHEN (OLD.waiver, OLD.waived_by, OLD.waived_at, OLD.proposed)
         IS NOT (NEW.waiver, NEW.waived_by, NEW.waived_at, NEW.proposed)
     AND ((NEW.waiver <> '' AND NEW.proposed = 0) OR (OLD.waiver <> '' AND OLD.proposed = 0))
    BEGIN SELECT audit_actor('deviation decided'); END;

CREATE TRIGGER deviation_is_decided_by_right_delete BEFORE DELETE ON criterion_result
    WHEN OLD.waiver <> '' AND OLD.proposed = 0
    BEGIN SELECT audit_actor('deviation decided'); END
"""

_M010 = f"""
CREATE TABLE record (
    id         TEXT PRIMARY KEY,
    patient_id TEXT NOT NULL REFERENCES patient,
    visit_id   TEXT REFERENCES visit,
    within     TEXT REFERENCES record,
    form       TEXT NOT NULL CHECK (trim(form) <> ''),
    version    TEXT NOT NULL CHECK (trim(version) <> ''),
    not_done   TEXT CHECK (not_done IN ({_NOT_DONE})),
    entered_by TEXT NOT NULL REFERENCES user,
    entered_at TEXT NOT NULL CHECK (datetime(entered_at) IS NOT NULL)
) STRICT;

CREATE INDEX record_of_patient ON record (patient_id);

CREATE INDEX record_of_visit ON record (visit_id) WHERE visit_id IS NOT NULL;

CREATE TABLE item (
    record_id TEXT NOT NULL REFERENCES record,
    field     TEXT NOT NULL CHECK (trim(field) <> ''),
    value     ANY,
    not_done  TEXT CHECK (not_done IN ({_NOT_DONE})),
    note      TEXT NOT NULL,
    kept      TEXT NOT NULL,
    PRIMARY KEY (record_id, field),
    CHECK ((value IS NULL) <> (not_done IS NULL))
) STRICT;

CREATE TABLE record_check (
    visit_id  TEXT NOT NULL REFERENCES visit,
    form      TEXT NOT NULL CHECK (trim(form) <> ''),
    record_id TEXT NOT NULL,
    answer    TEXT NOT NULL CHECK (answer IN ('same', 'changed', 'ended', 'nothing_new', 'new')),
    PRIMARY KEY (visit_id, form, record_id),
    CHECK ((record_id = '') = (answer IN ('nothing_new', 'new')))
) STRICT;

CREATE TABLE definition (
    kind     TEXT NOT NULL CHECK (kind IN ('form', 'schedule')),
    id       TEXT NOT NULL CHECK (trim(id) <> ''),
    version  TEXT NOT NULL CHECK (trim(version) <> ''),
    text     TEXT NOT NULL,
    added_by TEXT NOT NULL REFERENCES user,
    added_at TEXT NOT NULL CHECK (datetime(added_at) IS NOT NULL),
    PRIMARY KEY (kind, id, version)
) STRICT;

CREATE TRIGGER definition_stays_update BEFORE UPDATE ON definition
    WHEN (OLD.kind, OLD.id, OLD.version, OLD.text, OLD.added_by, OLD.added_at)
         IS NOT (NEW.kind, NEW.id, NEW.version, NEW.text, NEW.added_by, NEW.added_at)
    BEGIN SELECT raise(ABORT, 'a definition is never changed'); END;

CREATE TRIGGER definition_stays_delete BEFORE DELETE ON definition
    BEGIN SELECT raise(ABORT, 'a definition is never removed'); END
"""

_M011 = """
CREATE TABLE attachment (
    id         TEXT PRIMARY KEY,
    patient_id TEXT NOT NULL REFERENCES patient,
    name       TEXT NOT NULL CHECK (trim(name) <> ''),
    media      TEXT NOT NULL CHECK (media IN ('application/pdf', 'image/jpeg', 'image/png')),
    size       INTEGER NOT NULL CHECK (size > 0),
    sha256     TEXT NOT NULL CHECK (length(sha256) = 64),
    taken_out  TEXT NOT NULL,
    added_by   TEXT NOT NULL REFERENCES user,
    added_at   TEXT NOT NULL CHECK (datetime(added_at) IS NOT NULL),
    content    BLOB NOT NULL CHECK (length(content) = size)
) STRICT;

CREATE INDEX attachment_of_patient ON attachment (patient_id);

CREATE TRIGGER attachment_stays_as_it_is BEFORE UPDATE ON attachment
    BEGIN SELECT raise(ABORT, 'an attached file is never changed'); END;

CREATE TRIGGER attachment_goes_with_a_reason BEFORE DELETE ON attachment
    WHEN trim(audit_reason()) = ''
    BEGIN SELECT raise(ABORT, 'an attached file is removed with a reason'); END
"""

_M011B = """
CREATE TABLE rater_training (
    id          TEXT PRIMARY KEY,
    person      TEXT NOT NULL REFERENCES user,
    topic       TEXT NOT NULL CHECK (trim(topic) <> ''),
    trained_on  TEXT NOT NULL CHECK (trained_on IS date(trained_on)),
    trained_by  TEXT NOT NULL CHECK (trim(trained_by) <> ''),
    expires_on  TEXT CHECK (expires_on IS date(expires_on) AND expires_on >= trained_on),
    certificate TEXT NOT NULL,
    note        TEXT NOT NULL,
    entered_by  TEXT NOT NULL REFERENCES user,
    entered_at  TEXT NOT NULL CHECK (datetime(entered_at) IS NOT NULL)
) STRICT;

CREATE TABLE calibration_check (
    id                TEXT PRIMARY KEY,
    device            TEXT NOT NULL CHECK (trim(device) <> ''),
    checked_on        TEXT NOT NULL CHECK (checked_on IS date(checked_on)),
    syringe_ml        INTEGER NOT NULL CHECK (syringe_ml BETWEEN 500 AND 10000),
    low_flow_ml       INTEGER NOT NULL CHECK (low_flow_ml BETWEEN 50 AND 12000),
    middle_flow_ml    INTEGER NOT NULL CHECK (middle_flow_ml BETWEEN 50 AND 12000),
    high_flow_ml      INTEGER NOT NULL CHECK (high_flow_ml BETWEEN 50 AND 12000),
    tolerance_percent REAL NOT NULL CHECK (tolerance_percent > 0),
    note              TEXT NOT NULL,
    entered_by        TEXT NOT NULL REFERENCES user,
    entered_at        TEXT NOT NULL CHECK (datetime(entered_at) IS NOT NULL)
) STRICT
"""

_M012 = f"""
CREATE TABLE laboratory (
    id   TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (trim(name) <> ''),
    note TEXT NOT NULL
) STRICT;

CREATE TABLE reference_range (
    id            TEXT PRIMARY KEY,
    laboratory_id TEXT NOT NULL REFERENCES laboratory,
    test          TEXT NOT NULL CHECK (trim(test) <> ''),
    sex           TEXT CHECK (sex IN ('female', 'male')),
    from_age      INTEGER CHECK (from_age BETWEEN 0 AND 130),
    below_age     INTEGER CHECK (below_age BETWEEN 1 AND 131 AND below_age > coalesce(from_age, 0)),
    valid_from    TEXT NOT NULL CHECK (valid_from IS date(valid_from)),
    unit          TEXT NOT NULL,
    low           REAL,
    high          REAL CHECK (low <= high)
) STRICT;

CREATE TABLE lab_result (
    id         TEXT PRIMARY KEY,
    patient_id TEXT NOT NULL REFERENCES patient,
    visit_id   TEXT REFERENCES visit,
    test       TEXT NOT NULL CHECK (trim(test) <> ''),
    taken_on   TEXT NOT NULL CHECK (taken_on IS date(taken_on)),
    taken_at   TEXT CHECK (taken_at IS strftime('%H:%M', taken_at)),
    comparator TEXT CHECK (comparator IN ('<', '>')),
    value      REAL,
    unit       TEXT NOT NULL,
    choice     TEXT NOT NULL,
    typed      TEXT NOT NULL,
    typed_unit TEXT NOT NULL,
    low        REAL,
    high       REAL CHECK (low <= high),
    sex        TEXT NOT NULL CHECK (sex IN ('female', 'male', 'unknown')),
    age_years  REAL CHECK (age_years BETWEEN 0 AND 130),
    laboratory TEXT NOT NULL,
    not_done   TEXT CHECK (not_done IN ({_NOT_DONE})),
    note       TEXT NOT NULL,
    entered_by TEXT NOT NULL REFERENCES user,
    entered_at TEXT NOT NULL CHECK (datetime(entered_at) IS NOT NULL),
    CHECK ((value IS NOT NULL) + (choice <> '') + (not_done IS NOT NULL) = 1),
    CHECK (comparator IS NULL OR value IS NOT NULL)
) STRICT;

CREATE INDEX lab_result_of_patient ON lab_result (patient_id);

CREATE INDEX lab_result_of_visit ON lab_result (visit_id) WHERE visit_id IS NOT NULL
"""

_M013 = """
CREATE TABLE synonym (
    text     TEXT PRIMARY KEY CHECK (trim(text) <> ''),
    term     TEXT NOT NULL CHECK (trim(term) <> ''),
    added_by TEXT NOT NULL REFERENCES user,
    added_at TEXT NOT NULL CHECK (datetime(added_at) IS NOT NULL)
) STRICT;

CREATE TABLE dictionary (
    kind     TEXT NOT NULL CHECK (kind IN ('ctcae', 'meddra')),
    version  TEXT NOT NULL CHECK (trim(version) <> ''),
    terms    INTEGER NOT NULL CHECK (terms > 0),
    sha256   TEXT NOT NULL CHECK (length(sha256) = 64),
    added_by TEXT NOT NULL REFERENCES user,
    added_at TEXT NOT NULL CHECK (datetime(added_at) IS NOT NULL),
    content  BLOB NOT NULL,
    PRIMARY KEY (kind, version)
) STRICT
"""

_M015 = """
CREATE TABLE schedule_move (
    id           TEXT PRIMARY KEY,
    patient_id   TEXT NOT NULL REFERENCES patient,
    from_version TEXT NOT NULL CHECK (trim(from_version) <> ''),
    to_version   TEXT NOT NULL CHECK (trim(to_version) <> '' AND to_version <> from_version),
    moved_by     TEXT NOT NULL REFERENCES user,
    moved_at     TEXT NOT NULL CHECK (datetime(moved_at) IS NOT NULL),
    reason       TEXT NOT NULL CHECK (trim(reason) <> '')
) STRICT;

CREATE INDEX schedule_move_of_patient ON schedule_move (patient_id)
"""

_M016 = """
CREATE TABLE sheet_text (
    patient_id TEXT NOT NULL REFERENCES patient,
    visit_id   TEXT NOT NULL REFERENCES visit,
    field      TEXT NOT NULL CHECK (trim(field) <> ''),
    text       TEXT NOT NULL,
    instead_of TEXT NOT NULL,
    edited_by  TEXT NOT NULL REFERENCES user,
    edited_at  TEXT NOT NULL CHECK (datetime(edited_at) IS NOT NULL),
    PRIMARY KEY (visit_id, field)
) STRICT;

CREATE INDEX sheet_text_of_patient ON sheet_text (patient_id);

ALTER TABLE clinic ADD COLUMN phone TEXT NOT NULL DEFAULT '';

ALTER TABLE clinic ADD COLUMN call_us TEXT NOT NULL DEFAULT ''
"""

_M017 = """
CREATE TABLE appointment (
    id         TEXT PRIMARY KEY,
    patient_id TEXT NOT NULL REFERENCES patient,
    code       TEXT NOT NULL CHECK (trim(code) <> ''),
    day        TEXT NOT NULL CHECK (day IS date(day)),
    time       TEXT CHECK (time IS strftime('%H:%M', time) AND time < '24:00'),
    note       TEXT NOT NULL CHECK (length(note) <= 80),
    entered_by TEXT NOT NULL REFERENCES user,
    entered_at TEXT NOT NULL CHECK (datetime(entered_at) IS NOT NULL)
) STRICT;

CREATE INDEX appointment_of_patient ON appointment (patient_id)
"""

_M021 = """
CREATE TABLE export_secret (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    secret BLOB NOT NULL CHECK (length(secret) = 32)
) STRICT;

CREATE TRIGGER export_secret_stays_as_it_is BEFORE UPDATE ON export_secret
BEGIN SELECT raise(ABORT, 'never changed'); END;

CREATE TRIGGER export_secret_never_goes BEFORE DELETE ON export_secret
BEGIN SELECT raise(ABORT, 'never removed'); END
"""
