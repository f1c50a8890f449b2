"""An attached file, opened within the program: its pages or its picture, never written to any disk."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import (
    QImage,
    QImageReader,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QDialog, QScrollArea, QWidget
from shiboken6 import isValid

from core import exports
from core.acts import attaching, documents
from core.model.attachment import Media, Reference
from core.model.document import About
from core.model.ids import PatientId
from core.model.trail import Act
from core.views import attachment_words
from ui import pdf_pages, theme
from ui.context import AppContext
from ui.documents import save
from ui.widgets.basics import button, column, label
from ui.widgets.responsive import Flow, room
from ui.words import tr

SIZE = QSize(1100, 900)  # px of the dialog, where the screen has them
MARGIN = 40  # px that a window's frame and a task bar need
STEP, SMALLEST, LARGEST = 1.25, 0.1, 8.0
PX_A_POINT = 96 / 72
WIDEST = 8000  # px of a picture that is drawn at once
MEMORY_MB = 400  # that a picture may take while it is shown


class _Shown(Protocol):
    """What is shown: so many sheets, each of a size in px at 100 %, drawn at any size by any thread."""

    sheets: list[QSizeF]

    def drawn(self, number: int, size: QSize) -> QImage: ...


class _Pages:
    def __init__(self, pdf: bytes) -> None:
        self._pdf = pdf
        self.sheets = [
            QSizeF(width * PX_A_POINT, height * PX_A_POINT)
            for width, height in pdf_pages.sizes(pdf)
        ]

    def drawn(self, number: int, size: QSize) -> QImage:
        scale = size.width() / self.sheets[number].width() * PX_A_POINT
        return pdf_pages.image(self._pdf, number, scale)


class _Picture:
    def __init__(self, content: bytes) -> None:
        QImageReader.setAllocationLimit(MEMORY_MB)
        buffer = QBuffer()
        buffer.setData(QByteArray(content))
        buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        reader = QImageReader(buffer)
        reader.setAutoTransform(True)  # a photograph says which way up it is
        self._image = reader.read()
        if self._image.isNull():
            raise ValueError(reader.errorString())
        self.sheets = [QSizeF(self._image.size())]

    def drawn(self, number: int, size: QSize) -> QImage:  # noqa: ARG002
        smooth = Qt.TransformationMode.SmoothTransformation
        return self._image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)


class AttachedFile(QDialog):
    """Read once from the clinic file, drawn off the UI thread a sheet at a time. Raises StorageError."""

    def __init__(
        self, parent: QWidget, context: AppContext, patient_id: PatientId, value: str
    ) -> None:
        reference = Reference.of(value)
        if reference is None:
            raise ValueError("no attached file")
        content, media = attaching.content(context.session, reference)
        super().__init__(parent)
        self.setWindowTitle(tr("Attached file"))  # whose it is, and its name, stay within
        self._context, self._patient_id, self._value = context, patient_id, value
        self._shown: _Shown | None = None
        self._number, self._asked = 0, 0
        self.zoom: float | None = None  # times its size; None is as large as there is room
        self.title = label(attachment_words.described(value), "heading", wrap=True)
        self.state = label(tr("preparing…"), "muted")
        self.sheet = _Sheet()
        self.area = _Area(self.sheet, self._draw)
        self._build()
        free = room(self) - QSize(MARGIN, MARGIN)
        self.resize(QSize(theme.px(SIZE.width()), theme.px(SIZE.height())).boundedTo(free))
        self.area.setFocus(Qt.FocusReason.OtherFocusReason)
        details = {"document": exports.ATTACHMENT.called, "file": reference.name}
        context.write_down(Act.VIEWED, patient_id=patient_id, details=details)
        self._read(content, media)

    def _build(self) -> None:
        self.before = button("‹", self._go_back, tip=tr("Page Up"))
        self.after = button("›", self._go_on, tip=tr("Page Down"))
        self.smaller = button("−", partial(self._zoom, 1 / STEP), tip="−")
        self.larger = button("+", partial(self._zoom, STEP), tip="+")
        self.fit = button(tr("Fit"), self._fit, tip="0")
        self.copy = button(tr(exports.ATTACHMENT.button), self._save)
        self.leave = button(tr("Close"), self.accept, primary=True, tip="Esc")
        for one, name in (
            (self.before, tr("The page before")),
            (self.after, tr("The next page")),
            (self.smaller, tr("Smaller")),
            (self.larger, tr("Larger")),
            (self.fit, tr("As large as the window")),
        ):
            one.setAccessibleName(name)
        tools = Flow(spacing=8)
        for tool in (self.before, self.after, self.state, self.smaller, self.larger, self.fit):
            tools.addWidget(tool)
        if documents.may_take(self._context.session, exports.ATTACHMENT):
            tools.addWidget(self.copy)
        tools.addWidget(self.leave)
        layout = column(self.title, spacing=10)
        layout.addLayout(tools)
        layout.addWidget(self.area, 1)
        layout.setContentsMargins(18, 14, 18, 14)
        self.setLayout(layout)
        self._show_tools()

    def _read(self, content: bytes, media: Media | None) -> None:
        kinds: dict[Media, Callable[[bytes], _Shown]] = {
            Media.PDF: _Pages,
            Media.JPEG: _Picture,
            Media.PNG: _Picture,
        }
        if media is None:
            self._say_not_shown()
            return
        self._context.tasks.run(partial(kinds[media], content), done=self._show, failed=self._fail)

    def _show(self, shown: _Shown) -> None:
        if isValid(self):
            self._shown = shown
            self._draw()

    def _fail(self, _error: BaseException) -> None:
        """A file of before that is not whole, or a picture that takes too much memory: it can still be saved."""
        if isValid(self):
            self._say_not_shown()

    def _say_not_shown(self) -> None:
        self.state.setText(tr("This file cannot be shown here. Save a copy to look at it."))

    def _draw(self) -> None:
        """The sheet that is in front, at the size that it has now."""
        shown = self._shown
        if shown is None:
            return
        size = self._size(shown.sheets[self._number])
        ratio = self.devicePixelRatioF()
        self.sheet.set_size(size)
        self._show_tools()
        self._asked += 1
        self._context.tasks.run(
            partial(shown.drawn, self._number, (size * ratio).boundedTo(QSize(WIDEST, WIDEST * 4))),
            done=partial(self._put, self._asked),
            failed=self._fail,
        )

    def _put(self, asked: int, image: QImage) -> None:
        if isValid(self) and asked == self._asked:
            self.sheet.set_image(image)

    def _size(self, whole: QSizeF) -> QSize:
        times = self.zoom if self.zoom is not None else self._fitting(whole)
        times = min(times, WIDEST / max(whole.width(), whole.height()))
        return QSize(max(1, round(whole.width() * times)), max(1, round(whole.height() * times)))

    def _fitting(self, whole: QSizeF) -> float:
        """Pages as wide as the window, a picture so that all of it is seen; nothing larger than twice its size."""
        free = self.area.viewport().size()
        wide = free.width() / whole.width()
        many = self._shown is not None and isinstance(self._shown, _Pages)
        return min(2.0, wide if many else min(wide, free.height() / whole.height()))

    def _show_tools(self) -> None:
        count = 0 if self._shown is None else len(self._shown.sheets)
        self.before.setEnabled(self._number > 0)
        self.after.setEnabled(self._number + 1 < count)
        for one in (self.smaller, self.larger, self.fit):
            one.setEnabled(count > 0)
        if self._shown is not None:
            whole = self._shown.sheets[self._number]
            percent = round(100 * self._size(whole).width() / whole.width())
            words = tr("Page {n} of {all} · {percent} %") if count > 1 else "{percent} %"
            self.state.setText(words.format(n=self._number + 1, all=count, percent=percent))
            self.sheet.setAccessibleName(
                tr("Page {n} of {all}").format(n=self._number + 1, all=count)
            )

    def _zoom(self, times: float) -> None:
        if self._shown is not None:
            whole = self._shown.sheets[self._number]
            now = self._size(whole).width() / whole.width()
            self.zoom = min(LARGEST, max(SMALLEST, now * times))
            self._draw()

    def _fit(self) -> None:
        self.zoom = None
        self._draw()

    def _go_to(self, number: int) -> None:
        if self._shown is None or number == self._number:
            return
        if 0 <= number < len(self._shown.sheets):
            self._number = number
            self.area.verticalScrollBar().setValue(0)
            self._draw()

    def _go_back(self) -> None:
        self._go_to(self._number - 1)

    def _go_on(self) -> None:
        self._go_to(self._number + 1)

    def _save(self) -> None:
        about = About(patient_id=self._patient_id, attached=self._value)
        save(self, self._context, exports.ATTACHMENT, about, say=self.state.setText)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = 0 if self._shown is None else len(self._shown.sheets) - 1
        acts: dict[int, Callable[[], object]] = {
            Qt.Key.Key_Plus: partial(self._zoom, STEP),
            Qt.Key.Key_Equal: partial(self._zoom, STEP),
            Qt.Key.Key_Minus: partial(self._zoom, 1 / STEP),
            Qt.Key.Key_0: self._fit,
            Qt.Key.Key_PageDown: self._go_on,
            Qt.Key.Key_PageUp: self._go_back,
            Qt.Key.Key_Home: partial(self._go_to, 0),
            Qt.Key.Key_End: partial(self._go_to, last),
        }
        if event.key() in acts:
            acts[event.key()]()
        else:
            super().keyPressEvent(event)


class _Area(QScrollArea):
    """The arrows scroll it; what turns pages and changes the size is passed on."""

    _PASSED = frozenset({Qt.Key.Key_PageDown, Qt.Key.Key_PageUp, Qt.Key.Key_Home, Qt.Key.Key_End})

    def __init__(self, sheet: QWidget, resized: Callable[[], None]) -> None:
        super().__init__()
        self._resized = resized
        self.setAccessibleName(tr("The attached file"))
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWidget(sheet)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in self._PASSED:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._resized()


class _Sheet(QWidget):
    """One page, drawn at its size; until it is, the last drawing of it is stretched."""

    def __init__(self) -> None:
        super().__init__()
        self.image = QImage()

    def set_size(self, size: QSize) -> None:
        self.setFixedSize(size)

    def set_image(self, image: QImage) -> None:
        self.image = image
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self.image.isNull():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(self.rect()), self.image)
            painter.end()
