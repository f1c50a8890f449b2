"""Reads the QR squares of a rendered page by the standard (ISO/IEC 18004), as a scanner would.

Enough for what is printed here: versions 1 to 3, level M, alphanumeric, and no damage to correct.
"""

from ctypes import c_int
from itertools import product

import pypdfium2
import pypdfium2.raw as pdfium

DPI = 200
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
QUIET, FINDER = 4, 7  # modules


def codes(pdf: bytes) -> list[list[str]]:
    """What the squares of every page say."""
    document = pypdfium2.PdfDocument(pdf)
    found = [[read(picture) for picture in squares(one)] for one in document]
    document.close()
    return found


def squares(page) -> list:
    """The pictures of the squares of a page, without their quiet zone, which must be white."""
    scale = DPI / 72
    whole = page.render(scale=scale).to_pil().convert("L")
    found = []
    for one in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH]):
        left, bottom, right, top = one.get_bounds()
        side = right - left
        if not is_filled(one) or side < 20 or abs(side - (top - bottom)) > 0.5:
            continue
        edges = (left, page.get_height() - top, right, page.get_height() - bottom)
        inner = whole.crop([round(edge * scale) for edge in edges])
        air = side / len(modules(inner)) * (QUIET - 0.5)
        wide = (edges[0] - air, edges[1] - air, edges[2] + air, edges[3] + air)
        round_it = whole.crop([round(edge * scale) for edge in wide])
        dark = round_it.point(lambda level: 255 * (level < 128)).getbbox()
        margin = air * scale - 2
        assert min(dark[0], dark[1]) >= margin
        assert max(dark[2], dark[3]) <= round_it.width - margin
        found.append(inner)
    return found


def is_filled(path) -> bool:
    mode, stroke = c_int(), c_int()
    pdfium.FPDFPath_GetDrawMode(path, mode, stroke)
    return mode.value != pdfium.FPDF_FILLMODE_NONE


def modules(picture) -> list[list[bool]]:
    """The dark modules; the finder at the upper left says how wide one is."""
    dark = picture.point(lambda level: 255 * (level < 128))
    middle = round(picture.height / 50)
    row = [dark.getpixel((x, middle)) > 0 for x in range(picture.width)]
    begin = row.index(True)
    unit = (row.index(False, begin) - begin) / FINDER
    count = min((21, 25, 29), key=lambda n: abs(n - picture.width / unit))
    unit = picture.width / count
    places = [int((n + 0.5) * unit) for n in range(count)]
    return [[dark.getpixel((x, y)) > 0 for x in places] for y in places]


def read(picture) -> str:
    grid = modules(picture)
    size = len(grid)
    marks = [(8, c) for c in (0, 1, 2, 3, 4, 5, 7, 8)] + [(r, 8) for r in (7, 5, 4, 3, 2, 1, 0)]
    form = int("".join(str(int(grid[r][c])) for r, c in marks), 2) ^ 0b101010000010010
    assert form >> 13 == 0b00, "level M"
    mask = form >> 10 & 7
    bits = "".join(
        str(int(grid[r][c] ^ is_masked(mask, r, c)))
        for r, c in places(size)
        if not is_pattern(r, c, size)
    )
    assert bits[:4] == "0010", "alphanumeric"
    length, bits = int(bits[4:13], 2), bits[13:]
    words = ""
    while len(words) < length - 1:
        pair, bits = int(bits[:11], 2), bits[11:]
        words += LETTERS[pair // 45] + LETTERS[pair % 45]
    return words if len(words) == length else words + LETTERS[int(bits[:6], 2)]


def places(size: int):
    """The modules in the order of the bits: pairs of columns from the right, upwards and downwards."""
    columns = [c for c in range(size - 1, -1, -1) if c != 6]
    for n, right in enumerate(columns[::2]):
        rows = range(size) if n % 2 else range(size - 1, -1, -1)
        for r, left in product(rows, (0, 1)):
            yield r, columns[2 * n + left] if left else right


def is_masked(mask: int, r: int, c: int) -> bool:
    product_of_both = r * c % 2 + r * c % 3
    rules = (
        *((r + c) % 2, r % 2, c % 3, (r + c) % 3),
        *((r // 2 + c // 3) % 2, product_of_both, product_of_both % 2),
        ((r + c) % 2 + r * c % 3) % 2,
    )
    return rules[mask] == 0


def is_pattern(r: int, c: int, size: int) -> bool:
    finder = (r < 9 and (c < 9 or c >= size - 8)) or (r >= size - 8 and c < 9)
    alignment = size > 21 and abs(r - (size - 7)) <= 2 and abs(c - (size - 7)) <= 2
    return finder or alignment or r == 6 or c == 6
