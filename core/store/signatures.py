"""Signatures under visits; the file refuses to change or remove one."""

from core.model.ids import VisitId
from core.model.signature import Signature
from core.store.store import Store


class Signatures(Store[Signature]):
    """In the order in which they were given."""

    TABLE = "signature"
    ORDER = "trail_sequence"

    def visits(self) -> frozenset[VisitId]:
        """The visits that were ever signed."""
        found = self._db.execute("SELECT DISTINCT visit_id FROM signature")
        return frozenset(VisitId(visit_id) for (visit_id,) in found)
