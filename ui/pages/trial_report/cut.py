"""The data cut: of which study, until which day, and as of which entry of the audit trail."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core import entry
from core.acts.all_patients import Cancelled, Progress
from core.entry import Problem
from core.model.document import OfTrial, TrialAsked
from ui.context import AppContext
from ui.widgets.ask import FitDialog
from ui.widgets.basics import Combo, button, column, label, row
from ui.widgets.fields import ProblemLine, TextField
from ui.widgets.reading import Reading, ReadingBar
from ui.words import tr

Reader = Callable[[TrialAsked, Progress, Cancelled], OfTrial | None]
_LONGEST = 12  # digits: no trail is that long


class CutDialog(FitDialog):
    """``asked`` is what was chosen once it is accepted, ``found`` the records of it, which ``read`` gives in any thread."""

    def __init__(
        self,
        parent: QWidget,
        context: AppContext,
        asked: TrialAsked,
        schedules: Mapping[str, str],
        read: Reader,
    ) -> None:
        title = tr("Data cut")
        super().__init__(parent, title)
        self.asked = asked
        self.found: OfTrial | None = None
        self._read = read
        self.reading = Reading(context, self)
        self.bar = ReadingBar(self.reading)
        self.reading.loaded.connect(self._on_read)
        self.reading.given_up.connect(self._end)
        self.reading.failed.connect(self._on_failed)
        self.schedule = Combo()
        self.schedule.setAccessibleName(tr("Study"))
        for name, words in schedules.items():
            self.schedule.addItem(words, name)
        self.schedule.setCurrentIndex(self.schedule.findData(asked.schedule))
        self.until = TextField(
            tr("Until which day (empty: today)"), entry.day, placeholder="2026-11-21", width=150
        )
        self.entry = TextField(
            tr("As of which entry of the audit trail (empty: the last that changed anything)"),
            _entry,
            width=150,
        )
        self.until.set_text("" if asked.until is None else asked.until.isoformat())
        self.entry.set_text("" if asked.entry is None else str(asked.entry))
        self.problem = ProblemLine()
        self.go_on = button(tr("Make the pages"), self.agree, primary=True)
        self.go_on.setDefault(True)
        self._wanted = asked  # what is being read
        self._asking = (self.schedule, self.until, self.entry, self.go_on)
        self._focus: QWidget | None = None  # the field that had the keyboard before
        for field in (self.until, self.entry):
            field.committed.connect(self.fit)
        self.setLayout(self._build(title))
        self.until.setFocus(Qt.FocusReason.OtherFocusReason)

    def _build(self, title: str) -> QVBoxLayout:
        said = tr(
            "What happened later is not known to the report. The same cut of the same entry gives the same pages."
        )
        layout = column(
            label(title, "question", wrap=True),
            label(said, "muted", wrap=True),
            column(label(tr("Study"), "muted"), self.schedule, spacing=4),
            self.until,
            self.entry,
            self.problem,
            self.bar,
            row(None, button(tr("Cancel"), self.reject), self.go_on),
            spacing=12,
        )
        layout.setContentsMargins(24, 20, 24, 18)
        return layout

    def agree(self) -> None:
        """Read the records, unless something is wrong with what was typed: that is said, and it stays."""
        self.problem.show_problem(None)
        read = {field: field.read() for field in (self.until, self.entry)}
        wrong = [field for field, value in read.items() if isinstance(value, Problem)]
        if wrong:
            wrong[0].setFocus()
        else:
            until = read[self.until]
            self._wanted = replace(
                self.asked,
                schedule=self.schedule.currentData() or "",
                until=until if isinstance(until, date) else None,
                entry=read[self.entry],
            )
            self._begin()
        self.fit()

    def done(self, result: int) -> None:
        """However it is closed, nothing is read any more."""
        self.reading.give_up()
        super().done(result)

    def _begin(self) -> None:
        self._focus = self.focusWidget()
        self.bar.start()
        self.bar.stop.setFocus(Qt.FocusReason.OtherFocusReason)
        for one in self._asking:
            one.setEnabled(False)
        self.reading.begin(partial(self._read, self._wanted))

    def _on_read(self, found: OfTrial) -> None:
        self.asked, self.found = self._wanted, found
        self.accept()

    def _on_failed(self, why: str) -> None:
        self.problem.show_problem(Problem(why))
        self._end()

    def _end(self) -> None:
        """It was not read: something else can be asked for."""
        for one in self._asking:
            one.setEnabled(True)
        if self._focus is not None:
            self._focus.setFocus(Qt.FocusReason.OtherFocusReason)
        self.bar.hide()
        self.fit()


def _entry(text: str) -> int | Problem | None:
    """The number of an entry of the trail, whether there is one or not."""
    plain = entry.plain_digits(text)
    if not plain:
        return None
    if plain.isdecimal() and len(plain) <= _LONGEST:
        return int(plain)
    words = tr("“{text}” is not the number of an entry. Type digits only.")
    return Problem(words.format(text=text.strip()))
