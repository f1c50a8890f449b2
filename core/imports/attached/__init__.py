"""A file that somebody attaches: what it is, by what is in it and never by its name, and cleaned of what tells of people.

What is kept are the pages, or the picture. `prepare` gets values and gives values: it runs on any thread.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import UnreadableImport
from core.imports.attached import dicom, pdf, pictures
from core.imports.attached.cleaned import Cleaned, GivenUp, Limits, Watch
from core.imports.attached.pictures import broken
from core.model.attachment import Media, TakenOut
from core.words import _

__all__ = ["GivenUp", "Limits", "Prepared", "Watch", "limits", "prepare"]

MEGABYTE = 1_000_000
MEGAPIXEL = 1_000_000
_CHUNK = 1 << 20
_LONGEST_NAME = 150  # letters


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What is to be attached, whole and clean; ``sha256`` in hex digits is that of its content."""

    name: str
    media: Media
    content: bytes
    sha256: str
    taken_out: tuple[TakenOut, ...]


def limits(thresholds: Mapping[str, float]) -> Limits:
    """What the clinic allows, from its settings."""
    return Limits(
        bytes=round(thresholds["attachment_size"] * MEGABYTE),
        pixels=round(thresholds["attachment_pixels"] * MEGAPIXEL),
    )


def prepare(path: Path, allowed: Limits, watch: Watch | None = None) -> Prepared:
    """Read a file, find out what it is, look whether it is whole, and take out all but its pages or its picture.

    Raises UnreadableImport with one sentence that says what to do, and GivenUp where ``watch`` was given up.
    """
    watch = watch or Watch()
    data = _read(path, allowed, watch)
    kind = next((read for is_one, read in _KINDS if is_one(data)), None)
    if kind is None:
        raise UnreadableImport(
            _(
                "{name} is no PDF, JPEG, PNG or DICOM picture. Save it as one of these, and attach that."
            ).format(name=path.name)
        )
    try:
        cleaned = kind(data, path.name, allowed, watch)
    except (GivenUp, UnreadableImport):
        raise
    except Exception as error:  # whatever a library makes of bytes that are not what they seem
        raise broken(path.name) from error
    if len(cleaned.content) > allowed.bytes:
        raise _too_large(path.name, len(cleaned.content), allowed)
    watch.tell(1)
    return Prepared(
        name=_name(path, cleaned.media),
        media=cleaned.media,
        content=cleaned.content,
        sha256=hashlib.sha256(cleaned.content).hexdigest(),
        taken_out=cleaned.taken_out,
    )


def _read(path: Path, allowed: Limits, watch: Watch) -> bytes:
    parts: list[bytes] = []
    try:
        size = path.stat().st_size
        if size > allowed.bytes:
            raise _too_large(path.name, size, allowed)
        with path.open("rb") as file:
            while part := file.read(_CHUNK):
                parts.append(part)
                read = len(parts) * _CHUNK
                if read > allowed.bytes + _CHUNK:
                    raise _too_large(path.name, read, allowed)  # it grew since it was looked at
                watch.tell(0.3 * min(1, read / max(size, 1)))
    except OSError as error:
        why = error.strerror or _("unknown reason")
        raise UnreadableImport(_("The file cannot be read: {why}.").format(why=why)) from error
    if not parts:
        raise UnreadableImport(_("{name} is empty. Choose another file.").format(name=path.name))
    return b"".join(parts)


def _too_large(name: str, size: int, allowed: Limits) -> UnreadableImport:
    text = _("{name} has {n} MB. Attach a file of {most} MB at most; the limit is in the settings.")
    most = allowed.bytes / MEGABYTE
    return UnreadableImport(text.format(name=name, n=f"{size / MEGABYTE:.1f}", most=f"{most:g}"))


def _name(path: Path, media: Media) -> str:
    """The name that it had, with nothing in it that is no letter of a line, and an ending that is true."""
    plain = "".join(letter for letter in path.stem if letter.isprintable()).strip()
    known = {Media.JPEG: {".jpg", ".jpeg"}}.get(media, {f".{media.ending}"})
    ending = path.suffix if path.suffix.casefold() in known else f".{media.ending}"
    return f"{plain[:_LONGEST_NAME] or media.ending}{ending}"


_Reader = Callable[[bytes, str, Limits, Watch], Cleaned]
_KINDS: tuple[tuple[Callable[[bytes], bool], _Reader], ...] = (
    (pictures.is_jpeg, pictures.jpeg),
    (pictures.is_png, pictures.png),
    (dicom.is_dicom, dicom.picture),
    (pdf.is_pdf, pdf.pages),
)
