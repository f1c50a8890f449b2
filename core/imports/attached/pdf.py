"""PDF: its pages are kept as they look, in a document that has nothing else.

What can be filled in, and what is noted on a page, is drawn into it; then the pages are taken over into a new
document. So its information, bookmarks, links, scripts and the files within it stay behind. Pages that would look
otherwise then are refused.
"""

import io
import re
from threading import Lock
from typing import Any

from core.errors import UnreadableImport
from core.imports.attached.cleaned import Cleaned, Limits, Watch
from core.imports.attached.pictures import broken
from core.model.attachment import Media, TakenOut
from core.words import _

PDFIUM = Lock()  # PDFium takes the whole process down when two threads use it at once
_HEAD = 1024  # bytes within which a PDF says that it is one
_LOOK_DPI = 36
_FAINT = 24  # of 255: by how much the drawing of a line may differ
# How PDFium writes an XMP stream that a page or a picture in it has: its name, and the number of its object.
_METADATA = re.compile(rb"/Metadata (\d+) 0 R")


def is_pdf(data: bytes) -> bool:
    return b"%PDF-" in data[:_HEAD]


def pages(data: bytes, name: str, allowed: Limits, watch: Watch) -> Cleaned:  # noqa: ARG001
    """Raises UnreadableImport where it is broken, asks for a password, or cannot be cleaned."""
    import pypdfium2
    from pypdfium2 import raw

    try:
        with PDFIUM:
            as_it_is, source = pypdfium2.PdfDocument(data), pypdfium2.PdfDocument(data)
            made = pypdfium2.PdfDocument.new()
        try:
            return _taken_over(as_it_is, source, made, data, name, watch)
        finally:
            with PDFIUM:
                for document in (made, source, as_it_is):
                    document.close()
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD:
            text = _("{name} asks for a password. Save it without one, and attach that.")
            raise UnreadableImport(text.format(name=name)) from error
        raise broken(name) from error


def _taken_over(
    as_it_is: Any, source: Any, made: Any, data: bytes, name: str, watch: Watch
) -> Cleaned:
    from pypdfium2 import raw

    with PDFIUM:
        as_it_is.init_forms()
        source.init_forms()
        count = len(source)
    if not count:
        raise broken(name)
    for number in range(count):
        with PDFIUM:
            page = source[number]
            raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
            page.close()
        watch.tell(0.3 + 0.2 * number / count)
    with PDFIUM:
        made.import_pages(source)
        written = io.BytesIO()
        made.save(written)
    content = _without_xmp(written.getvalue())
    _compare(as_it_is, content, count, name, watch)
    there = {TakenOut.XMP: b"/Metadata", TakenOut.DOCUMENT_INFORMATION: b"/Info"}
    taken = [one for one, sign in there.items() if sign in data]
    return Cleaned(media=Media.PDF, content=content, taken_out=(*taken, TakenOut.WORKINGS))


def _without_xmp(pdf: bytes) -> bytes:
    """PDFium's own output without the XMP of pages and pictures: blanks in its place, so that nothing moves."""
    found = list(_METADATA.finditer(pdf))
    if not found:
        return pdf
    cleaned = bytearray(pdf)
    for one in found:
        cleaned[one.start() : one.end()] = b" " * (one.end() - one.start())
        head = re.search(rb"[\r\n]%b 0 obj\b" % one[1], pdf)
        start = pdf.find(b"stream", head.end()) if head else -1
        end = pdf.find(b"endstream", start)
        if head and head.end() < start < end:
            begin = start + len(b"stream\r\n")
            cleaned[begin:end] = b" " * (end - begin)
    return bytes(cleaned)


def _compare(as_it_is: Any, content: bytes, count: int, name: str, watch: Watch) -> None:
    """Raises UnreadableImport where a page does not look as it did."""
    import pypdfium2

    with PDFIUM:
        new = pypdfium2.PdfDocument(content)
    try:
        for number in range(count):
            with PDFIUM:
                same = len(new) == count and _same(as_it_is[number], new[number])
            if not same:
                text = _(
                    "Page {n} of {name} would look otherwise without what is hidden in the file."
                    " Print it to a new PDF, and attach that."
                )
                raise UnreadableImport(text.format(n=number + 1, name=name))
            watch.tell(0.5 + 0.5 * number / count)
    finally:
        with PDFIUM:
            new.close()


def _same(one: Any, other: Any) -> bool:
    import numpy as np

    drawn = []
    for page in (one, other):
        bitmap = page.render(scale=_LOOK_DPI / 72, grayscale=True)
        drawn.append(np.array(bitmap.to_numpy(), dtype=np.int16))
        bitmap.close()
        page.close()
    first, second = drawn
    return bool(first.shape == second.shape and np.abs(first - second).max(initial=0) <= _FAINT)
