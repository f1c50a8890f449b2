"""The last step: everything on one page, what is still open, and finishing."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core import summary
from core.drafts import Draft, OpenPoint
from ui.context import AppContext
from ui.forms.step_form import StepForm
from ui.widgets.basics import button, chip, clear, label, link, row, scrolled
from ui.widgets.summary_view import SummaryView
from ui.words import tr


class ReviewForm(StepForm):
    """``jump`` names the step and the field of an open point."""

    scrolls = False
    jump = Signal(str, str)
    discard = Signal()

    def __init__(self, context: AppContext, draft: Draft) -> None:
        super().__init__(context, draft)
        self.title = label(tr("Review and finish"), "question")
        self.state = chip("", "neutral")
        self._points = QVBoxLayout()
        self._points.setSpacing(2)
        self.view = SummaryView()
        self.finish = button(tr("Finish visit"), self._finish, primary=True, tip="Ctrl+Enter")
        self.print = button(tr("Print summary"), self._print)
        self.discard_visit = button(tr("Discard visit…"), self.discard.emit, link=True)
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(0, 0, 8, 0)
        layout.setSpacing(10)
        layout.addLayout(self._points)
        layout.addWidget(self.view)
        layout.addStretch(1)
        inner.setProperty("role", "plain")
        self.body.addLayout(row(self.title, self.state, None))
        self.body.addWidget(scrolled(inner, tr("Everything of this visit")), 1)
        back = button(tr("Back"), self.go_back.emit)
        self.body.addLayout(row(back, self.discard_visit, None, self.print, self.finish))

    def show_draft(self) -> None:
        draft = self.draft
        points = draft.open_points() if draft.visit.is_draft else ()
        clear(self._points)
        for point in points:
            self._points.addWidget(self._link(point))
        blocked = sum(point.blocks for point in points)
        is_draft = draft.visit.is_draft
        if not is_draft:
            self.state.setText(tr("finished"))
        elif blocked:
            self.state.setText(tr("{n} open").format(n=blocked))
        else:
            self.state.setText(tr("complete"))
        self.finish.setVisible(is_draft)
        self.discard_visit.setVisible(is_draft)
        self.finish.setEnabled(not blocked)
        self.print.setEnabled(not (is_draft and draft.untouched))
        names = self.context.session.users.names()
        self.view.show_summary(summary.build(draft.record, draft.visit.id, names))

    def feet(self) -> None:
        """The review has buttons of its own."""

    def focus_first(self) -> None:
        first = self._points.itemAt(0)
        widget = first.widget() if first else None
        if widget is not None:
            widget.setFocus()
        else:
            (
                self.finish if self.finish.isEnabled() and self.finish.isVisible() else self.print
            ).setFocus()

    def commit_finish(self) -> None:
        """What Ctrl+Enter does here."""
        if self.finish.isVisible() and self.finish.isEnabled():
            self._finish()

    def _link(self, point: OpenPoint) -> QWidget:
        text = (
            point.problem.message
            if point.blocks
            else tr("To check: {text}").format(text=point.problem.message)
        )
        return link("→ " + text, partial(self.jump.emit, point.step, point.field))

    def _finish(self) -> None:
        with self.context.saving():
            self.draft.finish()
            self.touched.emit()
        self.show_draft()
        self.print.setFocus()

    def _print(self) -> None:
        self.context.open_summary.emit(self.draft.record.patient.id, self.draft.visit.id)
