"""What people decided: plausibility questions answered, actions decided on, criteria met or waived."""

import json

from sqlite_utils import Database

from core.convert import converter, to_row
from core.model.decision import Decision
from core.model.ids import PatientId
from core.model.judgement import CriterionResult, Reconciliation
from core.store import rows


class Reconciliations:
    """Answers to plausibility questions; the last one to each question counts."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, patient_id: PatientId) -> tuple[Reconciliation, ...]:
        found = self._db.query(
            """
            SELECT reconciliation.* FROM reconciliation JOIN visit ON visit.id = visit_id
             WHERE patient_id = ? ORDER BY at
            """,
            [patient_id],
        )
        return tuple(converter.structure(row, Reconciliation) for row in found)

    def save(self, reconciliation: Reconciliation) -> None:
        key = ("visit_id", "instrument", "rule", "subject")
        rows.save(self._db, "reconciliation", reconciliation, key)


class Decisions:
    """Decisions of people about what the program found, in the order in which they were made."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, patient_id: PatientId) -> tuple[Decision, ...]:
        found = self._db.query(
            "SELECT * FROM decision WHERE patient_id = ? ORDER BY at, rowid", [patient_id]
        )
        return tuple(
            converter.structure({**row, "facts": json.loads(row["facts"])}, Decision)
            for row in found
        )

    def save(self, decision: Decision) -> None:
        row = to_row(decision)
        rows.upsert(self._db, "decision", {**row, "facts": json.dumps(row["facts"])}, ("id",))


class CriterionResults:
    """What was said about the criteria of eligibility."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, patient_id: PatientId) -> tuple[CriterionResult, ...]:
        found = self._db.query(
            "SELECT * FROM criterion_result WHERE patient_id = ? ORDER BY criterion", [patient_id]
        )
        return tuple(converter.structure(row, CriterionResult) for row in found)

    def save(self, result: CriterionResult) -> None:
        key = ("patient_id", "protocol", "version", "criterion")
        rows.save(self._db, "criterion_result", result, key)
