"""Questions on fields, and their answers."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from core.convert import converter, to_row
from core.model.data_query import DataQuery, QueryReply
from core.model.ids import PatientId
from core.store import rows


class DataQueries:
    """In the order in which they were asked."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def all(self) -> tuple[DataQuery, ...]:
        return _joined(
            self._db.query("SELECT * FROM data_query ORDER BY opened_at, rowid"),
            self._db.query("SELECT * FROM query_reply ORDER BY query_id, number"),
        )

    def of(self, patient_id: PatientId) -> tuple[DataQuery, ...]:
        return _joined(
            self._db.query(
                "SELECT * FROM data_query WHERE patient_id = ? ORDER BY opened_at, rowid",
                [patient_id],
            ),
            self._db.query(
                """
                SELECT query_reply.* FROM data_query JOIN query_reply ON query_id = data_query.id
                 WHERE patient_id = ? ORDER BY query_id, number
                """,
                [patient_id],
            ),
        )

    def save(self, query: DataQuery) -> None:
        """The question itself; its replies are saved one by one."""
        row = to_row(query)
        del row["replies"]
        rows.upsert(self._db, "data_query", row, ("id",))

    def reply(self, reply: QueryReply) -> None:
        rows.save(self._db, "query_reply", reply, ("query_id", "number"))


def _joined(
    queries: Iterable[dict[str, Any]], replies: Iterable[dict[str, Any]]
) -> tuple[DataQuery, ...]:
    said: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in replies:
        said[row["query_id"]].append(row)
    return tuple(
        converter.structure({**row, "replies": said[row["id"]]}, DataQuery) for row in queries
    )
