"""The data cut: of which study, until which day, and as of which entry of the audit trail."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core import entry
from core.entry import Problem
from core.model.document import TrialAsked
from ui.widgets.ask import FitDialog
from ui.widgets.basics import Combo, button, column, label, row
from ui.widgets.fields import ProblemLine, TextField
from ui.words import tr

_LONGEST = 12  # digits: no trail is that long


class CutDialog(FitDialog):
    """``asked`` is what was chosen once it is accepted.

    ``refused`` gives the sentence why there can be no such report; empty where there can.
    """

    def __init__(
        self,
        parent: QWidget,
        asked: TrialAsked,
        schedules: Mapping[str, str],
        refused: Callable[[TrialAsked], str],
    ) -> None:
        title = tr("Data cut")
        super().__init__(parent, title)
        self.asked = asked
        self._refused = refused
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
            row(None, button(tr("Cancel"), self.reject), self.go_on),
            spacing=12,
        )
        layout.setContentsMargins(24, 20, 24, 18)
        return layout

    def agree(self) -> None:
        """Go on, unless something is wrong with what was typed: that is said, and it stays."""
        self.problem.show_problem(None)
        read = {field: field.read() for field in (self.until, self.entry)}
        wrong = [field for field, value in read.items() if isinstance(value, Problem)]
        if wrong:
            wrong[0].setFocus()
        else:
            until = read[self.until]
            wanted = replace(
                self.asked,
                schedule=self.schedule.currentData() or "",
                until=until if isinstance(until, date) else None,
                entry=read[self.entry],
            )
            why = self._refused(wanted)
            if not why:
                self.asked = wanted
                self.accept()
                return
            self.problem.show_problem(Problem(why))
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
