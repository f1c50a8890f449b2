"""The pages of a PDF as pictures: for a preview, and for a printer."""

from contextlib import closing
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from core.imports.attached.pdf import PDFIUM

__all__ = ["PDFIUM", "PREVIEW_DPI", "image", "images", "outline", "print_pages", "sizes"]

PREVIEW_DPI = 96
PRINT_DPI = 300


def images(pdf: bytes, dpi: float) -> list[QImage]:
    """Every page of a PDF as a picture; from any thread."""
    import pypdfium2

    with PDFIUM, closing(pypdfium2.PdfDocument(pdf)) as document:
        return [_image(page, dpi / 72) for page in document]


def sizes(pdf: bytes) -> list[tuple[float, float]]:
    """The width and height of every page in points; from any thread."""
    import pypdfium2

    with PDFIUM, closing(pypdfium2.PdfDocument(pdf)) as document:
        return [page.get_size() for page in document]


def outline(pdf: bytes) -> list[tuple[int, float]]:
    """Where each bookmark leads to: the page, counted from 1, and how far down on it (0–1); from any thread."""
    import pypdfium2

    with PDFIUM, closing(pypdfium2.PdfDocument(pdf)) as document:
        found = []
        for one in document.get_toc():
            dest = one.get_dest()
            number, (_kind, (_left, top, _zoom)) = dest.get_index(), dest.get_view()
            found.append((number + 1, 1 - top / document[number].get_height()))
        return found


def image(pdf: bytes, number: int, scale: float) -> QImage:
    """One page, counted from 0, with so many pixels a point; from any thread."""
    import pypdfium2

    with PDFIUM, closing(pypdfium2.PdfDocument(pdf)) as document:
        return _image(document[number], scale)


def _image(page: Any, scale: float) -> QImage:
    bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=True)
    made = QImage(
        bitmap.buffer, bitmap.width, bitmap.height, bitmap.stride, QImage.Format.Format_RGBX8888
    )
    try:
        return made.copy()  # the buffer goes with the bitmap
    finally:
        bitmap.close()


def print_pages(pdf: bytes, printer: object) -> None:
    """Send every page to a printer (a QPrinter, possibly one that writes a file), as large as its paper.

    The margins are in the page: on paper of its own size it is printed as the preview shows it, not smaller.
    """
    from PySide6.QtPrintSupport import QPrinter

    if not isinstance(printer, QPrinter):
        raise TypeError("print_pages needs a QPrinter")
    printer.setFullPage(True)
    painter = QPainter(printer)
    try:
        for index, image in enumerate(images(pdf, PRINT_DPI)):
            if index:
                printer.newPage()
            area = painter.viewport()
            size = image.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
            painter.drawImage(
                area.adjusted(0, 0, size.width() - area.width(), size.height() - area.height()),
                image,
            )
    finally:
        painter.end()
