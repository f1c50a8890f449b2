"""An adverse event beside what it is entered from, which stays in sight and in use."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.entering import typed_texts
from core.entering.event_form import Entered, EventForm
from core.model.ids import EventId, PatientId, VisitId
from ui import theme
from ui.context import AppContext
from ui.forms.event.sheet import EventSheet
from ui.widgets.basics import card, show_only
from ui.widgets.responsive import UNLIMITED, narrow_within

WIDTH, WIDE = 440, 520  # px of the panel, and where there is much room
MUCH = 1500  # px of both together from which ``folds`` stays


class EventBeside(QWidget):
    """``content``, and a panel at its end while an event is entered; on a narrow page the panel alone.

    ``folds`` is the part of the content that makes room for the panel. ``edited`` says that what is typed is to be kept
    soon; ``closed`` carries what was saved, or None where a draft is kept.
    """

    edited = Signal()
    closed = Signal(object)  # Entered, or None

    def __init__(self, context: AppContext, content: QWidget, folds: QWidget) -> None:
        super().__init__()
        self._context, self._content, self._folds = context, content, folds
        self._narrow = False
        self._given: dict[str, str] = {}  # what a new event began with
        self.sheet: EventSheet | None = None  # made when it is first needed
        self._panel = QWidget()
        self._across = QHBoxLayout(self)
        self._across.setContentsMargins(0, 0, 0, 0)
        self._across.setSpacing(12)
        self._across.addWidget(content, 1)
        self._across.addWidget(self._panel)
        self._panel.hide()

    def open(
        self, patient_id: PatientId, visit_id: VisitId, given: Mapping[str, str] | None = None
    ) -> None:
        """A new event of a visit, with what was typed of it; one that is shown already gets the keyboard.

        Where nothing was typed of one, it begins with the texts that are ``given``. They alone are no event yet: they
        are forgotten with the panel.
        """
        sheet = self.sheet or self._make()
        if not self.is_open:
            session, subject = self._context.session, typed_texts.new_event(patient_id)
            self._given = {}
            if given and not session.typed.of(typed_texts.EVENT, subject):
                self._given = dict(given)
                with self._context.saving():
                    typed_texts.keep(session, typed_texts.EVENT, subject, given)
            sheet.open(patient_id, EventId(""), visit_id)
            if self._given:
                sheet.kept.show_since(None)
            self._arrange()
        sheet.focus_first()

    @property
    def is_open(self) -> bool:
        return self.sheet is not None and self.sheet.form is not None

    @property
    def has_keyboard(self) -> bool:
        focus = self.window().focusWidget()
        return self.is_open and focus is not None and self._panel.isAncestorOf(focus)

    def keep(self) -> None:
        """Keep what is typed and not saved; what the file refuses is told."""
        if self.sheet is not None:
            self.sheet.keep()

    def leave(self) -> None:
        """Close the panel, and keep what is typed; it stays where the file refused that."""
        if self.sheet is not None:
            self.sheet.leave()

    def press_save(self) -> bool:
        """Save the event, while it has the keyboard; False where it has not."""
        if not self.has_keyboard or self.sheet is None:
            return False
        if self.sheet.save.isVisible():
            self.sheet.save.click()
        return True

    def ask_here(self) -> bool:
        """Ask about the field of the event with the keyboard; False where it has not got it."""
        if not self.has_keyboard or self.sheet is None:
            return False
        self.sheet.ask_here()
        return True

    def shut(self) -> None:
        """Take the panel away: what stands in it was saved, or is kept."""
        if self.sheet is not None and self.sheet.form is not None:
            self._forget_given(self.sheet.form)
            self.sheet.close_event()
        self._arrange()

    def set_narrow(self, *, narrow: bool) -> None:
        self._narrow = narrow
        if self.sheet is not None:
            narrow_within(self.sheet, narrow=True)  # one column, whatever the page around it has
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _forget_given(self, form: EventForm) -> None:
        """Where nobody typed anything, there is no draft."""
        typed = {name: text for name, text in form.typed.items() if text}
        if self._given and typed == self._given:
            subject = typed_texts.new_event(form.record.patient.id)
            with self._context.saving():
                typed_texts.forget(self._context.session, typed_texts.EVENT, subject)

    def _make(self) -> EventSheet:
        self.sheet = EventSheet(self._context, aside=True)
        narrow_within(self.sheet, narrow=True)
        self.sheet.edited.connect(self.edited)
        self.sheet.left.connect(self._on_left)
        panel = card(self.sheet)
        self._across.replaceWidget(self._panel, panel)
        self._panel.deleteLater()
        self._panel = panel
        panel.hide()
        return self.sheet

    def _on_left(self, saved: Entered | None) -> None:
        self.shut()
        self.closed.emit(saved)

    def _arrange(self) -> None:
        """The panel beside the content where there is room for both, else in its place."""
        opened, much = self.is_open, self.width() >= theme.px(MUCH)
        content = [] if opened and self._narrow else [self._content]
        show_only([*content, *([self._panel] if opened else [])], (self._content, self._panel))
        self._folds.setVisible(not opened or self._narrow or much)
        wide = theme.px(WIDE if much else WIDTH)
        if self.sheet is not None and (inside := self._panel.layout()) is not None:
            sides = inside.contentsMargins()
            wide = max(wide, self.sheet.narrowest + sides.left() + sides.right())
        self._panel.setMinimumWidth(0 if self._narrow else wide)
        self._panel.setMaximumWidth(UNLIMITED if self._narrow else wide)
        self._across.setStretchFactor(self._panel, 1 if self._narrow else 0)
