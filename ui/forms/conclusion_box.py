"""The neurologist's conclusion, written at the review of a visit: a few sentences above everything else."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit

from core.acts import concluding
from core.entering.visit.draft import Draft
from core.entry import as_shown
from core.model import conclusion
from core.views.visit_summary import VisitSummary
from ui import theme
from ui.context import AppContext
from ui.forms.keep_timer import KeepTimer
from ui.forms.kept_bar import KeptBar
from ui.widgets import ask
from ui.widgets.basics import button, column, label, row
from ui.words import tr

FEWEST, MOST = 2, 5  # lines that its field is high, as many as are written
AROUND = 13  # px above and below them


class ConclusionBox(QFrame):
    """For who may write it; ``saved`` when it is in the file. What is typed and not saved is kept for its author."""

    saved = Signal()

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self._draft: Draft | None = None
        self._stored = ""
        self._signed = False
        self.text = QPlainTextEdit()
        self.text.setAccessibleName(tr("Conclusion"))
        self.text.setTabChangesFocus(True)
        self.text.setPlaceholderText(tr("A few sentences, printed above everything else."))
        self.save = button(tr("Save conclusion"), self.write)
        self._who = label("", "muted", wrap=True)
        self._kept = KeptBar()
        self._kept.discarded.connect(self._discard)
        self._keep_soon = KeepTimer(self)
        self._keep_soon.timeout.connect(self.keep)
        self.text.textChanged.connect(self._on_typed)
        head = row(label(tr("Conclusion"), "heading"), self._who, self.save)
        head.setStretch(1, 1)
        self.setLayout(column(head, self._kept, self.text, spacing=6))
        self.setTabOrder(self.text, self.save)
        self._fit()

    def show_visit(self, draft: Draft, summary: VisitSummary) -> bool:
        """What is in the file, and over it what was typed; False (and hidden) for who may not write it now."""
        session, visit_id = self.context.session, draft.visit.id
        may = concluding.may_write(session, draft.record, visit_id)
        self.setVisible(may)
        self.keep()  # the last second of it
        self._draft = draft if may else None
        self._signed = summary.signed
        if not may:
            return False
        self._stored = conclusion.text_of(draft.record.conclusion(visit_id))
        typed = concluding.typed(session, visit_id)
        words = self._stored if typed is None else as_shown(typed[0])
        if self.text.toPlainText().strip() != words:
            self.text.setPlainText(words)
        self._keep_soon.stop()
        self._who.setText(summary.concluded)
        self._kept.show_since(None if typed is None else typed[1])
        self._show_state()
        return True

    @property
    def is_unsaved(self) -> bool:
        return any(self.unsaved().values())

    def unsaved(self) -> dict[str, str]:
        """What is typed and not saved, by the name under which the visit keeps it."""
        if self._draft is None:
            return {}
        text = self.text.toPlainText()
        return concluding.unsaved(self._draft.record, self._draft.visit.id, text)

    def keep(self) -> None:
        """Keep what is typed, as text and as nothing else."""
        self._keep_soon.stop()
        if self._draft is not None:
            with self.context.saving():
                concluding.keep(self.context.session, self._draft.visit.id, self.unsaved())

    def write(self) -> None:
        """Save it; what was concluded before, or signed, is changed with a reason."""
        if self._draft is None:
            return
        record, visit_id, reason = self._draft.record, self._draft.visit.id, ""
        if self.is_unsaved and concluding.needs_reason(record, visit_id):
            question = (
                tr("Why is the conclusion changed? The signature of this visit will be void.")
                if self._signed
                else tr("Why is the conclusion changed?")
            )
            given = ask.reason(self, tr("Conclusion"), question)
            if not given:
                return
            reason = given
        with self.context.saving():
            words = self.text.toPlainText()
            concluding.save(self.context.session, record, visit_id, words, reason)
            self._keep_soon.stop()
            self.saved.emit()

    def _discard(self) -> None:
        if self._draft is not None:
            with self.context.saving():
                self.text.setPlainText(self._stored)
                concluding.keep(self.context.session, self._draft.visit.id, self.unsaved())
                self._keep_soon.stop()
                self._kept.show_since(None)

    def _on_typed(self) -> None:
        self._keep_soon.start()
        self._fit()
        self._show_state()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As high as what is written: the rest of the review is below it."""
        lines = min(max(round(self.text.document().size().height()), FEWEST), MOST)
        spacing = self.text.fontMetrics().lineSpacing()
        self.text.setFixedHeight(lines * spacing + 2 * theme.px(AROUND))

    def _show_state(self) -> None:
        self.save.setEnabled(self.is_unsaved)
