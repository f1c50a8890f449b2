"""The file defends itself from our bugs: STRICT types, CHECKs and foreign keys."""

import pytest

from core.errors import StorageError
from core.model.adverse_event import Milestone, MilestoneKind
from core.model.ids import PatientId
from core.model.partial_date import PartialDate
from tests.core.examples import INFUSION, a_patient, a_visit

REFUSED = {
    "answer": [
        ("value", 101),
        ("value", -1),
        ("value", "four"),
        ("value", 2.5),
        ("value", 3),  # beside its reason
        ("not_done", None),  # neither a value nor a reason
        ("not_done", "forgotten"),
        ("note", None),
        ("instrument", "another form"),
        ("visit_id", "nobody's"),
    ],
    "form": [("not_done", ""), ("version", None), ("visit_id", "nobody's")],
    "patient": [
        ("sex", "m"),
        ("sex", None),
        ("record_number", "  "),
        ("born", "2026-02-30"),
        ("born", "1959-3-14"),
        ("born", "14.03.1959"),
        ("born", ""),
        ("onset", "2012-13"),
        ("onset", "2012-00"),
        ("onset", "2012-1"),
        ("onset", "12"),
        ("onset", ""),
        ("onset", "2012-02-30"),
        ("onset", "2012-09-15 or so"),
        ("diagnosis", "2012-13"),
        ("stated_age_years", 121),
        ("stated_age_years", 49.5),
        ("stated_duration_months", -1),
        ("onset_region", "Bubar"),
        ("height_cm", 1.76),
        ("height_cm", 251),
        ("reference_on", "2026-05-32"),
        ("registered_on", None),
        ("registered_on", "yesterday"),
    ],
    "visit": [
        ("patient_id", "nobody"),
        ("rater", "nobody"),
        ("date", "2026-02-30"),
        ("date", "2026-06"),
        ("kind", "phone"),
        ("code", None),  # a scheduled visit fulfils a planned one
        ("kind", "unscheduled"),  # and one that does is not unscheduled
        ("state", "signed"),
        ("state", "finished"),  # without its instant
        ("finished_at", "2026-06-02T10:00:00+00:00"),  # a draft with one
        ("mode", "letter"),
        ("respondent", "nurse"),
        ("weight_kg", 0),
        ("weight_kg", 400),
        ("weight_kg", "70 kg"),
        ("new_events", 2),
        ("started_at", "this morning"),
    ],
    "measurement": [
        ("value", "low"),
        ("value", None),  # neither a value nor a reason
        ("not_done", "refused"),  # beside its value
        ("visit_id", "nobody's"),
    ],
    "lab_result": [
        ("value", "low"),
        ("value", None),  # neither a value, an answer nor a reason
        ("not_done", "refused"),  # beside its value
        ("choice", "negative"),
        ("comparator", "="),
        ("taken_on", "2026-02-30"),
        ("taken_at", "8:20"),
        ("taken_at", "25:00"),
        ("low", 107.0),  # above its upper limit
        ("age_years", 131.0),
        ("sex", "m"),
        ("visit_id", "nobody's"),
        ("entered_by", "nobody"),
    ],
    "reference_range": [
        ("sex", "unknown"),
        ("from_age", 131),
        ("below_age", 18),  # nobody is from 18 and below 18
        ("low", 1.3),
        ("valid_from", "soon"),
        ("laboratory_id", "nobody's"),
    ],
    "laboratory": [("name", "  "), ("note", None)],
    "reconciliation": [
        ("decision", "ignored"),
        ("reason", " "),
        ("by", "nobody"),
        ("at", "noon"),
        ("instrument", "another form"),
    ],
    "decision": [
        ("kind", " "),
        ("subject", ""),
        ("choice", ""),
        ("review_on", "soon"),
        ("facts", "low"),
        ("facts", "[]"),
        ("by", "nobody"),
        ("at", "noon"),
        ("patient_id", "nobody"),
    ],
    "sheet_text": [
        ("field", " "),
        ("text", None),
        ("instead_of", None),
        ("edited_by", "nobody"),
        ("edited_at", "noon"),
        ("visit_id", "nobody's"),
    ],
    "criterion_result": [
        ("met", 2),
        ("waiver", ""),  # beside who waived it
        ("waived_by", None),
        ("waived_at", None),
        ("waived_at", "noon"),
    ],
    "threshold": [("value", None), ("value", "high")],
    "visit_mark": [("mark", "done"), ("reason", " "), ("patient_id", "nobody")],
    "appointment": [
        *(("code", " "), ("day", "2026-02-30"), ("time", "10:30:00"), ("time", "24:00")),
        *(("note", "x" * 81), ("entered_by", "nobody"), ("patient_id", "nobody")),
    ],
    "spirometry": [
        ("test_type", "fev1"),
        ("position", "standing"),
        ("height_cm", 49),
        ("not_done", "?"),
        ("visit_id", "nobody's"),
    ],
    "blow": [
        ("number", 9),
        ("number", 0),
        ("volume_ml", 0),
        ("volume_ml", 12001),
        ("volume_ml", 3.2),
        ("quality", "good"),
        ("spirometry_id", "nobody's"),
    ],
    "adverse_event": [
        ("grade", 6),
        ("grade", 0),
        ("serious", 2),
        ("serious", None),
        ("term", " "),
        ("onset", "2012-13"),
        ("onset", None),
        ("ended", "2026-02-30"),
        ("ended", "2026-02-03T10:00"),
        ("outcome", "better"),
        ("patient_id", "nobody"),
        ("visit_id", "nobody's"),
    ],
    "milestone": [("kind", "cure"), ("happened_on", "2012-13"), ("patient_id", "nobody")],
    "external_result": [
        ("kind", "fev1"),
        ("value", 0),
        ("value", 250),
        ("measured_on", "2012-09"),
        ("patient_id", "nobody"),
    ],
    "task_result": [("done", 0), ("done", 2), ("visit_id", "nobody's")],  # not done needs its why
    "typed_text": [("text", None), ("author", "nobody"), ("place", " "), ("at", "once")],
    "data_query": [("text", " "), ("opened_by", "nobody"), ("closed_by", "dr.demo")],
    "query_reply": [("text", " "), ("number", 0), ("by", "nobody")],
    "clinic": [
        ("id", 2),
        ("name", " "),
        ("demonstration", 2),
        ("idle_lock_min", 0),
        ("telling_file_names", 2),
        ("phone", None),
        ("call_us", None),
    ],
    "user": [
        ("login", " "),
        ("full_name", ""),
        ("created_at", "always"),
        ("role", "owner"),
        ("must_change", None),
        ("disabled_at", "soon"),
    ],
}
ACCEPTED = {
    "answer": [("note", "")],
    "patient": [
        ("onset", "2012"),
        ("onset", "2012-09"),
        ("onset", "2012-02-29"),
        ("onset", None),
        ("born", None),
        ("height_cm", 50),
        ("height_cm", 250),
        ("stated_age_years", 0),
        ("stated_age_years", 120),
        ("stated_duration_months", 0),
    ],
    "visit": [("weight_kg", 399.9), ("weight_kg", None), ("new_events", 0), ("mode", None)],
    "blow": [("number", 8), ("number", 1), ("volume_ml", 1), ("volume_ml", 12000)],
    "adverse_event": [("grade", 1), ("grade", 5), ("visit_id", None), ("ended", None)],
}


@pytest.fixture
def one_of_each(nouns):
    nouns.save_all()
    return nouns


@pytest.mark.parametrize("table", REFUSED)
def test_a_bad_row_is_refused_and_nothing_is_saved(session, one_of_each, table):
    rows, audit = one_of_each.rows(table), one_of_each.audit()
    for column, value in REFUSED[table]:
        with pytest.raises(StorageError, match="nothing was saved"), session.write():
            session._db.execute(f"UPDATE {table} SET {column} = ?", [value])
            pytest.fail(f"accepted {column} = {value!r}")
        assert (one_of_each.rows(table), one_of_each.audit()) == (rows, audit), (column, value)


@pytest.mark.parametrize("table", ACCEPTED)
def test_a_row_at_its_limits_is_accepted(session, one_of_each, table):
    for column, value in ACCEPTED[table]:
        with session.write():
            session._db.execute(f"UPDATE {table} SET {column} = ?", [value])
        assert one_of_each.rows(table)[-1][column] == value


def test_an_answer_is_never_a_value_and_a_reason(session, one_of_each):
    with pytest.raises(StorageError), session.write():
        session._db.execute("UPDATE answer SET value = 0, not_done = 'refused'")
    with pytest.raises(StorageError), session.write():
        session._db.execute("UPDATE answer SET value = NULL, not_done = NULL")
    for value in (0, 4, 100):
        with session.write():
            session._db.execute("UPDATE answer SET value = ?, not_done = NULL", [value])
        assert one_of_each.rows("answer")[0]["value"] == value


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("alsfrs_r_total", 0, True),
        ("alsfrs_r_total", 48, True),
        ("alsfrs_r_total", 49, False),
        ("alsfrs_r_total", -1, False),
        ("alsfrs_r_total", 32.5, False),
        ("fvc_percent", 0.1, True),
        ("fvc_percent", 249.9, True),
        ("fvc_percent", -3, False),
    ],
)
def test_a_stated_value_stays_within_its_scale(session, one_of_each, kind, value, fits):
    def save():
        with session.write():
            session._db.execute("UPDATE external_result SET kind = ?, value = ?", [kind, value])

    if fits:
        save()
        assert one_of_each.rows("external_result")[0]["value"] == value
    else:
        with pytest.raises(StorageError, match="nothing was saved"):
            save()


def test_a_patient_dies_once(session, patient):
    def death(year):
        return Milestone(
            patient_id=patient.id, kind=MilestoneKind.DEATH, happened_on=PartialDate(year)
        )

    first = death(2028)
    with session.write():
        session.milestones.save(first)
    with pytest.raises(StorageError, match="exists already"), session.write():
        session.milestones.save(death(2029))
    assert session.record(patient.id).died == first


def test_a_patient_with_visits_cannot_be_deleted(session, patient, visit_day):
    visit_day(INFUSION, "INF")
    with pytest.raises(StorageError), session.write():
        session._db.execute("DELETE FROM patient")
    assert session.patients.all() == [patient]


def test_a_visit_of_nobody_is_refused(session):
    nobody = a_patient(id=PatientId("nobody"))
    with pytest.raises(StorageError, match="nothing was saved"), session.write():
        session.visits.save(a_visit(nobody, INFUSION, "INF"))
    assert session.visits.all() == []
