"""Reading the audit trail."""

from datetime import datetime

from sqlite_utils import Database

from core.model.ids import PatientId
from core.model.trail import TrailEntry, TrailHead
from core.store import audit, verification
from core.store.verification import Verdict


class Trail:
    """What was done in this file, by whom, when and why; written by the file itself."""

    def __init__(self, db: Database, key: bytes) -> None:
        self._db = db
        self._key = key

    def entries(
        self,
        *,
        patient_id: PatientId | None = None,
        actor: str | None = None,
        entity: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        after_sequence: int = 0,
        limit: int = -1,
    ) -> tuple[TrailEntry, ...]:
        """Those that fit every filter that is given, the newest first."""
        found = self._db.query(
            """
            SELECT id AS sequence, at, utc_offset_min, actor, workstation, program, schema, reason,
                   entity, row, patient_id, before, after, previous, hash
              FROM audit
             WHERE id > :after_sequence
               AND (:patient_id IS NULL OR patient_id = :patient_id)
               AND (:actor IS NULL OR actor = :actor)
               AND (:entity IS NULL OR entity = :entity)
               AND (:since IS NULL OR julianday(at) >= julianday(:since))
               AND (:until IS NULL OR julianday(at) < julianday(:until))
             ORDER BY id DESC LIMIT :limit
            """,
            {
                "patient_id": patient_id,
                "actor": actor,
                "entity": entity,
                "since": None if since is None else since.isoformat(),
                "until": None if until is None else until.isoformat(),
                "after_sequence": after_sequence,
                "limit": limit,
            },
        )
        return tuple(
            TrailEntry(**{**row, "at": datetime.fromisoformat(row["at"])}) for row in found
        )

    def entities(self) -> tuple[str, ...]:
        """Every kind of thing that the trail tells of."""
        found = self._db.execute("SELECT DISTINCT entity FROM audit ORDER BY entity")
        return tuple(entity for (entity,) in found)

    def head(self) -> TrailHead | None:
        return audit.head(self._db)

    def verify(self, code: str = "") -> Verdict:
        """Check the whole chain, and every row of the file against it; ``code`` is one from paper."""
        return verification.verify(self._db, self._key, code)
