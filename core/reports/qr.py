"""A short code as a QR square, so that a phone or a scanner reads it from paper without a typing error."""

from functools import lru_cache
from itertools import groupby

from reportlab.graphics.barcode import qrencoder
from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from core.reports.layout import INK

QUIET = 4  # modules kept white on every side, as the standard asks


@lru_cache(maxsize=16)
def modules(words: str) -> tuple[tuple[bool, ...], ...]:
    """The dark modules, row by row from the top; a sixth of them may be spoilt and it still reads."""
    code = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.M)
    code.addData(words)
    code.make()
    return tuple(tuple(map(bool, row)) for row in code.modules)


def draw(canvas: Canvas, x: float, top: float, side: float, words: str) -> None:
    """The square with its quiet zone, ``side`` points wide, ``x`` and ``top`` being its upper left corner."""
    rows = modules(words)
    unit = module(side, words)
    path = canvas.beginPath()  # one path: no hair lines between the rows
    for number, row in enumerate(rows):
        column = 0
        for dark, run in groupby(row):
            wide = len(list(run))
            if dark:
                left, bottom = QUIET + column, QUIET + number + 1
                path.rect(x + left * unit, top - bottom * unit, wide * unit, unit)
            column += wide
    canvas.setFillColor(HexColor(INK))
    canvas.drawPath(path, stroke=0, fill=1)


def module(side: float, words: str) -> float:
    """The side of one module (points) of a square ``side`` points wide."""
    return side / (len(modules(words)) + 2 * QUIET)
