"""Signatures under visits; the file refuses to change or remove one."""

from sqlite_utils import Database

from core.convert import converter
from core.model.ids import PatientId, VisitId
from core.model.signature import Signature
from core.store import rows


class Signatures:
    """In the order in which they were given."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, patient_id: PatientId) -> tuple[Signature, ...]:
        found = self._db.query(
            """
            SELECT signature.* FROM signature JOIN visit ON visit.id = visit_id
             WHERE patient_id = ? ORDER BY trail_sequence
            """,
            [patient_id],
        )
        return tuple(converter.structure(row, Signature) for row in found)

    def visits(self) -> frozenset[VisitId]:
        """The visits that were ever signed."""
        found = self._db.execute("SELECT DISTINCT visit_id FROM signature")
        return frozenset(VisitId(visit_id) for (visit_id,) in found)

    def save(self, signature: Signature) -> None:
        rows.save(self._db, "signature", signature)
