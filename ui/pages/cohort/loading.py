"""The patients of the file are read for the page: what is known of the progress, and how to give it up."""

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QProgressBar, QVBoxLayout, QWidget

from core import clock
from core.acts import cohort
from core.cohort.frames import Cohort
from core.errors import AppError
from ui import theme
from ui.context import AppContext
from ui.widgets.basics import button, label, row
from ui.words import tr


class Loading(QObject):
    """The connection belongs to the window's thread: keys and clicks are answered between two patients.

    Whoever leaves the page gives it up, so that nothing is read beside other work.
    """

    progressed = Signal(int, int)  # patients who were read, of all
    loaded = Signal(object)  # Cohort
    given_up = Signal()
    failed = Signal(str)  # a sentence

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._stop = self._again = self.busy = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._run)

    def begin(self) -> None:
        """Read all of them, once what is in front is painted; anew where they are being read."""
        if self.busy:
            self._stop = self._again = True
        else:
            self._soon.start(0)

    def give_up(self) -> None:
        self._stop, self._again = True, False
        self._soon.stop()

    def _run(self) -> None:
        if self.busy:
            return
        self.busy, self._stop, self._again = True, False, False
        try:
            found = cohort.load(
                self._context.session,
                clock.today(),
                progress=self._progress,
                cancelled=lambda: self._stop or not self._context.session.is_open,
            )
        except AppError as error:
            self.busy = False
            self.failed.emit(str(error))
            return
        self.busy = False
        self._settle(found)

    def _settle(self, found: Cohort | None) -> None:
        if not self._context.session.is_open:
            return  # the file was closed between two patients, and the window with it
        if self._again:
            self._soon.start(0)
        elif found is None:
            self.given_up.emit()
        else:
            self.loaded.emit(found)

    def _progress(self, done: int, of: int) -> None:
        self.progressed.emit(done, of)
        QApplication.processEvents()


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
