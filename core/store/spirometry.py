"""Vital capacity: a session per visit, and a row for every blow."""

from itertools import groupby
from typing import Any

from sqlite_utils import Database

from core.convert import converter, to_row
from core.model.ids import PatientId, SpirometryId
from core.model.spirometry import Spirometry
from core.store import rows

_SESSION = (
    "id",
    "visit_id",
    "date",
    "test_type",
    "position",
    "device",
    "height_cm",
    "equation",
    "equation_version",
    "sex",
    "age_years",
    "reference_group",
    "interface",
    "device_percent",
    "not_done",
)
_BLOW = ("number", "volume_ml", "fev1_ml", "quality", "remark")


class SpirometryStore:
    """Sessions in order of their dates."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, patient_id: PatientId) -> tuple[Spirometry, ...]:
        found = self._db.query(
            """
            SELECT spirometry.*, visit.date, number, volume_ml, fev1_ml, quality, remark
              FROM spirometry
              JOIN visit ON visit.id = visit_id
              LEFT JOIN blow ON spirometry_id = spirometry.id
             WHERE patient_id = ?
             ORDER BY visit.date, visit.started_at, test_type, position, spirometry.id, number
            """,
            [patient_id],
        )
        sessions = []
        for _, group in groupby(found, key=lambda row: row["id"]):
            members = list(group)
            session: dict[str, Any] = {name: members[0][name] for name in _SESSION}
            session["blows"] = [
                {name: row[name] for name in _BLOW} for row in members if row["number"] is not None
            ]
            sessions.append(converter.structure(session, Spirometry))
        return tuple(sessions)

    def save(self, session: Spirometry) -> None:
        """The session and its blows; blows that are no longer there are removed, unchanged ones untouched."""
        row = to_row(session)
        del row["date"]  # the visit's
        blows = row.pop("blows")
        rows.upsert(self._db, "spirometry", row, ("id",))
        kept = {blow["number"] for blow in blows}
        for stored in list(
            self._db.query("SELECT number FROM blow WHERE spirometry_id = ?", [session.id])
        ):
            if stored["number"] not in kept:
                self._db.execute(
                    "DELETE FROM blow WHERE spirometry_id = ? AND number = ?",
                    [session.id, stored["number"]],
                )
        for blow in blows:
            key = ("spirometry_id", "number")
            rows.upsert(self._db, "blow", {"spirometry_id": session.id, **blow}, key)

    def remove(self, id: SpirometryId) -> None:
        self._db.execute("DELETE FROM blow WHERE spirometry_id = ?", [id])
        self._db.execute("DELETE FROM spirometry WHERE id = ?", [id])
