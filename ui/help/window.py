"""The help: pages of the guide beside their contents, a line that finds words in all of them, and the way back."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core import guide
from core.guide import ABOUT, INDEX, KEYBOARD, GuidePage
from ui import theme
from ui.help import about
from ui.help.about import LICENCE, LICENCES, Whereabouts
from ui.help.browser import Browser
from ui.widgets.basics import button, label, row
from ui.widgets.fields import Line
from ui.widgets.responsive import room
from ui.words import tr

WIDTH, HEIGHT, MARGIN = 1080, 700, 40  # px; the margin is what a window's frame and a task bar need
CONTENTS, FOLDED = 250, 560  # px of the contents, and of a window in which they have no room
TOPIC = Qt.ItemDataRole.UserRole


@dataclass(slots=True)
class _Visited:
    """A topic that was read, and how far it was scrolled when it was left."""

    topic: str
    scrolled: int = 0


class HelpWindow(QDialog):
    """It stands beside the program's window and disturbs nothing in it; Esc closes it.

    ``keyboard`` makes the page of the keys, ``where`` says where the open clinic file is. ``around`` asks for the tour.
    """

    around = Signal()

    def __init__(
        self,
        parent: QWidget,
        keyboard: Callable[[], GuidePage],
        where: Callable[[], Whereabouts | None],
    ) -> None:
        super().__init__(parent)
        self.setObjectName("window")
        self.setWindowTitle(tr("Help"))
        self._keyboard, self._where = keyboard, where
        self._visited: list[_Visited] = []
        self._at = -1
        self.browser = Browser()
        self.browser.followed.connect(self.show_topic)
        self.contents = QListWidget()
        self.contents.setProperty("role", "contents")
        self.contents.setAccessibleName(tr("Contents of the help"))
        self.contents.setWordWrap(True)
        self.contents.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.contents.currentItemChanged.connect(self._on_item)
        self.contents.itemActivated.connect(lambda _item: self.browser.setFocus())
        self.words = Line()
        self.words.setAccessibleName(tr("Find in the help"))
        self.words.setPlaceholderText(tr("Find in the help   Ctrl+F"))
        self.words.textEdited.connect(self._find)
        self.words.returnPressed.connect(self._to_first)
        self.found = label("", "small", wrap=True)
        self.back = button(tr("Back"), lambda: self._go(-1), tip="Alt+Left")
        self.forward = button(tr("Forward"), lambda: self._go(1), tip="Alt+Right")
        self.copy = button(tr("Copy"), self._copy, tip=tr("copies this page as text"))
        self.tour = button(tr("Show me around"), self._show_around)
        self._lay_out()
        for keys, act in (
            ("Alt+Left", lambda: self._go(-1)),
            ("Alt+Right", lambda: self._go(1)),
            ("Ctrl+F", self._to_words),
            ("F1", lambda: self.show_topic(INDEX)),
            ("Ctrl+F1", lambda: self.show_topic(KEYBOARD)),
        ):
            QShortcut(QKeySequence(keys), self, act)

    def _lay_out(self) -> None:
        close = button(tr("Close"), self.reject, primary=True, tip="Esc")
        head = row(self.back, self.forward, None, self.tour, self.copy, close)
        self.left = QWidget()
        left = QVBoxLayout(self.left)
        left.setContentsMargins(0, 0, 0, 0)
        for one in (self.words, self.found, self.contents):
            left.addWidget(one)
        self.left.setFixedWidth(theme.px(CONTENTS))
        beside = row(self.left, self.browser, spacing=12)
        beside.setStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.addLayout(head)
        layout.addLayout(beside, 1)
        free = room(self)
        self.setMinimumSize(320, 240)
        self.resize(
            min(theme.px(WIDTH), free.width() - MARGIN),
            min(theme.px(HEIGHT), free.height() - MARGIN),
        )
        self.found.hide()

    def open_at(self, topic: str, *, tour: bool) -> None:
        """Come to the front with a topic; ``tour`` says whether there is something to be shown around."""
        self.tour.setVisible(tour)
        self._show_contents()
        self.show()  # before it goes to a place: that needs the width of the page
        self.show_topic(topic)
        self.raise_()
        self.activateWindow()
        self.browser.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_topic(self, topic: str) -> None:
        """Go there; one that there is not leads to the first page."""
        self._note_scrolled()
        del self._visited[self._at + 1 :]
        self._visited.append(_Visited(topic))
        self._at = len(self._visited) - 1
        self._show(topic)

    @property
    def topic(self) -> str:
        """What is shown; empty before anything was."""
        return self._visited[self._at].topic if self._at >= 0 else ""

    def reject(self) -> None:
        """Back to where one was: the field that had the keyboard has it again."""
        super().reject()
        if (window := self.parentWidget()) is not None:
            window.activateWindow()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.left.setVisible(self.width() >= theme.px(FOLDED))

    def pages(self) -> tuple[GuidePage, ...]:
        """Those in the contents, in their order."""
        return (*guide.pages(), self._keyboard(), about.page(self._where()))

    def _page(self, name: str) -> GuidePage:
        if name == LICENCES:
            return about.licences()
        if name.startswith(LICENCE):
            return about.licence(name.removeprefix(LICENCE))
        every = self.pages()
        return next((one for one in every if one.name == name), every[0])

    def _show(self, topic: str, scrolled: int | None = None) -> None:
        name, _hash, anchor = topic.partition("#")
        page = self._page(name)
        self.browser.show_page(page)
        if scrolled is None:
            self.browser.show_anchor(anchor)
        else:
            self.browser.verticalScrollBar().setValue(scrolled)
        self.copy.setVisible(page.name == ABOUT)
        self.back.setEnabled(self._at > 0)
        self.forward.setEnabled(self._at < len(self._visited) - 1)
        self._mark(page.name)

    def _go(self, by: int) -> None:
        if 0 <= self._at + by < len(self._visited):
            self._note_scrolled()
            self._at += by
            visited = self._visited[self._at]
            self._show(visited.topic, visited.scrolled)

    def _note_scrolled(self) -> None:
        if self._at >= 0:
            self._visited[self._at].scrolled = self.browser.verticalScrollBar().value()

    def _show_contents(self) -> None:
        self.words.clear()
        self._find("")

    def _find(self, words: str) -> None:
        """The places of these words instead of the contents; the contents again where there are none."""
        self.contents.blockSignals(True)
        self.contents.clear()
        if words.strip():
            for place in (places := guide.find(words, self.pages())):
                same = place.page == place.title
                title = place.title if same else f"{place.page}: {place.title}"
                self._add("\n".join(filter(None, (title, place.piece))), place.topic)
            self.found.setText(tr("Found in {n} places").format(n=len(places)))
        else:
            for page in self.pages():
                self._add(page.title, page.name)
        self.found.setVisible(bool(words.strip()))
        self.contents.blockSignals(False)
        if not words.strip() and self.browser.shown is not None:
            self._mark(self.browser.shown.name)

    def _add(self, text: str, topic: str) -> None:
        item = QListWidgetItem(text)
        item.setData(TOPIC, topic)
        self.contents.addItem(item)

    def _mark(self, name: str) -> None:
        """The page in front is the one that is marked in the contents."""
        if self.words.text().strip():
            return
        every = (self.contents.item(at) for at in range(self.contents.count()))
        mine = next((item for item in every if item.data(TOPIC) == name), None)
        self.contents.blockSignals(True)
        if mine is None:
            self.contents.clearSelection()
        else:
            self.contents.setCurrentItem(mine)
        self.contents.blockSignals(False)

    def _on_item(self, item: QListWidgetItem | None) -> None:
        if item is not None and item.data(TOPIC) != self.topic:
            self.show_topic(item.data(TOPIC))

    def _to_words(self) -> None:
        self.left.show()  # also where it has little room
        self.words.setFocus()

    def _to_first(self) -> None:
        if self.words.text().strip() and self.contents.count():
            self.contents.setFocus()
            self.contents.setCurrentRow(0)

    def _copy(self) -> None:
        QApplication.clipboard().setText(about.to_copy(self._where()))

    def _show_around(self) -> None:
        self.reject()
        self.around.emit()
