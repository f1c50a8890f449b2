"""Questionnaires: a form per visit and instrument, and a row for every answer."""

from itertools import groupby
from operator import itemgetter

from sqlite_utils import Database

from core.convert import converter, to_row
from core.model.assessment import Answer, Assessment, NotDone
from core.model.ids import PatientId, VisitId
from core.store import rows


class Assessments:
    """Forms and their answers; a new questionnaire needs no migration."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, patient_id: PatientId) -> tuple[Assessment, ...]:
        found = self._db.query(
            """
            SELECT form.visit_id, visit.date, form.instrument, form.version,
                   form.not_done AS form_not_done, slot, item, value, answer.not_done, answer.note
              FROM form
              JOIN visit ON visit.id = form.visit_id
              LEFT JOIN answer ON answer.visit_id = form.visit_id
                              AND answer.instrument = form.instrument
             WHERE visit.patient_id = ?
             ORDER BY visit.date, visit.started_at, form.visit_id, form.instrument
            """,
            [patient_id],
        )
        head = itemgetter("visit_id", "date", "instrument", "version", "form_not_done")
        forms = []
        for (visit_id, date, instrument, version, not_done), group in groupby(found, key=head):
            answers = {
                row["slot"]: {name: row[name] for name in ("item", "value", "not_done", "note")}
                for row in group
                if row["slot"] is not None
            }
            form = {
                "visit_id": visit_id,
                "date": date,
                "instrument": instrument,
                "version": version,
                "not_done": not_done,
                "answers": answers,
            }
            forms.append(converter.structure(form, Assessment))
        return tuple(forms)

    def open(self, visit_id: VisitId, instrument: str, version: str) -> None:
        """Make the form exist; one that is there already keeps the version it was begun with."""
        self._db.execute(
            """
            INSERT INTO form (visit_id, instrument, version, not_done) VALUES (?, ?, ?, NULL)
            ON CONFLICT DO NOTHING
            """,
            [visit_id, instrument, version],
        )

    def mark_not_done(self, visit_id: VisitId, instrument: str, reason: NotDone | None) -> None:
        self._db.execute(
            "UPDATE form SET not_done = ? WHERE visit_id = ? AND instrument = ?",
            [reason, visit_id, instrument],
        )

    def save_answer(self, visit_id: VisitId, instrument: str, slot: str, answer: Answer) -> None:
        key = {"visit_id": visit_id, "instrument": instrument, "slot": slot}
        rows.upsert(self._db, "answer", {**key, **to_row(answer)}, tuple(key))

    def remove_answer(self, visit_id: VisitId, instrument: str, slot: str) -> None:
        self._db.execute(
            "DELETE FROM answer WHERE visit_id = ? AND instrument = ? AND slot = ?",
            [visit_id, instrument, slot],
        )

    def answered_of_drafts(self) -> dict[VisitId, int]:
        """How many answers each visit in progress has."""
        found = self._db.query(
            """
            SELECT visit.id, count(slot) AS answered
              FROM visit LEFT JOIN answer ON answer.visit_id = visit.id
             WHERE visit.state = 'draft' GROUP BY visit.id
            """
        )
        return {VisitId(row["id"]): row["answered"] for row in found}
