"""The sheet for the patient and the family: one page, in type that is read at a kitchen table.

Nothing on it is smaller than 10 points, and it is never two pages: what is too long for one is shortened, lists before
sentences, and `shortened` says what was.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from io import BytesIO
from itertools import pairwise

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from core.model.document import OfSheet
from core.model.paper import PaperSize
from core.reports import layout, text
from core.reports.layout import RULE, Block
from core.reports.page import INNER, QR_SIDE, SIZES, square
from core.reports.stack import marker
from core.reports.text import CAP_HEIGHT, ELLIPSIS, Align, Style, Weight
from core.views import plot_style
from core.views.sheet import build
from core.views.sheet.build import Figure, PatientSheet
from core.views.sheet.changes import Value
from core.views.sheet.definition import FIELDS, Field, of_row
from core.words import N_, _, instant, month_name, month_of, plural

TITLE = N_("Your visit today")
_MUTED = "#4a5460"
_ACCENT, _BAD, _GROUND, _LIGHT = "#0b6e8a", "#b3261e", "#f1f4f8", "#dfe3e8"
_TITLE = Style(20, 25, Weight.SEMIBOLD)
_UNDER_TITLE = Style(11, 14.5, colour=_MUTED)
_SMALL = Style(10, 12.5, colour=_MUTED)
_FIRST = Style(11.5, 16)
_FIRST_STRONG = Style(11.5, 16, Weight.SEMIBOLD)
_SECTION = Style(12, 17, Weight.SEMIBOLD)
_ROW_TITLE = Style(11, 14, Weight.SEMIBOLD)
_ROW = Style(10, 12.5)
_VALUE = Style(10.5, 13, Weight.SEMIBOLD)
_TODAY = Style(10, 12.5, Weight.SEMIBOLD)
_LIST = Style(10.5, 16)
_BOXED = Style(10.5, 14)
_BOXED_STRONG = Style(10.5, 14, Weight.SEMIBOLD)

_TOP, _BOTTOM = 28.0, 20.0  # margins (points), as all that follow
_HEAD_RIGHT = 190.0  # the width of the clinic and the record number
_WORDS = 178.0  # the width of the words of a row
_PLOT = 196.0  # where its plot begins
_PLOT_ENDS = 26.0  # free at both ends of a plot, for the numbers
_ABOVE = 16.0  # free above the highest value, for its number
_INSET = 11.0
_GAP = 8.0
_BETWEEN = 24.0  # two columns
_BULLET = 11.0
_MARKER = 3.3
_MOST_OF_HEAD = 2  # lines of the clinic's name, and of when and with whom
_MOST_OF_ENTRY = 2  # lines of an entry of a list
_TO_WRITE = 2  # lines to write on, where a list is empty


@dataclass(frozen=True, slots=True)
class Room:
    """How many lines each part may have, and how high a row is at the least (points)."""

    entries: int = 9
    boxed: int = 5
    first: int = 5
    row: int = 4
    row_height: float = 74


def _rooms() -> Iterator[Room]:
    """From the most room to the least: lists give way first, then the height of rows, then sentences."""
    room = Room()
    yield room
    for height in (70, 66, 62, 58, 54):
        room = replace(room, row_height=height)
        yield room
    for entries in (8, 7, 6, 5):
        room = replace(room, entries=entries)
        yield room
    for height in (50, 46):
        room = replace(room, row_height=height)
        yield room
    for entries in (4, 3):
        room = replace(room, entries=entries)
        yield room
    for change in ({"boxed": 4}, {"row": 3}, {"first": 4}, {"boxed": 3}, {"first": 3}, {"row": 2}):
        room = replace(room, **change)
        yield room


@dataclass(frozen=True, slots=True)
class Printed:
    """When it is printed, on which paper, and the code of the trail's head; empty where it stands for no file."""

    at: datetime
    size: PaperSize = PaperSize.A4
    code: str = ""


@dataclass(slots=True)
class _Page:
    """A page being laid out in so much room; ``cut`` are the fields of which something was left out."""

    sheet: PatientSheet
    room: Room
    printed: Printed
    cut: set[str] = field(default_factory=set)

    def lines(self, words: str, style: Style, width: float, most: int, name: str) -> list[str]:
        """The words in so many lines at most."""
        found = [line for line in text.wrap(words.strip(), style, width) if line]
        if len(found) <= most:
            return found
        if name:
            self.cut.add(name)
        last = text.fit(found[most - 1] + ELLIPSIS * 2, style, width).rstrip(f"{ELLIPSIS} ")
        return [*found[: most - 1], last + ELLIPSIS]


def document(source: OfSheet) -> bytes:
    """The sheet as PDF. Raises ValueError where `build.why_none` says why there is none."""
    return render(_sheet(source), _printed(source))


def cut_of(source: OfSheet) -> frozenset[str]:
    """The fields of which the page does not have everything."""
    return shortened(_sheet(source), _printed(source))


def _printed(source: OfSheet) -> Printed:
    code = "" if source.head is None else source.head.code
    return Printed(source.printed_at, source.size, code)


def _sheet(source: OfSheet) -> PatientSheet:
    return build.build(source.record, source.visit_id, source.clinic, source.names, source.typed)


def render(sheet: PatientSheet, printed: Printed) -> bytes:
    blocks, _page = _fitted(sheet, printed)
    width, height = SIZES[printed.size]
    buffer = BytesIO()
    first = text.fonts(Weight.REGULAR)[0].fontName
    canvas = Canvas(buffer, pagesize=SIZES[printed.size], invariant=1, initialFontName=first)
    canvas.setTitle(_(TITLE))
    for set_nothing in (canvas.setAuthor, canvas.setCreator, canvas.setSubject):
        set_nothing("")
    top = height - _TOP
    for block in blocks:
        block.draw(canvas, (width - INNER) / 2, top)
        top -= block.height
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def shortened(sheet: PatientSheet, printed: Printed) -> frozenset[str]:
    """The fields of which the page does not have everything."""
    return frozenset(_fitted(sheet, printed)[1].cut)


def _fitted(sheet: PatientSheet, printed: Printed) -> tuple[list[Block], _Page]:
    """The blocks of the page in the most room that it has; what is left over goes between them."""
    free = SIZES[printed.size][1] - _TOP - _BOTTOM
    for room in _rooms():
        page = _Page(sheet, room, printed)
        body, foot = _body(page), _foot(page)
        left = free - layout.height([*body, *foot])
        if left >= 0:
            break
    return [*body, layout.gap(left), *foot], page


def _body(page: _Page) -> list[Block]:
    return [
        _head(page),
        layout.gap(_GAP),
        _first(page),
        layout.gap(_GAP),
        _caption(),
        *(_row(page, one) for one in page.sheet.figures),
        _axis(page.sheet),
        layout.gap(_GAP),
        _lists(page),
        layout.gap(_GAP),
        _boxes(page),
    ]


def _stacked(
    lines: Sequence[str], style: Style, width: float = 0, align: Align = Align.LEFT
) -> Block:
    """Lines below one another; without a ``width`` each begins at the left."""

    def draw(canvas: Canvas, x: float, top: float) -> None:
        for line in lines:
            text.draw(canvas, x, _baseline(top, style), line, style, align, width)
            top -= style.leading

    return Block(style.leading * len(lines), draw)


def _baseline(top: float, style: Style) -> float:
    return top - (style.leading + CAP_HEIGHT * style.size) / 2


def _head(page: _Page) -> Block:
    sheet, left = page.sheet, INNER - _HEAD_RIGHT - _GAP
    under = page.lines(sheet.accompanied, _UNDER_TITLE, left, _MOST_OF_HEAD, Field.WITH)
    titled = [_stacked([_(TITLE)], _TITLE), _stacked(under, _UNDER_TITLE, left, Align.START)]
    right = page.lines(sheet.clinic, _SMALL, _HEAD_RIGHT, _MOST_OF_HEAD, "")
    for words in (*sheet.patient, sheet.demonstration):
        right += page.lines(words, _SMALL, _HEAD_RIGHT, _MOST_OF_HEAD, "")[:_MOST_OF_HEAD]
    beside = _stacked(right, _SMALL, _HEAD_RIGHT, Align.RIGHT)
    (made,) = layout.beside([(INNER - _HEAD_RIGHT, titled), (_HEAD_RIGHT, [beside])])
    return made


# The first sentences, on a ground of their own.


def _first(page: _Page) -> Block:
    sheet, width = page.sheet, INNER - 2 * _INSET
    lines = page.lines(sheet.headline, _FIRST_STRONG, width, page.room.first, Field.HEADLINE)
    strong = _strong_words(sheet.headline, sheet.strong)
    height = _FIRST.leading * max(1, len(lines)) + 2 * _GAP

    def draw(canvas: Canvas, x: float, top: float) -> None:
        canvas.setFillColor(HexColor(_GROUND))
        canvas.roundRect(x, top - height, INNER, height, 7, stroke=0, fill=1)
        top -= _GAP
        said = 0
        for line in lines:
            _emphasised(canvas, x + _INSET, top, line, width, strong[said:])
            said += len(line.split())
            top -= _FIRST.leading

    return Block(height, draw)


def _strong_words(words: str, names: Sequence[str]) -> list[bool]:
    """For each word whether it is one of these names, or a part of one."""
    found = words.split()
    bare = [word.strip(".,:;") for word in found]
    marked = [False] * len(found)
    for name in names:
        parts = name.split()
        for at in range(len(found) - len(parts) + 1):
            if bare[at : at + len(parts)] == parts:
                marked[at : at + len(parts)] = [True] * len(parts)
    return marked


def _emphasised(
    canvas: Canvas, x: float, top: float, line: str, width: float, strong: Sequence[bool]
) -> None:
    """A line with its strong words; one that is written from the right in one piece."""
    y = _baseline(top, _FIRST)
    if text.is_rtl(line):
        text.draw(canvas, x, y, line, _FIRST, Align.START, width)
        return
    for word, is_strong in zip(line.split(), strong, strict=False):
        inner = word.rstrip(".:") if is_strong else ""
        for part, style in ((inner, _FIRST_STRONG), (word.removeprefix(inner), _FIRST)):
            text.draw(canvas, x, y, part, style)
            x += text.width(part, style)
        x += text.width(" ", _FIRST)


# How things are going: six rows on one time axis.


def _caption() -> Block:
    said = _("points, higher is better; the dotted line is “no difficulty”")
    lines = text.wrap(said, _SMALL, INNER - _PLOT)
    height = max(_SECTION.leading, len(lines) * _SMALL.leading)

    def draw(canvas: Canvas, x: float, top: float) -> None:
        text.draw(canvas, x, _baseline(top, _SECTION), _("How things are going"), _SECTION)
        _stacked(lines, _SMALL).draw(canvas, x + _PLOT, top - 2)

    return Block(height, draw)


def _row(page: _Page, figure: Figure) -> Block:
    name = of_row(figure.id)
    title = page.lines(figure.title, _ROW_TITLE, _WORDS - _BULLET, 2, "")
    lines = page.lines(figure.sentence, _ROW, _WORDS, page.room.row, name)
    needed = len(title) * _ROW_TITLE.leading + len(lines) * _ROW.leading + _GAP
    height = max(page.room.row_height, needed)
    is_last = figure is page.sheet.figures[-1]
    style = plot_style.of(figure.role)

    def draw(canvas: Canvas, x: float, top: float) -> None:
        inside = top - _GAP / 2
        middle = inside - _ROW_TITLE.leading / 2
        marker(canvas, style.marker, style.light, x + 4, middle, _MARKER, filled=True)
        _stacked(title, _ROW_TITLE).draw(canvas, x + _BULLET, inside)
        inside -= len(title) * _ROW_TITLE.leading
        _stacked(lines, _ROW, _WORDS, Align.START).draw(canvas, x, inside)
        _plot(canvas, figure, page.sheet, x, (top - _ABOVE, top - height + _GAP))
        if not is_last:
            canvas.setStrokeColor(HexColor(_LIGHT))
            canvas.setLineWidth(0.6)
            canvas.line(x, top - height, x + INNER, top - height)

    return Block(height, draw)


def _across(sheet: PatientSheet, value: Value) -> float:
    """Where a day is, from the left of the page; the only day is where today is."""
    first, last = sheet.days[0], sheet.days[-1]
    begin, end = _PLOT + _PLOT_ENDS, float(INNER) - _PLOT_ENDS
    if first == last:
        return end
    return begin + (end - begin) * (value.day - first).days / (last - first).days


def _plot(
    canvas: Canvas, figure: Figure, sheet: PatientSheet, x: float, between: tuple[float, float]
) -> None:
    """The values between two heights of the page, the highest of the scale at the first."""
    upper, lower = between
    canvas.setStrokeColor(HexColor(RULE))
    canvas.setLineWidth(0.6)
    canvas.setDash()
    if figure.base:
        canvas.line(x + _PLOT, lower, x + INNER, lower)
    if figure.line:
        canvas.setDash(1.5, 2)
        canvas.line(x + _PLOT, upper, x + INNER, upper)
    scale = (upper - lower) / (figure.high - figure.low)
    points = [
        (x + _across(sheet, one), lower + (one.number - figure.low) * scale, one)
        for one in figure.values
    ]
    style = plot_style.of(figure.role)
    canvas.setDash()
    canvas.setStrokeColor(HexColor(style.light))
    canvas.setLineWidth(1.8)
    for (x1, y1, _one), (x2, y2, _other) in pairwise(points):
        canvas.line(x1, y1, x2, y2)
    for at, y, one in points:
        marker(canvas, style.marker, style.light, at, y, _MARKER, filled=one.sure)
    _numbers(canvas, figure, points, x)


def _numbers(
    canvas: Canvas, figure: Figure, points: Sequence[tuple[float, float, Value]], x: float
) -> None:
    """The first and the last number above their points; where they would touch, the last alone."""
    ends = points[-1:] if len(points) < 2 else [points[0], points[-1]]
    widths = [text.width(figure.label(one), _VALUE) for _x, _y, one in ends]
    if len(ends) == 2 and ends[1][0] - ends[0][0] < sum(widths) / 2 + 6:
        ends, widths = ends[1:], widths[1:]
    for (at, y, one), wide in zip(ends, widths, strict=True):
        left = min(max(at - wide / 2, x + _PLOT), x + INNER - wide)
        canvas.setFillColor(HexColor("#ffffff"))  # no line goes through a number
        canvas.rect(left - 1, y + 2 * _MARKER - 1, wide + 2, _VALUE.size, stroke=0, fill=1)
        text.draw(canvas, left, y + 2 * _MARKER, figure.label(one), _VALUE)


def _axis(sheet: PatientSheet) -> Block:
    """The months of the visits, as many as there is room for; today first, then the first one."""
    today = _("today")
    taken: list[tuple[float, float, str, Style]] = []
    months: set[date] = set()
    others = [sheet.days[0], *reversed(sheet.days[1:-1])] if len(sheet.days) > 1 else []
    for day in (sheet.on, *others):
        is_today = day == sheet.on
        words, style = (today, _TODAY) if is_today else (month_name(day.month), _SMALL)
        if day == sheet.days[0] and not is_today:
            words = month_of(day)
        wide = text.width(words, style)
        left = min(max(_across(sheet, Value(day, 0)) - wide / 2, _PLOT), INNER - wide)
        if day.replace(day=1) in months:
            continue
        if all(left > end + 7 or left + wide < start - 7 for start, end, _w, _s in taken):
            taken.append((left, left + wide, words, style))
            months.add(day.replace(day=1))
    height = _SMALL.leading + 4

    def draw(canvas: Canvas, x: float, top: float) -> None:
        for start, _end, words, style in taken:
            text.draw(canvas, x + start, _baseline(top, style), words, style)
        layout.rule(canvas, x, top - height, INNER, strong=True)

    return Block(height, draw)


# What was agreed and what is taken; when the next visit is, and when to call.

_COLUMN = (INNER - _BETWEEN) / 2


def _lists(page: _Page) -> Block:
    stacks = [
        (_COLUMN + _BETWEEN, [_list(page, Field.AGREED, page.sheet.agreed)]),
        (_COLUMN, [_list(page, Field.MEDICINES, page.sheet.medicines)]),
    ]
    (made,) = layout.beside(stacks, limit=2_000)
    return made


def _list(page: _Page, name: str, entries: Sequence[str]) -> Block:
    """A heading and its entries; where there are none, lines to write on."""
    shown: list[list[str]] = []
    used, most = 0, page.room.entries
    for at, entry in enumerate(entries):
        lines = page.lines(entry, _LIST, _COLUMN - _BULLET, _MOST_OF_ENTRY, name)
        is_last = at == len(entries) - 1
        if used + len(lines) > most - (0 if is_last else 1):
            break
        shown.append(lines)
        used += len(lines)
    more = len(entries) - len(shown)
    if more:
        page.cut.add(name)
    count = used + bool(more) if entries else _TO_WRITE

    def draw(canvas: Canvas, x: float, top: float) -> None:
        text.draw(canvas, x, _baseline(top, _SECTION), FIELDS[name], _SECTION)
        top -= _SECTION.leading
        if not entries:
            _to_write_on(canvas, x, top)
            return
        for lines in shown:
            canvas.setFillColor(HexColor(_ACCENT))
            canvas.circle(x + 2.5, top - _LIST.leading / 2, 1.9, stroke=0, fill=1)
            block = _stacked(lines, _LIST, _COLUMN - _BULLET, Align.START)
            block.draw(canvas, x + _BULLET, top)
            top -= block.height
        if more:
            words = plural(more, "and 1 more", "and {n} more")
            text.draw(canvas, x + _BULLET, _baseline(top, _LIST), words, _LIST)

    return Block(_SECTION.leading + count * _LIST.leading, draw)


def _to_write_on(canvas: Canvas, x: float, top: float) -> None:
    for line in range(1, _TO_WRITE + 1):
        layout.rule(canvas, x, top - line * _LIST.leading + 3, _COLUMN)


def _boxes(page: _Page) -> Block:
    """The next appointment, and when to call where."""
    sheet, width = page.sheet, _COLUMN - 2 * _INSET
    most = page.room.boxed
    coming = page.lines(sheet.next, _BOXED, width, most, Field.NEXT)
    call = page.lines(sheet.call_us, _BOXED, width, most, Field.CALL_US)
    phone = _("Phone: {number}").format(number=sheet.phone or "_" * 22)
    ringing = page.lines(phone, _BOXED_STRONG, width, 2, Field.PHONE)
    no_more: list[str] = []
    boxes = (
        (Field.NEXT, _ACCENT, coming, no_more),
        (Field.CALL_US, _BAD, call, ringing),
    )
    lines = max(len(plain) + len(strong) for _name, _colour, plain, strong in boxes)
    height = _SECTION.leading + lines * _BOXED.leading + 2 * _GAP

    def draw(canvas: Canvas, x: float, top: float) -> None:
        for name, colour, plain, strong in boxes:
            canvas.setStrokeColor(HexColor(colour))
            canvas.setLineWidth(0.9)
            canvas.setDash()
            canvas.roundRect(x, top - height, _COLUMN, height, 7, stroke=1, fill=0)
            inside = top - _GAP
            for words, style in (
                ([FIELDS[name]], _SECTION),
                (plain, _BOXED),
                (strong, _BOXED_STRONG),
            ):
                block = _stacked(words, style, width, Align.START)
                block.draw(canvas, x + _INSET, inside)
                inside -= block.height
            x += _COLUMN + _BETWEEN

    return Block(height, draw)


def _foot(page: _Page) -> list[Block]:
    """Where the points come from, when it was printed, and where the trail stood, which its square says."""
    told = _(
        "The points come from the ALSFRS-R questions that were answered, four groups of 0 to 12."
        " This sheet replaces no letter to your doctor."
    )
    code = page.printed.code
    said = _("Printed {instant}, ALS Follow-up. Page 1 of 1").format(
        instant=instant(page.printed.at)
    )
    width = INNER - (QR_SIDE + _GAP if code else 0)
    lines = [
        *text.wrap(told, _SMALL, width),
        *text.wrap(" · ".join(filter(None, (said, code))), _SMALL, width),
    ]
    stacks = [(width + _GAP, [_stacked(lines, _SMALL)])]
    if code:
        stacks.append((QR_SIDE, [square(code)]))
    return [*layout.ruled([layout.gap(4)], width), layout.gap(3), *layout.beside(stacks)]
