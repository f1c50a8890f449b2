"""Where the parts of a line of the laboratory table are, by how wide it is."""

from dataclasses import dataclass

from PySide6.QtCore import QRect

from ui import theme

# px at the usual text size
TITLE, UNIT, BEFORE, ENTRY, FLAG, REFERENCE = 136, 54, 66, 96, 66, 82
ACCEPT, REMARK, TREND, GAP, EDGE = 70, 108, 88, 8, 12
HEIGHT, HEAD, SECOND, OPENED = 30, 38, 18, 56
NARROW = 760  # below it the unit is under the title, and the trend under the line with the keyboard
MOST_BEFORE = 6


@dataclass(frozen=True, slots=True)
class Places:
    """The columns, from the left; `before` is one for each earlier sample that has room, the last ones."""

    narrow: bool
    title: QRect
    unit: QRect
    before: tuple[QRect, ...]
    entry: QRect
    flag: QRect
    reference: QRect
    trend: QRect
    remark: QRect
    accept: QRect


def places(width: int, samples: int) -> Places:
    """For a line so many px wide, with so many earlier samples."""
    px, x = theme.px, theme.px(EDGE)
    narrow = width < px(NARROW)
    height = px(HEIGHT)

    def take(wide: int) -> QRect:
        nonlocal x
        taken = QRect(x, 0, wide, height)
        x += wide + px(GAP)
        return taken

    if narrow:
        fixed = px(ENTRY) + px(FLAG) + px(BEFORE) * min(samples, 1) + px(GAP) * 3 + 2 * px(EDGE)
        title = take(max(px(80), width - fixed))
        before = tuple(take(px(BEFORE)) for _ in range(min(samples, 1)))
        entry, flag = take(px(ENTRY)), take(px(FLAG))
        second = QRect(px(EDGE), height, width - 2 * px(EDGE) - px(ACCEPT), px(SECOND))
        accept = QRect(width - px(EDGE) - px(ACCEPT), height - px(4), px(ACCEPT), px(SECOND + 4))
        trend = QRect(px(EDGE), height + px(SECOND), width - 2 * px(EDGE), px(OPENED) - px(6))
        return Places(narrow, title, second, before, entry, flag, second, trend, second, accept)
    fixed = px(TITLE + UNIT + ENTRY + FLAG + REFERENCE + ACCEPT + REMARK + 2 * EDGE + 8 * GAP)
    room = width - fixed - px(TREND)
    count = max(1, min(samples, MOST_BEFORE, room // px(BEFORE + GAP))) if samples else 0
    title, unit = take(px(TITLE)), take(px(UNIT))
    before = tuple(take(px(BEFORE)) for _ in range(count))
    entry, flag, reference = take(px(ENTRY)), take(px(FLAG)), take(px(REFERENCE))
    left = width - x - px(EDGE) - px(ACCEPT) - px(GAP)
    trend_width = max(0, min(px(280), left - px(REMARK) - px(GAP)))
    trend = take(trend_width)
    remark = take(max(0, width - x - px(EDGE) - px(ACCEPT) - px(GAP)))
    return Places(
        narrow, title, unit, before, entry, flag, reference, trend, remark, take(px(ACCEPT))
    )
