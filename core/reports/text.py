"""Text on paper: a name in any script prints, and what cannot be printed leaves a visible mark.

reportlab neither falls back to a second font nor knows right-to-left writing, so both happen here:
Arabic letters are joined, the line is put into the order it is drawn in, and it is cut into runs by
what each font covers. (reportlab's own shaping prints Persian numbers backwards.)
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from itertools import groupby

from arabic_reshaper import ArabicReshaper
from bidi import algorithm as bidi
from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from core import resources
from core.words import _, between_breaks

PLACEHOLDER = "▯"  # stands for a character that no font of ours has
ELLIPSIS = "…"
CAP_HEIGHT = 0.7  # of the font size, in both families
LONGEST = 40_000  # characters of one text: five pages of them

_LRM, _RLM = "\u200e", "\u200f"
_ISOLATES = re.compile("[\u2066-\u2069]")  # python-bidi does not know them
_RIGHT_TO_LEFT = {"R", "AL", "AN", "RLE", "RLO"}
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)


class Weight(StrEnum):
    REGULAR = ""
    MEDIUM = "-medium"
    SEMIBOLD = "-semibold"


class Align(StrEnum):
    """``START`` is the side where the text begins: right for a right-to-left one."""

    START = "start"
    LEFT = "left"
    RIGHT = "right"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True)
class Style:
    """``size`` and ``leading`` (from line to line) in points, ``colour`` as #rrggbb."""

    size: float
    leading: float
    weight: Weight = Weight.REGULAR
    colour: str = "#000000"


@cache
def fonts(weight: Weight) -> tuple[TTFont, ...]:
    """IBM Plex Sans Arabic and, for what it lacks, Fira Sans; registered with reportlab."""
    files = resources.fonts()
    found = []
    for family in ("plex", "fira"):
        name = family + weight
        font = TTFont(name, str(files[name]))
        pdfmetrics.registerFont(font)
        found.append(font)
    return tuple(found)


def draw(
    canvas: Canvas,
    x: float,
    y: float,
    text: str,
    style: Style,
    align: Align = Align.LEFT,
    available: float = 0,
) -> None:
    """One line with its baseline at ``y``, aligned in the ``available`` points right of ``x``."""
    free = available - width(text, style)
    if align is Align.RIGHT or (align is Align.START and is_rtl(text)):
        x += free
    elif align is Align.CENTRE:
        x += free / 2
    canvas.setFillColor(HexColor(style.colour))
    for font, run in runs(text, style.weight):
        canvas.setFont(font.fontName, style.size)
        canvas.drawString(x, y, run)
        x += font.stringWidth(run, style.size)


@lru_cache(maxsize=8192)
def width(text: str, style: Style) -> float:
    """The width of one line (points)."""
    return float(sum(font.stringWidth(run, style.size) for font, run in runs(text, style.weight)))


def wrap(text: str, style: Style, available: float) -> list[str]:
    """The lines of a text no wider than ``available`` points, cut in logical order.

    Nothing is left out of a text of up to `LONGEST` characters; of a longer one the last line says how much is.
    Lines of a right-to-left paragraph stay right-to-left even where they begin with a Latin word.
    """
    if len(text) > LONGEST:
        more = _("{n} more characters are not printed: read them in the program.")
        said = more.format(n=f"{len(text) - LONGEST:,}")
        return [*wrap(text[:LONGEST], style, available), *wrap(said, style, available)]
    lines = []
    for paragraph in text.splitlines() or [""]:
        direction = is_rtl(paragraph)
        for line in _wrapped(paragraph, style, available):
            mark = "" if is_rtl(line) == direction else _RLM if direction else _LRM
            lines.append(mark + line)
    return lines


def fit(text: str, style: Style, available: float) -> str:
    """The text, shortened with an ellipsis where it is wider than ``available`` points."""
    if width(text, style) <= available:
        return text
    length = _longest(text, available - width(ELLIPSIS, style), style)
    return text[:length].rstrip() + ELLIPSIS


def is_rtl(text: str) -> bool:
    """Whether the first letter that has a direction runs from right to left."""
    return bool(bidi.get_base_level(text) == 1)


def embedded(text: str) -> str:
    """A text to be set into a left-to-right sentence without disturbing the order of what follows it."""
    return f"{_LRM}{text}{_LRM}" if _has_rtl(text) else text


@lru_cache(maxsize=4096)
def runs(text: str, weight: Weight) -> tuple[tuple[TTFont, str], ...]:
    """One line in the order it is drawn in, left to right, cut where the font changes."""
    family = fonts(weight)
    visible = "".join(_printable(char, family) for char in _in_visual_order(text))
    pieces = [piece for word in re.split("( )", visible) for piece in _set(word, family)]
    return tuple(
        (font, "".join(piece for _, piece in group))
        for font, group in groupby(pieces, key=lambda piece: piece[0])
    )


def _set(word: str, family: tuple[TTFont, ...]) -> Iterator[tuple[TTFont, str]]:
    """A word in the first font that has all of it, so that fonts change inside a word only if they must."""
    whole = next((font for font in family if _covers(font, word)), None)
    if whole is not None:
        yield whole, word
        return
    for char in word:
        yield next(font for font in family if _covers(font, char)), char


def _covers(font: TTFont, text: str) -> bool:
    return all(ord(char) in font.face.charToGlyph for char in text)


@lru_cache(maxsize=4096)
def _printable(char: str, family: tuple[TTFont, ...]) -> str:
    """The character as some font has it: itself, its plain equivalent, or the placeholder."""
    if _is_invisible(char):
        return ""
    for text in (char, unicodedata.normalize("NFKC", char)):
        if all(any(_covers(font, one) for font in family) for one in text):
            return text
    return PLACEHOLDER


def _is_invisible(char: str) -> bool:
    """Marks that only steer direction and joining; Arabic number signs are formats too, but are seen."""
    formats = unicodedata.category(char) == "Cf" and unicodedata.bidirectional(char) != "AN"
    return formats or ord(char) in _VARIATION_SELECTORS


def _in_visual_order(text: str) -> str:
    text = _ISOLATES.sub("", unicodedata.normalize("NFC", text))
    text = "".join(_tame(char) for char in text)
    if not _has_rtl(text):
        return text
    joined = _with_steady_brackets(_reshaper().reshape(text), rtl=is_rtl(text))
    return str(bidi.get_display(joined, base_dir="R" if is_rtl(text) else "L"))


def _with_steady_brackets(text: str, *, rtl: bool) -> str:
    """Both brackets of a pair get one direction, from direction marks round each.

    Rule N0 of the Unicode bidirectional algorithm, which python-bidi lacks: without it the closing
    bracket of "12 kg (خوب) گفت" wanders to the end. Letters decide; European digits do not.
    """
    marks = {False: _LRM, True: _RLM}
    directed = {
        i: unicodedata.bidirectional(char) in _RIGHT_TO_LEFT
        for i, char in enumerate(text)
        if unicodedata.bidirectional(char) in {"L", *_RIGHT_TO_LEFT}
    }
    chars = list(text)
    for start, end in _bracket_pairs(text):
        inside = {is_right for i, is_right in directed.items() if start < i < end}
        if not inside:
            continue
        before = next((directed[i] for i in range(start, -1, -1) if i in directed), rtl)
        mark = marks[rtl if rtl in inside or before == rtl else not rtl]
        for i in (start, end):
            chars[i] = f"{mark}{text[i]}{mark}"
    return "".join(chars)


def _bracket_pairs(text: str) -> Iterator[tuple[int, int]]:
    opened: list[int] = []
    for i, char in enumerate(text):
        if char in _BRACKETS:
            opened.append(i)
        elif char in _BRACKETS.values():
            while opened:
                start = opened.pop()
                if _BRACKETS[text[start]] == char:
                    yield start, i
                    break


def _tame(char: str) -> str:
    """White space of every kind is a space; controls and unassigned characters have no direction."""
    if char.isspace():
        return " "
    return PLACEHOLDER if unicodedata.category(char) in {"Cc", "Cn"} else char


def _has_rtl(text: str) -> bool:
    return any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text)


@cache
def _reshaper() -> ArabicReshaper:
    return ArabicReshaper({"delete_harakat": False, "shift_harakat_position": False})


def _wrapped(paragraph: str, style: Style, available: float) -> Iterator[str]:
    line, used = "", 0.0
    space = width(" ", style)
    parts = between_breaks(paragraph)
    for word in (one for part in parts for one in _words(part, style, available)):
        for piece in _pieces(word, style, available):
            wide = width(piece, style)
            if line and (piece is not word or used + space + wide > available):
                yield line
                line, used = piece, wide
            elif line:
                line, used = f"{line} {piece}", used + space + wide
            else:
                line, used = piece, wide
    yield line


def _words(part: str, style: Style, available: float) -> list[str]:
    """A part that stays together, unless it is wider than a line."""
    return [part] if " " not in part or width(part, style) <= available else part.split()


def _pieces(word: str, style: Style, available: float) -> Iterator[str]:
    """A word, or the parts of one that is wider than a line; in a time that grows as its length does."""
    start = 0
    while True:
        length = _fitting(word, start, available, style)
        yield word[start : start + length]
        start += length
        if start >= len(word):
            return


def _fitting(word: str, start: int, available: float, style: Style) -> int:
    """How many characters from ``start`` on fit, at least 1: looked for among few first, then among twice as many."""
    tried = 32
    while True:
        piece = word[start : start + tried]
        if width(piece, style) > available:
            return max(1, _longest(piece, available, style))
        if start + tried >= len(word):
            return len(piece)
        tried *= 2


def _longest(text: str, available: float, style: Style) -> int:
    """How many of its characters fit, found by halving."""
    lengths = range(1, len(text) + 1)
    return bisect_right(lengths, available, key=lambda length: width(text[:length], style))
