"""Questionnaires: a form per visit and instrument, and a row for every answer."""

from datetime import datetime
from itertools import groupby
from operator import itemgetter

from sqlite_utils import Database

from core.convert import converter, to_row
from core.model.assessment import Answer, Assessment, NotDone
from core.model.ids import PatientId, VisitId
from core.model.visit import Mode, Respondent
from core.store import rows

_FORM = (
    "visit_id",
    "date",
    "instrument",
    "version",
    "rater",
    "mode",
    "respondent",
    "interpreter",
    "compared_at",
)
_ANSWER = ("item", "value", "not_done", "note", "corrected")


class Assessments:
    """Forms and their answers; a new questionnaire needs no migration."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, patient_id: PatientId) -> tuple[Assessment, ...]:
        found = self._db.query(
            """
            SELECT form.visit_id, visit.date, form.instrument, form.version,
                   coalesce(form.rater, visit.rater) AS rater,
                   coalesce(form.mode, visit.mode) AS mode,
                   coalesce(form.respondent, visit.respondent) AS respondent,
                   interpreter, compared_at, form.not_done AS form_not_done,
                   slot, item, value, answer.not_done, answer.note, corrected
              FROM form
              JOIN visit ON visit.id = form.visit_id
              LEFT JOIN answer ON answer.visit_id = form.visit_id
                              AND answer.instrument = form.instrument
             WHERE visit.patient_id = ?
             ORDER BY visit.date, visit.started_at, form.visit_id, form.instrument
            """,
            [patient_id],
        )
        forms = []
        for _, group in groupby(found, key=itemgetter("visit_id", "instrument")):
            members = list(group)
            answers = {
                row["slot"]: {name: row[name] for name in _ANSWER}
                for row in members
                if row["slot"] is not None
            }
            form = {name: members[0][name] for name in _FORM}
            form |= {"not_done": members[0]["form_not_done"], "answers": answers}
            forms.append(converter.structure(form, Assessment))
        return tuple(forms)

    def open(self, visit_id: VisitId, instrument: str, version: str, rater: str) -> None:
        """Make the form exist; one that is there already keeps its version and its rater."""
        self._db.execute(
            """
            INSERT INTO form (visit_id, instrument, version, rater) VALUES (?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            [visit_id, instrument, version, rater],
        )

    def save_how(
        self,
        visit_id: VisitId,
        instrument: str,
        *,
        mode: Mode | None,
        respondent: Respondent | None,
        interpreter: bool | None,
    ) -> None:
        """How this form was answered; None where it is as the visit says."""
        self._db.execute(
            """
            UPDATE form SET mode = ?, respondent = ?, interpreter = ?
             WHERE visit_id = ? AND instrument = ?
            """,
            [mode, respondent, interpreter, visit_id, instrument],
        )

    def mark_compared(self, visit_id: VisitId, instrument: str, at: datetime) -> None:
        """The previous form was shown beside this one: from now on a change is a correction."""
        self._db.execute(
            """
            UPDATE form SET compared_at = ?
             WHERE visit_id = ? AND instrument = ? AND compared_at IS NULL
            """,
            [at.isoformat(), visit_id, instrument],
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
