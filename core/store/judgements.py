"""What people decided: plausibility questions answered, actions decided on, criteria met or waived."""

import json

from core.convert import to_row
from core.model.decision import Decision
from core.model.judgement import CriterionResult, Reconciliation
from core.store import rows
from core.store.store import Store


class Reconciliations(Store[Reconciliation]):
    """Answers to plausibility questions; the last one to each question counts."""

    TABLE = "reconciliation"
    ORDER = "at"


class Decisions(Store[Decision]):
    """Decisions of people about what the program found, in the order in which they were made."""

    TABLE = "decision"
    ORDER = "at, rowid"

    def save(self, value: Decision) -> None:
        row = to_row(value)
        rows.upsert(self._db, "decision", {**row, "facts": json.dumps(row["facts"])}, ("id",))

    def _value(self, row: dict[str, object]) -> Decision:
        return super()._value({**row, "facts": json.loads(str(row["facts"]))})


class CriterionResults(Store[CriterionResult]):
    """What was said about the criteria of eligibility."""

    TABLE = "criterion_result"
    ORDER = "criterion"
