"""Files that are attached to records of forms: what is said of them, and apart from it their bytes."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Any

from sqlite_utils import Database

from core.convert import converter, to_row
from core.errors import StorageError
from core.model.attachment import Attachment
from core.model.ids import AttachmentId, PatientId
from core.words import _

_COLUMNS = "id, patient_id, name, media, size, sha256, taken_out, added_by, added_at"
_CHUNK = 1 << 20  # bytes that are read at once
# Whether a value of a form names an attachment: its id is the first thing that it says.
_NAMED = (
    "EXISTS (SELECT 1 FROM item JOIN record ON record.id = record_id"
    " WHERE record.patient_id = attachment.patient_id"
    " AND value LIKE '{\"id\": \"' || attachment.id || '\",%')"
)
_NAMES = re.compile(r'\{"id": "(\w+)", "name": ')


class Attachments:
    """In the order in which they were attached. Nothing but ``content`` reads bytes."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, patient_id: PatientId) -> tuple[Attachment, ...]:
        return self._found("WHERE patient_id = ?", [patient_id])

    def one(self, id: AttachmentId) -> Attachment | None:
        return next(iter(self._found("WHERE id = ?", [id])), None)

    def unused(self) -> tuple[Attachment, ...]:
        """Those that neither a record nor a text that is not saved yet names."""
        every = self._found("", [])
        named = set[str]()
        if every:
            values = self._db.execute(
                """
                SELECT value FROM item WHERE value LIKE '{"id": "%'
                 UNION ALL SELECT text FROM typed_text WHERE text LIKE '%{"id": "%'
                """
            )
            named = {one for (value,) in values for one in _NAMES.findall(value)}
        return tuple(one for one in every if one.id not in named)

    def content(self, attachment: Attachment) -> bytes:
        """Raises StorageError where it is not what was attached."""
        found = self._db.execute("SELECT content FROM attachment WHERE id = ?", [attachment.id])
        row = found.fetchone()
        if row is None:
            text = _("The file {name} was removed meanwhile.")
            raise StorageError(text.format(name=attachment.name))
        content = bytes(row[0])
        if hashlib.sha256(content).hexdigest() != attachment.sha256:
            text = _(
                "The attached file {name} is damaged: it is not what was attached. Take it from a backup."
            )
            raise StorageError(text.format(name=attachment.name))
        return content

    def add(self, attachment: Attachment, content: bytes) -> None:
        """Once and for all: SQLite refuses to change it."""
        row = {**to_row(attachment), "content": content}
        values = ", ".join(f":{name}" for name in row)
        self._db.execute(f"INSERT INTO attachment ({', '.join(row)}) VALUES ({values})", row)  # noqa: S608

    def remove(self, id: AttachmentId) -> None:
        """Inside a write with a reason; the trail keeps what it was, without its bytes."""
        self._db.execute("DELETE FROM attachment WHERE id = ?", [id])

    def let_go(self, ids: Iterable[str]) -> None:
        """Remove those of these that no record names any more."""
        for one in ids:
            gone = f"DELETE FROM attachment WHERE id = ? AND NOT {_NAMED}"  # noqa: S608  our own
            self._db.execute(gone, [one])

    def _found(self, which: str, given: list[str]) -> tuple[Attachment, ...]:
        found = self._db.query(
            f"SELECT {_COLUMNS} FROM attachment {which} ORDER BY rowid",  # noqa: S608  our own
            given,
        )
        return tuple(converter.structure(row, Attachment) for row in found)


def damaged(db: Database) -> Iterator[str]:
    """The sentence on each attachment whose bytes are not those that were attached, read piece by piece."""
    rows = db.execute("SELECT rowid, id, name, size, sha256 FROM attachment ORDER BY rowid")
    driver: Any = db.conn  # SQLCipher's, which has blobs that are read piece by piece
    for rowid, name_of_row, name, size, said in rows.fetchall():
        found = hashlib.sha256()
        read = 0
        blob = driver.open_blob("attachment", "content", rowid, readonly=True)
        try:
            while part := blob.read(_CHUNK):
                found.update(part)
                read += len(part)
        finally:
            blob.close()
        if found.hexdigest() != said or read != size:
            text = _(
                "The attached file “{name}” ({id}) is damaged: its bytes are not those that were attached."
            )
            yield text.format(name=name, id=name_of_row)


def missing(db: Database) -> Iterator[str]:
    """The sentence on each value of a form that names an attachment which is not in the file, or is another."""
    rows = db.execute(
        """
        SELECT record_id, field, json_extract(value, '$.name')
          FROM item JOIN record ON record.id = record_id
         WHERE typeof(value) = 'text' AND value LIKE '{"id": "%' AND json_valid(value)
           AND json_extract(value, '$.sha256') IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM attachment
                            WHERE id = json_extract(value, '$.id')
                              AND sha256 = json_extract(value, '$.sha256')
                              AND attachment.patient_id = record.patient_id)
        """
    )
    for record, field, name in rows:
        text = _(
            "The file “{name}” that “{field}” of the record {id} names is not in the clinic file."
        )
        yield text.format(name=name, field=field, id=record)
