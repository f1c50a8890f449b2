"""A file that is attached: read and cleaned off the UI thread, put into the clinic file at once, and taken out with a reason."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog
from shiboken6 import isValid

from core.acts import attaching
from core.entry import Problem
from core.errors import UnreadableImport
from core.forms.definition import Field
from core.imports import attached
from core.imports.attached import GivenUp, Prepared, Watch
from core.model.attachment import Reference
from core.model.ids import PatientId
from core.views import attachment_words
from ui.context import AppContext
from ui.forms.defined.field_editors import FieldEditor, titled
from ui.widgets import ask
from ui.widgets.basics import button, column, label
from ui.widgets.fields import ProblemLine
from ui.widgets.responsive import Flow
from ui.words import tr


class FileEditor(FieldEditor):
    """Its text is the small value that names the file, as the record keeps it."""

    _read = Signal(float)  # how far a file is read, from any thread

    def __init__(self, field: Field, context: AppContext, patient_id: PatientId) -> None:
        super().__init__(field)
        self._context, self._patient_id = context, patient_id
        self._text = self._saved = self._why = ""
        self._watch: Watch | None = None  # of the file that is being read
        self._name = label("", wrap=True)
        self._taken_out = label("", "small", wrap=True)
        self._problem = ProblemLine()
        self.open = button(tr("Open"), self._open)
        self.pick = button(tr("Attach a file…"), self._ask)
        self.cancel = button(tr("Cancel"), self._give_up)
        self.drop = button(tr("Remove…"), self._drop, link=True)
        for one, words in (
            (self.open, tr("Open the file: {title}")),
            (self.pick, tr("Attach a file: {title}")),
            (self.cancel, tr("Do not attach the file: {title}")),
            (self.drop, tr("Remove the file: {title}")),
        ):
            one.setAccessibleName(words.format(title=field.title))
        self.setFocusProxy(self.pick)
        flow = Flow(spacing=8)
        for one in (self.open, self.pick, self.cancel, self.drop):
            flow.addWidget(one)
        head = label(titled(field), "muted")
        layout = column(head, self._name, self._taken_out, spacing=4)
        layout.addLayout(flow)
        layout.addWidget(self._problem)
        self.setLayout(layout)
        self.setToolTip(field.help)
        self._read.connect(self._show_read)
        self._show()

    @property
    def text(self) -> str:
        return self._text

    @property
    def is_wide(self) -> bool:
        return True

    def set_text(self, text: str) -> None:
        if text != self._text:
            self._give_up()
            self._text = text
            self._show()

    @property
    def why_taken_out(self) -> str:
        return self._why

    def set_saved(self, text: str, why_taken_out: str) -> None:
        self._saved, self._why = text, why_taken_out

    def show_problem(self, problem: Problem | None) -> None:
        self._problem.show_problem(problem)

    def take(self, path: Path) -> None:
        """Read the file at this place; it is attached when it is whole and clean, else it is said what is wrong."""
        self._give_up()
        self.show_problem(None)
        watch = self._watch = Watch(self._tell)
        self.destroyed.connect(lambda: watch.give_up())  # noqa: PLW0108  a bound method would be lost
        allowed = attached.limits(self._context.session.thresholds.all())
        self._show(
            tr("Reading {name}…").format(name=path.name)
        )  # first: a small one is done at once
        self._context.tasks.run(
            partial(attached.prepare, path, allowed, watch),
            done=partial(self._attach, watch),
            failed=partial(self._refuse, watch),
        )

    def _tell(self, share: float) -> None:
        if isValid(self):
            self._read.emit(share)

    def _show_read(self, share: float) -> None:
        if self._watch is not None:
            self._show(tr("Reading the file: {n} %").format(n=round(100 * share)))

    def _attach(self, watch: Watch, prepared: Prepared) -> None:
        if watch.is_given_up or not isValid(self):
            return
        self._watch = None
        replaced = self._unsaved
        failures = self._context.failures
        with self._context.saving():
            made = attaching.attach(self._context.session, self._patient_id, prepared)
            if replaced is not None:
                attaching.take_back(self._context.session, replaced)
        if self._context.failures == failures:
            self._text = made.reference
            self._show(out=attachment_words.taken_out(made))
            self.changed.emit()
        else:
            self._show()

    def _refuse(self, watch: Watch, error: BaseException) -> None:
        if isinstance(error, GivenUp) or watch.is_given_up or not isValid(self):
            return
        self._watch = None
        self._show()
        if not isinstance(error, UnreadableImport):
            raise error
        self.show_problem(Problem(str(error)))

    def _give_up(self) -> None:
        if self._watch is not None:
            self._watch.give_up()
            self._watch = None
            self._show()

    @property
    def _unsaved(self) -> Reference | None:
        """The file that is attached, where no record that is saved has it."""
        found = Reference.of(self._text) if self._text and self._text != self._saved else None
        return found if found is not None and found.id else None

    def _open(self) -> None:
        self._context.open_attached.emit(self._patient_id, self._text)

    def _ask(self) -> None:
        if not self._may_go():
            return
        kinds = tr("PDF, JPEG, PNG, DICOM")
        every = f"{kinds} (*.pdf *.jpg *.jpeg *.png *.dcm);;{tr('All files')} (*)"
        name, _kind = QFileDialog.getOpenFileName(self, tr("Attach a file"), "", every)
        if name:
            self.take(Path(name))

    def _may_go(self) -> bool:
        """Ask why the file goes that the clinic file has, where there is one; False where nobody said why."""
        if not self._saved or self._text != self._saved:
            return True
        name = attachment_words.named(self._saved)
        question = tr("“{name}” is taken out when this is saved. Why?").format(name=name)
        why = ask.reason(self, self.field.title, question)
        self._why = why or ""
        return why is not None

    def _drop(self) -> None:
        if not self._may_go():
            return
        unsaved = self._unsaved
        if unsaved is not None:
            with self._context.saving():
                attaching.take_back(self._context.session, unsaved)
        self._text = ""
        self._show()
        self.changed.emit()

    def _show(self, reading: str = "", out: str = "") -> None:
        """The file that is attached, or how far one is read."""
        held, reads = bool(self._text), self._watch is not None
        self._name.setText(reading or (attachment_words.described(self._text) if held else ""))
        self._taken_out.setText(out)
        self.pick.setText(tr("Another file…") if held else tr("Attach a file…"))
        for one, shown in (
            (self._name, held or reads),
            (self._taken_out, bool(out)),
            (self.cancel, reads),
            (self.open, held and not reads),
            (self.drop, held and not reads),
            (self.pick, not reads),
        ):
            if one.isHidden() is shown:
                one.setVisible(shown)
