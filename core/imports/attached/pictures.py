"""JPEG and PNG pictures: the picture is kept byte for byte, what is written beside it is not.

A JPEG is a row of segments (ITU-T T.81, annex B), a PNG one of chunks (PNG specification, third edition, 5):
those are kept that a picture is drawn from, also its colour profile. Which way up a photograph is (EXIF, tag 0x0112)
is all that is written anew.
"""

import io
import re
import struct
import zlib
from collections.abc import Iterator

from core.errors import UnreadableImport
from core.imports.attached.cleaned import Cleaned, Limits, Watch
from core.model.attachment import Media, TakenOut
from core.words import _

_SOI, _EOI, _SOS, _COM, _ADOBE = 0xD8, 0xD9, 0xDA, 0xFE, 0xEE
_APP = range(0xE0, 0xF0)
_FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")  # none that belongs to the drawing itself
_JFIF, _EXIF, _XMP, _ICC = b"JFIF\0", b"Exif\0\0", b"http://ns.adobe.com/x", b"ICC_PROFILE\0"
_PNG = b"\x89PNG\r\n\x1a\n"
_DRAWN = {  # chunks that a picture is drawn from; those of an animation are pictures, too
    *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"bKGD", b"pHYs", b"sBIT", b"hIST", b"sPLT"),
    *(b"cHRM", b"gAMA", b"iCCP", b"sRGB", b"cICP", b"mDCV", b"cLLI", b"acTL", b"fcTL", b"fdAT"),
}
_UPRIGHT = 1


def is_jpeg(data: bytes) -> bool:
    return data.startswith(b"\xff\xd8\xff")


def is_png(data: bytes) -> bool:
    return data.startswith(_PNG)


def jpeg(data: bytes, name: str, allowed: Limits, watch: Watch) -> Cleaned:
    """Raises UnreadableImport where it is broken or too large."""
    kept, taken, turned = [b"\xff\xd8"], set[TakenOut](), _UPRIGHT
    end = 0
    try:
        for marker, start, end in _segments(data):
            payload = data[start + 4 : end]
            if marker in _FRAMES:
                height, width = struct.unpack(">HH", payload[1:5])
                _refuse_large(width * height, name, allowed)
            out = _taken_out(marker, payload)
            if out is None:
                kept.append(_plain(marker, data[start:end]))
                continue
            taken.add(out)
            if payload.startswith(_EXIF):
                turned = _orientation(payload)
    except (IndexError, struct.error) as error:
        raise broken(name) from error
    if end < len(data):
        taken.add(TakenOut.REST)
    if turned != _UPRIGHT:
        kept.insert(2 if kept[1:2] and kept[1][1] == _APP[0] else 1, _way_up(turned))
    content = b"".join(kept)
    watch.tell(0.6)
    _look(content, "JPEG", name)
    return Cleaned(media=Media.JPEG, content=content, taken_out=_ordered(taken))


def png(data: bytes, name: str, allowed: Limits, watch: Watch) -> Cleaned:
    """Raises UnreadableImport where it is broken or too large."""
    kept, taken, at, last = [_PNG], set[TakenOut](), len(_PNG), b""
    try:
        while last != b"IEND":
            (length,) = struct.unpack(">I", data[at : at + 4])
            last, end = data[at + 4 : at + 8], at + 12 + length
            (check,) = struct.unpack(">I", data[end - 4 : end])
            if check != zlib.crc32(data[at + 4 : end - 4]):
                raise broken(name)
            if last == b"IHDR":
                width, height = struct.unpack(">II", data[at + 8 : at + 16])
                _refuse_large(width * height, name, allowed)
            if last in _DRAWN:
                kept.append(data[at:end])
            else:
                xmp = b"XML:com.adobe.xmp" in data[at + 8 : at + 40]
                exif = TakenOut.EXIF if last == b"eXIf" else TakenOut.TEXTS
                taken.add(TakenOut.XMP if xmp else exif)
            at = end
    except struct.error as error:
        raise broken(name) from error
    if at < len(data):
        taken.add(TakenOut.REST)
    content = b"".join(kept)
    watch.tell(0.6)
    _look(content, "PNG", name)
    return Cleaned(media=Media.PNG, content=content, taken_out=_ordered(taken))


def broken(name: str) -> UnreadableImport:
    return UnreadableImport(
        _("{name} is damaged or not whole. Get it again from where it comes from.").format(
            name=name
        )
    )


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment; that of a drawing ends before the next marker. Raises IndexError."""
    at = 2
    while True:
        if data[at] != 0xFF:
            raise IndexError(at)
        while data[at + 1] == 0xFF:
            at += 1
        marker = data[at + 1]
        if marker == _EOI:
            yield marker, at, at + 2
            return
        length = (data[at + 2] << 8) + data[at + 3]
        end = at + 2 + length
        if marker == _SOS:
            following = _MARKER.search(data, end)
            if following is None:
                raise IndexError(end)
            end = following.start()
        if length < 2 or end > len(data):
            raise IndexError(end)
        yield marker, at, end
        at = end


def _taken_out(marker: int, payload: bytes) -> TakenOut | None:
    """What a segment is that is not kept; None for one that is."""
    if marker == _COM:
        return TakenOut.TEXTS
    if marker not in _APP or marker == _ADOBE:
        return None
    if payload.startswith(_JFIF) or (marker == 0xE2 and payload.startswith(_ICC)):
        return None
    if payload.startswith(_EXIF):
        return TakenOut.EXIF
    return TakenOut.XMP if payload.startswith(_XMP) else TakenOut.TEXTS


def _plain(marker: int, segment: bytes) -> bytes:
    """A segment as it is kept: the head of a JFIF file without the small picture in it."""
    if marker != _APP[0] or len(segment) <= 18:
        return segment
    return segment[:2] + struct.pack(">H", 16) + segment[4:16] + b"\0\0"


def _orientation(payload: bytes) -> int:
    """Which way up a photograph is, 1 to 8; upright where its EXIF does not say it."""
    from PIL import Image

    found = Image.Exif()
    try:
        found.load(payload)
        turned = found.get(0x0112, _UPRIGHT)
    except (ValueError, SyntaxError, KeyError, struct.error):
        return _UPRIGHT
    return turned if isinstance(turned, int) and turned in range(1, 9) else _UPRIGHT


def _way_up(turned: int) -> bytes:
    """An EXIF segment that holds which way up the picture is, and nothing else."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, turned, 0)
    tiff = b"MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    payload = _EXIF + tiff
    return b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload


def _refuse_large(pixels: int, name: str, allowed: Limits) -> None:
    if pixels > allowed.pixels:
        text = _(
            "{name} has {n} megapixels. Attach a picture of {most} at most; the limit is in the settings."
        )
        sizes = {"n": f"{pixels / 1e6:.0f}", "most": f"{allowed.pixels / 1e6:g}"}
        raise UnreadableImport(text.format(name=name, **sizes))


def _look(content: bytes, kind: str, name: str) -> None:
    """Draw the picture once. Raises UnreadableImport where it is not whole."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=[kind]) as picture:
            picture.load()
    except (OSError, ValueError, SyntaxError, zlib.error, struct.error) as error:
        raise broken(name) from error


def _ordered(taken: set[TakenOut]) -> tuple[TakenOut, ...]:
    return tuple(one for one in TakenOut if one in taken)
