"""A page of the guide on the screen: its Markdown in the window's own look, and nothing that comes from elsewhere."""

import re

from PySide6.QtCore import QEvent, QObject, QUrl, Signal
from PySide6.QtGui import (
    QBrush,
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrame,
    QTextFrameFormat,
    QTextLength,
    QTextOption,
    QTextTable,
)
from PySide6.QtWidgets import QTextBrowser
from shiboken6 import isValid

from core import guide
from core.guide import GuidePage
from ui import theme
from ui.words import tr

SIZES = {1: 22, 2: 16, 3: 14}  # px of headings at the usual text size, by level
ABOVE = {1: 0, 2: 18, 3: 12}  # px
BELOW, LINE = 6, 132  # px below a paragraph; per cent of a line's height
CELL = 5  # px around the words of a cell
TABLE = 99  # per cent of the page: rounded columns make a whole one wider than it
ROOM = 10  # px above a place that is brought into sight
# Qt's reader of Markdown drops what is HTML: a written anchor goes through it as two characters that no text has.
BEGIN, END = "\ue000", "\ue001"
_MARKED = re.compile(f"{BEGIN}([^{END}]*){END}")


class Browser(QTextBrowser):
    """Shows one page. ``followed`` carries the topic of a link; no link leads out of the guide, and nothing is loaded."""

    followed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setAccessibleName(tr("The page of the guide"))
        self.anchorClicked.connect(self._on_link)
        self._page: GuidePage | None = None
        self._look: tuple[object, ...] = ()

    def show_page(self, page: GuidePage) -> None:
        look = (theme.is_dark(), theme.px(100))
        if page == self._page and look == self._look:
            return
        self._page, self._look = page, look
        before = self.document()
        self.setDocument(_document(page, self))
        if isValid(before):  # Qt deletes those that it made
            before.deleteLater()

    def show_anchor(self, anchor: str) -> None:
        """Bring the place into sight; the top of the page where it has none of this name."""
        self.verticalScrollBar().setValue(0)
        if anchor:
            self.document().size()  # lays all of it out
            self.scrollToAnchor(anchor)
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() - theme.px(ROOM))

    @property
    def shown(self) -> GuidePage | None:
        return self._page

    def loadResource(self, _kind: int, _name: QUrl | str) -> None:
        """No picture and no file: a page is its words."""

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._page is not None:
            at = self.verticalScrollBar().value()
            self.show_page(self._page)
            self.verticalScrollBar().setValue(at)

    def _on_link(self, url: QUrl) -> None:
        name = self._page.name if self._page is not None else ""
        if topic := guide.topic_of(url.toString(), name):
            self.followed.emit(topic)


def _document(page: GuidePage, parent: QObject) -> QTextDocument:
    """The page, made before anything lays it out: every change of what is laid out costs a layout."""
    made = QTextDocument(parent)
    made.setDefaultFont(theme.font(13))
    made.setDocumentMargin(theme.px(18))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)  # so that a table fits
    made.setDefaultTextOption(option)
    if page.is_plain:
        made.setPlainText(page.text)
        return made
    made.setMarkdown(guide.ANCHOR.sub(f"{BEGIN}\\1{END}", page.text))
    _place_anchors(made.rootFrame())
    block = made.begin()
    while block.isValid():
        _set_block(block)
        block = block.next()
    for frame in made.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _set_table(frame)
    return made


def _place_anchors(root: QTextFrame) -> None:
    """Written anchors become anchors of the words after them."""
    cursor = root.document().find(BEGIN)
    while not cursor.isNull():
        block = cursor.block()
        start = cursor.selectionStart() - block.position()
        found = _MARKED.match(block.text(), start)
        if found is None:
            return
        cursor.setPosition(block.position() + found.end())
        cursor.setPosition(block.position() + start, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        _name(cursor, found[1])
        cursor = root.document().find(BEGIN)


def _name(cursor: QTextCursor, anchor: str) -> None:
    """The character after the cursor is this anchor."""
    cursor.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor)
    named = QTextCharFormat()
    named.setAnchor(True)
    named.setAnchorNames([*cursor.charFormat().anchorNames(), anchor])
    cursor.mergeCharFormat(named)


def _set_block(block: QTextBlock) -> None:
    cursor = QTextCursor(block)
    level = block.blockFormat().headingLevel()
    look = QTextBlockFormat()
    look.setLineHeight(LINE, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    is_of_list, is_of_table = block.textList() is not None, cursor.currentTable() is not None
    look.setNonBreakableLines(False)  # lines of a CSV, or the whole page would be as wide
    look.setTopMargin(theme.px(ABOVE.get(level, 0)))
    look.setBottomMargin(theme.px(0 if is_of_table else 3 if is_of_list else BELOW))
    cursor.mergeBlockFormat(look)
    if level:
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        title = (
            QTextCharFormat()
        )  # without Qt's own adjustment of the size, which a merge would keep
        title.setFont(theme.font(SIZES.get(level, 13), QFont.Weight.DemiBold))
        cursor.setCharFormat(title)
        cursor.setPosition(block.position())
        _name(cursor, guide.slug(block.text()))
        return
    _set_words(block)


def _set_words(block: QTextBlock) -> None:
    """Keys and names, which are code in Markdown, in our own font on a pale ground; links in our colour."""
    pieces = []
    it = block.begin()
    while not it.atEnd():
        piece = it.fragment()
        pieces.append((piece.position(), piece.length(), piece.charFormat()))
        it += 1
    for start, length, form in pieces:
        look = QTextCharFormat()
        if form.fontFixedPitch() or form.fontFamilies() == ["monospace"]:
            look.setFont(theme.font(12, QFont.Weight.Medium))
            look.setBackground(QBrush(theme.colour("neutral_ground")))
        elif form.anchorHref():
            look.setForeground(QBrush(theme.colour("accent")))
            look.setFontUnderline(False)
        elif form.fontWeight() > QFont.Weight.DemiBold:
            look.setFontWeight(QFont.Weight.DemiBold)  # the boldest that is loaded
        else:
            continue
        cursor = QTextCursor(block)
        cursor.setPosition(start)
        cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(look)


def _set_table(table: QTextTable) -> None:
    form = table.format().toTableFormat()
    form.setBorderCollapse(True)
    form.setBorder(1)
    form.setBorderBrush(QBrush(theme.colour("line")))
    form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    form.setCellPadding(theme.px(CELL))
    form.setCellSpacing(0)
    form.setTopMargin(theme.px(4))
    form.setBottomMargin(theme.px(10))
    form.setWidth(QTextLength(QTextLength.Type.PercentageLength, TABLE))
    table.setFormat(form)
