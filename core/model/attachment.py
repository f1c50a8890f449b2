"""A file that is attached to a record of a form: what is said of it. Its bytes are read only when it is opened."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.model.ids import AttachmentId, PatientId, new_id

SHA256_DIGITS = 64


class Media(StrEnum):
    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"

    @property
    def ending(self) -> str:
        return {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}[self.value]


class TakenOut(StrEnum):
    """What was in a file beside its pages or its picture, and is not kept."""

    EXIF = "exif"
    XMP = "xmp"
    TEXTS = "texts"  # comments, captions, what an editor wrote
    REST = "rest"  # what follows the end of a picture
    DOCUMENT_INFORMATION = "document_information"
    WORKINGS = "workings"  # of a PDF: forms that can be filled, links, scripts, files within it
    DICOM_TAGS = "dicom_tags"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """``size`` in bytes and ``sha256`` (hex digits) are those of its content, which never changes.

    ``taken_out`` are ids of `TakenOut`, with blanks between them.
    """

    id: AttachmentId = field(default_factory=lambda: AttachmentId(new_id()))
    patient_id: PatientId
    name: str
    media: Media
    size: int
    sha256: str
    taken_out: str = ""
    added_by: str
    added_at: datetime

    @property
    def reference(self) -> str:
        """The value of the field that it is attached to."""
        said = {
            "id": self.id,
            "name": self.name,
            "media": self.media.value,
            "size": self.size,
            "sha256": self.sha256,
        }
        return json.dumps(said, ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What the value of a field says of the file that is attached to it.

    Before there was a table for them, a value held the whole file: ``data`` is its base64, and ``id`` is empty.
    """

    id: AttachmentId
    name: str
    media: Media | None = None
    size: int = 0
    sha256: str = ""
    data: str = ""

    @classmethod
    def of(cls, value: object) -> "Reference | None":
        """None where a value is not that of an attached file."""
        try:
            said: dict[str, Any] = json.loads(str(value))
            if said.keys() == {"name", "data"}:
                return cls(id=AttachmentId(""), name=_text(said["name"]), data=_text(said["data"]))
            if said.keys() != {"id", "name", "media", "size", "sha256"}:
                return None
            found = cls(
                id=AttachmentId(_text(said["id"])),
                name=_text(said["name"]),
                media=Media(said["media"]),
                size=int(said["size"]),
                sha256=_text(said["sha256"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            return None
        return found if len(found.sha256) == SHA256_DIGITS and found.id else None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value
