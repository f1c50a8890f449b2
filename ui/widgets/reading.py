"""The patients of the file are read beside the window: how far it is, and how to give it up."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from core.acts.all_patients import Cancelled, Progress
from core.errors import AppError
from ui import theme
from ui.context import AppContext
from ui.tasks import Wanted
from ui.widgets.basics import button, label, row
from ui.words import tr

Read = Callable[[Progress, Cancelled], object]  # in any thread; None where it was given up


class Reading(QObject):
    """A worker reads through a connection of its own. What was given up is not shown, however far it came."""

    progressed = Signal(int, int)  # patients who were read, of all
    loaded = Signal(object)  # what was read
    given_up = Signal()
    failed = Signal(str)  # a sentence

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._wanted = Wanted(context.tasks)  # what is being read
        self._next: Read | None = None
        self.busy = False

    def begin(self, read: Read) -> None:
        """Read it, in the place of what is being read."""
        if self.busy:
            self._next = read
            self._wanted.given_up.set()
            return
        self.busy, self._next = True, None
        self._wanted = wanted = Wanted(self._context.tasks)

        def work() -> object:
            return read(self.progressed.emit, wanted.is_over)

        self._context.tasks.run(work, done=self._settle, failed=self._on_failed)

    def give_up(self) -> None:
        self._next = None
        self._wanted.given_up.set()

    def _settle(self, found: object) -> None:
        self.busy = False
        if self._context.tasks.is_closed:
            return  # the file was closed meanwhile, and the window with it
        if self._next is not None:
            self.begin(self._next)
        elif found is None or self._wanted.is_over():
            self.given_up.emit()
        else:
            self.loaded.emit(found)

    def _on_failed(self, error: BaseException) -> None:
        if isinstance(error, AppError) and (self._next or self._wanted.is_over()):
            self._settle(None)
            return
        self.busy = False
        if not isinstance(error, AppError):
            raise error
        self.failed.emit(str(error))


class ReadingBar(QWidget):
    """How many patients were read, and the button that ends it; after that, where there is one, that which begins ``again``."""

    def __init__(self, reading: Reading, again: Callable[[], None] | None = None) -> None:
        super().__init__()
        self._again = again
        self.said = label("", "muted")
        self.moving = QProgressBar()
        self.moving.setTextVisible(False)
        self.moving.setFixedWidth(theme.px(180))
        self.moving.setAccessibleName(tr("Patients that were read"))
        self.stop = button(tr("Give up"), reading.give_up)
        self.again = button(tr("Read them again"), self._begin)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row(self.moving, self.stop, self.said, self.again, None, spacing=12))
        reading.progressed.connect(self._show)
        reading.given_up.connect(self._on_given_up)
        reading.loaded.connect(lambda _found: self.hide())
        self.hide()

    def start(self) -> None:
        self.again.hide()
        self.moving.setRange(0, 0)
        self.moving.show()
        self.stop.show()
        self.said.setText(tr("Reading the patients…"))
        self.show()

    def say(self, text: str) -> None:
        """It came to an end without the patients."""
        self.moving.hide()
        self.stop.hide()
        self.said.setText(text)
        self.again.show()
        self.show()

    def _begin(self) -> None:
        self.start()
        self.stop.setFocus(Qt.FocusReason.OtherFocusReason)
        if self._again is not None:
            self._again()

    def _show(self, done: int, of: int) -> None:
        self.moving.setRange(0, of)
        self.moving.setValue(done)
        self.said.setText(tr("{n} of {of} patients read").format(n=done, of=of))

    def _on_given_up(self) -> None:
        if self._again is None:
            self.hide()
        else:
            self.say(tr("Given up: the patients were not read."))
