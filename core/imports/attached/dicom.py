"""A key image of a scanner (DICOM): its picture as the scanner meant it to be seen, and none of its tags."""

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from core.errors import UnreadableImport
from core.imports.attached.cleaned import Cleaned, Limits, Watch
from core.imports.attached.pictures import broken
from core.model.attachment import Media, TakenOut
from core.words import _

_PREAMBLE = 128  # bytes before the four letters by which a DICOM file is known (PS3.10, 7.1)


def is_dicom(data: bytes) -> bool:
    return data[_PREAMBLE : _PREAMBLE + 4] == b"DICM"


def picture(data: bytes, name: str, allowed: Limits, watch: Watch) -> Cleaned:
    """Raises UnreadableImport where it is broken, too large, or holds no picture, or several."""
    with _nothing_told_of_its_tags():
        return _picture(data, name, allowed, watch)


@contextmanager
def _nothing_told_of_its_tags() -> Iterator[None]:
    """pydicom warns of a tag it finds odd with the value itself, which may be a name or a birthday."""
    log = logging.getLogger("pydicom")
    before = log.disabled
    log.disabled = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.disabled = before


def _picture(data: bytes, name: str, allowed: Limits, watch: Watch) -> Cleaned:
    from PIL import Image
    from pydicom import dcmread
    from pydicom.errors import InvalidDicomError

    try:
        found = dcmread(io.BytesIO(data))
    except (InvalidDicomError, OSError, ValueError, EOFError, KeyError) as error:
        raise broken(name) from error
    _refuse(found, name, allowed)
    watch.tell(0.4)
    shown = _drawn(found, name)
    watch.tell(0.8)
    made = Image.fromarray(shown)
    written = io.BytesIO()
    _square(made, found).save(written, "PNG")
    return Cleaned(media=Media.PNG, content=written.getvalue(), taken_out=(TakenOut.DICOM_TAGS,))


def _refuse(found: Any, name: str, allowed: Limits) -> None:
    if "PixelData" not in found:
        text = _("{name} holds no picture. Export the key image itself, and attach that.")
        raise UnreadableImport(text.format(name=name))
    frames = int(found.get("NumberOfFrames", 1) or 1)
    if frames > 1:
        text = _("{name} holds {n} pictures. Export the key image alone, and attach that.")
        raise UnreadableImport(text.format(name=name, n=frames))
    if int(found.Rows) * int(found.Columns) > allowed.pixels:
        text = _("{name} has more than {most} megapixels. Export it smaller, and attach that.")
        raise UnreadableImport(text.format(name=name, most=f"{allowed.pixels / 1e6:g}"))


def _drawn(found: Any, name: str) -> Any:
    """The picture in 8 bits, rows by columns (by 3 where it has colours), brightest as white."""
    import numpy as np
    from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi_lut
    from pydicom.pixels.utils import pixel_array

    try:
        pixels = pixel_array(found)  # in RGB where the colours are YBR
        kind = str(found.get("PhotometricInterpretation", "MONOCHROME2"))
        if kind == "PALETTE COLOR":
            pixels = apply_color_lut(pixels, found)
            pixels = pixels >> 8 if pixels.dtype == np.uint16 else pixels
        elif kind.startswith("MONOCHROME"):
            pixels = apply_voi_lut(apply_modality_lut(pixels, found), found)
        elif pixels.dtype != np.uint8:
            raise ValueError("colours of more than 8 bits")
    except (NotImplementedError, RuntimeError, ValueError, AttributeError, KeyError) as error:
        text = _(
            "The picture in {name} cannot be read: it is damaged, or packed in a way that this program does not"
            " know. Export it as PNG or JPEG, and attach that."
        )
        raise UnreadableImport(text.format(name=name)) from error
    if kind.startswith("MONOCHROME"):
        pixels = _in_8_bits(pixels)
        pixels = 255 - pixels if kind == "MONOCHROME1" else pixels
    return np.ascontiguousarray(pixels.astype(np.uint8))


def _in_8_bits(pixels: Any) -> Any:
    """Grey values from the darkest to the brightest; one that is the same everywhere is black."""
    import numpy as np

    values = pixels.astype(np.float64)
    low, high = values.min(), values.max()
    return np.rint((values - low) / ((high - low) or 1) * 255)


def _square(made: Any, found: Any) -> Any:
    """The picture with pixels as high as wide."""
    spacing = found.get("PixelSpacing") or found.get("PixelAspectRatio")
    if spacing is None:
        return made
    high, wide = (float(one) for one in spacing)
    if high <= 0 or wide <= 0 or abs(high / wide - 1) < 0.01:
        return made
    width, height = made.size
    size = (
        (width, round(height * high / wide))
        if high > wide
        else (round(width * wide / high), height)
    )
    return made.resize(size)
