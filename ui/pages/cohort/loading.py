"""The patients of the file are read for the page: what is known of the progress, and how to give it up."""

from contextlib import suppress
from threading import Event

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from core import clock
from core.acts import cohort
from core.cohort.frames import Cohort
from core.errors import AppError, StorageError
from ui import theme
from ui.context import AppContext
from ui.widgets.basics import button, label, row
from ui.words import tr


class Loading(QObject):
    """A worker reads through a connection of its own; what it computed is kept in the file by this thread.

    Whoever leaves the page gives it up.
    """

    progressed = Signal(int, int)  # patients who were read, of all
    loaded = Signal(object)  # Cohort
    given_up = Signal()
    failed = Signal(str)  # a sentence

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._stop = Event()  # of the reading that runs
        self._again = self.busy = False

    def begin(self) -> None:
        """Read all of them; anew where they are being read."""
        if self.busy:
            self._again = True
            self._stop.set()
            return
        self.busy, self._again, self._stop = True, False, Event()
        session, stop, today = self._context.session, self._stop, clock.today()

        def work() -> Cohort | None:
            return cohort.load(session, today, self.progressed.emit, stop.is_set)

        self._context.tasks.run(work, done=self._settle, failed=self._on_failed)

    def give_up(self) -> None:
        self._again = False
        self._stop.set()

    def _settle(self, found: Cohort | None) -> None:
        self.busy = False
        if not self._context.session.is_open:
            return  # the file was closed meanwhile, and the window with it
        with suppress(StorageError):  # a full disk keeps nobody from looking
            cohort.keep(self._context.session)
        if self._again:
            self.begin()
        elif found is None:
            self.given_up.emit()
        else:
            self.loaded.emit(found)

    def _on_failed(self, error: BaseException) -> None:
        self.busy = False
        if not isinstance(error, AppError):
            raise error
        self.failed.emit(str(error))


class LoadingBar(QWidget):
    """How many patients were read, and the button that ends it; after that, the one that begins anew."""

    def __init__(self, loading: Loading) -> None:
        super().__init__()
        self._loading = loading
        self.said = label("", "muted")
        self.moving = QProgressBar()
        self.moving.setTextVisible(False)
        self.moving.setFixedWidth(theme.px(180))
        self.moving.setAccessibleName(tr("Patients that were read"))
        self.stop = button(tr("Give up"), loading.give_up)
        self.again = button(tr("Read them again"), self._begin)
        self.again.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row(self.moving, self.stop, self.said, self.again, None, spacing=12))
        loading.progressed.connect(self._show)
        loading.given_up.connect(lambda: self._say(tr("Given up: the patients were not read.")))
        loading.failed.connect(self._say)
        loading.loaded.connect(lambda _found: self.hide())

    def start(self) -> None:
        self.again.hide()
        self.moving.setRange(0, 0)
        self.moving.show()
        self.stop.show()
        self.said.setText(tr("Reading the patients…"))
        self.show()

    def _begin(self) -> None:
        self.start()
        self.stop.setFocus(Qt.FocusReason.OtherFocusReason)
        self._loading.begin()

    def _show(self, done: int, of: int) -> None:
        self.moving.setRange(0, of)
        self.moving.setValue(done)
        self.said.setText(tr("{n} of {of} patients read").format(n=done, of=of))

    def _say(self, text: str) -> None:
        """It came to an end without the patients."""
        self.moving.hide()
        self.stop.hide()
        self.said.setText(text)
        self.again.show()
        self.show()
