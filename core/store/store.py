"""The store of a plain noun: a table each row of which is one value."""

from typing import ClassVar, Generic, TypeVar, cast

from sqlite_utils import Database

from core.convert import converter
from core.model.ids import PatientId
from core.model.nouns import NOUNS
from core.store import rows

T = TypeVar("T")


class Store(Generic[T]):
    """The rows of ``TABLE``, in the order of the SQL expression ``ORDER``; see `NOUNS` for whose they are."""

    TABLE: ClassVar[str]
    ORDER: ClassVar[str]

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, patient_id: PatientId) -> tuple[T, ...]:
        joined = " JOIN visit ON visit.id = visit_id" if NOUNS[self.TABLE].of == "visit" else ""
        return self._found(f"{joined} WHERE patient_id = ?", [patient_id])

    def save(self, value: T) -> None:
        rows.save(self._db, self.TABLE, value, NOUNS[self.TABLE].key)

    def _found(self, which: str = "", given: list[str] | None = None) -> tuple[T, ...]:
        """The values of the rows that SQL text leaves."""
        found = self._db.query(
            f"SELECT {self.TABLE}.* FROM {self.TABLE}{which} ORDER BY {self.ORDER}",  # noqa: S608
            given or [],
        )
        return tuple(self._value(row) for row in found)

    def _value(self, row: dict[str, object]) -> T:
        kind = NOUNS[self.TABLE].value
        if kind is None:
            raise TypeError(f"a row of {self.TABLE} is not one value")
        return cast("T", converter.structure(row, kind))

    def _remove(self, *key: str) -> None:
        """Take the row with this key out; the audit trail keeps it."""
        names = NOUNS[self.TABLE].key
        where = " AND ".join(f"{name} = ?" for name in names)
        self._db.execute(f"DELETE FROM {self.TABLE} WHERE {where}", list(key))  # noqa: S608
